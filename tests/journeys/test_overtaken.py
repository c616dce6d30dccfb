"""Words that wait for a person's hand, and what happened since they were written."""

from datetime import date
from functools import cache

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Mode
from qb_collections.services import holds, leasing, still_true, sync, tasks
from qb_collections.store import companies
from qb_collections.store.engine import durable
from tests.journeys.story import Story
from tests.world import Saved

GRILL = "Riverbend Grill"


@cache
def told() -> Saved:
    """A message that lists two invoices waits to be sent."""
    made = Story()
    grill = made.customer(GRILL, "ap@riverbend.example")
    made.invoice(grill, "400.00", date(2026, 1, 26), date(2026, 2, 25))
    made.invoice(grill, "250.50", date(2026, 1, 27), date(2026, 2, 26))
    made.connect()
    made.settled_in()
    made.night()
    return made.saved()


@pytest.fixture
def world():
    made = Story(saved=told())
    yield made
    made.close()


def said(world):
    [task] = tasks.list_open(world.context, world.company)
    return still_true.objection(world.context, world.company, task)


def read_again(world):
    with leasing.held(world.context, world.company) as lease:
        sync.sync(world.context, world.company, lease)


def test_what_is_still_true_may_be_sent(world):
    assert said(world) is None


def test_an_invoice_paid_since_takes_the_words_away(world):
    world.act("pay", invoice="1001")
    read_again(world)

    assert said(world) == "Invoice 1001 is not open any more."


def test_all_paid(world):
    world.act("pay", invoice="1001")
    world.act("pay", invoice="1002")
    read_again(world)

    assert said(world) == "Nothing of this customer is open any more."


def test_a_part_paid_changes_the_figures(world):
    world.act("part_pay", invoice="1001", amount="100.00")
    read_again(world)

    assert said(world) == (
        "The figures have changed since these words were written: it is about $550.50 now."
    )


def test_a_dispute_keeps_its_invoice_out_at_once(world):
    holds.add(world.context, world.company, HoldKind.DISPUTE, reason="wrong part", by="Dana", invoice="1001")

    assert said(world).startswith("Not in any message: invoice 1001 is disputed (wrong part).")


def test_a_mark_on_the_customer_holds_at_once(world):
    holds.add(
        world.context, world.company, HoldKind.INSOLVENT, reason="court notice", by="Dana", customer=GRILL
    )

    assert said(world).startswith("Hard stop: somebody else speaks for Riverbend Grill")


def test_the_stop_button_holds_at_once(world):
    with durable(world.context.engine) as conn:
        companies.update(conn, world.company_id, mode=Mode.SHADOW)

    assert "Sending is off" in said(world)


def test_who_sends_it_all_the_same_is_told_and_it_is_recorded(world):
    world.act("pay", invoice="1001")
    read_again(world)

    answer = world.report_task("message", "sent")

    assert answer == (
        "Noted as sent. The line that records it follows in QuickBooks. "
        "It should not have gone out any more: Invoice 1001 is not open any more."
    )
