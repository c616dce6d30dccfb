"""What QuickBooks pushes costs one reading at most, and none where it only echoes what we wrote."""

from datetime import date, timedelta
from functools import cache

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.emulator.webhooks_out import delivery_body
from qb_collections.emulator.work import Change
from qb_collections.services import inbox, leasing
from qb_collections.store import holds, mirror
from qb_collections.store import inbox as stored
from qb_collections.store.engine import durable, reading
from tests.world import World

pytestmark = pytest.mark.xdist_group("pushed")  # one world, lived once


class Pushed:
    """The world's books, and every change in them, to be pushed when a test says so."""

    def __init__(self, saved=None):
        self.world = World(saved=saved)
        self.changes = []
        self.world.engine.on_change(self.changes.append)

    def push(self, form="cloudevents", times=1):
        """Push what changed since the last time; return how many calls of the accounting API it cost."""
        body = delivery_body(self.changes, form)
        self.changes.clear()
        world = self.world
        with durable(world.context.engine) as conn:
            stored.store(conn, [body] * times, vault=world.context.vault, at=world.clock.now())
        inbox.split_waiting(world.context)
        with leasing.held(world.context, world.company) as lease:
            report = inbox.work_off(world.context, world.company, lease)
        with reading(world.context.engine) as conn:
            assert stored.waiting_companies(conn) == []
        return report.calls if report else 0

    def open_ids(self):
        with reading(self.world.context.engine) as conn:
            return {one.id for one in mirror.open_invoices(conn, self.world.company_id)}


@cache
def written_to():
    """Two customers whose invoices are two months late, and a night that wrote to them, as changes tell."""
    pushed = Pushed()
    world = pushed.world
    invoices = []
    for name in ("Amy", "Bob"):
        customer = world.customer(name, f"{name.lower()}@birds.example")
        invoices.append(world.invoice(customer, "120.00", date(2025, 12, 1), date(2025, 12, 31))["Id"])
    world.connect()
    world.settled_in()
    pushed.changes.clear()
    world.day()
    assert len(world.notes()) == len(world.sends()) == 2
    return world.saved(), invoices, pushed.changes


@pytest.fixture
def pushed(request):
    lived = "owing" in request.fixturenames
    made = Pushed(written_to()[0] if lived else None)
    if lived:
        made.changes.extend(written_to()[2])
    yield made
    made.world.close()


@pytest.fixture
def owing(pushed):
    """The invoices of the two customers who were written to."""
    return written_to()[1]


@pytest.mark.parametrize("form", ["cloudevents", "legacy"])
def test_echoes_of_our_own_sends_and_notes_cost_no_call(pushed, owing, form):
    assert {change.operation for change in pushed.changes} >= {"Update"}

    assert pushed.push(form) == 0


@pytest.mark.parametrize("form", ["cloudevents", "legacy"])
def test_a_persons_change_among_echoes_costs_one_call(pushed, owing, form):
    pushed.world.clock.advance(timedelta(seconds=5))
    pushed.world.act("pay", invoice={"id": owing[0]})

    assert pushed.push(form) == 1
    assert pushed.open_ids() == {owing[1]}


def test_many_events_pushed_twice_and_in_no_order_cost_one_call(pushed, owing):
    pushed.world.clock.advance(timedelta(seconds=5))
    new = pushed.world.invoice("1", "50.00", date(2026, 3, 1), date(2026, 3, 31))["Id"]
    pushed.world.act("void", invoice={"id": owing[0]})
    pushed.changes.reverse()

    assert pushed.push(times=3) == 1
    assert pushed.open_ids() == {owing[1], new}


def test_a_deletion_is_read_although_the_mirror_knows_the_invoice(pushed, owing):
    pushed.push()
    pushed.world.act("delete", entity="Invoice", id=owing[0])

    assert pushed.push() == 1
    assert pushed.open_ids() == {owing[1]}


@pytest.mark.parametrize("form", ["cloudevents", "legacy"])
def test_who_was_merged_away_owing_nothing_is_taken_away_by_the_push_that_says_so(pushed, form):
    """Nothing but the push tells: the survivor is busy, so its change explains itself."""
    world = pushed.world
    amy, bob = world.customer("Amy", "amy@birds.example"), world.customer("Bob", "bob@birds.example")
    world.connect()
    with durable(world.context.engine) as conn:
        holds.add(
            conn,
            world.company_id,
            amy,
            HoldKind.EXCLUSION,
            reason="my sister",
            placed_by="Dana",
            placed_on=date(2026, 3, 2),
        )
    pushed.changes.clear()
    world.clock.advance(timedelta(days=1))
    world.invoice(bob, "50.00", date(2026, 3, 3), date(2026, 3, 31))
    world.act("merge", entity="Customer", **{"from": {"id": amy}, "into": {"id": bob}})

    pushed.push(form)

    with reading(world.context.engine) as conn:
        assert mirror.ids(conn, world.company_id)["Customer"] == {bob}
        assert [hold.reason for hold in holds.active(conn, world.company_id, bob)] == ["my sister"]


def test_a_push_of_a_merge_that_quickbooks_does_not_bear_out_takes_nobody_away(pushed):
    world = pushed.world
    amy, bob = world.customer("Amy"), world.customer("Bob")
    world.connect()
    pushed.changes[:] = [Change(world.realm, "Customer", bob, "Merge", world.clock.now(), amy)]

    pushed.push()

    with reading(world.context.engine) as conn:
        assert mirror.ids(conn, world.company_id)["Customer"] == {amy, bob}
