"""Let the days of a script pass: ticks, jobs, people, kills, webhooks; then a calm; then all invariants."""

from __future__ import annotations

import gc
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from operator import attrgetter
from pathlib import Path
from random import Random

from sqlalchemy.exc import OperationalError

from qb_collections.core.company_gates import Link, Mode
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import mail_settings, modes, policies
from qb_collections.services.refusal import Refusal
from qb_collections.store import companies
from qb_collections.store.engine import durable
from tests.simulation import at_rest, calm, invariants, telling, webhooks
from tests.simulation.chance import seeded
from tests.simulation.hostile_world import HostileWorld, Trouble, patched
from tests.simulation.memory_transport import Sent, kind_of
from tests.simulation.people import perform
from tests.simulation.points import Killed
from tests.simulation.post_office import Mail
from tests.simulation.script import Act, Script
from tests.simulation.templates import template
from tests.simulation.watching import Unwatched

TICKS_MAX = 12  # of one day: trouble that puts work back again and again is looked at now and then
NIGHTS = "SELECT id, next_night_at FROM company WHERE state = 'connected' AND next_night_at IS NOT NULL"
WAITS = """
SELECT i.company_id, min(i.due_at) FROM intent i JOIN company c ON c.id = i.company_id
WHERE i.state IN ('planned', 'ready', 'unknown') AND i.approval IN ('not_needed', 'given')
AND c.state = 'connected' AND NOT EXISTS (
  SELECT 1 FROM intent_dependency d JOIN intent p ON p.id = d.depends_on_id
  WHERE d.intent_id = i.id AND p.state <> 'confirmed')
GROUP BY i.company_id
"""
JOBS_MAX = 200
MEMOS = ("add_note", "rewrite_note", "remove_our_line")


@dataclass
class Result:
    """How one seed ended."""

    script: Script
    troubles: list[Trouble]
    trace: list[tuple[datetime, str]]
    fired: dict[tuple[str, str], int]
    nights: int  # that were run, with trouble possible; a day on which no company could be read is none
    requests: int
    cpu_seconds: float
    kills: int = 0
    contacts: int = 0
    notes: int = 0
    points: int = 0  # of the last process, in the hostile days

    @property
    def failed(self) -> bool:
        return bool(self.troubles)

    @property
    def names(self) -> set[str]:
        return {one.name for one in self.troubles}


def play(script: Script, watcher: Unwatched | None = None) -> Result:
    """Play one script from its beginning to its invariants."""
    template(script.template)  # built once, with the modules as they are
    gc.collect()  # once a seed; a seed leaves too little behind for more
    gc.freeze()  # what is there now stays: the next seed need not look at it again
    gc.disable()
    began = time.process_time()
    with patched(), seeded(f"seed {script.seed}"):
        world = HostileWorld(script)
        world.watcher = watcher or Unwatched()
        player = Player(world)
        try:
            try:
                player.play()
            except Trouble as trouble:
                world.troubles.append(trouble)
            except Exception as error:  # what fails in the calm is a trouble like any other
                world.wrong("INV-17", f"it failed: {where(error)}")
            return Result(
                script,
                world.troubles,
                world.trace,
                player.fired(),
                len(player.nights_run - {-1}),
                len(world.network.sent),
                time.process_time() - began,
                player.kills,
                sum(kind_of(one) == "send" and bool(one.changes) for one in world.network.sent)
                + len(world.office.arrived),
                sum(kind_of(one) != "send" and bool(one.changes) for one in world.network.sent),
                world.points_passed,
            )
        finally:
            world.close()
            gc.enable()


