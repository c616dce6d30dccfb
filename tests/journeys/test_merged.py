"""Customers made one in QuickBooks, or an invoice given to another, between the night and its messages.

QuickBooks tells of neither; what was agreed, held and said still holds.
"""

from datetime import date, timedelta

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.services import guards, leasing, merges, replies, sync, tasks
from qb_collections.store import audit, cursors, holds, languages, mirror
from qb_collections.store import tasks as stored_tasks
from qb_collections.store.engine import derived, durable, reading
from tests.journeys.story import Story

LATE = (date(2026, 1, 20), date(2026, 2, 20))


@pytest.fixture
def world():
    made = Story()
    made.amy = made.customer("Amy's Bird Sanctuary", "amy@birds.example")
    made.bob = made.customer("Bob's Boats", "bob@boats.example")
    made.amys = made.invoice(made.amy, "600.00", *LATE)["Id"]
    made.bobs = made.invoice(made.bob, "80.00", *LATE)["Id"]
    made.connect()
    made.settled_in()
    yield made
    made.close()


def hold(world, kind, invoice_id=None):
    with durable(world.context.engine) as conn:
        holds.add(
            conn,
            world.company_id,
            world.amy,
            kind,
            reason="They asked for time.",
            placed_by="Dana",
            placed_on=date(2026, 3, 2),
            invoice_id=invoice_id,
        )


def merge(world):
    world.act("merge", entity="Customer", **{"from": {"id": world.amy}, "into": {"id": world.bob}})


def give(world, invoice_id):
    fields = {"CustomerRef": {"value": world.bob}}
    world.act("edit", entity="Invoice", id=invoice_id, fields=fields)


def asked_about(world):
    """The invoices of every message that was handed over or is for a person to send."""
    every = tasks.list_open(world.context, world.company)
    return {*world.sends(), *(id for one in every for id in one.payload.get("invoice_ids", ()))}


def held(world, customer_id):
    with reading(world.context.engine) as conn:
        return [(one.kind, one.invoice_id) for one in holds.active(conn, world.company_id, customer_id)]


def test_nothing_leaves_to_whom_a_held_customer_was_merged_into_after_the_night(world):
    hold(world, HoldKind.INSOLVENT)
    world.to_next_night()
    world.night()
    merge(world)

    world.until_delivered()

    assert asked_about(world) == set()
    assert held(world, world.bob) == [(HoldKind.INSOLVENT, None)] and held(world, world.amy) == []
    with reading(world.context.engine) as conn:
        [entry] = audit.entries(conn, world.company_id, subject=f"customer {world.bob}")
    assert entry.action == "customer merged"


def test_somebody_new_in_the_place_of_the_one_who_is_gone_hides_no_merge(world):
    hold(world, HoldKind.INSOLVENT)
    world.to_next_night()
    world.night()
    merge(world)
    world.customer("Carl's Cars")

    world.until_delivered()

    assert asked_about(world) == set()
    assert held(world, world.bob) == [(HoldKind.INSOLVENT, None)]


def test_a_dispute_follows_the_invoice_that_a_person_gives_to_another_customer(world):
    hold(world, HoldKind.DISPUTE, world.amys)
    world.to_next_night()
    world.night()
    give(world, world.amys)

    world.until_delivered()

    assert world.amys not in asked_about(world)
    assert held(world, world.bob) == [(HoldKind.DISPUTE, world.amys)]


def test_what_held_one_customer_does_not_hold_another_who_got_one_of_the_invoices(world):
    hold(world, HoldKind.PEOPLE_ONLY)
    give(world, world.amys)

    world.day()

    assert held(world, world.amy) == [(HoldKind.PEOPLE_ONLY, None)] and held(world, world.bob) == []
    [message] = tasks.list_open(world.context, world.company)
    assert message.payload["invoice_ids"] == [world.amys, world.bobs]


