"""Do the books look current?  A reminder about what was paid weeks ago and never entered is the worst one.

Days since the newest recorded payment or deposit are held against the company's own rhythm.  Beyond it the
night's contacts wait for a person; "my books are up to date" is logged and good for that run.
"""

from __future__ import annotations

from datetime import date, timedelta

from qb_collections.core import books_rhythm
from qb_collections.core.books_rhythm import Rhythm
from qb_collections.core.company_gates import Mode
from qb_collections.core.intents import Approval, State
from qb_collections.core.wording import date_text
from qb_collections.quickbooks import wire
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import first_list
from qb_collections.services.braking import braked
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, books_words, first_look, intents, mirror, runs
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.runs import Run

# How core.books_rhythm begins the sentence that asks.
QUESTION = "On hold: the newest payment in your books"


def rhythm(context: Context, company: Company, today: date) -> Rhythm | None:
    """The company's own rhythm of recording payments, from the mirror."""
    with reading(context.engine) as conn:
        recorded = mirror.payments_recorded(
            conn, company.id, today - timedelta(days=books_rhythm.LOOK_BACK_DAYS)
        )
    return books_rhythm.rhythm((company.today(at) for at in recorded), today)


def behind(context: Context, company: Company, gateway: Gateway, today: date) -> str | None:
    """The one sentence that holds a run, or None.

    QuickBooks is asked only when the payments look old: a deposit recorded since then
    says that somebody works on the books.
    """
    found = rhythm(context, company, today)
    said = books_rhythm.behind(found, today, company.locale)
    if said is None or found is None:
        return None
    since = wire.literal(f"{found.newest_on + timedelta(days=found.limit_days)}T00:00:00Z")
    statement = f"SELECT * FROM Deposit WHERE MetaData.CreateTime >= {since} MAXRESULTS 1"
    return None if gateway.query(statement) else said


def asks(run: Run) -> bool:
    """Whether the run is held because payments look as if they had not been entered."""
    return run.kind == "night" and run.state == "held" and (run.heading or "").startswith(QUESTION)


def confirm(context: Context, company: Company, run_id: int, *, by: str) -> str | Refusal:
    """ "My books are up to date": what this run held back for it goes on, and nothing else does.

    Steps that the policy wants approved still wait; so does everything in approve mode, and a run with
    many more contacts than usual.
    """
    now = context.clock.now()
    with durable(context.engine) as conn:
        run = runs.get(conn, company.id, run_id)
        if run.state == "ended":
            return Refusal(
                f"The run of {date_text(run.on, company.locale)} is over; the next night asks again."
            )
        if not asks(run):
            return Refusal(
                f"The run of {date_text(run.on, company.locale)} was not held for your books, "
                "so there is nothing to answer."
            )
        books_words.give(conn, company.id, run_id, by, now)
        policy = Rulebook(conn, company, run.on).policy
        held = braked(conn, company, run.on, int(run.counts.get("contacts", 0)), policy.brake)
        if held is not None:
            runs.close(conn, company.id, run_id, state="held", heading=held, at=now)
            audit.append(conn, company.id, by, "books up to date", f"run {run_id}", {"contacts": 0}, now)
            return f"Noted: your books are up to date. The run still waits: {held}"
        decided = (stored.decision for stored in runs.of_run(conn, company.id, run_id))
        asked = {(one.customer_id, one.currency) for one in decided if one.approval}
        waiting = [
            one
            for one in intents.of_run(conn, company.id, run_id)
            if one.approval is Approval.NEEDED and one.state in (State.PLANNED, State.READY)
        ]
        keys = {one.id: (one.plan.get("customer_id", ""), one.plan.get("currency", "")) for one in waiting}
        look = first_look.of(conn, company.id)
        asked |= first_list.unseen_keys(conn, company, look, set(keys.values()))
        free = [one.id for one in waiting if company.mode is Mode.AUTOMATIC and keys[one.id] not in asked]
        intents.approve(conn, company.id, free, by, now)
        if len(free) == len(waiting):
            runs.release(conn, company.id, run_id)
        audit.append(conn, company.id, by, "books up to date", f"run {run_id}", {"contacts": len(free)}, now)
    context.wake("deliver", company.id)
    return "Noted: your books are up to date. It holds for this run; the next night looks again."
