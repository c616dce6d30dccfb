"""A full US chart of accounts, with the items, terms, sales tax and payment methods of a service business."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

# (name, AccountType, AccountSubType), in the order of QuickBooks' own list.
ACCOUNTS: tuple[tuple[str, str, str], ...] = (
    ("Checking", "Bank", "Checking"),
    ("Savings", "Bank", "Savings"),
    ("Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("Inventory Asset", "Other Current Asset", "Inventory"),
    ("Prepaid Expenses", "Other Current Asset", "PrepaidExpenses"),
    ("Payment plan clearing", "Other Current Asset", "OtherCurrentAssets"),
    ("Vehicles", "Fixed Asset", "Vehicles"),
    ("Tools and Equipment", "Fixed Asset", "MachineryAndEquipment"),
    ("Accumulated Depreciation", "Fixed Asset", "AccumulatedDepreciation"),
    ("Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("Company Credit Card", "Credit Card", "CreditCard"),
    ("Sales Tax Payable", "Other Current Liability", "SalesTaxPayable"),
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
    ("Payment plan (not a sale)", "Payment plan clearing", False),
)

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

TAX_AGENCY = "Tennessee Department of Revenue"
TAX_NAME = "Tennessee and Hamilton County"


@dataclass(frozen=True, slots=True)
class Chart:
    """Ids by name of what a company was set up with."""

    accounts: dict[str, str] = field(default_factory=dict)
    items: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    methods: dict[str, str] = field(default_factory=dict)
    tax_code: str = ""
