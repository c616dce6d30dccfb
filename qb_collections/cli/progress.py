"""Progress on standard error: a line that is rewritten on a terminal, a few plain lines elsewhere."""

from __future__ import annotations

import sys

import click


class Shown:
    """A `Progress` that shows itself; `done` ends the line."""

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._what = ""
        self._pending = False

    def __call__(self, done: int, total: int | None, what: str) -> None:
        text = f"{what}: {done:,}" + (f" of {total:,}" if total is not None else "")
        if self._live:
            if self._pending and what != self._what:
                click.echo(err=True)
            click.echo(f"\r{text}\x1b[K", err=True, nl=False)
            self._pending = True
        elif what != self._what or done == total:
            click.echo(text, err=True)
        self._what = what

    def done(self) -> None:
        if self._pending:
            click.echo(err=True)
        self._pending = False
