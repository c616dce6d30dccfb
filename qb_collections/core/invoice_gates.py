"""Invoice gates: which invoices may be spoken of.  The first that stops gives the invoice's reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from qb_collections.core import holds, promises
from qb_collections.core.books import Invoice
from qb_collections.core.case import Hold, HoldKind, Plan
from qb_collections.core.decision import Finding
from qb_collections.core.plan_standing import PlanStanding, PlanState
from qb_collections.core.policy import Stage
from qb_collections.core.view import View
from qb_collections.core.wording import fit, label, short

InvoiceGate = Callable[[View, Invoice], Finding | None]
_DAY = timedelta(days=1)


def settled(view: View, invoice: Invoice) -> Finding | None:
    if invoice.voided:
        return _stop("settled", f"Voided: invoice {label(invoice)} asks for nothing any more.", invoice)
    if invoice.balance.amount <= 0:
        return _stop("settled", f"Settled: nothing is left to pay on invoice {label(invoice)}.", invoice)
    return None


def not_overdue(view: View, invoice: Invoice) -> Finding | None:
    """An invoice is overdue from the day after its due date on.

    Before that it passes only where a copy is a courtesy; what that needs of payment
    history is false while the history is not known.
    """
    if invoice.due_on is None:
        because = (
            f"No due date: {view.invoice(invoice)} has none in QuickBooks, so it is never late "
            "and nothing is sent. Add one there and we look at it the same night."
        )
        return _stop("not_overdue", because, invoice)
    if invoice.issued_on > view.today:
        because = (
            f"Dated ahead: {view.invoice(invoice)} carries the date {view.day(invoice.issued_on)}. "
            "Nothing is sent before that day."
        )
        return _stop("not_overdue", because, invoice, invoice.issued_on)
    if view.today > invoice.due_on:
        return None
    return _not_due_yet(view, invoice, invoice.due_on)


def on_plan(view: View, invoice: Invoice) -> Finding | None:
    """A missed installment passes to decide's list of those that a person must ask about."""
    plan = view.plan_of.get(invoice.id)
    if plan is None:
        return None
    name = short(plan.label, 24)
    judged = view.standings.get(plan.id)
    if plan.state == "building":
        because = (
            f"Left alone: payment plan {name} for {view.invoice(invoice)} is being written or taken back in "
            "QuickBooks. We look again when that is done."
        )
        return _stop("plan", because, invoice)
    if plan.state == "broken" or (judged is not None and judged.state is PlanState.BROKEN):
        because = (
            f"Needs you: payment plan {name} was broken, and {view.invoice(invoice)} belongs to it. "
            "Nothing is sent before you agree on a new plan or end this one."
        )
        return _stop("plan", because, invoice)
    if judged is not None and (plan.overlay or judged.missed is None):
        return _by_its_payments(view, plan, judged, invoice)
    if invoice.id in plan.original_ids:
        because = (
            f"On a plan: {view.invoice(invoice)} is part of payment plan {name}, whose payments have "
            "their own dates. Nothing is sent about it unless you end the plan."
        )
        return _stop("plan", because, invoice)
    assert invoice.due_on is not None
    asks_on = plan_asks_on(view, invoice.due_on)
    if view.today >= asks_on:
        return None
    because = (
        f"On a plan: {payment_of(view, plan, invoice)} of {name} is due on {view.day(invoice.due_on)}. "
        f"Nothing to do before {view.day(asks_on)}."
    )
    return _stop("plan", because, invoice, asks_on)


def dispute(view: View, invoice: Invoice) -> Finding | None:
    place = _longest(view, HoldKind.DISPUTE, invoice)
    if place is None:
        return None
    hold = place.hold
    owner = short(hold.owner or hold.placed_by, 24)
    end = f"until {view.day(hold.until_on)}" if hold.until_on else _open_end(view, hold, owner)
    because = (
        f"Not in any message: invoice {label(invoice)} is disputed ({short(hold.reason, 50)})."
        f"{_answer(view, hold, owner)} It stays out {end}."
    )
    # The sentence changes once the day for an answer is over; the silence does not.
    days = [place.review_on]
    if hold.answer_by_on is not None and view.today <= hold.answer_by_on:
        days.append(hold.answer_by_on + _DAY)
    return _stop("dispute", because, invoice, min((day for day in days if day), default=None))


