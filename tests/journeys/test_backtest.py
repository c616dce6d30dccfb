"""A month that the service lived through, played again: the same contacts on the same days."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from qb_collections.core.case import ContactKind, HoldKind
from qb_collections.services import backtest, holds, leasing, policies, runs, tasks
from qb_collections.services.rulebook import parsed
from qb_collections.store import contacts
from qb_collections.store.engine import reading
from tests.journeys.story import Story

FIRST = date(2026, 3, 3)
# (night, hour in New York, act): what customers and the owner do.  A night's messages leave at nine.
PAID_AT_DAWN, AFTERNOON = 7, 15


@pytest.fixture
def world():
    world = Story()
    yield world
    world.close()


class Month:
    """Nine customers; a person sends what waits as a task, calls, and says yes, all on the same day."""

    def __init__(self, world: Story) -> None:
        self.world = world
        self.numbers: dict[str, str] = {}
        self.customers: dict[str, str] = {}
        self.plan: dict[tuple[int, int], list] = {}

    def owes(self, name: str, *invoices: tuple[str, date, date], **more: object) -> None:
        email = f"ap@{name.split()[0].lower()}.example"
        self.customers[name] = self.world.customer(name, email, CompanyName=name, **more)
        for amount, issued, due in invoices:
            self.bill(name, amount, issued, due)

    def bill(self, name: str, amount: str, issued: date, due: date) -> None:
        made = self.world.invoice(self.customers[name], amount, issued, due)
        self.numbers[f"{name} {amount}"] = made["DocNumber"]

    def on(self, night: int, hour: int, act: object) -> None:
        self.plan.setdefault((night, hour), []).append(act)

    def pay(self, name: str, amount: str) -> None:
        self.world.act("pay", invoice=self.numbers[f"{name} {amount}"])

    def live(self, nights: int) -> None:
        for night in range(nights):
            self.world.to_next_night()
            began = self.world.clock.now()
            self.world.night()
            runs.approve(self.world.context, self.world.company, by="Dana")
            self._acts(night, PAID_AT_DAWN, began)
            self.world.until_delivered(hours=11)
            self._work()
            self._acts(night, AFTERNOON, began)
            self.world.clock.set(max(self.world.clock.now(), began + timedelta(hours=23)))

    def _acts(self, night: int, hour: int, began: datetime) -> None:
        due = self.plan.get((night, hour), ())
        at = began.replace(hour=hour + 5, minute=0)
        if due and at > self.world.clock.now():
            self.world.clock.set(at)
        for act in due:
            act()

    def _work(self) -> None:
        world = self.world
        for task in tasks.list_open(world.context, world.company):
            outcome = {"message": "sent", "call": "spoke"}.get(task.kind)
            if outcome is not None:
                with leasing.held(world.context, world.company) as lease:
                    said = tasks.done(
                        world.context, world.company, lease, task.id, tasks.Report(outcome, "Dana")
                    )
                assert isinstance(said, str), said
        world.deliver()


def a_month(world: Story) -> Month:
    """Backlog of three, a payment hours before its message, one in part, a dispute, a promise, a credit."""
    month = Month(world)
    old, late, soon = date(2026, 1, 20), date(2026, 2, 24), date(2026, 3, 9)
    issued = date(2026, 1, 5)
    month.owes("Alder Mill", ("4200.00", issued, old), PrimaryPhone={"FreeFormNumber": "423-555-0111"})
    month.owes("Birch Cafe", ("310.00", issued, old), ("95.00", issued, late))
    month.owes("Cedar Works", ("640.00", issued, late))
    month.owes("Dogwood Inn", ("120.00", issued, soon), ("80.00", issued, soon + timedelta(days=3)))
    month.owes("Elm Court", ("450.00", issued, soon))
    month.owes("Fir Farm", ("15.00", issued, soon))  # too small
    month.owes("Grove School", ("900.00", issued, soon))
    month.owes("Hazel Labs", ("300.00", issued, soon))
    month.owes("Ivy Books")
    month.on(2, AFTERNOON, lambda: month.bill("Ivy Books", "700.00", date(2026, 3, 5), date(2026, 3, 10)))
    month.on(5, AFTERNOON, lambda: month.pay("Birch Cafe", "310.00"))
    # Elm Court's first message is decided in the night of 12 March; they pay at dawn.
    month.on(9, PAID_AT_DAWN, lambda: month.pay("Elm Court", "450.00"))
    month.on(8, AFTERNOON, lambda: dispute(month, "Grove School", "900.00"))
    month.on(12, AFTERNOON, lambda: promise(month, "Hazel Labs", date(2026, 3, 20)))
    month.on(
        14,
        AFTERNOON,
        lambda: world.act("part_pay", invoice=month.numbers["Cedar Works 640.00"], amount="600.00"),
    )
    month.on(20, AFTERNOON, lambda: lift(month))
    month.on(22, AFTERNOON, lambda: month.pay("Alder Mill", "4200.00"))
    return month


def dispute(month: Month, name: str, amount: str) -> None:
    world = month.world
    made = holds.add(
        world.context,
        world.company,
        HoldKind.DISPUTE,
        reason="wrong price",
        by="Dana",
        invoice=month.numbers[f"{name} {amount}"],
    )
    assert hasattr(made, "id"), made


def promise(month: Month, name: str, until: date) -> None:
    made = holds.add(
        month.world.context,
        month.world.company,
        HoldKind.PROMISE,
        reason="on the phone",
        by="Dana",
        customer=name,
        until_on=until,
    )
    assert hasattr(made, "id"), made


def lift(month: Month) -> None:
    world = month.world
    [one] = [h for h in holds.standing(world.context, world.company) if h.hold.kind is HoldKind.DISPUTE]
    assert isinstance(holds.lift(world.context, world.company, one.hold.id, by="Dana"), str)


@pytest.mark.parametrize(
    ("nights", "least", "steps"),
    [
        (12, 8, {"S1", "S2", "S3"}),
        pytest.param(30, 20, {"S1", "S2", "S3", "S4", "S5"}, marks=pytest.mark.soak),
    ],
)
def test_the_replay_of_a_month_makes_the_contacts_that_the_service_made(world, nights, least, steps):
    month = a_month(world)
    world.connect()
    month.live(nights)
    last = FIRST + timedelta(days=nights - 1)
    policy = parsed(policies.current(world.context, world.company).text)

    played = backtest.run(world.context, world.company, [policy], FIRST, last)

    with reading(world.context.engine) as conn:
        every = contacts.recent(conn, world.company_id, since=FIRST, limit=1000)
    # A thank-you is an answer to who paid, no step of the ladder; the month has one.
    lived = [one for one in every if one.contact.kind is not ContactKind.ANSWER]
    made = {(one.contact.on, one.customer_id, one.contact.stage) for one in lived}
    [again] = played.played
    assert {(one.on, one.key[0], one.stage) for one in again.contacts} == made
    assert len(again.contacts) == len(lived) >= least
    assert {one.contact.stage for one in lived} >= steps
    assert again.test.prevented == 1  # Elm Court paid at dawn
    assert played.starts_anew
    # From the sixth day on, it goes on where the service stood that morning.
    sixth = FIRST + timedelta(days=5)
    rest = backtest.run(world.context, world.company, [policy], sixth, last)
    assert {(one.on, one.key[0], one.stage) for one in rest.played[0].contacts} == {
        one for one in made if one[0] >= sixth
    }
    assert not rest.starts_anew
