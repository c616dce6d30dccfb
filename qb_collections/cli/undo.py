"""undo: take back what a run, a note, a plan or an earlier undo wrote."""

from __future__ import annotations

import click

from qb_collections.cli.answers import HELD, OK, Answer, accepted
from qb_collections.cli.opening import actor, working
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import company_option
from qb_collections.services import undo as undoing


def add_to(main: click.Group) -> None:
    @verb(
        main,
        "undo",
        "undo 12 --preview",
        "undo 12 --yes",
        "undo 7F3A9C --yes",
        "undo PP3 --yes",
        "undo U2 --yes",
    )
    @click.argument("what", metavar="RUN|WRITE|PLAN|UNDO")
    @company_option
    @click.option("--preview", is_flag=True, help="Only count what would be taken back.")
    @click.option("--yes", is_flag=True, help="I want it undone.")
    def undo(name: str | None, what: str, preview: bool, yes: bool) -> Answer:
        """Take back what a run (12), a note (7F3A9C), a plan (PP3) or an earlier undo (U2) wrote.

        Only what is ours is touched; what people wrote since stays.  What was sent stays sent.
        """
        with working(name, "The undo") as work:
            if preview:
                found = accepted(undoing.preview(work.context, work.company, work.lease, what))
            else:
                found = accepted(
                    undoing.undo(work.context, work.company, work.lease, what, by=actor(), confirm=yes)
                )
            company = work.company
        lines = undoing.summary(company, found)
        if preview:
            lines.append("Nothing is changed yet. To do it: the same with --yes")
        code = HELD if found.waiting or (found.left and not preview) else OK
        return Answer({"company": company.name, **found.as_json()}, lines, code)
