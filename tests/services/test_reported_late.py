"""A person calls or writes before today's contact hours of the customer, from yesterday's list: it counts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from qb_collections.services import leasing, policy_assignments, tasks
from qb_collections.store import contacts
from qb_collections.store.engine import reading
from tests.world import World

pytestmark = pytest.mark.xdist_group("people_acts")

CALIFORNIA = {"BillAddr": {"CountrySubDivisionCode": "CA", "City": "Fresno"}}  # opens at 12:00 in New York
TUESDAY = date(2026, 3, 3)


@pytest.fixture(scope="module")
def world():
    """Asked for on Monday and not done; Tuesday's night has run, and Fresno is asleep."""
    world = World()
    for name in ("Written", "Rung"):
        customer = world.customer(name, f"{name.lower()}@west.example", **CALIFORNIA)
        for amount in ("400.00", "90.10"):
            world.invoice(customer, amount, date(2026, 1, 19), date(2026, 2, 17))
    world.connect()
    world.settled_in()
    policy_assignments.assign(world.context, world.company, "People only", author="Sam", customer="Rung")
    world.night()
    world.until_delivered(6)
    world.to_next_night()
    world.night()
    world.clock.set(world.clock.now() + timedelta(hours=7))
    yield world
    world.close()


def said(world, kind, outcome):
    [task] = [one for one in tasks.list_open(world.context, world.company) if one.kind == kind]
    with leasing.held(world.context, world.company) as lease:
        return tasks.done(
            world.context, world.company, lease, task.id, tasks.Report(outcome, "Dana", reason="left word")
        )


@pytest.mark.parametrize(("kind", "outcome"), [("message", "sent"), ("call", "spoke")])
def test_what_was_done_before_hours_from_yesterdays_list_is_a_contact(world, kind, outcome):
    answer = said(world, kind, outcome)

    with reading(world.context.engine) as conn:
        found = [one.contact for one in contacts.recent(conn, world.company_id, since=TUESDAY)]
    assert "does not advance" not in str(answer)
    assert [(one.on, one.number) for one in found if (one.kind == "call") == (kind == "call")] == [
        (TUESDAY, 1)
    ]


def test_the_same_is_not_asked_for_again_when_the_hours_open(world):
    world.until_delivered(6)

    assert [one.kind for one in tasks.list_open(world.context, world.company)] == []
