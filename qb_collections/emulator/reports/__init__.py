"""Reports in Intuit's shape: header, columns, and rows whose values are all text."""

from collections.abc import Mapping

from qb_collections.emulator import errors
from qb_collections.emulator.reports import aging, balances, statements
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

_REPORTS = {
    "TrialBalance": statements.trial_balance,
    "ProfitAndLoss": statements.profit_and_loss,
    "BalanceSheet": statements.balance_sheet,
    "AgedReceivables": aging.summary,
    "AgedReceivableDetail": aging.detail,
    "CustomerBalance": balances.by_customer,
}


def render(work: Work, name: str, params: Mapping[str, str]) -> Body:
    """Return the report; raises Fault 500 for a name that is not known, 2090 for a date that is none."""
    for known, report in _REPORTS.items():
        if known.lower() == name.lower():
            return report(work, params)
    raise errors.unsupported(f"reports/{name}")
