"""Recurring templates: each stands in a wrapping that names what it will make."""

from __future__ import annotations

from quickbooks.objects import Invoice
from quickbooks.objects.recurringtransaction import (
    RecurringBill,
    RecurringInfo,
    RecurringInvoice,
    RecurringTransaction,
    ScheduleInfo,
)

from tests.clients.python import stock


def recurring(template, name, **schedule):
    template.RecurringInfo = RecurringInfo()
    template.RecurringInfo.Name, template.RecurringInfo.Active = stock.fresh(name), True
    template.RecurringInfo.ScheduleInfo = ScheduleInfo()
    for key, value in {"StartDate": "2026-12-01", "NumInterval": 1, **schedule}.items():
        setattr(template.RecurringInfo.ScheduleInfo, key, value)
    return template


def recurring_invoice(qb):
    template = RecurringInvoice()
    template.CustomerRef = stock.customer(qb).to_ref()
    template.Line.append(stock.sales_line(qb, 100))
    wrapped = RecurringTransaction()
    wrapped.Invoice = recurring(template, "Rent", IntervalType="Monthly", DayOfMonth=1, MaxOccurrences=6)
    return wrapped.save(qb=qb)


def recurring_bill(qb):
    template = RecurringBill()
    template.VendorRef = stock.vendor(qb).to_ref()
    template.Line.append(stock.expense_line(qb, 500))
    wrapped = RecurringTransaction()
    wrapped.Bill = recurring(template, "Lease", IntervalType="Weekly", DayOfWeek="Friday", DaysBefore=3)
    return wrapped.save(qb=qb)


def test_a_recurring_template_is_kept_in_its_wrapping_and_posts_nothing(qb):
    before = Invoice.count(qb=qb)

    saved = recurring_invoice(qb)

    read = RecurringTransaction.get(saved.Invoice.Id, qb=qb)
    info = read.Invoice.RecurringInfo.ScheduleInfo
    assert (info.IntervalType, info.DayOfMonth, info.NumInterval, info.MaxOccurrences) == ("Monthly", 1, 1, 6)
    assert float(read.Invoice.Line[0].Amount) == 100
    assert Invoice.count(qb=qb) == before


def test_recurring_templates_are_listed_by_what_they_make(qb):
    bill, invoice = recurring_bill(qb).Bill, recurring_invoice(qb).Invoice

    bills = RecurringTransaction.where("Type = 'Bill'", qb=qb)
    everything = RecurringTransaction.all(qb=qb)

    assert bill.Id in [row.Bill.Id for row in bills]
    assert {next(iter(vars(row))) for row in bills} == {"Bill"}
    assert invoice.Id in [row.Invoice.Id for row in everything if hasattr(row, "Invoice")]


def test_a_recurring_template_is_changed_and_deleted_in_its_wrapping(qb):
    read = RecurringTransaction.get(recurring_invoice(qb).Invoice.Id, qb=qb)
    read.Invoice.RecurringInfo.ScheduleInfo.DayOfMonth = 15
    read.Invoice.Line[0].Amount = 250
    read.Invoice.Deposit = None
    read.save(qb=qb)
    after = RecurringTransaction.get(read.Invoice.Id, qb=qb)

    after.delete(qb=qb)

    assert after.Invoice.RecurringInfo.ScheduleInfo.DayOfMonth == 15
    assert float(after.Invoice.Line[0].Amount) == 250
    left = [row.Invoice.Id for row in RecurringTransaction.where("Type = 'Invoice'", qb=qb)]
    assert read.Invoice.Id not in left
