"""What our own marks in the books say happened since a backup: contacts are recorded, plans are held back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import Connection

from qb_collections.core import cycles, recollection
from qb_collections.core.books import Customer, Invoice
from qb_collections.core.case import Contact, ContactKind, HoldKind
from qb_collections.core.decision import Channel
from qb_collections.core.identity import note_key
from qb_collections.core.intents import State
from qb_collections.core.recollection import Key, LostContact, LostPlan
from qb_collections.messages.library import Library
from qb_collections.messages.notes import note_line
from qb_collections.messages.reminders import STEPS
from qb_collections.messages.wording import short_date
from qb_collections.quickbooks.values import Found
from qb_collections.services.context import Context
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_library import library_for
from qb_collections.store import cases, contacts, holds, intents, mirror, plans
from qb_collections.store import cycles as stored_cycles
from qb_collections.store.companies import Company
from qb_collections.store.leases import Lease

HELD = (
    "QuickBooks holds documents of payment plan {plan}, made after the backup that these records come from. "
    "Look at them there, and lift this when you know what was agreed."
)
KEYS_AT_ONCE = 500  # customers asked about in one statement
_COPIES = ("s0", "s1")  # QuickBooks e-mailed the invoice itself
_LINES = ("s0", "s1", "listed", "s2", "s3", "s3_email", "s4", "s5", "monthly")
_NO_REF = "AAAAAA"
_STEP_OF_LINE = {"s3_email": "S3", "listed": "S1", "monthly": "S-MONTH"}


@dataclass(frozen=True, slots=True)
class Seen:
    """An invoice of the books with the lines that bear a marker."""

    invoice: Invoice
    lines: tuple[tuple[str, str], ...]  # marker, line


@dataclass(frozen=True, slots=True)
class Remembered:
    contacts: int
    invoices: int
    plans: tuple[str, ...]  # labels that the records do not know
    plans_until: int  # the highest of their numbers, never to be used again; 0: none


def any_ahead(conn: Connection, company: Company, seen: Mapping[str, Seen]) -> bool:
    """Whether one of these invoices bears a note that this database has yet to plan, or to write."""
    lost = _lost_contacts(conn, company, seen, numbers=recollection.SOON, cycles_on=2)
    if lost:
        return True
    refs = {ref for one in seen.values() for ref, _ in one.lines}
    next_number = plans.next_number(conn, company.id)
    if not refs.isdisjoint(recollection.plans_ahead(company.key, next_number, [*seen], plans=1)):
        return True
    planned = intents.list(conn, company.id, states=(State.PLANNED,), limit=10_000)
    return any(one.plan.get("ref") in refs for one in planned if not one.round)


def take_over(
    conn: Connection,
    context: Context,
    company: Company,
    lease: Lease,
    seen: Mapping[str, Seen],
    documents: Sequence[Found],
    attached: Sequence[Found],
    since: datetime,
) -> Remembered:
    """Record every contact that the books show and the records do not; hold customers of unknown plans."""
    noted = {**seen, **_attached(conn, company, seen, attached)}
    lost = _lost_contacts(
        conn, company, noted, numbers=recollection.NUMBERS_ON, cycles_on=recollection.CYCLES_ON
    )
    for contact in sorted(lost, key=lambda one: (one.customer_id, one.cycle, one.number)):
        _record(conn, context, company, lease, contact, lost[contact], since)
    owners = _unknown_plans(conn, company, seen, documents)
    today = company.today(context.clock.now())
    for number, customers in sorted(owners.items()):
        for customer_id in sorted(customers):
            reason = HELD.format(plan=f"PP{number}")
            holds.add(
                conn,
                company.id,
                customer_id,
                HoldKind.EXCLUSION,
                reason=reason,
                placed_by="system",
                placed_on=today,
            )
            cases.touch(conn, company.id, [customer_id], today)
    return Remembered(
        contacts=len(lost),
        invoices=len({one.invoice.id for told in lost.values() for one, _ in told}),
        plans=tuple(f"PP{number}" for number in sorted(owners)),
        plans_until=max(owners, default=0),
    )


def _lost_contacts(
    conn: Connection, company: Company, seen: Mapping[str, Seen], *, numbers: int, cycles_on: int
) -> dict[LostContact, list[tuple[Seen, str]]]:
    """By contact: the invoices that it named, each with its line."""
    heads = cases.billed_with(conn, company.id, sorted({one.invoice.customer_id for one in seen.values()}))
    asked = {one.invoice.id: _owners(one, heads) for one in seen.values()}
    last = _last(conn, company, {key for keys in asked.values() for key in keys})
    found: dict[LostContact, list[tuple[Seen, str]]] = {}
    for one in seen.values():
        ahead = recollection.contacts_ahead(
            company.key, one.invoice.id, asked[one.invoice.id], last, numbers=numbers, cycles=cycles_on
        )
        for ref, line in one.lines:
            contact = ahead.get(ref)
            if contact and intents.by_key(conn, company.id, note_key(contact.key, one.invoice.id)) is None:
                found.setdefault(contact, []).append((one, line))
    return found


def _owners(one: Seen, heads: Mapping[str, Customer]) -> list[Key]:
    """Whose contact a note on this invoice may record: its customer's, or that of who is billed for it."""
    customer_id, currency = one.invoice.customer_id, one.invoice.balance.currency
    ids = [customer_id, *([heads[customer_id].id] if customer_id in heads else [])]
    return [(id, currency) for id in dict.fromkeys(ids)]


