"""A plan in a foreign currency: one rate, always sent, and no exchange gain or loss."""

from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.money import Money, split_evenly
from qb_collections.core.plan_home_cents import SHIFTS_MAX, adding_up, residue
from qb_collections.services import leasing, plans, sync, verify
from qb_collections.services.refusal import Refusal

RATES = ("1.1", "1.1")


def abroad(books, rates, amount="100.01"):
    """A customer in Lyon who owes this many euros on one invoice for each of the rates."""
    books.act(
        "set_preferences",
        preferences={"CurrencyPrefs": {"MultiCurrencyEnabled": True, "HomeCurrency": {"value": "USD"}}},
    )
    euros = {"CurrencyRef": {"value": "EUR"}}
    books.grill = books.customer("Glacier Lyon", **euros)
    books.invoices = [
        books.invoice(
            books.grill, amount, date(2026, 8, 3), date(2026, 9, 2), ExchangeRate=Decimal(rate), **euros
        )
        for rate in rates
    ]
    with leasing.held(books.context, books.company) as lease:
        sync.sync(books.context, books.company, lease)
    books.before = books.trial_balance()
    books.debt = Decimal(amount) * len(rates)


def test_a_plan_in_euros_keeps_the_rate_and_posts_no_gain_or_loss(books):
    abroad(books, RATES)

    plan = books.create(payments=2)

    assert plan.state == "active", plan.reason
    assert plan.principal.currency == "EUR"
    books.assert_whole(count=2)
    documents = [*books.rows("CreditMemo"), *books.rows("Payment"), *books.installments()]
    assert {(one["CurrencyRef"]["value"], one["ExchangeRate"]) for one in documents} == {
        ("EUR", Decimal("1.1"))
    }
    assert (
        sum(one["HomeTotalAmt"] for one in books.installments())
        == books.rows("CreditMemo")[0]["HomeTotalAmt"]
    )


def test_two_rates_are_two_plans(books):
    abroad(books, ("1.1", "1.2"))

    answer = books.create()

    assert isinstance(answer, Refusal) and "different exchange rates" in answer.message


def test_a_cent_is_moved_so_that_the_home_amounts_add_up(books):
    """At 0.5 two payments of 100.01 euros are 50.01 dollars each, yet 200.02 euros are 100.01 dollars."""
    abroad(books, ("0.5",), "200.02")

    plan = books.create(payments=2)

    assert plan.state == "active", plan.reason
    books.assert_whole(count=2)
    assert [str(one["TotalAmt"]) for one in books.installments()] == ["100.02", "100.00"]
    assert [str(one["HomeTotalAmt"]) for one in books.installments()] == ["50.01", "50.00"]
    assert str(books.rows("CreditMemo")[0]["HomeTotalAmt"]) == "100.01"


def test_invoices_that_do_not_add_up_to_the_cent_are_refused(books):
    """Two invoices of 100.01 euros stand at 50.01 dollars each: no memo of 200.02 euros is 100.02 dollars."""
    abroad(books, ("0.5", "0.5"))

    answer = books.create(payments=2)

    assert isinstance(answer, Refusal) and "do not add up to the cent in USD" in answer.message
    assert books.plan() is None


def test_a_memo_booked_at_another_home_amount_is_taken_back(books):
    abroad(books, RATES)
    save = books.engine.save

    def a_cent_more(realm, entity, body, **more):
        saved = save(realm, entity, body, **more)
        return (
            saved | {"HomeTotalAmt": saved["HomeTotalAmt"] + Decimal("0.01")}
            if entity == "CreditMemo"
            else saved
        )

    books.engine.save = a_cent_more

    ended = books.create(payments=2)

    assert ended.state == "cancelled" and "would differ by $0.01 from the credit memo" in ended.reason
    books.assert_without_effect()


def exchange(books):
    rows = books.trial_balance().items()
    return sum(amount for name, amount in rows if "Exchange" in name)


def part_pay(books, place, amount):
    books.act("part_pay", invoice=books.installments()[place]["DocNumber"], amount=amount)


