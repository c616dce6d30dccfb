"""Reports say what the books say, in Intuit's shape."""

import pytest

from tests.emulator.small_company import REALM, sale, small_company


@pytest.fixture
def company():
    """On 30 October: Amy owes 100 since 30 September (30 days), Bill's job 40 not due, Bill 7 in a credit."""
    company = small_company()
    company.invoice("100", TxnDate="2026-08-31", DueDate="2026-09-30")
    company.invoice("40", customer="job", DueDate="2026-11-30")
    company.memo("7", customer="bill")
    return company


def table(report):
    """Every row with data, as text."""

    def walk(rows):
        for row in rows:
            if "ColData" in row:
                yield [cell["value"] for cell in row["ColData"]]
            if "Header" in row:
                yield [cell["value"] for cell in row["Header"]["ColData"]]
            yield from walk(row.get("Rows", {}).get("Row", []))
            if "Summary" in row:
                yield [cell["value"] for cell in row["Summary"]["ColData"]]

    return list(walk(report["Rows"]["Row"]))


def test_aged_receivables_nest_jobs_under_their_parent(company):
    report = company.engine.report(REALM, "AgedReceivables", {"report_date": "2026-10-30"})

    titles = [column["ColTitle"] for column in report["Columns"]["Column"]]
    assert titles == ["", "Current", "1 - 30", "31 - 60", "61 - 90", "91 and over", "Total"]
    assert table(report) == [
        ["Amy's Bird Sanctuary", "", "100.00", "", "", "", "100.00"],
        ["Bill's Windsurf Shop", "-7.00", "", "", "", "", "-7.00"],
        ["Pier 4", "40.00", "", "", "", "", "40.00"],
        ["Total Bill's Windsurf Shop", "33.00", "", "", "", "", "33.00"],
        ["TOTAL", "33.00", "100.00", "", "", "", "133.00"],
    ]


@pytest.mark.parametrize(
    ("on", "bucket"), [("2026-09-30", "Current"), ("2026-10-01", "1 - 30"), ("2026-10-31", "31 - 60")]
)
def test_the_due_day_is_current_and_the_day_after_is_late(company, on, bucket):
    report = company.engine.report(
        REALM, "AgedReceivables", {"report_date": on, "customer": company.ids["amy"]}
    )

    titles = [column["ColTitle"] for column in report["Columns"]["Column"]]
    assert table(report)[0][titles.index(bucket)] == "100.00"


def test_a_payment_after_the_day_does_not_count_on_it(company):
    company.pay("100", ("Invoice", "1", "100"), TxnDate="2026-10-30")

    before = company.engine.report(REALM, "AgedReceivables", {"report_date": "2026-10-29"})
    after = company.engine.report(REALM, "AgedReceivables", {"report_date": "2026-10-30"})

    assert table(before)[0][-1] == "100.00"
    assert "Amy's Bird Sanctuary" not in [row[0] for row in table(after)]


def test_the_detail_names_each_document_in_its_bucket(company):
    report = company.engine.report(REALM, "AgedReceivableDetail", {"report_date": "2026-10-30"})

    amy = ["2026-08-31", "Invoice", "1001", "Amy's Bird Sanctuary", "2026-09-30", "30", "100.00", "100.00"]
    assert table(report)[:2] == [["1 - 30 days past due", *[""] * 7], amy]
    assert table(report)[-1] == ["TOTAL", *[""] * 5, "133.00", "133.00"]


def test_customer_balances_are_the_ledgers(company):
    report = company.engine.report(REALM, "CustomerBalance")

    assert table(report) == [
        ["Amy's Bird Sanctuary", "100.00"],
        ["Bill's Windsurf Shop", "-7.00"],
        ["Bill's Windsurf Shop:Pier 4", "40.00"],
        ["TOTAL", "133.00"],
    ]


def test_the_trial_balance_has_two_equal_columns(company):
    report = company.engine.report(REALM, "TrialBalance")

    assert table(report) == [
        ["Accounts Receivable (A/R)", "133.00", ""],
        ["Services", "", "133.00"],
        ["TOTAL", "133.00", "133.00"],
    ]


def test_last_years_income_stands_in_retained_earnings(company):
    company.invoice("500", TxnDate="2025-12-31")

    rows = table(company.engine.report(REALM, "TrialBalance"))

    assert ["Services", "", "133.00"] in rows
    assert ["Retained Earnings", "", "500.00"] in rows


@pytest.mark.parametrize(("method", "income"), [("Accrual", "133.00"), ("Cash", "25.00")])
def test_profit_and_loss_follows_the_basis(company, method, income):
    company.pay("25", ("Invoice", "1", "25"))

    rows = table(company.engine.report(REALM, "ProfitAndLoss", {"accounting_method": method}))

    assert ["Services", income] in rows
    assert rows[-1] == ["Net Income", income]


def test_profit_and_loss_has_a_column_for_each_class_and_one_without(company):
    north = company.save("Class", Name="North")
    company.invoice("60", Line=[sale(company.ids["work"], "60", ClassRef={"value": north["Id"]})])

    report = company.engine.report(REALM, "ProfitAndLoss", {"summarize_column_by": "Classes"})

    titles = [column["ColTitle"] for column in report["Columns"]["Column"]]
    assert titles == ["", "North", "Not Specified", "Total"]
    assert ["Services", "60.00", "133.00", "193.00"] in table(report)


def test_profit_and_loss_by_customer_gives_each_their_sales(company):
    report = company.engine.report(REALM, "ProfitAndLoss", {"summarize_column_by": "Customers"})

    titles = [column["ColTitle"] for column in report["Columns"]["Column"]]
    assert titles == ["", "Amy's Bird Sanctuary", "Bill's Windsurf Shop", "Pier 4", "Total"]
    assert table(report)[-1] == ["Net Income", "100.00", "-7.00", "40.00", "133.00"]


def test_the_balance_sheet_balances(company):
    company.pay("25", ("Invoice", "1", "25"))

    rows = table(company.engine.report(REALM, "BalanceSheet"))

    assert ["TOTAL ASSETS", "133.00"] in rows
    assert ["Undeposited Funds", "25.00"] in rows
    assert rows[-1] == ["TOTAL LIABILITIES AND EQUITY", "133.00"]


def test_an_unknown_report_is_an_unsupported_operation(company):
    status, found = company.http("GET", "reports/Horoscope")

    assert (status, found["Fault"]["Error"][0]["code"]) == (400, "500")
