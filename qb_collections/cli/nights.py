"""preview and night: decide, deliver what is due, and say what waits, for whom, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import click

from qb_collections.cli.answers import CANNOT, HELD, OK, Answer, Refused, say
from qb_collections.cli.emulated_time import Mover, mover_of
from qb_collections.cli.opening import Work, company_named, leased, open_context, refuse_disconnected, working
from qb_collections.cli.progress import Shown
from qb_collections.cli.report_lines import reader_of, run_lines
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import many, name_argument
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import deliver, night, plan_saga, report, verify
from qb_collections.services.company_time import on_company_time
from qb_collections.services.deliver import DeliveryReport
from qb_collections.store import companies, cursors, intents, plans
from qb_collections.store.engine import reading

MOVES_MAX = 200  # contact hours of customers in as many places; more means that something goes in circles


@dataclass
class Night:
    """What one call of `night` did, over all the instants that it lived through."""

    run_id: int
    delivery: DeliveryReport
    units: int = 0
    moves: int = 0


def add_to(main: click.Group) -> None:
    @verb(main, "preview", "preview", 'preview "Bright Dental" --text')
    @name_argument
    @click.option("--text", "with_text", is_flag=True, help="With the words of each message.")
    def preview(name: str | None, with_text: bool) -> Answer:
        """Decide for the next night and show it: who would be contacted, who is left alone, and why.

        Nothing is read from QuickBooks, nothing is sent, and nothing is written.
        """
        with working(name, "The preview") as work:
            with reading(work.context.engine) as conn:
                if cursors.cursor(conn, work.company.id) is None:
                    raise Refused(
                        f"{work.company.name} has not been read yet. Read it with: qb-collections sync"
                    )
            run_id = night.preview(work.context, work.company, work.lease)
            told = report.run_report(work.context, work.company, run_id) | {"delivery": None}
            reader = reader_of(work.context, work.company)
            due = night.due_on(work.context, work.company, date.fromisoformat(told["run"]["date"]))
        lines = run_lines(told, reader, with_text=with_text)
        return Answer(told, [*lines, _whom(told["run"]["counts"]["customers"], due)])

    @verb(main, "night", "night", 'night "Bright Dental" --until-delivered')
    @name_argument
    @click.option(
        "--until-delivered",
        is_flag=True,
        help="Move the emulator's clock on to each hour that something waits for, until nothing does.",
    )
    @click.option("--text", "with_text", is_flag=True, help="With the words of each message.")
    def night_(name: str | None, until_delivered: bool, with_text: bool) -> Answer:
        """Do tonight's work now: sync, decide, deliver what is due, and check what was written.

        What waits for a customer's contact hours or for you is listed.  Running it again the same day
        sends and writes nothing twice.  Exit code 1 when everything is held, with the reason.
        """
        context = open_context()
        company = company_named(context, name)
        refuse_disconnected(company)
        mover = mover_of(context, company) if until_delivered else None
        with leased(context, company, "The night") as work:
            done, work = _night(work, mover)
            checked = _verified(work, done)
            with reading(context.engine) as conn:
                waits_until = intents.waits_until(conn, company.id)
                company = companies.get(conn, company.id)
            told = report.run_report(work.context, company, done.run_id)
        told["delivery"] = {
            "units": done.units,
            "moves": done.moves,
            "held": done.delivery.held.because if done.delivery.held else None,
            "trouble": done.delivery.trouble,
            "retry_at": done.delivery.retry_at.isoformat() if done.delivery.retry_at else None,
            "waits_until": waits_until.isoformat() if waits_until and not done.delivery.held else None,
            "verified": checked,
        }
        return Answer(
            told, run_lines(told, reader_of(context, company), with_text=with_text), _exit_code(told, done)
        )


def _whom(decided: int, due: int) -> str:
    """A preview decides about everybody; a night looks only at those whose day has come."""
    everybody = f"This preview decided for {many(decided, 'customer')}, everybody with something open."
    if due >= decided:
        return f"{everybody} The night looks at all of them."
    return f"{everybody} The night looks at those who are due by then: {due:,}."


def _night(work: Work, mover: Mover | None) -> tuple[Night, Work]:
    """Decide and deliver; with a mover also what waits for later hours."""
    progress = Shown()
    try:
        run_id = night.night(work.context, work.company, work.lease, progress)
    finally:
        progress.done()
    say("Decided. Delivering what is due …")
    done = Night(run_id, _delivered(work))
    done.units = done.delivery.units
    while mover is not None and done.moves < MOVES_MAX and done.delivery.held is None:
        with reading(work.context.engine) as conn:
            due_at = intents.waits_until(conn, work.company.id)
        if due_at is None:
            break
        if due_at <= work.context.clock.now() and done.delivery.units == 0 and done.delivery.trouble is None:
            break  # it is due, and yet nothing could be done about it
        moved_to = mover.move_to(due_at)
        done.moves += 1
        say(f"It is {moved_to:%d %B %Y %H:%M} UTC now.")
        work = replace(work, context=on_company_time(mover.context, work.company))
        done.delivery = _delivered(work)
        done.units += done.delivery.units
    return done, work


def _delivered(work: Work) -> DeliveryReport:
    """Unfinished plans first: nobody speaks to a customer whose plan is half written.  Then what is due."""
    context, company, lease = work.context, work.company, work.lease
    with reading(context.engine) as conn:
        building = [one.id for one in plans.list(conn, company.id) if one.state == "building"]
    try:
        for plan_id in building:
            plan_saga.resume(context, company, lease, context.gateway(company, lease), plan_id)
    except QuickBooksError as error:
        return DeliveryReport(trouble=str(error))
    return deliver.deliver(context, company, lease)


def _verified(work: Work, done: Night) -> dict[str, Any] | None:
    """Ask QuickBooks about what was written in this run; None when nothing was, or it does not answer."""
    if done.units == 0 or done.delivery.trouble is not None:
        return None
    say("Reading back what was written …")
    try:
        return verify.verify_recent(work.context, work.company, work.lease, done.run_id).as_json()
    except QuickBooksError as error:  # the night is done; that it could not be checked is all that is left
        say(f"What was written could not be read back now: {error}")
        return None


def _exit_code(told: dict[str, Any], done: Night) -> int:
    if done.delivery.trouble is not None:
        return CANNOT
    return HELD if done.delivery.held is not None or told["run"]["state"] == "held" else OK
