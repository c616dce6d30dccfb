"""What payment history changes: copies before the due date, a wait for the usual day; both played again."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from qb_collections.services import backtest, history, leasing, policies
from qb_collections.services.rulebook import parsed
from qb_collections.store import contacts, habits
from qb_collections.store.engine import reading
from qb_collections.store.policies import StoredPolicy
from tests.journeys.story import Story

BEFORE = datetime(2026, 1, 5, 14, 0, tzinfo=UTC)  # a Monday


@pytest.fixture
def world():
    made = Story(BEFORE)
    yield made
    made.close()


def two_customers(world):
    """Names by id."""
    addresses = {"Alder": "ap@alder.example", "Birch": "ap@birch.example"}
    return {world.customer(name, email, CompanyName=name): name for name, email in addresses.items()}


def read_history(world):
    with leasing.held(world.context, world.company) as lease:
        assert history.read(world.context, world.company, lease, lambda: False)


def on_the_morning_of(world, day):
    """Nine in New York, after that day's night."""
    world.clock.set(datetime(day.year, day.month, day.day, 14, 0, tzinfo=UTC))


def played_again(world, first, last):
    policy = parsed(policies.current(world.context, world.company).text)
    found = backtest.run(world.context, world.company, [policy], first, last)
    return [(one.on, one.customer, one.stage) for one in found.played[0].contacts]


def lived(world, names, first):
    with reading(world.context.engine) as conn:
        said = contacts.recent(conn, world.company_id, since=first, limit=100)
    return [(one.contact.on, names[one.customer_id], one.contact.stage) for one in reversed(said)]


def test_a_copy_goes_out_before_the_due_date_only_once_history_is_known(world):
    """Three invoices, of 100, 100 and 900: the usual one is 100.  Two are due on Monday 9 March."""
    names = two_customers(world)
    alder, birch = names
    paid = world.invoice(birch, "100.00", date(2026, 1, 5), date(2026, 1, 20))
    on_the_morning_of(world, date(2026, 1, 20))
    world.act("pay", invoice=paid["DocNumber"])
    on_the_morning_of(world, date(2026, 2, 20))
    large = world.invoice(alder, "900.00", date(2026, 2, 20), date(2026, 3, 9))
    world.invoice(birch, "100.00", date(2026, 2, 20), date(2026, 3, 9))
    world.connect()
    world.settled_in()
    on_the_morning_of(world, date(2026, 3, 3))

    world.day()  # Wednesday 4 March, five days before
    unknown = world.sends()
    on_the_morning_of(world, date(2026, 3, 4))
    read_history(world)
    world.day()
    known = world.sends()
    world.day()

    assert unknown == {}
    assert known == {large["Id"]: 1}  # Alder's first; Birch pays in time
    assert world.sends() == known
    first = date(2026, 3, 4)
    assert lived(world, names, first) == [(date(2026, 3, 5), "Alder", "S0")]
    assert played_again(world, first, date(2026, 3, 6)) == lived(world, names, first)


def test_the_first_message_waits_for_who_always_pays_on_day_twelve(world):
    """Alder paid six invoices twelve days late; one of each is due on Monday 2 March.  Birch has no habit."""
    names = two_customers(world)
    alder, birch = names
    for number in range(6):
        issued = date(2026, 1, 5) + timedelta(days=number)
        made = world.invoice(alder, "100.00", issued, issued)
        on_the_morning_of(world, issued + timedelta(days=12))
        world.act("pay", invoice=made["DocNumber"])
    on_the_morning_of(world, date(2026, 2, 20))
    due = [world.invoice(one, "100.00", date(2026, 2, 20), date(2026, 3, 2)) for one in (alder, birch)]
    world.connect()
    world.settled_in()
    put = policies.put(
        world.context,
        world.company,
        policies.current(world.context, world.company).text.replace(
            "wait_for_usual_day = false", "wait_for_usual_day = true"
        ),
        author="Dana",
        note="Wait for who pays on day twelve",
    )
    assert isinstance(put, StoredPolicy), put
    read_history(world)
    on_the_morning_of(world, date(2026, 3, 3))

    for night in range(9):  # of Wednesday 4 March to Saturday 7 March, and of the 12th to Monday the 16th
        world.day()
        if night == 1:
            world.act("pay", invoice=due[1]["DocNumber"])
        if night == 3:
            world.clock.advance(timedelta(days=4))

    # Three business days after Monday the 2nd; and day twelve is the 14th, a Saturday.
    first, last = date(2026, 3, 4), date(2026, 3, 16)
    assert lived(world, names, first) == [(date(2026, 3, 5), "Birch", "S1"), (last, "Alder", "S1")]
    assert played_again(world, first, last) == lived(world, names, first)


def test_habits_are_worked_out_once_a_week_and_when_history_is_complete(world):
    world.customer("Alder", "ap@alder.example")
    world.connect()
    on_the_morning_of(world, date(2026, 3, 4))  # a Wednesday

    def worked_out_on():
        with reading(world.context.engine) as conn:
            return habits.worked_out_on(conn, world.company_id)

    told = []
    world.night()
    told.append(worked_out_on())
    read_history(world)
    told.append(worked_out_on())
    for day in (date(2026, 3, 8), date(2026, 3, 9), date(2026, 3, 10)):
        on_the_morning_of(world, day)
        world.night()
        told.append(worked_out_on())

    sundays = date(2026, 3, 1), date(2026, 3, 8)
    assert told == [None, sundays[0], sundays[0], sundays[1], sundays[1]]
