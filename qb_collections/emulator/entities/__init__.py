"""The records of a company, one family to a file."""

from qb_collections.emulator.entities import registry
from qb_collections.emulator.entities.account import Account
from qb_collections.emulator.entities.attachable import Attachable
from qb_collections.emulator.entities.company import CompanyInfo, Preferences
from qb_collections.emulator.entities.credit_memo import CreditMemo
from qb_collections.emulator.entities.customer import Customer
from qb_collections.emulator.entities.deposit import Deposit
from qb_collections.emulator.entities.invoice import Invoice
from qb_collections.emulator.entities.item import Item
from qb_collections.emulator.entities.journal_entry import JournalEntry
from qb_collections.emulator.entities.lists import Class, Department, PaymentMethod
from qb_collections.emulator.entities.payment import Payment
from qb_collections.emulator.entities.people import Employee, Vendor
from qb_collections.emulator.entities.tax import TaxAgency, TaxCode, TaxRate
from qb_collections.emulator.entities.term import Term

registry.register(
    Account(),
    Attachable(),
    Class(),
    CompanyInfo(),
    CreditMemo(),
    Customer(),
    Department(),
    Deposit(),
    Employee(),
    Invoice(),
    Item(),
    JournalEntry(),
    Payment(),
    PaymentMethod(),
    Preferences(),
    TaxAgency(),
    TaxCode(),
    TaxRate(),
    Term(),
    Vendor(),
)
