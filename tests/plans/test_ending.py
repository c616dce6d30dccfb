"""Ending a plan that is in the books: part-paid, broken, over closed books, with other people's lines.

Worked by hand: three payments of 333.34, 333.33 and 333.33 on invoices of 600.00, 150.01 and 249.99.
"""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.core.intents import State
from qb_collections.services import leasing, past, plan_ending, plan_follow, plans, sync, tasks, verify
from qb_collections.services.refusal import Refusal
from qb_collections.store.engine import reading


def clearing(books):
    return books.trial_balance().get("Payment plan clearing", Decimal(0))


def balances(books):
    return [str(books.balance(one)) for one in books.invoices]


def pay(books, number, amount=None):
    invoice = books.installments()[number - 1]["DocNumber"]
    if amount is None:
        return books.act("pay", invoice=invoice)
    return books.act("part_pay", invoice=invoice, amount=amount)


def is_zero(books):
    assert clearing(books) == 0
    assert books.owed_most() <= books.debt


def test_a_plan_without_payments_is_taken_out_of_the_books_whole(planned):
    ended = planned.end("cancel", reason="paid by loan")

    assert ended.state == "cancelled"
    assert ended.reason == "Ended by Sam: paid by loan. The original invoices carry $1,000.00 again."
    assert planned.rows("CreditMemo") == [] and planned.rows("Payment") == []
    assert planned.installments() == []
    assert balances(planned) == ["600.00", "150.01", "249.99"]
    assert planned.trial_balance() == planned.before
    is_zero(planned)


def test_what_was_paid_stays_paid_and_the_rest_is_on_the_oldest_invoices_last(planned):
    """333.34 and 100.00 came: 433.34 goes to the oldest invoice, which then has 166.66 open."""
    pay(planned, 1)
    pay(planned, 2, "100.00")

    ended = planned.end("cancel")

    assert ended.state == "cancelled"
    assert balances(planned) == ["166.66", "150.01", "249.99"]
    assert [str(one["TotalAmt"]) for one in planned.installments()] == ["333.34", "100.00"]
    assert [one["Balance"] for one in planned.installments()] == [0, 0]
    [memo] = planned.rows("CreditMemo")
    assert (str(memo["TotalAmt"]), memo["RemainingCredit"]) == ("433.34", 0)
    assert len(planned.rows("Payment")) == 3  # two of the customer, one of ours
    is_zero(planned)


def test_the_proof_of_the_end_is_kept_beside_that_of_the_beginning(planned):
    pay(planned, 1)
    planned.end("cancel")

    shown = plans.show(planned.context, planned.company, "PP1")

    assert shown["proof"]["sentence"] == "receivables, income and tax unchanged by the plan: yes"
    ended = shown["proof_of_end"]
    assert ended["sentence"] == "receivables, income and tax unchanged by the plan: yes"
    lines = {one["what"]: (one["before"], one["after"]) for one in ended["accrual"]}
    assert lines["receivables"] == ("666.66", "666.66")


def test_each_original_says_that_its_balance_is_back(planned):
    planned.end("cancel")

    for one in planned.invoices:
        lines = planned.read_invoice(one["Id"])["PrivateNote"].splitlines()
        assert lines[1].startswith("Oct 30, 2026: Payment plan PP1 ended by agreement, balance back")


def test_a_late_fee_that_somebody_added_stays_theirs(planned):
    """15.00 on the second payment, of which 50.00 was paid: 50.00 of ours stays, and the fee is owed."""
    second = planned.installments()[1]
    fee = {
        "Amount": Decimal("15.00"),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": "1"}, "TaxCodeRef": {"value": "NON"}},
    }
    lines = [line for line in second["Line"] if line["DetailType"] == "SalesItemLineDetail"]
    planned.act("edit", entity="Invoice", id=second["Id"], fields={"Line": [*lines, fee]})
    pay(planned, 2, "50.00")
    planned.debt += 15

    ended = planned.end("cancel")

    assert ended.state == "cancelled"
    assert balances(planned) == ["550.00", "150.01", "249.99"]
    [left] = planned.installments()
    assert (str(left["TotalAmt"]), str(left["Balance"])) == ("65.00", "15.00")
    is_zero(planned)