@pytest.mark.parametrize("way", ["from the start", "after a long time"])
def test_a_merge_is_followed_however_the_books_are_read(world, way):
    hold(world, HoldKind.INSOLVENT)
    merge(world)
    with derived(world.context.engine) as conn:
        if way == "from the start":
            cursors.forget(conn, world.company_id)
    if way == "after a long time":
        world.clock.advance(timedelta(days=40))

    with leasing.held(world.context, world.company) as lease:
        sync.sync(world.context, world.company, lease)

    assert held(world, world.bob) == [(HoldKind.INSOLVENT, None)] and held(world, world.amy) == []


def test_a_process_that_ends_between_the_documents_and_what_was_agreed_loses_nothing(world, monkeypatch):
    hold(world, HoldKind.INSOLVENT)
    merge(world)

    def ends(*args):
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(merges, "_follow_documents", ends)
        with leasing.held(world.context, world.company) as lease:
            sync.sync(world.context, world.company, lease)
    world.restart()
    with reading(world.context.engine) as conn:
        assert world.amy not in mirror.customers(conn, world.company_id)

    world.day()

    assert held(world, world.bob) == [(HoldKind.INSOLVENT, None)]
    assert asked_about(world) == set()


def test_one_merged_into_another_who_is_merged_in_turn_is_the_last_of_them(world):
    hold(world, HoldKind.INSOLVENT)
    carl = world.customer("Carl's Cars")
    world.invoice(carl, "10.00", *LATE)
    with leasing.held(world.context, world.company) as lease:
        sync.sync(world.context, world.company, lease)
    merge(world)
    with leasing.held(world.context, world.company) as lease:
        guards.reread(world.context, world.company, lease, world.context.gateway(world.company, lease), [])
    world.act("merge", entity="Customer", **{"from": {"id": world.bob}, "into": {"id": carl}})

    world.day()

    assert held(world, carl) == [(HoldKind.INSOLVENT, None)]
    assert asked_about(world) == set()


@pytest.mark.parametrize("answered", ["was-sent", "was-not-sent"])
def test_what_may_have_gone_out_before_a_merge_is_not_said_again_before_a_person_has_looked(world, answered):
    world.act("void", invoice={"id": world.bobs})
    world.emulator.front.faults.add({"fault": "http_500", "match": {"operation": "send"}, "times": 1})
    world.day()
    merge(world)

    world.day()
    world.day()
    before = world.sends()
    world.report_task("parked", answered)
    for _ in range(2 if answered == "was-sent" else 4):  # it rests a day, and there is a weekend
        world.day()

    assert before == {}
    assert world.sends() == ({} if answered == "was-sent" else {world.amys: 1})


def test_what_a_person_was_to_send_to_the_one_who_is_gone_is_taken_off_the_list(world):
    """Two messages about the same invoices would wait for the same person."""
    world.act("void", invoice={"id": world.bobs})
    second = world.invoice(world.amy, "100.00", *LATE)["Id"]
    world.day()
    [before] = tasks.list_open(world.context, world.company)
    merge(world)

    world.day()

    [after] = tasks.list_open(world.context, world.company)
    assert (before.customer_id, after.customer_id) == (world.amy, world.bob)
    assert sorted(after.payload["invoice_ids"]) == sorted([world.amys, second])
    with reading(world.context.engine) as conn:
        closed = stored_tasks.get(conn, world.company_id, before.id)
    assert (closed.state, closed.outcome) == (
        "closed",
        "In QuickBooks they are one customer with Bob's Boats now; it is decided again under that name.",
    )


def test_what_else_waits_for_a_person_and_the_language_go_on_under_the_other_name(world):
    with durable(world.context.engine) as conn:
        languages.put(conn, world.company_id, world.amy, "fr", author="Dana", at=world.clock.now())
    replies.record(
        world.context,
        world.company,
        customer="Amy's Bird Sanctuary",
        kind="paid",
        said="It is paid",
        by="Dana",
    )
    [before] = [one for one in tasks.list_open(world.context, world.company) if one.kind == "follow_up"]
    merge(world)

    world.day()

    [after] = [one for one in tasks.list_open(world.context, world.company) if one.kind == "follow_up"]
    assert (before.id, after.customer_id) == (after.id, world.bob)
    with reading(world.context.engine) as conn:
        assert languages.of_customer(conn, world.company_id, world.bob) == "fr"
