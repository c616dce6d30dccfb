"""The mark of how far the records had come when something last went out."""

from dataclasses import replace
from datetime import timedelta

import pytest

from qb_collections.core.intents import IntentKind, PlannedIntent
from qb_collections.services import high_water
from qb_collections.store import intents
from qb_collections.store.engine import durable, reading
from tests.store.conftest import NOW, add_company


@pytest.fixture
def company(context):
    return add_company(context.engine)


def plan(context, company, *keys):
    with durable(context.engine) as conn:
        effects = [PlannedIntent(key, IntentKind.NOTE, NOW, {}) for key in keys]
        intents.plan(conn, company.id, None, effects)


def keep(context, company):
    with reading(context.engine) as conn:
        high_water.keep(context, conn, company)


def is_above(context, company):
    with reading(context.engine) as conn:
        return high_water.is_above(context, conn, company)


def file_of(context, company):
    return context.settings.data_dir / "high-water" / f"{company.id}.json"


def remember(context, company, effect, name="0" * 64):
    """The mark of records that had come this far."""
    file = file_of(context, company)
    file.parent.mkdir(exist_ok=True)
    at = company.created_at.isoformat()
    file.write_text(f'{{"company": "{at}", "effect": {effect}, "name": "{name}"}}')


def test_the_records_that_kept_the_mark_know_it_also_after_they_went_on(context, company):
    plan(context, company, "note:1")
    keep(context, company)

    plan(context, company, "note:2", "note:3")

    assert not is_above(context, company)


def test_records_without_the_effect_are_older(context, company):
    plan(context, company, "note:1")

    remember(context, company, effect=2)

    assert is_above(context, company)


def test_the_same_number_for_another_effect_is_not_the_same_record(context, company):
    plan(context, company, "note:planned after the copy was put back")

    remember(context, company, effect=1)

    assert is_above(context, company)


def test_where_nothing_went_out_there_is_no_mark(context, company):
    keep(context, company)

    assert not file_of(context, company).exists()
    assert not is_above(context, company)


def test_records_in_which_nothing_was_planned_may_be_made_to_count_too(context, company):
    remember(context, company, effect=7)
    was_above = is_above(context, company)

    keep(context, company)

    assert was_above
    assert not is_above(context, company)


def test_another_databases_company_of_the_same_number_is_another_company(context, company):
    remember(context, replace(company, created_at=NOW - timedelta(days=1)), effect=7)

    assert not is_above(context, company)


@pytest.mark.parametrize("text", ["", "{", '{"effect": "x"}', "[]"])
def test_a_mark_that_cannot_be_read_says_nothing_and_is_written_anew(context, company, text):
    plan(context, company, "note:1")
    keep(context, company)
    file_of(context, company).write_text(text)
    was_above = is_above(context, company)

    keep(context, company)

    assert not was_above
    assert file_of(context, company).read_text().startswith('{"company":')


def test_a_folder_that_takes_no_file_stops_nothing(context, company):
    plan(context, company, "note:1")
    (context.settings.data_dir / "high-water").write_text("in the way")

    keep(context, company)

    assert not is_above(context, company)


def test_the_mark_names_nobody(context, company):
    plan(context, company, "contact:Amy's Bird Sanctuary")

    keep(context, company)

    assert "Amy" not in file_of(context, company).read_text()
