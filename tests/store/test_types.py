"""Columns give back exactly what they were given, and refuse what is no such thing."""

import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Column, Integer, MetaData, Table, func, insert, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import IntegrityError, StatementError

from qb_collections.core.money import Money
from qb_collections.store import json_text, mirror
from qb_collections.store.engine import durable, open_engine
from qb_collections.store.tables.companies import company as company_table
from qb_collections.store.types import Choice, Instant, MoneyUnits, money
from tests.store.conftest import on_sqlite
from tests.store.samples import invoice, usd

sample = Table(
    "sample",
    MetaData(),
    Column("id", Integer, primary_key=True),
    Column("amount", MoneyUnits),
    Column("at", Instant),
)


@pytest.fixture(scope="module")
def scratch():
    engine = open_engine("sqlite://")
    with durable(engine) as conn:
        sample.create(conn)
    return engine


def test_amounts_that_floats_would_lose_come_back_exactly(scratch):
    amounts = [Decimal("1234567890123.4567"), Decimal("0.1"), Decimal("-0.0001")]

    with durable(scratch) as conn:
        conn.execute(insert(sample), [{"amount": amount} for amount in amounts])
        back = conn.execute(select(sample.c.amount)).scalars().all()
        sum_of_all = conn.execute(select(func.sum(sample.c.amount, type_=MoneyUnits))).scalar_one()

    assert back == amounts
    assert sum_of_all == Decimal("1234567890123.5566")


@pytest.mark.parametrize("amount", [Decimal("0.00001"), 0.1, 1])
def test_an_amount_that_is_no_exact_decimal_is_refused(scratch, amount):
    with pytest.raises(StatementError), durable(scratch) as conn:
        conn.execute(insert(sample), [{"amount": amount}])


@given(st.lists(st.datetimes(timezones=st.just(UTC)), min_size=2, max_size=6))
def test_instants_sort_as_text_as_they_do_in_time(scratch, instants):
    with durable(scratch) as conn:
        conn.execute(sample.delete())
        conn.execute(insert(sample), [{"at": one} for one in instants])
        back = conn.execute(select(sample.c.at).order_by(sample.c.at)).scalars().all()

    assert back == sorted(instants)


def test_an_instant_of_another_zone_is_kept_in_utc(scratch):
    in_chicago = datetime(2026, 10, 30, 2, 30, tzinfo=timezone(timedelta(hours=-5)))

    with durable(scratch) as conn:
        conn.execute(sample.delete())
        conn.execute(insert(sample), [{"at": in_chicago}])
        text = conn.exec_driver_sql("SELECT at FROM sample").scalar_one()

    assert text == "2026-10-30T07:30:00.000000Z"


def test_an_instant_without_a_zone_is_refused(scratch):
    with pytest.raises(StatementError, match="zone"), durable(scratch) as conn:
        conn.execute(insert(sample), [{"at": datetime.fromisoformat("2026-10-30")}])


@pytest.mark.parametrize(
    ("stored", "currency", "shown"),
    [
        (Decimal("12.5000"), "USD", "12.50"),
        (Decimal("1240.0000"), "JPY", "1240"),
        (Decimal("1.2345"), "USD", "1.2345"),
    ],
)
def test_money_comes_back_with_the_decimals_of_its_currency(stored, currency, shown):
    assert str(money(stored, currency).amount) == shown


def test_json_gives_back_decimals_and_money_as_they_were():
    document = {
        "Amount": Decimal("100.10"),
        "owed": Money(Decimal("5"), "JPY"),
        "lines": [1, "a", None, True],
    }

    assert json_text.loads(json_text.dumps(document)) == document
    assert str(json_text.loads(json_text.dumps(document))["Amount"]) == "100.10"


@on_sqlite
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE company SET mode = 'full'",
        "UPDATE company SET state = 'lost'",
        "UPDATE company SET live_since_on = '2026-02-30'",
        "UPDATE company SET live_since_on = 'tomorrow'",
        "UPDATE company SET multicurrency = 2",
        "UPDATE company SET currency = 'DOLLAR'",
        "UPDATE company SET practice_id = 99",
        "UPDATE mirror_invoice SET balance = -1",
        "UPDATE mirror_invoice SET issued_on = '2026-9-1'",
    ],
)
def test_the_database_refuses_what_its_columns_do_not_mean(engine, company, statement):
    with durable(engine) as conn:
        mirror.put_invoices(conn, company.id, [invoice("1", "1")])

    with pytest.raises(IntegrityError), durable(engine) as conn:
        conn.exec_driver_sql(statement)


def test_real_days_and_no_day_are_taken(engine, company):
    with durable(engine) as conn:
        conn.exec_driver_sql("UPDATE company SET live_since_on = '2028-02-29'")
        leap_day = conn.execute(select(company_table.c.live_since_on)).scalar_one()
        conn.exec_driver_sql("UPDATE company SET live_since_on = NULL")

    assert leap_day == date(2028, 2, 29)


def test_putting_an_invoice_again_replaces_what_was_known(engine, company):
    with durable(engine) as conn:
        mirror.put_invoices(conn, company.id, [invoice("1", "1", balance="100.00")])
        mirror.put_invoices(conn, company.id, [invoice("1", "1", balance="40.00", sync_token="1")])
        rows = mirror.counts(conn, company.id)["invoices"]
        found = mirror.invoice(conn, company.id, "1")

    assert rows == 1
    assert (found.balance, found.sync_token) == (usd("40.00"), "1")


plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.dates(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(plain)
def test_the_quick_json_is_the_slow_one_letter_for_letter(value):
    """Hashes are taken of it, and rows of before it was quick are still there."""
    slow = json.dumps(
        value, default=date.isoformat, sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )

    assert json_text.dumps(value) == slow


class Kind(StrEnum):
    NOTE = "note"


@pytest.mark.parametrize("value", [Kind.NOTE, "note", None])
def test_a_word_of_a_few_reaches_the_driver_as_a_plain_text(value):
    bound = Choice(40).bind_processor(sqlite.dialect())(value)

    assert bound == value and type(bound) in (str, type(None))
