"""The buying side by hand-worked figures: bills, credits, payments, expenses, transfers."""

import pytest

from qb_collections.emulator.errors import Fault
from tests.emulator.small_company import REALM, sale, small_company


@pytest.fixture
def company():
    found = small_company()
    found.ids["cost"] = found.save("Account", Name="Materials", AccountType="Expense")["Id"]
    found.ids["card"] = found.save("Account", Name="Visa", AccountType="Credit Card")["Id"]
    found.ids["vendor"] = found.save("Vendor", DisplayName="Parts Depot")["Id"]
    return found


def bought(company, amount, **detail):
    return {
        "Amount": amount,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": company.ids["cost"]}, **detail},
    }


def bill(company, amount, entity="Bill", **more):
    vendor = {"value": company.ids["vendor"]}
    return company.save(entity, VendorRef=vendor, Line=[bought(company, amount)], **more)


def pay(company, total, *parts):
    lines = [
        {"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": kind}]} for kind, id_, amount in parts
    ]
    return company.save(
        "BillPayment",
        VendorRef={"value": company.ids["vendor"]},
        PayType="Check",
        CheckPayment={"BankAccountRef": {"value": company.ids["bank"]}},
        TotalAmt=total,
        Line=lines,
    )


def test_a_bill_is_owed_until_a_credit_and_a_check_have_paid_it(company):
    """200.00 bought, 50.00 credited, 150.00 paid."""
    owed = bill(company, "200")
    credit = bill(company, "50", entity="VendorCredit")

    payment = pay(company, "150", ("Bill", owed["Id"], "200"), ("VendorCredit", credit["Id"], "50"))

    assert str(company.read("Bill", owed["Id"])["Balance"]) == "0.00"
    assert company.read("Bill", owed["Id"])["LinkedTxn"] == [
        {"TxnId": payment["Id"], "TxnType": "BillPaymentCheck"}
    ]
    assert str(company.read("Vendor", company.ids["vendor"])["Balance"]) == "0.00"
    assert company.balances() == {"Checking": "-150.00", "Materials": "150.00"}


def test_on_the_cash_basis_a_bill_counts_as_it_is_paid(company):
    """Half of 200.00 is paid: half of the materials are."""
    owed = bill(company, "200")

    pay(company, "100", ("Bill", owed["Id"], "100"))

    assert company.balances(basis="cash") == {"Checking": "-100.00", "Materials": "100.00"}
    assert company.balances()["Materials"] == "200.00"


def test_a_voided_payment_opens_its_bill_again(company):
    owed = bill(company, "200")
    payment = pay(company, "200", ("Bill", owed["Id"], "200"))

    company.engine.void(REALM, "BillPayment", payment)

    assert str(company.read("Bill", owed["Id"])["Balance"]) == "200.00"
    assert company.read("BillPayment", payment["Id"])["PrivateNote"] == "Voided"
    assert company.balances() == {"Materials": "200.00", "Accounts Payable (A/P)": "-200.00"}


def test_a_bill_that_is_paid_can_be_neither_deleted_nor_paid_again(company):
    owed = bill(company, "200")
    pay(company, "200", ("Bill", owed["Id"], "200"))

    for act in (
        lambda: company.engine.delete(REALM, "Bill", company.read("Bill", owed["Id"])),
        lambda: pay(company, "1", ("Bill", owed["Id"], "1")),
    ):
        with pytest.raises(Fault) as refused:
            act()
        assert refused.value.code == "6000"


def test_an_expense_by_card_and_the_card_s_payment_post_through_the_card(company):
    spent = {"PaymentType": "CreditCard", "AccountRef": {"value": company.ids["card"]}}
    company.save("Purchase", Line=[bought(company, "80")], **spent)

    status, paid = company.http(
        "POST",
        "creditcardpayment",
        {
            "Amount": 30,
            "BankAccountRef": {"value": company.ids["bank"]},
            "CreditCardAccountRef": {"value": company.ids["card"]},
        },
    )

    assert (status, next(iter(paid))) == (200, "CreditCardPaymentTxn")
    assert company.balances() == {"Checking": "-30.00", "Visa": "-50.00", "Materials": "80.00"}


def test_orders_estimates_and_hours_post_nothing(company):
    vendor = {"value": company.ids["vendor"]}
    who = company.save("Employee", GivenName="Jo", FamilyName="Reyes")
    company.save("PurchaseOrder", VendorRef=vendor, Line=[bought(company, "80")])
    company.save(
        "Estimate", CustomerRef={"value": company.ids["amy"]}, Line=[sale(company.ids["work"], "35")]
    )

    company.save("TimeActivity", NameOf="Employee", EmployeeRef={"value": who["Id"]}, Hours=1, Minutes=30)

    assert company.balances() == {}


def test_an_invoice_made_from_an_estimate_closes_it_and_its_deletion_opens_it(company):
    customer = {"value": company.ids["amy"]}
    estimate = company.save("Estimate", CustomerRef=customer, Line=[sale(company.ids["work"], "35")])
    link = {"TxnId": estimate["Id"], "TxnType": "Estimate"}

    invoice = company.invoice("35", LinkedTxn=[link])
    closed = company.read("Estimate", estimate["Id"])
    company.engine.delete(REALM, "Invoice", invoice)

    assert (closed["TxnStatus"], closed["SyncToken"]) == ("Closed", "0")
    assert closed["LinkedTxn"] == [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
    assert company.read("Estimate", estimate["Id"])["TxnStatus"] == "Pending"


def test_a_receipt_goes_to_undeposited_funds_and_is_locked_once_deposited(company):
    receipt = company.save("SalesReceipt", Line=[sale(company.ids["work"], "100")])
    link = {"TxnId": receipt["Id"], "TxnType": "SalesReceipt", "TxnLineId": "0"}
    line = {"Amount": "100", "LinkedTxn": [link]}
    company.save("Deposit", DepositToAccountRef={"value": company.ids["bank"]}, Line=[line])

    with pytest.raises(Fault) as refused:
        company.engine.void(REALM, "SalesReceipt", company.read("SalesReceipt", receipt["Id"]))

    assert refused.value.code == "6540"
    assert company.balances() == {"Checking": "100.00", "Services": "-100.00"}


def test_a_recurring_template_is_wrapped_in_what_it_makes(company):
    info = {"Name": "Monthly", "RecurType": "Automated", "ScheduleInfo": {"IntervalType": "Monthly"}}
    inner = {"CustomerRef": {"value": company.ids["amy"]}, "Line": [sale(company.ids["work"], "90")]}

    made = company.http("POST", "recurringtransaction", {"Invoice": {**inner, "RecurringInfo": info}})[1]

    template = made["RecurringTransaction"]["Invoice"]
    assert template["RecurringInfo"]["Name"] == "Monthly"
    assert "DocNumber" not in template
    found = company.http("GET", "query", query="select * from RecurringTransaction where Type = 'Bill'")[1]
    assert found["QueryResponse"] == {}
    assert company.balances() == {}
