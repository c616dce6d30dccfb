"""An idle company's permission is kept alive, and what we cannot renew is said in time."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from qb_collections.core.company_gates import Link
from qb_collections.services import keep_alive
from qb_collections.services.leasing import held
from qb_collections.store import companies
from qb_collections.store.engine import durable

DAY = timedelta(days=1)


def refreshed(context, company):
    with held(context, company) as lease:
        return keep_alive.refresh_if_due(context, company, lease)


def test_tokens_a_week_old_are_renewed_once_without_a_call_of_the_accounting_api(
    context, company, books, clock
):
    before = books.last_call
    clock.advance(7 * DAY - timedelta(seconds=1))
    assert refreshed(context, company) is False

    clock.advance(timedelta(seconds=1))
    assert [refreshed(context, company), refreshed(context, company)] == [True, False]

    assert context.tokens.load(company.id).generation == 2
    assert books.calls(before) == []


def test_a_company_that_a_person_stopped_is_renewed_too(context, company, clock):
    with durable(context.engine) as conn:
        stopped = companies.update(conn, company.id, stopped_by="Dana", stopped_at=clock.now())
    clock.advance(7 * DAY)

    assert refreshed(context, stopped) is True


def test_the_permission_outlives_a_year_without_any_other_work(context, company, clock):
    for _ in range(53):
        clock.advance(7 * DAY)
        assert refreshed(context, company)

    tokens = context.tokens.load(company.id)
    assert tokens.refresh_expires_at > clock.now() + timedelta(days=90)


@pytest.mark.parametrize(
    ("days_left", "step", "left"),
    [
        (31, None, None),
        (30, 30, "in 30 days"),
        (15, 30, "in 15 days"),
        (14, 14, "in 14 days"),
        (7, 7, "in 7 days"),
        (2, 7, "in 2 days"),
        (1, 1, "tomorrow"),
        (0, 1, "today"),
    ],
)
def test_reconnect_by_is_said_from_thirty_days_before(context, company, clock, days_left, step, left):
    """Connected on 30 October 2026 at 15:00 UTC for five years of 365 days: until 29 October 2031."""
    hard_at = context.tokens.load(company.id).hard_expires_at
    clock.set(hard_at - days_left * DAY)

    said = keep_alive.reconnect_by(context, company)

    assert (said and said.step) == step
    if said is not None:
        assert said.on == date(2031, 10, 29)
        assert said.days_left == days_left
        assert said.sentence == (
            f"Reconnect {company.name} by October 29, 2031: Intuit's permission ends {left}, "
            "and we cannot renew it for you. Nothing is lost when you reconnect."
        )


def test_nothing_is_said_about_a_company_that_is_disconnected(context, company, clock):
    clock.set(context.tokens.load(company.id).hard_expires_at - DAY)

    assert keep_alive.reconnect_by(context, replace(company, state=Link.DISCONNECTED)) is None
