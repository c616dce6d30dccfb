"""Every kind of object python-quickbooks offers lives a whole life here: made, read, changed, ended."""

from __future__ import annotations

import pytest
from quickbooks.exceptions import ObjectNotFoundException, QuickbooksException

from tests.clients.python import stock

TRANSACTIONS = (
    stock.new_bill,
    stock.new_bill_payment,
    stock.new_card_payment,
    stock.new_credit_memo,
    stock.new_deposit,
    stock.new_estimate,
    stock.new_invoice,
    stock.new_journal_entry,
    stock.new_payment,
    stock.new_purchase,
    stock.new_purchase_order,
    stock.new_refund_receipt,
    stock.new_sales_receipt,
    stock.new_transfer,
    stock.new_vendor_credit,
)
LISTS = (
    stock.new_account,
    stock.new_class,
    stock.new_customer,
    stock.new_department,
    stock.new_employee,
    stock.new_item,
    stock.new_payment_method,
    stock.new_term,
    stock.new_vendor,
)
OTHERS = (stock.new_note, stock.new_tax_agency, stock.new_time_activity)

# The property that a test changes, where it is not the private note (transactions) or the name (lists).
CHANGED = {
    stock.new_customer: ("GivenName", "Jane"),
    stock.new_employee: ("GivenName", "Jane"),
    stock.new_vendor: ("GivenName", "Jane"),
    stock.new_term: ("DueDays", 60),
    stock.new_card_payment: ("Amount", 101),
    stock.new_transfer: ("Amount", 101),
    stock.new_time_activity: ("Description", "Changed"),
    stock.new_note: ("Note", "Changed"),
    stock.new_estimate: ("TxnStatus", "Accepted"),
}


def change_of(make):
    if make in CHANGED:
        return CHANGED[make]
    return ("Name", stock.fresh("Renamed")) if make in LISTS else ("PrivateNote", "Changed")


@pytest.mark.parametrize("make", stock.offered(*TRANSACTIONS, *LISTS, *OTHERS))
def test_what_is_saved_is_read_found_and_counted(qb, make):
    saved = make(qb).save(qb=qb)

    kind = type(saved)
    by_number = kind.get(int(saved.Id), qb=qb)
    found = kind.filter(Id=saved.Id, qb=qb)
    counted = kind.count(f"Id = '{saved.Id}'", qb=qb)

    assert by_number.Id == saved.Id
    assert by_number.SyncToken == "0"
    assert [row.Id for row in found] == [saved.Id]
    assert counted == 1


@pytest.mark.parametrize(
    "make", stock.offered(*TRANSACTIONS, *LISTS, stock.new_note, stock.new_time_activity)
)
def test_what_was_read_is_saved_again_whole(qb, make):
    read = type(made := make(qb).save(qb=qb)).get(made.Id, qb=qb)
    name, value = change_of(make)
    setattr(read, name, value)

    answered = read.save(qb=qb)

    after = type(made).get(made.Id, qb=qb)
    assert getattr(after, name) == value
    assert (answered.SyncToken, after.SyncToken) == ("1", "1")


@pytest.mark.parametrize("make", stock.offered(*TRANSACTIONS, *LISTS))
def test_a_stale_save_is_told_so(qb, make):
    read = type(made := make(qb).save(qb=qb)).get(made.Id, qb=qb)
    name, value = change_of(make)
    setattr(read, name, value)
    read.save(qb=qb)

    with pytest.raises(QuickbooksException) as caught:
        read.save(qb=qb)

    assert caught.value.error_code == 5010


@pytest.mark.parametrize("make", stock.offered(*TRANSACTIONS, stock.new_note, stock.new_time_activity))
def test_what_is_deleted_is_gone(qb, make):
    made = make(qb).save(qb=qb)

    answered = made.delete(qb=qb)

    kind = type(made)
    assert next(iter(answered.values()))["status"] == "Deleted"
    assert kind.filter(Id=made.Id, qb=qb) == []
    with pytest.raises(ObjectNotFoundException):
        kind.get(made.Id, qb=qb)


@pytest.mark.parametrize("make", stock.offered(*LISTS))
def test_what_is_made_inactive_hides_from_queries_until_asked_for(qb, make):
    made = make(qb).save(qb=qb)
    made.Active = False

    made.save(qb=qb)

    kind = type(made)
    asked = kind.where(f"Id = '{made.Id}' AND Active IN (true, false)", qb=qb)
    assert kind.filter(Id=made.Id, qb=qb) == []
    assert [row.Active for row in asked] == [False]


@pytest.mark.parametrize(
    "make",
    stock.offered(stock.new_invoice, stock.new_payment, stock.new_sales_receipt, stock.new_bill_payment),
)
def test_what_is_voided_stays_with_nothing_in_it(qb, make):
    made = make(qb).save(qb=qb)
    before = type(made).get(made.Id, qb=qb)

    made.void(qb=qb)

    after = type(made).get(made.Id, qb=qb)
    assert "Voided" not in (before.PrivateNote or "")
    assert "Voided" in after.PrivateNote
    assert (float(before.TotalAmt) > 0, float(after.TotalAmt)) == (True, 0)
