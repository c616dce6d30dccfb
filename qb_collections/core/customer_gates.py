"""Customer gates: whether this customer hears from us today.  The first that stops gives the reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

from qb_collections.core import addresses, contact_limits, holds
from qb_collections.core.books import Invoice
from qb_collections.core.case import Contact, ContactKind, HoldKind
from qb_collections.core.decision import Finding
from qb_collections.core.invoice_gates import payment_of
from qb_collections.core.ladder import Step
from qb_collections.core.step_days import DEADLINE_GRACE_BUSINESS_DAYS
from qb_collections.core.view import View
from qb_collections.core.wording import count_text, fit, list_text, short

CustomerGate = Callable[[View], Finding | None]
_DAY = timedelta(days=1)


def people_only(view: View) -> Finding | None:
    """A court, an administrator or a lawyer speaks for them; or only people may write to them."""
    place = _longest(view, HoldKind.INSOLVENT)
    if place is not None:
        because = (
            f"Hard stop: somebody else speaks for {view.name} ({short(place.hold.reason, 50)}). "
            f"Nothing is sent to them. {short(place.hold.placed_by, 24)} or another person can lift this."
        )
        return _stop("people_only", because, place.review_on)
    place = _longest(view, HoldKind.PEOPLE_ONLY)
    if place is None:
        return None
    because = (
        f"Left to people: {short(place.hold.placed_by, 24)} asked that {view.name} gets no automatic message "
        f"({short(place.hold.reason, 50)}). Lift that to let messages go out."
    )
    return _stop("people_only", because, place.review_on)


def handed_over(view: View) -> Finding | None:
    place = _longest(view, HoldKind.HANDED_OVER)
    if place is None:
        return None
    who = short(place.hold.owner or "somebody else", 24)
    because = (
        f"Handed over: {who} has looked after {view.name} since {view.day(place.hold.placed_on)} "
        f"({short(place.hold.reason, 50)}). Nothing is sent from here until a person takes the account back."
    )
    return _stop("handed_over", because, place.review_on)


def hardship(view: View) -> Finding | None:
    """Its end, where it has one, is the day by which a person looks at it again."""
    place = _longest(view, HoldKind.HARDSHIP)
    if place is None:
        return None
    head = f"Left alone: {view.name} is in difficulty ({short(place.hold.reason, 50)})."
    if place.hold.until_on is None:
        because = (
            f"{head} Nothing goes out by itself; offer to spread the amount, or lift the mark when things "
            "are better."
        )
    else:
        because = (
            f"{head} Nothing goes out by itself through {view.day(place.hold.until_on)}; look at it again by "
            "then, or offer to spread the amount."
        )
    return _stop("hardship", because, place.review_on)


def credits_net_it_out(view: View) -> Finding | None:
    """At or below the tolerance nothing is asked for: the books only need the credits applied."""
    if view.credit <= 0:
        return None
    is_due = bool(view.late or view.missed)
    due = view.due_amount if is_due else sum([one.balance.amount for one in view.early], Decimal(0))
    if due - view.credit > view.rules.policy.credits.tolerance:
        return None
    memos = {plan.memo_id for plan in view.case.plans}
    names = [
        short(memo.number or f"id {memo.id}", 16)
        for memo in view.case.credit_memos
        if memo.id not in memos and memo.remaining.amount > 0
    ]
    apply = "the open payment" if not names else f"credit memo{'s' * (len(names) > 1)} {list_text(names)}"
    asked = "all that is due" if is_due else "all that falls due next"
    because = (
        f"Left alone: credits of {view.money(view.credit)} cover {asked} ({view.money(due)}). "
        f"Apply {apply} in QuickBooks and this closes."
    )
    return _stop("credits", because)


def credit_not_visible(view: View) -> Finding | None:
    """QuickBooks counts less than the documents say: a journal entry, deposit or expense credits them.

    Without the customer's own balance, or with one in another currency, nothing can be compared.
    """
    balance = view.case.books_balance
    if balance is None or balance.currency != view.case.currency:
        return None
    documents = view.open_amount
    if view.case.payments or view.case.credit_memos:
        documents -= sum([payment.unapplied.amount for payment in view.case.payments], Decimal(0))
        documents -= sum([memo.remaining.amount for memo in view.case.credit_memos], Decimal(0))
    if balance.amount >= documents:
        return None
    missing = view.money(documents - balance.amount)
    because = (
        f"Left alone: QuickBooks says {view.name} owes {view.rules.money(balance)}, but their invoices less "
        f"known credits come to {view.money(documents)}. A credit of {missing}, "
        "perhaps a journal entry, has to be found and applied first."
    )
    return _stop("credit_not_visible", because)


def too_small(view: View) -> Finding | None:
    """Exactly the smallest balance is still chased."""
    if not view.late:
        return None
    least = view.rules.policy.limits.smallest(view.case.currency)
    if view.missed or view.late_amount - view.credit >= least:
        return None
    what = view.money(view.late_amount)
    if view.credit:
        what = f"{what} late less {view.money(view.credit)} in credits"
    limit = view.money(least)
    because = f"Too small: {what} is under your limit of {limit}. Nothing is sent unless more becomes late."
    return _stop("too_small", because)


def plan_missed(view: View) -> Finding | None:
    """A missed installment is left to a person, who speaks before anything else is sent."""
    if not view.missed:
        return None
    invoice = view.missed[0]
    plan = view.plan_of[invoice.id]
    judged = view.standings.get(plan.id)
    due_on = judged.missed.due_on if plan.overlay and judged and judged.missed else invoice.due_on
    assert due_on is not None
    because = (
        f"Needs you: {payment_of(view, plan, invoice)} of {short(plan.label, 24)} was due on "
        f"{view.day(due_on)} and has not come. Please speak with them first: "
        "another day, or the end of the plan."
    )
    return _stop("plan_missed", because, judged.broken_on if judged else None)


def no_reachable_contact(view: View) -> Finding | None:
    """A written step needs an e-mail address; a call needs a phone; a decision needs neither."""
    step = view.step
    if step is None or step.stage is None or step.stage.channel == "decision":
        return None
    phone = short(view.case.customer.phone or "", 24)
    if has_email(view, step) or (step.stage.channel == "call" and phone):
        return None
    bounce = addresses.bounced(view.case, step.invoices)
    if bounce is not None:
        because = _came_back(view, bounce, phone)
    elif step.stage.channel == "call":
        because = (
            f"Can't reach them: QuickBooks has no phone number and no e-mail address of {view.name}. "
            "Messages wait until you add one."
        )
    else:
        call = f", or call {phone}" if phone else ""
        because = (
            f"Can't reach them: QuickBooks has no e-mail address of {view.name}. "
            f"Messages wait until you add one{call}."
        )
    return _stop("no_contact", because, step.yields_on)


def open_reply(view: View) -> Finding | None:
    """An answer that nobody has dealt with; and, after an angry word, days of quiet."""
    place = _longest(view, HoldKind.OPEN_REPLY)
    if place is not None:
        because = (
            f"Left alone: they answered on {view.day(place.hold.placed_on)} ({short(place.hold.reason, 50)}) "
            "and nobody has dealt with it yet. Nothing is sent before somebody has."
        )
        return _stop("open_reply", because, place.review_on)
    place = _longest(view, HoldKind.UPSET)
    if place is None:
        return None
    assert place.review_on is not None
    because = (
        f"Left alone: {view.name} was upset on {view.day(place.hold.placed_on)} "
        f"({short(place.hold.reason, 50)}). Nothing goes out by itself "
        f"through {view.day(place.review_on - _DAY)}."
    )
    return _stop("open_reply", because, place.review_on)


def caps(view: View) -> Finding | None:
    contacts = contact_limits.counted(view.case)
    cap = contact_limits.full_cap(contacts, contact_limits.allowed(view.case, view.rules.policy), view.today)
    if cap is None:
        return None
    since, on = contacts[-cap.at_most].on, view.rules.calendar.next_open(cap.free_on)
    because = (
        f"Left alone: {view.name} has been contacted {count_text(cap.at_most, 'time')} since "
        f"{view.day(since)}{_by_others(view, since, cap.at_most)}. Your limit is {cap.at_most} in "
        f"{cap.window_days} days, so not before {view.day(on)}."
    )
    return _stop("caps", because, cap.free_on)


def contact_gap(view: View) -> Finding | None:
    gap_days = contact_limits.allowed(view.case, view.rules.policy).gap_days
    contacts = contact_limits.counted(view.case)
    free_on = contact_limits.gap_ends_on(contacts, gap_days)
    if free_on is None or view.today >= free_on:
        return None
    on = view.rules.calendar.next_open(free_on)
    because = (
        f"Left alone: {_who_spoke(view, contacts[-1])} on {view.day(contacts[-1].on)}. We keep at least "
        f"{count_text(gap_days, 'day')} between contacts, so not before {view.day(on)}."
    )
    return _stop("contact_gap", because, free_on)


def stage(view: View) -> Finding | None:
    """The next step's own day: days after due date and last contact, dates we set, open days."""
    step = view.step
    assert step is not None, "a missed installment stops before"
    on = goes_out_on(view, step)
    if view.today >= on:
        return None
    day = view.day(on)
    if step.waits_for == "start" and on == step.on:
        because = (
            f"Left alone: we go through what was already late over {_spread(view)}, largest first. "
            f"{view.name} starts on {day}."
        )
        return _stop("stage", because, on)
    because = (
        f"Left alone: {_about(view, step.trigger)}. {_rule(view, step)}{_what_comes(view, step, day)} "
        "if it is still open."
    )
    return _stop("stage", because, on)


