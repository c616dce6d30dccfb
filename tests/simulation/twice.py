"""A kill at every point, and again at every point of the recovery, without living the beginning each time.

Where the service starts again after the first kill, this process is forked: one child lives on and says at
which points of its recovery the files and the books look as they never did before; for each of these another
child lives on and is killed there.  What looks the same goes on in the same way: it is tried once.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.simulation.nights import play
from tests.simulation.script import Kill, Script
from tests.simulation.templates import DATABASE, quick_folder

# What is drawn by chance, or counts how often something was taken, differs where nothing else does.
CHANCE = re.compile(r"\b(?:[A-Z2-7]{32}|[0-9a-f]{12,})\b")
SECONDS = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):\d\d(?:\.\d+)?")
LEFT_OUT = ("lease", "audit", "attempt", "sqlite_", "request_log", "memory")


class Enough(BaseException):
    """The parent has seen what it wanted; the rest of this life is its children's."""


@dataclass
class Tried:
    """What came of all this."""

    first: int = 0  # lives with one kill
    second: int = 0  # lives with a second one
    alike: int = 0  # points of a recovery that looked like one that was tried
    found: list[str] = field(default_factory=list)


@dataclass
class Twice:
    """Play one script with every pair of kills; ask it again for each first point."""

    script: Script
    seen: set[str] = field(default_factory=set)
    tried: Tried = field(default_factory=Tried)

    def killed_at(self, point: int) -> None:
        """One first kill, and every second one that is not like an earlier one."""
        begun = Begun(self, point)
        script = replace(self.script, kills=(Kill(self.script.nights - 1, point),))
        try:
            result = play(script, at_restart=begun)
        except Enough:
            return
        if begun.pipe is not None:  # one of the children has lived to its end
            told = {"new": begun.new, "alike": begun.alike, "trouble": None}
            if result.failed:
                told["trouble"] = str(result.troubles[0])
            os.write(begun.pipe, json.dumps(told).encode())
            os._exit(0)
        self.tried.first += 1  # the day was over before that point


@dataclass
class Begun:
    """Called as the service is about to start again."""

    twice: Twice
    point: int
    pipe: int | None = None
    new: list[tuple[int, str]] = field(default_factory=list)  # points that look like nothing before
    alike: int = 0
    _used: bool = False

    def __call__(self, world: Any) -> Callable[[Any], None] | None:
        """Answers what is to be done with the process once it has started."""
        if self._used:
            return None
        self._used = True
        looks = looks_of(world)
        if looks in self.twice.seen:
            self.twice.tried.alike += 1
            raise Enough
        self.twice.seen.add(looks)
        told, watch = self._child(world, lambda process: self._watch(world, process))
        if watch is not None:
            return watch
        tried = self.twice.tried
        tried.first += 1
        tried.alike += told["alike"]
        self._note(told, f"killed at {self.point}")
        for second, looks in told["new"]:
            if looks in self.twice.seen:
                tried.alike += 1
                continue
            self.twice.seen.add(looks)
            told, kill = self._child(world, lambda process, at=second: setattr(process.points, "kill_at", at))
            if kill is not None:
                return kill
            tried.second += 1
            self._note(told, f"killed at {self.point} and {second}")
        raise Enough

    def _note(self, told: dict[str, Any], where: str) -> None:
        if told["trouble"]:
            self.twice.tried.found.append(f"{where}: {told['trouble']}")

    def _child(
        self, world: Any, then: Callable[[Any], None]
    ) -> tuple[dict[str, Any], Callable[[Any], None] | None]:
        """In the parent: what the child told, once it has ended.  In the child: what it is to do."""
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(read)
            self.pipe = write
            _own_files(world)
            return {}, then
        os.close(write)
        with os.fdopen(read, "rb") as file:
            told = file.read()
        os.waitpid(child, 0)
        if not told:
            return {"new": [], "alike": 0, "trouble": "the simulator itself failed there"}, None
        return json.loads(told), None

    def _watch(self, world: Any, process: Any) -> None:
        """Note at each point of the rest of the day how things look."""
        points, last, changed = process.points, [""], [(-1, -1)]
        reach = points.reach

        def watching(**how: Any) -> None:
            now = _changes(world)
            if not world.is_calm and now != changed[0]:
                changed[0] = now
                looks = looks_of(world)
                if looks in self.twice.seen or looks == last[0]:
                    self.alike += 1
                else:
                    self.new.append((points.passed + 1, looks))
                last[0] = looks
            reach(**how)

        points.reach = watching


def looks_of(world: Any) -> str:
    """The files, the books and the mail, without names that are drawn by chance and without seconds."""
    told = hashlib.sha1(usedforsecurity=False)
    for connection in (world.journal, world.emulator.store._connection):
        tables = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        for (table,) in tables.fetchall():
            if table.startswith(LEFT_OUT):
                continue
            rows = connection.execute(f'SELECT * FROM "{table}"').fetchall()
            plain = sorted(_plain(row) for row in rows)
            told.update(f"{table}{plain}".encode())
    told.update(f"{len(world.office.arrived)} {world.clock.now():%d %H:%M}".encode())
    return told.hexdigest()


def _plain(row: tuple[Any, ...]) -> str:
    text = "|".join(str(len(one)) if isinstance(one, bytes) else str(one) for one in row)
    return SECONDS.sub(r"\1", CHANCE.sub("*", text))


def _changes(world: Any) -> tuple[int, int]:
    [version] = world.journal.execute("PRAGMA data_version").fetchone()
    return int(version), int(world.emulator.store._connection.total_changes)


def _own_files(world: Any) -> None:
    """The child goes on with a copy; its parent's files stay as they are for the next one."""
    own = quick_folder("qbc-twice-")
    shutil.copytree(world.folder, own, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*-shm"))
    world.folder, world.parents_journal = own, world.journal
    world.journal = sqlite3.connect(own / DATABASE, isolation_level=None, check_same_thread=False)
