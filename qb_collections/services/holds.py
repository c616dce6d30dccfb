"""Holds: what a person knows and the books don't.

Placing, changing or lifting one brings the next look to today, and is kept in the audit.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.money import Money
from qb_collections.core.wording import date_text
from qb_collections.services import finding, hold_days, placing, wanting
from qb_collections.services.context import Context
from qb_collections.services.placing import Wanted
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, mirror
from qb_collections.store import holds as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.holds import StoredHold

_NAMES = {
    HoldKind.DISPUTE: "disputed",
    HoldKind.PROMISE: "promised",
    HoldKind.IN_TRANSIT: "on its way",
    HoldKind.EXCLUSION: "left to you",
    HoldKind.HARDSHIP: "in difficulty",
    HoldKind.INSOLVENT: "a hard stop: somebody else speaks for them",
    HoldKind.PEOPLE_ONLY: "for people only",
    HoldKind.HANDED_OVER: "handed over",
    HoldKind.AUTOPAY: "collected by itself",
    HoldKind.BOUNCED: "not reached by e-mail",
    HoldKind.OPEN_REPLY: "answered, and waiting for us",
    HoldKind.UPSET: "upset",
}
_NOTHING = "Nothing goes out about it meanwhile."
_MEANS = {
    HoldKind.AUTOPAY: "Nothing goes out before its due date and the days that a payment takes to arrive are "
    "over; if nothing has come by then, it is asked for as usual.",
    HoldKind.BOUNCED: "Another address is used if QuickBooks has one; if not, a task asks you for one. "
    "Calls go on.",
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
    code: str | None = None,
    answer: bool = False,
) -> Hold | Refusal:
    """Place a hold on an invoice (its number), or on a customer (the name).  It is in force at once.

    A dispute is about an invoice; without an owner it is the placer's to answer, without a day within
    five business days.  A promise names the promised day.  answer: the customer told us, and a promise or a
    dispute is confirmed to them in a line.
    """
    now = context.clock.now()
    today = company.today(now)
    if (customer is None) == (invoice is None):
        return Refusal("Say which one: an invoice number, or a customer's name.")
    refusal = placing.refusal(
        kind,
        on_invoice=invoice is not None,
        reason=reason,
        until_on=until_on,
        owner=owner,
        answer_by_on=answer_by_on,
        code=code,
    ) or placing.too_far(company, today, until_on, answer_by_on)
    if refusal is not None:
        return refusal
    with durable(context.engine) as conn:
        place = _place(conn, company, customer, invoice)
        if isinstance(place, Refusal):
            return place
        wanted = Wanted(kind, *place, reason, until_on, amount, owner, answer_by_on, code)
        filled = placing.filled(conn, company, wanted, by, today)
        again = placing.standing(conn, company, filled, today)
        if again is not None:
            return Refusal(
                f"That stands already as hold {again.id}. Nothing was changed; give it another owner or day.",
                f"With: qb-collections hold change {again.id}",
            )
        hold = placing.put(conn, company, filled, by=by, at=now)
        if answer:
            wanting.after_hold(conn, company, filled.customer_id, hold, by=by, at=now)
    if answer:
        context.wake("deliver", company.id)
    return hold


def change(
    context: Context,
    company: Company,
    hold_id: int,
    *,
    by: str,
    until_on: date | None = None,
    open_end: bool = False,
    owner: str | None = None,
    answer_by_on: date | None = None,
    code: str | None = None,
) -> str | Refusal:
    """Give a hold that stands another day, owner or code; open_end takes its last day away."""
    now = context.clock.now()
    given = {"until_on": until_on, "owner": owner, "answer_by_on": answer_by_on, "code": code}
    with durable(context.engine) as conn:
        found = _standing(conn, company, hold_id)
        if isinstance(found, Refusal):
            return found
        new = changes(found.hold, given, open_end=open_end)
        if not new:
            return Refusal(f"Nothing would change: hold {hold_id} says that already. Name what is to be new.")
        refusal = _change_refusal(company, found.hold, new, company.today(now))
        if refusal is not None:
            return refusal
        alter(conn, company, found, new, by=by, at=now)
    told = ", ".join(f"{_FIELDS[name]} {_written(value, company.locale)}" for name, value in new.items())
    return f"Hold {hold_id} is changed: {told}. The next night decides with that."


def lift(
    context: Context,
    company: Company,
    hold_id: int,
    *,
    by: str,
    because: str | None = None,
    answered: str | None = None,
) -> str | Refusal:
    """End a hold; the next night decides without it.

    answered: what was done about a dispute, as it stands after "We have"; the customer gets it in a line.
    """
    now = context.clock.now()
    with durable(context.engine) as conn:
        found = _standing(conn, company, hold_id)
        if isinstance(found, Refusal):
            return found
        refusal = _answer_refusal(found.hold, answered) if answered is not None else None
        if refusal is not None:
            return refusal
        take_away(conn, company, found, by=by, because=because or answered, at=now)
        if answered is not None:
            wanting.dispute_answered(conn, company, found.customer_id, found.hold, answered, by=by, at=now)
    if answered is not None:
        context.wake("deliver", company.id)
        return (
            f"Hold {hold_id} is lifted, and a line tells them what was done. The steps go on in their turn."
        )
    return f"Hold {hold_id} is lifted. The next night decides without it."


def changes(hold: Hold, given: Mapping[str, Any], *, open_end: bool = False) -> dict[str, Any]:
    """What of the given is new to the hold."""
    new = {name: value for name, value in given.items() if value is not None}
    if open_end:
        new["until_on"] = None
    return {name: value for name, value in new.items() if getattr(hold, name) != value}


def alter(
    conn: Connection, company: Company, found: StoredHold, new: Mapping[str, Any], *, by: str, at: datetime
) -> None:
    """Write the change with its entry in the audit: what was, and what is."""
    hold = found.hold
    stored.change(conn, company.id, hold.id, new)
    cases.touch(conn, company.id, [found.customer_id], company.today(at))
    detail = {_FIELDS[name]: [getattr(hold, name), value] for name, value in new.items()}
    audit.append(conn, company.id, by, "hold changed", f"hold {hold.id}", detail, at)


def take_away(
    conn: Connection, company: Company, found: StoredHold, *, by: str, because: str | None, at: datetime
) -> None:
    """Lift it, with its entry in the audit; what was to be done about it is no longer needed."""
    hold_id = found.hold.id
    stored.lift(conn, company.id, hold_id, by=by, at=at, because=because)
    cases.touch(conn, company.id, [found.customer_id], company.today(at))
    hold_days.close_for(conn, company, found, at)
    audit.append(conn, company.id, by, "hold lifted", f"hold {hold_id}", {"because": because}, at)


def standing(context: Context, company: Company, customer_id: str | None = None) -> list[StoredHold]:
    """The company's holds that nobody lifted."""
    with reading(context.engine) as conn:
        return stored.list(conn, company.id, customer_id=customer_id)


