"""What the first page and the list of work rest on: one company's own, also where ids are the same in two."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from sqlalchemy.dialects import postgresql

from qb_collections.core.case import HoldKind
from qb_collections.core.money import Money
from qb_collections.store import holds, mirror, promised, tasks, today, worklist
from qb_collections.store.engine import durable, reading
from tests.store.conftest import NOW, add_company
from tests.store.samples import customer, invoice, usd

TODAY, COMING = date(2026, 10, 30), date(2026, 10, 31)
LATE, AHEAD = date(2026, 10, 29), date(2026, 11, 30)


def owing(conn, company, amount):
    """Customer 1 with something late, and something that is not, a promise and a call to make."""
    mirror.put_customers(conn, company.id, [customer("1")])
    rows = [invoice("a", "1", amount, due_on=LATE), invoice("b", "1", amount, due_on=AHEAD)]
    mirror.put_invoices(conn, company.id, rows)
    tasks.open_task(
        conn,
        company.id,
        key="call:1",
        kind="call",
        title="Call",
        at=NOW,
        customer_id="1",
        currency="USD",
        due_on=LATE,
    )
    holds.add(
        conn,
        company.id,
        "1",
        HoldKind.PROMISE,
        reason="on the phone",
        placed_by="Dana",
        placed_on=LATE,
        until_on=AHEAD,
    )


def test_a_company_without_anything_has_no_facts(engine):
    company = add_company(engine)

    with reading(engine) as conn:
        found = today.facts(conn, company.id, TODAY, COMING)

    assert (found.cursor, found.preview, found.nights, found.aged, found.waiting) == (None, None, (), (), ())
    assert (found.unapproved, found.without_email, found.late, found.unapplied) == (0, 0, {}, {})


def test_each_company_has_its_own_facts(engine):
    ours, theirs = add_company(engine), add_company(engine)
    with durable(engine) as conn:
        owing(conn, ours, "100.00")
        owing(conn, theirs, "7.00")

    with reading(engine) as conn:
        found = today.facts(conn, ours.id, TODAY, COMING)

    assert [(one.bucket, one.owed, one.invoices) for one in found.aged] == [
        (0, usd("100.00"), 1),
        (1, usd("100.00"), 1),
    ]
    assert found.late == {"USD": 1}
    assert [(one.kind, one.open, one.past) for one in found.waiting] == [("call", 1, 1)]


def test_what_is_open_is_in_its_bucket_on_both_sides_of_each_end_in_one_currency_and_in_two(engine):
    """Without a day nothing is late."""
    company = add_company(engine)
    ages = [None, -5, 0, 1, 30, 31, 60, 61, 90, 91, 400]
    days = [None if age is None else TODAY - timedelta(days=age) for age in ages]
    with durable(engine) as conn:
        rows = [
            invoice(f"i{n}", "1", f"{n + 1}.00", due_on=day) for n, day in enumerate(days)
        ]  # of 1 to 11 dollars
        mirror.put_invoices(conn, company.id, rows)
        in_one = today.facts(conn, company.id, TODAY, COMING).aged
        euros = Money(Decimal("9.50"), "EUR")
        abroad = [
            replace(invoice("e", "3", due_on=LATE), total=euros, balance=euros),
            replace(invoice("f", "3", due_on=None), total=euros, balance=euros),
        ]
        mirror.put_invoices(conn, company.id, abroad)
        in_two = today.facts(conn, company.id, TODAY, COMING).aged

    dollars = [
        ("USD", 0, usd("6.00"), 3),
        ("USD", 1, usd("9.00"), 2),
        ("USD", 2, usd("13.00"), 2),
        ("USD", 3, usd("17.00"), 2),
        ("USD", 4, usd("21.00"), 2),
    ]
    assert [(one.currency, one.bucket, one.owed, one.invoices) for one in in_one] == dollars
    assert [(one.currency, one.bucket, one.owed, one.invoices) for one in in_two] == [
        ("EUR", 0, euros, 1),
        ("EUR", 1, euros, 1),
        *dollars,
    ]


def test_customers_who_are_late_are_counted_by_currency_where_there_are_several(engine):
    company = add_company(engine)
    with durable(engine) as conn:
        owing(conn, company, "100.00")
        more = [
            invoice("c", "1", "5.00", due_on=LATE),  # the same customer once more
            invoice("d", "2", "5.00", due_on=LATE),
        ]
        mirror.put_invoices(conn, company.id, more)
        in_one = today.facts(conn, company.id, TODAY, COMING).late
        euros = Money(Decimal("9.00"), "EUR")
        abroad = [
            replace(invoice("e", "3", due_on=LATE), total=euros, balance=euros),
            replace(invoice("f", "4", due_on=AHEAD), total=euros, balance=euros),
        ]
        mirror.put_invoices(conn, company.id, abroad)
        in_two = today.facts(conn, company.id, TODAY, COMING).late

    assert in_one == {"USD": 2}
    assert in_two == {"USD": 2, "EUR": 1}


def test_ids_that_two_companies_share_stay_apart_in_a_list_of_both(engine):
    ours, theirs = add_company(engine), add_company(engine)
    with durable(engine) as conn:
        owing(conn, ours, "100.00")
        owing(conn, theirs, "7.00")
        days = {ours.id: TODAY, theirs.id: LATE}  # a day behind: nothing is late there yet

    with reading(engine) as conn:
        waits = worklist.waiting(conn, days)
        owed = worklist.owed(conn, days)
        made = promised.standing(conn, [ours.id], TODAY)
        early = promised.standing(conn, [ours.id], TODAY, AHEAD)
        came, oldest = promised.since_then(conn, [(ours.id, "1")], LATE)

    assert [(one.company_id, one.customer_id) for one in waits] == [(ours.id, "1"), (theirs.id, "1")]
    assert {key: (one.owed, one.late) for key, one in owed.items()} == {
        (ours.id, "1", "USD"): (usd("200.00"), usd("100.00")),
        (theirs.id, "1", "USD"): (usd("14.00"), usd("0.00")),
    }
    assert [(one.company_id, one.head_id) for one in made] == [(ours.id, "1")]
    assert early == []  # what is promised for the day itself does not lie before it
    assert (oldest, came) == ({(ours.id, "1"): LATE}, {})


def test_each_question_of_the_first_page_is_good_on_postgresql_by_itself():
    for build in today._FACTS._builds:
        assert str(build().compile(dialect=postgresql.dialect())), build.__name__
