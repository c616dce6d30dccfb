"""Cases: whose money it is, what was said, what holds; in few statements however many customers."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import event

from qb_collections.core.case import Contact, ContactKind, Cycle, HoldKind
from qb_collections.core.decision import Channel
from qb_collections.core.money import Money
from qb_collections.store import cases, companies, contacts, cycles, holds, mirror, plans
from qb_collections.store.engine import durable, reading
from qb_collections.store.plans import Installment, Original
from tests.store.conftest import NOW, add_company
from tests.store.samples import customer, invoice, memo, payment, usd

TODAY = date(2026, 10, 30)


def load(conn, company, *ids, currency="USD"):
    return cases.load(conn, company.id, [(one, currency) for one in ids], TODAY)


def reminder(on, cycle=1, number=1, **more):
    return Contact(on, ContactKind.REMINDER, "S1", cycle, number, ("1",), **more)


def record(conn, company, customer_id, contact):
    return contacts.record(
        conn,
        company.id,
        customer_id,
        "USD",
        contact,
        at=NOW,
        channel=Channel.EMAIL,
        recipient="a@example.com",
    )


def test_a_customers_open_invoices_come_oldest_due_first_and_paid_ones_not_at_all(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer("1", balance=usd("200.00"))])
        mirror.put_invoices(
            conn,
            company.id,
            [
                invoice("3", "1", due_on=date(2026, 10, 9)),
                invoice("2", "1", balance="0.00"),
                invoice("1", "1", due_on=date(2026, 10, 20)),
                invoice("4", "1", due_on=None),  # issued on 1 September: that day counts
                invoice("5", "2"),
            ],
        )

        [case] = load(conn, company, "1")

    assert [one.id for one in case.invoices] == ["4", "3", "1"]
    assert (case.members, case.books_balance) == (frozenset({"1"}), usd("200.00"))


def test_sites_billed_with_their_parent_belong_to_the_parents_case(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(
            conn,
            company.id,
            [
                customer("1", balance=usd("10.00")),
                customer("2", parent_id="1", bill_with_parent=True, balance=usd("20.00")),
                customer("3", parent_id="2", bill_with_parent=True, balance=usd("30.00")),
                customer("4", parent_id="1", bill_with_parent=False, balance=usd("40.00")),
            ],
        )
        mirror.put_invoices(conn, company.id, [invoice(one, one) for one in "1234"])
        mirror.put_payments(conn, company.id, [payment("7", "3", "5.00"), payment("8", "4", "6.00")])
        mirror.put_credit_memos(conn, company.id, [memo("9", "2", "2.00")])
        holds.add(
            conn,
            company.id,
            "3",
            HoldKind.DISPUTE,
            invoice_id="3",
            reason="late",
            placed_by="Ann",
            placed_on=TODAY,
        )

        parent, site = load(conn, company, "1", "4")
        alone = load(conn, company, "2")

    assert parent.members == frozenset({"1", "2", "3"})
    assert parent.customer.id == "1"
    assert parent.books_balance == usd("60.00")
    assert [one.id for one in parent.invoices] == ["1", "2", "3"]
    assert [one.id for one in parent.payments] == ["7"]
    assert [one.id for one in parent.credit_memos] == ["9"]
    assert [one.invoice_id for one in parent.holds] == ["3"]
    assert (site.members, [one.id for one in site.invoices]) == (frozenset({"4"}), ["4"])
    assert alone == []


@pytest.mark.parametrize(
    "site",
    [
        customer("2", parent_id="99", bill_with_parent=True),  # the mirror does not know the parent
        customer("2", parent_id="1", bill_with_parent=True, currency="EUR", balance=Money(Decimal(0), "EUR")),
        customer("2", parent_id="2", bill_with_parent=True),  # its own parent: no such books, but they end
    ],
)
def test_a_site_without_a_parent_of_its_currency_is_a_case_of_its_own(engine, company, site):
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer("1"), site])

        [case] = load(conn, company, "2", currency=site.currency)
        key = cases.key_of(conn, company.id, "2")

    assert case.members == frozenset({"2"})
    assert key == ("2", site.currency)


def test_parents_in_a_circle_end(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(
            conn,
            company.id,
            [
                customer("1", parent_id="2", bill_with_parent=True),
                customer("2", parent_id="1", bill_with_parent=True),
            ],
        )

        assert load(conn, company, "1", "2") == []
        cases.touch(conn, company.id, ["1"], TODAY)


def test_contacts_of_ninety_days_and_of_the_whole_running_cycle_are_there(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer("1")])
        cycles.save(conn, company.id, "1", "USD", Cycle(2, date(2026, 5, 1), "S2", 2, 1))
        record(conn, company, "1", reminder(TODAY - timedelta(days=91), cycle=1, number=1))
        record(conn, company, "1", reminder(TODAY - timedelta(days=90), cycle=1, number=2))
        record(conn, company, "1", reminder(date(2026, 5, 2), cycle=2, number=1))

        [case] = load(conn, company, "1")

    assert [(one.cycle, one.number) for one in case.contacts] == [(2, 1), (1, 2)]
    assert (case.cycle.number, case.next_cycle) == (2, 3)


def test_after_a_cycle_has_ended_the_next_one_has_the_next_number(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer("1"), customer("2")])
        cycles.save(conn, company.id, "1", "USD", Cycle(1, date(2026, 5, 1), "S2", 2, 1))
        cycles.end(conn, company.id, "1", "USD", TODAY)

        ended, never = load(conn, company, "1", "2")

    assert (ended.cycle, ended.next_cycle) == (None, 2)
    assert (never.cycle, never.next_cycle) == (None, 1)


def test_saving_a_cycle_again_changes_it_and_a_new_one_ends_the_old(engine, company):
    first = Cycle(1, date(2026, 5, 1), None, 0, 1)
    with durable(engine) as conn:
        cycles.save(conn, company.id, "1", "USD", first)
        cycles.save(conn, company.id, "1", "USD", replace(first, stage="S1", contacts=1))
        grown = cycles.current(conn, company.id, "1", "USD")
        cycles.save(conn, company.id, "1", "USD", Cycle(2, date(2026, 6, 1), None, 0, 1))
        following = cycles.current(conn, company.id, "1", "USD")

    assert grown == Cycle(1, date(2026, 5, 1), "S1", 1, 1)
    assert following.number == 2


def test_lifted_holds_are_gone_from_the_case_and_kept_in_the_list(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer("1")])
        promise = holds.add(
            conn,
            company.id,
            "1",
            HoldKind.PROMISE,
            reason="said so on the phone",
            placed_by="Ann",
            placed_on=TODAY,
            until_on=date(2026, 11, 6),
            amount=usd("250.00"),
        )
        [before] = load(conn, company, "1")
        lifted = holds.lift(conn, company.id, promise.id, by="Ann", at=NOW, because="paid")
        [after] = load(conn, company, "1")

        assert before.holds == (promise,)
        assert (lifted, after.holds) == (True, ())
        assert holds.lift(conn, company.id, promise.id, by="Bob", at=NOW) is False
        [kept] = holds.list(conn, company.id, lifted=True)
        assert (kept.hold.amount, kept.lifted_by, kept.lifted_because) == (usd("250.00"), "Ann", "paid")


def test_a_running_plan_says_what_is_due_next_as_the_books_have_it(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer("1")])
        plan = plans.create(
            conn,
            company.id,
            customer_id="1",
            form="installment_invoices",
            agreed_on=TODAY,
            originals=[Original("1", usd("100.00")), Original("2", usd("20.00"))],
            installments=[
                Installment(1, date(2026, 11, 1), usd("60.00")),
                Installment(2, date(2026, 12, 1), usd("60.00")),
            ],
            by="Ann",
            at=NOW,
        )
        plans.change(conn, company.id, plan.id, state="active", memo_id="90")
        plans.change_installment(conn, company.id, plan.id, 1, state="open", invoice_id="91")
        plans.change_installment(conn, company.id, plan.id, 2, state="open", invoice_id="92")
        mirror.put_invoices(
            conn, company.id, [invoice("91", "1", balance="0.00"), invoice("92", "1", balance="45.00")]
        )

        [case] = load(conn, company, "1")

    [seen] = case.plans
    assert (seen.label, seen.state, seen.memo_id) == ("PP1", "active", "90")
    assert seen.original_ids == frozenset({"1", "2"})
    assert seen.installment_ids == frozenset({"91", "92"})
    assert (seen.number, seen.count, seen.next_due_on) == (2, 2, date(2026, 12, 1))
    assert seen.next_amount == usd("45.00")


def test_touching_a_site_brings_up_the_one_who_is_billed_for_it(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(
            conn, company.id, [customer("1"), customer("2", parent_id="1", bill_with_parent=True)]
        )

        cases.touch(conn, company.id, ["2", "unknown"], TODAY)

        assert cases.due(conn, company.id, TODAY, limit=10) == [("1", "USD")]


def test_customers_are_due_on_their_day_and_each_is_met_once(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer(one) for one in "12345"])
        cases.set_next_look(
            conn,
            company.id,
            [
                ("1", "USD", TODAY),
                ("2", "USD", TODAY + timedelta(days=1)),
                ("3", "USD", TODAY - timedelta(days=9)),
                ("4", "USD", None),
                ("5", "USD", TODAY),
            ],
        )

        first = cases.due(conn, company.id, TODAY, limit=2)
        rest = cases.due(conn, company.id, TODAY, after=first[-1], limit=2)

    assert first == [("1", "USD"), ("3", "USD")]
    assert rest == [("5", "USD")]


def test_a_first_reminder_ends_a_customers_backlog_and_an_answer_does_not(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer("1")])
        cases.decided(conn, company.id, [("1", "USD", TODAY, True, date(2026, 11, 4))])
        record(conn, company, "1", Contact(TODAY, ContactKind.ANSWER, None, None, None, ("1",)))
        [answered] = load(conn, company, "1")
        record(conn, company, "1", reminder(TODAY))
        [reminded] = load(conn, company, "1")

    assert (answered.is_backlog, reminded.is_backlog) == (True, False)
    assert reminded.start_on == date(2026, 11, 4)


@pytest.mark.parametrize("missing", [0, 3])
def test_many_customers_who_are_looked_at_again_on_one_day_are_set_together(engine, company, missing):
    """Also those of whom nothing was kept so far, and only theirs."""
    other = add_company(engine, "Second Street")
    ids = [str(number) for number in range(40)]
    tomorrow = TODAY + timedelta(days=1)
    with durable(engine) as conn:
        for one in (company, other):
            mirror.put_customers(conn, one.id, [customer(id) for id in ids])
            cases.set_next_look(conn, one.id, [(id, "USD", TODAY) for id in ids[missing:]])
        cases.set_important(conn, company.id, ids[-1], "USD", True)

        again = [(id, "USD", tomorrow, False, None) for id in ids[:30]]
        later = [(id, "USD", None, True, TODAY) for id in ids[30:]]
        cases.decided(conn, company.id, again + later)

        looks = [cases.look_of(conn, company.id, id, "USD") for id in ids]
        others = {cases.look_of(conn, other.id, id, "USD") for id in ids[missing:]}

    assert looks[:30] == [cases.Look(tomorrow)] * 30
    assert looks[30:-1] == [cases.Look(None, True, TODAY)] * 9
    assert looks[-1] == cases.Look(None, True, TODAY, important=True)
    assert others == {cases.Look(TODAY)}


def test_another_companys_rows_with_the_same_ids_are_not_seen(engine, company):
    other = add_company(engine, "Second Street")
    with durable(engine) as conn:
        for one in (company, other):
            mirror.put_customers(
                conn, one.id, [customer("1", balance=usd("1.00") if one is other else usd("2.00"))]
            )
        mirror.put_customers(conn, other.id, [customer("2", parent_id="1", bill_with_parent=True)])
        mirror.put_invoices(conn, other.id, [invoice("1", "1"), invoice("2", "2")])
        mirror.put_payments(conn, other.id, [payment("1", "1", "5.00")])
        mirror.put_credit_memos(conn, other.id, [memo("1", "1", "5.00")])
        holds.add(conn, other.id, "1", HoldKind.UPSET, reason="x", placed_by="Ann", placed_on=TODAY)
        cycles.save(conn, other.id, "1", "USD", Cycle(3, TODAY, None, 0, 1))
        record(conn, other, "1", reminder(TODAY))
        cases.set_important(conn, other.id, "1", "USD", True)
        companies.update(conn, other.id, history_since=TODAY)

        [case] = load(conn, company, "1")

    assert case.members == frozenset({"1"})
    assert case.books_balance == usd("2.00")
    assert (case.invoices, case.payments, case.credit_memos) == ((), (), ())
    assert (case.holds, case.contacts, case.cycle, case.next_cycle) == ((), (), None, 1)
    assert (case.important, case.history_since) == (False, None)


def test_two_hundred_customers_take_at_most_fifteen_statements(engine, company):
    ids = [str(number) for number in range(1, 201)]
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer(one) for one in ids])
        mirror.put_customers(
            conn,
            company.id,
            [customer(f"s{one}", parent_id=one, bill_with_parent=True) for one in ids],
        )
        mirror.put_invoices(conn, company.id, [invoice(f"{one}-{n}", one) for one in ids for n in range(3)])
        mirror.put_invoices(conn, company.id, [invoice(f"s{one}", f"s{one}") for one in ids])
        cycles.save_all(
            conn, company.id, [(one, "USD", Cycle(1, TODAY, None, 1, 1)) for one in ids], on=TODAY
        )
        record(conn, company, "7", reminder(TODAY))
        plans.create(
            conn,
            company.id,
            customer_id="9",
            form="overlay",
            agreed_on=TODAY,
            originals=[Original("9-0", usd("100.00"))],
            installments=[Installment(1, date(2026, 12, 1), usd("100.00"))],
            by="Ann",
            at=NOW,
        )
        cases.touch(conn, company.id, ids, TODAY)

    statements = []
    with reading(engine) as conn:
        keys = cases.due(conn, company.id, TODAY, limit=200)
        event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
        loaded = cases.load(conn, company.id, keys, TODAY)

    assert len(loaded) == 200
    assert all(len(case.invoices) == 4 for case in loaded)
    assert [(case.customer.id, case.currency) for case in loaded] == keys
    # The fourteenth reads how they have paid so far, and what an invoice usually comes to.
    # The fifteenth reads whether e-mail leaves by itself, and who asked for none.
    # The sixteenth reads whom the company named at its customers.
    assert 0 < len(statements) <= 16