def promise(view: View, invoice: Invoice) -> Finding | None:
    """A promise holds through the last of the policy's grace days, or until what was promised has come."""
    found = holds.on_invoice(view.holds, HoldKind.PROMISE, invoice.id)
    hold = promises.open_promise(found, view.case, view.rules, view.today) if found else None
    return promises.waiting(hold, view.rules, view.today, invoice.id) if hold else None


def in_transit(view: View, invoice: Invoice) -> Finding | None:
    place = _longest(view, HoldKind.IN_TRANSIT, invoice)
    if place is None or place.review_on is None:
        return None
    because = (
        f"Left alone: payment of invoice {label(invoice)} is said to be on its way "
        f"({short(place.hold.reason, 50)}). We wait through "
        f"{view.day(place.review_on - _DAY)} and look again on {view.day(place.review_on)}."
    )
    return _stop("in_transit", because, invoice, place.review_on)


def autopay(view: View, invoice: Invoice) -> Finding | None:
    """Collected by itself on its day; when nothing has come some days later, it is asked for as usual."""
    if HoldKind.AUTOPAY not in view.holds:
        return None
    found = holds.on_invoice(view.holds, HoldKind.AUTOPAY, invoice.id)
    waits = [one for hold in found if (one := holds.collected(hold, invoice, view.rules)) is not None]
    wait = max(waits, key=lambda one: one.last_on, default=None)
    if wait is None or view.today > wait.last_on:
        return None
    because = (
        f"Left alone: invoice {label(invoice)} is collected by itself on {view.day(wait.on)} "
        f"({short(wait.hold.reason, 40)}). We wait for it through {view.day(wait.last_on)} and look again "
        f"the day after. {short(wait.hold.placed_by, 24)} can lift this."
    )
    return _stop("autopay", because, invoice, wait.last_on + _DAY)


def exclusion(view: View, invoice: Invoice) -> Finding | None:
    place = _longest(view, HoldKind.EXCLUSION, invoice)
    if place is None:
        return None
    hold = place.hold
    end = f"through {view.day(hold.until_on)}" if hold.until_on else "until somebody lifts it"
    because = (
        f"Left alone: {short(hold.placed_by, 24)} asked on {view.day(hold.placed_on)} to leave invoice "
        f"{label(invoice)} out ({short(hold.reason, 50)}). It stays out {end}."
    )
    return _stop("exclusion", because, invoice, place.review_on)


def too_old(view: View, invoice: Invoice) -> Finding | None:
    """Exactly the policy's age is still chased; a day more waits for a person's look."""
    oldest = view.rules.policy.limits.oldest_debt_days
    if invoice.due_on is None or (view.today - invoice.due_on).days <= oldest:
        return None
    if invoice.id in view.case.looked_at_ids:
        return None
    if (plan := view.plan_of.get(invoice.id)) is not None and plan.overlay:
        return None  # asked for by the plan's dates
    seen = [one for one in view.case.dealt_with if one.invoice_id == invoice.id and one.kind == "look_at_old"]
    if seen and seen[-1].until_on >= view.today:
        again_on = seen[-1].until_on + _DAY
        because = (
            f"No message: {view.invoice(invoice)} was due on {view.day(invoice.due_on)}, and a person who "
            f"looked at it keeps it. On {view.day(again_on)} we ask again."
        )
        return _stop("too_old", because, invoice, again_on)
    because = (
        f"No message: {view.invoice(invoice)} was due on {view.day(invoice.due_on)}. Debts more than "
        f"{oldest} days late need a person's look; in some places they can no longer be claimed."
    )
    return _stop("too_old", because, invoice)


# The order is the precedence.
INVOICE_GATES: tuple[tuple[str, InvoiceGate, str], ...] = (
    ("settled", settled, "Something is left to pay."),
    ("not_overdue", not_overdue, "It is late, or soon due and a copy is a courtesy."),
    ("plan", on_plan, "It is not on a payment plan that runs well."),
    ("dispute", dispute, "Nobody disputes it."),
    ("promise", promise, "No promise to pay it is open."),
    ("in_transit", in_transit, "No payment is said to be on its way."),
    ("autopay", autopay, "It is not collected by itself, or its days for that are over."),
    ("exclusion", exclusion, "Nobody asked to leave it out."),
    ("too_old", too_old, "It is not too old to ask about, or a person has looked at it."),
)


def plan_asks_on(view: View, due_on: date) -> date:
    """An installment gets the same days to arrive as any invoice before the first message."""
    first = view.rules.first
    day = view.rules.reached_on(first, due_on) if first else due_on + _DAY
    return view.rules.calendar.next_open(day)


