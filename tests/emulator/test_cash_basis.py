"""The cash basis: what an application recognises, how much of each line, and on which day."""

from datetime import date

import pytest

from qb_collections.emulator.switches import Switches
from tests.emulator.small_company import sale, small_company


@pytest.fixture
def company():
    return small_company()


def mixed_invoice(company, **more):
    """100 of taxed parts, 50 of labour, 8 of tax: 158 in all."""
    lines = [sale(company.ids["part"], "100", TaxCodeRef={"value": "TAX"}), sale(company.ids["work"], "50")]
    code = {"TxnTaxCodeRef": {"value": company.ids["tax"]}}
    return company.invoice("0", Line=lines, TxnTaxDetail=code, **more)


def test_a_part_payment_recognises_each_line_pro_rata_tax_too(company):
    """39.50 of 158.00 is a quarter: 25 of parts, 12.50 of labour, 2 of tax."""
    invoice = mixed_invoice(company)

    company.pay("39.50", ("Invoice", invoice["Id"], "39.50"))

    assert company.balances(basis="cash") == {
        "Undeposited Funds": "39.50",
        "Services": "-12.50",
        "Parts income": "-25.00",
        "California Department of Tax Payable": "-2.00",
    }


def test_an_application_counts_on_the_payments_day(company):
    invoice = mixed_invoice(company, TxnDate="2026-09-01")
    company.pay("158", ("Invoice", invoice["Id"], "158"), TxnDate="2026-10-15")

    assert company.balances(basis="cash", as_of=date(2026, 10, 14)) == {}
    assert company.balances(basis="cash", as_of=date(2026, 10, 15))["Parts income"] == "-100.00"


def test_money_before_the_invoices_day_is_unapplied_until_then(company):
    invoice = mixed_invoice(company, TxnDate="2026-10-20")
    company.pay("158", ("Invoice", invoice["Id"], "158"), TxnDate="2026-10-15")

    before = company.balances(basis="cash", as_of=date(2026, 10, 19))
    after = company.balances(basis="cash", as_of=date(2026, 10, 20))

    assert before == {"Undeposited Funds": "158.00", "Unapplied Cash Payment Income": "-158.00"}
    assert after["Parts income"] == "-100.00"
    assert "Unapplied Cash Payment Income" not in after


def test_money_taken_with_the_invoice_counts_on_its_day(company):
    company.invoice("100", Deposit="30")

    assert company.balances(basis="cash") == {"Undeposited Funds": "30.00", "Services": "-30.00"}


def test_a_journal_on_receivables_stays_a_receivable(company):
    entity = {"Entity": {"Type": "Customer", "EntityRef": {"value": company.ids["amy"]}}}
    lines = [
        {
            "Amount": "30",
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": kind, "AccountRef": {"value": company.ids[account]}}
            | entity,
        }
        for kind, account in (("Debit", "receivable"), ("Credit", "services"))
    ]
    entry = company.save("JournalEntry", Line=lines)
    booked = company.balances(basis="cash")

    company.pay("30", ("JournalEntry", entry["Id"], "30"))

    assert booked == {"Accounts Receivable (A/R)": "30.00", "Services": "-30.00"}
    assert company.balances(basis="cash") == {"Undeposited Funds": "30.00", "Services": "-30.00"}


def test_by_switch_lines_on_the_balance_sheet_stay_in_receivables():
    """Then tax is owed to the agency from the start, and clearing is untouched by a plan."""
    company = small_company(switches=Switches(cash_basis_moves_balance_sheet_lines=False))
    invoice = mixed_invoice(company)

    unpaid = company.balances(basis="cash")
    company.pay("79", ("Invoice", invoice["Id"], "79"))

    tax = "California Department of Tax Payable"
    assert unpaid == {"Accounts Receivable (A/R)": "8.00", tax: "-8.00"}
    assert company.balances(basis="cash") == {
        "Accounts Receivable (A/R)": "4.00",
        "Undeposited Funds": "79.00",
        "Services": "-25.00",
        "Parts income": "-50.00",
        tax: "-8.00",
    }
