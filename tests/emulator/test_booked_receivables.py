"""Receivables that no invoice carries: expenses, and money on accounts where it cannot be."""

import pytest

from qb_collections.emulator import acts
from qb_collections.emulator.errors import Fault
from tests.emulator.small_company import REALM, small_company


@pytest.fixture
def company():
    return small_company()


def spend(company, amount, *, who="amy", kind="Customer", account="receivable", **more):
    line = {
        "Amount": amount,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": company.ids[account]}},
    }
    named = {"EntityRef": {"value": company.ids[who], "type": kind}} if who else {}
    body = {"PaymentType": "Cash", "AccountRef": {"value": company.ids["bank"]}, "Line": [line]}
    return company.save("Purchase", **body, **named, **more)


def test_a_payment_that_the_bank_took_back_opens_its_invoice_again(company):
    invoice = company.invoice("100")
    paid = company.pay("100", ("Invoice", invoice["Id"], "100"))
    act = {"act": "return_payment", "payment": {"id": paid["Id"]}, "how": "expense"}

    acts.perform(company.engine, REALM, act)

    assert str(company.read("Invoice", invoice["Id"])["Balance"]) == "100.00"
    assert company.owes() == "100.00"
    [line] = company.read("Payment", paid["Id"])["Line"]
    assert line["LinkedTxn"][0]["TxnType"] == "Expense"
    books = {
        "Checking": "-100.00",
        "Undeposited Funds": "100.00",
        "Accounts Receivable (A/R)": "100.00",
        "Services": "-100.00",
    }
    assert company.balances() == books


def test_an_expense_that_a_payment_settles_stays_as_it_is(company):
    spent = spend(company, "30")
    company.pay("30", ("Expense", spent["Id"], "30"))

    with pytest.raises(Fault, match="linked to a payment"):
        company.engine.delete(REALM, "Purchase", {"Id": spent["Id"], "SyncToken": "0"})
    assert company.owes() == "0.00"


def test_a_deposit_whose_credit_a_payment_uses_stays_as_it_is(company):
    """Deleted, it would leave the payment with money that never came."""
    detail = {"AccountRef": {"value": company.ids["receivable"]}}
    detail["Entity"] = {"value": company.ids["amy"], "type": "CUSTOMER"}
    line = {"Amount": 40, "DetailType": "DepositLineDetail", "DepositLineDetail": detail}
    made = company.save("Deposit", DepositToAccountRef={"value": company.ids["bank"]}, Line=[line])
    paid = company.pay("0", ("Deposit", made["Id"], "40"))

    with pytest.raises(Fault, match="The deposit is linked to a payment"):
        company.engine.delete(REALM, "Deposit", {"Id": made["Id"], "SyncToken": "0"})
    with pytest.raises(Fault, match="The deposit is linked to a payment"):
        company.save("Deposit", **made | {"Line": [line | {"Amount": 30}]})
    company.save("Deposit", **made | {"PrivateNote": "Counted twice"})
    company.engine.delete(REALM, "Payment", {"Id": paid["Id"], "SyncToken": "0"})
    company.engine.delete(REALM, "Deposit", {"Id": made["Id"], "SyncToken": "1"})

    assert company.owes() == "0.00"


def test_the_aged_receivables_show_an_expense_to_them(company):
    spend(company, "30", TxnDate="2026-10-01")

    rows = company.engine.report(REALM, "AgedReceivables", {"report_date": "2026-10-30"})["Rows"]["Row"]

    assert [cell["value"] for cell in rows[0]["ColData"]] == [
        "Amy's Bird Sanctuary",
        *("", "30.00", "", "", "", "30.00"),
    ]


def test_receivables_on_an_expense_need_a_customer(company):
    with pytest.raises(Fault, match="choose a customer in the Name field"):
        spend(company, "30", who=None)


def test_nothing_is_bought_on_receivables_by_a_bill(company):
    vendor = company.save("Vendor", DisplayName="Pump Works")["Id"]
    line = {
        "Amount": "10",
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": company.ids["receivable"]}},
    }

    with pytest.raises(Fault, match="cannot be chosen here"):
        company.save("Bill", VendorRef={"value": vendor}, Line=[line])


def test_money_is_not_put_on_receivables(company):
    ref = {"DepositToAccountRef": {"value": company.ids["receivable"]}}

    with pytest.raises(Fault, match="cannot be chosen here"):
        company.pay("10", **ref)
    with pytest.raises(Fault, match="cannot be chosen here"):
        company.invoice("10", Deposit="5", **ref)


def test_a_payment_stands_once_in_a_deposit(company):
    paid = company.pay("10")
    line = {"LinkedTxn": [{"TxnId": paid["Id"], "TxnType": "Payment", "TxnLineId": "0"}]}

    with pytest.raises(Fault) as refused:
        company.save("Deposit", DepositToAccountRef={"value": company.ids["bank"]}, Line=[line, line])

    assert refused.value.code == "6540"
    assert company.balances()["Undeposited Funds"] == "10.00"


def test_two_lines_of_a_journal_entry_that_ask_for_one_id_get_two(company):
    def line(kind, account, amount):
        named = {"Type": "Customer", "EntityRef": {"value": company.ids["amy"]}}
        detail = {"PostingType": kind, "AccountRef": {"value": company.ids[account]}, "Entity": named}
        return {
            "Id": "1",
            "Amount": amount,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": detail,
        }

    lines = [
        line("Debit", "receivable", "30"),
        line("Debit", "receivable", "12"),
        line("Credit", "services", "42"),
    ]
    entry = company.save("JournalEntry", Line=lines)

    company.pay("42", ("JournalEntry", entry["Id"], "30"), ("JournalEntry", entry["Id"], "12"))

    assert [one["Id"] for one in entry["Line"]] == ["1", "0", "2"]
    assert company.owes() == "0.00"


def test_a_customer_stands_on_the_receivables_of_its_own_currency(company):
    company.engine.set_preferences(REALM, {"CurrencyPrefs": {"MultiCurrencyEnabled": True}})
    company.ids["anne"] = company.save("Customer", DisplayName="Anne", CurrencyRef={"value": "EUR"})["Id"]

    with pytest.raises(Fault, match="not the currency of its name"):
        spend(company, "30", who="anne")


@pytest.mark.parametrize(
    ("on", "open_"), [("2026-09-30", "-40.00"), ("2026-10-01", "60.00"), ("2026-10-15", "0.00")]
)
def test_on_a_past_day_money_for_a_later_invoice_is_not_applied_yet(company, on, open_):
    """40 came in September for an invoice of October; 60 in the middle of October."""
    invoice = company.invoice("100", TxnDate="2026-10-01")
    company.pay("40", ("Invoice", invoice["Id"], "40"), TxnDate="2026-09-10")
    company.pay("60", ("Invoice", invoice["Id"], "60"), TxnDate="2026-10-15")

    rows = company.engine.report(REALM, "AgedReceivables", {"report_date": on})["Rows"]["Row"]

    total = rows[-1]["Summary"]["ColData"][-1]["value"] if rows else "0.00"
    assert total == open_