# The order is the precedence.
CUSTOMER_GATES: tuple[tuple[str, CustomerGate, str], ...] = (
    ("people_only", people_only, "Automatic messages to them are allowed."),
    ("handed_over", handed_over, "The account has not been handed over."),
    ("hardship", hardship, "No hardship is marked."),
    ("credits", credits_net_it_out, "Credits do not cover what is due."),
    ("credit_not_visible", credit_not_visible, "QuickBooks counts no credit of theirs that we can't see."),
    ("too_small", too_small, "The amount is worth asking about."),
    ("plan_missed", plan_missed, "No payment of a plan is missing."),
    ("no_contact", no_reachable_contact, "There is a way to reach them."),
    ("open_reply", open_reply, "No answer of theirs is waiting for you."),
    ("caps", caps, "They have not heard from you too often."),
    ("contact_gap", contact_gap, "The last contact is long enough ago."),
    ("stage", stage, "The next step's day has come."),
)

PASSED = {name: Finding(name, because) for name, _, because in CUSTOMER_GATES}


def goes_out_on(view: View, step: Step) -> date:
    """The step's day, or the next open day when that has passed and today is closed.

    What only a person does can be chosen on any day: nothing is sent.
    """
    if step.stage is None or step.stage.channel == "decision":
        return step.on
    return max(step.on, view.rules.calendar.next_open(view.today))


