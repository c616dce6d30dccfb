"""Euro invoices of a dollar company, by hand-worked figures."""

from datetime import date
from decimal import Decimal

import pytest

from qb_collections.emulator import acts
from qb_collections.emulator.errors import Fault
from qb_collections.emulator.switches import Switches
from tests.emulator.small_company import REALM, sale, small_company

AR = "Accounts Receivable (A/R) - EUR"


def company_with_euros(**switches):
    company = small_company(switches=Switches(**switches))
    company.engine.set_preferences(REALM, {"CurrencyPrefs": {"MultiCurrencyEnabled": True}})
    body = {"DisplayName": "Chez Anne", "CurrencyRef": {"value": "EUR"}}
    company.ids["anne"] = company.save("Customer", **body)["Id"]
    return company


def test_each_line_is_rounded_at_home_and_the_receivable_is_their_sum():
    """Three lines of 0.05 at 1.1 are 0.055 each, 0.06 rounded: 0.18 in all, though 0.15 x 1.1 is 0.165."""
    company = company_with_euros()
    lines = [sale(company.ids["work"], "0.05") for _ in range(3)]

    company.invoice("1", customer="anne", Line=lines, ExchangeRate="1.1")

    assert company.balances() == {AR: "0.18", "Services": "-0.18"}


def test_under_the_switch_the_total_is_rounded():
    """0.15 x 1.1 is 0.165: 0.17."""
    company = company_with_euros(home_amount_per_line=False)
    lines = [sale(company.ids["work"], "0.05") for _ in range(3)]

    company.invoice("1", customer="anne", Line=lines, ExchangeRate="1.1")

    assert company.balances() == {AR: "0.17", "Services": "-0.17"}


def test_a_payment_at_another_rate_posts_the_difference_as_gain_or_loss():
    """100 euros sold at 1.10, 40 paid at 1.25: 50.00 in the bank for 44.00 of the debt, 6.00 of gain."""
    company = company_with_euros()
    invoice = company.invoice("100", customer="anne", ExchangeRate="1.10")

    company.pay("40", ("Invoice", invoice["Id"], "40"), customer="anne", ExchangeRate="1.25")

    assert company.balances() == {
        AR: "66.00",
        "Undeposited Funds": "50.00",
        "Services": "-110.00",
        "Exchange Gain or Loss": "-6.00",
    }
    paid = company.read("Invoice", invoice["Id"])
    assert (str(paid["Balance"]), str(paid["HomeBalance"])) == ("60.00", "66.00")
    assert company.owes("anne") == "60.00"


def test_the_customer_s_balance_is_in_home_currency_under_the_switch():
    company = company_with_euros(customer_balance_in_home_currency=True)

    company.invoice("100", customer="anne", ExchangeRate="1.10")

    assert company.owes("anne") == "110.00"


def test_a_balance_in_home_currency_follows_a_new_rate():
    """The euros stay; what they are worth does not."""
    company = company_with_euros(customer_balance_in_home_currency=True)
    invoice = company.invoice("100", customer="anne", ExchangeRate="1.10")
    named = {"Id": invoice["Id"], "SyncToken": invoice["SyncToken"], "sparse": True}

    company.save("Invoice", **named, ExchangeRate="1.25")

    assert company.owes("anne") == "125.00"


def test_a_transaction_has_the_currency_of_its_customer_who_keeps_it():
    company = company_with_euros()

    with pytest.raises(Fault) as refused:
        company.invoice("100", customer="anne", CurrencyRef={"value": "USD"})
    anne = company.read("Customer", company.ids["anne"])
    company.save("Customer", **{**anne, "CurrencyRef": {"value": "GBP"}})

    assert refused.value.code == "6000"
    assert company.read("Customer", company.ids["anne"])["CurrencyRef"]["value"] == "EUR"


