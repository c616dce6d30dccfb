"""The decision for one customer: whether to contact them today, how, about which invoices, and why.

Invoice gates choose what may be spoken of; customer gates judge the rest; the first that
stops gives the reason.  Every open invoice gets exactly one finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from qb_collections.core import addresses
from qb_collections.core.books import Invoice
from qb_collections.core.case import Case
from qb_collections.core.contact_words import missed_promise, said_of, sentence, spoken_of, sum_of, tail_of
from qb_collections.core.customer_gates import CUSTOMER_GATES, PASSED, has_email
from qb_collections.core.decision import Announced, Channel, Decision, Finding, Outcome, Trace
from qb_collections.core.invoice_gates import INVOICE_GATES
from qb_collections.core.ladder import Step, early_step, next_step
from qb_collections.core.money import Money
from qb_collections.core.policy import Stage
from qb_collections.core.rules import Rules
from qb_collections.core.view import View, look
from qb_collections.core.wording import fit

__all__ = ["Rules", "decide", "invoice_trace"]

# Gates whose answer is work for a person, and the task that says so.
TASKS = {
    "credits": "apply_credits",
    "credit_not_visible": "find_credit",
    "plan_missed": "plan_missed",
    "no_contact": "add_email",
    "too_old": "look_at_old",
}
MAILED_MOST = 100  # invoices that one e-mail lists; mail programs cut off text over 100 kB, some 170 of them
_DAY = timedelta(days=1)
_NOTHING = Decimal(0)
# Most customers have neither a hold nor a plan, and most gates look at nothing else.
_ALL_GATES = tuple(gate for _, gate, _ in INVOICE_GATES)
_WITHOUT_HOLDS = tuple(
    gate for name, gate, _ in INVOICE_GATES if name in ("settled", "not_overdue", "too_old")
)
_ALL_PASSED = tuple(PASSED[name] for name, _, _ in CUSTOMER_GATES)
_OF_HOLDS = ("people_only", "handed_over", "hardship", "open_reply")
_OF_CONTACTS = ("caps", "contact_gap")
# By whether there are holds, and contacts: the gates that then may stop, with their places.  The others look
# at nothing else.
_GATES = {
    (holds, contacts): tuple(
        (place, gate)
        for place, (name, gate, _) in enumerate(CUSTOMER_GATES)
        if (holds or name not in _OF_HOLDS) and (contacts or name not in _OF_CONTACTS)
    )
    for holds in (False, True)
    for contacts in (False, True)
}


def decide(case: Case, rules: Rules, today: date) -> Decision:
    """Decide for one customer on one day of the company's calendar.  Same input, same answer.

    Nothing leaves on a day that is not open; its reason names the open day that follows.
    """
    view = look(case, rules, today)
    stopped = _sort_invoices(view)
    if not (view.late or view.early or view.missed):
        return _nothing_to_say(view, stopped)

    for place, gate in _GATES[bool(view.holds), bool(case.contacts or case.contacted_elsewhere)]:
        finding = gate(view)
        if finding is not None:
            return _left_alone(view, stopped, finding, (*_ALL_PASSED[:place], finding))
    return _contact(view, stopped, _ALL_PASSED)


def invoice_trace(case: Case, rules: Rules, today: date, invoice_id: str) -> Trace:
    """What each invoice gate saw for one invoice, up to the one that stopped.  Empty when it is not open."""
    view = look(case, rules, today)
    invoice = next((one for one in case.invoices if one.id == invoice_id), None)
    trace: Trace = ()
    if invoice is None:
        return trace
    for name, gate, passed in INVOICE_GATES:
        finding = gate(view, invoice)
        if finding is not None:
            return (*trace, finding)
        seen = _promise_seen(view, invoice_id) if name == "promise" else None
        trace += (Finding(name, seen or passed, invoice_id=invoice_id),)
    return trace


def _promise_seen(view: View, invoice_id: str) -> str | None:
    """What the promise gate let pass because it is over; None when none was made, or one was kept."""
    missed = missed_promise(view, (invoice_id,))
    return f"{said_of(view, missed)}.".replace("the promise", "The promise", 1) if missed else None


def _sort_invoices(view: View) -> dict[str, Finding]:
    """Put each invoice that passed where it belongs; return the findings of the others."""
    stopped: dict[str, Finding] = {}
    bare = not (view.holds or view.plan_of)
    gates = _WITHOUT_HOLDS if bare else _ALL_GATES
    oldest_on = view.today - timedelta(days=view.rules.policy.limits.oldest_debt_days)
    today = view.today
    for invoice in view.case.invoices:
        due_on = invoice.due_on
        # What nearly every invoice of a night is: none of the gates that then ask anything stops it.
        if (
            bare
            and due_on is not None
            and oldest_on <= due_on < today
            and invoice.issued_on <= today
            and invoice.balance.amount > 0
            and not invoice.voided
        ):
            view.late.append(invoice)
            continue
        for gate in gates:
            finding = gate(view, invoice)
            if finding is not None:
                stopped[invoice.id] = finding
                break
        else:
            _place(view, invoice)
    for invoices in (view.late, view.missed, view.early):
        if len(invoices) > 1 and not _is_sorted(invoices):
            invoices.sort(key=lambda one: (one.due_on or view.today, one.issued_on, one.id))
    if view.late:
        view.late_amount = sum([one.balance.amount for one in view.late], _NOTHING)
        owed = Money(view.due_amount - view.credit, view.case.currency)
        view.step = next_step(view.case, view.rules, view.today, view.late, owed)
        stopped.update((invoice.id, _early_waits(view, invoice)) for invoice in view.early)
        view.early.clear()
    elif view.early and view.rules.early is not None:
        view.step = early_step(view.case, view.rules, view.rules.early, view.early)
    return stopped


def _is_sorted(invoices: Sequence[Invoice]) -> bool:
    """As they mostly come: each falls due after the one before it."""
    before = date.min
    for invoice in invoices:
        if invoice.due_on is None or invoice.due_on <= before:
            return False
        before = invoice.due_on
    return True


def _place(view: View, invoice: Invoice) -> None:
    if invoice.id in view.plan_of:
        view.missed.append(invoice)
    elif invoice.due_on is not None and invoice.due_on < view.today:
        view.late.append(invoice)
    else:
        view.early.append(invoice)


def _early_waits(view: View, invoice: Invoice) -> Finding:
    """While something is late, no copy goes out before another invoice's due date."""
    assert invoice.due_on is not None
    because = (
        f"Not due yet: {view.invoice(invoice)} is due on {view.day(invoice.due_on)}. "
        "No copy goes out before then, because other invoices are late."
    )
    return Finding("not_overdue", fit(because), True, invoice.due_on + _DAY, invoice.id)


