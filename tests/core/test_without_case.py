"""Open invoices that nobody's case holds: each has a true sentence, with what would help."""

from datetime import date
from decimal import Decimal

from qb_collections.core.books import Customer, Invoice
from qb_collections.core.money import Money
from qb_collections.core.without_case import finding

LATE = Invoice(
    "9",
    "0",
    "4",
    "1009",
    date(2026, 1, 11),
    date(2026, 2, 10),
    Money(Decimal("310.00"), "USD"),
    Money(Decimal("310.00"), "USD"),
)


def customer(currency):
    return Customer("4", "Old Mill Brewing", currency, Money(Decimal("310.00"), currency))


def test_an_invoice_of_a_customer_that_quickbooks_does_not_list_has_nobody_to_write_to():
    found = finding(LATE, None, "en_US")

    assert found.because == (
        "Left alone: QuickBooks lists no customer for invoice 1009 ($310.00), so there is nobody to write "
        "to. Give it a customer there and we look at it the same night."
    )
    assert (found.stops, found.invoice_id) == (True, "9")


def test_an_invoice_in_another_currency_than_its_customers_waits_until_both_agree():
    found = finding(LATE, customer("EUR"), "en_US")

    assert found.because == (
        "Left alone: invoice 1009 ($310.00) is in USD, and QuickBooks keeps Old Mill Brewing in EUR. "
        "Nothing is sent about it until both agree there."
    )


def test_every_other_invoice_is_its_customers_case():
    assert finding(LATE, customer("USD"), "en_US") is None
