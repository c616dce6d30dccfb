"""Stock objects of python-quickbooks, filled in as its users fill them in and with all its defaults."""

from __future__ import annotations

from itertools import count
from uuid import uuid4

import pytest
from quickbooks.objects import (
    Account,
    AccountBasedExpenseLine,
    AccountBasedExpenseLineDetail,
    Attachable,
    AttachableRef,
    Bill,
    BillPayment,
    BillPaymentLine,
    CreditMemo,
    Customer,
    Department,
    Deposit,
    DepositLine,
    DepositLineDetail,
    Employee,
    Estimate,
    Invoice,
    Item,
    JournalEntry,
    JournalEntryLine,
    JournalEntryLineDetail,
    Payment,
    PaymentLine,
    PaymentMethod,
    Purchase,
    PurchaseOrder,
    RefundReceipt,
    SalesItemLine,
    SalesItemLineDetail,
    SalesReceipt,
    TaxAgency,
    Term,
    TimeActivity,
    Transfer,
    Vendor,
    VendorCredit,
)
from quickbooks.objects.billpayment import CheckPayment
from quickbooks.objects.creditcardpayment_entity import CreditCardPayment
from quickbooks.objects.detailline import ItemBasedExpenseLine, ItemBasedExpenseLineDetail
from quickbooks.objects.trackingclass import Class

_numbers = count(1)


def fresh(word: str) -> str:
    """A name that no other test of this run uses, at most 31 characters (a term's limit)."""
    return f"{word} {uuid4().hex[:6]} {next(_numbers)}"


def account(qb, **wanted):
    return Account.filter(**wanted, max_results=1, qb=qb)[0]


def item(qb):
    return Item.filter(Type="Service", max_results=1, qb=qb)[0]


def vendor(qb):
    return new_vendor(qb).save(qb=qb)


def customer(qb):
    """A customer of its own, so that no credit of another test is applied to its invoices."""
    made = Customer()
    made.DisplayName = fresh("Client")
    return made.save(qb=qb)


def sales_line(qb, amount):
    line = SalesItemLine()
    line.LineNum = 1
    line.Description = "Work"
    line.Amount = amount
    line.SalesItemLineDetail = SalesItemLineDetail()
    line.SalesItemLineDetail.ItemRef = item(qb).to_ref()
    return line


def expense_line(qb, amount):
    line = AccountBasedExpenseLine()
    line.Amount = amount
    line.AccountBasedExpenseLineDetail = AccountBasedExpenseLineDetail()
    line.AccountBasedExpenseLineDetail.AccountRef = account(qb, AccountType="Expense").to_ref()
    return line


def item_expense_line(qb, amount):
    line = ItemBasedExpenseLine()
    line.Amount = amount
    line.ItemBasedExpenseLineDetail = ItemBasedExpenseLineDetail()
    line.ItemBasedExpenseLineDetail.BillableStatus = "NotBillable"
    line.ItemBasedExpenseLineDetail.UnitPrice = amount
    line.ItemBasedExpenseLineDetail.Qty = 1
    line.ItemBasedExpenseLineDetail.CustomerRef = customer(qb).to_ref()
    bought = new_item(qb)
    bought.ExpenseAccountRef = account(qb, AccountType="Expense").to_ref()
    line.ItemBasedExpenseLineDetail.ItemRef = bought.save(qb=qb).to_ref()
    return line


def _sale(kind, qb, amount):
    made = kind()
    made.CustomerRef = customer(qb).to_ref()
    made.Line.append(sales_line(qb, amount))
    return made


def new_invoice(qb, amount=100):
    return _sale(Invoice, qb, amount)


def new_credit_memo(qb, amount=100):
    return _sale(CreditMemo, qb, amount)


def new_estimate(qb, amount=100):
    return _sale(Estimate, qb, amount)


def new_sales_receipt(qb, amount=100):
    made = SalesReceipt()
    made.CustomerRef = customer(qb).to_ref()
    line = sales_line(qb, amount)
    line.SalesItemLineDetail.Qty, line.SalesItemLineDetail.UnitPrice = 1, amount
    made.Line = [line]
    return made


def new_refund_receipt(qb, amount=100):
    made = _sale(RefundReceipt, qb, amount)
    made.DepositToAccountRef = account(qb, AccountType="Bank").to_ref()
    return made


def new_payment(qb, amount=100, pays=None):
    made = Payment()
    made.TotalAmt = amount
    made.CustomerRef = pays.CustomerRef if pays else customer(qb).to_ref()
    if pays:
        line = PaymentLine()
        line.Amount = amount
        line.LinkedTxn.append(pays.to_linked_txn())
        made.Line.append(line)
    return made


def new_customer(qb):
    made = Customer()
    made.DisplayName = fresh("Customer")
    made.GivenName = "James"
    return made


def new_item(qb):
    made = Item()
    made.Name = fresh("Item")
    made.Type = "Service"
    made.IncomeAccountRef = account(qb, AccountType="Income").to_ref()
    return made


