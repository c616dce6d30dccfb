"""A progress bar for the first sync: drawn over itself on a terminal, one line for each part elsewhere."""

from __future__ import annotations

from typing import TextIO

WIDTH = 30


class Bar:
    """A `Progress`; `done` ends its last line."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._live = stream.isatty()
        self._what = ""
        self._open = False

    def __call__(self, done: int, total: int | None, what: str) -> None:
        if self._live:
            if what != self._what:
                self.done()
            self._stream.write(f"\r{self._drawn(done, total, what)}\x1b[K")
            self._stream.flush()
            self._open = True
        elif done == total:
            self._stream.write(f"{self._drawn(done, total, what)}\n")
        self._what = what

    def done(self) -> None:
        if self._open:
            self._stream.write("\n")
            self._stream.flush()
        self._open = False

    def _drawn(self, done: int, total: int | None, what: str) -> str:
        if not total:
            return f"Reading {what}: {done:,}"
        filled = min(WIDTH, WIDTH * done // total)
        return f"[{'#' * filled}{'.' * (WIDTH - filled)}] {done:>5,} of {total:,} {what}"