def test_over_closed_books_documents_are_added_and_nothing_of_the_plan_day_is_touched(planned):
    pay(planned, 1)
    planned.clock.set(planned.clock.now().replace(month=12, day=7))
    planned.act("close_books", through="2026-11-30")
    before = planned.rows("CreditMemo") + planned.installments()

    ended = planned.end("default")

    assert ended.state == "cancelled" and "The books are closed" in ended.reason
    assert balances(planned) == ["0.00", "0.00", "0.00"]
    rest = [one for one in planned.installments() if one["Balance"]]
    assert [(str(one["Balance"]), one["TxnDate"], one["DueDate"]) for one in rest] == [
        ("666.66", "2026-12-07", "2026-09-02")
    ]
    assert "Rest of invoices 1001, 1002 and 1003" in rest[0]["CustomerMemo"]["value"]
    old = {one["Id"]: one["TotalAmt"] for one in before}
    now = {one["Id"]: one["TotalAmt"] for one in planned.rows("CreditMemo") + planned.installments()}
    assert all(now[id] == amount for id, amount in old.items())
    is_zero(planned)


def test_a_refusal_over_closed_books_goes_back_and_the_plan_runs_on(planned):
    planned.clock.set(planned.clock.now().replace(month=12, day=7))
    planned.act("close_books", through="2026-11-30")
    item = planned.engine.query(planned.realm, "SELECT * FROM Item WHERE Name = 'Payment plan (not a sale)'")
    save = planned.engine.save

    def meddled(realm, entity, body, **more):
        if entity == "Payment" and "Ends payment plan" in str(body):
            planned.act("deactivate", entity="Item", id=item["Item"][0]["Id"])
        return save(realm, entity, body, **more)

    planned.engine.save = meddled

    running = planned.end("cancel")

    assert running.state == "active"
    assert "end rest" in running.details["not_ended"]
    assert sum(one["Balance"] for one in planned.installments()) == planned.debt
    assert len(planned.rows("CreditMemo")) == 1 and len(planned.rows("Payment")) == 1
    is_zero(planned)


def test_books_closed_through_today_are_told_before_anything_is_touched(planned):
    planned.act("close_books", through="2026-10-30")

    answer = planned.end("cancel")

    assert isinstance(answer, Refusal) and "today included" in answer.message
    assert planned.plan().state == "active"
    planned.assert_whole()


def test_a_second_plan_after_a_first_takes_what_is_left(planned):
    pay(planned, 1)

    second = planned.end("renegotiate", asked=planned.asked(payments=2, first_on=date(2026, 12, 1)))

    assert (second.label, second.state) == ("PP2", "active")
    assert [str(one.amount.amount) for one in second.installments] == ["333.33", "333.33"]
    assert balances(planned) == ["0.00", "0.00", "0.00"]
    is_zero(planned)


def test_a_plan_that_was_to_follow_is_agreed_on_by_the_next_night_after_a_crash(planned):
    """The process ended when the first plan was out of the books and the second one not begun."""
    asked = planned.asked(payments=2, first_on=date(2026, 12, 1))
    then = plan_ending.as_stored(asked) | {"by": "Sam"}
    with leasing.held(planned.context, planned.company) as lease:
        plan_ending.end(
            planned.context,
            planned.company,
            lease,
            "PP1",
            how="renegotiated",
            by="Sam",
            reason="",
            confirm=True,
            then=then,
        )
    assert planned.plan().label == "PP1"

    for _ in range(2):
        with leasing.held(planned.context, planned.company) as lease:
            on = planned.company.today(planned.clock.now())
            plan_follow.follow(planned.context, planned.company, lease, on)

    assert (planned.plan().label, planned.plan().state) == ("PP2", "active")
    assert planned.plan().details["follows"] == "PP1"
    is_zero(planned)


def test_a_plan_that_was_paid_has_nothing_to_end(planned):
    for number in (1, 2, 3):
        pay(planned, number)

    answer = planned.end("cancel")

    assert isinstance(answer, Refusal) and "paid in full" in answer.message


def test_ending_asks_for_a_yes(planned):
    answer = planned.end("cancel", confirm=False)

    assert isinstance(answer, Refusal) and answer.at_command == "The same with --yes"
    planned.assert_whole()


