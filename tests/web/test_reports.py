"""The reports' page: buckets add up, a day may be named, the spreadsheet runs nothing."""

import csv
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.services import aging_report
from tests.web.conftest import HOSTILE, customer, invoice
from tests.web.test_company_pages import fill

TODAY = date(2026, 11, 2)


def path(house, rest=""):
    return f"/companies/{house.ours.id}/reports/{rest}"


def owing(house):
    fill(
        house,
        invoice("90", "17", "1001", TODAY, "50.00"),
        invoice("91", "17", "1002", TODAY - timedelta(days=30), "70.25"),
        invoice("92", "17", "=1+1", TODAY - timedelta(days=31), "20.00"),
        invoice("93", "18", "1004", TODAY - timedelta(days=400), "9.75"),
        customers=[
            customer("17", name="=HYPERLINK(evil)", balance="140.25"),
            customer("18", name=HOSTILE, balance="9.75"),
        ],
    )


@pytest.mark.parametrize(
    ("days_late", "index"), [(-5, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4)]
)
def test_each_day_has_its_bucket(days_late, index):
    assert aging_report.bucket(TODAY - timedelta(days=days_late), TODAY) == index


def test_the_buckets_of_all_customers_add_up_to_what_is_owed(house):
    owing(house)

    found = aging_report.aging(house.context, house.ours)
    mine = [row for row in found.rows if row.customer_id in ("17", "18")]

    assert [one.amount for one in mine[0].buckets] == [
        Decimal(one) for one in ("50", "70.25", "20", "0", "0")
    ]
    assert mine[1].buckets[4].amount == Decimal("9.75")
    with_all = sum(amount.amount for amounts in found.sums().values() for amount in amounts)
    assert with_all == sum(one.balance.amount for row in found.rows for one in row.invoices)


def test_the_spreadsheet_has_every_invoice_and_no_formula(house):
    owing(house)

    answer = house.browser("viewer@ours.example").get(path(house, "aging.csv"))
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))

    assert answer.headers["Content-Disposition"] == 'attachment; filename="aging-2026-11-02.csv"'
    assert {row["Balance"] for row in rows} >= {"50.00", "70.25", "20.00", "9.75"}
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    assert {"'=HYPERLINK(evil)", "'=1+1"} <= {cell for row in rows for cell in row.values()}


def test_a_day_before_anything_is_known_is_answered_with_the_days_that_are(house):
    owing(house)
    viewer = house.browser("viewer@ours.example")

    early = viewer.get(path(house, "?as_of=2001-01-01")).text
    nonsense = viewer.get(path(house, "?as_of=soon")).text

    assert "Figures can be worked out from" in early
    assert "is not a day" in nonsense
    assert HOSTILE not in early
