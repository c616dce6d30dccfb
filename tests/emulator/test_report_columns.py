"""Balance sheet and trial balance in a column for each customer: they add up across and down."""

from decimal import Decimal

from tests.emulator.small_company import REALM, small_company


def company_with_two_customers():
    company = small_company()
    company.invoice("100")
    invoice = company.invoice("40", customer="bill")
    company.pay("40", ("Invoice", invoice["Id"], "40"), customer="bill")
    return company


def test_each_customer_has_a_column_on_the_balance_sheet():
    """Amy owes 100.00; Bill's 40.00 lie in undeposited funds; both are this year's income."""
    company = company_with_two_customers()

    found = company.engine.report(REALM, "BalanceSheet", {"summarize_column_by": "Customers"})

    titles = [column["ColTitle"] for column in found["Columns"]["Column"]]
    assert titles == ["", "Amy's Bird Sanctuary", "Bill's Windsurf Shop", "Total"]
    assets, rest = found["Rows"]["Row"]
    assert [cell["value"] for cell in assets["Summary"]["ColData"]] == [
        "TOTAL ASSETS",
        "100.00",
        "40.00",
        "140.00",
    ]
    assert [cell["value"] for cell in rest["Summary"]["ColData"][1:]] == ["100.00", "40.00", "140.00"]


def test_the_trial_balance_has_a_debit_and_a_credit_for_each_customer():
    company = company_with_two_customers()

    found = company.engine.report(REALM, "TrialBalance", {"summarize_column_by": "Customers"})

    assert [column["ColTitle"] for column in found["Columns"]["Column"]][1:3] == [
        "Amy's Bird Sanctuary Debit",
        "Amy's Bird Sanctuary Credit",
    ]
    total = [Decimal(cell["value"]) for cell in found["Rows"]["Row"][-1]["Summary"]["ColData"][1:]]
    assert total[0] == total[1] == Decimal("100.00")
    assert total[2] == total[3] == Decimal("40.00")
