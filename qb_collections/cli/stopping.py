"""stop: hold what would go out, of one company or of all."""

from __future__ import annotations

import click

from qb_collections.cli.answers import Answer
from qb_collections.cli.opening import actor, company_named, open_context
from qb_collections.cli.verbs import verb
from qb_collections.services import modes


def add_to(main: click.Group) -> None:
    @verb(main, "stop", "stop", 'stop "Bright Dental"', "stop --lift")
    @click.argument("name", required=False)
    @click.option("--lift", is_flag=True, help="Go on instead.")
    def stop(name: str | None, lift: bool) -> Answer:
        """Hold everything that would go out, from the next message on; without NAME for every company.

        The nights go on deciding and explaining.  Nothing is thrown away.
        """
        context = open_context()
        company = company_named(context, name) if name is not None else None
        act = modes.lift if lift else modes.stop
        said = act(context, company, by=actor())
        data = {"company": company.name if company else None, "stopped": not lift, "message": said}
        return Answer(data, [said])