def _nothing_to_say(view: View, stopped: dict[str, Finding]) -> Decision:
    """Every invoice has its own reason; the customer's is the one that a person would want to hear first."""
    findings = tuple(stopped[invoice.id] for invoice in view.case.invoices)
    quiet = ("settled", "not_overdue")
    reason = next((one for one in findings if one.gate == "too_old"), None)
    reason = reason or next((one for one in findings if one.gate not in quiet), None)
    reason = reason or next((one for one in findings if one.gate != "settled"), None)
    reason = reason or next(iter(findings), Finding("settled", "Nothing is open.", True))
    return _silent(view, findings, reason, ())


def _left_alone(view: View, stopped: dict[str, Finding], stop: Finding, trace: Trace) -> Decision:
    findings = tuple(
        stopped[invoice.id]
        if invoice.id in stopped
        else Finding(stop.gate, stop.because, True, stop.review_on, invoice.id)
        for invoice in view.case.invoices
    )
    return _silent(view, findings, stop, trace)


def _silent(view: View, findings: Trace, reason: Finding, trace: Trace) -> Decision:
    task = TASKS.get(reason.gate)
    days = [one.review_on for one in (*findings, *trace) if one.review_on is not None]
    days += _days_of_change(view, findings)
    if task is not None and (rests_until := _rests_until(view, task, findings)) is not None:
        task = None
        days.append(rests_until + _DAY)
    return Decision(
        customer_id=view.case.customer.id,
        currency=view.case.currency,
        outcome=Outcome.TASK if task else Outcome.SILENCE,
        reason=reason.because,
        gate=reason.gate,
        findings=findings,
        trace=trace,
        review_on=min(days, default=None),
        task_kind=task,
    )


def _rests_until(view: View, task: str, findings: Trace) -> date | None:
    """The last day on which a person who saw to it is not asked again; None: it is for somebody to do."""
    seen = {
        one.invoice_id: one.until_on
        for one in view.case.dealt_with
        if one.kind == task and one.until_on >= view.today
    }
    if task != "look_at_old":
        return seen.get(None)
    old = [one.invoice_id for one in findings if one.gate == "too_old"]
    return min(seen[invoice_id] for invoice_id in old) if seen.keys() >= {*old} else None


def _days_of_change(view: View, findings: Trace) -> list[date]:
    """When another gate may speak: an invoice grows too old, a copy's days are few, steps change places."""
    oldest = timedelta(days=view.rules.policy.limits.oldest_debt_days)
    looked_at = view.case.looked_at_ids
    passed = (*view.late, *view.missed)
    days = [one.due_on + oldest + _DAY for one in passed if one.due_on and one.id not in looked_at]
    if view.step is not None and view.step.yields_on is not None:
        days.append(view.step.yields_on)
    copies = any(
        one.due_on is not None and one.due_on >= view.today and finding.gate not in ("settled", "not_overdue")
        for one, finding in zip(view.case.invoices, findings, strict=True)
    )
    return [*days, view.today + _DAY] if copies else days


