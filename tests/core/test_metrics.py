"""The formulas of receivables, with vectors worked out by hand."""

from decimal import Decimal

import pytest

from qb_collections.core import metrics

D = Decimal


def tenths(value, places="0.01"):
    return value.quantize(D(places))


def test_days_sales_outstanding_of_a_quarter():
    """150 owed, 110 of it not due; sales of January 50, February 60, March 80."""
    sales = D(50) + D(60) + D(80)

    dso = metrics.simple_dso(D(150), sales, 90)
    best = metrics.best_possible_dso(D(110), sales, 90)

    assert tenths(dso) == D("71.05")
    assert tenths(best) == D("52.11")
    assert tenths(metrics.average_days_delinquent(dso, best)) == D("18.95")


def test_countback_takes_whole_months_off_and_the_last_pro_rata():
    """March and February are used up, 10 of January's 50 are left: 31 + 28 + 10/50 of 31 days."""
    months = [(D(80), 31), (D(60), 28), (D(50), 31)]

    assert metrics.countback_dso(D(150), months) == D("65.2")


@pytest.mark.parametrize(
    ("owed", "days"), [("0", "0"), ("80", "31"), ("190", "90"), ("190.01", None), ("40", "15.5")]
)
def test_countback_at_its_edges(owed, days):
    months = [(D(80), 31), (D(60), 28), (D(50), 31)]

    assert metrics.countback_dso(D(owed), months) == (D(days) if days is not None else None)


def test_countback_passes_over_a_month_without_sales():
    assert metrics.countback_dso(D(40), [(D(0), 30), (D(80), 31)]) == D("45.5")


def test_collective_effectiveness():
    cei = metrics.collective_effectiveness(D(400_000), D(1_200_000), D(350_000), D(280_000))

    assert tenths(cei) == D("94.70")


def test_effectiveness_is_undefined_when_nothing_could_be_collected():
    assert metrics.collective_effectiveness(D(0), D(100), D(100), D(100)) is None


def test_payment_delay_is_weighed_by_amount():
    paid = [(D(140), 7), (D(85), 55)]

    delay = metrics.average_payment_delay(paid)
    with_overdue = metrics.average_payment_delay([*paid, (D(214), 20)])

    assert tenths(delay) == D("25.13")
    assert tenths(with_overdue) == D("22.63")
    assert metrics.delay_band(delay) == "A"


@pytest.mark.parametrize(
    ("delay", "band"),
    [("30", "A"), ("30.1", "B"), ("60", "B"), ("60.1", "C"), ("90", "C"), ("90.1", "D")],
)
def test_bands_include_their_edge(delay, band):
    assert metrics.delay_band(D(delay)) == band


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-5, "current"),
        (0, "current"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91+"),
    ],
)
def test_a_bucket_edge_belongs_to_the_lower_number(days, bucket):
    assert metrics.bucket(days) == bucket


def test_ratios_without_a_whole_are_undefined():
    assert metrics.simple_dso(D(150), D(0), 90) is None
    assert metrics.average_days_delinquent(None, D(1)) is None
    assert metrics.average_payment_delay([]) is None
    assert metrics.turnover(D(10), D(0), D(0)) is None
    assert metrics.ratio(0, 0) is None
    assert metrics.share_kept([]) is None


def test_turnover_is_over_the_middle_of_beginning_and_end():
    assert metrics.turnover(D(300), D(50), D(100)) == D(4)


def test_a_promise_kept_in_part_counts_in_part_and_more_than_promised_counts_once():
    """100 promised and 150 came; 200 promised and 50 came: 150 of 300."""
    assert metrics.share_kept([(D(100), D(150)), (D(200), D(50))]) == D("0.5")
