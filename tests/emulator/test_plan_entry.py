"""The payment plan's entry: it moves due dates, and neither income, tax nor what is owed."""

from decimal import Decimal

import pytest

from tests.emulator.small_company import REALM, sale, small_company

TAXED = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "1"}}}


@pytest.fixture
def company():
    return small_company()


def taxed_invoice(company, amount):
    """Parts at 8 percent."""
    line = sale(company.ids["part"], amount, TaxCodeRef={"value": "TAX"})
    return company.invoice(amount, Line=[line], **TAXED)


def enter_plan(company, invoice, parts):
    """The memo, the zero payment and the installments, as the plan writes them."""
    whole = str(invoice["Balance"])
    memo = company.memo(whole, item="plan")
    company.pay("0", ("Invoice", invoice["Id"], whole), ("CreditMemo", memo["Id"], whole))
    return memo, [
        company.invoice(part, item="plan", DueDate=f"2026-12-{10 + index}")
        for index, part in enumerate(parts)
    ]


def test_a_plan_leaves_receivables_income_and_tax_as_they_were(company):
    invoice = taxed_invoice(company, "1000.00")
    before = company.balances()

    _, installments = enter_plan(company, invoice, ["540.00", "540.00"])

    assert company.balances() == before
    assert before == {
        "Accounts Receivable (A/R)": "1080.00",
        "Parts income": "-1000.00",
        "California Department of Tax Payable": "-80.00",
    }
    assert company.owes() == "1080.00"
    assert str(company.read("Invoice", invoice["Id"])["Balance"]) == "0.00"
    assert [each["TxnTaxDetail"]["TotalTax"] for each in installments] == [0, 0]


def test_at_no_step_does_the_customer_owe_more(company):
    invoice = taxed_invoice(company, "1000.00")

    enter_plan(company, invoice, ["360.00", "360.00", "360.00"])

    owed = [
        version["body"]["Balance"]
        for version in company.engine.versions(REALM, "Customer", company.ids["amy"])
    ]
    assert max(owed) == Decimal("1080.00")
    assert owed[-1] == Decimal("1080.00")


def test_on_cash_basis_a_plan_brings_income_forward(company):
    """1,000 of parts and 80 of tax count as received on the plan day, against clearing."""
    invoice = taxed_invoice(company, "1000.00")
    nothing = company.balances(basis="cash")

    enter_plan(company, invoice, ["540.00", "540.00"])

    assert nothing == {}
    assert company.balances(basis="cash") == {
        "Parts income": "-1000.00",
        "California Department of Tax Payable": "-80.00",
        "Payment plan clearing": "1080.00",
    }


def test_on_cash_basis_the_totals_agree_once_all_is_paid(company):
    invoice = taxed_invoice(company, "1000.00")
    _, installments = enter_plan(company, invoice, ["540.00", "540.00"])

    for installment in installments:
        company.pay("540", ("Invoice", installment["Id"], "540"))

    assert company.balances(basis="cash") == company.balances()
    assert company.balances()["Undeposited Funds"] == "1080.00"


def test_cancelling_after_a_part_payment_restores_the_rest_to_the_original(company):
    """1,080 in two installments, 200 paid: the original carries 880 again and clearing is zero."""
    invoice = taxed_invoice(company, "1000.00")
    memo, (first, second) = enter_plan(company, invoice, ["540.00", "540.00"])
    zero = company.read("Invoice", invoice["Id"])["LinkedTxn"][0]["TxnId"]
    company.pay("200", ("Invoice", first["Id"], "200"))
    engine = company.engine

    def token(entity, id_):
        return {"Id": id_, "SyncToken": company.read(entity, id_)["SyncToken"]}

    engine.void(REALM, "Invoice", token("Invoice", second["Id"]))
    part = {"sparse": True, "Line": [sale(company.ids["plan"], "200")]}
    engine.save(REALM, "Invoice", token("Invoice", first["Id"]) | part)
    engine.delete(REALM, "Payment", token("Payment", zero))
    engine.save(REALM, "CreditMemo", token("CreditMemo", memo["Id"]) | part)
    company.pay("0", ("Invoice", invoice["Id"], "200"), ("CreditMemo", memo["Id"], "200"))

    assert str(company.read("Invoice", invoice["Id"])["Balance"]) == "880.00"
    assert company.owes() == "880.00"
    assert "Payment plan clearing" not in company.balances()
