"""The proof that a plan moved due dates and nothing else: read in QuickBooks before and after.

Trial balance on both bases, income and tax accounts by their types, what the customer owes from
documents.  On cash basis an installment plan does move income to the plan day; that is told before
anyone agrees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from qb_collections.core.plan_proof import Figures, Proof, ProofLine, compare, only_exchange
from qb_collections.core.wording import list_text
from qb_collections.quickbooks import wire
from qb_collections.quickbooks.errors import Unreadable
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import Live

BASES = ("Accrual", "Cash")
INCOME_TYPES = ("Income", "Other Income")
TAX_SUBTYPES = ("SalesTaxPayable", "GlobalTaxPayable", "GlobalTaxSuspense", "GlobalTaxDeferred")
ACCOUNTS_MAX = 1000
# What else moves accounts: a plan writes none of these.
OTHER_KINDS = (
    *("JournalEntry", "Deposit", "SalesReceipt", "RefundReceipt", "Transfer"),
    *("Purchase", "Bill", "BillPayment", "VendorCredit"),
)
OTHERS_MAX = 10  # of a kind; enough to name
_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
_BEFORE_IT = timedelta(minutes=2)  # QuickBooks' clock may be behind ours


@dataclass(frozen=True, slots=True)
class Verdict:
    """The comparison as it is stored and shown."""

    holds: bool
    sentence: str
    accrual: Proof
    cash: Proof
    others: tuple[str, ...]  # documents that other people changed meanwhile


@dataclass(frozen=True, slots=True)
class Accounts:
    """The names of the accounts that people ask about."""

    income: frozenset[str]
    tax: frozenset[str]


def read(
    gateway: Gateway,
    live: Live,
    customer_id: str,
    accounts: Accounts,
    *,
    plan_on: date,
    today: date,
    since: date,
    plan_tax: Decimal = Decimal(0),
    columns: Iterable[str] = (),
) -> dict[str, Any]:
    """The books as the proof needs them, as JSON: two requests, and one for each of columns.

    live: a reading of this customer's open documents made just before.  since: the fiscal year's first day.
    columns: by what income is read too, where the plan's originals have it: Classes, Departments.
    """
    end_on = max(plan_on, today)
    return {
        "start_on": since.isoformat(),
        "end_on": end_on.isoformat(),
        "read_at": live.read_at.isoformat(),
        "trial_balance": {basis: _trial_balance(gateway, basis, since, end_on) for basis in BASES},
        "income_accounts": sorted(accounts.income),
        "tax_accounts": sorted(accounts.tax),
        "receivables": {_name(live, customer_id): owed(live, customer_id)},
        "plan_tax": plan_tax,
        "income_by": {column: _income_by(gateway, column, since, end_on) for column in columns},
    }


def columns_of(*, classes: bool, location: bool) -> tuple[str, ...]:
    """By what income has to be read for a plan on these originals."""
    return (("Classes",) if classes else ()) + (("Departments",) if location else ())


def owed(live: Live, customer_id: str) -> Decimal:
    """What the customer owes from documents: open invoices less open credits."""
    invoices = (one.balance.amount for one in live.invoices if one.customer_id == customer_id)
    memos = (one.remaining.amount for one in live.credit_memos if one.customer_id == customer_id)
    payments = (one.unapplied.amount for one in live.payments if one.customer_id == customer_id)
    return sum(invoices, Decimal(0)) - sum(memos, Decimal(0)) - sum(payments, Decimal(0))


def judge(
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    others: tuple[str, ...],
    *,
    own_is_zero: bool,
    exchange: Sequence[Decimal] = (),
) -> Verdict:
    """Whether the plan left the books alone.

    own_is_zero: the plan's own documents, read back, add up to nothing in
    every account.  A difference in the reports is then other people's, if
    documents of theirs changed meanwhile; without any it is not explained.
    exchange: gains that were told before, of which one may be all that moved.
    """
    accrual = compare(figures(before, "Accrual"), figures(after, "Accrual"))
    cash = compare(figures(before, "Cash"), figures(after, "Cash"))
    as_told = only_exchange(accrual, exchange)
    holds = own_is_zero and (accrual.unchanged or bool(others) or as_told)
    sentence = f"receivables, income and tax unchanged by the plan: {'yes' if holds else 'no'}"
    if as_told and holds:
        sentence += "; the cents of exchange are those that were told before"
    elif not accrual.unchanged:
        moved = f"moved {', '.join([_moved(line) for line in accrual.lines if not line.same][:6])}"
        if holds:
            sentence += f"; other work in QuickBooks meanwhile ({list_text(others)}) {moved}"
        else:
            sentence += f"; meanwhile something {moved}, and no document that we know explains it"
    return Verdict(holds, sentence, accrual, cash, others)


def _moved(line: ProofLine) -> str:
    """Income and tax are credits, so more of them is below zero in the books and above for people."""
    by = line.after - line.before
    if line.what in ("income", "tax"):
        return f"{line.what} by {-by}"
    if line.what.startswith("account "):
        return f"{line.what} by {abs(by)} {'debit' if by > 0 else 'credit'}"
    return f"{line.what} by {by}"


def figures(stored: Mapping[str, Any], basis: str) -> Figures:
    """A stored reading, for one basis."""
    return Figures(
        trial_balance=stored["trial_balance"][basis],
        receivables=stored["receivables"],
        income_accounts=frozenset(stored["income_accounts"]),
        tax_accounts=frozenset(stored["tax_accounts"]),
        plan_tax=stored["plan_tax"],
        income_by=_named_by(stored.get("income_by") or {}) if basis == "Accrual" else {},
    )


def others_since(gateway: Gateway, since: datetime, ours: frozenset[tuple[str, str]]) -> tuple[str, ...]:
    """Documents changed since then that are not the plan's, by kind and id; two requests.

    Of other kinds than invoices, payments and credit memos a deletion is not seen.
    """
    changes = gateway.changes(since - _BEFORE_IT)
    found = [("Invoice", one.id) for one in changes.invoices]
    found += [("Payment", one.id) for one in changes.payments]
    found += [("CreditMemo", one.id) for one in changes.credit_memos]
    found += [(kind, id) for kind, ids in changes.deleted.items() for id in ids if kind != "Customer"]
    at = wire.literal(wire.instant(since - _BEFORE_IT))
    besides = gateway.queries(
        [
            f"SELECT * FROM {kind} WHERE MetaData.LastUpdatedTime >= {at} MAXRESULTS {OTHERS_MAX}"
            for kind in OTHER_KINDS
        ]
    )
    found += [(kind, str(row["Id"])) for kind, rows in zip(OTHER_KINDS, besides, strict=True) for row in rows]
    return tuple(f"{kind} {id}" for kind, id in sorted(set(found)) if (kind, id) not in ours)


def fiscal_start(settings: Mapping[str, Any], on: date) -> date:
    """The first day of the company's fiscal year that the day lies in.  settings: its Preferences."""
    said = (settings.get("AccountingInfoPrefs") or {}).get("FirstMonthOfFiscalYear")
    month = _MONTHS.index(said) + 1 if said in _MONTHS else 1
    return date(on.year if on.month >= month else on.year - 1, month, 1)


