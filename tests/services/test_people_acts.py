"""What people may say and do: holds, tasks, modes, approvals.  Bad input gets a sentence, and that is all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.books import Invoice
from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Mode
from qb_collections.core.money import Money
from qb_collections.core.without_case import NOBODY
from qb_collections.services import explain, holds, leasing, modes, night, policies, report, runs, tasks
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from tests.world import World

pytestmark = pytest.mark.xdist_group("people_acts")  # one world, lived once


@pytest.fixture(scope="module")
def shared():
    """Two customers; an invoice each, late since 25 February.  Tests here leave no contact behind."""
    world = World()
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    press = world.customer("Marlow Print", "ap@marlow.example")
    world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.invoice(press, "900.00", date(2026, 1, 5), date(2026, 2, 4))
    world.connect(Mode.SHADOW)
    yield world
    world.close()


@pytest.fixture
def world():
    world = World()
    yield world
    world.close()


@pytest.mark.parametrize(
    ("kind", "details", "says"),
    [
        (HoldKind.DISPUTE, {"customer": "Lookout Bakery", "reason": "x"}, "A dispute is about one invoice"),
        (HoldKind.PROMISE, {"customer": "Lookout Bakery", "reason": "x"}, "A promise needs the day"),
        (HoldKind.EXCLUSION, {"reason": "x"}, "Say which one"),
        (HoldKind.EXCLUSION, {"customer": "Lookout Bakery", "reason": "  "}, "A hold needs a reason"),
        (HoldKind.EXCLUSION, {"customer": "Lookout Bakery", "reason": "y" * 201}, "up to 200 fit"),
        (HoldKind.EXCLUSION, {"customer": "Lookout Bakry", "reason": "x"}, "The nearest is Lookout Bakery."),
        (HoldKind.EXCLUSION, {"invoice": "1O01", "reason": "x"}, "The nearest are 1001"),
        (
            HoldKind.PROMISE,
            {"customer": "Lookout Bakery", "reason": "x", "until_on": date(2026, 3, 1)},
            "March 1, 2026 is past",
        ),
        (
            HoldKind.PROMISE,
            {"customer": "Lookout Bakery", "reason": "x", "until_on": date(2062, 3, 9)},
            "Is the year right?",
        ),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused_with_what_would_help(shared, kind, details, says):
    answer = holds.add(shared.context, shared.company, kind, by="Dana", **details)

    assert isinstance(answer, Refusal)
    assert says in answer.message
    assert holds.standing(shared.context, shared.company) == []


def test_a_hold_is_lifted_once_and_both_are_in_the_audit(world):
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    world.invoice(customer, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect(Mode.SHADOW)
    placed = holds.add(
        world.context, world.company, HoldKind.EXCLUSION, reason="mine", by="Dana", customer="lookout bakery"
    )

    first = holds.lift(world.context, world.company, placed.id, by="Ray")
    second = holds.lift(world.context, world.company, placed.id, by="Ray")

    assert first == f"Hold {placed.id} is lifted. The next night decides without it."
    assert second == Refusal(f"Hold {placed.id} was lifted already, by Ray.")
    with reading(world.context.engine) as conn:
        actions = [entry.action for entry in audit.entries(conn, world.company_id)]
        chain = audit.verify_chain(conn, world.company_id)
    latest_first = [action for action in actions if action.startswith("hold")]
    assert latest_first == ["hold lifted", "hold placed"]
    assert chain.problem is None


def test_turning_sending_on_asks_first_and_turning_it_off_does_not(shared):
    louder = modes.set_mode(shared.context, shared.company, Mode.APPROVE, by="Dana", confirmed=False)
    same = modes.set_mode(shared.context, shared.company, Mode.SHADOW, by="Dana", confirmed=False)

    assert isinstance(louder, modes.Confirm)
    assert "Sending waits for you" in louder.question
    assert isinstance(same, Company)
    assert shared.company.mode is Mode.SHADOW


def test_in_shadow_there_is_nothing_to_approve(shared):
    answer = runs.approve(shared.context, shared.company, by="Dana")

    assert isinstance(answer, Refusal)
    assert answer.message.startswith("Sending is off, so there is nothing to approve.")


def test_an_approval_ends_with_its_run(world):
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(customer, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect(Mode.APPROVE)
    world.settled_in()
    first = world.day()  # Tuesday: waits for a person, and nobody comes
    unsent = world.sends()
    world.to_next_night()
    second = world.night()

    late = runs.approve(world.context, world.company, first["run"]["id"], by="Dana")
    runs.approve(world.context, world.company, second["run"]["id"], by="Dana")
    world.until_delivered()

    assert unsent == {}
    assert first["run"]["state"] == "waiting"
    assert isinstance(late, Refusal)
    assert "is over, and its approvals with it" in late.message
    assert world.sends() == {invoice["Id"]: 1}


CALL_FIRST = """\
name = "Call first"
[[ladder]]
code = "C1"
name = "phone call"
after_due_days = 3
channel = "call"
template = "missed_you"
[[ladder]]
code = "C2"
name = "a copy after the call"
after_due_days = 8
after_last_days = 3
channel = "email"
template = "did_it_reach_you"
"""


def test_a_call_in_which_somebody_was_spoken_to_counts_and_a_promise_made_in_it_holds(world):
    customer = world.customer("Marlow Print", "ap@marlow.example")
    invoice = world.invoice(customer, "900.00", date(2026, 1, 5), date(2026, 2, 4))
    world.connect()
    world.settled_in()
    put = policies.put(world.context, world.company, CALL_FIRST, author="test", note="calls first")
    assert not isinstance(put, Refusal), put
    world.day()
    before = world.notes()
    said = world.report_task("call", "promise", on=date(2026, 4, 3))

    after = [world.day()["run"]["counts"]["contacts"] for _ in range(7)]

    assert said.startswith("Noted: they promised to pay.")
    assert (before, world.notes()) == ({}, {invoice["Id"]: 1})
    assert "Spoke by phone" in world.read_invoice(invoice["Id"])["PrivateNote"].splitlines()[-1]
    assert after == [0] * 7


@pytest.fixture(scope="module")
def to_write():
    """Two late invoices of one customer: a message waits for a person to send it."""
    world = World()
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    world.invoice(customer, "640.00", date(2026, 1, 12), date(2026, 2, 11))
    world.invoice(customer, "64.00", date(2026, 1, 12), date(2026, 2, 11))
    world.connect()
    world.settled_in()
    world.night()
    yield world
    world.close()


@pytest.mark.parametrize(
    ("outcome", "details", "says"),
    [
        ("snet", {}, "The nearest"),
        ("dispute", {}, "please add the invoice and a reason in a few words."),
        ("promise", {"on": date(2026, 3, 1)}, "March 1, 2026 is past"),
        ("dispute", {"invoice": "77", "reason": "broken"}, 'has no invoice "77"'),
    ],
)
def test_an_outcome_that_cannot_be_is_refused_and_the_task_stays_open(to_write, outcome, details, says):
    world = to_write
    [task] = [task for task in tasks.list_open(world.context, world.company) if task.kind == "message"]

    with leasing.held(world.context, world.company) as lease:
        answer = tasks.done(
            world.context, world.company, lease, task.id, tasks.Report(outcome, "Dana", **details)
        )

    assert isinstance(answer, Refusal)
    assert says in answer.message
    assert [one.id for one in tasks.list_open(world.context, world.company)] == [task.id]


def test_an_open_invoice_whose_customer_is_not_listed_is_explained_and_never_called_new_or_paid(shared):
    context, company = shared.context, shared.company
    owed = Money(Decimal("310.00"), "USD")
    stray = Invoice("999", "0", NOBODY, "9-STRAY", date(2026, 1, 11), date(2026, 2, 10), owed, owed)
    with durable(context.engine) as conn:
        mirror.put_invoices(conn, company.id, [stray])

    with leasing.held(context, company) as lease:
        shown = report.run_report(context, company, night.preview(context, company, lease))
    said = explain.explain(context, company, "9-STRAY")
    with durable(context.engine) as conn:
        mirror.put_invoices(conn, company.id, [replace(stray, balance=Money(Decimal("0.00"), "USD"))])

    [line] = [one for one in shown["invoices"] if one["invoice_id"] == "999"]
    assert line["finding"] == said.reason
    assert said.reason.startswith("Left alone: QuickBooks lists no customer for invoice 9-STRAY ($310.00)")
    assert line["customer"] == "(no customer)"
