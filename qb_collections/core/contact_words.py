"""The sentences of a contact: the customer's one, and one for each invoice that it is about or leaves out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

from qb_collections.core import contact_limits, promises
from qb_collections.core.books import Invoice
from qb_collections.core.case import HoldKind
from qb_collections.core.customer_gates import message_name
from qb_collections.core.decision import Finding, Outcome, Trace
from qb_collections.core.ladder import Step
from qb_collections.core.money import Money
from qb_collections.core.promises import Judged, PromiseState
from qb_collections.core.view import View
from qb_collections.core.wording import SENTENCE_MAX, count_text, fit, invoice_text, label

_DAY = timedelta(days=1)
_HEADS = {Outcome.CALL: "Call for you", Outcome.DECIDE: "A person decides"}
_NOTHING = Decimal(0)


def sentence(view: View, step: Step, outcome: Outcome, approval: bool, amount: Money) -> str:
    """The customer's one sentence: the fact, what happens and when, and who can change it.

    amount: what the step's invoices come to.
    """
    head = "Waiting for you" if approval else _HEADS.get(outcome, "Message planned")
    tail = tail_of(view, step, outcome, approval)
    said = f"{head}: {_facts(view, step, amount)}. {tail}"
    return said if len(said) <= SENTENCE_MAX else f"{head}: {_facts(view, step, amount, brief=True)}. {tail}"


def _facts(view: View, step: Step, amount: Money, *, brief: bool = False) -> str:
    """brief: for where what happens next would not fit behind all of them."""
    oldest = step.invoices[0]
    assert oldest.due_on is not None
    verb = "was due" if oldest.due_on < view.today else "is due"
    if len(step.invoices) == 1:
        facts = f"{view.invoice(oldest)} {verb} on {view.day(oldest.due_on)}"
    else:
        several = f"{len(step.invoices)} invoices, {view.money(amount.amount)} in all, are open"
        facts = f"{several}; the oldest, {label(oldest)}, {verb} on {view.day(oldest.due_on)}"
    if step.waits_for == "promises":
        return facts
    if step.waits_for == "sooner":
        return f"{facts}, {_later_than_ever(view)}"
    missed = missed_promise(view, [invoice.id for invoice in step.invoices]) if view.holds else None
    if missed is not None:
        shown = several if brief and len(step.invoices) > 1 else facts
        return f"{shown}; {said_of(view, missed)}"
    if brief:
        return facts
    said = contact_limits.counted(view.case) if view.case.contacts else ()
    if said:
        return f"{facts}; the last contact was on {view.day(said[-1].on)}"
    return facts if verb == "is due" else f"{facts}, and nobody has asked about it yet"


def _later_than_ever(view: View) -> str:
    """Why the step comes before the ladder's own day, and on how many invoices that rests."""
    habit = view.case.habit
    assert habit is not None and habit.latest_day is not None, "it set the day"
    return f"later than they ever paid before ({count_text(habit.invoices, 'paid invoice')})"


def missed_promise(view: View, invoice_ids: Sequence[str]) -> Judged | None:
    """The latest promise about these invoices that was not kept, or only in part."""
    made = view.holds.get(HoldKind.PROMISE, ())
    return promises.latest_missed(made, view.case, view.rules, view.today, invoice_ids) if made else None


def said_of(view: View, missed: Judged) -> str:
    day = view.day(missed.promised_on)
    if missed.state is PromiseState.BROKEN:
        return f"the promise to pay by {day} was not kept"
    received = view.money(missed.received)
    amount = missed.promise.amount
    if amount is None:
        return f"the promise to pay by {day} was kept in part: {received} came"
    return f"the promise to pay {view.rules.money(amount)} by {day} was kept in part: {received} came"


def tail_of(view: View, step: Step, outcome: Outcome, approval: bool) -> str:
    if step.stage is None or outcome is Outcome.DECIDE:
        if step.waits_for == "promises":
            day = view.day(step.since)
            most = view.rules.policy.promises.broken_before_person
            broken = "was not kept" if most == 1 else "was not the first one broken"
            return f"The promise to pay by {day} {broken}. Choose: call again, a plan, hand over, or stop."
        why = _why_a_person(view, step)
        return f"{why}. Choose: call again, offer a plan, propose mediation, hand over, or stop."
    day = view.day(view.today)
    name = message_name(step)
    if outcome is Outcome.CALL:
        phone = "" if view.case.customer.phone else " QuickBooks has no phone number."
        least = view.rules.call_threshold(view.case.currency)
        call = f"From {view.money(least)} on, a call" if least else "A call"
        return f"{call} on {day} is the next step.{phone}"
    if approval and step.stage.channel == "call":
        return f"Nobody could be reached by phone; an e-mail goes out on {day} once you approve it."
    if approval:
        return f"{name} goes out on {day} once you approve it; you asked to see these first."
    if step.stage.channel == "call":
        return f"Nobody could be reached by phone, so an e-mail goes out on {day}."
    return f"{name} goes out on {day}."


def _why_a_person(view: View, step: Step) -> str:
    """All steps are done only where none comes after the last one; else none of the others may name it."""
    last = view.rules.rank(view.case.cycle.stage) if view.case.cycle else -1
    if step.stage is None and any(view.rules.rank(one.code) > last for one in view.rules.steps):
        return "The steps that are left name only what they were asked about before"
    return "All steps are done"


def spoken_of(view: View, step: Step, stopped: Mapping[str, Finding], tail: str) -> Trace:
    """For each invoice why it is part of the contact, or why not; stopped: those that a gate left out."""
    included = {invoice.id for invoice in step.invoices}
    amount_text, day_texts, today = view.amount_text, view.day_texts, view.today
    findings = []
    for invoice in view.case.invoices:
        if invoice.id in stopped:
            findings.append(stopped[invoice.id])
            continue
        due_on = invoice.due_on
        assert due_on is not None
        facts = (
            f"{invoice_text(invoice, amount_text)} "
            f"{'was' if due_on < today else 'is'} due on {day_texts[due_on]}."
        )
        if invoice.id in included:
            findings.append(Finding("contact", fit(f"Part of it: {facts} {tail}"), False, None, invoice.id))
        else:
            because = (
                f"Not part of this message: {facts} No earlier message has named it; "
                "it is listed as also open."
            )
            findings.append(Finding("contact", fit(because), True, today + _DAY, invoice.id))
    return tuple(findings)


def sum_of(invoices: Sequence[Invoice], currency: str) -> Money:
    return Money(sum([invoice.balance.amount for invoice in invoices], _NOTHING), currency)