def test_cents_of_exchange_are_told_before_a_part_paid_plan_is_ended(books):
    """100.03 euros at 1.25 are 125.04 dollars: payments of 50.02 (62.53) and 50.01 (62.51).

    25.01 euros of the first, 31.26 dollars, came; of 62.53 that is the share of 31.27.  An installment of
    25.01 euros gives up 31.26 for it, so the ending takes a cent of loss back.
    """
    abroad(books, ("1.25",), "100.03")
    books.create(payments=2)
    part_pay(books, 0, "25.01")
    before = exchange(books)

    told = books.end("cancel")
    still = books.plan().state
    ended = books.end("cancel", exchange=Decimal("0.01"))

    assert isinstance(told, Refusal) and "books $0.01 of exchange gain or loss" in told.message
    assert told.at_command == "With --exchange 0.01" and still == "active"
    assert ended.state == "cancelled" and "carry €75.02 again" in ended.reason
    assert before - exchange(books) == Decimal("0.01")
    assert books.trial_balance().get("Payment plan clearing", 0) == 0
    proof = plans.show(books.context, books.company, "PP1")["proof_of_end"]
    assert proof["sentence"] == (
        "receivables, income and tax unchanged by the plan: yes; "
        "the cents of exchange are those that were told before"
    )


def test_what_was_paid_and_is_worth_more_in_parts_than_whole_leaves_nothing_on_clearing(books):
    """At 0.5 two payments of 0.01 euros are a cent each, and one memo of 0.02 euros is one cent.

    So the plan stays, and a memo and an invoice of 200.00 euros, 100.00 dollars, are added over it.  Of the
    installments 50.00 and 49.99 dollars are open: a cent of exchange.
    """
    abroad(books, ("0.5",), "200.02")
    books.create(payments=2)
    part_pay(books, 0, "0.01")
    part_pay(books, 1, "0.01")
    before = exchange(books)

    told = books.end("cancel")
    ended = books.end("cancel", exchange=Decimal("0.01"))

    assert isinstance(told, Refusal) and "books $0.01 of exchange" in told.message
    assert ended.state == "cancelled"
    assert "What was paid cannot be moved back to the cent in USD" in ended.reason
    assert "one new invoice asks for the rest of €200.00" in ended.reason
    assert abs(exchange(books) - before) == Decimal("0.01")
    assert books.trial_balance().get("Payment plan clearing", 0) == 0
    assert books.owed_most() == books.debt


def test_a_plan_in_euros_that_nothing_was_paid_on_is_ended_without_a_question(books):
    abroad(books, RATES)
    books.create(payments=2)

    ended = books.end("cancel")

    assert ended.state == "cancelled" and books.trial_balance() == books.before


@given(st.integers(2, 12), st.integers(1, 10**7), st.decimals("0.05", "20", places=4))
def test_shifted_installments_lose_nothing_in_either_currency(count, cents, rate):
    """In every case that is not refused; each stays within a few cents of an equal share."""
    whole = Money(Decimal(cents + count * 100) / 100, "EUR")

    found = adding_up(split_evenly(whole, count), rate, "USD")

    if found is not None:
        assert sum(part.amount for part in found) == whole.amount
        assert residue(found, whole, rate, "USD") == 0
        share = whole.amount / count
        assert all(abs(part.amount - share) <= Decimal("0.01") * (SHIFTS_MAX + 1) for part in found)
        assert all(part.amount > 0 for part in found)


def verified(books):
    with leasing.held(books.context, books.company) as lease:
        return verify.verify(books.context, books.company, lease)


def test_receivables_in_euros_tie_out_although_the_report_is_in_dollars(books):
    """200.02 euros at 1.1 are 220.02 dollars in the aged receivables, beside 1,000.00 dollars of others."""
    abroad(books, RATES)

    report = verified(books)

    assert [one.sentence for one in report.differences if not one.repaired] == []
    assert report.tie_out == (
        "QuickBooks' receivables of €200.02 are its documents to the cent. "
        "QuickBooks' receivables of $1,000.00 are its documents to the cent."
    )


def test_euros_that_no_document_explains_are_found(books):
    """An entry to receivables of 10.00 euros, 11.00 dollars at the rate of the invoices."""
    abroad(books, RATES)
    rows = books.engine.query(books.realm, "SELECT * FROM Account MAXRESULTS 1000")["Account"]
    by_name = {row["Name"]: row["Id"] for row in rows}
    lines = [
        {
            "Amount": "10.00",
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": account}} | more,
        }
        for side, account, more in (
            (
                "Debit",
                by_name["Accounts Receivable (A/R) - EUR"],
                {"Entity": {"Type": "Customer", "EntityRef": {"value": books.grill}}},
            ),
            ("Credit", by_name["Sales of Product Income"], {}),
        )
    ]
    euros = {"CurrencyRef": {"value": "EUR"}, "ExchangeRate": "1.1"}
    books.engine.save(books.realm, "JournalEntry", {"TxnDate": "2026-10-30", "Line": lines} | euros)

    report = verified(books)

    assert report.tie_out.startswith("QuickBooks' receivables are €210.02, its invoices and credits €200.02.")
