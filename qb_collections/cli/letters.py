"""letter list, print: what is to be posted, as PDF from what QuickBooks says now."""

from __future__ import annotations

from pathlib import Path

import click

from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.opening import company_on_its_clock
from qb_collections.cli.verbs import ROW_ID, noun, verb
from qb_collections.cli.words import company_option, name_argument
from qb_collections.core.wording import count_text
from qb_collections.services import letters
from qb_collections.services.leasing import COMMAND_SECONDS, held


def add_to(main: click.Group) -> None:
    @noun(main, "letter", "letter print --out letters.pdf")
    def letter() -> None:
        """Print the letters that wait to be posted; say of each that you posted it with task done."""

    @verb(letter, "list", "letter list")
    @name_argument
    def list_(name: str | None) -> Answer:
        """List the letters that wait to be posted."""
        context, company = company_on_its_clock(name)
        found = letters.waiting(context, company)
        rows = [{"task_id": one.id, "title": one.title, "due_on": one.due_on} for one in found]
        lines = [f"{one.id}  {one.title}" for one in found] or ["No letter waits to be posted."]
        return Answer({"company": company.name, "letters": rows}, lines)

    @verb(letter, "print", "letter print --out letters.pdf", "letter print 12 --out letter.pdf")
    @click.argument("task_ids", metavar="[TASK]...", nargs=-1, type=ROW_ID)
    @click.option(
        "--out",
        required=True,
        type=click.Path(path_type=Path, dir_okay=False, writable=True),
        help="The file to write; one that is there is replaced.",
    )
    @company_option
    def print_(name: str | None, task_ids: tuple[int, ...], out: Path) -> Answer:
        """Read the customers again, and write those letters that may still go into one PDF.

        Each letter has its statement behind it. Left out is what was paid, disputed or changed meanwhile.
        """
        context, company = company_on_its_clock(name)
        with held(context, company, COMMAND_SECONDS) as lease:
            made = accepted(letters.printed(context, company, lease, task_ids or None))
        out.write_bytes(made.content)
        data = {"company": company.name, "file": out, "tasks": made.task_ids, "left_out": made.left_out}
        which = ", ".join(str(one) for one in made.task_ids)
        lines = [
            f"{count_text(len(made.task_ids), 'letter')} in {out}.",
            *(f"Left out: {one}" for one in made.left_out),
            f"Once posted: qb-collections task done {which.split(',')[0]} --outcome sent",
        ]
        return Answer(data, lines)
