"""A call: the sheet with live figures, and what follows from each outcome, said before it is saved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from qb_collections.core.case import Contact, ContactKind, Cycle
from qb_collections.core.decision import Channel
from qb_collections.core.money import Money
from qb_collections.quickbooks.errors import ServerTrouble
from qb_collections.services import call_sheet, deciding, holds, leasing, tasks, timeline
from qb_collections.services.following import Following
from qb_collections.services.outcomes import CALL_OUTCOMES, outcomes_of
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import answers, calls, contacts, cycles, intents
from qb_collections.store import tasks as stored_tasks
from qb_collections.store.engine import durable, reading
from tests.world import World

pytestmark = pytest.mark.xdist_group("calls")  # one world, in which a test goes on from the calls before it

ISSUED, DUE = date(2026, 1, 5), date(2026, 2, 4)  # the call of S3 comes 17 days on: 21 February
MONDAY = date(2026, 3, 2)
NAMES = (*(f"Caller {name}" for name in CALL_OUTCOMES), "Sheet", "Paid", "Voided", "Stale", "Often")


@dataclass
class Ringing:
    """One customer who was asked twice about an invoice of $900.00 and is to be rung on Monday 2 March."""

    world: World
    name: str
    customer_id: str
    invoice: dict

    @property
    def task(self):
        found = [one for one in self.tasks() if one.kind == "call"]
        return found[0] if found else None

    def tasks(self):
        every = tasks.list_open(self.world.context, self.world.company)
        return [one for one in every if one.customer_id == self.customer_id]

    def report(self, outcome, **details):
        with leasing.held(self.world.context, self.world.company) as lease:
            what = tasks.Report(outcome, "Dana", **details)
            return tasks.done(self.world.context, self.world.company, lease, self.task.id, what)

    def open(self):
        return call_sheet.open(self.world.context, self.world.company, self.task.id, caller="Rosa")

    def holds(self):
        found = holds.standing(self.world.context, self.world.company, self.customer_id)
        return [one.hold for one in found]

    def calls(self):
        with reading(self.world.context.engine) as conn:
            return calls.latest(conn, self.world.company_id, [self.customer_id], 10)

    def spoken(self):
        with reading(self.world.context.engine) as conn:
            found = contacts.of_customer(conn, self.world.company_id, self.customer_id)
        return [one for one in found if one.contact.kind is ContactKind.CALL]

    def owed(self):
        with reading(self.world.context.engine) as conn:
            return [one.kind for one in answers.list(conn, self.world.company_id, [self.customer_id])]

    def on(self, day):
        night = deciding.decide_company(self.world.context, self.world.company, day, everybody=True)
        return next(one.decision for one in night.decided if one.case.customer.id == self.customer_id)


@pytest.fixture(scope="module")
def world():
    world = World()
    ids = {
        name: world.customer(
            name, f"ap@{number}.example", PrimaryPhone={"FreeFormNumber": "423-555-0118"}, GivenName="Ana"
        )
        for number, name in enumerate(NAMES)
    }
    invoices = {name: world.invoice(ids[name], "900.00", ISSUED, DUE) for name in NAMES}
    # Sheet has more to tell: a credit, an order number, and a payment of 10 February.
    earlier = world.invoice(ids["Sheet"], "120.00", date(2025, 12, 1), date(2025, 12, 31))
    world.act("pay", invoice=earlier["DocNumber"], on="2026-01-09")
    world.connect()
    world.settled_in()
    with durable(world.context.engine) as conn:
        for name in NAMES:
            for number, stage, on in ((1, "S1", date(2026, 2, 9)), (2, "S2", date(2026, 2, 17))):
                said = Contact(on, ContactKind.REMINDER, stage, 1, number, (invoices[name]["Id"],))
                at = datetime(on.year, on.month, on.day, 15, tzinfo=UTC)
                contacts.record(
                    conn, world.company_id, ids[name], "USD", said, at=at, channel=Channel.EMAIL, text="words"
                )
            cycles.save(conn, world.company_id, ids[name], "USD", Cycle(1, date(2026, 2, 5), "S2", 2, 1))
    world.night()
    world.until_delivered()
    world.found = {name: Ringing(world, name, ids[name], invoices[name]) for name in NAMES}
    yield world
    world.close()


def caller(world, outcome):
    return world.found[f"Caller {outcome}"]


def following(world):
    with reading(world.context.engine) as conn:
        book = Rulebook(conn, world.company, MONDAY)
    return Following(book.policy, book.calendar, MONDAY)


# What each outcome leaves: marks, whether it was a talk, what is to be done, what is confirmed.
LEFT = {
    "spoke": ({}, [], True, None, []),
    "promise": ({"on": date(2026, 3, 13), "amount": "900.00"}, ["promise"], True, None, ["promise_noted"]),
    "part": (
        {"amount": "300.00", "on": date(2026, 3, 6), "rest_on": date(2026, 3, 20)},
        ["promise", "promise"],
        True,
        None,
        ["promise_noted"],
    ),
    "in-transit": ({"reference": "check 2214"}, ["in_transit"], True, None, []),
    "dispute": ({"reason": "cooler failed", "invoice": True}, ["dispute"], True, None, ["dispute_received"]),
    "plan": ({}, ["open_reply"], True, "plan", []),
    "paid": ({"said": "wired it on Friday"}, ["open_reply"], True, "paid", []),
    "copy": ({}, ["open_reply"], True, "copy", []),
    "hardship": ({"reason": "lost a big customer"}, ["hardship"], True, None, []),
    "upset": ({"reason": "shouted"}, ["upset"], True, None, []),
    "refused": ({"reason": "says it was never ordered"}, ["people_only"], True, "refused", []),
    "represented": ({"reason": "Hale & Orr speak for them"}, ["insolvent"], True, None, []),
    "call-back": ({"on": date(2026, 3, 5)}, ["exclusion"], False, None, []),
    "wrong-contact": ({"reason": "Ana left"}, ["people_only"], False, "wrong_person", []),
    "no-answer": ({"voicemail": True}, [], False, None, []),
}


def test_every_outcome_of_the_sheet_is_there_and_says_what_follows(world):
    sentences = following(world).sentences(outcomes_of("call"))

    assert LEFT.keys() == CALL_OUTCOMES.keys() == sentences.keys()
    # Two business days of grace; five for money on its way and for an angry word: Monday 9 March.
    assert sentences["promise"] == (
        "We wait for the promised day and two business days more, and confirm it to them in a line."
    )
    assert sentences["in-transit"] == "We wait through Monday, March 9 for it to arrive, then ask again."
    assert sentences["upset"] == "Nothing goes out through Monday, March 9, and one person looks after them."
    assert sentences["call-back"] == "Nothing goes out before; the call comes back on Wednesday, March 4."
    assert sentences["paid"].endswith("a task asks you to search by Tuesday, March 3.")


def told(one, outcome):
    """What the caller types in."""
    given = dict(LEFT[outcome][0])
    if given.pop("invoice", False):
        given["invoice"] = one.invoice["DocNumber"]
    if "amount" in given:
        given["amount"] = Money(Decimal(given["amount"]), "USD")
    return given


def rung(world, outcome):
    """A call that has ended so, also where the test above did not make it in this process."""
    one = caller(world, outcome)
    if one.task is not None:
        one.report(outcome, **told(one, outcome))
    return one


@pytest.mark.parametrize("outcome", LEFT)
def test_an_outcome_sets_what_it_said_it_would(world, outcome):
    _, marks, spoken, about, answered = LEFT[outcome]
    one = caller(world, outcome)
    given = told(one, outcome)
    expected = following(world).sentence(outcome, tasks.Report(outcome, "Dana", **given))

    said = one.report(outcome, **given)

    assert isinstance(said, str) and said.endswith(expected), said
    assert [hold.kind.value for hold in one.holds()] == marks
    assert len(one.spoken()) == spoken
    [kept] = one.calls()
    assert (kept.outcome, kept.spoken, kept.follows) == (outcome, spoken, expected)
    assert kept.voicemail is (outcome == "no-answer")
    left = [task.payload["about"] for task in one.tasks() if task.kind == "follow_up"]
    assert left == ([about] if about else [])
    assert one.owed() == answered
    assert one.task is None


def test_a_reference_of_money_on_its_way_is_kept_with_the_mark(world):
    [hold] = rung(world, "in-transit").holds()

    assert hold.reason == "the payment is on its way (reference check 2214)"


def test_part_now_and_the_rest_are_two_promises(world):
    first, rest = rung(world, "part").holds()

    assert (str(first.amount), first.until_on) == ("$300.00", date(2026, 3, 6))
    assert (rest.amount, rest.until_on) == (None, date(2026, 3, 20))


def test_a_call_back_comes_back_on_its_day_and_not_before(world):
    one = rung(world, "call-back")

    assert one.on(date(2026, 3, 4)).outcome.value == "silence"
    assert one.on(date(2026, 3, 5)).outcome.value == "call"


def test_what_is_to_be_done_lifts_the_mark_when_it_is_done(world):
    one = rung(world, "copy")
    [task] = [task for task in one.tasks() if task.kind == "follow_up"]

    with leasing.held(world.context, world.company) as lease:
        said = tasks.done(world.context, world.company, lease, task.id, tasks.Report("done", "Dana"))

    assert task.title == "Send Caller copy what they asked for"
    assert task.due_on == date(2026, 3, 3)
    assert said == "Done. The mark is lifted; the next night decides without it."
    assert one.holds() == []


def test_what_they_said_stands_in_the_timeline_and_on_the_next_sheet(world):
    one = rung(world, "paid")

    with reading(world.context.engine) as conn:
        page = timeline.page(conn, world.company, [one.customer_id])

    [call] = [entry for entry in page.entries if entry.way == "call"]
    assert call.says == "You spoke: they say it is paid; somebody searches"
    assert call.text == "wired it on Friday"
    assert call.by == "Dana"
    assert call.follows.startswith("Nothing goes out until somebody has found it")
    # The talk is a contact as well; it stands once.
    assert [entry.says for entry in page.entries if "spoke" in entry.says] == [call.says]


@pytest.mark.parametrize(
    ("outcome", "details", "says"),
    [
        ("", {}, '"" is not an outcome of this task.'),
        ("part", {"rest_on": date(2026, 3, 20)}, "please add the amount."),
        (
            "part",
            {"amount": Money(Decimal("300.00"), "USD"), "on": date(2026, 3, 6), "rest_on": date(2026, 3, 6)},
            "The rest has to come on a later day",
        ),
        ("promise", {"on": date(2026, 3, 1)}, "March 1, 2026 is past"),
        ("spoke", {"said": "x" * 2001}, "What they said has 2001 characters"),
        ("represented", {}, "please add a reason"),
    ],
)
def test_what_makes_no_sense_is_refused_and_the_call_stays_open(world, outcome, details, says):
    one = world.found["Often"]

    refused = one.report(outcome, **details)

    assert isinstance(refused, Refusal) and says in refused.message
    assert one.task is not None and one.calls() == []


def test_the_sheet_tells_everything_at_a_glance_with_the_figures_of_this_moment(world):
    one = world.found["Sheet"]
    world.act("part_pay", invoice=one.invoice["DocNumber"], amount="250.00", on="2026-03-02")
    world.clock.set(world.clock.now() + timedelta(minutes=30))

    sheet = one.open()

    assert isinstance(sheet, call_sheet.Sheet), sheet
    assert sheet.not_now is None and sheet.notice is None
    assert sheet.checked_at == world.clock.now()
    assert f"Invoice {one.invoice['DocNumber']} of January 5, 2026" in sheet.text
    assert "$650.00 still open of $900.00" in sheet.text
    assert "(26 days late)" in sheet.text  # 4 February to 2 March
    assert "Last payment: $250.00 on March 2, 2026" in sheet.text
    assert "February 9, 2026: You wrote to them (first message), to" not in sheet.text
    assert sheet.text.count("February 9, 2026: You wrote to them") == 1
    assert "You may offer without asking anybody: up to 6 payments, monthly" in sheet.text
    assert "Anything beyond that: Dana Whitlock" in sheet.text
    assert '"Hello Ana, this is Rosa from' in sheet.text
    assert one.task.payload["amount"] == "650.00"
    assert one.task.title == "Call Sheet: $650.00"
    assert "it is 9:" in sheet.text


def test_a_sheet_closes_itself_when_the_money_has_come(world):
    one = world.found["Paid"]
    task = one.task
    world.act("pay", invoice=one.invoice["DocNumber"])

    answer = one.open()

    assert isinstance(answer, call_sheet.PaidMeanwhile)
    assert answer.message.startswith("Paid $900.00 at 9:") and answer.message.endswith(". No call needed.")
    with reading(world.context.engine) as conn:
        closed = stored_tasks.get(conn, world.company_id, task.id)
        intent = intents.get(conn, world.company_id, task.intent_id)
    assert (closed.state, closed.outcome) == ("closed", answer.message)
    assert (intent.state.value, intent.reason) == ("cancelled", answer.message)
    assert one.calls() == [] and one.spoken() == []


def test_what_a_void_settled_was_not_paid(world):
    one = world.found["Voided"]
    world.act("void", invoice=one.invoice["DocNumber"])

    answer = one.open()

    assert answer.message == "Settled in QuickBooks meanwhile. No call needed."


def test_without_quickbooks_the_sheet_shows_what_was_known_and_says_since_when(world):
    one = world.found["Stale"]
    first = one.open()
    world.clock.set(world.clock.now() + timedelta(hours=1))

    def nobody_answers(company, lease):
        raise ServerTrouble(status=503)

    silent = replace(world.context, gateway=nobody_answers)
    sheet = call_sheet.open(silent, world.company, one.task.id, caller="Rosa")

    assert sheet.text == first.text
    assert sheet.checked_at == first.checked_at
    assert sheet.notice.startswith("QuickBooks could not be reached just now (")
    assert "ask before you name an amount" in sheet.notice
    assert one.task is not None


def test_nobody_rings_who_was_rung_seven_times_in_a_week(world):
    one = world.found["Often"]
    with durable(world.context.engine) as conn:
        for hour in range(7):
            at = world.clock.now() - timedelta(hours=hour)
            call = calls.Call(
                one.customer_id, "USD", MONDAY, at, "no-answer", False, False, None, "-", "Dana"
            )
            calls.record(conn, world.company_id, call)

    sheet = one.open()
    tomorrow, free = one.on(date(2026, 3, 3)), one.on(date(2026, 3, 9))

    assert sheet.not_now == (
        "Left alone: Often has been rung seven times since Monday, March 2. 7 tries in 7 days is the "
        "most, so "
        "nobody rings before Monday, March 9."
    )
    assert (tomorrow.outcome.value, tomorrow.gate) == ("silence", "call_limit")
    assert free.outcome.value == "call"