def sentence(context: Context, company: Company, hold: Hold) -> str:
    """What placing the hold means, for the person who placed it."""
    with reading(context.engine) as conn:
        invoice = mirror.invoice(conn, company.id, hold.invoice_id) if hold.invoice_id else None
        usual_on = placing.answer_by(Rulebook(conn, company, hold.placed_on).calendar, None, hold.placed_on)
    about = f"Invoice {invoice.label}" if invoice else "This customer"
    until = f" until {date_text(hold.until_on, company.locale)}" if hold.until_on else ""
    said = f"{about} is marked as {_NAMES[hold.kind]}{until}. {_MEANS.get(hold.kind, _NOTHING)}"
    if hold.kind is HoldKind.DISPUTE and hold.answer_by_on is not None:
        usual = " (five business days, where no other day is named)" if hold.answer_by_on == usual_on else ""
        said += (
            f" {hold.owner} is to answer by {date_text(hold.answer_by_on, company.locale)}{usual}; "
            "after that a task says so."
        )
    if hold.kind is HoldKind.HARDSHIP and hold.until_on is not None:
        said += " On that day a task asks you to look at it again; after it the steps go on."
    return said


_FIELDS = {
    "until_on": "last day",
    "owner": "owner",
    "answer_by_on": "answer by",
    "code": "about",
}


def _written(value: date | str | None, locale: str) -> str:
    if isinstance(value, date):
        return date_text(value, locale)
    return "none" if value is None else value


def _change_refusal(company: Company, hold: Hold, new: Mapping[str, Any], today: date) -> Refusal | None:
    whole = {name: new.get(name, getattr(hold, name)) for name in _FIELDS}
    refusal = placing.refusal(
        hold.kind, on_invoice=hold.invoice_id is not None, reason=hold.reason[: placing.REASON_MAX], **whole
    )
    return refusal or placing.too_far(company, today, new.get("until_on"), new.get("answer_by_on"))


def _answer_refusal(hold: Hold, answered: str) -> Refusal | None:
    if hold.kind is not HoldKind.DISPUTE:
        return Refusal("Only a dispute is answered.", "Leave --answered out, and say --because.")
    if not answered.strip():
        return Refusal('Say what was done, as it stands after "We have": "replaced the compressor".')
    if len(answered) > placing.REASON_MAX:
        return Refusal(f"The answer has {len(answered)} characters; up to {placing.REASON_MAX} fit.")
    return None


def _standing(conn: Connection, company: Company, hold_id: int) -> StoredHold | Refusal:
    try:
        found = stored.get(conn, company.id, hold_id)
    except LookupError:
        return Refusal(f"{company.name} has no hold {hold_id}.", "See them with: qb-collections hold list")
    if found.lifted_at is not None:
        return Refusal(f"Hold {hold_id} was lifted already, by {found.lifted_by}.")
    return found


def _place(
    conn: Connection, company: Company, customer: str | None, invoice: str | None
) -> tuple[str, str | None] | Refusal:
    if invoice is not None:
        found = finding.invoice(conn, company, invoice)
        return found if isinstance(found, Refusal) else (found.customer_id, found.id)
    assert customer is not None
    who = finding.customer(conn, company, customer)
    return who if isinstance(who, Refusal) else (who.id, None)
