"""The mirror equals the books after every sync, at the price promised."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.core.case import Contact, ContactKind, HoldKind
from qb_collections.core.money import Money
from qb_collections.quickbooks import errors as e
from qb_collections.services.company_time import on_company_time
from qb_collections.services.leasing import held
from qb_collections.store import cases, companies, contacts, cursors, holds, mirror
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import LeaseLost

DAY = timedelta(days=1)


def usd(amount):
    return Money(Decimal(amount), "USD")


@pytest.fixture
def look(context, company):
    """What the mirror says now."""

    class Look:
        def __getattr__(self, name):
            def read(*args):
                with reading(context.engine) as conn:
                    return getattr(mirror, name)(conn, company.id, *args)

            return read

        def cursor(self):
            with reading(context.engine) as conn:
                return cursors.cursor(conn, company.id)

        def due(self, on):
            with reading(context.engine) as conn:
                return [key[0] for key in cases.due(conn, company.id, on, limit=100)]

        def settle(self, *customer_ids):
            """As after a night: nobody is looked at again by themselves."""
            with durable(context.engine) as conn:
                rows = [(one, "USD", None) for one in customer_ids]
                cases.set_next_look(conn, company.id, rows)

    return Look()


@pytest.fixture
def amy(books):
    return books.customer("Amy", PrimaryEmailAddr={"Address": "amy@birds.example"})


def test_the_first_sync_reads_customers_open_invoices_and_credits(books, amy, synced, look):
    bob = books.customer("Bob")
    owed = books.invoice(amy, 120, TxnDate="2026-10-01", DueDate="2026-10-15")
    paid = books.invoice(amy, 50)
    books.payment(amy, 50, ("Invoice", paid, 50))
    on_account = books.payment(bob, 30)
    memo = books.credit_memo(bob, 20)

    report = synced()

    assert report.first
    [invoice] = look.open_invoices()
    assert (invoice.id, invoice.balance, invoice.due_on) == (owed, usd("120.00"), date(2026, 10, 15))
    assert set(look.customers()) == {amy, bob}
    assert [one.id for one in look.payments_with_unapplied()] == [on_account]
    assert [(one.id, one.remaining) for one in look.credit_memos_open()] == [(memo, usd("20.00"))]
    assert look.totals() == {"USD": usd("120.00")}


def test_payments_are_read_only_where_the_balance_says_that_there_are_credits(books, amy, synced, look):
    books.invoice(amy, 120)
    paid = books.invoice(amy, 50)
    books.payment(amy, 50, ("Invoice", paid, 50))
    before = books.last_call

    report = synced()

    assert look.counts()["payments"] == 0
    kinds = [(call["kind"], call["entity"]) for call in books.calls(before)]
    assert len(kinds) == report.calls == 5  # the company, the counts, a page of each, the tie-out


def test_a_quiet_night_is_one_call(books, amy, synced, clock):
    books.invoice(amy, 120)
    synced()
    clock.advance(DAY)
    synced()
    clock.advance(DAY)
    before = books.last_call

    report = synced()

    assert len(books.calls(before)) == 1
    assert (report.calls, report.first, report.everything) == (1, False, False)
    assert (report.invoices, report.customers, report.touched) == (0, 0, 0)


def test_a_payment_closes_its_invoice_and_brings_the_customer_forward(books, amy, synced, clock, look):
    bob = books.customer("Bob")
    first, second = books.invoice(amy, 120), books.invoice(bob, 80)
    synced()
    look.settle(amy, bob)
    clock.advance(DAY)
    payment = books.payment(amy, 120, ("Invoice", first, 120))

    synced()

    assert [one.id for one in look.open_invoices()] == [second]
    closed = look.invoices([first])[first]
    assert (closed.balance, closed.voided) == (usd("0.00"), False)
    assert [(link.payment_id, link.amount) for link in look.links_of_invoice(first)] == [
        (payment, usd("120.00"))
    ]
    assert look.due(date(2026, 10, 31)) == [amy]


def test_a_returned_payment_opens_the_invoice_again(books, amy, synced, clock, look):
    invoice = books.invoice(amy, 120)
    payment = books.payment(amy, 120, ("Invoice", invoice, 120))
    synced()
    clock.advance(DAY)
    synced()
    clock.advance(DAY)
    books.delete("Payment", payment)

    report = synced()

    assert report.deleted == 1
    assert [(one.id, one.balance) for one in look.open_invoices()] == [(invoice, usd("120.00"))]
    assert look.payments_of([amy]) == []


def test_a_deleted_invoice_is_gone_and_a_voided_one_stays_owing_nothing(books, amy, synced, clock, look):
    deleted, voided = books.invoice(amy, 120), books.invoice(amy, 80)
    synced()
    look.settle(amy)
    clock.advance(DAY)
    books.delete("Invoice", deleted)
    books.act("void", invoice={"id": voided})

    synced()

    assert look.open_invoices() == []
    assert set(look.invoices([deleted, voided])) == {voided}
    assert look.invoices([voided])[voided].voided
    assert look.due(date(2026, 10, 31)) == [amy]


def test_a_new_due_date_and_a_new_address_are_taken_over(books, amy, synced, clock, look):
    invoice = books.invoice(amy, 120, DueDate="2026-11-10")
    synced()
    clock.advance(DAY)
    books.act("redate", invoice={"id": invoice}, due="2026-12-24")
    books.act(
        "edit", entity="Customer", id=amy, fields={"PrimaryEmailAddr": {"Address": "new@birds.example"}}
    )

    synced()

    assert look.invoice(invoice).due_on == date(2026, 12, 24)
    assert look.customers()[amy].emails == ("new@birds.example",)


def test_a_change_that_is_none_for_us_brings_nobody_forward(books, amy, synced, clock, look):
    """A note in the memo moves token and time, and no fact that a decision rests on."""
    invoice = books.invoice(amy, 120)
    synced()
    look.settle(amy)
    clock.advance(DAY)
    books.act("add_note", invoice={"id": invoice}, text="(ref 7F3A9C)")

    report = synced()

    assert report.touched == 0
    assert look.due(date(2026, 10, 31)) == []


def test_the_next_look_is_the_companys_own_day(books, amy, synced, clock, look):
    """At 03:00 UTC on the 31st it is still the 30th in New York."""
    clock.advance(timedelta(hours=12))
    books.invoice(amy, 120)

    synced()

    assert look.due(date(2026, 10, 29)) == []
    assert look.due(date(2026, 10, 30)) == [amy]


def test_what_was_missed_while_away_for_a_month_is_found_by_reading_all_again(
    books, amy, synced, clock, look
):
    kept, paid, deleted = (books.invoice(amy, amount) for amount in (120, 80, 50))
    synced()
    clock.advance(DAY)
    books.payment(amy, 80, ("Invoice", paid, 80))
    books.delete("Invoice", deleted)
    clock.advance(timedelta(days=29))

    report = synced()

    assert (report.first, report.everything, report.deleted) == (False, False, 1)
    assert [one.id for one in look.open_invoices()] == [kept]
    assert look.invoice(paid).balance == usd("0.00")
    assert look.invoice(deleted) is None


def test_more_changes_than_one_answer_holds_are_read_in_windows(books, amy, synced, clock, look, monkeypatch):
    from qb_collections.quickbooks import capture

    books.invoice(amy, 120)
    synced()
    clock.advance(DAY)
    gone = books.invoice(amy, 10)
    books.invoice(amy, 20)
    books.delete("Invoice", gone)
    monkeypatch.setattr(capture, "CAPTURE_ROWS", 3)

    report = synced()

    assert not report.everything
    assert look.totals() == {"USD": usd("140.00")}
    assert look.invoice(gone) is None


def test_pages_are_read_until_one_is_not_full(books, amy, synced, look, monkeypatch):
    from qb_collections.quickbooks import scanning

    monkeypatch.setattr(scanning, "PAGE_ROWS", 2)
    for amount in (10, 20, 30, 40, 50):
        books.invoice(amy, amount)
    seen = []

    synced(lambda done, total, what: seen.append((done, total, what)))

    assert look.totals() == {"USD": usd("150.00")}
    assert seen == [
        (1, 1, "customers"),
        (2, 5, "open invoices"),
        (4, 5, "open invoices"),
        (5, 5, "open invoices"),
    ]


@pytest.mark.parametrize("fault", ["html_200", "cut_off", "fault_in_200", "empty_body"])
def test_an_answer_that_cannot_be_read_leaves_cursor_and_mirror_as_they_were(
    books, amy, synced, clock, look, fault
):
    invoice = books.invoice(amy, 120)
    synced()
    clock.advance(DAY)
    books.payment(amy, 120, ("Invoice", invoice, 120))
    before = (look.cursor(), look.open_invoices(), look.customers())
    books.fault(fault, match={"path": "*cdc*"}, times=10)

    with pytest.raises(e.QuickBooksError):
        synced()

    assert (look.cursor(), look.open_invoices(), look.customers()) == before


def test_a_first_sync_that_breaks_off_is_begun_again_and_loses_nothing(books, amy, synced, look):
    books.invoice(amy, 120)
    books.fault("html_200", match={"path": "*query*", "nth": 2}, times=1)
    with pytest.raises(e.QuickBooksError):
        synced()
    assert look.cursor() is None

    report = synced()

    assert report.first
    assert look.totals() == {"USD": usd("120.00")}


def test_another_companys_books_are_refused_and_nothing_is_written(context, books, amy, company, look):
    books.invoice(amy, 120)
    with durable(context.engine) as conn:
        other = company.preferences | {"books_created_at": "2019-01-01T00:00:00+00:00"}
        mistaken = companies.update(conn, company.id, preferences=other)

    with held(context, mistaken) as lease, pytest.raises(e.WrongCompany):
        from qb_collections.services.sync import sync

        sync(context, mistaken, lease)

    assert look.counts()["customers"] == 0
    assert look.cursor() is None


def test_a_sync_that_lost_its_lease_writes_nothing(context, books, amy, company, look):
    from qb_collections.services.sync import sync

    books.invoice(amy, 120)
    with held(context, company) as lease:
        stale = lease
    with held(context, company), pytest.raises(LeaseLost):
        sync(context, company, stale)

    assert look.counts()["customers"] == 0


def test_two_companies_of_one_emulator_do_not_mix(context, emulator, books, amy, company, synced, look):
    from qb_collections.services import connect
    from qb_collections.services.sync import sync
    from tests.services.conftest import Books

    other_books = Books(emulator)
    other_books.invoice(other_books.customer("Zoe"), 999)
    other = connect.connect_emulator(context, emulator.base_url, other_books.realm_id)
    books.invoice(amy, 120)

    synced()
    living = on_company_time(context, other)
    with held(living, other) as lease:
        sync(living, other, lease)

    assert look.totals() == {"USD": usd("120.00")}
    with reading(context.engine) as conn:
        assert mirror.totals(conn, other.id) == {"USD": usd("999.00")}


def test_a_payment_moved_to_another_invoice_is_followed(books, amy, synced, clock, look):
    first, second = books.invoice(amy, 100), books.invoice(amy, 100)
    payment = books.payment(amy, 100, ("Invoice", first, 100))
    synced()
    clock.advance(DAY)
    books.act("apply_elsewhere", payment=payment, invoice={"id": second})

    synced()

    assert [one.id for one in look.open_invoices()] == [first]
    assert [(one.document_id, one.amount) for one in look.links_of_payments([payment])] == [
        (second, usd("100.00"))
    ]


def test_the_cursor_is_quickbooks_time_less_five_minutes(books, amy, synced, look):
    report = synced()

    assert report.read_at - look.cursor().since == timedelta(minutes=5)


def test_books_put_back_to_an_earlier_day_are_read_again_from_the_start(
    context, books, amy, company, synced, look
):
    """The cursor lies ahead of QuickBooks' own time, so no change would ever be after it."""
    books.invoice(amy, 120)
    synced()
    with durable(context.engine) as conn:
        ahead = replace(look_cursor(conn, company), since=context.clock.now() + DAY)
        cursors.set_cursor(conn, company.id, ahead)
    books.invoice(amy, 30)

    report = synced()

    assert report.everything
    assert look.totals() == {"USD": usd("150.00")}
    assert look.cursor().since < context.clock.now()


