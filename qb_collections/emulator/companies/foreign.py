"""Companies outside the simplest case: one in the UK with VAT, one with several currencies."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qb_collections.emulator.companies import CompanyHandle, chart
from qb_collections.emulator.companies.company_info import company_info, preferences

if TYPE_CHECKING:
    from datetime import datetime

    from qb_collections.emulator.engine import Engine

Save = Callable[[str, dict[str, Any]], str]

_UK_ACCOUNTS = (
    ("Current Account", "Bank", "Checking"),
    ("Savings", "Bank", "Savings"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Company Credit Card", "Credit Card", "CreditCard"),
    ("HM Revenue & Customs Payable", "Other Current Liability", "GlobalTaxPayable"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("Retained Earnings", "Equity", "RetainedEarnings"),
    ("Sales", "Income", "SalesOfProductIncome"),
    ("Services", "Income", "ServiceFeeIncome"),
    ("Discounts Given", "Income", "DiscountsRefundsGiven"),
    ("Unapplied Cash Payment Income", "Income", "UnappliedCashPaymentIncome"),
    ("Cost of Sales", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("Bad Debts", "Expense", "BadDebts"),
    ("Office Expenses", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("Rent", "Expense", "RentOrLeaseOfBuildings"),
    ("Late Payment Charges", "Other Income", "OtherMiscellaneousIncome"),
)
# Code -> (rate name, percent); QuickBooks UK's own names.
_VAT = {
    "20.0% S": ("20.0% S", "20"),
    "5.0% R": ("5.0% R", "5"),
    "0.0% Z": ("0.0% Z", "0"),
    "Exempt": ("Exempt", "0"),
    "No VAT": ("No VAT", "0"),
}
_UK_CUSTOMERS = (
    ("Ashford Bakeries Ltd", "accounts@ashford-bakeries.example", "Kent"),
    ("Brampton & Hale LLP", "ledger@bramptonhale.example", "Leeds"),
    ("Cotswold Joinery", "office@cotswoldjoinery.example", "Cirencester"),
)


def build_uk(
    engine: Engine, *, realm_id: str, name: str = "Thornbury Services Ltd", zone: str = "Europe/London"
) -> CompanyHandle:
    """Open a British company: pounds, VAT on every line, three customers with invoices of five weeks."""
    at = engine.clock.now().astimezone(UTC)
    with engine.store.transaction():
        info = company_info(name, zone, started_on=at.date(), city="Bristol", state="", postal_code="BS1 4ST")
        info |= {"Country": "GB", "FiscalYearStartMonth": "April"}
        settings = preferences(custom_numbers=False)
        settings["AccountingInfoPrefs"]["FirstMonthOfFiscalYear"] = "April"
        settings["CurrencyPrefs"]["HomeCurrency"] = {"value": "GBP"}
        settings["TaxPrefs"] = {"UsingSalesTax": True}
        engine.open_company(realm_id, company_info=info, preferences=settings)
        save = _saver(engine, realm_id, at)
        accounts = {
            account: save("Account", {"Name": account, "AccountType": kind, "AccountSubType": subtype})
            for account, kind, subtype in _UK_ACCOUNTS
        }
        codes = _vat(save)
        items = {
            item: save(
                "Item",
                {
                    "Name": item,
                    "Type": "Service",
                    "IncomeAccountRef": {"value": accounts[account]},
                    "ExpenseAccountRef": {"value": accounts["Cost of Sales"]},
                    "Taxable": True,
                },
            )
            for item, account in (("Services", "Services"), ("Goods", "Sales"))
        }
        for term, days in (("Due on receipt", 0), ("Net 14", 14), ("Net 30", 30)):
            save("Term", {"Name": term, "DueDays": days})
        for method in ("Cash", "Cheque", "Bank transfer"):
            save("PaymentMethod", {"Name": method})
        save("Vendor", {"DisplayName": "Severn Stationers"})
        for index, (customer, email, city) in enumerate(_UK_CUSTOMERS):
            address = {"Line1": f"{index + 1} High Street", "City": city, "Country": "GB"}
            who = save(
                "Customer",
                {"DisplayName": customer, "PrimaryEmailAddr": {"Address": email}, "BillAddr": address},
            )
            line = _sale(items["Services"], Decimal(400 + 150 * index), codes["20.0% S"])
            goods = _sale(items["Goods"], Decimal(60 + 10 * index), codes["0.0% Z"])
            _invoice(engine, realm_id, who, [line, goods], at - timedelta(days=35 - 7 * index))
    return CompanyHandle(realm_id, name, "uk-vat", at)


def build_several(
    engine: Engine, *, realm_id: str, name: str = "Harbour Trading Inc", zone: str = "America/New_York"
) -> CompanyHandle:
    """Open a US company that sells in dollars, euros, pounds and yen, with a rate for each month."""
    at = engine.clock.now().astimezone(UTC)
    with engine.store.transaction():
        settings = preferences(custom_numbers=False)
        settings["CurrencyPrefs"]["MultiCurrencyEnabled"] = True
        engine.open_company(
            realm_id, company_info=company_info(name, zone, started_on=at.date()), preferences=settings
        )
        made = chart.install(engine, realm_id, at=at, tax_rate=Decimal("9.25"))
        save = _saver(engine, realm_id, at)
        for code, earlier, now in (
            ("EUR", "1.08", "1.10"),
            ("GBP", "1.25", "1.27"),
            ("JPY", "0.0068", "0.0066"),
        ):
            save("CompanyCurrency", {"Code": code})
            for rate, days in ((earlier, 60), (now, 0)):
                day = (at - timedelta(days=days)).date().isoformat()
                save("ExchangeRate", {"SourceCurrencyCode": code, "Rate": Decimal(rate), "AsOfDate": day})
        save("Vendor", {"DisplayName": "Lyon Fournitures", "CurrencyRef": {"value": "EUR"}})
        for index, (customer, code, amount) in enumerate(
            (
                ("Bayside Marine", "USD", "1800.00"),
                ("Maison Claudel", "EUR", "2400.00"),
                ("Pennine Outfitters", "GBP", "950.00"),
                ("Sakura Shoji", "JPY", "310000"),
            )
        ):
            email = {"Address": f"accounts-{index}@customers.example"}
            who = save(
                "Customer",
                {"DisplayName": customer, "CurrencyRef": {"value": code}, "PrimaryEmailAddr": email},
            )
            line = _sale(made.items["Services"], Decimal(amount), None)
            _invoice(engine, realm_id, who, [line], at - timedelta(days=45 - 5 * index))
    return CompanyHandle(realm_id, name, "multicurrency", at)


def _saver(engine: Engine, realm_id: str, at: datetime) -> Save:
    def save(entity: str, body: dict[str, Any]) -> str:
        return str(engine.save(realm_id, entity, body, at=at).get("Id", ""))

    return save


def _vat(save: Save) -> dict[str, str]:
    agency = save("TaxAgency", {"DisplayName": "HM Revenue & Customs"})
    codes = {}
    for code, (rate, percent) in _VAT.items():
        lists = {}
        for side, which in (("Sales", "SalesTaxRateList"), ("Purchases", "PurchaseTaxRateList")):
            body = {"Name": f"{rate} ({side})", "RateValue": Decimal(percent), "AgencyRef": {"value": agency}}
            entry = {"TaxRateRef": {"value": save("TaxRate", body)}}
            lists[which] = {"TaxRateDetail": [entry]}
        codes[code] = save("TaxCode", {"Name": code, **lists})
    return codes


def _sale(item: str, amount: Decimal, code: str | None) -> dict[str, Any]:
    detail: dict[str, Any] = {"ItemRef": {"value": item}}
    if code is not None:
        detail["TaxCodeRef"] = {"value": code}
    return {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}


def _invoice(engine: Engine, realm_id: str, customer: str, lines: list[dict[str, Any]], at: datetime) -> None:
    due = (at + timedelta(days=14)).date().isoformat()
    body = {
        "CustomerRef": {"value": customer},
        "TxnDate": at.date().isoformat(),
        "DueDate": due,
        "Line": lines,
    }
    engine.save(realm_id, "Invoice", body, at=at)
