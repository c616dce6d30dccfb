"""Reports in Intuit's shape: header, columns, and rows whose values are all text."""

from collections.abc import Mapping

from qb_collections.emulator import errors
from qb_collections.emulator.reports import aging, balances, cash_flow, details, payables, statements, sums
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

REPORTS = {
    "TrialBalance": statements.trial_balance,
    "ProfitAndLoss": statements.profit_and_loss,
    "BalanceSheet": statements.balance_sheet,
    "AgedReceivables": aging.summary,
    "AgedReceivableDetail": aging.detail,
    "CustomerBalance": balances.by_customer,
    # Beyond those that receivables are judged by: what the public clients also ask for.
    "AccountList": sums.account_list,
    "AgedPayableDetail": payables.detail,
    "AgedPayables": payables.summary,
    "CashFlow": cash_flow.cash_flow,
    "ClassSales": sums.class_sales,
    "CustomerBalanceDetail": details.balance_detail("CustomerBalanceDetail", "Customer"),
    "CustomerIncome": sums.customer_income,
    "CustomerSales": sums.customer_sales,
    "DepartmentSales": sums.department_sales,
    "GeneralLedger": details.general_ledger,
    "InventoryValuationSummary": sums.inventory,
    "ItemSales": sums.item_sales,
    "JournalReport": details.journal,
    "ProfitAndLossDetail": details.profit_and_loss_detail,
    "TransactionList": details.transactions("TransactionList", None),
    "TransactionListByCustomer": details.transactions("TransactionListByCustomer", "Customer"),
    "TransactionListByVendor": details.transactions("TransactionListByVendor", "Vendor"),
    "TransactionListWithSplits": details.transactions("TransactionListWithSplits", None, splits=True),
    "VendorBalance": sums.vendor_balance,
    "VendorBalanceDetail": details.balance_detail("VendorBalanceDetail", "Vendor"),
    "VendorExpenses": sums.vendor_expenses,
}


def render(work: Work, name: str, params: Mapping[str, str]) -> Body:
    """Return the report; raises Fault 500 for a name that is not known, 2090 for a date that is none."""
    for known, report in REPORTS.items():
        if known.lower() == name.lower():
            return report(work, params)
    raise errors.unsupported(f"reports/{name}")