def test_an_omitted_rate_is_that_of_the_day():
    """The last rate entered up to the invoice's day, not the one entered for a later day."""
    company = company_with_euros()
    for day, rate in (("2026-10-01", "1.15"), ("2026-10-20", "1.20")):
        company.save("ExchangeRate", SourceCurrencyCode="EUR", Rate=rate, AsOfDate=day)

    invoice = company.invoice("100", customer="anne", TxnDate="2026-10-19")

    assert invoice["ExchangeRate"] == Decimal("1.15")
    asked = company.http("GET", "exchangerate", sourcecurrencycode="EUR", asofdate="2026-10-20")[1]
    assert asked["ExchangeRate"]["Rate"] == 1.2


def test_revaluing_moves_what_is_owed_on_its_day_and_back_on_the_next():
    """100 euros at 1.10 are 110.00; at 1.30 they are worth 20.00 more."""
    company = company_with_euros()
    company.invoice("100", customer="anne", ExchangeRate="1.10", TxnDate="2026-10-01")

    acts.perform(
        company.engine, REALM, {"act": "revalue", "currency": "EUR", "rate": "1.30", "on": "2026-10-31"}
    )

    assert company.balances(as_of=date(2026, 10, 31))[AR] == "130.00"
    assert company.balances(as_of=date(2026, 10, 31))["Exchange Gain or Loss"] == "-20.00"
    assert company.balances(as_of=date(2026, 11, 1))[AR] == "110.00"
    assert company.owes("anne") == "100.00"


def test_a_name_in_a_new_currency_adds_it_to_the_company_s_list():
    company = company_with_euros()

    rows = company.http("GET", "query", query="select * from CompanyCurrency")[1]["QueryResponse"]

    assert [row["Code"] for row in rows["CompanyCurrency"]] == ["EUR"]


def test_a_company_of_one_currency_takes_no_foreign_customer():
    company = small_company()

    with pytest.raises(Fault) as refused:
        company.save("Customer", DisplayName="Chez Anne", CurrencyRef={"value": "EUR"})

    assert refused.value.code == "6000"


def company_with_yen(**switches):
    company = company_with_euros(**switches)
    company.ids["ken"] = company.save("Customer", DisplayName="Ken", CurrencyRef={"value": "JPY"})["Id"]
    return company


def test_a_yen_has_no_hundredths_on_lines_discounts_and_payments():
    """1000.50 and 3 x 333.4 are 1001 and 1000 yen; 5 % of 2001 are 100.05, 100 yen."""
    company = company_with_yen()
    lines = [
        sale(company.ids["work"], "1000.50"),
        sale(company.ids["work"], "1000.2", Qty=3, UnitPrice="333.4"),
        {
            "DetailType": "DiscountLineDetail",
            "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 5},
        },
    ]

    invoice = company.invoice("1", customer="ken", Line=lines, ExchangeRate="0.0067")
    company.pay("900.4", ("Invoice", invoice["Id"], "900.4"), customer="ken", ExchangeRate="0.0067")

    assert [str(line["Amount"]) for line in invoice["Line"]] == ["1001.00", "1000.00", "2001.00", "100.00"]
    assert str(invoice["TotalAmt"]) == "1901.00"
    assert company.owes("ken") == "1001.00"


def test_under_the_switch_a_yen_has_hundredths():
    company = company_with_yen(whole_units_where_no_decimals=False)

    invoice = company.invoice("1000.50", customer="ken", ExchangeRate="0.0067")

    assert str(invoice["TotalAmt"]) == "1000.50"


def test_where_yen_are_at_home_cash_basis_gives_whole_yen():
    """A third of 100 yen of income and of 200 yen of parts: 33 and 67."""
    company = small_company()
    company.engine.set_preferences(REALM, {"CurrencyPrefs": {"HomeCurrency": {"value": "JPY"}}})
    company.ids["ken"] = company.save("Customer", DisplayName="Ken")["Id"]
    lines = [sale(company.ids["work"], "100"), sale(company.ids["part"], "200")]
    invoice = company.invoice("1", customer="ken", Line=lines)

    company.pay("100", ("Invoice", invoice["Id"], "100"), customer="ken")

    found = company.balances(basis="cash")
    assert (found["Services"], found["Parts income"]) == ("-33.00", "-67.00")