def test_where_quickbooks_applies_credits_by_itself_the_memo_still_goes_where_the_plan_says(books):
    """The bait invoice is older than all others: QuickBooks would take the memo there first."""
    bait = books.invoice(books.grill, "90.00", date(2026, 7, 1), date(2026, 7, 31))
    books.debt += 90
    with leasing.held(books.context, books.company) as lease:
        sync.sync(books.context, books.company, lease)
    books.act("set_preferences", preferences={"SalesFormsPrefs": {"AutoApplyCredit": True}})

    plan = books.create()
    ended_with = books.balance(bait)
    pay(books, 2)  # the bait invoice stands before the first payment
    ended = books.end("cancel")

    assert plan.state == "active" and ended_with == Decimal("90.00")
    assert ended.state == "cancelled"
    assert str(books.balance(bait)) == "90.00"
    assert balances(books) == ["266.66", "150.01", "249.99"]
    is_zero(books)


def test_verify_agrees_after_an_end(planned):
    pay(planned, 1)
    planned.end("cancel")

    with leasing.held(planned.context, planned.company) as lease:
        report = verify.verify(planned.context, planned.company, lease)

    assert [one.sentence for one in report.differences if not one.repaired] == []


@pytest.mark.parametrize("nth", [1, 2, 3, 4, 5])
def test_a_lost_answer_while_a_plan_is_ended_ends_it_all_the_same(planned, nth):
    """Void, void or reduce, delete the payment, shrink the memo, apply the rest: the n-th answer is lost."""
    pay(planned, 1)
    match = {"method": "POST", "path": ("invoice", "invoice", "payment", "creditmemo", "payment")[nth - 1]}
    match["nth"] = {1: 1, 2: 2, 3: 1, 4: 1, 5: 2}[nth]
    planned.emulator.front.faults.add({"fault": "lose_answer", "match": match})

    planned.end("cancel")
    planned.settle()

    assert planned.plan().state == "cancelled"
    assert balances(planned) == ["266.66", "150.01", "249.99"]
    assert {one.state for one in planned.steps()} <= {State.CONFIRMED, State.CANCELLED}
    assert len(planned.rows("Payment")) == 2
    is_zero(planned)


def test_settled_by_a_plan_is_not_paid(planned):
    shown = plans.show(planned.context, planned.company, "PP1")

    assert [one["balance"] for one in shown["invoices"]] == ["0.00", "0.00", "0.00"]
    assert (shown["standing"]["state"], shown["standing"]["received"]) == ("on_track", "0.00")
    assert shown["standing"]["remaining"] == "1000.00"


def test_documents_that_end_a_plan_are_neither_sales_nor_money(planned):
    """Before and after the end over closed books the customer bought for 1,000.00, and has paid 333.34."""
    pay(planned, 1)
    planned.clock.set(planned.clock.now().replace(month=12, day=7))
    planned.act("close_books", through="2026-11-30")
    planned.end("default")
    with leasing.held(planned.context, planned.company) as lease:
        sync.sync(planned.context, planned.company, lease)

    with reading(planned.context.engine) as conn:
        seen = past.as_first_due(conn, planned.company)

    assert sorted(str(one.invoice.total.amount) for one in seen.invoices) == ["150.01", "249.99", "600.00"]
    assert sum(part.money for one in seen.invoices for part in one.applied) == Decimal("333.34")
    assert seen.memos == ()


def test_tax_on_a_document_that_ends_a_plan_takes_it_back(planned):
    planned.clock.set(planned.clock.now().replace(month=12, day=7))
    planned.act("close_books", through="2026-11-30")
    codes = planned.engine.query(planned.realm, "SELECT * FROM TaxCode")["TaxCode"]
    rated = next(one for one in codes if one["TaxGroup"])
    save = planned.engine.save

    def taxed(realm, entity, body, **more):
        if entity == "Invoice" and "Id" not in body:
            body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] = {"value": "TAX"}
            body["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": rated["Id"]}}
        return save(realm, entity, body, **more)

    planned.engine.save = taxed

    running = planned.end("default")

    assert running.state == "active" and "QuickBooks booked" in running.details["not_ended"]
    assert len(planned.rows("CreditMemo")) == 1 and len(planned.rows("Payment")) == 1
    assert sum(one["Balance"] for one in planned.installments()) == planned.debt
    assert planned.trial_balance() == planned.before


def closed_where_credits_apply_themselves(books):
    """The bait invoice is older than all others: QuickBooks takes the ending's memo there by itself."""
    bait = books.invoice(books.grill, "90.00", date(2026, 7, 1), date(2026, 7, 31))
    books.debt += 90
    books.create()
    pay(books, 2)  # the bait invoice stands before the first payment
    books.clock.set(books.clock.now().replace(month=12, day=7))
    books.act("close_books", through="2026-11-30")
    books.act("set_preferences", preferences={"SalesFormsPrefs": {"AutoApplyCredit": True}})
    return bait


