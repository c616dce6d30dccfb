"""How everything looks at one moment, in few bytes: the files, the books, the mail, what was asked.

Two moments that look the same go on in the same way.  Left out is what is drawn by chance, what only counts
or records (audit, numbers of calls), what a process has in its memory, and the minutes of times that are
over; those to come are told to the minute.  Tables are read again only where a trigger says that somebody
wrote into them.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.simulation.memory_transport import Sent, kind_of

CHANCE = re.compile(r"\b(?:[A-Z2-7]{32}|[0-9a-f]{12,})\b")
TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d):(\d\d)(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d)?")
CLOCK = re.compile(r"\b(\d\d?):\d\d (AM|PM)\b")
SEALED = re.compile(r"\bv1\.k[0-9a-f]+\.[A-Za-z0-9_=-]+")  # generations are counted beside the tokens
MICROSECONDS = 10**15  # an integer above this is an instant of the emulator's
AN_HOUR = 3_600_000_000
LEFT_OUT = ("audit", "lease", "sqlite_", "request_log", "call_counter", "oauth_state", "touched", "memory")
COUNTS = {"attempt": ("fence",)}  # columns that only count how often something was taken
ENDS = ("connection",)  # when tokens end follows from when they were taken, to the minute
ROWS_MAX = 200_000  # remembered in one process


@dataclass(slots=True)
class _Table:
    """What one table looked like when it was read last."""

    written: int
    digest: bytes
    times: list[str]  # all that stand in it, to the minute, in order


@dataclass(slots=True)
class _Database:
    """One database whose tables say how often they were written into."""

    connection: sqlite3.Connection
    temporary: bool  # triggers of this connection alone: it is the only one that writes
    names: list[str] = field(default_factory=list)
    known: dict[str, _Table] = field(default_factory=dict)
    version: Any = None

    def prepare(self) -> None:
        run = self.connection.execute
        found = run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name").fetchall()
        self.names = [name for (name,) in found if not name.startswith(LEFT_OUT)]
        if "touched" in [name for (name,) in found]:
            return  # a copy of files that were prepared
        temp = "TEMP " if self.temporary else ""
        run(f"CREATE {temp}TABLE IF NOT EXISTS touched (name TEXT PRIMARY KEY, times INTEGER NOT NULL)")
        run("BEGIN")
        for name in self.names:
            run("INSERT OR IGNORE INTO touched VALUES (?, 0)", (name,))
            for what in ("INSERT", "UPDATE", "DELETE"):
                run(
                    f'CREATE {temp}TRIGGER IF NOT EXISTS "touched_{name}_{what}" AFTER {what} ON "{name}"'
                    f" BEGIN UPDATE touched SET times = times + 1 WHERE name = '{name}'; END"
                )
        run("COMMIT")

    def changed(self) -> bool:
        """Whether anything was written since this was asked last."""
        if self.temporary:
            version = self.connection.total_changes
        else:
            [version] = self.connection.execute("PRAGMA data_version").fetchone()
        if version == self.version:
            return False
        self.version = version
        return True

    def read(self, rows: dict[tuple[Any, ...], tuple[str, list[str]]]) -> None:
        """Look again at what was written into."""
        for name, written in self.connection.execute("SELECT name, times FROM touched").fetchall():
            known = self.known.get(name)
            if known is None or known.written != written:
                self.known[name] = self._read(name, written, rows)

    def _read(self, name: str, written: int, rows: dict[tuple[Any, ...], tuple[str, list[str]]]) -> _Table:
        plain: list[str] = []
        times: list[str] = []
        cursor = self.connection.execute(f'SELECT * FROM "{name}"')
        columns = [column[0] for column in cursor.description]
        counts = [columns.index(one) for one in COUNTS.get(name, ())]
        for row in cursor:
            if counts:
                row = tuple(None if at in counts else one for at, one in enumerate(row))
            known = rows.get(row)
            if known is None:
                if len(rows) > ROWS_MAX:
                    rows.clear()
                known = rows[row] = plain_row(row)
            plain.append(known[0])
            times += known[1]
        plain.sort()
        times.sort()
        told = hashlib.sha1(f"{name}{plain}".encode(), usedforsecurity=False)
        return _Table(written, told.digest(), [] if name in ENDS else times)


class Looks:
    """Of one world and its forks."""

    def __init__(self) -> None:
        self._rows: dict[tuple[Any, ...], tuple[str, list[str]]] = {}
        self._databases: list[_Database] = []
        self._sent_known = 0
        self._effects: list[Sent] = []
        self._tables = b""
        self._whens: list[list[str]] = []

    def of(self, player: Any, acts_left: int, *, at_rest: bool) -> bytes:
        """at_rest: nothing is under way, so that what waits in the process's queue counts too."""
        world = player.world
        self._look(world)
        now = world.clock.now()
        to_come = [times[bisect_right(times, f"{now:%Y-%m-%dT%H:%M}") :] for times in self._whens]
        told = hashlib.sha1(self._tables, usedforsecurity=False)
        beside = (
            f"{now:%Y-%m-%d %H}",
            to_come,
            acts_left,
            player._day_number,
            sorted(world.process.queued) if at_rest else None,
            self._asked(world),
            self._said(world, player, now),
        )
        told.update(repr(beside).encode())
        return told.digest()

    def changed(self, player: Any) -> bool:
        """Whether anything was written, sent, said or pushed since this was asked last."""
        world = player.world
        self._opened(world)
        beside = (
            len(world.network.sent),
            sum(len(one.changes) for one in world.network.sent[-2:]),
            len(world.office.arrived),
            len(world.said.known),
            len(player.webhooks._changes),
            len(player.webhooks._due),
            len(world.acked),
            world.clock.now(),
        )
        written = [one.changed() for one in self._databases]
        before, self._beside = self._beside, beside
        return any(written) or before != beside

    _beside: Any = None
    _opened_for: Any = None
    _put_back_at = 0

    def _opened(self, world: Any) -> None:
        """The databases as they are now: a child and older files bring one of their own."""
        if self._opened_for is world.journal:
            return
        books = [one for one in self._databases if one.temporary]
        files = _Database(world.journal, False)
        if self._databases and not books:
            raise AssertionError("the books are opened first")
        if not books:
            books = [_Database(world.emulator.store._connection, True)]
            books[0].prepare()
        files.prepare()
        for one in self._databases:  # what a child copied looks as it did; what was put back does not
            if not one.temporary and world.put_back_at == self._put_back_at:
                files.known = one.known
        self._put_back_at = world.put_back_at
        self._databases = [files, *books]
        self._opened_for = world.journal

    def _look(self, world: Any) -> None:
        self._opened(world)
        for one in self._databases:
            one.read(self._rows)
        tables = [table for one in self._databases for _, table in sorted(one.known.items())]
        self._tables = b"".join(table.digest for table in tables)
        self._whens = [table.times for table in tables if table.times]

    def _asked(self, world: Any) -> list[Any]:
        """Each request that may have changed something, in order; names that are drawn become numbers."""
        sent = world.network.sent
        self._effects += [one for one in sent[self._sent_known :] if one.has_effect]
        self._sent_known = len(sent)
        names: dict[str, int] = {}
        asked: list[Any] = []
        for one in self._effects:
            name = names.setdefault(one.params.get("requestid", ""), len(names))
            changes = [(change.entity, change.id, change.operation) for change in one.changes]
            asked.append((kind_of(one), one.realm, one.resource, name, changes, one.status is None))
        mails = [(one.recipient, one.subject, sorted(one.invoices)) for one in world.office.arrived]
        ids = [names.setdefault(one.message_id, len(names)) for one in world.office.arrived]
        return [asked, mails, ids]

    def _said(self, world: Any, player: Any, now: datetime) -> list[Any]:
        """What people said, what is on its way to us, and what else invariants remember."""
        known = [
            (one.place, one.why, one.invoice_id, one.customer_id, one.address, one.hold_id, one.until_on)
            for one in world.said.known
            if one.to_request is None
        ]
        holder = world.journal.execute("SELECT holder IS NULL FROM lease").fetchall()
        return [
            known,
            sorted((place, f"{at:%d %H}") for place, at in world.said.agreed.items()),
            [(place, [name for _, name in told]) for place, told in sorted(world.said.policies.items())],
            len(player.webhooks._changes),
            sorted(
                (at > now, f"{at:%d %H}", plain_row((str(body),))[0]) for at, body in player.webhooks._due
            ),
            len(world.acked),
            sorted(world.written_notes().items()),
            bool(world.ended),
            [(realm, customer) for _, _, realm, customer in world.mails],
            bool(world.troubles),
            holder,
        ]


def plain_row(row: tuple[Any, ...]) -> tuple[str, list[str]]:
    """A row without names drawn by chance and without minutes; and the times in it to the minute."""
    parts: list[str] = []
    times: list[str] = []
    for one in row:
        if isinstance(one, bytes):
            parts.append(str(len(one)))
        elif isinstance(one, int) and one > MICROSECONDS:
            parts.append(str(one // AN_HOUR))
        else:
            text = str(one)
            found = TIME.findall(text)
            if found:
                times += [f"{hour.replace(' ', 'T')}:{minute}" for hour, minute in found]
                text = TIME.sub(r"\1", text)
            if "v1.k" in text:
                text = SEALED.sub("sealed", text)
            if "M" in text:
                text = CLOCK.sub(r"\1 \2", text)
            parts.append(CHANCE.sub("*", text))
    return "|".join(parts), times
