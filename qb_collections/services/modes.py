"""Who lets things leave: the company's mode, and the stop for one company or for everything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from qb_collections.core.company_gates import Link, Mode
from qb_collections.core.first_look import Answer, FirstLook, Review, about, held_because
from qb_collections.core.intents import CONTACT_KINDS
from qb_collections.services import restored
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import approvals, audit, cases, companies, first_look, intents, runs
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.runs import Run

APPROVED_RUNS = 3  # without an undo, before a page offers automatic

DECIDED_IN_SHADOW = "Sending was off when this was decided; it is decided again in the next night."

SAYS = {
    Mode.SHADOW: "Sending is off: every night is decided and shown, and nothing leaves.",
    Mode.APPROVE: "Sending waits for you: each night's messages leave once you have approved them.",
    Mode.AUTOMATIC: "Sending is on: messages leave by themselves, except the steps you asked to approve.",
}


@dataclass(frozen=True, slots=True)
class Confirm:
    """What a person has to agree to first."""

    question: str


def set_mode(
    context: Context, company: Company, mode: Mode, *, by: str, confirmed: bool, vouched: bool = True
) -> Company | Refusal | Confirm:
    """Change the mode.  Towards sending a person must have confirmed, with a run in front of them.

    What is asked before the first message must be settled.  vouched: the confirmation settles it, in the
    name of whoever gives it; a page asks first, and passes False.
    """
    now = context.clock.now()
    if mode is company.mode:
        return company
    if company.state is Link.DISCONNECTED:
        return Refusal(f"{company.name} is disconnected from QuickBooks. Connect it again first.")
    if mode is not Mode.SHADOW and restored.waits(context, company):
        return Refusal(restored.NOT_YET.format(name=company.name), restored.AT_COMMAND)
    with reading(context.engine) as conn:
        look = first_look.of(conn, company.id) if mode is not Mode.SHADOW else None
    unsettled = held_because(look)
    if unsettled is not None and not vouched:
        return Refusal(f"{unsettled} Nothing was changed.")
    louder = mode is Mode.AUTOMATIC or company.mode is Mode.SHADOW
    if louder and not confirmed:
        settles = would_settle(context, company, mode) if vouched else None
        also = f" {settles}" if settles else ""
        return Confirm(f"{SAYS[mode]}{also} Is that what you want for {company.name}?")
    with durable(context.engine) as conn:
        changed = companies.update(conn, company.id, mode=mode)
        if look is not None and vouched:
            _vouch(conn, company, look, by, now)
        if company.mode is Mode.SHADOW:
            for run in runs.unended(conn, company.id, before=date.max):
                intents.cancel_contacts_of_run(conn, company.id, run.id, DECIDED_IN_SHADOW, at=now)
        # What was decided under another mode is looked at again.
        cases.touch_all(conn, company.id, company.today(now))
        audit.append(
            conn, company.id, by, "mode changed", company.name, {"from": company.mode, "to": mode}, now
        )
    return changed


def would_settle(context: Context, company: Company, mode: Mode) -> str | None:
    """What turning sending on by command settles in the name of whoever does it; None: nothing."""
    if mode is Mode.SHADOW or mode is company.mode:
        return None
    with reading(context.engine) as conn:
        look = first_look.of(conn, company.id)
    if look is None or look.is_over or (not look.unsettled and look.review is not Review.OPEN):
        return None
    return settled_with_it(look)


def settled_with_it(look: FirstLook) -> str:
    """What turning sending on settles in the name of whoever does it, as a sentence."""
    said = []
    if look.unsettled:
        said.append(f"what is asked before the first message ({about(look.unsettled)})")
    if look.review is Review.OPEN:
        said.append("that everybody on the first list may be contacted")
    return f"It settles in your name {' and '.join(said)}."


def _vouch(conn: Connection, company: Company, look: FirstLook, by: str, now: datetime) -> None:
    """Whoever turns sending on without having been asked takes the answers on themselves."""
    if look.unsettled:
        first_look.answer(conn, company.id, [(one, Answer.VOUCHED) for one in look.unsettled], by=by, at=now)
        detail = {"questions": [one.value for one in look.unsettled]}
        audit.append(conn, company.id, by, "settled with the switch", company.name, detail, now)
    if look.review is Review.OPEN:
        first_look.review(conn, company.id, Review.ALL, by=by, at=now)


def may_offer_automatic(context: Context, company: Company) -> bool:
    """A page offers automatic after three nights in a row that a person approved."""
    with reading(context.engine) as conn:
        return may_offer(conn, company, runs.list(conn, company.id, kind="night", limit=20))


def may_offer(conn: Connection, company: Company, nights: Sequence[Run]) -> bool:
    """The same for who has the nights, the latest first; one statement, and none in another mode."""
    if company.mode is not Mode.APPROVE:
        return False
    some = [run.id for run in nights if _had_contacts(run)][:APPROVED_RUNS]
    if len(some) < APPROVED_RUNS:
        return False
    return approvals.approved_runs(conn, company.id, some, CONTACT_KINDS) == set(some)


def stop(context: Context, company: Company | None, *, by: str) -> str:
    """Hold everything of one company, or of all: in force before the next message."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        if company is None:
            companies.set_global_stop(conn, by, now)
            audit.append(conn, None, by, "everything stopped", "all companies", {}, now)
            return "Everything is stopped. Nothing leaves for any company until you lift it."
        companies.update(conn, company.id, stopped_by=by, stopped_at=now)
        audit.append(conn, company.id, by, "stopped", company.name, {}, now)
    return f"{company.name} is stopped. Nothing leaves until you lift it; the nights go on deciding."


def lift(context: Context, company: Company | None, *, by: str) -> str:
    """Let go on: what still waits and still holds leaves from the next look on."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        if company is None:
            companies.set_global_stop(conn, None, now)
            audit.append(conn, None, by, "stop lifted", "all companies", {}, now)
            return "The stop of everything is lifted. A company that was stopped by itself stays stopped."
        companies.update(conn, company.id, stopped_by=None, stopped_at=None)
        audit.append(conn, company.id, by, "stop lifted", company.name, {}, now)
        return f"The stop of {company.name} is lifted.{_still(conn)}"


def _still(conn: Connection) -> str:
    everything = companies.global_stop(conn)
    if everything is None:
        return ""
    return f" Everything is still stopped by {everything.by}; lift that too."


def _had_contacts(run: Run) -> bool:
    return bool(run.counts.get("contacts"))