def look_cursor(conn, company):
    return cursors.cursor(conn, company.id)


@pytest.mark.parametrize("rows_max", [1000, 3])
def test_after_a_merge_every_document_is_the_surviving_customers(
    books, amy, synced, clock, look, monkeypatch, rows_max
):
    """QuickBooks tells of the merge alone: the documents keep their versions and times."""
    from qb_collections.quickbooks import capture

    bob = books.customer("Bob")
    invoice, paid = books.invoice(amy, 100), books.invoice(amy, 40)
    synced()
    clock.advance(DAY)
    on_account, memo = books.payment(amy, 30), books.credit_memo(amy, 20)
    books.payment(amy, 40, ("Invoice", paid, 40))
    synced()
    clock.advance(DAY)
    synced()
    clock.advance(DAY)
    for amount in (1, 2, 3) if rows_max == 3 else ():
        books.invoice(bob, amount)
    monkeypatch.setattr(capture, "CAPTURE_ROWS", rows_max)
    books.act("merge", entity="Customer", **{"from": {"id": amy}, "into": {"id": bob}})

    synced()

    assert look.ids()["Customer"] == {bob}
    assert {one.customer_id for one in look.invoices([invoice, paid]).values()} == {bob}
    assert look.payments_of([amy]) == []
    assert on_account in {one.id for one in look.payments_of([bob])} and len(look.ids()["Payment"]) == 2
    assert [(one.id, one.customer_id) for one in look.credit_memos_open()] == [(memo, bob)]