def has_email(view: View, step: Step) -> bool:
    """Whether there is an address, of a person, the customer or an invoice, from which nothing came back."""
    if HoldKind.BOUNCED in view.holds or view.case.people:
        return bool(addresses.usable(view.case, step.invoices))
    return bool(view.case.customer.emails) or any(invoice.email for invoice in step.invoices)


def _came_back(view: View, bounce: addresses.Bounce, phone: str) -> str:
    call = f", or call {phone}" if phone else ""
    return (
        f"Can't reach them: e-mail to {short(bounce.address, 30)} came back on {view.day(bounce.on)}, "
        f"and {view.name} has no other address. Messages wait: add one in QuickBooks{call}."
    )


def _spread(view: View) -> str:
    return count_text(view.rules.policy.backlog.spread_business_days, "business day")


def _about(view: View, invoice: Invoice) -> str:
    assert invoice.due_on is not None
    verb = "is due" if invoice.due_on >= view.today else "was due"
    return f"{view.invoice(invoice)} {verb} on {view.day(invoice.due_on)}"


def message_name(step: Step) -> str:
    """How a sentence about it begins.  What was late at the start gets an opening, whatever its stage."""
    assert step.stage is not None
    return "A message about older invoices" if step.backlog else f"The {step.stage.name}"


