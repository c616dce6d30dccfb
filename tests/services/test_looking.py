"""Tasks that a person has seen to stay away for thirty days."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from qb_collections.core.case import DealtWith
from qb_collections.services import leasing, looking, tasks
from qb_collections.services.refusal import Refusal
from qb_collections.store import cases, mirror
from qb_collections.store import tasks as stored
from qb_collections.store.engine import durable, reading
from tests.core.making import customer, invoice, usd
from tests.services.test_signing import world  # noqa: F401  # a company without QuickBooks

NOW = datetime(2026, 11, 16, 15, 0, tzinfo=UTC)
KEY = ("7", "USD")


@pytest.fixture
def owing(world):  # noqa: F811
    """Two invoices: one due 411 days ago, one due 20 days ago."""
    context, company, _ = world
    with durable(context.engine) as conn:
        mirror.put_customers(conn, company.id, [customer(balance=usd("1560.80"))])
        rows = [invoice("1", date(2025, 10, 1)), invoice("2", date(2026, 10, 27))]
        mirror.put_invoices(conn, company.id, rows)
        cases.touch(conn, company.id, ["7"], date(2026, 11, 16))
    return context, company


def seen_to(owing, kind, outcome, on):
    context, company = owing
    with durable(context.engine) as conn:
        task = stored.open_task(
            conn,
            company.id,
            key=f"task:{kind}",
            kind=kind,
            title="Look",
            text="",
            customer_id="7",
            currency="USD",
            payload={},
            intent_id=None,
            due_on=date(2026, 11, 16),
            at=NOW,
        )
        said = looking.done(conn, company, task, outcome, "Dana", NOW)
    with reading(context.engine) as conn:
        return said, cases.load(conn, company.id, [KEY], on)[0]


def test_old_invoices_that_stay_with_a_person_rest_for_thirty_days(owing):
    said, case = seen_to(owing, "look_at_old", "done", date(2026, 12, 16))

    assert said == "Noted. One old invoice stays with you; we ask again on Thursday, December 17."
    assert case.dealt_with == (DealtWith("look_at_old", "1", date(2026, 12, 16)),)
    assert case.looked_at_ids == frozenset()


def test_old_invoices_worth_asking_for_may_be_asked_for(owing):
    said, case = seen_to(owing, "look_at_old", "go-on", date(2026, 11, 17))

    assert (
        said
        == "Noted. The steps go on with one old invoice; on Thursday, December 17 they want another look."
    )
    assert (case.looked_at_ids, case.dealt_with) == (frozenset({"1"}), ())


@pytest.mark.parametrize(("on", "rests"), [(date(2026, 12, 16), True), (date(2026, 12, 17), False)])
def test_a_missing_address_is_left_in_peace_through_the_thirtieth_day(owing, on, rests):
    said, case = seen_to(owing, "add_email", "done", on)

    assert (
        said == "Noted. While there is no address nothing is sent, and we ask again on Thursday, December 17."
    )
    assert bool(case.dealt_with) == rests


@pytest.mark.parametrize(("amount", "refused"), [("1560.80", False), ("1560.81", True)])
def test_nobody_promises_more_than_is_open(owing, amount, refused):
    context, company = owing
    with durable(context.engine) as conn:
        task = stored.open_task(
            conn, company.id, key="call", kind="call", title="Call", customer_id="7", currency="USD", at=NOW
        )
    report = tasks.Report("promise", "Dana", on=date(2026, 11, 20), amount=usd(amount))

    with leasing.held(context, company) as lease:
        said = tasks.done(context, company, lease, task.id, report)

    assert isinstance(said, Refusal) == refused
    if refused:
        assert said.message == (
            "$1,560.81 is more than the $1,560.80 that is open. Nothing was noted; please look at the amount "
            "again."
        )
