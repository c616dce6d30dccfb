"""Placing a hold: what is refused, what is filled in for the person, and what is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection

from qb_collections.core import addresses
from qb_collections.core.business_days import Calendar
from qb_collections.core.case import DISPUTE_CODES, Hold, HoldKind
from qb_collections.core.money import Money
from qb_collections.services import finding
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, mirror
from qb_collections.store import holds as stored
from qb_collections.store.companies import Company

REASON_MAX = 200
OWNER_MAX = 120
YEARS_AHEAD = 2  # a day later than this is a typing mistake
ANSWER_BUSINESS_DAYS = 5  # by when a dispute is answered, when nobody names a day


@dataclass(frozen=True, slots=True)
class Wanted:
    """A hold as somebody asks for it."""

    kind: HoldKind
    customer_id: str
    invoice_id: str | None
    reason: str
    until_on: date | None = None
    amount: Money | None = None
    owner: str | None = None
    answer_by_on: date | None = None
    code: str | None = None


def refusal(
    kind: HoldKind,
    *,
    on_invoice: bool,
    reason: str,
    until_on: date | None,
    owner: str | None,
    answer_by_on: date | None,
    code: str | None,
) -> Refusal | None:
    """Why such a hold makes no sense, with what would help; None when it does.  For its days see too_far."""
    if not reason.strip():
        return Refusal("A hold needs a reason, in a few words: it is what we will say when someone asks.")
    if len(reason) > REASON_MAX:
        return Refusal(f"The reason has {len(reason)} characters; up to {REASON_MAX} fit.")
    if owner is not None and len(owner) > OWNER_MAX:
        return Refusal(f"The owner's name has {len(owner)} characters; up to {OWNER_MAX} fit.")
    if kind is HoldKind.DISPUTE and not on_invoice:
        return Refusal("A dispute is about one invoice: say which number, so that the others can go ahead.")
    if kind is HoldKind.PROMISE and until_on is None:
        return Refusal("A promise needs the day on which the payment is promised.")
    if kind is HoldKind.BOUNCED and until_on is not None:
        return Refusal(
            "An address from which e-mail came back is left out until QuickBooks has another one, or until "
            "somebody lifts the mark: leave the last day out."
        )
    if code is not None and code not in DISPUTE_CODES:
        near = finding.nearest(code, list(DISPUTE_CODES))
        return Refusal(
            f'"{code[:40]}" is not what a dispute can be about. It can be: {", ".join(DISPUTE_CODES)}.{near}'
        )
    if kind is not HoldKind.DISPUTE and code is not None:
        return Refusal("Only a dispute has a code that says what it is about: leave the code out.")
    if kind is not HoldKind.DISPUTE and answer_by_on is not None:
        return Refusal("Only a dispute is answered by a day: leave that day out.")
    return None


def too_far(today: date, *days: date | None) -> Refusal | None:
    """Why one of these days cannot be meant: it is past, or years away."""
    for day in days:
        if day is not None and day < today:
            return Refusal(f"{day.day} {day:%B %Y} is past. Give today or a later day.")
        if day is not None and day.year > today.year + YEARS_AHEAD:
            return Refusal(f"{day.day} {day:%B %Y} is more than {YEARS_AHEAD} years away. Is the year right?")
    return None


def filled(
    conn: Connection,
    company: Company,
    wanted: Wanted,
    by: str,
    today: date,
    calendar: Calendar | None = None,
) -> Wanted:
    """With what the person left out: who answers a dispute and by when, which address is meant."""
    if wanted.kind is HoldKind.DISPUTE:
        calendar = calendar or Rulebook(conn, company, today).calendar
        answer_by = wanted.answer_by_on or _answer_by(calendar, wanted.until_on, today)
        return replace(wanted, owner=wanted.owner or _person(company, by), answer_by_on=answer_by)
    if wanted.kind is HoldKind.BOUNCED and not addresses.named_in(wanted.reason):
        return replace(wanted, reason=_with_addresses(conn, company, wanted))
    return wanted


def put(
    conn: Connection, company: Company, wanted: Wanted, *, by: str, at: datetime, source: str | None = None
) -> Hold:
    """Write it, with its entry in the audit, and bring the customer's next look to today."""
    cases.touch(conn, company.id, [wanted.customer_id], company.today(at))
    return written(conn, company, wanted, by=by, at=at, source=source)


def written(
    conn: Connection, company: Company, wanted: Wanted, *, by: str, at: datetime, source: str | None = None
) -> Hold:
    """As put, but the next look is left to the caller: many are placed at once."""
    today = company.today(at)
    hold = stored.add(
        conn,
        company.id,
        wanted.customer_id,
        wanted.kind,
        reason=wanted.reason.strip(),
        placed_by=by,
        placed_on=today,
        invoice_id=wanted.invoice_id,
        until_on=wanted.until_on,
        amount=wanted.amount,
        owner=wanted.owner,
        answer_by_on=wanted.answer_by_on,
        code=wanted.code,
    )
    detail = {
        "kind": wanted.kind.value,
        "customer": wanted.customer_id,
        "invoice": wanted.invoice_id,
        "until": wanted.until_on,
        "reason": hold.reason,
        "amount": wanted.amount,
        "owner": wanted.owner,
        "answer by": wanted.answer_by_on,
        "code": wanted.code,
        "from": source,
    }
    told = {name: value for name, value in detail.items() if value is not None}
    audit.append(conn, company.id, by, "hold placed", f"hold {hold.id}", told, at)
    return hold


def _person(company: Company, by: str) -> str:
    """Who placed it, as people call them; a command given without a name stands for the company's contact."""
    if by == "the command line":
        return company.contact_name or by
    return by.removesuffix(" (command line)")


def _answer_by(calendar: Calendar, until_on: date | None, today: date) -> date:
    day = calendar.add_business_days(today, ANSWER_BUSINESS_DAYS)
    return min(day, until_on) if until_on is not None else day


def _with_addresses(conn: Connection, company: Company, wanted: Wanted) -> str:
    """The reason with the addresses that QuickBooks has now: another one that comes later is not meant."""
    customer = mirror.customers(conn, company.id, [wanted.customer_id]).get(wanted.customer_id)
    open_ones = mirror.open_invoices(conn, company.id, [wanted.customer_id])
    known = dict.fromkeys((*(customer.emails if customer else ()), *(one.email for one in open_ones)))
    reason = f"{wanted.reason.strip()} ({', '.join(one for one in known if one)})"
    return reason if any(known) and len(reason) <= REASON_MAX else wanted.reason
