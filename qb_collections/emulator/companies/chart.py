"""A full US chart of accounts, with the items, terms, sales tax and payment methods of a service business."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

TAX_AGENCY = "Tennessee Department of Revenue"
TAX_NAME = "Tennessee and Hamilton County"

# (name, AccountType, AccountSubType), in the order of QuickBooks' own list.
ACCOUNTS: tuple[tuple[str, str, str], ...] = (
    ("Checking", "Bank", "Checking"),
    ("Savings", "Bank", "Savings"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Inventory Asset", "Other Current Asset", "Inventory"),
    ("Prepaid Expenses", "Other Current Asset", "PrepaidExpenses"),
    ("Vehicles", "Fixed Asset", "Vehicles"),
    ("Tools and Equipment", "Fixed Asset", "MachineryAndEquipment"),
    ("Accumulated Depreciation", "Fixed Asset", "AccumulatedDepreciation"),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Company Credit Card", "Credit Card", "CreditCard"),
    (f"{TAX_AGENCY} Payable", "Other Current Liability", "GlobalTaxPayable"),
    ("Payroll Liabilities", "Other Current Liability", "PayrollTaxPayable"),
    ("Customer Deposits", "Other Current Liability", "OtherCurrentLiabilities"),
    ("Van Loan", "Long Term Liability", "NotesPayable"),
    ("Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("Retained Earnings", "Equity", "RetainedEarnings"),
    ("Owner's Equity", "Equity", "OwnersEquity"),
    ("Owner's Pay", "Equity", "OwnersEquity"),
    ("Service Income", "Income", "ServiceFeeIncome"),
    ("Contract Income", "Income", "ServiceFeeIncome"),
    ("Installation Income", "Income", "ServiceFeeIncome"),
    ("Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("Discounts Given", "Income", "DiscountsRefundsGiven"),
    ("Unapplied Cash Payment Income", "Income", "UnappliedCashPaymentIncome"),
    ("Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("Subcontractors", "Cost of Goods Sold", "CostOfLaborCos"),
    ("Advertising", "Expense", "AdvertisingPromotional"),
    ("Bad Debts", "Expense", "BadDebts"),
    ("Bank Charges", "Expense", "BankCharges"),
    ("Fuel", "Expense", "Auto"),
    ("Insurance", "Expense", "Insurance"),
    ("Office Supplies", "Expense", "OfficeGeneralAdministrativeExpenses"),
    ("Professional Fees", "Expense", "LegalProfessionalFees"),
    ("Rent", "Expense", "RentOrLeaseOfBuildings"),
    ("Telephone and Internet", "Expense", "Utilities"),
    ("Wages", "Expense", "PayrollExpenses"),
    ("Vehicle Repairs", "Expense", "RepairMaintenance"),
    ("Late Fee Income", "Other Income", "OtherMiscellaneousIncome"),
    ("Interest Earned", "Other Income", "InterestEarned"),
    ("Depreciation", "Other Expense", "Depreciation"),
    ("Visa", "Credit Card", "CreditCard"),
    ("Travel", "Expense", "Travel"),
)

# (name, income account, taxable)
ITEMS: tuple[tuple[str, str, bool], ...] = (
    ("Services", "Service Income", False),
    ("Service labor", "Service Income", False),
    ("Parts and refrigerant", "Sales of Product Income", True),
    ("Maintenance contract", "Contract Income", False),
    ("Equipment", "Sales of Product Income", True),
    ("Installation", "Installation Income", False),
    ("Progress billing", "Installation Income", False),
    ("Late fee", "Late Fee Income", False),
    ("Bad debt", "Bad Debts", False),
)

STOCKED = "Thermostat"  # the one item that is kept in stock

# name -> days; None is a customer without terms, for whom QuickBooks counts 30 days.
TERM_DAYS: dict[str | None, int] = {
    "Due on receipt": 0,
    "Net 15": 15,
    "Net 30": 30,
    "Net 45": 45,
    "Net 60": 60,
    "2% 10 Net 30": 30,
    None: 30,
}

PAYMENT_METHODS = ("Cash", "Check", "Credit Card", "ACH")


@dataclass(frozen=True, slots=True)
class Chart:
    """Ids by name of what a company was set up with."""

    accounts: dict[str, str]
    items: dict[str, str]
    terms: dict[str, str]
    methods: dict[str, str]
    tax_code: str


def install(engine: Engine, realm_id: str, *, at: datetime, tax_rate: Decimal) -> Chart:
    """Set up an open company with the chart, one sales tax rate, and sales tax switched on."""

    def save(entity: str, body: dict[str, Any]) -> str:
        return str(engine.save(realm_id, entity, body, at=at)["Id"])

    accounts = {
        name: save("Account", {"Name": name, "AccountType": kind, "AccountSubType": subtype})
        for name, kind, subtype in ACCOUNTS
    }
    items = {
        name: save(
            "Item",
            {
                "Name": name,
                "Type": "Service",
                "IncomeAccountRef": {"value": accounts[account]},
                "Taxable": taxable,
            },
        )
        for name, account, taxable in ITEMS
    }
    items[STOCKED] = save(
        "Item",
        {
            "Name": STOCKED,
            "Type": "Inventory",
            "IncomeAccountRef": {"value": accounts["Sales of Product Income"]},
            "ExpenseAccountRef": {"value": accounts["Cost of Goods Sold"]},
            "AssetAccountRef": {"value": accounts["Inventory Asset"]},
            "TrackQtyOnHand": True,
            "QtyOnHand": 0,
            "InvStartDate": at.date().isoformat(),
            "Taxable": True,
        },
    )
    terms = {name: save("Term", {"Name": name, "DueDays": days}) for name, days in TERM_DAYS.items() if name}
    methods = {
        name: save(
            "PaymentMethod", {"Name": name, "Type": "CREDIT_CARD" if "Card" in name else "NON_CREDIT_CARD"}
        )
        for name in PAYMENT_METHODS
    }
    tax_code = _sales_tax(save, tax_rate)
    engine.set_preferences(
        realm_id, {"TaxPrefs": {"UsingSalesTax": True, "TaxGroupCodeRef": {"value": tax_code}}}
    )
    return Chart(accounts, items, terms, methods, tax_code)


def _sales_tax(save: Callable[[str, dict[str, Any]], str], rate: Decimal) -> str:
    agency = save("TaxAgency", {"DisplayName": TAX_AGENCY})
    rate_id = save("TaxRate", {"Name": TAX_NAME, "RateValue": rate, "AgencyRef": {"value": agency}})
    detail = {"TaxRateRef": {"value": rate_id}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": 0}
    return save("TaxCode", {"Name": TAX_NAME, "SalesTaxRateList": {"TaxRateDetail": [detail]}})


def staff(engine: Engine, realm_id: str, *, at: datetime) -> None:
    """Add those whom the company buys from and those who work there."""
    for vendor in ("Tennessee Valley Supply", "Chattanooga Sheet Metal"):
        engine.save(realm_id, "Vendor", {"DisplayName": vendor}, at=at)
    for given, family in (("Renee", "Alvarado"), ("Tomas", "Whitfield")):
        engine.save(realm_id, "Employee", {"GivenName": given, "FamilyName": family}, at=at)
