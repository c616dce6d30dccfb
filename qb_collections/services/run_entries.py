"""One customer of a run: what is said or not, to whom, why, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from qb_collections.core.company_gates import Mode
from qb_collections.core.decision import Channel, Finding, Outcome
from qb_collections.core.intents import Approval, IntentKind, State
from qb_collections.core.money import Money
from qb_collections.services import run_words
from qb_collections.services.overview import NOTHING_LATE
from qb_collections.store.companies import Company
from qb_collections.store.run_choice import BEFORE_IT_LEAVES, SPOKEN, YOURS
from qb_collections.store.run_effects import Effect, Line
from qb_collections.store.run_rows import Head, Row

BACKLOG = "message about older invoices"


@dataclass(frozen=True, slots=True)
class Did:
    """One thing that was sent, written or asked of a person."""

    words: str
    state: str
    tone: str  # colour of the state's mark
    at: datetime | None  # when it was done
    due_at: datetime | None  # when it can leave; None: it waits for no hour
    because: str | None
    quickbooks_id: str | None
    message_id: int | None  # of the archive's copy
    invoice: str | None  # the one that a note stands on


@dataclass(frozen=True, slots=True)
class Entry:
    """One customer of a run: what is said or not, why, and what came of it."""

    customer_id: str
    customer: str
    currency: str
    outcome: Outcome
    badge: str
    step: str | None
    amount: Money | None
    reason: str
    look_on: date | None
    to: str | None
    subject: str | None
    text: str | None
    edited_by: str | None
    approved_by: str | None
    state: tuple[str, str] | None  # words and colour
    may_approve: bool
    may_change: bool  # left out, put off
    may_reword: bool
    differs: bool
    was: str | None
    trace: tuple[Finding, ...]
    lines: tuple[Line, ...]
    did: tuple[Did, ...]
    group: str  # under which heading it stands


def is_over(head: Head) -> bool:
    """A night ends with the next one; a preview with a newer one, or with the night it was made for."""
    if head.run.kind == "night":
        return head.run.state == "ended"
    return head.newer_id is not None or head.other_id is not None


def entries(
    company: Company,
    head: Head,
    rows: Sequence[Row],
    lines: Sequence[Line],
    effects: Sequence[Effect],
    steps: Mapping[str, str],
) -> tuple[Entry, ...]:
    of_decision: dict[int, list[Line]] = {}
    for line in lines:
        of_decision.setdefault(line.decision_id, []).append(line)
    of_key: dict[tuple[str, str | None], list[Effect]] = {}
    for effect in effects:
        of_key.setdefault((effect.customer_id, effect.plan.get("currency")), []).append(effect)
    numbers = {line.invoice_id: line.number or line.invoice_id for line in lines}
    found = []
    for row in rows:
        # Notes, and effects of before a currency was kept, name the customer alone.
        mine = [*of_key.get((row.customer_id, row.currency), ()), *of_key.get((row.customer_id, None), ())]
        entry = _entry(company, head, row, mine, steps)
        did = tuple(_did(one, numbers) for one in mine)
        found.append(replace(entry, lines=tuple(of_decision.get(row.decision_id, ())), did=did))
    return tuple(found)


def _entry(
    company: Company, head: Head, row: Row, effects: Sequence[Effect], steps: Mapping[str, str]
) -> Entry:
    contact = next((one for one in reversed(effects) if one.kind not in run_words.NOTES), None)
    draft = contact.plan.get("draft", {}) if contact else {}
    spoken = row.outcome in SPOKEN
    over = is_over(head)
    if head.run.kind == "night":
        waits = contact is not None and contact.state in BEFORE_IT_LEAVES
        may_approve = waits and contact is not None and contact.approval is Approval.NEEDED
    else:
        waits = True
        may_approve = row.approved_by is None and (company.mode is Mode.APPROVE or row.needs_yes)
    open_still = spoken and waits and not over
    worded = row.outcome is Outcome.REMIND and row.channel is not Channel.QUICKBOOKS and bool(row.text)
    return Entry(
        customer_id=row.customer_id,
        customer=row.name or f"(customer {row.customer_id}, no longer in QuickBooks)",
        currency=row.currency,
        outcome=row.outcome,
        badge=_badge(row, contact),
        step=_step(row, steps),
        amount=row.amount,
        reason=row.reason,
        look_on=row.review_on,
        to=draft.get("to") or row.details.get("to"),
        subject=draft.get("subject") or row.edited_subject or row.details.get("subject"),
        text=draft.get("text") or row.text,
        edited_by=row.edited_by,
        approved_by=row.approved_by,
        state=run_words.state_of(contact) if contact else _left_unsent(head, row),
        may_approve=open_still and may_approve and company.mode is not Mode.SHADOW,
        may_change=open_still,
        may_reword=open_still and worded,
        differs=row.differs,
        was=row.was,
        trace=row.trace,
        lines=(),
        did=(),
        group=_group(row),
    )


def _left_unsent(head: Head, row: Row) -> tuple[str, str] | None:
    """A night's contact without an effect of its own: a later night took it over."""
    if head.run.kind == "night" and head.run.state == "ended" and row.outcome in SPOKEN:
        return "Did not leave that night; it was decided again", ""
    return None


def _badge(row: Row, contact: Effect | None) -> str:
    if row.outcome in YOURS:
        return "For you to settle"
    if row.outcome is Outcome.SILENCE:
        return "Left alone" if row.gate not in NOTHING_LATE else "Nothing late"
    by_hand = not row.details.get("mailed", False) if contact is None else contact.kind is IntentKind.TASK
    if row.channel is Channel.EMAIL and by_hand:
        return "Message for you to send"
    return run_words.CHANNELS[row.channel] if row.channel else "Call for you"


def _step(row: Row, steps: Mapping[str, str]) -> str | None:
    if row.outcome not in SPOKEN:
        return None
    return BACKLOG if row.details.get("backlog") else steps.get(row.stage or "")


def _group(row: Row) -> str:
    if row.outcome in SPOKEN:
        return "spoken"
    if row.outcome in YOURS:
        return "yours"
    return "early" if row.gate in NOTHING_LATE else "alone"


def _did(effect: Effect, numbers: Mapping[str, str]) -> Did:
    state, tone = run_words.state_of(effect)
    note_on = effect.plan.get("invoice_id")
    done = effect.state in (State.CONFIRMED, State.CANCELLED, State.REJECTED)
    waits = effect.state is State.PLANNED and effect.kind not in run_words.NOTES
    return Did(
        words=run_words.words_of(effect),
        state=state,
        tone=tone,
        at=effect.settled_at if done else None,
        due_at=effect.due_at if waits and effect.approval is not Approval.NEEDED else None,
        because=effect.reason,
        quickbooks_id=effect.external_id if effect.kind not in (IntentKind.TASK, IntentKind.EMAIL) else None,
        message_id=effect.message_id,
        invoice=numbers.get(note_on, note_on) if note_on else None,
    )