def new_account(qb):
    made = Account()
    made.Name = fresh("Account")
    made.AcctNum = uuid4().hex[:7]
    made.AccountSubType = "CashOnHand"
    return made


def _named(kind, word):
    def make(qb):
        made = kind()
        made.Name = fresh(word)
        return made

    make.__name__ = f"new_{kind.__name__.lower()}"
    return make


new_class = _named(Class, "Class")
new_department = _named(Department, "Department")
new_payment_method = _named(PaymentMethod, "Method")


def new_term(qb):
    made = Term()
    made.Name = fresh("Term")
    made.DueDays = 10
    return made


def new_vendor(qb):
    made = Vendor()
    made.DisplayName = made.CompanyName = made.PrintOnCheckName = fresh("Vendor")
    made.TaxIdentifier = "99-9999999"
    return made


def new_employee(qb):
    made = Employee()
    made.SSN = None
    made.GivenName, made.FamilyName = "John", fresh("Smith")
    return made


def new_tax_agency(qb):
    made = TaxAgency()
    made.DisplayName = fresh("Agency")
    return made


def new_journal_entry(qb, amount=100):
    made = JournalEntry()
    places = (("Debit", account(qb, AccountType="Expense")), ("Credit", account(qb, AccountType="Bank")))
    for side, place in places:
        line = JournalEntryLine()
        line.Amount = amount
        line.JournalEntryLineDetail = JournalEntryLineDetail()
        line.JournalEntryLineDetail.PostingType = side
        line.JournalEntryLineDetail.AccountRef = place.to_ref()
        made.Line.append(line)
    return made


def new_deposit(qb, amount=20):
    made = Deposit()
    line = DepositLine()
    line.Amount = amount
    line.DepositLineDetail = DepositLineDetail()
    line.DepositLineDetail.AccountRef = account(qb, AccountType="Income").to_ref()
    made.DepositToAccountRef = account(qb, AccountType="Bank").to_ref()
    made.Line.append(line)
    return made


def new_bill(qb, amount=200, of=None):
    made = Bill()
    made.VendorRef = (of or vendor(qb)).to_ref()
    made.Line.append(expense_line(qb, amount))
    return made


def new_bill_payment(qb, amount=200):
    made = BillPayment()
    made.PayType, made.TotalAmt, made.PrivateNote = "Check", amount, "Private Note"
    owed = vendor(qb)
    made.VendorRef = owed.to_ref()
    made.CheckPayment = CheckPayment()
    made.CheckPayment.BankAccountRef = account(qb, AccountType="Bank").to_ref()
    made.APAccountRef = account(qb, AccountSubType="AccountsPayable").to_ref()
    line = BillPaymentLine()
    line.Amount = amount
    line.LinkedTxn.append(new_bill(qb, amount, of=owed).save(qb=qb).to_linked_txn())
    made.Line.append(line)
    return made


def new_vendor_credit(qb, amount=40):
    made = VendorCredit()
    made.VendorRef = vendor(qb).to_ref()
    made.Line.append(expense_line(qb, amount))
    return made


def new_purchase(qb, amount=100):
    made = Purchase()
    made.PaymentType, made.TotalAmt = "Cash", amount
    made.AccountRef = account(qb, AccountType="Bank").to_ref()
    made.Line.append(item_expense_line(qb, amount))
    return made


def new_purchase_order(qb, amount=100):
    made = PurchaseOrder()
    made.VendorRef = vendor(qb).to_ref()
    made.APAccountRef = account(qb, AccountSubType="AccountsPayable").to_ref()
    made.TotalAmt = amount
    made.Line.append(item_expense_line(qb, amount))
    return made


def new_transfer(qb, amount=100):
    made = Transfer()
    made.Amount = amount
    made.FromAccountRef = account(qb, AccountType="Bank").to_ref()
    made.ToAccountRef = new_account(qb).save(qb=qb).to_ref()
    return made


def new_card_payment(qb, amount=100):
    card = Account()
    card.Name, card.AccountType, card.AccountSubType = fresh("Card"), "Credit Card", "CreditCard"
    made = CreditCardPayment()
    made.Amount = amount
    made.BankAccountRef = account(qb, AccountType="Bank").to_ref()
    made.CreditCardAccountRef = card.save(qb=qb).to_ref()
    return made


def new_time_activity(qb):
    made = TimeActivity()
    made.NameOf = "Employee"
    made.EmployeeRef = new_employee(qb).save(qb=qb).to_ref()
    made.StartTime, made.EndTime = "2016-07-22T10:00:00-07:00", "2016-07-22T11:00:00-07:00"
    made.CostRate = 50.0
    return made


def new_note(qb, on=None):
    made = Attachable()
    made.Note = "Called them"
    if on is not None:
        place = AttachableRef()
        place.EntityRef = on.to_ref()
        made.AttachableRef.append(place)
    return made


def offered(*makes):
    """Parameters for these makers, each under its entity's name."""
    return [pytest.param(make, id=make.__name__.removeprefix("new_")) for make in makes]
