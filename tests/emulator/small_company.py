"""A small American company for the engine's tests: two customers, one job, a few accounts and items."""

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from qb_collections.emulator.engine import Engine
from qb_collections.emulator.rest import Answer, Request, answer
from qb_collections.emulator.store import Store
from qb_collections.emulator.switches import Switches

REALM = "9341450000000001"
START = datetime(2026, 10, 30, 16, 0, 0, 300_000, tzinfo=UTC)  # 09:00 in California

PREFERENCES: dict[str, Any] = {
    "AccountingInfoPrefs": {"FirstMonthOfFiscalYear": "January"},
    "SalesFormsPrefs": {"CustomTxnNumbers": False, "AutoApplyCredit": False, "AllowDiscount": True},
    "TaxPrefs": {"UsingSalesTax": True},
    "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
    "ReportPrefs": {"ReportBasis": "Accrual"},
}


@dataclass
class HandClock:
    """A clock that stands until it is moved."""

    at: datetime = START

    def now(self) -> datetime:
        return self.at

    def advance(self, **step: float) -> None:
        self.at += timedelta(**step)


@dataclass
class SmallCompany:
    """The engine with its clock, and the ids of what is in the company."""

    engine: Engine
    clock: HandClock
    ids: dict[str, str] = field(default_factory=dict)

    def save(self, entity: str, **body: Any) -> dict[str, Any]:
        return self.engine.save(REALM, entity, body)

    def read(self, entity: str, id_: str) -> dict[str, Any]:
        return self.engine.read(REALM, entity, id_)

    def invoice(self, amount: str, customer: str = "amy", item: str = "work", **more: Any) -> dict[str, Any]:
        line = sale(self.ids[item], amount)
        body = {"Line": [line], "CustomerRef": {"value": self.ids[customer]}} | more
        return self.engine.save(REALM, "Invoice", body)

    def memo(self, amount: str, customer: str = "amy", item: str = "work", **more: Any) -> dict[str, Any]:
        body = {"Line": [sale(self.ids[item], amount)], "CustomerRef": {"value": self.ids[customer]}} | more
        return self.engine.save(REALM, "CreditMemo", body)

    def pay(
        self, total: str, *parts: tuple[str, str, str], customer: str = "amy", **more: Any
    ) -> dict[str, Any]:
        """Each part is (entity, id, amount)."""
        lines = [
            {"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for kind, id_, amount in parts
        ]
        body = {"CustomerRef": {"value": self.ids[customer]}, "TotalAmt": total, "Line": lines} | more
        return self.engine.save(REALM, "Payment", body)

    def owes(self, customer: str = "amy") -> str:
        return str(self.read("Customer", self.ids[customer])["Balance"])

    def balances(self, **asked: Any) -> dict[str, str]:
        """Account -> balance as text, a debit positive."""
        rows = self.engine.trial_balance(REALM, **asked)
        return {row["account"]: str(row["debit"] - row["credit"]) for row in rows}

    def http(self, method: str, path: str, body: Any = None, **params: str) -> tuple[int, dict[str, Any]]:
        found = self.raw(method, path, body, **params)
        return found.status, json.loads(found.body)

    def raw(self, method: str, path: str, body: Any = None, **params: str) -> Answer:
        content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return answer(self.engine, REALM, Request(method, path, params, {}, content))


def sale(item: str, amount: str, **detail: Any) -> dict[str, Any]:
    return {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item}} | detail,
    }


def small_company(
    *, debug: bool = True, switches: Switches | None = None, **sales_prefs: Any
) -> SmallCompany:
    clock = HandClock()
    engine = Engine(Store(None), clock, switches=switches or Switches(), debug=debug)
    preferences = PREFERENCES | {"SalesFormsPrefs": PREFERENCES["SalesFormsPrefs"] | sales_prefs}
    engine.open_company(
        REALM, company_info={"CompanyName": "Alder & Sons", "Country": "US"}, preferences=preferences
    )
    company = SmallCompany(engine, clock)
    ids = company.ids

    def add(key: str, entity: str, **body: Any) -> None:
        ids[key] = company.save(entity, **body)["Id"]

    add("bank", "Account", Name="Checking", AccountType="Bank")
    add("receivable", "Account", Name="Accounts Receivable (A/R)", AccountType="Accounts Receivable")
    add(
        "undeposited",
        "Account",
        Name="Undeposited Funds",
        AccountType="Other Current Asset",
        AccountSubType="UndepositedFunds",
    )
    add("clearing", "Account", Name="Payment plan clearing", AccountType="Other Current Asset")
    add("services", "Account", Name="Services", AccountType="Income")
    add("parts_income", "Account", Name="Parts income", AccountType="Income")
    add("work", "Item", Name="Labour", Type="Service", IncomeAccountRef={"value": ids["services"]})
    add(
        "part",
        "Item",
        Name="Parts",
        Type="NonInventory",
        IncomeAccountRef={"value": ids["parts_income"]},
        Taxable=True,
    )
    add(
        "plan",
        "Item",
        Name="Payment plan (not a sale)",
        Type="Service",
        IncomeAccountRef={"value": ids["clearing"]},
    )
    add("net30", "Term", Name="Net 30", DueDays=30)
    add("agency", "TaxAgency", DisplayName="California Department of Tax")
    add("rate", "TaxRate", Name="California", RateValue=8, AgencyRef={"value": ids["agency"]})
    add(
        "tax",
        "TaxCode",
        Name="California",
        SalesTaxRateList={"TaxRateDetail": [{"TaxRateRef": {"value": ids["rate"]}}]},
    )
    add(
        "amy",
        "Customer",
        DisplayName="Amy's Bird Sanctuary",
        PrimaryEmailAddr={"Address": "amy@birds.example"},
    )
    add("bill", "Customer", DisplayName="Bill's Windsurf Shop")
    add("job", "Customer", DisplayName="Pier 4", ParentRef={"value": ids["bill"]}, BillWithParent=True)
    return company