def accounts_of(rows: Iterable[Mapping[str, Any]]) -> Accounts:
    """Which of these accounts are income, and which hold tax that is owed."""
    income, tax = set(), set()
    for row in rows:
        name = str(row.get("FullyQualifiedName") or row.get("Name"))
        if row.get("AccountType") in INCOME_TYPES:
            income.add(name)
        elif row.get("AccountSubType") in TAX_SUBTYPES:
            tax.add(name)
    return Accounts(frozenset(income), frozenset(tax))


def read_accounts(stored: Mapping[str, Any]) -> Accounts:
    """Those that an earlier reading knew."""
    return Accounts(frozenset(stored["income_accounts"]), frozenset(stored["tax_accounts"]))


def _trial_balance(gateway: Gateway, basis: str, start_on: date, end_on: date) -> dict[str, Decimal]:
    """Debit less credit by account; accounts that the report leaves out are zero."""
    params = {
        "accounting_method": basis,
        "start_date": start_on.isoformat(),
        "end_date": end_on.isoformat(),
    }
    balances: dict[str, Decimal] = {}
    for name, debit, credit in _rows(gateway.report("TrialBalance", params)):
        amount = balances.get(name, Decimal(0)) + debit - credit
        balances[name] = amount
    return {name: amount for name, amount in balances.items() if amount}


def _income_by(gateway: Gateway, column: str, start_on: date, end_on: date) -> dict[str, dict[str, Decimal]]:
    """By class or location, each row of the profit and loss on accrual, its net income last."""
    params = {
        "accounting_method": "Accrual",
        "start_date": start_on.isoformat(),
        "end_date": end_on.isoformat(),
        "summarize_column_by": column,
    }
    report = gateway.report("ProfitAndLoss", params)
    titles = [str(one.get("ColTitle")) for one in (report.get("Columns") or {}).get("Column", [])[1:]]
    found: dict[str, dict[str, Decimal]] = {title: {} for title in titles}
    for cells in _cells(report):
        for title, cell in zip(titles, cells[1:], strict=False):
            amount = amount_of(cell.get("value"))
            if amount:
                found[title][str(cells[0].get("value"))] = amount
    return found


def _cells(report: Mapping[str, Any]) -> Iterator[Any]:
    for row in (report.get("Rows") or {}).get("Row", []):
        if "Rows" in row:
            yield from _cells(row)
        if row.get("ColData"):
            yield row["ColData"]
        if row.get("group") == "NetIncome":
            yield (row.get("Summary") or {}).get("ColData") or [{}]


def _named_by(stored: Mapping[str, Mapping[str, Mapping[str, Decimal]]]) -> dict[str, Decimal]:
    words = {"Classes": "class", "Departments": "location"}
    return {
        f"{words[column]} {title}, {name}": amount
        for column, titles in stored.items()
        for title, rows in titles.items()
        for name, amount in rows.items()
    }


def _rows(report: Mapping[str, Any]) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Every row of accounts, in sections or not.  Sums of sections are no accounts."""
    for row in (report.get("Rows") or {}).get("Row", []):
        if "Rows" in row:
            yield from _rows(row)
            continue
        cells = row.get("ColData")
        if not cells:
            continue
        values = [amount_of(cell.get("value")) for cell in cells[1:]]
        if len(values) != 2:
            raise Unreadable(detail="a trial balance without debit and credit")
        yield str(cells[0].get("value")), values[0], values[1]


def amount_of(text: object) -> Decimal:
    """A report's amount; empty is zero."""
    try:
        return Decimal(str(text).replace(",", "")) if text not in (None, "") else Decimal(0)
    except InvalidOperation:
        raise Unreadable(detail="an amount in a report cannot be read") from None


def _name(live: Live, customer_id: str) -> str:
    customer = live.customers.get(customer_id)
    return customer.name if customer else f"customer {customer_id}"
