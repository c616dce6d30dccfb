"""Months in the lives of customers by chance, night after night, with everything that happens to them.

Each night is decided as the service does it: the cycle goes on, the case is decided, what leaves is delivered
or fails, people pay, promise, dispute and answer.  What must always hold is checked every night by plain
counting, with no question asked of the code under test.
"""

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest

from qb_collections.core import cycles
from qb_collections.core.case import Contact, ContactKind, Hold, HoldKind, Receipt
from qb_collections.core.decide import decide
from qb_collections.core.decision import Outcome

from .making import HOLIDAYS, case, customer, invoice, rules, usd

RULES = rules()
CODES = ["S0", "S1", "S2", "S3", "S4", "S5", "S6"]
FIRST = date(2026, 8, 3)
NIGHTS = 150
BALANCES = ("80.00", "300.00", "480.00", "610.00", "2400.00")
CAPS = ((7, 2), (14, 3), (21, 3), (30, 5))


def weekday(day):
    """Open by the Standard policy: no weekend, no holiday, not the last days of the year."""
    at = (day.month, day.day)
    return day.weekday() < 5 and day not in HOLIDAYS and not (at >= (12, 24) or at <= (1, 2))


def business_days_later(day, count):
    while count:
        day += timedelta(days=1)
        count -= day.weekday() < 5 and day not in HOLIDAYS
    return day


