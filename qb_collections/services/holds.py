"""Holds: what a person knows and the books don't.  Placing or lifting one brings the next look to today."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection

from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.money import Money
from qb_collections.services import finding
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, mirror
from qb_collections.store import holds as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.holds import StoredHold

REASON_MAX = 200
ON_AN_INVOICE = (HoldKind.DISPUTE,)
YEARS_AHEAD = 2  # a day later than this is a typing mistake

_NAMES = {
    HoldKind.DISPUTE: "disputed",
    HoldKind.PROMISE: "promised",
    HoldKind.IN_TRANSIT: "on its way",
    HoldKind.EXCLUSION: "left to you",
    HoldKind.HARDSHIP: "in difficulty",
    HoldKind.INSOLVENT: "a hard stop: somebody else speaks for them",
    HoldKind.PEOPLE_ONLY: "for people only",
    HoldKind.HANDED_OVER: "handed over",
    HoldKind.OPEN_REPLY: "answered, and waiting for us",
    HoldKind.UPSET: "upset",
}


def add(
    context: Context,
    company: Company,
    kind: HoldKind,
    *,
    reason: str,
    by: str,
    customer: str | None = None,
    invoice: str | None = None,
    until_on: date | None = None,
    amount: Money | None = None,
    owner: str | None = None,
    answer_by_on: date | None = None,
) -> Hold | Refusal:
    """Place a hold on an invoice (its number), or on a customer (the name).  It is in force at once.

    A dispute is about an invoice; a promise names the promised day.
    """
    now = context.clock.now()
    today = company.today(now)
    refusal = _refusal(kind, reason, customer, invoice, until_on, answer_by_on, today)
    if refusal is not None:
        return refusal
    with durable(context.engine) as conn:
        place = _place(conn, company, customer, invoice)
        if isinstance(place, Refusal):
            return place
        customer_id, invoice_id = place
        hold = stored.add(
            conn,
            company.id,
            customer_id,
            kind,
            reason=reason.strip(),
            placed_by=by,
            placed_on=today,
            invoice_id=invoice_id,
            until_on=until_on,
            amount=amount,
            owner=owner,
            answer_by_on=answer_by_on,
        )
        cases.touch(conn, company.id, [customer_id], today)
        detail = {"kind": kind.value, "invoice": invoice_id, "until": until_on, "reason": reason}
        audit.append(conn, company.id, by, "hold placed", f"hold {hold.id}", detail, now)
    return hold


def lift(
    context: Context, company: Company, hold_id: int, *, by: str, because: str | None = None
) -> str | Refusal:
    """End a hold; the next night decides without it."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        try:
            found = stored.get(conn, company.id, hold_id)
        except LookupError:
            return Refusal(f"{company.name} has no hold {hold_id}. See them with: qb-collections hold list")
        if not stored.lift(conn, company.id, hold_id, by=by, at=now, because=because):
            return Refusal(f"Hold {hold_id} was lifted already, by {found.lifted_by}.")
        cases.touch(conn, company.id, [found.customer_id], company.today(now))
        audit.append(conn, company.id, by, "hold lifted", f"hold {hold_id}", {"because": because}, now)
    return f"Hold {hold_id} is lifted. The next night decides without it."


def standing(context: Context, company: Company, customer_id: str | None = None) -> list[StoredHold]:
    """The company's holds that nobody lifted."""
    with reading(context.engine) as conn:
        return stored.list(conn, company.id, customer_id=customer_id)


def sentence(context: Context, company: Company, hold: Hold) -> str:
    """What placing the hold means, for the person who placed it."""
    with reading(context.engine) as conn:
        invoice = mirror.invoice(conn, company.id, hold.invoice_id) if hold.invoice_id else None
    about = f"Invoice {invoice.label}" if invoice else "This customer"
    until = f" until {hold.until_on.day} {hold.until_on:%B %Y}" if hold.until_on else ""
    return f"{about} is marked as {_NAMES[hold.kind]}{until}. Nothing goes out about it meanwhile."


def _place(
    conn: Connection, company: Company, customer: str | None, invoice: str | None
) -> tuple[str, str | None] | Refusal:
    if invoice is not None:
        found = finding.invoice(conn, company, invoice)
        return found if isinstance(found, Refusal) else (found.customer_id, found.id)
    assert customer is not None
    who = finding.customer(conn, company, customer)
    return who if isinstance(who, Refusal) else (who.id, None)


def _refusal(
    kind: HoldKind,
    reason: str,
    customer: str | None,
    invoice: str | None,
    until_on: date | None,
    answer_by_on: date | None,
    today: date,
) -> Refusal | None:
    if (customer is None) == (invoice is None):
        return Refusal("Say which one: an invoice number, or a customer's name.")
    if not reason.strip():
        return Refusal("A hold needs a reason, in a few words: it is what we will say when someone asks.")
    if len(reason) > REASON_MAX:
        return Refusal(f"The reason has {len(reason)} characters; up to {REASON_MAX} fit.")
    if kind in ON_AN_INVOICE and invoice is None:
        return Refusal("A dispute is about one invoice: say which number, so that the others can go ahead.")
    if kind is HoldKind.PROMISE and until_on is None:
        return Refusal("A promise needs the day on which the payment is promised.")
    for day in (until_on, answer_by_on):
        if day is not None and day < today:
            return Refusal(f"{day.day} {day:%B %Y} is past. Give today or a later day.")
        if day is not None and day.year > today.year + YEARS_AHEAD:
            return Refusal(f"{day.day} {day:%B %Y} is more than {YEARS_AHEAD} years away. Is the year right?")
    return None