def test_what_was_held_and_said_follows_a_merged_customer(context, company, books, amy, synced, clock):
    """Amy is excluded and was written to yesterday; as Bob she is neither free nor unknown."""
    bob = books.customer("Bob")
    invoice = books.invoice(amy, 100)
    synced()
    said = Contact(date(2026, 10, 29), ContactKind.REMINDER, "S1", 1, 1, (invoice,))
    with durable(context.engine) as conn:
        contacts.record(
            conn, company.id, amy, "USD", said, at=clock.now() - DAY, channel=None, recipient="amy@x.example"
        )
        holds.add(
            conn,
            company.id,
            amy,
            HoldKind.EXCLUSION,
            reason="mine",
            placed_by="Dana",
            placed_on=date(2026, 10, 30),
        )
    clock.advance(DAY)
    books.act("merge", entity="Customer", **{"from": {"id": amy}, "into": {"id": bob}})

    synced()

    with reading(context.engine) as conn:
        [held_now] = holds.active(conn, company.id, bob)
        [known] = contacts.of_customer(conn, company.id, bob)
    assert held_now.reason == "mine"
    assert (known.contact.kind, known.contact.on) == (ContactKind.FOREIGN, date(2026, 10, 29))
    assert known.contact.invoice_ids == (invoice,)


def test_an_edit_of_a_customer_that_explains_itself_costs_nothing_more(books, amy, synced, clock):
    books.invoice(amy, 100)
    synced()
    clock.advance(DAY)
    synced()
    clock.advance(DAY)
    books.act("edit", entity="Customer", id=amy, fields={"PrimaryEmailAddr": {"Address": "new@x.example"}})
    books.invoice(amy, 30)

    assert synced().calls == 1


def test_three_hundred_changes_are_one_call(books, amy, synced, clock, look):
    """150 new invoices, each paid the same day."""
    synced()
    clock.advance(DAY)
    synced()
    clock.advance(DAY)
    for _ in range(150):
        books.payment(amy, 10, ("Invoice", books.invoice(amy, 10), 10))
    before = books.last_call

    report = synced()

    assert (report.invoices, report.payments, report.calls) == (150, 150, 1)
    assert len(books.calls(before)) == 1
    assert look.open_invoices() == []
