"""Accounts under accounts, and columns for periods, on the statements."""

import pytest

from tests.emulator.small_company import REALM, sale, small_company


def account(company, key, name, kind, parent=None):
    under = {"ParentRef": {"value": company.ids[parent]}, "SubAccount": True} if parent else {}
    company.ids[key] = company.save("Account", Name=name, AccountType=kind, **under)["Id"]


@pytest.fixture
def company():
    """Landscaping has Job Materials with Plants under it, and Labor; Pest Control stands alone."""
    company = small_company()
    account(company, "landscaping", "Landscaping", "Income")
    account(company, "materials", "Job Materials", "Income", "landscaping")
    account(company, "plants", "Plants", "Income", "materials")
    account(company, "labor", "Labor", "Income", "landscaping")
    account(company, "pests", "Pest Control", "Income")
    for key, amount in (("landscaping", "10"), ("plants", "150"), ("labor", "50"), ("pests", "70")):
        item = company.save("Item", Name=f"Sold {key}", IncomeAccountRef={"value": company.ids[key]})
        company.invoice("1", Line=[sale(item["Id"], amount)], TxnDate="2026-09-15")
    return company


def outline(rows):
    """Rows as nested tuples: a name and amounts, or header, rows and summary of a section."""
    found = []
    for row in rows:
        if "Rows" in row:
            parts = (cells(row["Header"]), outline(row["Rows"]["Row"]), cells(row["Summary"]))
            found.append(parts)
        else:
            found.append(cells(row if "ColData" in row else row["Summary"]))
    return found


def cells(part):
    return tuple(cell["value"] for cell in part["ColData"])


def test_an_account_with_sub_accounts_is_a_section_of_its_own(company):
    report = company.engine.report(REALM, "ProfitAndLoss", {})

    income = report["Rows"]["Row"][0]
    assert outline([income]) == [
        (
            ("Income", ""),
            [
                (
                    ("Landscaping", "10.00"),
                    [
                        (
                            ("Job Materials", ""),
                            [("Plants", "150.00")],
                            ("Total Job Materials", "150.00"),
                        ),
                        ("Labor", "50.00"),
                    ],
                    ("Total Landscaping", "210.00"),
                ),
                ("Pest Control", "70.00"),
            ],
            ("Total Income", "280.00"),
        )
    ]
    section = income["Rows"]["Row"][0]
    assert section["Header"]["ColData"][0]["id"] == company.ids["landscaping"]
    assert section["type"] == "Section"
    assert "group" not in section


def test_the_balance_sheet_nests_too_and_has_quickbooks_groups(company):
    account(company, "truck", "Truck", "Fixed Asset")
    account(company, "cost", "Original Cost", "Fixed Asset", "truck")
    account(company, "equity", "Opening Balance Equity", "Equity")
    lines = [
        {
            "Amount": "13495",
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": kind, "AccountRef": {"value": company.ids[key]}},
        }
        for kind, key in (("Debit", "cost"), ("Credit", "equity"))
    ]
    company.save("JournalEntry", Line=lines)

    assets, rest = company.engine.report(REALM, "BalanceSheet", {})["Rows"]["Row"]

    assert outline([assets]) == [
        (
            ("ASSETS", ""),
            [
                (
                    ("Current Assets", ""),
                    [
                        (
                            ("Accounts Receivable", ""),
                            [("Accounts Receivable (A/R)", "280.00")],
                            ("Total Accounts Receivable", "280.00"),
                        )
                    ],
                    ("Total Current Assets", "280.00"),
                ),
                (
                    ("Fixed Assets", ""),
                    [(("Truck", ""), [("Original Cost", "13495.00")], ("Total Truck", "13495.00"))],
                    ("Total Fixed Assets", "13495.00"),
                ),
            ],
            ("TOTAL ASSETS", "13775.00"),
        )
    ]
    current, fixed = assets["Rows"]["Row"]
    assert [assets["group"], current["group"], current["Rows"]["Row"][0]["group"], fixed["group"]] == [
        "TotalAssets",
        "CurrentAssets",
        "AR",
        "FixedAssets",
    ]
    assert cells(rest["Summary"]) == ("TOTAL LIABILITIES AND EQUITY", "13775.00")


def test_profit_and_loss_by_month_has_empty_months_and_a_total(company):
    company.invoice("20", TxnDate="2026-07-04")
    asked = {"summarize_column_by": "Month", "start_date": "2026-07-01", "end_date": "2026-09-20"}

    report = company.engine.report(REALM, "ProfitAndLoss", asked)

    columns = report["Columns"]["Column"]
    assert [one["ColTitle"] for one in columns] == ["", "Jul 2026", "Aug 2026", "Sep 1 - 20, 2026", "Total"]
    assert {"Name": "EndDate", "Value": "2026-08-31"} in columns[2]["MetaData"]
    assert cells(report["Rows"]["Row"][-1]["Summary"]) == ("Net Income", "20.00", "", "280.00", "300.00")


def test_the_balance_sheet_by_month_stands_at_each_end(company):
    company.invoice("20", TxnDate="2026-07-04")
    asked = {"summarize_column_by": "Month", "start_date": "2026-08-01", "end_date": "2026-09-30"}

    assets = company.engine.report(REALM, "BalanceSheet", asked)["Rows"]["Row"][0]

    assert cells(assets["Summary"]) == ("TOTAL ASSETS", "20.00", "300.00")
