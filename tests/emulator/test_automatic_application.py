"""With the preference on, credits and invoices find each other by themselves, in both directions."""

import pytest

from qb_collections.emulator.switches import Switches
from tests.emulator.small_company import small_company


@pytest.fixture
def company():
    return small_company(AutoApplyCredit=True)


def balances(company, *ids):
    return [str(company.read("Invoice", id_)["Balance"]) for id_ in ids]


def test_a_new_credit_memo_goes_to_the_oldest_invoices(company):
    younger = company.invoice("100", TxnDate="2026-10-01", DueDate="2026-10-31")
    older = company.invoice("100", TxnDate="2026-09-01", DueDate="2026-10-01")

    memo = company.memo("150")

    assert balances(company, older["Id"], younger["Id"]) == ["0.00", "50.00"]
    assert str(memo["RemainingCredit"]) == "0.00"
    assert company.owes() == "50.00"


def test_an_unapplied_payment_goes_to_the_oldest_invoices(company):
    invoice = company.invoice("100")

    payment = company.pay("130")

    assert balances(company, invoice["Id"]) == ["0.00"]
    assert str(payment["UnappliedAmt"]) == "30.00"


def test_a_new_invoice_eats_open_credits(company):
    memo = company.memo("80")
    company.pay("50")

    invoice = company.invoice("100")

    assert str(invoice["Balance"]) == "0.00"
    assert str(company.read("CreditMemo", memo["Id"])["RemainingCredit"]) == "0.00"
    assert company.owes() == "-30.00"


def test_another_customers_credit_stays_where_it_is(company):
    company.memo("80", customer="bill")

    assert str(company.invoice("100")["Balance"]) == "100.00"


@pytest.mark.parametrize(
    "quiet",
    [
        lambda: small_company(AutoApplyCredit=False),
        lambda: small_company(AutoApplyCredit=True, switches=Switches(auto_apply_on_api_documents=False)),
    ],
)
def test_without_preference_or_switch_nothing_moves(quiet):
    company = quiet()
    company.memo("80")

    assert str(company.invoice("100")["Balance"]) == "100.00"
