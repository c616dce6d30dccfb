"""End a plan: by agreement, because it was broken, or because another one takes its place.

What would fail is said before the first write.  An overlay ends here; a plan with documents in the books
is taken out of them by its saga.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from qb_collections.core.business_days import Calendar
from qb_collections.core.intents import IntentKind, State
from qb_collections.core.money import Money
from qb_collections.core.plan_ending import next_step
from qb_collections.core.plan_terms import Terms, split
from qb_collections.core.plans import on_days
from qb_collections.core.wording import day_text, money_text, short
from qb_collections.quickbooks import company_facts
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import plan_cents, plan_end_saga, plan_gate, plan_picture, plan_saga, proof
from qb_collections.services.context import Context
from qb_collections.services.plan_asking import EVERY, Asked
from qb_collections.services.plan_end_saga import ADDED, CLOSED, IN_PLACE, UNEVEN
from qb_collections.services.plan_named import named
from qb_collections.services.plan_picture import Seen
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, intents, mirror, plans
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

_WHY = {
    "cancelled": "ended by agreement",
    "broken": "its payments did not come",
    "renegotiated": "another plan takes its place",
    "undone": "its creation was undone",
}
_NOT_NOW = {
    "building": "is being written or taken back; it can be ended when it is at rest",
    "cancelled": "has ended already",
    "paid": "was paid in full, so there is nothing to end",
}


def end(
    context: Context,
    company: Company,
    lease: Lease,
    plan: int | str,
    *,
    how: str,
    by: str,
    reason: str,
    confirm: bool,
    then: dict[str, Any] | None = None,
    exchange: Decimal | None = None,
) -> PlanRow | Refusal:
    """End the plan and answer it as it is then.

    cancelled: it is over.  building: QuickBooks could not be reached or a person has to look; it goes on
    with the next delivery, and nothing is sent meanwhile.  active or broken: it could not be ended, and
    is as it was (details: not_ended).  exchange: the cents of exchange that were told and are accepted.
    """
    closed = plan_gate.closed(context, company)
    if closed is not None:
        return Refusal(f"No plan is ended now. {closed.because}")
    found = named(context, company, plan)
    if isinstance(found, Refusal):
        return found
    if found.state not in ("active", "broken"):
        return Refusal(f"Payment plan {found.label} {_NOT_NOW[found.state]}.")
    if not confirm:
        return Refusal(
            f"Nothing was changed. To end payment plan {found.label} with {found.details['customer']}, "
            "say so.",
            "The same with --yes",
        )
    ending = {
        "how": how,
        "by": by,
        "reason": reason.strip() or _WHY[how],
        "mode": IN_PLACE,
        "state": found.state,
        "on": company.today(context.clock.now()).isoformat(),
        "then": then,
    }
    if found.form == "overlay":
        return _overlay(context, company, lease, found, ending)
    gateway = context.gateway(company, lease)
    begun = _begin(context, company, lease, gateway, found, ending, exchange)
    if isinstance(begun, Refusal):
        return begun
    return go_on(context, company, lease, gateway, found.id)


def go_on(context: Context, company: Company, lease: Lease, gateway: Gateway, plan_id: int) -> PlanRow:
    """Through its saga; what QuickBooks leaves open comes again with the next delivery."""
    try:
        return plan_saga.resume(context, company, lease, gateway, plan_id)
    except QuickBooksError:
        with reading(context.engine) as conn:
            return plans.get(conn, company.id, plan_id)


def fits(context: Context, company: Company, plan: PlanRow, asked: Asked) -> Refusal | None:
    """Why the terms of a plan that is to follow cannot be, as far as that can be told before."""
    if not asked.has_terms:
        return Refusal("Say in how many payments, or how much each payment is.")
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        calendar: Calendar = Rulebook(conn, company, today).calendar
        books = mirror.invoices(conn, company.id, [one.invoice_id for one in _owed_on(plan)])
    left = sum((one.balance.amount for one in books.values()), Decimal(0))
    terms = Terms(
        asked.first_on, EVERY[asked.every], asked.payments, asked.each, asked.first_amount, asked.days
    )
    made = split(Money(left, plan.currency), terms, calendar, locale=company.locale)
    if isinstance(made, str):
        return Refusal(made)
    because = on_days([on for on, _ in made], today, company.locale)
    return Refusal(because) if because else None


def ids_left(context: Context, company: Company, ended: PlanRow) -> list[str]:
    """The invoices that carry what an ended plan left unpaid, by QuickBooks' ids."""
    said = ended.details["ended"]
    ids = [one.invoice_id for one in ended.originals]
    with reading(context.engine) as conn:
        if said["mode"] == ADDED:
            steps = intents.of_plan(conn, company.id, ended.id)
            ids = [str(one.external_id) for one in steps if one.plan.get("part") == "end-rest"]
        found = mirror.invoices(conn, company.id, ids)
    return [id for id in ids if id in found and found[id].balance]


def as_stored(asked: Asked) -> dict[str, Any]:
    return {
        "form": asked.form,
        "payments": asked.payments,
        "every": asked.every,
        "first_on": asked.first_on.isoformat() if asked.first_on else None,
        "each": asked.each,
        "first_amount": asked.first_amount,
        "days": [on.isoformat() for on in asked.days],
        "accepted": asked.accepted,
        "accepted_by": asked.accepted_by,
        "cash_basis": asked.cash_basis,
    }


