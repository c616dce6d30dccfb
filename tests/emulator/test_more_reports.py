"""The reports beyond receivables that public clients ask for: they say what the ledger says."""

from decimal import Decimal

import pytest

from tests.emulator.small_company import REALM, sale, small_company
from tests.emulator.test_reports import table


@pytest.fixture
def company():
    """Amy was sold 100 of labour and 60 of parts, and paid 100; a vendor billed 40 of rent and got 15."""
    company = small_company()
    ids = company.ids
    ids["rent"] = company.save("Account", Name="Rent", AccountType="Expense")["Id"]
    ids["vendor"] = company.save("Vendor", DisplayName="Landlord")["Id"]
    ids["north"] = company.save("Class", Name="North")["Id"]
    lines = [sale(ids["work"], "100", ClassRef={"value": ids["north"]}), sale(ids["part"], "60")]
    invoice = company.invoice("1", Line=lines, TxnDate="2026-10-01")
    company.pay("100", ("Invoice", invoice["Id"], "100"), TxnDate="2026-10-05")
    cost = {
        "Amount": "40",
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {
            "AccountRef": {"value": ids["rent"]},
            "CustomerRef": {"value": ids["amy"]},
        },
    }
    bill = company.save(
        "Bill",
        VendorRef={"value": ids["vendor"]},
        Line=[cost],
        TxnDate="2026-09-01",
        DueDate="2026-10-20",
    )
    company.save(
        "BillPayment",
        VendorRef={"value": ids["vendor"]},
        TotalAmt="15",
        PayType="Check",
        CheckPayment={"BankAccountRef": {"value": ids["bank"]}},
        TxnDate="2026-10-10",
        Line=[{"Amount": "15", "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}],
    )
    return company


def report(company, name, **params):
    found = company.engine.report(REALM, name, params)
    assert found["Header"]["ReportName"] == name
    width = len(found["Columns"]["Column"])
    assert all(len(row) == width for row in table(found))
    return table(found)


def test_income_by_customer_is_what_was_sold_less_what_was_bought_for_them(company):
    assert report(company, "CustomerIncome") == [
        ["Amy's Bird Sanctuary", "160.00", "-40.00", "120.00"],
        ["TOTAL", "160.00", "-40.00", "120.00"],
    ]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("CustomerSales", [["Amy's Bird Sanctuary", "160.00"]]),
        ("ItemSales", [["Labour", "100.00"], ["Parts", "60.00"]]),
        ("ClassSales", [["North", "100.00"], ["Not Specified", "60.00"]]),
        ("DepartmentSales", [["Not Specified", "160.00"]]),
    ],
)
def test_sales_by_what_they_name(company, name, expected):
    assert report(company, name) == [*expected, ["TOTAL", "160.00"]]


def test_what_vendors_are_owed_and_what_was_bought_from_them(company):
    assert report(company, "VendorBalance") == [["Landlord", "25.00"], ["TOTAL", "25.00"]]
    assert report(company, "VendorExpenses") == [["Landlord", "40.00"], ["TOTAL", "40.00"]]


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-10-09", ["Landlord", "40.00", "", "", "", "", "40.00"]),
        ("2026-10-20", ["Landlord", "25.00", "", "", "", "", "25.00"]),
        ("2026-10-21", ["Landlord", "", "25.00", "", "", "", "25.00"]),
    ],
)
def test_aged_payables_of_a_day(company, on, expected):
    assert report(company, "AgedPayables", report_date=on)[0] == expected


def test_the_detail_of_payables_names_the_bill(company):
    rows = report(company, "AgedPayableDetail", report_date="2026-10-30")

    assert rows[1] == ["2026-09-01", "Bill", "", "Landlord", "2026-10-20", "10", "40.00", "25.00"]


def test_the_general_ledger_runs_to_each_account_s_balance(company):
    rows = report(company, "GeneralLedger", start_date="2026-10-02", end_date="2026-10-31")

    begin = rows.index(["Accounts Receivable (A/R)", *[""] * 7])
    assert rows[begin + 1 : begin + 4] == [
        ["Beginning Balance", *[""] * 6, "160.00"],
        [
            *("2026-10-05", "Payment", "", "Amy's Bird Sanctuary", "", "Undeposited Funds"),
            *("-100.00", "60.00"),
        ],
        ["Total for Accounts Receivable (A/R)", *[""] * 5, "-100.00", ""],
    ]


def test_the_journal_s_two_sides_are_equal(company):
    rows = report(company, "JournalReport")

    assert rows[-1] == ["TOTAL", *[""] * 5, "315.00", "315.00"]  # 160 + 100 + 40 + 15


def test_a_transaction_list_names_each_document_once(company):
    rows = report(company, "TransactionList")
    by_vendor = report(company, "TransactionListByVendor")
    splits = report(company, "TransactionListWithSplits")

    assert [(row[0], row[1], row[8]) for row in rows] == [
        ("2026-09-01", "Bill", "40.00"),
        ("2026-10-01", "Invoice", "160.00"),
        ("2026-10-05", "Payment", "100.00"),
        ("2026-10-10", "Bill Payment", "-15.00"),
    ]
    assert by_vendor[0][0] == "Landlord"
    assert len(splits) == 9  # 2 of the bill, 3 of the invoice, 2 of each payment


def test_details_of_balances_end_with_the_balance(company):
    assert report(company, "CustomerBalanceDetail")[-1] == ["TOTAL", *[""] * 3, "60.00", ""]
    assert report(company, "VendorBalanceDetail")[-1] == ["TOTAL", *[""] * 3, "25.00", ""]


def test_the_details_of_profit_and_loss_add_up_to_its_lines(company):
    rows = report(company, "ProfitAndLossDetail")

    totals = {row[0]: row[6] for row in rows if row[0].startswith("Total for")}
    assert totals == {
        "Total for Services": "100.00",
        "Total for Parts income": "60.00",
        "Total for Rent": "40.00",
    }


def test_the_cash_flow_ends_with_what_is_in_the_bank(company):
    rows = dict(report(company, "CashFlow", start_date="2026-10-01", end_date="2026-10-31"))

    assert rows["Net Income"] == "160.00"
    assert rows["Accounts Receivable (A/R)"] == "-60.00"
    assert rows["Cash at end of period"] == "-15.00"
    assert company.balances()["Checking"] == "-15.00"


def test_the_account_list_and_the_stock_say_what_their_records_say(company):
    accounts = {row[0]: row[4] for row in report(company, "AccountList")}

    assert accounts["Accounts Receivable (A/R)"] == "60.00"
    assert accounts["Services"] == "100.00"
    assert report(company, "InventoryValuationSummary") == []


def test_every_total_of_the_ledger_is_the_trial_balance_s(company):
    rows = report(company, "GeneralLedger")

    ends = {}
    for row in rows:
        if row[0].startswith("Total for "):
            ends[row[0].removeprefix("Total for ")] = Decimal(row[6])
    trial = {one["account"]: abs(one["debit"] - one["credit"]) for one in company.engine.trial_balance(REALM)}
    assert {name: abs(amount) for name, amount in ends.items()} == trial
