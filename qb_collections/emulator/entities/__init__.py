"""The records of a company, one family to a file."""

from qb_collections.emulator.entities import registry
from qb_collections.emulator.entities.account import Account
from qb_collections.emulator.entities.attachable import Attachable
from qb_collections.emulator.entities.bill import Bill, VendorCredit
from qb_collections.emulator.entities.bill_payment import BillPayment
from qb_collections.emulator.entities.company import CompanyInfo, Preferences
from qb_collections.emulator.entities.credit_memo import CreditMemo
from qb_collections.emulator.entities.currency import CompanyCurrency, ExchangeRate
from qb_collections.emulator.entities.customer import Customer
from qb_collections.emulator.entities.deposit import Deposit
from qb_collections.emulator.entities.invoice import Invoice
from qb_collections.emulator.entities.item import Item
from qb_collections.emulator.entities.journal_entry import JournalEntry
from qb_collections.emulator.entities.lists import Class, Department, PaymentMethod
from qb_collections.emulator.entities.payment import Payment
from qb_collections.emulator.entities.people import Employee, Vendor
from qb_collections.emulator.entities.purchase import Purchase, PurchaseOrder
from qb_collections.emulator.entities.receipts import Estimate, RefundReceipt, SalesReceipt
from qb_collections.emulator.entities.recurring import RecurringTransaction
from qb_collections.emulator.entities.tax import TaxAgency, TaxCode, TaxRate
from qb_collections.emulator.entities.term import Term
from qb_collections.emulator.entities.time_activity import TimeActivity
from qb_collections.emulator.entities.transfer import CreditCardPayment, Transfer

registry.register(
    Account(),
    Attachable(),
    Bill(),
    BillPayment(),
    Class(),
    CompanyCurrency(),
    CompanyInfo(),
    CreditCardPayment(),
    CreditMemo(),
    Customer(),
    Department(),
    Deposit(),
    Employee(),
    Estimate(),
    ExchangeRate(),
    Invoice(),
    Item(),
    JournalEntry(),
    Payment(),
    PaymentMethod(),
    Preferences(),
    Purchase(),
    PurchaseOrder(),
    RecurringTransaction(),
    RefundReceipt(),
    SalesReceipt(),
    TaxAgency(),
    TaxCode(),
    TaxRate(),
    Term(),
    TimeActivity(),
    Transfer(),
    Vendor(),
    VendorCredit(),
)
