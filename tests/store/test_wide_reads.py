"""Reads of many rows or many companies at once, and all that is kept of one."""

from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.books import Customer, Invoice
from qb_collections.core.money import Money
from qb_collections.store import aging, audit, clients, companies, everything, journal, mirror, report_figures
from qb_collections.store.engine import durable, reading
from tests.store.conftest import NOW

TODAY = date(2026, 10, 30)


def usd(amount):
    return Money(Decimal(amount), "USD")


def invoice(id, customer, due_on, balance, currency="USD"):
    amount = Money(Decimal(balance), currency)
    return Invoice(id, "0", customer, f"10{id}", date(2026, 6, 1), due_on, amount, amount)


@pytest.fixture
def company(engine):
    """7 owes 10 not due and 20 a day late; 8 owes 40 without a due date, 80 ninety days late, EUR 5."""
    with durable(engine) as conn:
        made = companies.create(
            conn,
            name="Copperleaf",
            zone="America/Chicago",
            currency="USD",
            country="US",
            environment="sandbox",
            base_url="https://x.example",
            created_at=NOW,
        )
        mirror.put_customers(
            conn, made.id, [Customer(id, f"Customer {id}", "USD", usd("0"), emails=()) for id in ("7", "8")]
        )
        mirror.put_invoices(
            conn,
            made.id,
            [
                invoice("1", "7", TODAY, "10"),
                invoice("2", "7", date(2026, 10, 29), "20"),
                invoice("3", "8", None, "40"),
                invoice("4", "8", date(2026, 8, 1), "80"),
                invoice("5", "8", date(2026, 7, 31), "5", "EUR"),
                invoice("6", "8", date(2026, 7, 31), "0"),
            ],
        )
    return made


def test_totals_by_bucket_on_both_sides_of_its_ends(engine, company):
    """90 days late is in the fourth bucket, 91 in the last."""
    with reading(engine) as conn:
        found = aging.totals(conn, company.id, TODAY)

    assert found == {
        "USD": ([500_000, 200_000, 0, 800_000, 0], [2, 1, 0, 1, 0]),
        "EUR": ([0, 0, 0, 0, 50_000], [0, 0, 0, 0, 1]),
    }


def heaviest(engine, company, bucket, heads=(), limit=50, offset=0):
    with reading(engine) as conn:
        return aging.heaviest(
            conn, company.id, TODAY, "USD", bucket, heads=dict(heads), limit=limit, offset=offset
        )


@pytest.mark.parametrize(
    ("bucket", "expected"),
    [
        (None, ["8", "7"]),  # 80 late, 20 late
        (0, ["8", "7"]),  # 40 without a day, 10 due today
        (1, ["7"]),
        (2, []),
        (3, ["8"]),  # 90 days late
        (4, []),  # the five euros are not dollars
    ],
)
def test_lists_are_ordered_by_what_is_late_or_by_their_bucket(engine, company, bucket, expected):
    assert heaviest(engine, company, bucket) == (expected, len(expected))


def test_a_list_is_read_page_by_page_and_knows_how_many_there_are(engine, company):
    assert heaviest(engine, company, None, limit=1) == (["8"], 2)
    assert heaviest(engine, company, None, limit=1, offset=1) == (["7"], 2)
    assert heaviest(engine, company, None, limit=1, offset=2) == ([], 0)  # behind the last page


def test_what_a_site_owes_counts_with_whom_it_is_billed_with(engine, company):
    """Also where that one owes nothing itself, as 9."""
    assert heaviest(engine, company, None, {"8": "7"}) == (["7"], 1)
    assert heaviest(engine, company, None, {"8": "9"}) == (["9", "7"], 2)
    assert heaviest(engine, company, 1, {"7": "9", "8": "9"}) == (["9"], 1)


def test_the_buckets_of_some_and_their_invoices_page_by_page(engine, company):
    with reading(engine) as conn:
        sums = aging.of_customers(conn, company.id, TODAY, ["8"])
        page = aging.invoices(conn, company.id, ["7", "8"], "USD", TODAY, bucket=None, limit=2, offset=1)
        late = aging.invoices(conn, company.id, ["7", "8"], "USD", TODAY, bucket=1, limit=9, offset=0)
        names = aging.names(conn, company.id, ["7"])

    assert {(one.currency, one.amounts) for one in sums} == {
        ("USD", (400_000, 0, 0, 800_000, 0)),
        ("EUR", (0, 0, 0, 0, 50_000)),
    }
    assert [one.id for one in page] == ["2", "1"]  # after the oldest, before the one without a due date
    assert [one.id for one in late] == ["2"]
    assert names == {"7": "Customer 7"}


def test_what_is_owed_to_many_is_late_by_each_ones_own_day(engine, company):
    with reading(engine) as conn:
        by_today = clients.owed(conn, {company.id: TODAY})
        earlier = clients.owed(conn, {company.id: date(2026, 10, 29), company.id + 1: TODAY})
        nobody = clients.owed(conn, {})

    assert by_today[company.id][0] == (usd("150"), usd("100"))
    assert earlier[company.id][0] == (usd("150"), usd("80"))
    assert nobody == {}


def test_nothing_waits_where_nothing_happened(engine, company):
    with reading(engine) as conn:
        ids = [company.id]
        found = clients.nights(conn, ids), clients.approvals(conn, ids), clients.tasks(conn, ids)
        written = journal.writes(conn, company.id, before=5, limit=10), journal.tally(conn, company.id)

    assert found == ({}, {}, {})
    assert written == ([], {})


def test_figures_are_kept_in_one_row_that_the_next_replaces(engine, company):
    with durable(engine) as conn:
        for number in (1, 2):
            report_figures.put(
                conn,
                company.id,
                on=TODAY,
                made_at=NOW,
                read_at=NOW,
                history_since=None,
                figures={"number": number},
            )
        assert report_figures.get(conn, company.id).figures == {"number": 2}


def test_every_table_of_a_company_is_read_in_pages_and_emptied_in_pieces(engine, company):
    invoices = next(one for one in everything.tables() if one.name == "mirror_invoice")
    with reading(engine) as conn:
        first, after = everything.rows(conn, invoices, company.id, after=None, limit=4)
        second, end = everything.rows(conn, invoices, company.id, after=after, limit=4)
        for table in everything.handed_out():
            everything.rows(conn, table, company.id, after=None, limit=1)
    with durable(engine) as conn:
        gone = [everything.delete_some(conn, invoices, company.id, 4) for _ in range(3)]
        for table in everything.doomed():
            everything.delete_some(conn, table, company.id, 100)
        left = everything.count(conn, invoices, company.id)

    assert [one["id"] for one in first + second] == ["1", "2", "3", "4", "5", "6"]
    assert (after, end) == ((company.id, "4"), None)
    assert gone == [4, 2, 0]
    assert left == 0


def test_what_was_done_is_searched_over_companies(engine, company):
    with durable(engine) as conn:
        audit.append(conn, company.id, "Dana", "stopped", "company", None, NOW)
        audit.append(conn, company.id, "Lee", "lifted", "company", None, NOW)
        every = audit.search(conn, [company.id])
        dana = audit.search(conn, [company.id], actor="Dana", since=NOW, limit=5)
        none = audit.search(conn, [company.id], until=NOW)
        place = ("2026-10-30T07:30:00.000000Z", company.id, 2)
        older = audit.search(conn, [company.id], before=place)

    assert [one.entry.actor for one in every] == ["Lee", "Dana"]
    assert [one.entry.actor for one in dana] == ["Dana"]
    assert none == []
    assert [one.entry.actor for one in older] == ["Dana"]
