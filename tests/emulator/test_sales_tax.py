"""Sales tax on one document, by American codes and by codes on every line."""

from decimal import Decimal

import pytest

from qb_collections.emulator.errors import Fault
from tests.emulator.small_company import REALM, sale, small_company


@pytest.fixture
def company():
    return small_company()


def lines(company, *amounts):
    """Parts are taxed, labour is not."""
    part, work = company.ids["part"], company.ids["work"]
    return [
        sale(part, amounts[0], TaxCodeRef={"value": "TAX"}),
        *(sale(work, amount) for amount in amounts[1:]),
    ]


def coded(company, **more):
    return {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": company.ids["tax"]}} | more}


def test_only_taxed_lines_bear_the_rate(company):
    invoice = company.invoice("0", Line=lines(company, "335.25", "100.00"), **coded(company))

    detail = invoice["TxnTaxDetail"]
    assert (detail["TotalTax"], invoice["TotalAmt"]) == (Decimal("26.82"), Decimal("462.07"))
    assert detail["TaxLine"][0]["TaxLineDetail"] == {
        "TaxRateRef": {"value": company.ids["rate"]},
        "PercentBased": True,
        "TaxPercent": 8,
        "NetAmountTaxable": Decimal("335.25"),
    }
    assert company.balances()["California Department of Tax Payable"] == "-26.82"


@pytest.mark.parametrize(("after_discount", "tax"), [(False, "8.00"), (True, "7.20")])
def test_a_discount_lowers_the_tax_only_when_tax_comes_after_it(company, after_discount, tax):
    discount = {
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10},
    }

    invoice = company.invoice(
        "0",
        Line=[*lines(company, "100.00"), discount],
        ApplyTaxAfterDiscount=after_discount,
        **coded(company),
    )

    assert str(invoice["TxnTaxDetail"]["TotalTax"]) == tax
    assert [line["DetailType"] for line in invoice["Line"]][1:] == [
        "SubTotalLineDetail",
        "DiscountLineDetail",
    ]
    assert company.balances()["Discounts given"] == "10.00"


def test_a_persons_own_figure_stands(company):
    invoice = company.invoice("0", Line=lines(company, "100.00"), **coded(company, TotalTax="7.77"))

    assert str(invoice["TotalAmt"]) == "107.77"


def test_a_note_does_not_touch_the_tax(company):
    invoice = company.invoice("0", Line=lines(company, "100.00"), **coded(company, TotalTax="7.77"))

    after = company.save("Invoice", Id=invoice["Id"], SyncToken="0", sparse=True, PrivateNote="called")

    assert after["TxnTaxDetail"] == invoice["TxnTaxDetail"]


def test_new_lines_with_an_echoed_total_are_taxed_afresh(company):
    invoice = company.invoice("0", Line=lines(company, "100.00"), **coded(company))

    after = company.save("Invoice", **invoice | {"Line": lines(company, "200.00")})

    assert str(after["TxnTaxDetail"]["TotalTax"]) == "16.00"


def test_a_company_without_sales_tax_keeps_none(company):
    company.engine.set_preferences(REALM, {"TaxPrefs": {"UsingSalesTax": False}})

    invoice = company.invoice("0", Line=lines(company, "100.00"), **coded(company))

    assert invoice["TxnTaxDetail"] == {"TotalTax": Decimal("0.00")}


def test_under_automated_tax_a_taxable_item_is_taxed_by_itself(company):
    company.engine.set_preferences(
        REALM, {"TaxPrefs": {"PartnerTaxEnabled": True, "TaxGroupCodeRef": {"value": company.ids["tax"]}}}
    )

    invoice = company.invoice("100", item="part")

    assert str(invoice["TxnTaxDetail"]["TotalTax"]) == "8.00"


@pytest.fixture
def abroad():
    company = small_company()
    info = company.engine.read(REALM, "CompanyInfo", "1")
    company.save("CompanyInfo", Id="1", SyncToken=info["SyncToken"], sparse=True, Country="GB")
    return company


@pytest.mark.parametrize(
    ("treatment", "subtotal", "tax", "total"),
    [
        ("TaxExcluded", "108.00", "8.64", "116.64"),
        ("TaxInclusive", "100.00", "8.00", "108.00"),
        ("NotApplicable", "108.00", "0.00", "108.00"),
    ],
)
def test_elsewhere_every_line_has_its_code(abroad, treatment, subtotal, tax, total):
    line = sale(abroad.ids["work"], "108.00", TaxCodeRef={"value": abroad.ids["tax"]})

    invoice = abroad.invoice("0", Line=[line], GlobalTaxCalculation=treatment)

    found = (invoice["Line"][-1]["Amount"], invoice["TxnTaxDetail"]["TotalTax"], invoice["TotalAmt"])
    assert tuple(map(str, found)) == (subtotal, tax, total)


def test_prices_with_the_tax_in_them_add_up_to_what_was_asked(abroad):
    """0.07 at 8% is 0.06 and 0.01; 8% of three nets of 0.06 would be 0.01 in all, and two cents short."""
    code = {"TaxCodeRef": {"value": abroad.ids["tax"]}}
    lines = [sale(abroad.ids["work"], "0.07", **code) for _ in range(3)]

    invoice = abroad.invoice("0", Line=lines, GlobalTaxCalculation="TaxInclusive")

    found = (invoice["Line"][-1]["Amount"], invoice["TxnTaxDetail"]["TotalTax"], invoice["TotalAmt"])
    assert tuple(map(str, found)) == ("0.18", "0.03", "0.21")


def test_a_discount_by_percent_is_the_same_when_the_invoice_is_sent_back(abroad):
    """10% of the net of 108.00 at 8%, which is 100.00."""
    line = sale(abroad.ids["work"], "108.00", TaxCodeRef={"value": abroad.ids["tax"]})
    off = {
        "PercentBased": True,
        "DiscountPercent": 10,
        "DiscountAccountRef": {"value": abroad.ids["services"]},
    }
    lines = [line, {"DetailType": "DiscountLineDetail", "DiscountLineDetail": off}]

    made = abroad.invoice("0", Line=lines, GlobalTaxCalculation="TaxInclusive")
    again = abroad.save("Invoice", **made)

    assert [str(each["TotalAmt"]) for each in (made, again)] == ["98.00", "98.00"]


def test_elsewhere_a_line_without_a_code_is_refused(abroad):
    with pytest.raises(Fault) as caught:
        abroad.invoice("100")

    assert caught.value.code == "6000"
    assert "GST/VAT rate" in caught.value.detail
