"""When a cycle begins, grows and ends."""

from dataclasses import replace

import pytest

from qb_collections.core.case import ContactKind, Cycle, HoldKind, Plan
from qb_collections.core.cycles import advance, begun, call_missed, delivered

from .making import after, case, hold, invoice, nov, octo, reminder, usd


@pytest.mark.parametrize(("today", "number"), [(octo(23), None), (octo(24), 3)])
def test_a_cycle_begins_on_the_first_overdue_day(today, number):
    cycle = advance(case(next_cycle=3), 5, today)

    assert (cycle and cycle.number) == number
    if cycle:
        assert cycle == Cycle(3, octo(24), None, 0, 5)


@pytest.mark.parametrize(
    "kind", [HoldKind.DISPUTE, HoldKind.PROMISE, HoldKind.IN_TRANSIT, HoldKind.EXCLUSION]
)
def test_an_invoice_that_is_held_begins_none_until_the_last_day_is_over(kind):
    held = case(holds=(hold(kind, "1", until_on=nov(3)),))

    assert advance(held, 1, nov(3)) is None
    assert advance(held, 1, nov(4)) is not None
    assert advance(case(holds=(hold(kind),)), 1, nov(4)) is None


def test_other_holds_and_other_invoices_holds_do_not_matter():
    made = case(holds=(hold(HoldKind.HARDSHIP), hold(HoldKind.DISPUTE, "2")))

    assert advance(made, 1, octo(24)) is not None


def test_a_plans_documents_begin_none():
    plan = Plan(1, "PP1", frozenset({"1"}), frozenset(), None, "active")

    assert advance(case(plans=(plan,)), 1, nov(4)) is None


def test_a_disputed_late_invoice_keeps_a_running_cycle_going():
    made = after(reminder("S1", octo(28)), holds=(hold(HoldKind.DISPUTE, "1"),))

    assert advance(made, 1, nov(4)) == made.cycle


def test_it_goes_on_before_its_first_contact():
    made = replace(case(), cycle=begun(1, octo(24), 1))

    assert advance(made, 1, nov(4)) == made.cycle


def test_it_ends_when_nothing_overdue_is_left():
    made = after(reminder("S1", octo(28)), invoices=(invoice("2", nov(20)),))

    assert advance(made, 1, nov(4)) is None


def test_it_goes_on_while_an_invoice_contacted_before_its_due_date_is_open():
    made = after(reminder("S0", octo(18)))

    assert advance(made, 1, octo(20)) == made.cycle
    assert advance(replace(made, invoices=(invoice(balance="0"),)), 1, octo(20)) is None


def test_reminders_and_calls_advance_it_and_answers_do_not():
    cycle = replace(begun(1, octo(24), 1), missed_call_on=nov(2))

    reminded = delivered(cycle, reminder("S3", nov(3)))

    assert (reminded.stage, reminded.contacts, reminded.missed_call_on) == ("S3", 1, None)
    assert delivered(cycle, replace(reminder("S1", nov(3)), kind=ContactKind.ANSWER)) == cycle
    assert delivered(cycle, replace(reminder("S1", nov(3)), kind=ContactKind.FOREIGN)) == cycle


def test_a_missed_call_only_opens_the_e_mail():
    cycle = replace(begun(1, octo(24), 1), stage="S2", contacts=2)

    assert call_missed(cycle, nov(3)) == replace(cycle, missed_call_on=nov(3))


def test_a_voided_invoice_begins_none():
    assert advance(case(invoice(voided=True, balance="5.00", total=usd("5"))), 1, nov(4)) is None
