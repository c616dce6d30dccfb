"""A plan that nothing disturbs: what is told before, what is written, and what stays as it was."""

from datetime import date
from decimal import Decimal

from qb_collections.core.company_gates import Mode
from qb_collections.services import modes, plans
from qb_collections.services.refusal import Refusal
from qb_collections.store import mirror
from qb_collections.store.engine import reading
from tests.plans.books import ITEM, PlanBooks


def test_a_proposal_names_every_document_amount_and_day_and_writes_nothing(books):
    proposal = books.propose().as_json()

    # 1,000.00 in three: the odd cent goes first.  16 January 2027 is a Saturday, Monday the 18th a holiday.
    assert [(one["due_on"], one["amount"]) for one in proposal["installments"]] == [
        ("2026-11-16", "333.34"),
        ("2026-12-16", "333.33"),
        ("2027-01-19", "333.33"),
    ]
    assert proposal["plan_on"] == "2026-10-30"
    assert proposal["total"] == {"amount": "1000.00", "currency": "USD"}
    assert proposal["set_up"] is False
    assert len(proposal["writes"]) == 1 + 1 + 1 + 3 + 1
    assert "A credit memo of $1,000.00, dated Friday, October 30" in proposal["writes"][1]
    assert any("show as paid" in said for said in proposal["looks_different"])
    assert any("income rises by $1,000.00 and tax by $0.00" in said for said in proposal["looks_different"])
    assert books.rows("CreditMemo") == [] and books.plan() is None
    assert books.trial_balance() == books.before


def test_nothing_is_written_before_a_person_confirms(books):
    answer = books.create(confirm=False)

    assert isinstance(answer, Refusal)
    assert books.rows("CreditMemo") == [] and books.plan() is None


def test_a_plan_moves_due_dates_and_nothing_else(books):
    plan = books.create()

    assert plan.state == "active" and plan.label == "PP1"
    books.assert_whole()
    assert books.debt == Decimal("1000.00")
    assert [(one["DueDate"], str(one["TotalAmt"])) for one in books.installments()] == [
        ("2026-11-16", "333.34"),
        ("2026-12-16", "333.33"),
        ("2027-01-19", "333.33"),
    ]
    documents = [*books.rows("CreditMemo"), *books.rows("Payment"), *books.installments()]
    assert {one["TxnDate"] for one in documents} == {"2026-10-30"}
    assert [one["TxnTaxDetail"]["TotalTax"] for one in books.installments()] == [0, 0, 0]
    assert books.rows("CreditMemo")[0]["TxnTaxDetail"]["TotalTax"] == 0
    assert books.rows("CreditMemo")[0]["RemainingCredit"] == 0
    assert books.rows("Payment")[0]["TotalAmt"] == 0


def test_clearing_is_an_asset_of_its_own_and_the_item_is_not_taxed(books):
    books.create()

    item = books.engine.query(books.realm, f"SELECT * FROM Item WHERE Name = '{ITEM}'")["Item"][0]
    account = books.engine.read(books.realm, "Account", item["IncomeAccountRef"]["value"])
    assert (item["Type"], item["Taxable"]) == ("Service", False)
    assert (account["Name"], account["AccountType"]) == ("Payment plan clearing", "Other Current Asset")
    assert "Payment plan clearing" not in books.trial_balance()
    assert (books.company.clearing_account_id, books.company.clearing_item_id) == (account["Id"], item["Id"])


def test_each_original_says_where_its_balance_went(books):
    books.create()

    memos = [books.read_invoice(one["Id"])["PrivateNote"] for one in books.invoices]
    for memo in memos:
        assert memo.startswith(
            "Oct 30, 2026: Balance moved to payment plan PP1, 3 payments to Jan 19, 2027 (ref"
        )
    first = books.installments()[0]["PrivateNote"]
    numbers = ", ".join(one["DocNumber"] for one in books.invoices)
    assert first.startswith(f"Payment plan PP1, payment 1 of 3, for invoices {numbers} (ref")


def test_the_proof_can_be_read_side_by_side(books):
    plan = books.create()

    shown = plans.show(books.context, books.company, plan.label)

    assert shown["proof"]["sentence"] == "receivables, income and tax unchanged by the plan: yes"
    assert shown["proof"]["holds"] is True
    lines = {one["what"]: one for one in shown["proof"]["accrual"]}
    assert lines["receivables"] == {
        "what": "receivables",
        "before": "1000.00",
        "after": "1000.00",
        "currency": "USD",
        "unchanged": True,
    }
    assert lines["income"]["before"] == "-1000.00" and lines["income"]["unchanged"]
    assert lines["tax"]["unchanged"]
    assert [(one["kind"], bool(one["id"])) for one in shown["documents"]] == [
        ("CreditMemo", True),
        ("Payment", True),
        ("Invoice", True),
        ("Invoice", True),
        ("Invoice", True),
    ]
    assert [one["balance"] for one in shown["installments"]] == ["333.34", "333.33", "333.33"]
    assert [one["balance"] for one in shown["invoices"]] == ["0.00", "0.00", "0.00"]
    assert [one["plan"] for one in plans.list(books.context, books.company)] == ["PP1"]


def test_cash_basis_moves_by_exactly_what_was_told(books):
    told = next(said for said in books.propose().looks_different if said.startswith("On cash-basis"))
    cash_before = books.trial_balance("cash")

    books.create()

    assert "income rises by $1,000.00" in told
    after = books.trial_balance("cash")
    moved = {
        name: after.get(name, 0) - cash_before.get(name, 0)
        for name in after.keys() | cash_before.keys()
        if after.get(name, 0) != cash_before.get(name, 0)
    }
    assert sorted(moved.values()) == [Decimal("-1000.00"), Decimal("1000.00")]
    assert moved["Payment plan clearing"] == Decimal("1000.00")


def test_the_demo_s_grill_pays_its_five_invoices_in_six_months():
    books = PlanBooks(amounts=("1284.36", "2106.90", "1947.12", "2215.75", "2085.87"))

    books.create(payments=6, first_on=date(2026, 11, 15))

    # $9,640.00 in six: four of 1,606.67 and two of 1,606.66.  15 November 2026 is a Sunday.
    assert [str(one["TotalAmt"]) for one in books.installments()] == ["1606.67"] * 4 + ["1606.66"] * 2
    assert books.installments()[0]["DueDate"] == "2026-11-16"
    assert len(books.rows("CreditMemo") + books.rows("Payment") + books.installments()) == 8
    books.assert_whole(count=6)
    books.close()


def test_the_mirror_knows_the_plan_at_once(books):
    books.create()

    with reading(books.context.engine) as conn:
        found = mirror.open_invoices(conn, books.company_id, [books.grill])
        credits = mirror.credit_memos_open(conn, books.company_id, [books.grill])
    assert [str(one.balance.amount) for one in found] == ["333.34", "333.33", "333.33"]
    assert credits == []


def test_a_second_plan_of_the_same_invoices_is_refused(books):
    books.create()

    answer = books.create()

    assert isinstance(answer, Refusal)
    assert "Nothing is left to pay" in answer.message or "already on payment plan PP1" in answer.message
    books.assert_whole()


def test_shadow_mode_writes_nothing():
    books = PlanBooks()
    modes.set_mode(books.context, books.company, Mode.SHADOW, by="test", confirmed=True)

    answer = books.create()

    assert isinstance(answer, Refusal) and "Sending is off" in answer.message
    assert books.plan() is None
    books.close()
