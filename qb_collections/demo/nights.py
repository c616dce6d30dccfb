"""Let nights pass: decide, deliver through the day, let the owner work, note what came in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time

from qb_collections.core.case import ContactKind
from qb_collections.demo.books import Books, Received
from qb_collections.demo.owner import Owner, Surprise
from qb_collections.demo.world import World
from qb_collections.services import deliver, night
from qb_collections.store import contacts, intents, runs
from qb_collections.store.companies import Company
from qb_collections.store.contacts import StoredContact
from qb_collections.store.engine import reading
from qb_collections.store.leases import Lease

MORNING, AFTERNOON, EVENING = time(8, 45), time(15, 30), time(18, 0)
STEPS_MAX = 200  # instants in one day at which something is due; more means that something goes in circles


@dataclass(frozen=True, slots=True)
class Heard:
    """One customer who heard from us."""

    customer: str
    stage: str
    kind: str  # reminder or call
    channel: str
    backlog: bool = False  # a first message about what was late before sending began


@dataclass(frozen=True, slots=True)
class Night:
    number: int
    on: date
    heading: str | None
    looked_at: int
    heard: tuple[Heard, ...]
    received: tuple[Received, ...]
    owner: tuple[str, ...]


def pass_nights(world: World, owner: Owner, count: int, tell: Callable[[Night], None]) -> list[Night]:
    """Play that many nights, each with the day that follows; the clock ends in the evening of the last.

    What comes in before the first night is told as an evening of its own, numbered 0.
    """
    played = []
    since = world.clock.now()
    first_at = world.company.next_night_at
    assert first_at is not None
    world.wait_until(first_at)
    evening = _evening(world, since)
    if evening.received:
        played.append(evening)
        tell(evening)
    since = world.clock.now()
    for number in range(1, count + 1):
        one = _one(world, owner, number, since)
        since = world.clock.now()
        played.append(one)
        tell(one)
    return played


def _one(world: World, owner: Owner, number: int, since: datetime) -> Night:
    begins_at = world.company.next_night_at
    assert begins_at is not None
    world.wait_until(begins_at)
    with world.working() as (company, lease):
        run_id = night.night(world.context, company, lease)
    on = world.today
    _work(world, owner)
    with reading(world.context.engine) as conn:
        run = runs.get(conn, world.company_id, run_id)
    _day(world, owner, on)
    return Night(
        number=number,
        on=on,
        heading=run.heading,
        looked_at=int(run.counts.get("customers", 0)),
        heard=heard_on(world, owner, on),
        received=tuple(Books(world).received(since, world.clock.now())),
        owner=tuple(owner.diary.of_day(on)),
    )


def _evening(world: World, since: datetime) -> Night:
    received = tuple(Books(world).received(since, world.clock.now()))
    on = since.astimezone(world.zone).date()
    return Night(0, on, None, 0, (), received, ())


def _day(world: World, owner: Owner, on: date) -> None:
    """From the night's end to the evening: each instant at which something is due, and the owner's hours."""
    local = [datetime.combine(on, at, world.zone) for at in (MORNING, AFTERNOON, EVENING)]
    hours = list(zip(local, (owner.morning, owner.afternoon, owner.maybe_automatic), strict=True))
    for _ in range(STEPS_MAX):
        due_at = _waits_until(world)
        if due_at is not None and (not hours or due_at < hours[0][0]) and due_at <= local[-1]:
            world.wait_until(due_at)
        elif hours:
            at, act = hours.pop(0)
            world.wait_until(at)
            act()
        else:
            return
        _work(world, owner)
    raise Surprise(f"the day of {on} does not come to rest")


def _work(world: World, owner: Owner) -> None:
    """Deliver what is due, let the owner do what this hands out, and deliver what follows from that."""
    with reading(world.context.engine) as conn:
        due_at = intents.waits_until(conn, world.company_id)
    if due_at is None or due_at > world.clock.now():
        return
    with world.working() as (company, lease):
        _deliver(world, company, lease)
        if owner.work(company, lease):
            _deliver(world, company, lease)


def _deliver(world: World, company: Company, lease: Lease) -> None:
    report = deliver.deliver(world.context, company, lease)
    if report.trouble is not None:
        raise Surprise(f"a delivery stopped early: {report.trouble}")


def _waits_until(world: World) -> datetime | None:
    """When something is due that only the clock holds back; what is due and stays put is not waited for."""
    with reading(world.context.engine) as conn:
        due_at = intents.waits_until(conn, world.company_id)
    return due_at if due_at is not None and due_at > world.clock.now() else None


def heard_on(world: World, owner: Owner, on: date) -> tuple[Heard, ...]:
    return tuple(
        Heard(
            owner.customer(one.customer_id),
            one.contact.stage or "",
            one.contact.kind.value,
            one.channel.value if one.channel else "",
            one.contact.backlog,
        )
        for one in reversed(contacts_since(world, on))
        if one.contact.on == on
    )


def contacts_since(world: World, on: date) -> list[StoredContact]:
    """Reminders and calls from that day on, the latest first."""
    with reading(world.context.engine) as conn:
        found = contacts.recent(conn, world.company_id, since=on, limit=100_000)
    return [one for one in found if one.contact.kind in (ContactKind.REMINDER, ContactKind.CALL)]
