"""What happens to balances when money and credits are applied, moved, voided and deleted."""

import pytest

from qb_collections.emulator.errors import Fault
from qb_collections.emulator.switches import Switches
from tests.emulator.small_company import REALM, sale, small_company


@pytest.fixture
def company():
    return small_company()


def balance(company, entity, id_):
    return str(company.read(entity, id_)["Balance"])


def test_a_part_payment_leaves_the_rest_open_and_names_the_link(company):
    invoice = company.invoice("100.00")

    payment = company.pay("65.00", ("Invoice", invoice["Id"], "55.00"))

    after = company.read("Invoice", invoice["Id"])
    assert str(after["Balance"]) == "45.00"
    assert after["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "Payment"}]
    assert str(payment["UnappliedAmt"]) == "10.00"
    assert company.owes() == "35.00"


@pytest.mark.parametrize(("switch", "token"), [(True, "1"), (False, "0")])
def test_a_payment_moves_the_invoices_time_and_by_switch_its_token(switch, token):
    company = small_company(switches=Switches(payment_bumps_invoice_sync_token=switch))
    invoice = company.invoice("100.00")
    company.clock.advance(minutes=1)

    company.pay("10", ("Invoice", invoice["Id"], "10"))

    after = company.read("Invoice", invoice["Id"])
    assert after["SyncToken"] == token
    assert after["MetaData"]["LastUpdatedTime"] == "2026-10-30T09:01:00-07:00"


def test_a_customers_time_moves_with_the_balance_and_the_token_does_not(company):
    company.clock.advance(minutes=1)

    company.invoice("100.00")

    customer = company.read("Customer", company.ids["amy"])
    assert customer["SyncToken"] == "0"
    assert customer["MetaData"]["LastUpdatedTime"] == "2026-10-30T09:01:00-07:00"


def test_a_zero_payment_carries_a_credit_memo_across_without_posting(company):
    invoice, memo = company.invoice("500.00"), company.memo("300.00")
    before = company.balances()

    company.pay("0", ("Invoice", invoice["Id"], "300"), ("CreditMemo", memo["Id"], "300"))

    assert balance(company, "Invoice", invoice["Id"]) == "200.00"
    assert str(company.read("CreditMemo", memo["Id"])["RemainingCredit"]) == "0.00"
    assert company.owes() == "200.00"
    assert company.balances() == before


def test_one_line_that_names_both_documents_is_the_same_application(company):
    invoice, memo = company.invoice("500.00"), company.memo("300.00")
    links = [{"TxnId": invoice["Id"], "TxnType": "Invoice"}, {"TxnId": memo["Id"], "TxnType": "CreditMemo"}]

    company.save(
        "Payment",
        CustomerRef={"value": company.ids["amy"]},
        TotalAmt=0,
        Line=[{"Amount": 300, "LinkedTxn": links}],
    )

    assert balance(company, "Invoice", invoice["Id"]) == "200.00"
    assert balance(company, "CreditMemo", memo["Id"]) == "0.00"


@pytest.mark.parametrize("amount", ["100.01", "250"])
def test_more_than_is_open_is_refused_or_cut_by_switch(amount):
    strict, lenient = small_company(), small_company(switches=Switches(over_application="cap"))
    first, second = strict.invoice("100"), lenient.invoice("100")

    with pytest.raises(Fault) as caught:
        strict.pay("300", ("Invoice", first["Id"], amount))
    capped = lenient.pay("300", ("Invoice", second["Id"], amount))

    assert caught.value.code == "6000"
    assert str(capped["UnappliedAmt"]) == "200.00"


def test_credits_alone_cannot_pay_more_than_they_are(company):
    invoice, memo = company.invoice("500.00"), company.memo("300.00")

    with pytest.raises(Fault) as caught:
        company.pay("0", ("Invoice", invoice["Id"], "300.01"), ("CreditMemo", memo["Id"], "300"))

    assert caught.value.code == "6000"
    assert balance(company, "Invoice", invoice["Id"]) == "500.00"


@pytest.mark.parametrize("spelling", [{"operation": "void"}, {"operation": "update", "include": "void"}])
def test_both_spellings_of_void_restore_what_was_owed(company, spelling):
    invoice = company.invoice("100.00")
    payment = company.pay("60", ("Invoice", invoice["Id"], "60"), PrivateNote="cheque 7")

    _, found = company.http(
        "POST", "payment", {"Id": payment["Id"], "SyncToken": "0", "sparse": True}, **spelling
    )

    voided = found["Payment"]
    assert (voided["TotalAmt"], voided["UnappliedAmt"], voided["Line"]) == (0, 0, [])
    assert voided["PrivateNote"] == "Voided - cheque 7"
    assert balance(company, "Invoice", invoice["Id"]) == "100.00"
    assert company.owes() == "100.00"


def test_deleting_a_payment_restores_what_was_owed(company):
    invoice = company.invoice("100.00")
    payment = company.pay("60", ("Invoice", invoice["Id"], "60"))

    company.engine.delete(REALM, "Payment", {"Id": payment["Id"], "SyncToken": "0"})

    after = company.read("Invoice", invoice["Id"])
    assert (str(after["Balance"]), after["LinkedTxn"]) == ("100.00", [])


def test_a_sparse_update_of_the_lines_replaces_the_whole_set(company):
    first, second = company.invoice("100"), company.invoice("100")
    payment = company.pay("100", ("Invoice", first["Id"], "100"))
    line = {"Amount": 40, "LinkedTxn": [{"TxnId": second["Id"], "TxnType": "Invoice"}]}

    moved = company.save("Payment", Id=payment["Id"], SyncToken="0", sparse=True, Line=[line])

    assert str(moved["UnappliedAmt"]) == "60.00"
    assert balance(company, "Invoice", first["Id"]) == "100.00"
    assert balance(company, "Invoice", second["Id"]) == "60.00"


def test_voiding_a_paid_invoice_leaves_the_payment_unapplied(company):
    invoice = company.invoice("100.00")
    payment = company.pay("60", ("Invoice", invoice["Id"], "60"))
    token = company.read("Invoice", invoice["Id"])["SyncToken"]

    company.engine.void(REALM, "Invoice", {"Id": invoice["Id"], "SyncToken": token})

    after = company.read("Payment", payment["Id"])
    assert (str(after["UnappliedAmt"]), after["Line"]) == ("60.00", [])
    assert company.owes() == "-60.00"


def test_an_invoice_cut_below_what_was_paid_returns_the_excess(company):
    invoice = company.invoice("100.00")
    payment = company.pay("100", ("Invoice", invoice["Id"], "100"))
    token = company.read("Invoice", invoice["Id"])["SyncToken"]

    company.save(
        "Invoice", Id=invoice["Id"], SyncToken=token, sparse=True, Line=[sale(company.ids["work"], "70")]
    )

    assert balance(company, "Invoice", invoice["Id"]) == "0.00"
    assert str(company.read("Payment", payment["Id"])["UnappliedAmt"]) == "30.00"
    assert company.owes() == "-30.00"


def test_an_invoice_cut_below_a_credit_gives_the_credit_back(company):
    invoice, memo = company.invoice("100.00"), company.memo("100.00")
    company.pay("0", ("Invoice", invoice["Id"], "100"), ("CreditMemo", memo["Id"], "100"))
    token = company.read("Invoice", invoice["Id"])["SyncToken"]

    company.save(
        "Invoice", Id=invoice["Id"], SyncToken=token, sparse=True, Line=[sale(company.ids["work"], "70")]
    )

    assert balance(company, "CreditMemo", memo["Id"]) == "30.00"
    assert company.owes() == "-30.00"


def test_a_memo_cut_below_what_it_settled_opens_the_invoice_again(company):
    invoice, memo = company.invoice("100.00"), company.memo("100.00")
    company.pay("0", ("Invoice", invoice["Id"], "100"), ("CreditMemo", memo["Id"], "100"))
    token = company.read("CreditMemo", memo["Id"])["SyncToken"]

    company.save(
        "CreditMemo", Id=memo["Id"], SyncToken=token, sparse=True, Line=[sale(company.ids["work"], "40")]
    )

    assert balance(company, "Invoice", invoice["Id"]) == "60.00"
    assert balance(company, "CreditMemo", memo["Id"]) == "0.00"
    assert company.owes() == "60.00"


def test_a_parent_pays_the_invoice_of_a_job_that_bills_with_it(company):
    invoice = company.invoice("80.00", customer="job")

    company.pay("80", ("Invoice", invoice["Id"], "80"), customer="bill")

    parent, job = (company.read("Customer", company.ids[name]) for name in ("bill", "job"))
    assert (str(parent["Balance"]), str(parent["BalanceWithJobs"]), str(job["Balance"])) == (
        "0.00",
        "0.00",
        "0.00",
    )


def test_a_stranger_does_not_pay(company):
    invoice = company.invoice("80.00", customer="job")

    with pytest.raises(Fault) as caught:
        company.pay("80", ("Invoice", invoice["Id"], "80"), customer="amy")

    assert caught.value.code == "6000"


def test_a_jobs_debt_counts_with_its_parents(company):
    company.invoice("80.00", customer="job")
    company.invoice("20.00", customer="bill")

    parent = company.read("Customer", company.ids["bill"])

    assert (str(parent["Balance"]), str(parent["BalanceWithJobs"])) == ("20.00", "100.00")
    assert company.read("Customer", company.ids["job"])["FullyQualifiedName"] == "Bill's Windsurf Shop:Pier 4"


def test_a_journal_credit_lowers_what_the_customer_owes_and_can_be_applied(company):
    invoice = company.invoice("100.00")
    entry = journal(company, "Credit", "30", debit="services")
    owed_by_books = company.owes()

    company.pay("0", ("Invoice", invoice["Id"], "30"), ("JournalEntry", entry["Id"], "30"))

    assert owed_by_books == "70.00"
    assert balance(company, "Invoice", invoice["Id"]) == "70.00"
    assert company.owes() == "70.00"


def journal(company, kind, amount, *, debit):
    """A receivable line of Amy's against another account."""
    other = "Debit" if kind == "Credit" else "Credit"
    entity = {"Type": "Customer", "EntityRef": {"value": company.ids["amy"]}}
    lines = [
        {
            "Amount": amount,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": posting, "AccountRef": {"value": company.ids[account]}}
            | more,
        }
        for posting, account, more in ((kind, "receivable", {"Entity": entity}), (other, debit, {}))
    ]
    return company.save("JournalEntry", Line=lines)


def test_an_opening_balance_is_owed(company):
    made = company.save("Customer", DisplayName="Cool Cars", Balance="120.50")

    assert str(company.read("Customer", made["Id"])["Balance"]) == "120.50"
    assert company.balances()["Opening Balance Equity"] == "-120.50"


def test_a_deposit_on_the_invoice_is_not_owed(company):
    invoice = company.invoice("100.00", Deposit="30")

    assert str(invoice["Balance"]) == "70.00"
    assert company.owes() == "70.00"
    assert company.balances()["Undeposited Funds"] == "30.00"


def test_a_memo_cut_takes_free_cash_before_it_opens_the_invoice(company):
    """60 are paid by 100 in cash and 30 of credit: 70 are free.  Of the credit 10 stay, so 50 are free."""
    invoice, memo = company.invoice("60.00"), company.memo("30.00")
    payment = company.pay("100", ("Invoice", invoice["Id"], "60"), ("CreditMemo", memo["Id"], "30"))
    token = company.read("CreditMemo", memo["Id"])["SyncToken"]

    company.save(
        "CreditMemo", Id=memo["Id"], SyncToken=token, sparse=True, Line=[sale(company.ids["work"], "10")]
    )

    assert str(payment["UnappliedAmt"]) == "70.00"
    assert str(company.read("Payment", payment["Id"])["UnappliedAmt"]) == "50.00"
    assert balance(company, "Invoice", invoice["Id"]) == "0.00"
