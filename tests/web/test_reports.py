"""The reports' page: buckets add up, a day may be named, the spreadsheet runs nothing."""

import csv
import html
import io
from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.services import aging_report, report_figures
from tests.web.conftest import HOSTILE, NOW, customer, invoice
from tests.web.statements import MOST, statements_of
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
    assert with_all * 10_000 == sum(one.balance for row in found.rows for one in row.invoices)


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

    early = viewer.get(path(house, "day?as_of=2001-01-01"), follow_redirects=True).text
    nonsense = viewer.get(path(house, "day?as_of=soon")).text

    assert "Figures can be worked out from" in early
    assert "is not a day" in nonsense
    assert HOSTILE not in early


@pytest.fixture(scope="module")
def reported(furnished_once):
    """One house for many looks: who owes, with the figures of the night."""
    made, kept = furnished_once
    kept.put_back()
    made.clock.set(NOW)
    owing(made)
    report_figures.refresh(made.context, made.ours)
    return made


def test_a_bucket_leads_to_its_customers_and_these_to_their_invoices_and_back(reported):
    viewer = reported.browser("viewer@ours.example")

    whole = viewer.get(path(reported)).text
    bucket = html.unescape(viewer.get(path(reported, "aging?bucket=1&currency=USD")).text)
    customer_page = html.unescape(viewer.get(path(reported, "aging?customer=17&currency=USD&bucket=1")).text)

    assert "aging?bucket=1&amp;currency=USD" in whole
    assert "2 customers, 2 invoices, $200.25" in bucket  # 70.25 thirty days late, 130.00 ten days late
    assert "aging?customer=17&currency=USD&bucket=1" in bucket
    assert "1 invoice, $70.25" in customer_page
    assert f"/companies/{reported.ours.id}/invoices/91" in customer_page
    assert f"/companies/{reported.ours.id}/invoices/92" not in customer_page
    assert "aging?currency=USD&bucket=1" in customer_page
    assert viewer.get(path(reported, "aging?customer=nobody")).status_code == 404


@pytest.mark.parametrize(
    "address",
    ["reports/", "reports/aging?bucket=1", "reports/aging?customer=17&currency=USD", "reports/day"],
)
def test_a_page_of_reports_asks_the_database_at_most_twelve_times(reported, address):
    assert len(statements_of(reported, address)) <= MOST


def test_figures_are_worked_out_when_somebody_asks_and_the_page_waits_for_them(house):
    owing(house)
    collector = house.browser("collector@ours.example")
    before = collector.get(path(house)).text

    answer = collector.post(path(house, "work-out"))
    waits = collector.get(answer.location).text
    report_figures.refresh(house.context, house.ours)
    there = collector.get(answer.location).text

    assert "come with the next night" in before
    assert house.woken == [("figures", house.ours.id)]
    assert 'http-equiv="refresh"' in waits
    assert 'http-equiv="refresh"' not in there
    assert "not because of it" in there


@pytest.mark.parametrize("report", ["aging", "weeks", "days", "reasons", "steps"])
@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_each_report_comes_as_a_file(reported, report, form):
    answer = reported.browser("viewer@ours.example").get(path(reported, f"{report}.{form}"))

    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{report}-2026-11-02.{form}"'
    assert answer.data.startswith(b"PK" if form == "xlsx" else b"\xef\xbb\xbf")


def test_sites_stand_with_who_gets_their_bills_in_lists_and_one_by_one(house):
    site = {"parent_id": "17", "bill_with_parent": True}
    fill(
        house,
        invoice("90", "17", "1001", TODAY - timedelta(days=5), "50.00"),
        invoice("91", "18", "1002", TODAY - timedelta(days=6), "20.00"),
        invoice("92", "19", "1003", TODAY - timedelta(days=40), "7.00"),
        customers=[
            customer("17", name="Northgate", balance="50.00"),
            customer("18", name="Northgate North", balance="20.00", **site),
            customer("19", name="Northgate North, roof", parent_id="18", bill_with_parent=True),
        ],
    )
    viewer = house.browser("viewer@ours.example")

    every = viewer.get(path(house, "aging")).text
    of_one = html.unescape(viewer.get(path(house, "aging?customer=17&currency=USD")).text)
    as_site = viewer.get(path(house, "aging?customer=18&currency=USD")).text

    assert "2 customers, 4 invoices, $207.00" in every  # with the one that is in the house
    assert "Northgate North" not in every
    assert "3 invoices, $77.00" in of_one
    assert "Northgate North, roof" in of_one
    assert "1 invoice, $20.00" in as_site
