"""The companies beside the demo: VAT, several currencies, long invoices, very many."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from qb_collections.emulator import companies
from qb_collections.emulator.clocks import ManualClock
from qb_collections.emulator.engine import Engine
from qb_collections.emulator.store import Store

NOW = datetime(2026, 11, 20, 15, tzinfo=UTC)


def built(kind, **options):
    engine = Engine(Store(None), ManualClock(NOW))
    return engine, companies.build(engine, kind, **options).realm_id


def rows(engine, realm, entity, rest=""):
    return engine.query(realm, f"select * from {entity} {rest} maxresults 1000").get(entity, [])


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("uk-vat", {}),
        ("multicurrency", {}),
        ("long-invoices", {"invoices": 2}),
        ("many-invoices", {"invoices": 300}),
    ],
)
def test_the_books_of_every_kind_balance_and_agree_with_their_documents(kind, options):
    engine, realm = built(kind, **options)

    engine.check(realm)

    for basis in ("accrual", "cash"):
        balance = engine.trial_balance(realm, basis=basis)
        assert sum(row["debit"] - row["credit"] for row in balance) == 0


def test_the_british_company_charges_vat_by_the_line():
    """400.00 at 20 % and 60.00 at zero: 80.00 of VAT, 540.00 in pounds."""
    engine, realm = built("uk-vat")

    first = rows(engine, realm, "Invoice", "orderby Id")[0]

    assert first["TotalAmt"] == Decimal("540.00")
    assert first["TxnTaxDetail"]["TotalTax"] == Decimal("80.00")
    assert first["CurrencyRef"]["value"] == "GBP"


def test_the_american_company_of_four_currencies_shows_each_at_home():
    """2,400.00 euros at 1.08 of two months ago are 2,592.00 dollars."""
    engine, realm = built("multicurrency")

    found = {row["CurrencyRef"]["value"]: row for row in rows(engine, realm, "Invoice")}

    assert set(found) == {"USD", "EUR", "GBP", "JPY"}
    assert found["EUR"]["HomeTotalAmt"] == Decimal("2592.00")


def test_a_long_invoice_has_seven_hundred_lines_and_their_sum():
    """1 + 2 + ... + 700 is 245,350."""
    engine, realm = built("long-invoices", invoices=1)

    [invoice] = rows(engine, realm, "Invoice")

    assert len([line for line in invoice["Line"] if "SalesItemLineDetail" in line]) == 700
    assert invoice["TotalAmt"] == Decimal("245350.00")


def test_seven_of_ten_of_very_many_invoices_are_paid():
    engine, realm = built("many-invoices", invoices=300)

    assert len(rows(engine, realm, "Invoice", "where Balance > '0'")) == 90
    assert engine.query(realm, "select count(*) from Payment") == {"totalCount": 210}
    owed = sum(row["Balance"] for row in rows(engine, realm, "Customer"))
    assert owed == 90 * Decimal("120.00")


def test_a_number_of_invoices_that_makes_no_sense_is_a_sentence():
    with pytest.raises(ValueError, match="A company can have 1 to 1,000,000 invoices, got 0"):
        built("many-invoices", invoices=0)
