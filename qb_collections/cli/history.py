"""history: how far the payment history is read, and whether to go on with it."""

from __future__ import annotations

import click

from qb_collections.cli.answers import Answer
from qb_collections.cli.opening import actor, company_named, company_on_its_clock, open_context
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import name_argument
from qb_collections.services import history as reading_history
from qb_collections.services import history_told
from qb_collections.services.context import Context
from qb_collections.store.companies import Company


def add_to(main: click.Group) -> None:
    @verb(main, "history", "history", 'history "Bright Dental" --stop', "history --go-on")
    @name_argument
    @click.option("--stop", "wanted", flag_value="stop", help="Let it rest; what was read is kept.")
    @click.option("--go-on", "wanted", flag_value="go-on", help="Go on where it stopped.")
    def history(name: str | None, wanted: str | None) -> Answer:
        """Show how far two years of payments are read, from which we learn how each customer usually pays.

        `serve` reads them when nothing else is to do; nights never wait for it.
        """
        if wanted is None:
            context = open_context()
            return _told(context, company_named(context, name), [])
        context, company = company_on_its_clock(name)
        act = reading_history.stop if wanted == "stop" else reading_history.go_on
        return _told(context, company, [act(context, company, by=actor())])


def as_json(told: history_told.HistoryTold) -> dict[str, object]:
    return {
        "complete": told.complete,
        "complete_since": told.since_on if told.complete else None,
        "reads_back_to": told.since_on,
        "rows": told.rows,
        "stopped": told.stopped,
        "rests_until_next_month": told.rests,
    }


def _told(context: Context, company: Company, done: list[str]) -> Answer:
    told = history_told.of(context, company)
    data = {"company": company.name, **as_json(told), "message": done[0] if done else told.said}
    return Answer(data, [*done, told.said])
