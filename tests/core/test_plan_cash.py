"""What a plan brings forward on cash-basis reports, worked by hand."""

from decimal import Decimal

from qb_collections.core.money import Money
from qb_collections.core.plan_cash import Forward, brought_forward


def invoice(total, balance, tax="0.00", **more):
    lines = [{"DetailType": "SalesItemLineDetail", "Amount": Decimal(total) - Decimal(tax)}]
    taxes = [{"Amount": Decimal(tax)}] if Decimal(tax) else []
    return {
        "TotalAmt": Decimal(total),
        "Balance": Decimal(balance),
        "Line": lines,
        "TxnTaxDetail": {"TotalTax": Decimal(tax), "TaxLine": taxes},
    } | more


def dollars(income, tax):
    return Forward(Money(Decimal(income), "USD"), Money(Decimal(tax), "USD"))


def test_an_open_invoice_is_brought_forward_whole():
    assert brought_forward([invoice("1080.00", "1080.00", "80.00")], "USD") == (dollars("1000.00", "80.00"),)


def test_what_was_paid_has_been_seen_already():
    """360.01 of 1,080.00 is paid: of 1,000.00 the share is 333.3426, 333.34; the rest of it was tax."""
    found = brought_forward([invoice("1080.00", "719.99", "80.00")], "USD")

    assert found == (dollars("666.66", "53.33"),)


def test_invoices_add_up_and_one_of_nothing_adds_nothing():
    records = [invoice("10.00", "10.00"), invoice("0.00", "0.00"), invoice("5.50", "5.50", "0.50")]

    assert brought_forward(records, "USD") == (dollars("15.00", "0.50"),)


def test_reports_are_in_the_home_currency():
    """107.25 euros at 1.1: the line of 100.00 is 110.00 dollars, the tax of 7.25 is 7.98."""
    euros = {"CurrencyRef": {"value": "EUR"}, "ExchangeRate": Decimal("1.1")}

    found = brought_forward([invoice("107.25", "107.25", "7.25", **euros)], "USD")

    assert found == (dollars("110.00", "7.98"),)


def test_where_it_hangs_on_a_rounding_both_are_told():
    """At 1.742 the tax of 24,788 yen is 43,180.70 by itself.

    The whole of 247,212 is 430,643.30, the line of 222,424 is 387,462.61, and 43,180.69 is left for tax.
    """
    yen = {"CurrencyRef": {"value": "JPY"}, "ExchangeRate": Decimal("1.742")}

    found = brought_forward([invoice("247212", "247212", "24788", **yen)], "USD")

    assert found == (dollars("387462.61", "43180.70"), dollars("387462.61", "43180.69"))
