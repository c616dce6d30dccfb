"""Months in which invoices were paid, by hand."""

from datetime import date
from decimal import Decimal

from qb_collections.core.pay_months import PayMonth, pay_months, terms_days
from tests.core.pasts import Books

ON = date(2026, 3, 15)


def months(made, count=3):
    return pay_months(made.past().of_currency("USD"), ON, count)


def test_the_middle_invoice_of_each_month_and_an_empty_month_says_none():
    """January: 10 and 31 days, the lower counts.  February: nothing.  March: 29 days, nine late."""
    made = Books().invoice("1", date(2026, 1, 1), date(2026, 1, 31), "100")
    made.invoice("2", date(2025, 12, 1), date(2025, 12, 31), "50")
    made.invoice("3", date(2026, 2, 10), date(2026, 3, 2), "70")
    made.pay(date(2026, 1, 11), ("1", "100")).pay(date(2026, 1, 1), ("2", "50")).pay(
        date(2026, 3, 11), ("3", "70")
    )

    assert months(made) == (
        PayMonth(date(2026, 1, 1), 2, Decimal(150), 10, -20),
        PayMonth(date(2026, 2, 1), 0, Decimal(0), None, None),
        PayMonth(date(2026, 3, 1), 1, Decimal(70), 29, 9),
    )


def test_what_is_open_was_paid_earlier_or_by_credit_alone_is_in_no_month():
    made = Books().invoice("1", date(2026, 1, 1), date(2026, 1, 31), "100")
    made.invoice("2", date(2025, 10, 1), date(2025, 10, 31), "50")
    made.invoice("3", date(2026, 2, 10), date(2026, 3, 2), "70")
    made.pay(date(2026, 2, 1), ("1", "40")).pay(date(2025, 11, 1), ("2", "50")).credit(
        "c", date(2026, 2, 20), "70", ("3", "70")
    )

    assert [one.invoices for one in months(made)] == [0, 0, 0]


def test_an_invoice_without_a_due_date_counts_from_its_own_day_only():
    made = Books().invoice("1", date(2026, 3, 1), None, "100").pay(date(2026, 3, 5), ("1", "100"))

    assert months(made, 1) == (PayMonth(date(2026, 3, 1), 1, Decimal(100), 4, None),)


def test_the_months_go_back_over_the_year():
    assert [one.first_on for one in pay_months((), date(2026, 1, 31), 3)] == [
        date(2025, 11, 1),
        date(2025, 12, 1),
        date(2026, 1, 1),
    ]


def test_the_terms_are_the_middle_of_a_years_invoices():
    """Issued on 15 March 2025 counts no more and on the 16th does; of 10 and 30 days the lower."""
    made = Books().invoice("1", date(2025, 3, 15), date(2025, 3, 16), "10")
    made.invoice("2", date(2025, 3, 16), date(2025, 3, 26), "10")
    made.invoice("3", date(2026, 3, 15), date(2026, 4, 14), "10")
    made.invoice("4", date(2026, 3, 16), date(2026, 3, 17), "10").invoice("5", date(2026, 1, 1), None, "10")

    assert terms_days(made.past().of_currency("USD"), ON) == 10
    assert terms_days((), ON) is None