class Life:
    def __init__(self, chance):
        self.chance = chance
        backlog = chance.random() < 0.2
        self.ids = 0
        self.case = case(
            customer=customer(phone=chance.choice([None, "423-555-0118"])), is_backlog=backlog, next_cycle=1
        )
        first = [self.new_invoice(FIRST - timedelta(days=90 if backlog else 20)) for _ in range(2)]
        self.case = replace(self.case, invoices=tuple(first))
        self.entered_as_backlog = False
        self.calm = None  # (decision, the day it was made): nothing has happened to the customer since
        self.said = []  # contacts of the running cycle

    def new_invoice(self, today):
        self.ids += 1
        due = today + timedelta(days=self.chance.randint(3, 30))
        made = invoice(str(self.ids), due, self.chance.choice(BALANCES))
        return replace(made, number=f"2{self.ids:04}")

    def happens(self, today):
        """What people do on a day; most days nothing."""
        chance, before = self.chance, self.case
        if chance.random() < 0.06:
            self.change(invoices=(*self.case.invoices, self.new_invoice(today)))
        if self.case.invoices and chance.random() < 0.03:
            self.pays(chance.choice(self.case.invoices), today)
        if self.case.invoices and chance.random() < 0.05:
            self.says(today)
        if self.case.holds and chance.random() < 0.05:
            self.change(holds=self.case.holds[1:])
        if chance.random() < 0.01:
            self.change(replied_on=today)
        if self.case is not before:
            self.calm = None

    def change(self, **facts):
        self.case = replace(self.case, **facts)

    def pays(self, paid, today):
        late = paid.balance if paid.due_on < today else usd("0")
        rest = tuple(one for one in self.case.invoices if one.id != paid.id)
        if self.chance.random() < 0.3:
            half = usd(str(round(paid.balance.amount / 2, 2)))
            late = half if paid.due_on < today else usd("0")
            rest = tuple(
                replace(one, balance=paid.balance - half) if one is paid else one
                for one in self.case.invoices
            )
        self.change(
            invoices=rest,
            receipts=(*self.case.receipts, Receipt(today, late if late.amount else usd("1"), late)),
        )

    def says(self, today):
        kind = self.chance.choice(
            [
                *(
                    HoldKind.PROMISE,
                    HoldKind.PROMISE,
                    HoldKind.DISPUTE,
                    HoldKind.DISPUTE,
                    HoldKind.IN_TRANSIT,
                ),
                *(HoldKind.EXCLUSION, HoldKind.OPEN_REPLY, HoldKind.UPSET, HoldKind.HARDSHIP),
            ]
        )
        about = self.chance.choice([None, *(one.id for one in self.case.invoices)])
        until = today + timedelta(days=self.chance.randint(0, 15)) if self.chance.random() < 0.8 else None
        made = Hold(len(self.case.holds) + today.toordinal(), kind, about, "as told", "Dana", today, until)
        self.change(holds=(*self.case.holds, made))

    def night(self, today):
        self.happens(today)
        cycle = cycles.advance(self.case, 1, today)
        if cycle is None and self.case.cycle is not None:
            self.change(next_cycle=self.case.cycle.number + 1)
            self.said, self.entered_as_backlog = [], False
        self.change(cycle=cycle)
        decision = decide(self.case, RULES, today)
        assert decision == decide(self.case, rules(), today)
        self.every_invoice_has_one_finding(decision)
        self.calm_nights_bring_nothing_new(decision, today)
        if decision.outcome in (Outcome.REMIND, Outcome.CALL, Outcome.DECIDE):
            self.names_only_what_it_may(decision, today)
        if decision.outcome in (Outcome.REMIND, Outcome.CALL):
            self.may_leave(decision, today)
            self.leaves(decision, today)
        elif decision.outcome is Outcome.DECIDE and self.chance.random() < 0.15:
            for one in self.case.invoices:
                self.pays(one, today)

    # ---------------------------------------------------------------- what always holds

    def every_invoice_has_one_finding(self, decision):
        assert [one.invoice_id for one in decision.findings] == [one.id for one in self.case.invoices]
        assert all(one.because for one in decision.findings)

    def calm_nights_bring_nothing_new(self, decision, today):
        """So the night may look only at customers whose day has come or to whom something has happened."""
        if self.calm is not None and (self.calm.review_on is None or today < self.calm.review_on):
            known = self.calm
            assert (decision.outcome, decision.gate) == (known.outcome, known.gate)
            assert [one.gate for one in decision.findings] == [one.gate for one in known.findings]
        elif decision.outcome in (Outcome.SILENCE, Outcome.TASK):
            assert decision.review_on is None or decision.review_on > today
            self.calm = decision

    def names_only_what_it_may(self, decision, today):
        """Late, not paid, and nothing that a person said stands in the way; beside it no more than that."""
        ids = (*decision.invoice_ids, *decision.also_open_ids)
        named = [one for one in self.case.invoices if one.id in ids]
        assert decision.invoice_ids and len(named) == len(ids)
        for one in named:
            assert one.balance.amount > 0
            assert one.due_on < today
            assert not [hold for hold in self.case.holds if self.stands(hold, one, today)]

    def may_leave(self, decision, today):
        assert weekday(today)
        self.gap_and_caps(today)
        self.stage_follows(decision)

    def stands(self, hold, about, today):
        whole = (HoldKind.OPEN_REPLY, HoldKind.UPSET, HoldKind.HARDSHIP)  # these speak for the customer
        if hold.invoice_id not in (None, about.id) and hold.kind not in whole:
            return False
        last = hold.until_on
        if hold.kind is HoldKind.PROMISE:
            last = business_days_later(last or hold.placed_on, 2)
            # Kept is what nothing of is left that was due by its day.
            by = hold.until_on or hold.placed_on
            if hold.invoice_id is None and not any(one.due_on <= by for one in self.case.invoices):
                return False
        elif last is None and hold.kind in (HoldKind.IN_TRANSIT, HoldKind.UPSET):
            last = business_days_later(hold.placed_on, 5)
        return last is None or today <= last

    def gap_and_caps(self, today):
        days = [contact.on for contact in self.case.contacts] + [today]
        assert all(today - day >= timedelta(days=6) for day in days[:-1])
        for window, most in CAPS:
            assert len([day for day in days if today - day < timedelta(days=window)]) <= most

    def stage_follows(self, decision):
        stage = CODES.index(decision.stage)
        reached = max((CODES.index(one.stage) for one in self.said[-1:]), default=0)
        between = CODES[reached + 1 : stage]
        known = {id for one in self.said if one.stage == decision.stage for id in one.invoice_ids}
        assert decision.number == len(self.said) + 1
        if decision.backlog:
            assert not self.said and stage in (1, 2)
            self.entered_as_backlog = True
        elif stage < reached:  # an answer of theirs brings the cooperative tone back
            assert decision.stage == "S2"
            assert self.case.replied_on is not None and self.case.replied_on >= self.said[-1].on
        elif stage == reached:
            softened = self.case.replied_on is not None and self.case.replied_on >= self.said[-1].on
            assert softened or not set(decision.invoice_ids) <= known
        else:
            assert between in ([], ["S3"])  # a call is left out where too little is owed
        if decision.stage in ("S4", "S5"):
            earlier = {id for one in self.said for id in one.invoice_ids}
            assert set(decision.invoice_ids) <= earlier
        # Stage n rests on n delivered contacts, with this one: less one that the beginning passed over,
        # less a call left out.
        assert len(self.said) + 1 >= stage - self.entered_as_backlog - 1
        if not self.entered_as_backlog and any(one.stage == "S3" for one in self.said):
            assert len(self.said) + 1 >= stage

    def leaves(self, decision, today):
        """Delivered, or not: then nothing has happened, and the next night decides again."""
        self.calm = None
        if self.chance.random() < 0.1:
            return
        cycle = self.case.cycle or cycles.begun(decision.cycle, today, 1)
        if decision.outcome is Outcome.CALL and self.chance.random() < 0.4:
            self.change(cycle=cycles.call_missed(cycle, today))
            return
        contact = Contact(
            today,
            ContactKind.CALL if decision.outcome is Outcome.CALL else ContactKind.REMINDER,
            decision.stage,
            decision.cycle,
            decision.number,
            decision.invoice_ids,
            decision.act_by_on,
            decision.reply_by_on,
            decision.backlog,
        )
        self.said.append(contact)
        self.change(
            contacts=(*self.case.contacts, contact), cycle=cycles.delivered(cycle, contact), is_backlog=False
        )


def live(seed, lives):
    """So many lives; how often each step was delivered in them."""
    steps = []
    for number in range(lives):
        life = Life(random.Random(f"{seed}-{number}"))
        for night in range(NIGHTS):
            life.night(FIRST + timedelta(days=night))
        steps += [one.stage for one in life.case.contacts]
    return {code: steps.count(code) for code in CODES}


def test_no_rule_is_broken_in_the_lives_of_customers():
    delivered = live("make test", 12)

    assert all(delivered[code] > 0 for code in ("S1", "S2", "S3", "S4", "S5"))


@pytest.mark.soak
@pytest.mark.timeout(1800)
def test_no_rule_is_broken_in_two_thousand_lives():
    delivered = live("soak", 2000)

    assert all(delivered[code] > 100 for code in ("S1", "S2", "S3", "S4", "S5"))
