"""Everything that passed with one customer, in both directions, the latest first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Connection

from qb_collections.core.case import ContactKind, HoldKind
from qb_collections.core.decision import Channel
from qb_collections.core.wording import day_text, money_text, short
from qb_collections.services import marks, replies
from qb_collections.services.outcomes import CALL_OUTCOMES
from qb_collections.services.rulebook import parsed
from qb_collections.store import calls, internal_notes, policies, timeline
from qb_collections.store import replies as stored_replies
from qb_collections.store.companies import Company
from qb_collections.store.contacts import StoredContact
from qb_collections.store.holds import StoredHold
from qb_collections.store.together import together

PAGE = 30
PAGES_MAX = 40  # further back than twelve hundred things nobody pages

ANSWERS = {
    "thank_you": "thanked them",
    "promise_noted": "noted the day they named",
    "dispute_received": "told them who looks into it",
    "dispute_answered": "told them what was done",
    "plan_offer": "offered ways to spread it",
    "installment_before": "wrote ahead of a payment of the plan",
    "installment_missed": "asked about a payment of the plan",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened.  way: out (to them), in (from them), call, money, or ours (told to nobody)."""

    on: date
    at: datetime | None  # None: only the day is known
    way: str
    says: str  # a short sentence without a full stop
    text: str | None = None  # the words that went out, or what they said
    by: str | None = None
    follows: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    entries: tuple[Entry, ...]
    number: int
    more: bool


def page(
    conn: Connection,
    company: Company,
    customer_ids: Iterable[str],
    *,
    number: int = 1,
    size: int = PAGE,
) -> Page:
    """One page of what passed with these customers (who are billed together)."""
    number = min(max(number, 1), PAGES_MAX)
    found = _merged(conn, company, sorted(set(customer_ids)), number * size + 1)
    shown = found[(number - 1) * size : number * size]
    return Page(tuple(shown), number, len(found) > number * size and number < PAGES_MAX)


def dealings(conn: Connection, company: Company, customer_ids: Iterable[str], limit: int) -> list[Entry]:
    """The last things that were said in either direction, the oldest of them first."""
    ids = sorted(set(customer_ids))
    found = sorted(_said(conn, company, ids, limit + 1), key=_order, reverse=True)
    return found[:limit][::-1]


def _merged(conn: Connection, company: Company, ids: Sequence[str], limit: int) -> list[Entry]:
    said, marked, paid, settled, noted = together(
        conn,
        lambda conn: _said(conn, company, ids, limit),
        lambda conn: _marks(conn, company, ids, limit),
        lambda conn: timeline.paid(conn, company.id, ids, limit),
        lambda conn: timeline.settled(conn, company.id, ids, limit),
        lambda conn: internal_notes.latest(conn, company.id, ids, limit),
    )
    entries = [*said, *marked]
    entries += [
        Entry(one.received_on, None, "money", f"They paid {money_text(one.total, company.locale)}")
        for one in paid
    ]
    entries += [
        Entry(company.today(one.at), one.at, "ours", f"An answer was left out: {one.because}")
        for one in settled
        if one.state == "dropped"
    ]
    entries += [
        Entry(company.today(one.at), one.at, "ours", "A note for colleagues", one.text, one.by)
        for one in noted
    ]
    return sorted(entries, key=_order, reverse=True)[:limit]


def _order(one: Entry) -> tuple[date, bool, datetime]:
    """Within a day what has an hour comes after what has none."""
    return one.on, one.at is not None, one.at or datetime.min.replace(tzinfo=UTC)


def _said(conn: Connection, company: Company, ids: Sequence[str], limit: int) -> list[Entry]:
    """Contacts, calls and replies; a call in which somebody was spoken to stands once, with what was said."""
    rung, answers, told, replied, stages = together(
        conn,
        lambda conn: calls.latest(conn, company.id, ids, limit),
        lambda conn: timeline.settled(conn, company.id, ids, limit),
        lambda conn: timeline.said(conn, company.id, ids, limit),
        lambda conn: stored_replies.latest(conn, company.id, ids, limit),
        lambda conn: _stages(conn, company),
    )
    talks = {one.at for one in rung if one.spoken}
    given = {one.at: one.kind for one in answers if one.state == "given"}
    entries = [
        _contact(one, stages, given.get(one.at))
        for one in told
        if not (one.contact.kind is ContactKind.CALL and one.at in talks)
    ]
    for one in rung:
        what = CALL_OUTCOMES[one.outcome].says if one.outcome in CALL_OUTCOMES else one.outcome
        left = ", a message was left" if one.voicemail else ""
        says = f"{'You spoke' if one.spoken else 'You rang'}: {what[0].lower()}{what[1:]}{left}"
        entries.append(Entry(one.on, one.at, "call", says, one.said, one.by, one.follows))
    for reply in replied:
        kind = replies.KINDS.get(reply.kind, reply.kind)
        done = f"Dealt with by {reply.done_by}" if reply.done_by and reply.done_by != "system" else None
        says = f"They answered: {kind[0].lower()}{kind[1:]}"
        entries.append(Entry(reply.on, reply.at, "in", says, reply.said, reply.by, done))
    return entries


def _stages(conn: Connection, company: Company) -> dict[str, str]:
    """The names of the steps, as the company's policy has them today."""
    text = policies.current(conn, company.id).text
    return {stage.code: stage.name for stage in parsed(text).ladder}


def _contact(one: StoredContact, stages: dict[str, str], answered: str | None) -> Entry:
    kind, contact = one.contact.kind, one.contact
    if kind in (ContactKind.ANSWER, ContactKind.NOTICE):
        says = f"You {ANSWERS.get(answered or '', 'answered them')}"
    elif kind is ContactKind.CALL:
        says = "You spoke with them"
    elif kind is ContactKind.FOREIGN:
        says = "QuickBooks e-mailed a copy, not through us"
    elif one.channel is Channel.QUICKBOOKS:
        says = "QuickBooks e-mailed a copy of the invoice"
    else:
        name = stages.get(contact.stage or "")
        says = f"You wrote to them{f' ({name})' if name else ''}"
    to = f", to {one.recipient}" if one.recipient else ""
    return Entry(contact.on, one.at, "out", f"{says}{to}", one.text)


def _marks(conn: Connection, company: Company, ids: Sequence[str], limit: int) -> list[Entry]:
    entries = []
    for one in timeline.marks(conn, company.id, ids, limit):
        hold = one.hold
        what = _mark(company, one)
        reason = short(hold.reason, 200)
        entries.append(Entry(hold.placed_on, None, "ours", f"Marked: {what}", reason, hold.placed_by))
        if one.lifted_at is not None:
            lifted_on = company.today(one.lifted_at)
            says = f"Mark lifted: {what}"
            entries.append(Entry(lifted_on, one.lifted_at, "ours", says, one.lifted_because, one.lifted_by))
    return entries


def _mark(company: Company, one: StoredHold) -> str:
    hold = one.hold
    if hold.kind is HoldKind.PROMISE:
        amount = f" {money_text(hold.amount, company.locale)}" if hold.amount else " to pay"
        by = f" by {day_text(hold.until_on, hold.placed_on.year, company.locale)}" if hold.until_on else ""
        return f"they promised{amount}{by}"
    words = marks.WORDS[hold.kind.value]
    return f"{words[0].lower()}{words[1:]}"
