"""run list, show, approve: what the nights decided, and your word on it."""

from __future__ import annotations

from typing import Any

import click

from qb_collections.cli import draft_verbs
from qb_collections.cli.answers import Answer, Refused, accepted
from qb_collections.cli.opening import actor, company_named, company_on_its_clock, open_context
from qb_collections.cli.report_lines import SAY_IT, reader_of, run_lines
from qb_collections.cli.verbs import ROW_ID, Count, noun, verb
from qb_collections.cli.words import company_option, day_text, many, name_argument
from qb_collections.services import books_current, report, runs
from qb_collections.services.context import Context
from qb_collections.store import runs as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.runs import Run


def add_to(main: click.Group) -> None:
    @noun(main, "run", "run show")
    def run() -> None:
        """Read the runs of a company, and approve what waits for you."""

    @verb(run, "list", "run list", 'run list "Bright Dental"')
    @name_argument
    @click.option("--most", type=Count(1, 1000), default=20, show_default=True, help="How many.")
    def list_(name: str | None, most: int) -> Answer:
        """Show the latest previews and nights."""
        context = open_context()
        company = company_named(context, name)
        with reading(context.engine) as conn:
            found = stored.list(conn, company.id, limit=most)
        return Answer(
            {"company": company.name, "runs": [_row(one) for one in found]},
            [_line(one) for one in found] or ["There is no run yet. Make one with: qb-collections preview"],
        )

    @verb(run, "show", "run show", "run show 7", "run show 7 --text")
    @click.argument("run_id", metavar="[ID]", type=ROW_ID, required=False)
    @click.option("--text", "with_text", is_flag=True, help="With the words of each message.")
    @company_option
    def show(name: str | None, run_id: int | None, with_text: bool) -> Answer:
        """Show one run, the latest without ID: who is contacted, who is left alone, and why."""
        context = open_context()
        company = company_named(context, name)
        with reading(context.engine) as conn:
            latest = stored.latest(conn, company.id)
        wanted = run_id if run_id is not None else latest.id if latest else None
        if wanted is None:
            raise Refused("There is no run yet. Make one with: qb-collections preview")
        try:
            told = report.run_report(context, company, wanted) | {"delivery": None}
        except LookupError:
            raise Refused(
                f"{company.name} has no run {wanted}. See them with: qb-collections run list"
            ) from None
        return Answer(told, run_lines(told, reader_of(context, company), with_text=with_text))

    @verb(run, "approve", "run approve", "run approve 7 --customer 'Marlow Print Works'")
    @click.argument("run_id", metavar="[ID]", type=ROW_ID, required=False)
    @click.option("--customer", metavar="CUSTOMER", help="Only what goes to this one.")
    @company_option
    def approve(name: str | None, run_id: int | None, customer: str | None) -> Answer:
        """Agree to a run's messages and calls (the latest night's without ID), good for this run only."""
        context, company = company_on_its_clock(name)
        said = accepted(runs.approve(context, company, run_id, by=actor(), customer=customer))
        return Answer(
            {"company": company.name, "run_id": run_id, "message": said},
            [said, *(["Say it:", SAY_IT] if runs.INCOMPLETE in said else [])],
        )

    draft_verbs.add_to(run)

    @verb(run, "confirm-books", "run confirm-books", "run confirm-books 7")
    @click.argument("run_id", metavar="[ID]", type=ROW_ID, required=False)
    @company_option
    def confirm_books(name: str | None, run_id: int | None) -> Answer:
        """Say "my books are up to date": a night that was held for old payments goes on.

        Good for that night only, and logged.  Steps that you approve still wait for you.
        """
        context, company = company_on_its_clock(name)
        found = _night(context, company, run_id)
        said = accepted(books_current.confirm(context, company, found.id, by=actor()))
        return Answer({"company": company.name, "run_id": found.id, "message": said}, [said])


def _night(context: Context, company: Company, run_id: int | None) -> Run:
    """The run with that number, or the latest night.  Raises Refused."""
    with reading(context.engine) as conn:
        if run_id is None:
            latest = stored.latest(conn, company.id, "night")
            if latest is None:
                raise Refused(f"No night of {company.name} has run yet.")
            return latest
        try:
            return stored.get(conn, company.id, run_id)
        except LookupError:
            raise Refused(
                f"{company.name} has no run {run_id}. See them with: qb-collections run list"
            ) from None


def _row(one: Run) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "date": one.on,
        "state": one.state,
        "heading": one.heading,
        "started_at": one.started_at,
        "ended_at": one.ended_at,
        "counts": one.counts,
    }


_STATES = {
    "deciding": "being decided",
    "held": "held back",
    "waiting": "waits for you",
    "released": "decided",
    "ended": "finished",
}


def _state(one: Run) -> str:
    return "shown only" if one.kind == "preview" else _STATES[one.state]


def _line(one: Run) -> str:
    contacts = one.counts.get("contacts", 0)
    customers = one.counts.get("customers", 0)
    heading = f" {one.heading}" if one.heading else ""
    return (
        f"{one.id}  {one.kind} of {day_text(one.on)}, {_state(one)}: "
        f"{contacts} of {many(customers, 'customer')} "
        f"{'would be contacted' if one.kind == 'preview' else 'with a contact planned'}.{heading}"
    )
