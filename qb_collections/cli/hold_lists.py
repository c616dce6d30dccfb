"""hold import: place what the owner knows from a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qb_collections.cli.answers import HELD, OK, Answer, Cannot, accepted
from qb_collections.cli.opening import actor, company_on_its_clock
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import company_option, day_text, many
from qb_collections.services import hold_import
from qb_collections.services.hold_import import Imported, Placed
from qb_collections.services.hold_rows import BYTES_MAX

LINES_MAX = 50  # of each sort; --json has all


def add_to(hold: click.Group) -> None:
    @verb(
        hold,
        "import",
        "hold import what-we-know.csv --dry-run",
        "hold import what-we-know.csv --skip-bad-rows",
    )
    @click.argument(
        "file", metavar="FILE", type=click.Path(exists=True, dir_okay=False, readable=True, path_type=Path)
    )
    @click.option("--dry-run", is_flag=True, help="Say what would be placed, and place nothing.")
    @click.option("--skip-bad-rows", is_flag=True, help="Place the others when some rows cannot be placed.")
    @company_option
    def import_(name: str | None, file: Path, dry_run: bool, skip_bad_rows: bool) -> Answer:
        """Place what you know and the books don't from a list: all rows or none.

        FILE is a table (CSV) whose first line names its columns: kind, customer, invoice, reason, until,
        amount, owner, answer_by, code; or what `hold list --json` printed. Days are written year-month-day.
        The same row read again places nothing twice.
        """
        context, company = company_on_its_clock(name)
        try:
            with file.open("rb") as source:
                content = source.read(BYTES_MAX + 1)
        except OSError as error:
            raise Cannot(f"{file} cannot be read: {error.strerror or error}.") from None
        found = accepted(
            hold_import.place_all(
                context,
                company,
                content,
                by=actor(),
                source=file.name[:100],
                skip_bad_rows=skip_bad_rows,
                dry_run=dry_run,
            )
        )
        held = bool(found.bad) and not skip_bad_rows
        data = {"company": company.name, "file": str(file), "dry_run": dry_run} | _told(found)
        lines = [_head(found, dry_run=dry_run, held=held), *_lines(found)]
        return Answer(data, lines, HELD if held else OK)


def _told(found: Imported) -> dict[str, Any]:
    return {
        "placed": found.done,
        "holds": [
            {
                "line": one.line,
                "id": one.hold_id,
                "kind": one.wanted.kind.value.replace("_", "-"),
                "customer": one.customer,
                "invoice": one.invoice,
                "until": one.wanted.until_on,
                "owner": one.wanted.owner,
                "answer_by": one.wanted.answer_by_on,
            }
            for one in found.placed
        ],
        "known": [{"line": one.line, "id": one.hold_id, "says": one.says} for one in found.known],
        "bad": [{"line": one.line, "problem": one.problem} for one in found.bad],
    }


def _head(found: Imported, *, dry_run: bool, held: bool) -> str:
    count = many(len(found.placed), "hold")
    known = f" {many(len(found.known), 'row')} placed nothing: see below." if found.known else ""
    if held:
        rows = f"{many(len(found.bad), 'row')} cannot be placed, so nothing was placed."
        return f"{rows} Mend them, or leave them out with --skip-bad-rows."
    left_out = f" {many(len(found.bad), 'row')} left out." if found.bad else ""
    if dry_run:
        return f"{count} would be placed.{known}{left_out} Nothing was written."
    return f"{count} placed, in force at once.{known}{left_out}"


def _lines(found: Imported) -> list[str]:
    said: list[str] = []
    for lines in (
        [f"line {one.line}: {one.problem.rstrip('.')}." for one in found.bad],
        [f"line {one.line}: {_about(one)}" for one in found.placed],
        [f"line {one.line}: {one.says}." for one in found.known],
    ):
        said += lines[:LINES_MAX]
        if len(lines) > LINES_MAX:
            said.append(f"and {len(lines) - LINES_MAX:,} more; --json names them all")
    return said


def _about(one: Placed) -> str:
    wanted = one.wanted
    about = f"invoice {one.invoice} of {one.customer}" if one.invoice else one.customer
    until = f" until {day_text(wanted.until_on)}" if wanted.until_on else ""
    number = f"hold {one.hold_id}, " if one.hold_id else ""
    answer = ""
    if wanted.answer_by_on is not None:
        answer = f"; {wanted.owner} is to answer by {day_text(wanted.answer_by_on)}"
    return f"{number}{wanted.kind.value.replace('_', '-')}{until}: {about} ({wanted.reason}){answer}"
