"""After the last hostile day: two nights without trouble, in which people do what only people can."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from qb_collections.core.company_gates import Link, Mode
from qb_collections.emulator import acts
from qb_collections.services import connect, leasing, mail_settings, modes, restored, tasks
from qb_collections.services.outcomes import Report
from qb_collections.services.refusal import Refusal
from tests.simulation import at_rest_copy, at_rest_work
from tests.simulation import ground_truth as truth
from tests.simulation.hostile_world import HostileWorld
from tests.simulation.people import connect_first, perform
from tests.simulation.script import Act
from tests.simulation.templates import ADDRESS
from tests.simulation.was_sent import settle_parked

CALM_NIGHTS = 2
MINUTES_MOST = 3  # until what was pushed is known, where workers take the lease from each other
TICKS_MAX = 12  # of one day


def pass_over(player: Any) -> None:
    """Two nights without trouble, in which people do what only people can."""
    world = player.world
    world.calm()
    at_rest_work.inv_16_permission_is_not_lost(world)
    for place, (_, realm) in enumerate(world.companies):
        if world.companies[place][0] in world.absent:
            continue
        if not world.is_connected(place):
            connect_first(world, place)
        company = world.company(place)
        if company.state is not Link.CONNECTED:
            world.said.connected(place)
            made = connect.connect_emulator(world.context, ADDRESS, realm, "Sam")
            told = made.message if isinstance(made, Refusal) else "done"
            if not isinstance(made, Refusal):
                world.said.connected_again(place)
            world.note(f"the owner of company {company.id} connects again: {told}")
            _turned_on(world, place)  # what is connected again goes on in shadow
        elif company.mode is Mode.SHADOW and _is_halfway(world, company.id):
            _turned_on(world, place)
        if _mail_is_paused(world, company.id):  # where it is not, this would bring everybody's look forward
            mail_settings.turn_on(world.context, company, by="Sam")
        if company.stopped_by is not None:
            world.said.stop_lifted(place)
            modes.lift(world.context, company, by="Sam")
        player.guarded(lambda place=place: released(world, place))
    player.webhooks.deliver(everything=True)
    for _ in range(CALM_NIGHTS):
        _quiet_day(player)
        _connected_again(world)
        _released(player)
        at_rest_work.inv_17_the_night_keeps_its_hour(world)
        settle_parked(world)
        _put_right(world)
    for _ in range(2):  # what was pushed by the last of it
        player.webhooks.deliver(everything=True)
        player.tick()
    if world.script.seed % 4 == 2:
        _push(player)


def _connected_again(world: HostileWorld) -> None:
    """Where a token's answer was lost before the calm, its end shows only now."""
    for place, (company_id, realm) in enumerate(world.companies):
        if company_id in world.absent or not world.is_connected(place):
            continue
        if world.company(place).state is Link.RECONNECT:
            world.said.connected(place)
            connect.connect_emulator(world.context, ADDRESS, realm, "Sam")
            world.note(f"the owner of company {company_id} connects again")
            _turned_on(world, place)


def _released(player: Any) -> None:
    """Where the permission ended with the older files, what they lack shows only once it is given again."""
    for place, (company_id, _) in enumerate(player.world.companies):
        if company_id not in player.world.absent and player.world.is_connected(place):
            player.guarded(lambda place=place: released(player.world, place))


def _put_right(world: HostileWorld) -> None:
    """Where a plan cannot go on since its customer was made inactive, the owner does what the task asks."""
    for place, (_, realm) in enumerate(world.companies):
        company = world.company(place)
        for task in tasks.list_open(world.context, company):
            theirs = truth.row(world, realm, "Customer", task.customer_id) if task.kind == "plan" else None
            if theirs is None or task.intent_id is None or json.loads(theirs["body"]).get("Active", True):
                continue
            wanted = {"entity": "Customer", "id": task.customer_id, "fields": {"Active": True}}
            acts.perform(world.engine, realm, {"act": "edit"} | wanted)
            with leasing.held(world.context, company, 5.0) as lease:
                tasks.done(world.context, company, lease, task.id, Report("done", "Sam"))
            world.note(f"the owner of company {company.id} makes customer {task.customer_id} active again")


def _turned_on(world: HostileWorld, place: int) -> None:
    company = world.company(place)
    if isinstance(modes.set_mode(world.context, company, Mode.AUTOMATIC, by="Sam", confirmed=True), Refusal):
        return
    world.said.stop_lifted(place)
    world.said.mode_set(place, "automatic")
    world.note(f"the owner of company {company.id} turns sending on again")


def _is_halfway(world: HostileWorld, company_id: int) -> bool:
    """While sending is off a plan that was begun, or is ended, waits where it is; so does a lost answer."""
    found = world.journal.execute(
        "SELECT (SELECT count(*) FROM plan WHERE company_id = ?1 AND state = 'building')"
        " + (SELECT count(*) FROM intent WHERE company_id = ?1 AND state IN ('sending', 'unknown'))",
        (company_id,),
    )
    return bool(found.fetchone()[0])


def _push(player: Any) -> None:
    """In each company somebody pays, moves a due date and deletes; nobody but QuickBooks tells us."""
    world = player.world
    world.clock.advance(timedelta(minutes=5))
    before = len(world.by_people)
    for place in range(len(world.companies)):
        for kind in ("pay", "redate", "delete_invoice"):
            perform(world, Act(0, 0, place, kind, 1))
    player.webhooks.deliver(everything=True)
    player.jobs()
    for _ in range(MINUTES_MOST):
        if not _pushes_wait(world):
            break
        world.clock.advance(timedelta(minutes=1))  # who had begun lost the lease: the next tick goes on
        player.tick()
    at_rest_copy.inv_18_what_was_pushed_is_known(world, [one.change for one in world.by_people[before:]])


def _pushes_wait(world: HostileWorld) -> bool:
    found = world.journal.execute("SELECT count(*) FROM inbox WHERE state = 'pending'")
    return bool(found.fetchone()[0])


def _quiet_day(player: Any) -> None:
    world = player.world
    ends = world.clock.now() + timedelta(days=1)
    for _ in range(TICKS_MAX):
        world.watcher.rests(0)
        due_at = player.next_due(hours=2)
        if due_at is None or due_at >= ends:
            break
        if due_at > world.clock.now():
            world.clock.set(due_at)
        player.guarded(player.tick)
        player.webhooks.deliver()
    if world.clock.now() < ends:
        world.clock.set(ends)


def released(world: HostileWorld, place: int) -> None:
    """Where older files were put back, the owner has read what is said about it and lets things go on."""
    company = world.company(place)
    if not restored.waits(world.context, company):
        return
    world.process.workers[0]("sync", company.id)
    said = restored.release(world.context, company, "Sam")
    if not isinstance(said, Refusal) and said.plans:
        world.plans_lost.add(world.companies[place][1])
    world.said.stop_lifted(place)
    modes.set_mode(world.context, world.company(place), Mode.AUTOMATIC, by="Sam", confirmed=True)
    world.said.mode_set(place, "automatic")
    told = f": {said.message}" if isinstance(said, Refusal) else ""
    world.note(
        f"the owner of company {company.id} has read what the older files lack and lets things go on{told}"
    )


def _mail_is_paused(world: HostileWorld, company_id: int) -> bool:
    found = world.journal.execute("SELECT state FROM mail_account WHERE company_id = ?", (company_id,))
    return found.fetchone() == ("paused",)
