"""A slow and obvious decision, to hold the quick one against.

Written from the rules as they are told to people: every question is asked day by day and invoice by invoice,
nothing is remembered between two questions.  It shares no code with qb_collections.core but the values that
go in.  It says what is done and which rule decided; it writes no sentences and names no day to look again:
that day is right when this answer stays the same until it has come.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

DAY = timedelta(days=1)
NOTHING = Decimal(0)


@dataclass(frozen=True)
class Answer:
    outcome: str
    gate: str
    gates: tuple[tuple[str, str], ...]  # (invoice, gate) in the case's order
    stage: str | None = None
    task: str | None = None
    channel: str | None = None
    approval: bool = False
    backlog: bool = False
    named: tuple[str, ...] = ()
    also_open: tuple[str, ...] = ()
    amount: Decimal | None = None
    reply_by: date | None = None
    pay_by: date | None = None


@dataclass(frozen=True)
class Next:
    """The step that comes next: a stage of the ladder, or None where a person chooses."""

    stage: object
    on: date
    named: list
    also_open: list
    backlog: bool = False


class Reference:
    """One case on one day."""

    def __init__(self, case, rules, today):
        self.case, self.policy, self.today = case, rules.policy, today
        self.rules = rules
        self.codes = [stage.code for stage in rules.ladder]  # a running cycle keeps its own ladder
        in_policy = [stage.code for stage in rules.policy.ladder]
        self.stages = [stage for stage in rules.ladder if stage.code in in_policy]  # taken out: never sent

    # ------------------------------------------------------------------ days

    def business(self, day):
        return day.weekday() not in self.rules.calendar.weekend and day not in self.rules.calendar.holidays

    def quiet(self, day):
        for season in self.rules.calendar.quiet:
            year = [(day.month, day.day)]
            first, last = season.first, season.last
            if first <= last and first <= year[0] <= last:
                return True
            if first > last and (year[0] >= first or year[0] <= last):
                return True
        return False

    def open(self, day):
        return self.business(day) and not self.quiet(day)

    def first_open(self, day):
        while not self.open(day):
            day += DAY
        return day

    def business_later(self, day, count):
        step = DAY if count > 0 else -DAY
        for _ in range(abs(count)):
            day += step
            while not self.business(day):
                day += step
        return day

    def reached(self, stage, due_on):
        if stage.business:
            return self.business_later(due_on, stage.after_due_days)
        return due_on + stage.after_due_days * DAY

    # ------------------------------------------------------------------ what has been said

    def said(self):
        """Reminders and calls of the running cycle."""
        if self.case.cycle is None:
            return []
        return [
            one
            for one in self.case.contacts
            if one.cycle == self.case.cycle.number and str(one.kind) in ("reminder", "call")
        ]

    def heard_on(self):
        """The days on which the customer heard anything that counts for gap and caps."""
        days = list(self.case.contacted_elsewhere)
        for contact in self.case.contacts:
            if str(contact.kind) == "answer":
                continue
            if str(contact.kind) == "foreign" and contact.invoice_ids:
                due = [
                    one.due_on for one in self.case.invoices if one.id in contact.invoice_ids and one.due_on
                ]
                if not any(contact.on >= day for day in due):
                    continue  # the bill itself
            days.append(contact.on)
        return sorted(days)

    # ------------------------------------------------------------------ holds

    def holds(self, kind, invoice=None):
        """Those of a kind; with an invoice those on it or on the whole customer."""
        return [
            one
            for one in self.case.holds
            if str(one.kind) == kind and (invoice is None or one.invoice_id in (None, invoice.id))
        ]

    def stands(self, hold):
        last = hold.until_on
        if last is None and str(hold.kind) == "in_transit":
            last = self.business_later(hold.placed_on, self.policy.promises.in_transit_business_days)
        if last is None and str(hold.kind) == "upset":
            last = self.business_later(hold.placed_on, self.policy.promises.upset_business_days)
        return last is None or self.today <= last

    def marked(self, kind):
        return any(self.stands(one) for one in self.holds(kind))

    def last_grace_day(self, promise):
        return self.business_later(
            promise.until_on or promise.placed_on, self.policy.promises.grace_business_days
        )

    def promise_state(self, promise):
        last = self.last_grace_day(promise)
        came = sum(
            (one.amount.amount for one in self.case.receipts if promise.placed_on <= one.on <= last), NOTHING
        )
        if promise.amount is not None:
            kept = came >= promise.amount.amount
        elif promise.invoice_id is not None:
            kept = promise.invoice_id not in [one.id for one in self.case.invoices]
        else:
            by = promise.until_on or promise.placed_on
            kept = not [
                one
                for one in self.case.invoices
                if one.due_on and one.due_on <= by and one.balance.amount > 0
            ]
            owed = [one for one in self.case.invoices if one.balance.amount > 0]
            if kept and owed and came == 0 and self.today <= last:
                return "open"  # they spoke of what falls due later
        if kept:
            return "kept"
        if self.today <= last:
            return "open"
        return "part-kept" if came > 0 else "broken"

    def collected_by_itself(self, invoice):
        for hold in self.holds("autopay", invoice):
            if hold.invoice_id is not None and hold.until_on is not None:
                last = hold.until_on
            elif hold.until_on is not None and invoice.due_on > hold.until_on:
                continue
            else:
                days = self.policy.promises.in_transit_business_days
                last = self.business_later(invoice.due_on, days)
            if self.today <= last:
                return True
        return False

    # ------------------------------------------------------------------ invoices

    def plan_of(self, invoice):
        for plan in self.case.plans:
            if plan.state not in ("cancelled", "paid") and (
                invoice.id in plan.original_ids or invoice.id in plan.installment_ids
            ):
                return plan
        return None

    def gate_of(self, invoice):
        """The first rule that keeps an invoice out; None where it may be spoken of."""
        if invoice.voided or invoice.balance.amount <= 0:
            return "settled"
        if invoice.due_on is None or invoice.issued_on > self.today:
            return "not_overdue"
        if self.today <= invoice.due_on and not self.copy_is_a_courtesy(invoice):
            return "not_overdue"
        plan = self.plan_of(invoice)
        if plan is not None and not self.is_missed(invoice, plan):
            return "plan"
        if any(self.stands(one) for one in self.holds("dispute", invoice)):
            return "dispute"
        if any(self.promise_state(one) == "open" for one in self.holds("promise", invoice)):
            return "promise"
        if any(self.stands(one) for one in self.holds("in_transit", invoice)):
            return "in_transit"
        if self.collected_by_itself(invoice):
            return "autopay"
        if any(self.stands(one) for one in self.holds("exclusion", invoice)):
            return "exclusion"
        old = (self.today - invoice.due_on).days > self.policy.limits.oldest_debt_days
        if old and invoice.id not in self.case.looked_at_ids:
            return "too_old"
        return None

    def copy_is_a_courtesy(self, invoice):
        """On an open day from the copy's own day to before the due date, where all that it needs is known."""
        if self.today >= invoice.due_on:
            return False
        early = [one for one in self.stages if one.after_due_days < 0]
        if not early:
            return False
        stage = early[0]
        if stage.needs_history:
            if self.case.history_since is None or self.case.early_ids is None:
                return False
            if invoice.id not in self.case.early_ids:
                return False
        if invoice.balance.amount < stage.min_balance:
            return False
        current = self.case.cycle.stage if self.case.cycle else None
        if current in self.codes and self.codes.index(current) > self.codes.index(stage.code):
            return False
        if any(invoice.id in one.invoice_ids for one in self.said()):
            return False
        return self.open(self.today) and self.reached(stage, invoice.due_on) <= self.today

    def is_missed(self, invoice, plan):
        """An installment of a running plan, once any invoice would have had its first message."""
        if plan.state in ("building", "broken") or invoice.id in plan.original_ids:
            return False
        after = [one for one in self.stages if one.after_due_days >= 0]
        day = self.reached(after[0], invoice.due_on) if after else invoice.due_on + DAY
        return self.today >= self.first_open(day)

    # ------------------------------------------------------------------ money

    def credit(self, everything=False):
        """Unapplied payments and open credit memos; a plan's own memo is none, unless everything counts."""
        found = NOTHING
        if everything or self.policy.credits.unapplied_payments:
            found += sum((one.unapplied.amount for one in self.case.payments), NOTHING)
        if everything or self.policy.credits.credit_memos:
            of_plans = [plan.memo_id for plan in self.case.plans]
            for memo in self.case.credit_memos:
                if everything or memo.id not in of_plans:
                    found += memo.remaining.amount
        return found

    def applies(self, stage, owed):
        if owed < stage.min_balance:
            return False
        if stage.channel != "call":
            return True
        if str(self.case.kind) != "company" and not self.policy.private_persons.calls:
            return False
        thresholds, currency = self.policy.thresholds, self.case.currency
        least = thresholds.call_in.get(currency, thresholds.call)
        if thresholds.call_from_balances and self.rules.usual_late.get(currency, NOTHING) > least:
            least = self.rules.usual_late[currency]
        return owed >= least

    # ------------------------------------------------------------------ the ladder

    def next_step(self, late, owed):
        said = self.said()
        current = self.case.cycle.stage if self.case.cycle else None
        if current is not None and current not in self.codes:
            return self.persons_choice(late, said)
        if self.case.is_backlog and not said:
            return self.backlog_entry(late, owed)
        at = self.codes.index(current) if current is not None else -1
        step = self.after_broken_promises(late, owed, at, said) or self.usual(late, owed, at, said)
        return self.held_by_payment(step, late)

    def usual(self, late, owed, at, said):
        up, again = self.rise(late, owed, at, said), self.repeat(late, owed, at, said)
        if up is not None and (again is None or up.on <= again.on or up.on <= self.today):
            step = up
        else:
            step = again or self.persons_choice(late, said)
        return self.gentler(step, late, said)

    def rise(self, late, owed, at, said, own_day=None):
        """The next stage that applies, about the oldest invoice that it may name."""
        for stage in self.stages:
            if stage.after_due_days >= 0 and self.codes.index(stage.code) > at and self.applies(stage, owed):
                return self.about(stage, late, late, said, own_day=own_day)
        return None

    def repeat(self, late, owed, at, said):
        """The current stage again: for an invoice not yet spoken of at it, or where the ladder says so."""
        stage = next((one for one in self.stages if self.codes.index(one.code) == at), None)
        if stage is None or stage.after_due_days < 0 or not self.applies(stage, owed):
            return None
        at_it = [one for one in said if one.stage == stage.code]
        known = {id for one in at_it for id in one.invoice_ids}
        steps = [self.about(stage, late, [one for one in late if one.id not in known], said)]
        times = stage.repeat_at_most is None or len(at_it) < stage.repeat_at_most
        if stage.repeat_every_days is not None and at_it and times:
            day = max(one.on for one in at_it) + stage.repeat_every_days * DAY
            steps.append(self.about(stage, late, [one for one in late if one.id in known], said, day))
        steps = [one for one in steps if one is not None]
        return min(steps, key=lambda one: one.on) if steps else None

    def about(self, stage, late, triggers, said, not_before=None, own_day=None):
        named, also_open = list(late), []
        if stage.firm:  # only what an earlier message of this cycle has named
            earlier = {id for one in said for id in one.invoice_ids}
            named = [one for one in late if one.id in earlier]
            also_open = [one for one in late if one.id not in earlier]
        triggers = [one for one in triggers if one in named]
        if not triggers:
            return None
        if own_day is None:
            day = self.by_habit(stage, triggers[0].due_on)
        else:
            day = min(own_day, self.reached(stage, triggers[0].due_on))
        while not self.may_go(stage, day, said, not_before):
            day += DAY
        return Next(stage, day, named, also_open)

    def by_habit(self, stage, due_on):
        """The ladder's day; a first message not by their usual day; sooner once it is unusually late."""
        day, habit, traits = self.reached(stage, due_on), self.case.habit, self.policy.traits
        if stage.after_due_days < 0 or habit is None or habit.invoices < traits.rests_on_at_least:
            return day
        if traits.wait_for_usual_day and habit.usual_day is not None and self.opens_the_talk(stage):
            longest = min(habit.usual_day, traits.wait_at_most_days)
            while (day - due_on).days <= longest:
                day += DAY
        if traits.act_early_when_abnormal and habit.latest_day is not None:
            days = traits.early_at_most_days
            while days > 0 and (day - DAY - due_on).days > max(habit.latest_day, 0):
                day, days = day - DAY, days - 1
        return day

    def opens_the_talk(self, stage):
        """Nothing has been delivered yet that the ladder has from the due date on, or this is its first."""
        after = [self.codes.index(one.code) for one in self.stages if one.after_due_days >= 0]
        current = self.case.cycle.stage if self.case.cycle else None
        at = self.codes.index(current) if current in self.codes else -1
        return self.codes.index(stage.code) == after[0] or at < after[0]

    def may_go(self, stage, day, said, not_before):
        if not self.open(day) or (not_before is not None and day < not_before):
            return False
        if said:
            last = said[-1].on
            if stage.after_last_business:
                rested = self.business_later(last, stage.after_last_days)
            else:
                rested = last + stage.after_last_days * DAY
            if day < rested:
                return False
        return not self.waits_for_a_date_we_set(day, said)

    def waits_for_a_date_we_set(self, day, said):
        for contact in said:
            if contact.reply_by_on is not None and day < contact.reply_by_on:
                return True
            if contact.act_by_on is not None and day < self.business_later(contact.act_by_on, 2):
                return True
        return False

    def persons_choice(self, late, said):
        after = [one for one in self.stages if one.after_due_days >= 0]
        day = self.reached(after[0], late[0].due_on) if after else late[0].due_on
        while not self.open(day) or self.waits_for_a_date_we_set(day, said):
            day += DAY
        return Next(None, day, late, [])

    def after_broken_promises(self, late, owed, at, said):
        """One stage firmer, or a person's word, until a contact has followed the broken promise."""
        ids = [one.id for one in late]
        since = self.case.cycle.started_on if self.case.cycle else date.min
        broken = [
            one
            for one in self.holds("promise")
            if (one.invoice_id in ids if one.invoice_id else one.placed_on >= since)
            and self.promise_state(one) == "broken"
        ]
        if not broken:
            return None
        over_on = max(self.last_grace_day(one) for one in broken) + DAY
        if said and said[-1].on >= over_on:
            return None
        if len(broken) >= self.policy.promises.broken_before_person:
            return Next(None, self.first_open(over_on), late, [])
        if not self.policy.promises.broken_one_step_firmer:
            return None
        return self.rise(late, owed, at, said, over_on) or self.persons_choice(late, said)

    def gentler(self, step, late, said):
        """After an answer of theirs, the next written message is in the cooperative tone again."""
        most = self.policy.de_escalation.after_reply_at_most
        answered = self.case.replied_on is not None and not (said and said[-1].on > self.case.replied_on)
        if not answered or step.stage is None or step.stage.channel not in ("email", "letter"):
            return step
        if most not in self.codes or self.codes.index(step.stage.code) <= self.codes.index(most):
            return step
        soft = [
            one
            for one in self.stages
            if one.channel == "email" and self.codes.index(one.code) <= self.codes.index(most)
        ]
        return Next(soft[-1], step.on, late, []) if soft else step

    def held_by_payment(self, step, late):
        """A week of rest after the payment with which half of what was late had come within a week."""
        terms = self.policy.de_escalation
        week = terms.half_paid_holds_days * DAY
        still = sum((one.balance.amount for one in late), NOTHING)
        on = step.on
        for payment in self.case.receipts:
            if payment.late.amount <= 0:
                continue
            came = sum(
                (one.late.amount for one in self.case.receipts if payment.on - week < one.on <= payment.on),
                NOTHING,
            )
            if came * 100 >= (came + still) * terms.half_paid_percent:
                on = max(on, self.first_open(payment.on + week))
        return Next(step.stage, on, step.named, step.also_open, step.backlog)

    def backlog_entry(self, late, owed):
        """At the stage that its age has reached, but not above the policy's highest for a beginning."""
        opening = [
            one
            for one in self.stages
            if one.after_due_days >= 0
            and one.channel in ("email", "statement")
            and not one.firm
            and self.applies(one, owed)
        ]
        if not opening:
            return self.persons_choice(late, [])
        start = self.first_open(self.case.start_on or self.today)
        sent_on = max(start, self.first_open(self.today))
        most = self.policy.backlog.enter_at_most
        stage = opening[0]
        for one in opening[1:]:
            low = most in self.codes and self.codes.index(one.code) <= self.codes.index(most)
            if low and self.reached(one, late[0].due_on) <= sent_on:
                stage = one
        on = self.first_open(self.by_habit(stage, late[0].due_on))
        if self.case.start_on is not None:
            on = max(on, start)
        return Next(stage, on, late, [], True)

    # ------------------------------------------------------------------ the customer

    def addresses(self, named):
        """Addresses from which nothing came back; a bounce without an address is about all of them."""
        known = [*self.case.customer.emails, *(one.email for one in named if one.email)]
        for bounce in self.holds("bounced"):
            known = [one for one in known if "@" in bounce.reason and one not in bounce.reason]
        return known

    def customer_gate(self, late, early, missed, step):
        owed = sum((one.balance.amount for one in (*late, *missed)), NOTHING)
        credit, limits = self.credit(), self.policy.limits
        if self.marked("insolvent") or self.marked("people_only"):
            return "people_only"
        if self.marked("handed_over"):
            return "handed_over"
        if self.marked("hardship"):
            return "hardship"
        asked = owed if late or missed else sum((one.balance.amount for one in early), NOTHING)
        if credit > 0 and asked - credit <= self.policy.credits.tolerance:
            return "credits"
        books = self.case.books_balance
        listed = sum((one.balance.amount for one in self.case.invoices), NOTHING)
        if (
            books is not None
            and books.currency == self.case.currency
            and books.amount < listed - self.credit(everything=True)
        ):
            return "credit_not_visible"
        smallest = limits.smallest_balance_in.get(self.case.currency, limits.smallest_balance)
        if late and not missed and owed - credit < smallest:
            return "too_small"
        if missed:
            return "plan_missed"
        if step.stage is not None and step.stage.channel != "decision":
            by_phone = step.stage.channel == "call" and self.case.customer.phone
            if not by_phone and not self.addresses(step.named):
                return "no_contact"
        if self.marked("open_reply") or self.marked("upset"):
            return "open_reply"
        heard, stricter = self.heard_on(), str(self.case.kind) != "company"
        private = self.policy.private_persons
        for window, most in (
            (7, min(limits.at_most_in_7_days, private.at_most_in_7_days if stricter else 99)),
            (14, limits.at_most_in_14_days),
            (21, limits.at_most_in_21_days),
            (30, min(limits.at_most_in_30_days, private.at_most_in_30_days if stricter else 99)),
        ):
            if len([day for day in heard if self.today - window * DAY < day]) >= most:
                return "caps"
        gap = max(limits.contact_gap_days, private.contact_gap_days if stricter else 0)
        if heard and self.today < heard[-1] + gap * DAY:
            return "contact_gap"
        by_a_person = step.stage is None or step.stage.channel == "decision"
        if self.today < step.on or not (by_a_person or self.open(self.today)):
            return "stage"
        return None

    def decide(self):
        found = {one.id: self.gate_of(one) for one in self.case.invoices}
        passed = [one for one in self.case.invoices if found[one.id] is None]
        passed.sort(key=lambda one: (one.due_on, one.issued_on, one.id))
        missed = [one for one in passed if self.plan_of(one) is not None]
        late = [one for one in passed if one not in missed and one.due_on < self.today]
        early = [one for one in passed if one not in missed and one not in late]
        step = None
        if late:
            owed = sum((one.balance.amount for one in (*late, *missed)), NOTHING) - self.credit()
            step = self.next_step(late, owed)
            found.update({one.id: "not_overdue" for one in early})
            early = []
        elif early:
            stage = next(one for one in self.stages if one.after_due_days < 0)
            step = self.about(stage, early, early, self.said())
        if not (late or early or missed):
            gate = self.most_telling([found[one.id] for one in self.case.invoices])
            return self.silence(gate, found)
        gate = self.customer_gate(late, early, missed, step)
        if gate is not None:
            return self.silence(gate, {id: known or gate for id, known in found.items()})
        return self.contact(step, {id: known or "contact" for id, known in found.items()})

    def most_telling(self, gates):
        """Old debts first, since they are work; then what holds; then what is not due; then what is paid."""
        if "too_old" in gates:
            return "too_old"
        held = [one for one in gates if one not in ("settled", "not_overdue")]
        open_ones = [one for one in gates if one != "settled"]
        return (held or open_ones or ["settled"])[0]

    def silence(self, gate, found):
        task = {
            "credits": "apply_credits",
            "credit_not_visible": "find_credit",
            "plan_missed": "plan_missed",
            "no_contact": "add_email",
            "too_old": "look_at_old",
        }.get(gate)
        gates = tuple((one.id, found[one.id]) for one in self.case.invoices)
        return Answer("task" if task else "silence", gate, gates, task=task)

    def contact(self, step, found):
        stage = step.stage
        outcome, channel, task = self.how(step)
        reply_by = pay_by = None
        if outcome == "remind":
            reply_days = stage.reply_by_business_days
            if step.backlog:
                reply_days = self.policy.backlog.reply_by_business_days
            reply_by = self.business_later(self.today, reply_days) if reply_days else None
            if stage.act_by_days:
                pay_by = self.today + stage.act_by_days * DAY
                while not self.business(pay_by):
                    pay_by += DAY
                pay_by = max(pay_by, self.business_later(self.today, stage.act_by_min_business_days))
        if stage is None:
            stage = next((one for one in self.rules.ladder if one.channel == "decision"), None)
        return Answer(
            outcome,
            "contact",
            tuple((one.id, found[one.id]) for one in self.case.invoices),
            stage.code if stage else None,
            task,
            channel,
            outcome == "remind" and self.needs_approval(step.stage),
            step.backlog,
            tuple(one.id for one in step.named),
            tuple(one.id for one in step.also_open),
            sum((one.balance.amount for one in step.named), NOTHING),
            reply_by,
            pay_by,
        )

    def how(self, step):
        if step.stage is None or step.stage.channel == "decision":
            return "decide", "person", "decide"
        if step.stage.channel == "call":
            missed = self.case.cycle is not None and self.case.cycle.missed_call_on is not None
            if missed and self.addresses(step.named):
                return "remind", "email", "missed_call"
            return "call", "call", "call"
        alone = len(step.named) == 1 and not step.backlog
        return "remind", "quickbooks" if step.stage.quickbooks_copy and alone else "email", None

    def needs_approval(self, stage):
        for one in self.policy.ladder:  # approvals hold at once, also for a cycle with an older ladder
            if one.code == stage.code and one.approval:
                return True
        important = self.case.important or self.case.customer.id in self.rules.important_ids
        first = self.policy.approvals.important_from
        return important and first in self.codes and self.codes.index(stage.code) >= self.codes.index(first)


def reference(case, rules, today):
    """The answer of the rules, as slowly as it takes."""
    return Reference(case, rules, today).decide()