def _last(conn: Connection, company: Company, keys: Collection[Key]) -> dict[Key, tuple[int, int | None]]:
    last: dict[Key, tuple[int, int | None]] = {}
    wanted = sorted(keys)
    for at in range(0, len(wanted), KEYS_AT_ONCE):
        some = wanted[at : at + KEYS_AT_ONCE]
        running, next_numbers = stored_cycles.running(conn, company.id, some)
        for key in some:
            cycle = running.get(key)
            known = (cycle.number, cycle.contacts) if cycle else None
            last[key] = known or (next_numbers.get(key, 1) - 1, None)
    return last


def _record(
    conn: Connection,
    context: Context,
    company: Company,
    lease: Lease,
    lost: LostContact,
    told: Sequence[tuple[Seen, str]],
    since: datetime,
) -> None:
    """As if it had been recorded when it was delivered; what was queued for it is over."""
    now = context.clock.now()
    first, line = told[0]
    on, kind = _read_line(company, library_for(conn, company), line, company.today(since), company.today(now))
    copy_at = first.invoice.sent_at if kind in _COPIES else None
    noon = datetime.combine(on, time(12), tzinfo=company.tz).astimezone(UTC)
    contact = Contact(
        on=on,
        kind=ContactKind.CALL if kind == "s3" else ContactKind.REMINDER,
        stage=_stage(conn, company, kind, company.today(now)),
        cycle=lost.cycle,
        number=lost.number,
        invoice_ids=tuple(sorted(one.invoice.id for one, _ in told)),
    )
    contacts.record(
        conn,
        company.id,
        lost.customer_id,
        lost.currency,
        contact,
        at=copy_at or min(noon, now),
        channel=Channel.QUICKBOOKS if copy_at else None,
        text=None,
    )
    running = stored_cycles.current(conn, company.id, lost.customer_id, lost.currency)
    if running is None or running.number != lost.cycle:
        version = Rulebook(conn, company, company.today(now)).version
        running = cycles.begun(lost.cycle, on, version)
    stored_cycles.save(conn, company.id, lost.customer_id, lost.currency, cycles.delivered(running, contact))
    cases.touch(conn, company.id, [lost.customer_id], on + timedelta(days=1))
    queued = intents.by_key(conn, company.id, lost.key)
    if queued is None:
        return
    if queued.state in (State.PLANNED, State.READY):
        reason = "QuickBooks shows that it was delivered after the backup was made."
        intents.settle(conn, lease, queued.id, State.CANCELLED, reason=reason, at=now)
    elif queued.state is State.UNKNOWN:
        intents.settle(conn, lease, queued.id, State.CONFIRMED, at=now)


def _read_line(
    company: Company, library: Library, line: str, first: date, last: date
) -> tuple[date, str | None]:
    """The day and the kind that a note line names.  A day that cannot be told is today: the longest gap."""
    for back in range((last - first).days + 2):
        day = last - timedelta(days=back)
        beginning = f"{short_date(day, company.locale)}:"
        if line.startswith(beginning):
            return day, _line_kind(line, day, company.locale, library)
    return last, None


def _line_kind(line: str, on: date, locale: str, library: Library) -> str | None:
    """Which of our lines this is, by its words before name and telephone; None: a person changed it."""
    for kind in _LINES:
        words = note_line(kind, on=on, phone=None, ref=_NO_REF, locale=locale, library=library)
        if line.startswith(words.removesuffix(f" (ref {_NO_REF})")):
            return kind
    return None


def _stage(conn: Connection, company: Company, kind: str | None, today: date) -> str | None:
    """The ladder's step that writes such a line; None leaves the customer at the step that is known."""
    if kind is None:
        return None
    step = _STEP_OF_LINE.get(kind, kind.upper())
    ladder = Rulebook(conn, company, today).policy.ladder
    return next((one.code for one in ladder if STEPS.get(one.template, "").upper() == step), None)


def _attached(
    conn: Connection, company: Company, seen: Mapping[str, Seen], attached: Sequence[Found]
) -> dict[str, Seen]:
    """Notes beside invoices, put with those in the memos."""
    lines: dict[str, list[tuple[str, str]]] = {}
    for one in attached:
        for ref in one.record.get("AttachableRef") or ():
            entity = ref.get("EntityRef") or {}
            if entity.get("type") == "Invoice":
                found = recollection.marked_lines(str(one.record.get("Note", "")))
                lines.setdefault(str(entity.get("value")), []).extend(found)
    known = mirror.invoices(conn, company.id, lines)
    return {
        id: Seen(known[id], (*(seen[id].lines if id in seen else ()), *lines[id]))
        for id in lines
        if id in known
    }


def _unknown_plans(
    conn: Connection, company: Company, seen: Mapping[str, Seen], documents: Sequence[Found]
) -> dict[int, set[str]]:
    """By number: the customers of plans that the records do not know."""
    ahead = recollection.plans_ahead(company.key, plans.next_number(conn, company.id), [*seen])
    found: dict[int, set[str]] = {}

    def told(lost: LostPlan | None, customer_id: str) -> None:
        if lost is not None and customer_id:
            found.setdefault(lost.number, set()).add(customer_id)

    for one in seen.values():
        for ref, _ in one.lines:
            told(ahead.get(ref), one.invoice.customer_id)
    for document in documents:
        for ref, _ in _lines(document):
            told(ahead.get(ref), str((document.record.get("CustomerRef") or {}).get("value", "")))
    return found


def _lines(document: Found) -> list[tuple[str, str]]:
    return list(recollection.marked_lines(str(document.record.get("PrivateNote", ""))))