def _by_its_payments(view: View, plan: Plan, judged: PlanStanding, invoice: Invoice) -> Finding | None:
    """A plan told by what has come in all: for originals that stay open, and for money on the wrong document.

    A payment that is missing passes, once it had its days to arrive.
    """
    name = short(plan.label, 24)
    due = judged.missed or judged.next
    if due is None:
        because = (
            f"On a plan: all payments of {name} have come. What is still open on {view.invoice(invoice)} "
            "closes once they are applied to it in QuickBooks."
        )
        return _stop("plan", because, invoice)
    asks_on = plan_asks_on(view, due.due_on)
    if judged.broken_on is not None:
        asks_on = min(asks_on, judged.broken_on)
    if judged.missed is not None and view.today >= asks_on:
        return None
    verb, then = ("was", "We wait for it until") if judged.missed else ("is", "Nothing to do before")
    because = (
        f"On a plan: payment {due.number} of {judged.count} ({view.rules.money(due.amount)}) of {name} "
        f"{verb} due on {view.day(due.due_on)}. {then} {view.day(asks_on)}."
    )
    return _stop("plan", because, invoice, asks_on)


def payment_of(view: View, plan: Plan, installment: Invoice) -> str:
    """payment 2 of 6 ($1,606.67)"""
    judged = view.standings.get(plan.id)
    if plan.overlay and judged is not None and judged.missed is not None:
        missed = judged.missed
        return f"payment {missed.number} of {judged.count} ({view.rules.money(missed.amount)})"
    amount = view.rules.money(installment.balance)
    if plan.number is not None and plan.count is not None and installment.due_on == plan.next_due_on:
        return f"payment {plan.number} of {plan.count} ({amount})"
    return f"a payment ({amount})"


def _not_due_yet(view: View, invoice: Invoice, due_on: date) -> Finding | None:
    early = view.rules.early
    overdue_on = due_on + _DAY
    due = f"Not due yet: {view.invoice(invoice)} is due on {view.day(due_on)}"
    nothing = f"{due}, and nothing is asked before then."
    if early is None:
        return _stop("not_overdue", nothing, invoice, overdue_on)
    if early.needs_history and (view.case.history_since is None or view.case.early_ids is None):
        return _stop("not_overdue", nothing, invoice, overdue_on)
    wanted = not early.needs_history or invoice.id in (view.case.early_ids or ())
    if not wanted or invoice.balance.amount < early.min_balance or _is_past(view, early):
        return _stop("not_overdue", nothing, invoice, overdue_on)
    if invoice.id in view.early_sent_ids:
        because = f"{due}. A copy has gone out; nothing more is sent before then."
        return _stop("not_overdue", because, invoice, overdue_on)
    copy_on = view.rules.calendar.next_open(max(view.rules.reached_on(early, due_on), view.today))
    if copy_on >= due_on:  # a copy before the due date, and not on it
        return _stop("not_overdue", nothing, invoice, overdue_on)
    if view.today < copy_on:
        return _stop("not_overdue", f"{due}. A copy goes out on {view.day(copy_on)}.", invoice, copy_on)
    return None


def _answer(view: View, hold: Hold, owner: str) -> str:
    if hold.answer_by_on is None:
        return ""
    day = view.day(hold.answer_by_on)
    if view.today <= hold.answer_by_on:
        return f" {owner} is to answer by {day}."
    return f" {owner} was to answer by {day}; that day has passed and an answer is due."


def _open_end(view: View, hold: Hold, owner: str) -> str:
    """Shorter once the answer is late: the sentence has to fit."""
    late = hold.answer_by_on is not None and view.today > hold.answer_by_on
    return "until that is settled" if late else f"until {owner} closes the dispute"


def _is_past(view: View, early: Stage) -> bool:
    """Whether the customer has already been written to about something late in this cycle."""
    cycle = view.case.cycle
    return cycle is not None and view.rules.rank(cycle.stage) > view.rules.rank(early.code)


def _longest(view: View, kind: HoldKind, invoice: Invoice) -> holds.Standing | None:
    if kind not in view.holds:
        return None
    found = holds.on_invoice(view.holds, kind, invoice.id)
    return holds.longest(found, view.rules, view.today) if found else None


def _stop(gate: str, because: str, invoice: Invoice, review_on: date | None = None) -> Finding:
    return Finding(gate, fit(because), True, review_on, invoice.id)
