"""What python-quickbooks asks for with its query helpers, in the spelling it uses, is found."""

from __future__ import annotations

import pytest
from quickbooks.exceptions import ValidationException
from quickbooks.objects import Account, Customer, Invoice, Item, TaxAgency, TaxCode, TaxRate
from quickbooks.objects.companycurrency import CompanyCurrency
from quickbooks.objects.exchangerate import ExchangeRate

from tests.clients.python import stock


@pytest.fixture
def three(qb):
    """Three invoices of 10, 20 and 30 to one customer."""
    who = stock.customer(qb)
    invoices = []
    for amount in (10, 20, 30):
        invoice = stock.new_invoice(qb, amount)
        invoice.CustomerRef = who.to_ref()
        invoices.append(invoice.save(qb=qb))
    return who, invoices


def amounts(invoices):
    return [float(invoice.TotalAmt) for invoice in invoices]


def test_pages_are_cut_by_start_and_size_in_either_spelling_of_order_by(qb, three):
    who, _ = three
    mine = f"CustomerRef = '{who.Id}'"

    one_word = Invoice.where(mine, order_by="TotalAmt DESC", start_position=2, max_results=1, qb=qb)
    two_words = Invoice.query(
        f"SELECT * FROM Invoice WHERE {mine} ORDER BY TotalAmt DESC MAXRESULTS 2", qb=qb
    )

    assert amounts(one_word) == [20]
    assert amounts(two_words) == [30, 20]


def test_ids_are_chosen_with_in(qb, three):
    _, invoices = three

    chosen = Invoice.choose([invoices[0].Id, invoices[2].Id], qb=qb)

    assert sorted(amounts(chosen)) == [10, 30]


def test_counting_takes_a_condition(qb, three):
    who, _ = three

    assert Invoice.count(f"CustomerRef = '{who.Id}' AND Balance > '15'", qb=qb) == 2
    assert Invoice.count(qb=qb) >= 3


def test_an_empty_page_is_an_empty_list(qb):
    answered = qb.query("SELECT * FROM Invoice WHERE DocNumber = 'no such number'")

    assert answered["QueryResponse"] == {}
    assert Invoice.filter(DocNumber="no such number", qb=qb) == []


def test_names_with_quotes_are_found_and_casing_does_not_matter(qb):
    made = Customer()
    made.DisplayName = stock.fresh("O'Brien's")
    made.save(qb=qb)

    by_filter = Customer.filter(DisplayName=made.DisplayName, qb=qb)
    by_like = Customer.where(f"displayname LIKE '{made.DisplayName[0].lower()}%'", qb=qb)

    assert [row.Id for row in by_filter] == [made.Id]
    assert made.Id in [row.Id for row in by_like]


def test_checking_is_found_however_it_is_cased(qb):
    [found] = Account.where("Name = 'checking'", max_results=1, qb=qb)

    assert found.Name == "Checking"


def test_unlike_is_an_operator_too(qb):
    found = Account.where(
        "Classification = 'Asset' AND FullyQualifiedName != 'Accounts Receivable (A/R)'", max_results=2, qb=qb
    )

    assert len(found) == 2
    assert all(row.Classification == "Asset" for row in found)
    assert "Accounts Receivable (A/R)" not in [row.FullyQualifiedName for row in found]


def test_items_are_asked_for_with_their_sku(qb):
    made = stock.new_item(qb)
    made.Sku = "SKU-1"
    made = made.save(qb=qb)

    rows = {row.Id: row for row in Item.all(max_results=1000, qb=qb)}

    assert rows[made.Id].Sku == "SKU-1"
    assert rows[made.Id].IncomeAccountRef.value == made.IncomeAccountRef.value


def test_tax_codes_come_in_fours(qb):
    """QuickBooks answers one tax code asked for with the two pseudo codes, and more, before it."""
    codes = TaxCode.all(max_results=1, qb=qb)

    assert len(codes) == 4
    assert codes[0].Id == codes[0].Name


def test_tax_rates_and_agencies_come_as_many_as_were_asked_for(qb):
    assert len(TaxRate.all(max_results=1, qb=qb)) == 1
    assert len(TaxAgency.all(max_results=1, qb=qb)) == 1


def test_a_malformed_query_says_so(qb):
    with pytest.raises(ValidationException) as parsed:
        qb.query("SELECT * FROM Invoice WHERE WHERE")
    with pytest.raises(ValidationException) as validated:
        qb.query("SELECT * FROM Invoice STARTPOSITION 0")

    assert (parsed.value.error_code, validated.value.error_code) == (4000, 4001)


def test_currencies_and_rates_are_listed(qb_abroad):
    [euro] = CompanyCurrency.where("Code = 'EUR'", qb=qb_abroad)
    rates = ExchangeRate.where("SourceCurrencyCode = 'EUR'", qb=qb_abroad)

    assert CompanyCurrency.get(euro.Id, qb=qb_abroad).Name == "Euro"
    assert len(CompanyCurrency.all(qb=qb_abroad)) == 3
    assert {(rate.SourceCurrencyCode, rate.TargetCurrencyCode) for rate in rates} == {("EUR", "USD")}


def test_a_rate_is_set(qb_abroad):
    rate = ExchangeRate.where("SourceCurrencyCode = 'JPY'", qb=qb_abroad)[0]
    rate.Rate = 0.0075

    rate.save(qb=qb_abroad)

    assert float(ExchangeRate.where("SourceCurrencyCode = 'JPY'", qb=qb_abroad)[0].Rate) == 0.0075