def _contact(view: View, stopped: dict[str, Finding], trace: Trace) -> Decision:
    """The step's day has come and nothing stops it."""
    step, case = view.step, view.case
    assert step is not None
    approval = step.stage is not None and view.rules.needs_approval(step.stage, view.important)
    outcome, channel = _how(view, step)
    approval = approval and outcome is Outcome.REMIND
    amount = sum_of(step.invoices, case.currency)
    reason = Finding("contact", fit(sentence(view, step, outcome, approval, amount)))
    findings = spoken_of(view, step, stopped, tail_of(view, step, outcome, approval))
    stage = step.stage if outcome is not Outcome.DECIDE else None
    reply_by, act_by = _dates(view, step, stage, outcome)
    return Decision(
        customer_id=case.customer.id,
        currency=case.currency,
        outcome=outcome,
        reason=reason.because,
        gate="contact",
        findings=findings,
        trace=(*trace, reason),
        # An undelivered contact is decided afresh the next night.
        review_on=view.today + _DAY,
        stage=_stage_code(view, step),
        template=step.stage.template if step.stage else None,
        channel=channel,
        approval=approval,
        cycle=case.cycle.number if case.cycle else case.next_cycle,
        number=(case.cycle.contacts if case.cycle else 0) + 1,
        invoice_ids=tuple([invoice.id for invoice in step.invoices]),
        also_open_ids=tuple([invoice.id for invoice in step.also_open]),
        amount=amount,
        credits=Money(view.credit, case.currency) if view.credit > 0 else None,
        backlog=step.backlog,
        reply_by_on=reply_by,
        act_by_on=act_by,
        offers_plan=_offers_plan(view, amount),
        mailed=_mailed(view, step, outcome, channel),
        task_kind=_task_kind(step, outcome),
        tone=stage.voice if stage else None,
        sender=stage.sender if stage else "accounts",
        announced=_announced(view, stage),
    )


def _stage_code(view: View, step: Step) -> str | None:
    """A person's decision is the ladder's decision step, where it has one, however early it is due."""
    if step.stage is not None:
        return step.stage.code
    return next((stage.code for stage in view.rules.ladder if stage.channel == "decision"), None)


def _task_kind(step: Step, outcome: Outcome) -> str | None:
    """The work that comes with a contact; a call step's e-mail is for a call that reached nobody."""
    if outcome is Outcome.REMIND:
        return "missed_call" if step.stage is not None and step.stage.channel == "call" else None
    return "call" if outcome is Outcome.CALL else "decide"


def _offers_plan(view: View, amount: Money) -> bool:
    """Whether what is owed, less credits, is worth spreading under this policy."""
    policy = view.rules.policy
    owed = amount.amount - view.credit
    return policy.plans.offered and owed >= policy.thresholds.plan_offer_for(view.case.currency)


def _how(view: View, step: Step) -> tuple[Outcome, Channel]:
    """The step's own channel.  A call that reached nobody opens its e-mail, if there is an address."""
    stage = step.stage
    if stage is None or stage.channel == "decision":
        return Outcome.DECIDE, Channel.PERSON
    if stage.channel == "call":
        missed_on = view.case.cycle.missed_call_on if view.case.cycle else None
        if missed_on is None or not has_email(view, step):
            return Outcome.CALL, Channel.CALL
        return Outcome.REMIND, Channel.EMAIL
    # QuickBooks e-mails a copy of one invoice in its own words: never a list, never the backlog message.
    if stage.quickbooks_copy and len(step.invoices) == 1 and not step.backlog and _may_mail(view, step):
        return Outcome.REMIND, Channel.QUICKBOOKS
    return Outcome.REMIND, Channel.EMAIL


def _may_mail(view: View, step: Step) -> bool:
    """Whether something may go out without a person: not to who asked for no automatic e-mail."""
    return not view.case.stopped or bool(addresses.mailable(view.case, step.invoices))


def _mailed(view: View, step: Step, outcome: Outcome, channel: Channel) -> bool:
    """Whether the message leaves through the company's own mail account; a letter is posted by a person."""
    if outcome is not Outcome.REMIND or channel is not Channel.EMAIL or not view.case.own_mail:
        return False
    assert step.stage is not None
    by_hand = view.rules.policy.mail.by_hand or step.stage.channel == "letter"
    if len(step.invoices) + len(step.also_open) > MAILED_MOST:
        return False
    return not by_hand and bool(addresses.mailable(view.case, step.invoices))


def _announced(view: View, stage: Stage | None) -> Announced | None:
    """Only a final notice says what comes next."""
    return view.rules.announced_on(view.today) if stage is not None and stage.voice == "final" else None


def _dates(view: View, step: Step, stage: Stage | None, outcome: Outcome) -> tuple[date | None, date | None]:
    """The dates that the message gives the customer: an answer by, a payment by."""
    if stage is None or outcome is not Outcome.REMIND:
        return None, None
    calendar = view.rules.calendar
    reply_days = (
        view.rules.policy.backlog.reply_by_business_days if step.backlog else stage.reply_by_business_days
    )
    reply_by = calendar.add_business_days(view.today, reply_days) if reply_days else None
    act_by = None
    if stage.act_by_days:
        act_by = max(
            calendar.next_business_day(view.today + timedelta(days=stage.act_by_days)),
            calendar.add_business_days(view.today, stage.act_by_min_business_days),
        )
    return reply_by, act_by
