"""A person's word on a run: approve it, in whole or for one customer."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.company_gates import Mode
from qb_collections.core.decision import Channel, Outcome
from qb_collections.core.intents import Approval, IntentKind, State
from qb_collections.core.wording import date_text, list_text
from qb_collections.services import about_you, finding, first_list
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, intents, runs
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.runs import Run

INCOMPLETE = "incomplete, because nobody has said"
CONTACTS = (Outcome.REMIND, Outcome.CALL)


def approve(
    context: Context,
    company: Company,
    run_id: int | None = None,
    *,
    by: str,
    customer: str | None = None,
    among: Collection[str] | None = None,
) -> str | Refusal:
    """Agree to a run's contacts, or to one customer's.  Good for this run only; it ends with the next night.

    A preview's approval holds in the night where facts and words are the same.  among: the ids of the
    customers whose contacts are agreed to, where it is neither one nor all.
    """
    if company.mode is Mode.SHADOW:
        return Refusal(
            "Sending is off, so there is nothing to approve. Please turn it on first.",
            f'With: qb-collections company mode "{company.name}" approve',
        )
    now = context.clock.now()
    with durable(context.engine) as conn:
        run = _run(conn, company, run_id)
        if isinstance(run, Refusal):
            return run
        only = frozenset(among) if among is not None else None
        if customer is not None:
            found = finding.customer(conn, company, customer)
            if isinstance(found, Refusal):
                return found
            only = frozenset({found.id})
        if run.kind == "preview":
            count, of_ours, done = _approve_drafts(conn, company, run, only, by, context)
        else:
            if run.state == "ended":
                return Refusal(
                    f"The run of {date_text(run.on, company.locale)} is over, and its approvals with it. "
                    "Please approve the latest one.",
                    "See them with: qb-collections run list",
                )
            asked = [
                intent
                for intent in intents.of_run(conn, company.id, run.id)
                if only is None or intent.plan.get("customer_id") in only
            ]
            done = sum(intent.approval is Approval.GIVEN for intent in asked)
            waiting = [
                intent
                for intent in asked
                if intent.approval is Approval.NEEDED and intent.state in (State.PLANNED, State.READY)
            ]
            count = intents.approve(conn, company.id, [intent.id for intent in waiting], by, now)
            keys = [(one.plan.get("customer_id", ""), one.plan.get("currency", "")) for one in waiting]
            first_list.agreed(conn, company, keys, by=by, at=now)
            of_ours = sum(intent.kind is not IntentKind.SEND_INVOICE for intent in waiting)
            left = any(
                intent.approval is Approval.NEEDED and intent.state in (State.PLANNED, State.READY)
                for intent in intents.of_run(conn, company.id, run.id)
            )
            if not left:
                runs.release(conn, company.id, run.id)
        audit.append(conn, company.id, by, "approved", f"run {run.id}", _told(count, only), now)
    context.wake("deliver", company.id)
    if count == 0 and done:
        return (
            f"Nothing more waits for you in this run: {done} of its contacts "
            f"{'was' if done == 1 else 'were'} approved before."
        )
    if count == 0:
        return (
            "Nothing in this run was waiting for you. What was decided while sending was off "
            "is decided again in the next night."
        )
    return _approved(company, count, of_ours)


def _told(count: int, only: frozenset[str] | None) -> dict[str, Any]:
    """For the record: whose contacts were agreed to; None: everybody's."""
    one = next(iter(only)) if only is not None and len(only) == 1 else None
    several = {"customers": sorted(only)} if only is not None and one is None else {}
    return {"contacts": count, "customer": one} | several


def _approved(company: Company, count: int, of_ours: int) -> str:
    """How many leave, and how many of our own words wait for what only the owner can say."""
    lacking = about_you.missing(company)
    wait = of_ours if lacking else 0
    leave = count - wait
    said = f"{leave} {'contact leaves' if leave == 1 else 'contacts leave'} in the customers' contact hours."
    if not wait:
        return f"Approved: {said}"
    why = f"{INCOMPLETE} {list_text(lacking)}."
    if not leave:
        return f"Approved, but nothing leaves yet: {_waits(wait)} {why}"
    return f"Approved: {said} {_waits(wait)} {why}"


def _waits(count: int) -> str:
    return f"{count} {'message or call waits' if count == 1 else 'messages and calls wait'}"


def _run(conn: Connection, company: Company, run_id: int | None) -> Run | Refusal:
    if run_id is None:
        latest = runs.latest(conn, company.id, "night") or runs.latest(conn, company.id)
        return latest or Refusal("There is no run yet.", "Make one with: qb-collections preview")
    try:
        return runs.get(conn, company.id, run_id)
    except LookupError:
        return Refusal(f"{company.name} has no run {run_id}.", "See them with: qb-collections run list")


def _approve_drafts(
    conn: Connection, company: Company, run: Run, only: frozenset[str] | None, by: str, context: Context
) -> tuple[int, int, int]:
    """How many were approved, how many of them are in our own words, and how many had been before."""
    now = context.clock.now()
    chosen = [
        stored
        for stored in runs.of_run(conn, company.id, run.id)
        if stored.decision.outcome in CONTACTS and (only is None or stored.decision.customer_id in only)
    ]
    new = [stored for stored in chosen if stored.approved_by is None]
    for stored in new:
        runs.approve_draft(conn, company.id, stored.id, by, now)
    keys = [(stored.decision.customer_id, stored.decision.currency) for stored in new]
    first_list.agreed(conn, company, keys, by=by, at=now)
    of_ours = sum(stored.decision.channel is not Channel.QUICKBOOKS for stored in new)
    return len(new), of_ours, len(chosen) - len(new)
