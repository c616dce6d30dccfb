"""Months in the life of one customer: each day is decided, each contact delivered, and the rules watched."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

import pytest

from qb_collections.core import cycles
from qb_collections.core.case import Contact, ContactKind, HoldKind
from qb_collections.core.decide import decide
from qb_collections.core.decision import Outcome

from .making import case, hold, invoice, nov, octo, rules

RULES = rules()
SENT = (Outcome.REMIND, Outcome.CALL)


class Life:
    """A customer whose days pass: every contact that is decided is delivered on its day."""

    def __init__(self, made):
        self.case = made
        self.diary = []

    def live(self, first, last):
        today = first
        while today <= last:
            self.day(today)
            today += timedelta(days=1)
        return self

    def day(self, today):
        self.case = replace(self.case, cycle=cycles.advance(self.case, 1, today))
        decision = decide(self.case, RULES, today)
        if decision.outcome is Outcome.DECIDE:
            self.diary.append((today, "decide"))
        if decision.outcome not in SENT:
            return
        kind = ContactKind.CALL if decision.outcome is Outcome.CALL else ContactKind.REMINDER
        contact = Contact(
            today,
            kind,
            decision.stage,
            decision.cycle,
            decision.number,
            decision.invoice_ids,
            decision.act_by_on,
            decision.reply_by_on,
            decision.backlog,
        )
        cycle = self.case.cycle or cycles.begun(decision.cycle, today, 1)
        self.case = replace(
            self.case,
            contacts=(*self.case.contacts, contact),
            cycle=cycles.delivered(cycle, contact),
            is_backlog=False,
        )
        self.diary.append((today, decision.stage))

    def pay(self, *ids):
        self.case = replace(self.case, invoices=tuple(one for one in self.case.invoices if one.id not in ids))


def test_an_unpaid_invoice_climbs_step_by_step_to_a_persons_decision():
    life = Life(case()).live(octo(20), date(2026, 12, 16))

    assert life.diary == [
        (octo(28), "S1"),  # three business days after 23 October
        (nov(3), "S2"),  # six days after the first message
        (nov(10), "S3"),  # the day an answer was asked for by
        (nov(18), "S4"),  # 21 days after the first of three contacts
        (nov(30), "S5"),  # two business days after 25 November, over Thanksgiving
        (date(2026, 12, 16), "decide"),  # two business days after 14 December
    ]


def test_a_small_invoice_climbs_without_a_call():
    life = Life(case(invoice(balance="120.00"))).live(octo(20), date(2026, 12, 11))

    assert life.diary == [
        (octo(28), "S1"),
        (nov(3), "S2"),
        (nov(17), "S4"),  # its own 25 days
        (nov(27), "S5"),  # two business days after 24 November: Wednesday 25, Friday 27
    ]


def test_backlog_enters_at_the_second_message_and_skips_nothing_after():
    made = case(invoice(due=date(2026, 6, 1)), is_backlog=True, start_on=nov(3))

    life = Life(made).live(octo(30), nov(25))

    # The firm message gives until Monday 23 November; two business days more.
    assert life.diary == [(nov(3), "S2"), (nov(10), "S3"), (nov(16), "S4"), (nov(25), "S5")]


def test_paying_everything_ends_the_cycle_and_the_next_begins_at_the_first_message():
    life = Life(case(next_cycle=1)).live(octo(20), nov(4))
    life.pay("1")
    life.live(nov(5), nov(6))
    ended = life.case.cycle
    life.case = replace(life.case, invoices=(invoice("2", nov(13)),), next_cycle=2)

    life.live(nov(7), nov(18))

    assert ended is None
    assert life.diary == [(octo(28), "S1"), (nov(3), "S2"), (nov(18), "S1")]
    assert life.case.cycle.number == 2


def test_a_promise_makes_silence_and_the_ladder_goes_on_where_it_was():
    life = Life(case()).live(octo(20), octo(30))
    life.case = replace(life.case, holds=(hold(HoldKind.PROMISE, "1", until_on=nov(13)),))

    life.live(octo(31), nov(24))

    # Through Tuesday 17 November, two business days after the 13th.
    assert life.diary == [(octo(28), "S1"), (nov(18), "S2")]


@pytest.mark.parametrize("spacing", [3, 5, 7, 11])
def test_many_invoices_never_break_gap_or_caps_and_no_step_is_skipped(spacing):
    dues = [octo(1) + timedelta(days=spacing * n) for n in range(12)]
    made = case(*(invoice(str(n), due, "610.00") for n, due in enumerate(dues)))

    life = Life(made).live(octo(1), date(2026, 12, 20))

    sent = [(day, step) for day, step in life.diary if step != "decide"]
    days = [day for day, _ in sent]
    steps = [step for _, step in sent]
    assert len(days) >= 5
    assert all(later - earlier >= timedelta(days=6) for earlier, later in pairwise(days))
    assert all(later - earlier >= timedelta(days=21) for earlier, later in zip(days, days[3:], strict=False))
    assert steps == sorted(steps)
    assert sorted(set(steps)) == ["S1", "S2", "S3", "S4", "S5"][: len(set(steps))]
    assert all(RULES.calendar.is_open(day) for day in days)
    for contact in life.case.contacts:
        if contact.stage in ("S4", "S5"):
            earlier = {
                one for other in life.case.contacts if other.on < contact.on for one in other.invoice_ids
            }
            assert set(contact.invoice_ids) <= earlier