class Player:
    def __init__(self, world: HostileWorld) -> None:
        self.world = world
        self.kills = 0
        self.nights_run: set[int] = set()  # days whose night asked QuickBooks for something
        self._day_number = -1
        self.webhooks = webhooks.Deliveries(world)
        self._sent_of_day = 0
        self._at_send: list[Act] = []
        self._contacts_of_day = 0
        self._at_contact: list[Act] = []
        self._beside = Random(f"beside {world.script.seed}")
        world.network.before.append(self._arrives)
        world.network.before.append(lambda sent: invariants.on_arrival(world, sent))
        world.network.after.append(lambda sent: invariants.on_answer(world, sent))
        world.network.after.append(self._tell)
        world.office.before.append(self._leaves)
        world.office.after.append(self._left)
        world.network.after.append(lambda sent: self._left() if kind_of(sent) == "send" else None)
        world.office.watchers.append(self._tell_mail)
        world.office.watchers.append(lambda mail: invariants.on_mail(world, mail))

    def play(self) -> None:
        world, script = self.world, self.world.script
        self._begin()
        world.add_faults()
        world.watcher.begins(self)
        for day in range(script.nights):
            self._day_number = day
            self._day(day)
        self._day_number = -1
        calm.pass_over(self)
        at_rest.hold(world)

    def fired(self) -> dict[tuple[str, str], int]:
        fired = (
            dict(self.world.network.fired) | self.world.fired | self.webhooks.fired | self.world.office.fired
        )
        for rule in self._struck():
            fired[rule] = fired.get(rule, 0) + 1
        if self.kills:
            fired["kill", "process"] = self.kills
        return fired

    def _struck(self) -> list[tuple[str, str]]:
        return [
            (fault, kind_of(sent))
            for sent in self.world.network.sent
            for fault in sent.known.get("struck", ())
        ]

    def _begin(self) -> None:
        """What the owner of each company set before all this."""
        world, script = self.world, self.world.script
        for place in range(len(world.companies)):
            if not world.is_connected(place):
                continue
            company = world.company(place)
            if company.id in world.absent:
                with durable(world.context.engine) as conn:
                    companies.update(conn, company.id, state=Link.DISCONNECTED)
                continue
            policy = script.policies[place]
            if policy != "standard":
                policies.use(world.context, company, policy, author="Sam")
                world.said.policy_used(place, policy)
            if script.long_live[place]:
                with durable(world.context.engine) as conn:
                    companies.update(conn, company.id, live_since_on=date(2025, 1, 1))
            if script.mails[place]:
                wanted = mail_settings.WantedAccount(
                    "127.0.0.1",
                    f"dana@{world.words[world.companies[place][1]].decode().lower()}.example",
                    security="loopback",
                )
                made = mail_settings.put(world.context, company, wanted, by="Sam")
                assert not isinstance(made, Refusal), made
                mail_settings.tested(world.context, company)
                mail_settings.turn_on(world.context, company, by="Sam")
            if script.modes[place] != "automatic":
                modes.set_mode(world.context, company, Mode(script.modes[place]), by="Sam", confirmed=True)
                world.said.mode_set(place, script.modes[place])
                if script.modes[place] == "shadow":
                    world.said.stopped(place)
        begin = [telling.beginning(world, place) for place in range(len(world.companies))]
        for told in begin:
            world.note(told)
        world.note(telling.trouble_to_come(script))

    # One day

    def _day(self, day: int) -> None:
        world, script = self.world, self.world.script
        begins = world.clock.now()
        ends = begins + timedelta(days=1)
        for jump in script.jumps:
            if jump.day == day:
                world.service_clock.offset = timedelta(seconds=jump.seconds)
                ahead = "ahead" if jump.seconds > 0 else "behind"
                world.note(f"the service's own clock is {abs(jump.seconds)} seconds {ahead} from now on")
        today = [one for one in script.acts if one.day == day]
        acts = sorted(
            (one for one in today if one.at_send is None and one.at_contact is None), key=attrgetter("minute")
        )
        self._at_send = sorted((one for one in today if one.at_send is not None), key=attrgetter("at_send"))
        self._at_contact = [one for one in today if one.at_contact is not None]
        self._sent_of_day = self._contacts_of_day = 0
        if day in script.restores and self._kept is not None:
            world.put_back(self._kept)
        elif day + 1 in script.restores:
            self._kept = world.keep_files()
        for kill in script.kills:
            if kill.day == day:
                world.process.points.kill_at = world.process.points.passed + kill.point
                self._again = kill.again
        world.watcher.day_begins(acts)
        ticks = 0
        while True:
            world.watcher.rests(len(acts))
            act_at = begins + timedelta(minutes=acts[0].minute) if acts else None
            due_at = world.watcher.next_due(self.next_due() if ticks < TICKS_MAX else None)
            at = min(
                (one for one in (act_at, due_at, self.webhooks.next_at()) if one is not None), default=ends
            )
            if at >= ends:
                break
            if at > world.clock.now():
                world.clock.set(at)
            if act_at is not None and at == act_at:
                act = acts.pop(0)
                world.watcher.acts(len(acts))
                self.guarded(lambda act=act: perform(world, act))
                self.guarded(self.jobs)
            elif due_at is not None and at == due_at:
                ticks += 1
                self.guarded(self.tick)
            self.guarded(self.webhooks.deliver)
        for act in (*self._at_send, *self._at_contact):
            self.guarded(lambda act=act: perform(world, act))
        self._at_send, self._at_contact = [], []
        world.points_passed = world.process.points.passed
        world.process.points.kill_at = None
        if world.clock.now() < ends:
            world.clock.set(ends)

    _again: int | None = None
    _kept: Path | None = None

    def guarded(self, work: Callable[[], object]) -> None:
        """Do it; where the process ends in it, start it again on its files."""
        world = self.world
        try:
            work()
        except Killed:
            self.kills += 1
            world.restart(f"at point {world.process.points.passed}")
            if self._again is not None:
                world.process.points.kill_at = self._again
                self._again = None
        except OperationalError as error:
            if not world.fired:
                world.wrong("INV-17", f"the database refused without a fault: {error}")
        except Trouble:
            raise
        except Exception as error:  # a page or a command that fails is shown to a person as our mistake
            world.wrong("INV-17", f"it failed: {where(error)}")

    def tick(self) -> None:
        self.world.process.scheduler.tick()
        self.jobs()

    def jobs(self) -> None:
        """Do what is queued, as the runner does; two workers at a time where the seed says so."""
        world = self.world
        process = world.process
        for _ in range(JOBS_MAX):
            if not process.queued:
                return
            if world.script.together != "alone" and len(process.queued) == 1 and self._beside.random() < 0.3:
                name, company_id = process.queued[0]  # a person presses a button at the same moment
                process.queued.append(
                    ("sync" if name != "sync" else "deliver", company_id or self._a_company())
                )
            if world.script.together == "alone" or len(process.queued) == 1:
                self._one(0, *process.queued.pop(0))
                continue
            batch = [process.queued.pop(0), process.queued.pop(0)]
            raised = process.points.together(
                [lambda at=at, job=job: self._one(at, *job) for at, job in enumerate(batch)]
            )
            for error in raised:
                if isinstance(error, Killed):
                    raise error
            for error in raised:
                raise error
        world.wrong("INV-17", f"work goes in circles: {process.queued[:5]}")

    def _a_company(self) -> int:
        return int(self._beside.choice(self.world.companies)[0])

    def _one(self, worker: int, name: str, company_id: int) -> None:
        """The outermost loop of a thread: what fails is recorded, and still due."""
        world = self.world
        sent = len(world.network.sent)
        if name.startswith("night") and not world.is_calm and world.is_due(company_id):
            world.note(f"the night of company {company_id} begins")
        try:
            try:
                world.process.workers[worker](name, company_id)
            finally:
                world.stalled.discard(threading.get_ident())
        except QuickBooksError as error:
            world.note(f"the service gives up {telling.work(name, company_id)} for now: {error}")
        except OperationalError:
            if not world.fired:
                raise
            world.note(f"the service gives up {telling.work(name, company_id)}: its database refused")
        except Exception as error:
            world.wrong("INV-17", f"{telling.work(name, company_id)} failed: {where(error)}")
        if name.startswith("night") and len(world.network.sent) > sent:
            self.nights_run.add(self._day_number)

    def next_due(self, hours: int = 1) -> datetime | None:
        """When something is due next: a night, or an effect that waits for its hour; not every minute."""
        world = self.world
        now = world.clock.now()
        ours = [id_ for id_, _ in world.companies]
        due = []
        for id_, at in world.journal.execute(NIGHTS):
            if id_ in ours:
                due.append(max(datetime.fromisoformat(at), now + timedelta(minutes=1)))
        for id_, at in world.journal.execute(WAITS):
            if id_ in ours:
                due.append(max(datetime.fromisoformat(at), now + timedelta(hours=hours)))
        return min(due, default=None)

    # While a request is on its way

    def _arrives(self, sent: Sent) -> None:
        self._sent_of_day += 1
        if kind_of(sent) == "token":  # whoever else needs one waits until this is answered
            return
        if kind_of(sent) == "send":
            invariants.whose(self.world, sent)
        while (act := self._due_at_send(sent)) is not None:
            with self._beside_it(f"while request {sent.number} is on its way, "):
                perform(self.world, act)
            if (
                kind_of(sent) == "read"
                and b"MAXRESULTS 3" in sent.body + sent.params.get("query", "").encode()
            ):
                self.world.count("changing_pages", "read")
        if kind_of(sent) == "send" and sent.fault != "late":  # the service is not at it any more
            with self._beside_it(""):
                self._leaves()

    @contextmanager
    def _beside_it(self, meanwhile: str) -> Iterator[None]:
        """What people do while something is on its way is not what is on its way."""
        world = self.world
        before = world.network.current, world.meanwhile
        world.network.current, world.meanwhile = None, meanwhile
        try:
            yield
        finally:  # also where the process ends in it
            world.network.current, world.meanwhile = before

    def _due_at_send(self, sent: Sent) -> Act | None:
        """What is next while that one is on its way; people write into memos while we do."""
        for act in self._at_send:
            if (act.at_send or 0) > self._sent_of_day:
                return None
            if act.kind not in MEMOS or kind_of(sent) == "batch":
                self._at_send.remove(act)
                return act
        return None

    def _left(self) -> None:
        self.world.said.message_left()

    def _leaves(self) -> None:
        """A message is on its way to a customer; somebody else may be next."""
        self._contacts_of_day += 1
        self.world.said.message_leaves()
        due = [one for one in self._at_contact if (one.at_contact or 0) <= self._contacts_of_day]
        for act in due:
            if act not in self._at_contact:  # what another one set off has come to it first
                continue
            self._at_contact.remove(act)
            with self._beside_it(f"while the day's message number {self._contacts_of_day} is on its way, "):
                perform(self.world, act)

    def _tell(self, sent: Sent) -> None:
        told = telling.request(self.world, sent)
        if told is not None:
            self.world.note(told)

    def _tell_mail(self, mail: Mail) -> None:
        self.world.note(telling.mail(mail))


def where(error: Exception) -> str:
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    at = f"{place.tb_frame.f_code.co_filename.rpartition('/')[2]}:{place.tb_lineno}" if place else ""
    return f"{type(error).__name__} at {at}: {error!s:.200}"