def _what_comes(view: View, step: Step, day: str) -> str:
    """What happens from the day on, and whether it waits for a person."""
    if step.stage is None:
        return f"You choose what comes next on {day}"
    if step.stage.channel == "call":
        return f"The {step.stage.name} is for you on {day}"
    if step.stage.channel == "decision":
        return f"The {step.stage.name} is yours on {day}"
    if view.rules.needs_approval(step.stage, view.important):
        return f"{message_name(step)} waits for your yes from {day} on"
    return f"{message_name(step)} goes out on {day}"


def _rule(view: View, step: Step) -> str:
    """The rule that set the day, in words."""
    if step.waits_for == "deadline":
        grace = count_text(DEADLINE_GRACE_BUSINESS_DAYS, "business day")
        return f"They have until {view.day(step.since)}, and we wait {grace} more. "
    if step.waits_for == "reply":
        return f"We asked for an answer by {view.day(step.since)}. "
    if step.waits_for == "paid":
        days = count_text(view.rules.policy.de_escalation.half_paid_holds_days, "day")
        return f"They paid a good part of it on {view.day(step.since)}, so we wait {days}. "
    if step.waits_for in ("promise", "promises"):
        return f"The promise to pay by {view.day(step.since)} was not kept. "
    if step.waits_for == "last":
        return f"The last contact was on {view.day(step.since)}. "
    if step.waits_for in ("usual", "sooner"):
        return _habit(view, step.waits_for == "usual")
    return ""


def _habit(view: View, waits: bool) -> str:
    """How they have paid so far, and what follows."""
    habit = view.case.habit
    assert habit is not None, "it set the day"
    rests = count_text(habit.invoices, "paid invoice")
    if not waits:
        assert habit.latest_day is not None, "it set the day"
        if habit.latest_day <= 0:
            return f"They never paid late so far ({rests}), so the next step comes sooner. "
        latest = count_text(habit.latest_day, "day")
        return f"They never paid more than {latest} late ({rests}), so the next step comes sooner. "
    assert habit.usual_day is not None, "it set the day"
    most = view.rules.policy.traits.wait_at_most_days
    usual = "on the due date" if habit.usual_day <= 0 else f"{count_text(habit.usual_day, 'day')} after it"
    if habit.usual_day > most:
        return f"They usually pay {usual} ({rests}); we wait {count_text(most, 'day')}. "
    return f"They usually pay {usual} ({rests}), so we wait until then. "


def _who_spoke(view: View, contact: Contact) -> str:
    if contact.on in view.case.contacted_elsewhere and contact not in view.case.contacts:
        return f"another of your companies wrote to {view.name} at the same address"
    if contact.kind is ContactKind.CALL:
        return f"you spoke with {view.name}"
    if contact.kind is ContactKind.FOREIGN:
        return f"QuickBooks wrote to {view.name}"
    return f"we wrote to {view.name}"


def _by_others(view: View, since: date, most: int) -> str:
    """How many of the contacts since a day another company of the same practice made."""
    count = sum(day >= since for day in view.case.contacted_elsewhere)
    if not count:
        return ""
    times = "each time" if count >= most else "once" if count == 1 else count_text(count, "time")
    return f", {times} by another of your companies"


def _longest(view: View, kind: HoldKind) -> holds.Standing | None:
    """A mark of these kinds speaks for the customer, also when it was put on one invoice."""
    found = view.holds.get(kind)
    return holds.longest(found, view.rules, view.today) if found else None


def _stop(gate: str, because: str, review_on: date | None = None) -> Finding:
    return Finding(gate, fit(because), True, review_on)
