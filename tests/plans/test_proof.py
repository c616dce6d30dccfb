"""The proof as people read it: whose work moved what, in which currency, and what is left to a person."""

import html

from qb_collections.cli import plan_lines
from qb_collections.services import plans, tasks
from tests.plans.test_bad_input import signed_in
from tests.plans.test_currency import RATES, abroad
from tests.plans.test_trouble import at_creation


def account(books, kind):
    rows = books.engine.query(books.realm, "SELECT * FROM Account MAXRESULTS 1000")["Account"]
    return next(row["Id"] for row in rows if row["AccountType"] == kind)


def entry(books, amount="75.00"):
    """A person books an expense against income by a journal entry."""
    lines = [
        {
            "Amount": amount,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {
                "PostingType": side,
                "AccountRef": {"value": account(books, kind)},
            },
        }
        for side, kind in (("Debit", "Expense"), ("Credit", "Income"))
    ]
    return books.engine.save(books.realm, "JournalEntry", {"TxnDate": "2026-10-30", "Line": lines})


def test_a_journal_entry_of_somebody_else_is_told_apart(books):
    at_creation(books, 3, lambda: entry(books))

    plan = books.create()

    shown = plans.show(books.context, books.company, plan.id)["proof"]
    assert shown["holds"] is True
    [other] = shown["other_work"]
    assert other.startswith("JournalEntry ")
    assert f"meanwhile ({other}) moved income by 75.00, account " in shown["sentence"]
    assert "by 75.00 debit" in shown["sentence"] and "by 75.00 credit" in shown["sentence"]
    assert tasks.list_open(books.context, books.company) == []


def test_what_nothing_explains_is_a_persons_to_look_at(books):
    """The entry was there before, and is deleted while the plan is written: no query shows that."""
    there = entry(books)
    gone = {"Id": there["Id"], "SyncToken": there["SyncToken"]}
    at_creation(books, 3, lambda: books.engine.delete(books.realm, "JournalEntry", gone))

    plan = books.create()

    page = plans.show(books.context, books.company, plan.id)
    assert plan.state == "active" and page["proof"]["holds"] is False
    assert (
        "unchanged by the plan: no; meanwhile something moved income by -75.00" in page["proof"]["sentence"]
    )
    [task] = tasks.list_open(books.context, books.company)
    assert (task.kind, task.title) == ("verify", "The proof of payment plan PP1 does not hold")


def test_reports_are_shown_in_the_home_currency_and_debts_in_the_customers(books):
    abroad(books, RATES)
    plan = books.create(payments=2)

    page = plans.show(books.context, books.company, plan.id)
    lines = plan_lines.page(page, "en_US")

    currencies = {one["what"]: one["currency"] for one in page["proof"]["accrual"]}
    assert currencies == {
        "receivables": "EUR",
        "income": "USD",
        "tax": "USD",
        "tax on the plan's documents": "EUR",
    }
    assert {one["currency"] for one in page["proof"]["trial_balance"]["Accrual"]} == {"USD"}
    assert any("owed by Glacier Lyon" in one and "€200.02" in one for one in lines)
    assert any(one.split()[:1] == ["income"] and "$1,220.02" in one for one in lines)


def test_the_page_of_a_plan_has_the_whole_proof_and_the_way_to_it_in_quickbooks(books):
    abroad(books, RATES)
    plan = books.create(payments=2)

    page = html.unescape(signed_in(books).get(f"/companies/{books.company_id}/plans/{plan.label}").text)

    proof = page[page.index("The books before and after") :]
    assert "Receivables, income and tax unchanged by the plan: yes" in proof
    assert "Owed by Glacier Lyon" in proof and "€200.02" in proof
    assert "$1,220.02" in proof and "€1,220.02" not in proof
    assert "Reports, Trial balance, from Jan 1, 2026 to Oct 30, 2026: every account as below" in proof
    assert proof.count("Accounts Receivable (A/R) - EUR") == 1  # on accrual; on cash nobody owes anything


def test_a_person_is_told_where_to_look_in_quickbooks(planned):
    page = plans.show(planned.context, planned.company, "PP1")

    lines = plan_lines.page(page, "en_US")

    assert page["proof"]["period"] == ["2026-01-01", "2026-10-30"]
    place = lines.index("To see it in QuickBooks yourself:")
    assert lines[place + 1].startswith("  Reports, Trial balance, ") and "accrual" in lines[place + 1]
    assert 'Chart of accounts, "Payment plan clearing": its balance is zero' in lines[place + 2]
