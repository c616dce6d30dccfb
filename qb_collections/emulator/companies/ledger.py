"""A company made from a CSV ledger of invoices, as it stood on one day; the rest follows with the clock."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qb_collections.emulator import acts
from qb_collections.emulator.companies import CompanyHandle
from qb_collections.emulator.companies.company_info import company_info, preferences
from qb_collections.emulator.companies.ledger_rows import BadRow as BadRow
from qb_collections.emulator.companies.ledger_rows import Entry, LedgerRefused, read

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

ZONE = "America/New_York"
REALM = "9341450000002013"
_ISSUED, _SETTLED, _START = time(9), time(14), time(16)
_ACCOUNTS = (
    ("Checking", "Bank", "Checking"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Service Income", "Income", "ServiceFeeIncome"),
)


def load(
    engine: Engine,
    path: str | Path,
    *,
    columns: Mapping[str, str],
    date_format: str,
    as_of: date,
    currency: str = "USD",
    skip_bad_rows: bool = False,
    realm_id: str = REALM,
    name: str | None = None,
) -> CompanyHandle:
    """Open a company with the ledger's invoices and payments up to as_of, and schedule the later ones.

    A payment settles its invoice whole, on the settled date; the start is as_of at 16:00 company time.
    Raises LedgerRefused when rows are bad (unless they are to be skipped), ValueError for wrong columns or a
    ledger without good rows.
    """
    entries, bad = read(Path(path), columns, date_format)
    if bad and not skip_bad_rows:
        raise LedgerRefused(bad)
    if not entries:
        raise ValueError(f"{Path(path).name} holds no invoice that could be read.")
    company = name or f"Ledger {Path(path).stem}"
    with engine.store.transaction():
        _Loading(engine, realm_id, as_of).run(company, currency, entries)
    return CompanyHandle(realm_id, company, "ledger", _at(as_of, _START).astimezone(UTC))


def build(
    engine: Engine, *, realm_id: str, path: str | Path, as_of: date | str, **options: Any
) -> CompanyHandle:
    """As load, with the day as text too."""
    on = as_of if isinstance(as_of, date) else date.fromisoformat(as_of)
    return load(engine, path, as_of=on, realm_id=realm_id, **options)


def _at(on: date, hour: time) -> datetime:
    return datetime.combine(on, hour, ZoneInfo(ZONE))


class _Loading:
    """One load under way: the ids that its entries refer to."""

    def __init__(self, engine: Engine, realm_id: str, as_of: date) -> None:
        self._engine = engine
        self._realm_id = realm_id
        self._as_of = as_of
        self._customers: dict[str, str] = {}
        self._accounts: dict[str, str] = {}
        self._item = ""

    def run(self, company: str, currency: str, entries: Sequence[Entry]) -> None:
        first_on = min(entry.issued_on for entry in entries)
        self._open(company, currency, first_on)
        for entry in entries:
            # QuickBooks compares names without regard to case.
            if entry.customer.casefold() not in self._customers:
                saved = self._save("Customer", _customer(entry.customer), _at(first_on, time(8)))
                self._customers[entry.customer.casefold()] = saved["Id"]
        self._past(entries)
        self._future(entries)

    def _save(self, entity: str, body: dict[str, Any], at: datetime) -> dict[str, Any]:
        return self._engine.save(self._realm_id, entity, body, at=at)

    def _open(self, company: str, currency: str, first_on: date) -> None:
        settings = preferences(custom_numbers=True)  # the ledger's numbers are its own
        settings["CurrencyPrefs"]["HomeCurrency"] = {"value": currency}
        self._engine.open_company(
            self._realm_id,
            company_info=company_info(company, ZONE, started_on=first_on),
            preferences=settings,
        )
        at = _at(first_on, time(7))
        for name, kind, subtype in _ACCOUNTS:
            body = {"Name": name, "AccountType": kind, "AccountSubType": subtype}
            self._accounts[name] = self._save("Account", body, at)["Id"]
        income = {"value": self._accounts["Service Income"]}
        self._item = self._save(
            "Item", {"Name": "Services", "Type": "Service", "IncomeAccountRef": income}, at
        )["Id"]

    def _past(self, entries: Sequence[Entry]) -> None:
        """Invoices before the payments of the same day; else in the order of time."""
        steps = [(_at(entry.issued_on, _ISSUED), "invoice", entry) for entry in entries]
        steps += [
            (_at(entry.settled_on, _SETTLED), "payment", entry)
            for entry in entries
            if entry.settled_on is not None and entry.settled_on <= self._as_of
        ]
        ids: dict[str, str] = {}
        with self._engine.loading(self._realm_id) as loader:
            for at, what, entry in sorted(steps, key=lambda step: step[0]):
                if entry.issued_on > self._as_of:
                    continue
                if what == "invoice":
                    ids[entry.number] = loader.save("Invoice", self._invoice(entry), at=at)["Id"]
                else:
                    loader.save("Payment", self._payment(entry, ids[entry.number]), at=at)

    def _invoice(self, entry: Entry) -> dict[str, Any]:
        return {
            "CustomerRef": {"value": self._customers[entry.customer.casefold()]},
            "DocNumber": entry.number,
            "TxnDate": entry.issued_on.isoformat(),
            "DueDate": entry.due_on.isoformat(),
            "Line": [self._line(entry)],
            **_fields(entry),
        }

    def _line(self, entry: Entry) -> dict[str, Any]:
        return {
            "Amount": entry.amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": self._item}},
        }

    def _payment(self, entry: Entry, invoice_id: str) -> dict[str, Any]:
        assert entry.settled_on is not None
        return {
            "CustomerRef": {"value": self._customers[entry.customer.casefold()]},
            "TotalAmt": entry.amount,
            "TxnDate": entry.settled_on.isoformat(),
            "DepositToAccountRef": {"value": self._accounts["Checking"]},
            "Line": [{"Amount": entry.amount, "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}]}],
        }

    def _future(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            customer = {"id": self._customers[entry.customer.casefold()]}
            if entry.issued_on > self._as_of:
                act = {
                    "act": "create_invoice",
                    "customer": customer,
                    "number": entry.number,
                    "due": entry.due_on.isoformat(),
                    "lines": [self._line(entry)],
                    "fields": _fields(entry),
                }
                acts.schedule(self._engine, self._realm_id, _at(entry.issued_on, _ISSUED), act)
            if entry.settled_on is not None and entry.settled_on > self._as_of:
                act = {"act": "pay", "customer": customer, "invoice": entry.number, "deposit_to": "Checking"}
                acts.schedule(self._engine, self._realm_id, _at(entry.settled_on, _SETTLED), act)


def _customer(name: str) -> dict[str, Any]:
    body: dict[str, Any] = {"DisplayName": name, "Taxable": False, "PreferredDeliveryMethod": "Email"}
    return {**body, "PrimaryEmailAddr": {"Address": address(name)}}


def address(customer: str) -> str:
    """The e-mail address a ledger's customer gets: made from its name, so always the same."""
    return f"customer-{re.sub(r'[^a-z0-9]+', '-', customer.lower()).strip('-')[:60]}@ledger.example"


def _fields(entry: Entry) -> dict[str, Any]:
    fields: dict[str, Any] = {"BillEmail": {"Address": address(entry.customer)}}
    if entry.disputed:
        fields["PrivateNote"] = "Marked as disputed in the ledger"
    return fields
