"""QuickBooks' rows as values: what is missing, odd or foreign."""

from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest

from qb_collections.core.books import Link
from qb_collections.core.money import Money
from qb_collections.core.without_case import NOBODY
from qb_collections.quickbooks import company_facts, rows, translate

INVOICE = {
    "Id": "1",
    "SyncToken": "0",
    "CustomerRef": {"value": "7"},
    "TxnDate": "2026-10-01",
    "TotalAmt": 100.00,
    "Balance": 40.5,
    "CurrencyRef": {"value": "EUR"},
}


def invoice(**changes):
    return translate.invoice(msgspec.convert(INVOICE | changes, rows.InvoiceRow), "USD")


def test_an_amount_has_the_decimals_of_its_currency():
    assert invoice().balance == Money(Decimal("40.50"), "EUR")
    assert str(invoice().balance.amount) == "40.50"
    assert str(invoice(CurrencyRef={"value": "JPY"}, TotalAmt=100, Balance=40).balance.amount) == "40"


def test_a_record_without_currency_is_in_the_companys_own():
    assert invoice(CurrencyRef=None).balance.currency == "USD"


@pytest.mark.parametrize("due", [None, ""])
def test_no_due_date_is_none(due):
    assert invoice(DueDate=due).due_on is None


def test_no_number_is_labelled_by_quickbooks_own_id():
    assert invoice().number is None
    assert invoice().label == "(no number, id 1)"


@pytest.mark.parametrize(
    ("changes", "voided"),
    [
        ({"TotalAmt": 0, "Balance": 0, "PrivateNote": "Voided - by mistake"}, True),
        ({"TotalAmt": 0, "Balance": 0, "PrivateNote": "free of charge"}, False),
        ({"TotalAmt": 0, "Balance": 0}, False),
        ({"PrivateNote": "Voided once, then written again"}, False),
    ],
)
def test_voided_is_a_zero_total_with_quickbooks_own_word(changes, voided):
    assert invoice(**changes).voided is voided


def test_the_delivery_time_is_an_instant_in_utc():
    sent = invoice(DeliveryInfo={"DeliveryType": "Email", "DeliveryTime": "2014-12-17T11:50:52-08:00"})

    assert sent.sent_at == datetime(2014, 12, 17, 19, 50, 52, tzinfo=UTC)


@pytest.mark.parametrize("nobody", [None, {"value": ""}])
def test_an_invoice_without_a_customer_is_nobodys_and_stops_no_other(nobody):
    assert invoice(CustomerRef=nobody).customer_id == NOBODY


def test_an_invoice_of_less_than_nothing_asks_for_nothing():
    overpaid = invoice(Balance=Decimal("-12.50"))
    negative = invoice(TotalAmt=Decimal("-60.00"), Balance=Decimal("-60.00"))

    assert overpaid.balance == negative.balance == negative.total == Money(Decimal("0.00"), "EUR")
    assert overpaid.total > overpaid.balance


@pytest.mark.parametrize(
    "changes",
    [
        {"TxnDate": None},
        {"TxnDate": "yesterday"},
        {"TotalAmt": None},
        {"MetaData": {"LastUpdatedTime": "2026-10-01T00:00:00"}},
    ],
)
def test_a_row_that_cannot_be_what_it_claims_is_refused(changes):
    with pytest.raises(ValueError):
        invoice(**changes)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a@x.example", ("a@x.example",)),
        ("a@x.example, b@x.example;c@x.example", ("a@x.example", "b@x.example", "c@x.example")),
        ("a@x.example a@x.example", ("a@x.example",)),
        ("nobody", ()),
        ("@", ()),
        ("", ()),
        (None, ()),
    ],
)
def test_one_field_may_hold_several_addresses(text, expected):
    assert translate.emails(text) == expected


def test_a_payments_lines_to_one_document_are_one_link():
    row = msgspec.convert(
        {
            "Id": "9",
            "CustomerRef": {"value": "7"},
            "TxnDate": "2026-10-01",
            "TotalAmt": 65,
            "Line": [
                {"Amount": 30.0, "LinkedTxn": [{"TxnId": "70", "TxnType": "Invoice"}]},
                {"Amount": 25.0, "LinkedTxn": [{"TxnId": "70", "TxnType": "Invoice"}]},
                {"Amount": 10.0, "LinkedTxn": [{"TxnId": "71", "TxnType": "CreditMemo"}]},
            ],
        },
        rows.PaymentRow,
    )

    assert translate.links(row, "USD") == (
        Link("9", "Invoice", "70", Money(Decimal("55.00"), "USD")),
        Link("9", "CreditMemo", "71", Money(Decimal("10.00"), "USD")),
    )
    assert translate.payment(row, "USD").received_on == date(2026, 10, 1)


def test_a_credit_memo_without_remaining_credit_has_its_balance_left():
    row = msgspec.convert(
        {"Id": "9", "CustomerRef": {"value": "7"}, "TxnDate": "2026-10-01", "TotalAmt": 65, "Balance": 20},
        rows.CreditMemoRow,
    )

    assert translate.credit_memo(row, "USD").remaining == Money(Decimal("20.00"), "USD")


def test_a_customer_is_named_also_without_a_display_name():
    row = msgspec.convert({"Id": "7", "GivenName": "Amy", "FamilyName": "Lauterbach"}, rows.CustomerRow)

    customer = translate.customer(row, "USD")

    assert (customer.name, customer.first_name, customer.full_name) == (
        "Amy Lauterbach",
        "Amy",
        "Amy Lauterbach",
    )


@pytest.mark.parametrize(
    ("address", "lines"),
    [
        (
            {"Line1": "118 Foundry Lane", "City": "Chattanooga", "CountrySubDivisionCode": "TN"}
            | {"PostalCode": "37402", "Country": "USA"},
            ("118 Foundry Lane", "Chattanooga, TN 37402"),
        ),
        ({"Line1": "Copperleaf LLC", "Line2": "Ring 8", "PostalCode": "01067"}, ("Ring 8", "01067")),
        ({"City": "Dresden", "PostalCode": "01067"}, ()),
        ({}, ()),
    ],
)
def test_a_company_s_address_is_what_stands_under_its_name_on_letters(address, lines):
    record = {"CompanyName": "Copperleaf LLC", "CompanyAddr": address}

    assert company_facts.company(record).address == lines
