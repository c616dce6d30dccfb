"""What people do: customers and bookkeepers in the books, the owner in the service.

Each act draws its details from a seed of its own and from what stands in the books at that moment, so that
leaving another act out changes nothing about it.
"""

from __future__ import annotations

from random import Random

from qb_collections.core.company_gates import Mode
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import connect, modes
from qb_collections.services.refusal import Refusal
from qb_collections.store.leases import Leased, LeaseLost
from tests.simulation import in_the_books, in_the_service
from tests.simulation.hostile_world import HostileWorld
from tests.simulation.script import APP_ACTS, Act
from tests.simulation.templates import ADDRESS


def perform(world: HostileWorld, act: Act) -> None:
    place = act.company % len(world.companies)
    if world.companies[place][0] in world.absent:
        return
    random = Random(act.seed)
    if act.kind in APP_ACTS and act.kind != "connect_first" and not world.is_connected(place):
        return
    if act.kind not in APP_ACTS:
        in_the_books.happens(world, world.companies[place][1], act.kind, random)
        return
    try:
        if act.kind == "connect_first":
            connect_first(world, place)
            return
        in_the_service.asks_for(world, place, act.kind, random)
    except (Leased, LeaseLost, QuickBooksError) as error:
        world.note(f"an owner asks for {act.kind.replace('_', ' ')} and is told: {error}")


def connect_first(world: HostileWorld, place: int) -> None:
    """The owner connects, looks at a first run and turns sending on."""
    made = connect.connect_emulator(world.context, ADDRESS, world.companies[place][1], "Sam")
    if isinstance(made, Refusal):
        world.note(f"the owner connects and is told: {made.message}")
        return
    if made.mode is Mode.SHADOW:
        modes.set_mode(world.context, made, Mode.AUTOMATIC, by="Sam", confirmed=True)
    world.note("the owner has connected")
    world.context.wake("sync", made.id)
