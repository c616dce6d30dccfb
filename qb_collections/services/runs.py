"""A person's word on a run: approve it, in whole or for one customer."""

from __future__ import annotations

from sqlalchemy import Connection

from qb_collections.core.company_gates import Mode
from qb_collections.core.decision import Outcome
from qb_collections.core.intents import Approval, State
from qb_collections.services import finding
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, intents, runs
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.runs import Run

CONTACTS = (Outcome.REMIND, Outcome.CALL)


def approve(
    context: Context, company: Company, run_id: int | None = None, *, by: str, customer: str | None = None
) -> str | Refusal:
    """Agree to a run's contacts, or to one customer's.  Good for this run only; it ends with the next night.

    A preview's approval holds in the night where facts and words are the same.
    """
    if company.mode is Mode.SHADOW:
        return Refusal(
            "Sending is off, so there is nothing to approve. Turn it on first: "
            f'qb-collections company mode "{company.name}" approve'
        )
    now = context.clock.now()
    with durable(context.engine) as conn:
        run = _run(conn, company, run_id)
        if isinstance(run, Refusal):
            return run
        only: str | None = None
        if customer is not None:
            found = finding.customer(conn, company, customer)
            if isinstance(found, Refusal):
                return found
            only = found.id
        if run.kind == "preview":
            count = _approve_drafts(conn, company, run, only, by, context)
        else:
            if run.state == "ended":
                return Refusal(
                    f"The run of {run.on.day} {run.on:%B} is over, and its approvals with it. "
                    "Approve the latest one: qb-collections run list"
                )
            waiting = [
                intent.id
                for intent in intents.of_run(conn, company.id, run.id)
                if intent.approval is Approval.NEEDED
                and intent.state in (State.PLANNED, State.READY)
                and only in (None, intent.plan.get("customer_id"))
            ]
            count = intents.approve(conn, company.id, waiting, by, now)
            left = any(
                intent.approval is Approval.NEEDED and intent.state in (State.PLANNED, State.READY)
                for intent in intents.of_run(conn, company.id, run.id)
            )
            if not left:
                runs.release(conn, company.id, run.id)
        audit.append(
            conn, company.id, by, "approved", f"run {run.id}", {"contacts": count, "customer": only}, now
        )
    context.wake("deliver", company.id)
    if count == 0:
        return (
            "Nothing in this run was waiting for you. What was decided while sending was off "
            "is decided again in the next night."
        )
    leave = "contact leaves" if count == 1 else "contacts leave"
    return f"Approved: {count} {leave} in the customers' contact hours."


def _run(conn: Connection, company: Company, run_id: int | None) -> Run | Refusal:
    if run_id is None:
        latest = runs.latest(conn, company.id, "night") or runs.latest(conn, company.id)
        return latest or Refusal("There is no run yet. Make one with: qb-collections preview")
    try:
        return runs.get(conn, company.id, run_id)
    except LookupError:
        return Refusal(f"{company.name} has no run {run_id}. See them with: qb-collections run list")


def _approve_drafts(
    conn: Connection, company: Company, run: Run, only: str | None, by: str, context: Context
) -> int:
    now = context.clock.now()
    chosen = [
        stored.id
        for stored in runs.of_run(conn, company.id, run.id)
        if stored.decision.outcome in CONTACTS and only in (None, stored.decision.customer_id)
    ]
    for decision_id in chosen:
        runs.approve_draft(conn, company.id, decision_id, by, now)
    return len(chosen)