def from_stored(said: dict[str, Any]) -> Asked:
    return Asked(
        form=said["form"],
        payments=said["payments"],
        every=said["every"],
        first_on=date.fromisoformat(said["first_on"]) if said["first_on"] else None,
        each=said["each"],
        first_amount=said["first_amount"],
        days=tuple(date.fromisoformat(on) for on in said["days"]),
        accepted=said["accepted"],
        accepted_by=said["accepted_by"],
        cash_basis=said["cash_basis"],
    )


def _owed_on(plan: PlanRow) -> list[Any]:
    """The documents that carry the plan's debt now."""
    return (
        [*plan.originals] if plan.form == "overlay" else [one for one in plan.installments if one.invoice_id]
    )


def _overlay(
    context: Context, company: Company, lease: Lease, plan: PlanRow, ending: dict[str, Any]
) -> PlanRow:
    """Nothing but lines stands in the books: the plan is over at once, and new lines say so."""
    now = context.clock.now()
    reason = f"{'Broken' if ending['how'] == 'broken' else 'Ended'} by {ending['by']}: {ending['reason']}."
    with durable(context.engine) as conn:
        lease.check(conn)
        _withdraw_notes(conn, lease, company, plan, reason, now)
        plan_end_saga.close(conn, company, plan, ending, reason, now)
        audit.append(conn, company.id, ending["by"], "plan ended", plan.label, _said(ending), now)
    return go_on(context, company, lease, context.gateway(company, lease), plan.id)


def _begin(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    ending: dict[str, Any],
    exchange: Decimal | None,
) -> Refusal | None:
    """Read what there is, say what would fail, and store that the plan is being ended; three requests."""
    [settings] = gateway.queries(["SELECT * FROM Preferences"])
    closed_on = company_facts.preferences(settings[0] if settings else None).book_close_on
    with reading(context.engine) as conn:
        steps = intents.of_plan(conn, company.id, plan.id)
        first = next(one for one in plans.proofs(conn, company.id, plan.id) if one.kind == "before")
    live = gateway.live([plan.customer_id])
    customer = live.customers.get(plan.customer_id)
    if customer is not None and not customer.active:  # QuickBooks refuses it the documents of an ending
        return Refusal(
            f"{short(customer.name, 60)} is inactive in QuickBooks, which takes no payment of theirs. "
            f"Nothing was changed. Make the customer active first, then end payment plan {plan.label}."
        )
    seen = plan_picture.read(gateway, plan, steps)
    if next_step(seen.picture) is None and not seen.picture.unpaid:
        return Refusal(f"Payment plan {plan.label} was paid in full, so there is nothing to end.")
    if seen.blocked is not None:
        return Refusal(
            f"Payment plan {plan.label} cannot be ended yet: {seen.blocked}. Unlink the two there first."
        )
    today = company.today(context.clock.now())
    if closed_on is not None and closed_on >= plan.agreed_on:
        if closed_on >= today:
            return Refusal(
                f"The books are closed through {day_text(closed_on, today.year, company.locale)}, "
                "today included. Move the closing date in QuickBooks, or end the plan on a later day."
            )
        ending |= _adding(seen) | {"because": CLOSED}
    cents = plan_cents.of_ending(plan, seen, added=ending["mode"] == ADDED)
    not_accepted = plan_cents.told(company, plan, cents, exchange)
    if not_accepted is not None:
        return not_accepted
    if ending["mode"] == IN_PLACE and not cents.even:
        ending |= _adding(seen) | {"because": UNEVEN}
    ending["exchange"] = [str(one) for one in cents.gains]
    ending["before"] = proof.read(
        gateway,
        live,
        plan.customer_id,
        proof.read_accounts(first.figures),
        plan_on=plan.agreed_on,
        today=today,
        since=date.fromisoformat(plan.details["fiscal_start"]),
        columns=first.figures.get("income_by") or (),
    )
    now = context.clock.now()
    with durable(context.engine) as conn:
        lease.check(conn)
        _withdraw_notes(conn, lease, company, plan, ending["reason"], now)
        details = plan.details | {"ending": ending}
        plans.change(conn, company.id, plan.id, state="building", details=details)
        cases.touch(conn, company.id, [plan.customer_id], today)
        audit.append(conn, company.id, ending["by"], "plan is ended", plan.label, _said(ending), now)
    return None


def _adding(seen: Seen) -> dict[str, Any]:
    """A memo and an invoice for the unpaid rest, and what the memo is applied to."""
    to = [[one.id, one.own - one.kept] for one in seen.picture.parts if one.own > one.kept]
    return {"mode": ADDED, "amount": seen.picture.unpaid, "to": to, "due_on": seen.due_on}


def _withdraw_notes(conn: Any, lease: Lease, company: Company, plan: PlanRow, reason: str, now: Any) -> None:
    """Lines that were not written yet would say what is over."""
    for one in intents.of_plan(conn, company.id, plan.id):
        if one.kind is IntentKind.NOTE and one.state in (State.PLANNED, State.READY):
            intents.settle(conn, lease, one.id, State.CANCELLED, reason=reason, at=now)


def _said(ending: dict[str, Any]) -> dict[str, Any]:
    return {name: ending[name] for name in ("how", "by", "reason", "mode")}


def summary(plan: PlanRow, locale: str) -> str:
    """What became of it, in a sentence for the person who asked."""
    if plan.state == "cancelled":
        return f"Payment plan {plan.label} is over. {plan.reason}"
    if plan.state == "building":
        return f"Payment plan {plan.label} is not taken back yet; it goes on with the next delivery."
    why = plan.details.get("not_ended")
    whole = money_text(plan.principal, locale)
    return f"Payment plan {plan.label} ({whole}) could not be ended and runs on: {why}"
