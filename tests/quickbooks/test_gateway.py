"""The gateway against the emulator: what it asks, what it costs, what it makes of the answers."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.core.money import Money
from qb_collections.quickbooks import errors as e
from qb_collections.quickbooks.values import Reference


def usd(amount):
    return Money(Decimal(amount), "USD")


@pytest.fixture
def gateway(world):
    return world.gateway


@pytest.fixture
def customer(gateway):
    record = gateway.create(
        "Customer",
        {"DisplayName": "Ünal & Söhne", "PrimaryEmailAddr": {"Address": "a@birds.example, b@birds.example"}},
        "C-1",
    )
    return record["Id"]


@pytest.fixture
def bill(gateway, customer):
    """Create an invoice of that amount and answer its id."""
    numbers = iter(range(1000))

    def create(amount, to=None, **more):
        line = {
            "Amount": Decimal(amount),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
        }
        body = {"CustomerRef": {"value": to or customer}, "Line": [line], **more}
        return gateway.create("Invoice", body, f"I-{next(numbers)}")["Id"]

    return create


def pay(gateway, customer, total, request_id, *applied):
    lines = [
        {"Amount": Decimal(amount), "LinkedTxn": [{"TxnId": id, "TxnType": "Invoice"}]}
        for id, amount in applied
    ]
    body = {"CustomerRef": {"value": customer}, "TotalAmt": Decimal(total), "Line": lines}
    return gateway.create("Payment", body, request_id)


def test_the_company_says_who_and_where_it_is(gateway):
    facts = gateway.company_info()

    assert (facts.name, facts.country, facts.region) == ("Empty US Company", "US", "TN")
    assert facts.zone == "America/New_York"
    assert facts.created_at is not None


def test_preferences_say_what_may_be_done(world, gateway):
    world.act(act="close_books", through="2026-06-30")
    world.act(act="set_preferences", preferences={"SalesFormsPrefs": {"AutoApplyCredit": True}})

    preferences = gateway.preferences()

    assert preferences.book_close_on == date(2026, 6, 30)
    assert preferences.auto_apply_credit is True
    assert preferences.home_currency == "USD"
    assert preferences.report_basis == "Accrual"


def test_a_live_look_is_one_request_and_says_when_it_was(world, gateway, customer, bill):
    opened, paid, untouched = bill("120.00"), bill("50.00"), bill("10.00")
    pay(gateway, customer, "80.00", "P-1", (paid, "50.00"))
    before = len(world.calls())
    began = world.clock.now()

    live = gateway.live([customer], [paid, "99999"])

    assert len(world.calls()) == before + 1
    assert live.read_at == began
    assert set(live.documents) == {opened, paid, untouched}
    assert live.documents[paid].invoice.balance == usd("0.00")
    assert live.documents[paid].links == (Reference("Payment", live.payments[0].id),)
    assert [payment.unapplied for payment in live.payments] == [usd("30.00")]
    assert live.customers[customer].balance == usd("100.00")
    assert live.missing == frozenset({"99999"})


def test_a_live_look_can_spare_old_payments_and_still_see_those_with_credit(world, gateway, customer, bill):
    invoice = bill("120.00")
    old = pay(gateway, customer, "30.00", "P-1")["Id"]
    settled = pay(gateway, customer, "20.00", "P-2", (invoice, "20.00"))["Id"]
    world.clock.advance(timedelta(days=3))
    recent = pay(gateway, customer, "5.00", "P-3")["Id"]

    live = gateway.live([customer], payment_ids=[old], payments_since=world.clock.now() - timedelta(days=1))

    assert {payment.id for payment in live.payments} == {old, recent}
    assert settled not in {payment.id for payment in live.payments}


def test_more_rows_than_one_batch_answers_are_asked_in_halves(world, gateway, customer, bill, monkeypatch):
    from qb_collections.quickbooks import scanning

    other = gateway.create("Customer", {"DisplayName": "Bob"}, "C-2")["Id"]
    mine, his = [bill("1.00"), bill("2.00")], [bill("3.00", to=other), bill("4.00", to=other)]
    monkeypatch.setattr(scanning, "BATCH_ROWS", 5)

    live = gateway.live([customer, other])

    assert set(live.documents) == {*mine, *his}
    assert set(live.customers) == set(live.postal) == {customer, other}


def test_one_customer_with_more_rows_than_a_batch_answers_is_read_page_by_page(
    world, gateway, customer, bill, monkeypatch
):
    from qb_collections.quickbooks import live, reading, scanning

    paid, *opened = bill("50.00"), bill("1.00"), bill("2.00"), bill("3.00")
    credit = pay(gateway, customer, "80.00", "P-1", (paid, "50.00"))["Id"]
    for module in (live, reading):
        monkeypatch.setattr(module, "PAGE_ROWS", 2)
    monkeypatch.setattr(scanning, "BATCH_ROWS", 2)

    found = gateway.live([customer], [paid, "99999"])

    assert set(found.documents) == {paid, *opened}
    assert [payment.id for payment in found.payments] == [credit]
    assert found.missing == frozenset({"99999"})


def test_a_batch_of_notes_that_half_succeeds_answers_item_by_item(gateway, bill):
    first, second = bill("120.00"), bill("50.00")
    token = gateway.invoice(first).invoice.sync_token

    results = gateway.write_notes([(first, token, "Hello"), (second, "99", "World")], "N-1")

    assert [result.invoice_id for result in results] == [first, second]
    assert results[0].document.private_note == "Hello"
    assert results[0].error is None
    assert results[1].document is None
    assert isinstance(results[1].error, e.Stale)


def test_a_note_leaves_money_dates_and_lines_as_they_were(gateway, bill):
    invoice = bill("120.00", DueDate="2026-12-24")
    before = gateway.invoice(invoice)

    after = gateway.write_note(invoice, before.invoice.sync_token, "Hello", "N-1")

    assert after.private_note == "Hello"
    assert after.invoice.sync_token != before.invoice.sync_token
    assert (after.invoice.total, after.invoice.balance, after.total_tax, after.line_count) == (
        before.invoice.total,
        before.invoice.balance,
        before.total_tax,
        before.line_count,
    )
    assert after.invoice.due_on == before.invoice.due_on == date(2026, 12, 24)


def test_the_same_request_id_writes_once(world, gateway, customer):
    body = {"CustomerRef": {"value": customer}, "TotalAmt": Decimal("25.00")}

    first = gateway.create("Payment", body, "P-1")
    again = gateway.create("Payment", body, "P-1")

    assert again["Id"] == first["Id"]
    assert gateway.count("Payment", "TotalAmt > '0'") == 1


def test_a_write_whose_answer_was_lost_is_found_by_repeating_it(world, gateway, customer):
    world.control("POST", "faults", {"fault": "lose_answer", "match": {"entity": "payment"}, "times": 1})
    body = {"CustomerRef": {"value": customer}, "TotalAmt": Decimal("25.00")}
    with pytest.raises(e.AnswerLost):
        gateway.create("Payment", body, "P-1")

    gateway.create("Payment", body, "P-1")

    assert gateway.count("Payment", "TotalAmt > '0'") == 1


def test_our_documents_are_found_by_their_marker(world, gateway, customer, bill):
    since = world.clock.now()
    ours = bill("10.00", PrivateNote="Payment 1 of 3 (ref 7F3A9C)")
    bill("20.00", PrivateNote="something else")

    found = gateway.find_by_marker(customer, since, "7F3A9C")

    assert [(one.kind, one.id) for one in found] == [("Invoice", ours)]


def test_changes_name_what_is_new_different_and_gone(world, gateway, customer, bill):
    kept, deleted = bill("120.00"), bill("50.00")
    since = world.clock.now()
    world.clock.advance(timedelta(hours=1))
    payment = pay(gateway, customer, "20.00", "P-1", (kept, "20.00"))["Id"]
    gateway.delete("Invoice", deleted, gateway.invoice(deleted).invoice.sync_token, "D-1")

    changes = gateway.changes(since + timedelta(minutes=5))

    assert {one.id: one.balance for one in changes.invoices} == {kept: usd("100.00")}
    assert changes.deleted["Invoice"] == frozenset({deleted})
    assert [(link.payment_id, link.document_id, link.amount) for link in changes.links] == [
        (payment, kept, usd("20.00"))
    ]
    assert changes.complete
    assert changes.server_at >= since + timedelta(hours=1)


def test_a_capture_that_may_have_left_something_out_says_so(gateway, bill, world, monkeypatch):
    from qb_collections.quickbooks import capture

    since = world.clock.now() - timedelta(hours=1)
    bill("120.00")
    monkeypatch.setattr(capture, "CAPTURE_ROWS", 2)

    assert not gateway.changes(since).complete


def test_a_customers_several_addresses_are_told_apart(gateway, customer):
    pages = []

    gateway.customers(pages.append)

    [found] = [one for one in pages[0].rows if one.id == customer]
    assert found.name == "Ünal & Söhne"
    assert found.emails == ("a@birds.example", "b@birds.example")


def test_rows_that_moved_during_a_scan_are_found_by_scanning_again(scripted):
    """Two rows of one page moved behind the other: the count says that one is missing."""
    from tests.quickbooks.scripted import answer
    from tests.quickbooks.test_client import INVOICE

    def page(*ids):
        invoices = [INVOICE | {"Id": id} for id in ids]
        return answer({"QueryResponse": {"Invoice": invoices}, "time": "2026-10-30T08:00:00-07:00"})

    count = answer({"QueryResponse": {"totalCount": 1002}, "time": "2026-10-30T08:00:00-07:00"})
    first = [str(number) for number in range(1, 1001)]
    scripted.answers(page(*first), page("1002"), count, page(*first), page("1001", "1002"), count)

    scan = scripted.gateway.open_invoices(lambda found: None)

    assert len(scan.ids) == 1002
    assert len(scripted.asked) == 6


def test_nobody_orders_by_id(scripted):
    from tests.quickbooks.scripted import answer

    scripted.answers(answer({"QueryResponse": {}, "time": "2026-10-30T08:00:00-07:00"}))

    scripted.gateway.open_invoices(lambda found: None)
    scripted.gateway.customers(lambda found: None)

    for asked in scripted.asked:
        assert b"ORDERBY MetaData.LastUpdatedTime" in asked.body


def test_reads_are_counted_as_metered_and_writes_are_not(world, gateway, customer, bill):
    before = world.limiter.reads["2026-10"]
    invoice = bill("120.00")

    gateway.invoice(invoice)
    gateway.live([customer])

    assert world.limiter.reads["2026-10"] - before == 1 + 4
