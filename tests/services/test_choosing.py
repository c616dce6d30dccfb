"""What a person may choose after two broken promises, what follows from it, and what they are told before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.decision import Outcome
from qb_collections.core.money import Money
from qb_collections.messages.facts import HandOver
from qb_collections.services import deciding, handing_over, holds, leasing, tasks
from qb_collections.services.outcomes import DECIDE_OUTCOMES
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, companies
from qb_collections.store import holds as stored
from qb_collections.store.engine import durable, reading
from tests.world import World

pytestmark = pytest.mark.xdist_group("choosing")  # one world, lived once

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
NAMES = ("Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Ginkgo", "Hazel")


@dataclass
class Undecided:
    """One customer who broke two promises about an invoice of $640.00, and the question what comes next."""

    world: World
    name: str
    customer_id: str
    invoice_id: str

    @property
    def task(self):
        found = tasks.list_open(self.world.context, self.world.company)
        return next(one for one in found if one.customer_id == self.customer_id and one.kind == "decide")

    def choose(self, outcome, **details):
        with leasing.held(self.world.context, self.world.company) as lease:
            return tasks.done(
                self.world.context,
                self.world.company,
                lease,
                self.task.id,
                tasks.Report(outcome, "Dana", **details),
            )

    def holds(self):
        found = holds.standing(self.world.context, self.world.company, self.customer_id)
        return [one.hold for one in found if one.hold.kind is not HoldKind.PROMISE]

    def on(self, day):
        """What is decided for that day, as things stand."""
        night = deciding.decide_company(self.world.context, self.world.company, day, everybody=True)
        return next(one.decision for one in night.decided if one.case.customer.id == self.customer_id)


@pytest.fixture(scope="module")
def world():
    world = World()
    for name in NAMES:
        world.customer(name, f"ap@{name.lower()}.example", PrimaryPhone={"FreeFormNumber": "423-555-0118"})
    ids = {row["DisplayName"]: row["Id"] for row in _rows(world, "Customer")}
    for name in NAMES:
        world.invoice(ids[name], "640.00", date(2026, 1, 21), date(2026, 2, 20), DocNumber=f"late-{name}")
    # Hazel paid on Monday 2 March: 10 days late, 8 days early, and for two invoices of a year ago; the first
    # of these is older than twelve months.  One more is of the very day.
    paid = [
        world.invoice(ids["Hazel"], "300.00", date(2026, 1, 21), date(2026, 2, 20))["Id"],
        world.invoice(ids["Hazel"], "200.00", date(2026, 2, 8), date(2026, 3, 10))["Id"],
        world.invoice(ids["Hazel"], "100.00", date(2025, 3, 2), date(2025, 4, 1))["Id"],  # 335 days late
        world.invoice(ids["Hazel"], "50.00", date(2025, 3, 3), date(2025, 4, 2))["Id"],  # 334 days late
    ]
    world.invoice(ids["Hazel"], "25.00", MONDAY, date(2026, 4, 1))
    world.act("pay", customer="Hazel", invoices=[{"id": one} for one in paid])
    world.connect()
    world.settled_in()
    late = {row["DocNumber"]: row["Id"] for row in _rows(world, "Invoice") if "late" in row["DocNumber"]}
    with durable(world.context.engine) as conn:
        for name in NAMES:
            for until_on in (date(2026, 2, 24), date(2026, 2, 25)):  # the grace ends on Friday 27 February
                stored.add(
                    conn,
                    world.company_id,
                    ids[name],
                    HoldKind.PROMISE,
                    reason="on the telephone",
                    placed_by="Dana",
                    placed_on=date(2026, 2, 23),
                    invoice_id=late[f"late-{name}"],
                    until_on=until_on,
                )
    world.night()
    world.until_delivered()
    world.found = {name: Undecided(world, name, ids[name], late[f"late-{name}"]) for name in NAMES}
    yield world
    world.close()


def _rows(world, entity):
    return world.engine.query(world.realm, f"SELECT * FROM {entity} MAXRESULTS 100")[entity]


def test_done_is_no_answer_to_what_comes_next(world):
    undecided = world.found["Alder"]

    answer = undecided.choose("done")

    assert isinstance(answer, Refusal)
    assert "call-again, go-on, plan, mediation, demand-letter, agency, write-off" in answer.message


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("call-again", "the day."),
        ("go-on", "a reason in a few words."),
        ("mediation", "with whom, in a few words."),
        ("demand-letter", "with whom, in a few words."),
        ("agency", "with whom, in a few words."),
    ],
)
def test_a_choice_says_what_it_needs(world, outcome, wanted):
    answer = world.found["Alder"].choose(outcome)

    assert answer.message == f"{DECIDE_OUTCOMES[outcome].says}: please add {wanted}"


def test_to_be_called_again_leaves_them_alone_until_the_day_and_then_asks_again(world):
    undecided = world.found["Alder"]

    said = undecided.choose("call-again", on=date(2026, 3, 6))

    assert said == "Noted. Nothing goes out before March 6, 2026; then you are asked again."
    [hold] = undecided.holds()
    assert (hold.kind, hold.reason, hold.until_on) == (
        HoldKind.EXCLUSION,
        "to be called again",
        date(2026, 3, 5),
    )
    assert undecided.on(date(2026, 3, 5)).gate == "exclusion"
    assert undecided.on(date(2026, 3, 6)).outcome is Outcome.DECIDE


def test_the_steps_go_on_once_the_broken_promises_are_put_aside(world):
    undecided = world.found["Birch"]

    said = undecided.choose("go-on", reason="June promised to sort it out")

    assert said == (
        "Noted: two broken promises are put aside. The next night takes the next step in its turn."
    )
    assert undecided.on(TUESDAY).stage == "S1"
    with reading(world.context.engine) as conn:
        lifted = [
            one.lifted_because
            for one in stored.list(conn, world.company_id, customer_id=undecided.customer_id, lifted=True)
        ]
        lines = audit.entries(conn, world.company_id)
    assert lifted == ["June promised to sort it out"] * 2
    assert [one.action for one in lines][:3] == ["task done", "hold lifted", "hold lifted"]


def test_without_a_broken_promise_no_step_is_left_that_could_go_on(world):
    undecided = world.found["Hazel"]
    for one in holds.standing(world.context, world.company, undecided.customer_id):
        holds.lift(world.context, world.company, one.hold.id, by="Ray")

    answer = undecided.choose("go-on", reason="why not")

    assert isinstance(answer, Refusal)
    assert answer.message.startswith("There is no step left that could go on. It can be: call-again, plan,")


def test_while_a_plan_is_being_agreed_nothing_goes_out(world):
    undecided = world.found["Cedar"]

    said = undecided.choose("plan")

    assert said.startswith("Noted: a plan is being agreed. Nothing goes out meanwhile;")
    [hold] = undecided.holds()
    assert (hold.kind, hold.reason) == (HoldKind.OPEN_REPLY, "a plan is being agreed")
    assert undecided.on(date(2026, 6, 1)).gate == "open_reply"


@pytest.mark.parametrize(
    ("name", "outcome", "details", "who", "reason"),
    [
        ("Dogwood", "mediation", {"owner": "Kay Lund"}, "Kay Lund", "mediation"),
        (
            "Elm",
            "demand-letter",
            {"owner": "Ridge & Co", "reason": "sent by post"},
            "Ridge & Co",
            "a demand letter: sent by post",
        ),
        ("Fir", "agency", {"reason": "Valley Credit"}, "Valley Credit", "an agency"),
    ],
)
def test_what_was_handed_over_names_who_has_it_and_nothing_is_sent(
    world, name, outcome, details, who, reason
):
    undecided = world.found[name]

    said = undecided.choose(outcome, **details)

    assert said.startswith(f"Noted: handed over to {who} (")
    [hold] = undecided.holds()
    assert (hold.kind, hold.owner, hold.reason) == (HoldKind.HANDED_OVER, who, reason)
    later = undecided.on(date(2026, 6, 1))
    assert later.gate == "handed_over"
    assert later.reason.startswith(f"Handed over: {who} has looked after {name} since Monday, March 2")


def test_what_is_to_be_written_off_is_left_out_invoice_by_invoice(world):
    undecided = world.found["Ginkgo"]

    said = undecided.choose("write-off")

    assert said == (
        "Noted: one invoice is left out of every message. Write it off in QuickBooks, and it closes by "
        "itself; the customer is not told."
    )
    [hold] = undecided.holds()
    assert (hold.kind, hold.invoice_id, hold.reason) == (
        HoldKind.EXCLUSION,
        undecided.invoice_id,
        "to be written off in QuickBooks",
    )
    assert undecided.on(date(2026, 6, 1)).gate == "exclusion"


# The card


def card_of(world, name, on):
    undecided = world.found[name]
    with reading(world.context.engine) as conn:
        company = companies.get(conn, world.company_id)
        book = Rulebook(conn, company, on)
        [case] = cases.load(conn, company.id, [(undecided.customer_id, "USD")], on)
        return handing_over.card(conn, company, book.rules(case), case, undecided.on(on), on)


def history_from(world, day):
    with durable(world.context.engine) as conn:
        companies.update(conn, world.company_id, history_since=day)


def test_the_card_says_why_what_is_owed_and_what_is_not_known(world):
    text = world.found["Hazel"].task.text

    assert text.startswith("Subject: Hazel: what happens next? $640.00 is still open\n\nA person decides: ")
    assert "The promise to pay by Wednesday, February 25 was not the first one broken." in text
    assert "The oldest has been due since February 20, 2026, 10 days ago." in text
    assert "Payment history has not been read yet" in text
    assert "Promises to pay that they made: 2. Kept: 0." in text
    assert "Let the steps go on, with the reason." in text
    assert "423-555-0118" in text


@pytest.mark.parametrize(
    ("since", "bought", "paid"),
    [(date(2025, 3, 2), Money(Decimal("1215.00"), "USD"), 4), (date(2025, 3, 3), None, None)],
)
def test_sales_and_lateness_are_told_where_twelve_months_are_known(world, since, bought, paid):
    history_from(world, since)

    card = card_of(world, "Hazel", MONDAY)

    assert isinstance(card, HandOver)
    assert card.known_from == since
    assert (card.bought, card.paid) == (bought, paid)
    assert (card.late, card.late_days) == ((3, 334) if paid else (None, None))
    history_from(world, None)


@pytest.mark.parametrize(
    ("late", "half"), [([], None), ([-3, 0], None), ([4], 4), ([1, 2], 2), ([-1, 1, 2, 30], 2)]
)
def test_half_of_the_late_ones_came_so_late_or_later(late, half):
    assert handing_over._half_by(late) == half