def test_over_closed_books_too_the_memo_goes_to_the_installments_and_nowhere_else(books):
    bait = closed_where_credits_apply_themselves(books)
    before = books.trial_balance()

    ended = books.end("cancel")

    assert ended.state == "cancelled" and "one new invoice asks for the rest of $666.66" in ended.reason
    assert str(books.balance(bait)) == "90.00"
    assert [str(one["Balance"]) for one in books.installments() if one["Balance"]] == ["90.00", "666.66"]
    assert books.trial_balance() == before
    is_zero(books)


def begun_but_not_reached(books):
    """The void of the third payment's invoice met trouble: the ending is stored, and nothing changed yet."""
    books.emulator.front.faults.add({"fault": "http_503", "match": {"operation": "void"}, "rate": 1})
    begun = books.end("cancel")
    books.emulator.front.faults.clear()
    assert begun.state == "building" and len(books.installments()) == 3


def test_who_pays_while_a_plan_is_ended_is_credited_and_nobody_is_asked(planned):
    """100.00 on the third payment, whose invoice was about to be voided: it goes to the oldest invoice."""
    begun_but_not_reached(planned)
    pay(planned, 3, "100.00")

    planned.settle()

    assert planned.plan().state == "cancelled"
    assert balances(planned) == ["500.00", "150.01", "249.99"]
    assert [str(one["TotalAmt"]) for one in planned.installments()] == ["100.00"]
    assert tasks.list_open(planned.context, planned.company) == []
    is_zero(planned)


def test_a_payment_that_queries_do_not_show_yet_is_a_persons_and_tried_again_a_day_later(planned):
    """The invoice, read by itself, is paid in part; queries of the same minute say that nothing came."""
    begun_but_not_reached(planned)
    planned.clock.set(planned.clock.now() + timedelta(hours=1))
    pay(planned, 3, "100.00")
    planned.emulator.front.faults.add({"fault": "lagging_queries", "rate": 1, "seconds": 60})

    planned.go_on()

    [task] = tasks.list_open(planned.context, planned.company)
    assert "something was paid on installment 3" in task.text
    assert len([one for one in planned.steps() if one.plan.get("act") == "end"]) == 2
    planned.emulator.front.faults.clear()
    planned.clock.set(planned.clock.now() + timedelta(days=1))
    planned.go_on()
    assert planned.plan().state == "cancelled"
    assert balances(planned) == ["500.00", "150.01", "249.99"]


def test_a_plan_of_an_inactive_customer_is_not_begun_to_be_ended(planned):
    """QuickBooks would refuse the payment that sets the rest of the memo against the originals."""
    pay(planned, 1)
    planned.act("deactivate", entity="Customer", id=planned.grill)

    answer = planned.end("cancel")

    assert isinstance(answer, Refusal) and "is inactive in QuickBooks" in answer.message
    assert planned.plan().state == "active"
    assert len(planned.installments()) == 3 and len(planned.rows("CreditMemo")) == 1


def test_what_quickbooks_refuses_while_a_plan_is_ended_is_on_a_persons_list(planned):
    """The customer is made inactive before the rest of the memo, 333.34, is set against an invoice."""
    pay(planned, 1)
    save = planned.engine.save

    def meddled(realm, entity, body, **more):
        if entity == "Payment" and "Ends payment plan" in str(body):
            planned.act("deactivate", entity="Customer", id=planned.grill)
        return save(realm, entity, body, **more)

    planned.engine.save = meddled
    stuck = planned.end("cancel")
    planned.engine.save = save

    [task] = tasks.list_open(planned.context, planned.company)
    assert stuck.state == "building" and task.kind == "plan"
    assert "could not be set against the invoices: QuickBooks refused the reapply" in task.text
    customer = planned.engine.read(planned.realm, "Customer", planned.grill)
    planned.act("edit", entity="Customer", id=customer["Id"], fields={"Active": True})
    with leasing.held(planned.context, planned.company) as lease:
        tasks.done(planned.context, planned.company, lease, task.id, tasks.Report("done", "Dana"))
    planned.go_on()
    assert planned.plan().state == "cancelled"
    assert balances(planned) == ["266.66", "150.01", "249.99"]
    is_zero(planned)
