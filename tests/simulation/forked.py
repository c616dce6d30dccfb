"""Play one script with a kill at every point, at every point of each recovery, and failing at each request.

The script is lived once.  Where something is to go wrong the process is forked: the child lives on with it,
the parent waits and goes on without.  So no beginning is lived twice.  What looks as it did before, where a
kill falls or where the service rests, goes on in the same way: it is tried once (looks.py says what counts).
A service that was killed looks a minute later for what is due, as its scheduler does.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
import time
import traceback
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy.exc import OperationalError

from qb_collections.store import leases
from qb_collections.store.engine import Mode, Moment, interpose
from tests.simulation.looks import Looks
from tests.simulation.memory_transport import NetworkFault
from tests.simulation.nights import play
from tests.simulation.points import Killed
from tests.simulation.post_office import SMTP_FAULTS
from tests.simulation.run import told
from tests.simulation.script import Script
from tests.simulation.templates import DATABASE, quick_folder
from tests.simulation.tried import Seen, Tried, counted, kept
from tests.simulation.watching import Unwatched

REQUEST_FAULTS = ("reset_before", "lost")
COMMIT_FAULTS = ("database_busy", "disk_full")


class Alike(BaseException):
    """From here on it goes as it went before: nobody need live it again."""


class Forked(Unwatched):
    """Watches one life of a script; of a child, the rest of it.

    again: kill a second time at every point of the day after a first kill.  every: each so many-th trouble.
    joins: a life that comes to where another has been ends there; without it each is lived to its end.
    alike: what looks as it did before is not tried again.  only: the one life to play, and to tell.
    """

    def __init__(
        self,
        script: Script,
        *,
        again: bool,
        every: int = 1,
        joins: bool = True,
        alike: bool = True,
        only: str | None = None,
    ) -> None:
        self._script = script
        self._again = again
        self._every = every
        self._joins = joins and only is None
        self._alike = alike and only is None
        self._only = only
        self._folder = Path(tempfile.mkdtemp(prefix="qbc-forked-"))
        self._told = os.open(self._folder / "told", os.O_RDWR | os.O_APPEND | os.O_CREAT)
        self._killed = [Seen(self._folder / f"killed-{depth}") for depth in (1, 2)]
        self._rested = Seen(self._folder / "rested")  # where some life came to rest
        self._watched = Seen(self._folder / "watched")  # where one did of which each point is tried
        self._watches = True  # whether this life is one of these
        self._looks = Looks()
        self._depth = 0  # kills so far
        self._where = ""  # the trouble of this life
        self._is_child = False
        self._world: Any = None
        self._player: Any = None
        self._acts_left = 0
        self._base = 0  # points that the process had passed as the day began
        self._numbers = {"requests": 0, "mails": 0, "database_busy": 0, "disk_full": 0}
        self._strikes: str | None = None  # a database's fault that strikes next
        self._last_kill = b""
        self._looks_at: datetime | None = None
        self._give_back: Callable[[], None] = lambda: None

    def run(self) -> Tried:
        """Live it, and everything that can become of it."""
        began = time.process_time()
        holder, leases.this_process = leases.this_process, lambda: "here:1:1"
        try:
            whole = play(self._script, watcher=Resting(self))
            if whole.failed:
                shutil.rmtree(self._folder)
                return Tried(found=[f"without any trouble: {whole.troubles[0]}"])
            result = play(self._script, watcher=self)
        except Alike:
            self._leave("joined")
        except BaseException:
            if not self._is_child:
                shutil.rmtree(self._folder)
                raise
            traceback.print_exc()  # its parent says which one it was
            os._exit(1)
        finally:
            leases.this_process = holder
        if self._is_child:
            if self._only is not None:
                print(f"{self._where}: {told(result)}", flush=True)
            self._leave("lived", str(result.troubles[0]) if result.failed else None)
        tried = counted(self._folder / "told")
        shutil.rmtree(self._folder)
        assert not result.failed, f"a child disturbed its parent: {result.troubles[0]}"
        tried.seconds += time.process_time() - began
        return tried

    # What a life tells its watcher

    def begins(self, player: Any) -> None:
        """Trouble is possible from here on."""
        self._player, self._world = player, player.world
        self._base = self._world.process.points.passed
        self._watch_points()
        self._watch_requests()
        self._watch_mail()
        interpose(self._world.context.engine, self._interposer)

    def day_begins(self, acts: list[Any]) -> None:
        self._acts_left = len(acts)
        self._base = self._world.process.points.passed
        if self._player._day_number == self._script.nights - 1 and self._world.process.number > 1:
            self._watch_points()  # older files were put back: this is another process
            interpose(self._world.context.engine, self._interposer)

    def acts(self, acts_left: int) -> None:
        """Somebody acts now: it is not to come any more."""
        self._acts_left = acts_left
        self._last_kill = b""

    def next_due(self, due_at: datetime | None) -> datetime | None:
        """A service that has started looks within a minute for what is due; here nobody else makes it."""
        if self._looks_at is None or self._looks_at <= self._world.clock.now():
            return due_at
        return min(due_at or self._looks_at, self._looks_at)

    def restarted(self) -> None:
        """After a kill the points are another process's."""
        self._base = 0
        self._looks_at = self._world.clock.now() + timedelta(minutes=1)
        if self._watches:
            self._watch_points()

    def rests(self, acts_left: int) -> None:
        """Nothing is under way; where an earlier life came to rest just so, this one ends."""
        self._acts_left = acts_left
        if not self._joins or not self._is_child or self._world.troubles:
            return
        looks = self._looks.of(self._player, acts_left, at_rest=True)
        before = self._watched if self._watches else self._rested
        if looks in before:
            raise Alike
        before.add(looks)
        if self._watches:
            self._rested.add(looks)

    # Kills

    def _watch_points(self) -> None:
        points = self._world.process.points
        reach = points.reach

        def watching(**how: Any) -> None:
            if self._may_kill():
                self._kill_here(points)
            reach(**how)

        points.reach = watching

    def _may_kill(self) -> bool:
        is_last_day = self._player._day_number == self._script.nights - 1
        return self._watches and is_last_day and not self._world.is_calm

    def _kill_here(self, points: Any) -> None:
        """One child ends here, unless it looks as it did where another ended."""
        depth, number = self._depth + 1, points.passed + 1 - self._base
        if depth == 1 and (number - 1) % self._every:
            return
        if self._alike:
            if self._looks.changed(self._player) or not self._last_kill:
                self._last_kill = self._looks.of(self._player, self._acts_left, at_rest=False)
            looks = self._last_kill
            if any(looks in seen for seen in self._killed[:depth]):
                self._tell("alike", depth)
                return
            self._killed[depth - 1].add(looks)
        where = f"{self._where} and {number}" if self._where else f"killed at {number}"
        for watches in (False, True) if self._again and depth == 1 else (False,):
            if self._wants(where, watches) and self._fork(where):
                self._depth, self._watches = depth, watches
                self._last_kill = b""
                self._own_files()
                self._world.__dict__.pop("calm", None)
                if watches:  # how it ends the other one has seen
                    self._world.calm = _alike
                points.passed += 1
                points.dead = True
                raise Killed

    # Requests, messages and commits that fail

    def _watch_requests(self) -> None:
        network = self._world.network
        struck = network.struck

        def striking(sent: Any) -> Any:
            if not self._is_child and not self._world.is_calm:
                self._numbers["requests"] += 1
                number = self._numbers["requests"]
                for kind in REQUEST_FAULTS:
                    if (number - 1) % self._every == 0 and self._fails(f"request {number} {kind}"):
                        network.faults.append(NetworkFault(kind, 0.0, Random(0), nth=1))
            return struck(sent)

        network.struck = striking

    def _watch_mail(self) -> None:
        office = self._world.office
        take = office.take

        def taking(*message: Any) -> Any:
            if not self._is_child and not self._world.is_calm:
                number = self._numbers["mails"] = self._numbers["mails"] + 1
                for at, kind in enumerate(SMTP_FAULTS):
                    is_wanted = ((number - 1) * len(SMTP_FAULTS) + at) % self._every == 0
                    if is_wanted and self._fails(f"e-mail {number} {kind}"):
                        office.faults.append((kind, 1.0, Random(0)))
                        outcome = take(*message)
                        office.faults.clear()
                        return outcome
            return take(*message)

        office.take = taking

    def _fails(self, where: str) -> bool:
        return self._wants(where) and self._fork(where, lends_files=True)

    def _interposer(self, moment: Moment, mode: Mode) -> None:
        self._world.process.points.interposer(moment, mode)
        if mode is Mode.READING or self._world.is_calm:
            return
        if not self._is_child:
            at = {Moment.BEFORE_BEGIN: "database_busy", Moment.BEFORE_COMMIT: "disk_full"}.get(moment)
            if at is not None:
                self._numbers[at] += 1
        if moment is Moment.BEFORE_BEGIN and not self._is_child:
            for kind in COMMIT_FAULTS:
                number = self._numbers[kind] + (kind == "disk_full")
                if (number - 1) % self._every == 0 and self._fails(f"commit {number} {kind}"):
                    self._strikes = kind
                    break
        strikes_at = Moment.BEFORE_BEGIN if self._strikes == "database_busy" else Moment.BEFORE_COMMIT
        if self._strikes is not None and moment is strikes_at:
            self._world.count(self._strikes, "transaction")
            said = "database is locked" if self._strikes == "database_busy" else "database or disk is full"
            self._strikes = None
            raise OperationalError("COMMIT", {}, sqlite3.OperationalError(said))

    # Forks

    def _wants(self, where: str, watches: bool = False) -> bool:
        """Whether that life is to be played, or is on the way to the one that is."""
        if self._only is None or self._only == where:
            return not (watches and self._only == where)
        return watches and self._only.startswith(f"{where} and ")

    def _fork(self, where: str, *, lends_files: bool = False) -> bool:
        """Whether this is the child; the parent goes on once that has ended.

        lends_files: the child's process lives on with its connections, so it works on the parent's files, and
        gives them back as they were.  It does so itself: by closing a file a process loses its locks on it.
        """
        child = os.fork()
        if child == 0:
            self._is_child = True
            self._where = where
            self._watches = False
            self._own_copy_of_older_files()
            if lends_files:
                self._give_back = kept(self._world.folder)
                self._world.close = lambda: None
            return True
        _, status = os.waitpid(child, 0)
        if status:
            self._tell("died", self._depth, f"{where}: the simulator itself failed there", where)
        assert not (status and lends_files), f"{where}: the simulator itself failed there"
        return False

    def _own_copy_of_older_files(self) -> None:
        """Where they are to be put back: whoever does so first takes them away."""
        older = self._player._kept
        if older is not None and older.exists():
            self._player._kept = quick_folder("qbc-kept-")
            shutil.copytree(older, self._player._kept, dirs_exist_ok=True)

    def _own_files(self) -> None:
        """The child goes on with a copy; its parent's files stay as they are for the next one."""
        world = self._world
        own = quick_folder("qbc-forked-")
        shutil.copytree(world.folder, own, dirs_exist_ok=True, ignore=shutil.ignore_patterns("*-shm"))
        world.folder, world.parents_journal = own, world.journal
        world.journal = sqlite3.connect(own / DATABASE, isolation_level=None, check_same_thread=False)

    def _leave(self, how: str, trouble: str | None = None) -> None:
        self._give_back()
        if self._watches:
            how = "watched"
        self._tell(how, self._depth, trouble, self._where)
        os._exit(0)

    def _tell(self, how: str, depth: int, trouble: str | None = None, where: str = "") -> None:
        line = json.dumps(
            {
                "how": how,
                "depth": depth,
                "where": where,
                "trouble": trouble,
                "seconds": round(time.process_time(), 3),
            }
        )
        os.write(self._told, line.encode() + b"\n")


class Resting(Unwatched):
    """Watches a life without any trouble: where it rests."""

    def __init__(self, sweep: Forked) -> None:
        self._sweep = sweep
        self._looks = Looks()

    def begins(self, player: Any) -> None:
        self._player = player

    def rests(self, acts_left: int) -> None:
        looks = self._looks.of(self._player, acts_left, at_rest=True)
        self._sweep._rested.add(looks)
        self._sweep._watched.add(looks)


def _alike() -> None:
    raise Alike
