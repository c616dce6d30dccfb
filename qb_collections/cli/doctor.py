"""doctor: what is wrong with the installation, and what to do."""

from __future__ import annotations

import click

from qb_collections.cli.answers import HELD, OK, Answer
from qb_collections.cli.opening import open_context, settings
from qb_collections.cli.verbs import verb
from qb_collections.services import doctor, doctor_watch
from qb_collections.services.doctor import Level, Line

_MARKS = {Level.OK: "ok  ", Level.WARN: "warn", Level.BAD: "BAD "}


def add_to(main: click.Group) -> None:
    @verb(main, "doctor", "doctor", "doctor --json")
    def doctor_() -> Answer:
        """Look at settings, key, database, disk, clock, connections, reads, receivables, writes and audit.

        Changes nothing.  Exit code 1 when something is bad; each line says what to do.
        """
        lines = doctor.installation(settings())
        opens = not any(line.level is Level.BAD for line in lines)
        if opens and _is_current(lines):
            context = open_context()
            lines += doctor.running(context) + doctor_watch.lines(context)
        bad = sum(line.level is Level.BAD for line in lines)
        warnings = sum(line.level is Level.WARN for line in lines)
        total = f"{len(lines)} things looked at: {bad} bad, {warnings} to look after."
        rows = [
            {"level": line.level, "about": line.about, "found": line.found, "remedy": line.remedy}
            for line in lines
        ]
        data = {"bad": bad, "warnings": warnings, "lines": rows}
        return Answer(data, [*(_line(line) for line in lines), "", total], HELD if bad else OK)


def _is_current(lines: list[Line]) -> bool:
    """Opening makes or upgrades a database; to look is not to do that."""
    return any(line.about == "database" and line.found == doctor.IS_CURRENT for line in lines)


def _line(line: Line) -> str:
    remedy = f" -> {line.remedy}" if line.remedy else ""
    return f"{_MARKS[line.level]}  {line.about}: {line.found}{remedy}"
