"""Placing a hold: what is refused, what is filled in for the person, and what is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from qb_collections.core import addresses
from qb_collections.core.business_days import Calendar
from qb_collections.core.case import DISPUTE_CODES, Hold, HoldKind
from qb_collections.core.money import Money
from qb_collections.core.wording import date_text
from qb_collections.services import finding
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, mirror
from qb_collections.store import holds as stored
from qb_collections.store.companies import Company

REASON_MAX = 200
OWNER_MAX = 120
_RUNS_OUT = (HoldKind.IN_TRANSIT, HoldKind.UPSET, HoldKind.AUTOPAY)  # after some days, by the policy
CODES = tuple(code.replace("_", " ") for code in DISPUTE_CODES)  # as people write them
SOMEBODY = "someone at the command line"  # who gives a command under an account that has no person's name
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
        near = finding.nearest(code.replace("_", " "), list(CODES))
        return Refusal(
            f'"{code[:40]}" is not what a dispute can be about. It can be: {", ".join(CODES)}.{near}'
        )
    if kind is not HoldKind.DISPUTE and code is not None:
        return Refusal("Only a dispute has a code that says what it is about: leave the code out.")
    if kind is not HoldKind.DISPUTE and answer_by_on is not None:
        return Refusal("Only a dispute is answered by a day: leave that day out.")
    return None


def too_far(company: Company, today: date, *days: date | None) -> Refusal | None:
    """Why one of these days cannot be meant: it is past, or years away."""
    locale = company.locale
    for day in days:
        if day is not None and day < today:
            return Refusal(f"{date_text(day, locale)} is past. Give today or a later day.")
        if day is not None and day.year > today.year + YEARS_AHEAD:
            furthest = date_text(date(today.year + YEARS_AHEAD, 12, 31), locale)
            return Refusal(
                f"{date_text(day, locale)} is years away; the furthest day that can be given is {furthest}. "
                "Is the year right?"
            )
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
        by_on = wanted.answer_by_on or answer_by(calendar, wanted.until_on, today)
        return replace(wanted, owner=wanted.owner or _person(company, by), answer_by_on=by_on)
    if wanted.kind is HoldKind.BOUNCED and not addresses.named_in(wanted.reason):
        return replace(wanted, reason=_with_addresses(conn, company, wanted))
    return wanted


def put(
    conn: Connection, company: Company, wanted: Wanted, *, by: str, at: datetime, source: str | None = None
) -> Hold:
    """Write it, with its entry in the audit, and bring the customer's next look to today."""
    [hold] = put_all(conn, company, [(wanted, source)], by=by, at=at)
    return hold


def put_all(
    conn: Connection,
    company: Company,
    every: Sequence[tuple[Wanted, str | None]],
    *,
    by: str,
    at: datetime,
) -> list[Hold]:
    """Each wanted hold with where it comes from, written as by put, in their order."""
    today = company.today(at)
    new = [(one.customer_id, _unwritten(one, by, today)) for one, _ in every]
    ids = stored.add_all(conn, company.id, new)
    holds = [replace(hold, id=given) for (_, hold), given in zip(new, ids, strict=True)]
    cases.touch(conn, company.id, {customer_id for customer_id, _ in new}, today)
    lines = [
        ("hold placed", f"hold {hold.id}", _told(hold, one.customer_id, source))
        for hold, (one, source) in zip(holds, every, strict=True)
    ]
    audit.append_all(conn, company.id, by, lines, at)
    return holds


def _unwritten(wanted: Wanted, by: str, today: date) -> Hold:
    return Hold(
        0,
        wanted.kind,
        wanted.invoice_id,
        wanted.reason.strip(),
        by,
        today,
        wanted.until_on,
        wanted.amount,
        wanted.owner,
        wanted.answer_by_on,
        wanted.code,
    )


def _told(hold: Hold, customer_id: str, source: str | None) -> dict[str, Any]:
    """What the audit keeps of it; what was not said is left out."""
    detail = {
        "kind": hold.kind.value,
        "customer": customer_id,
        "invoice": hold.invoice_id,
        "until": hold.until_on,
        "reason": hold.reason,
        "amount": hold.amount,
        "owner": hold.owner,
        "answer by": hold.answer_by_on,
        "code": hold.code,
        "from": source,
    }
    return {name: value for name, value in detail.items() if value is not None}


def _person(company: Company, by: str) -> str:
    """Who placed it, as people call them; a command given without a name stands for the company's contact."""
    if by == SOMEBODY:
        return company.contact_name or by
    return by.removesuffix(" (command line)")


def answer_by(calendar: Calendar, until_on: date | None, today: date) -> date:
    """By when a dispute is answered when nobody names a day; not after its own last day."""
    day = calendar.add_business_days(today, ANSWER_BUSINESS_DAYS)
    return min(day, until_on) if until_on is not None else day


def _with_addresses(conn: Connection, company: Company, wanted: Wanted) -> str:
    """The reason with the addresses that QuickBooks has now: another one that comes later is not meant."""
    customer = mirror.customers(conn, company.id, [wanted.customer_id]).get(wanted.customer_id)
    open_ones = mirror.open_invoices(conn, company.id, [wanted.customer_id])
    known = dict.fromkeys((*(customer.emails if customer else ()), *(one.email for one in open_ones)))
    reason = f"{wanted.reason.strip()} ({', '.join(one for one in known if one)})"
    return reason if any(known) and len(reason) <= REASON_MAX else wanted.reason


def standing(conn: Connection, company: Company, wanted: Wanted, today: date) -> Hold | None:
    """The same thing said before: a hold of this kind, reason, day and amount in the same place.

    What runs out by itself can be said again on another day: it begins anew.
    """
    for one in stored.list(conn, company.id, customer_id=wanted.customer_id):
        hold = one.hold
        same = (hold.kind, hold.invoice_id, hold.until_on, hold.amount)
        if same != (wanted.kind, wanted.invoice_id, wanted.until_on, wanted.amount):
            continue
        if hold.kind in _RUNS_OUT and hold.placed_on != today:
            continue
        if _same_words(hold.reason, wanted.reason):
            return hold
    return None


def _same_words(one: str, other: str) -> bool:
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
