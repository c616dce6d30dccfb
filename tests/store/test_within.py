"""A list of ids bound as one value finds what in_ finds."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from qb_collections.store.engine import derived, reading
from qb_collections.store.tables.companies import setting
from qb_collections.store.within import within, within_named

AT = datetime(2026, 11, 3, tzinfo=UTC)


@pytest.fixture
def names(engine):
    with derived(engine) as conn:
        rows = [{"name": name, "value": 1, "updated_at": AT} for name in ("plain", 'a "b"', "it's", "äö,[]")]
        conn.execute(setting.insert(), rows)
    return select(setting.c.name).order_by(setting.c.name)


@pytest.mark.parametrize("asked", [["plain"], ['a "b"', "it's", "not there"], ["äö,[]", "äö,[]"], []])
def test_what_is_asked_for_is_found_whatever_is_in_the_words(engine, names, asked):
    with reading(engine) as conn:
        found = conn.execute(names.where(within(setting.c.name, asked))).scalars().all()
        named = names.where(within_named(setting.c.name, "asked"))
        again = conn.execute(named, {"asked": asked}).scalars().all()

    assert found == again == sorted({one for one in asked if one != "not there"})


def test_none_of_them_is_everything_else(engine, names):
    with reading(engine) as conn:
        found = conn.execute(names.where(~within(setting.c.name, ["plain", "it's"]))).scalars().all()

    assert found == ['a "b"', "äö,[]"]
