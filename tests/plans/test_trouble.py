"""Lost answers, refusals and crashes: a plan ends whole or without effect, and nothing is there twice."""

import pytest

from qb_collections.core.intents import IntentKind, State
from qb_collections.services import leasing, modes, plan_saga, plans, tasks
from qb_collections.services.refusal import Refusal
from qb_collections.store.engine import Mode, Moment, interpose
from tests.plans.books import ITEM, PlanBooks

WRITES = ("account", "item", "memo", "zero payment", "installments", "notes")
# Which batch of a plan's creation is what.  Before and between are those that only read.
READ_AFTER_THE_MEMO, INSTALLMENTS, READ_AT_THE_END, NOTES = 3, 4, 5, 7


def lose_nth_write(books, nth, fault="lose_answer"):
    """Strike the n-th creation: account, item, memo, zero payment."""
    books.emulator.front.faults.add({"fault": fault, "match": {"operation": "create", "nth": nth}})


def lose_batch(books, nth, fault="lose_answer"):
    match = {"method": "POST", "path": "batch", "nth": nth}
    books.emulator.front.faults.add({"fault": fault, "match": match})


@pytest.mark.parametrize("what", WRITES)
def test_a_lost_answer_at_any_write_ends_whole_with_nothing_twice(books, what):
    place = WRITES.index(what)
    if place < 4:
        lose_nth_write(books, place + 1)
    else:
        lose_batch(books, (INSTALLMENTS, NOTES)[place - 4])

    books.create_through_trouble()
    books.settle()

    assert books.emulator.front.faults.all()[0].struck == 1
    books.assert_whole()


@pytest.mark.parametrize("nth", [1, 3, 4, None])  # account, memo, zero payment, the batch of installments
def test_a_lost_answer_is_found_in_the_books_where_request_ids_are_forgotten(books, nth):
    """QuickBooks would write it a second time: only reading for our marker keeps it single."""
    books.emulator.front.faults.add(
        {"fault": "forget_requestid", "match": {"operation": "create" if nth else "batch"}, "rate": 1}
    )
    if nth:
        lose_nth_write(books, nth)
    else:
        lose_batch(books, INSTALLMENTS)

    books.create_through_trouble()
    books.settle()

    books.assert_whole()


@pytest.mark.parametrize("nth", [3, 4, None])  # memo, zero payment, the batch of installments
def test_a_lost_answer_that_queries_do_not_show_yet_is_repeated_as_the_same_request(books, nth):
    if nth:
        lose_nth_write(books, nth)
    else:
        lose_batch(books, INSTALLMENTS)
    books.emulator.front.faults.add(
        {"fault": "lagging_queries", "match": {"operation": "query"}, "rate": 1, "seconds": 60}
    )

    books.create_through_trouble()
    books.settle()

    books.assert_whole()


@pytest.mark.parametrize("nth", [READ_AFTER_THE_MEMO, READ_AT_THE_END])
def test_a_reading_that_lags_behind_is_read_again_before_anything_is_taken_back(books, nth):
    books.emulator.front.faults.add(
        {"fault": "lagging_queries", "match": {"operation": "batch", "nth": nth}, "seconds": 60}
    )

    books.create()

    books.assert_whole()


@pytest.mark.parametrize("nth", [2, 3, 4, None])  # item, memo, zero payment, the batch of installments
def test_trouble_before_a_write_is_tried_again(books, nth):
    if nth:
        lose_nth_write(books, nth, "http_503")
    else:
        lose_batch(books, INSTALLMENTS, "http_503")

    books.create_through_trouble()
    books.settle()
    if books.plan() is None:  # it struck while the account or the item was made
        books.create()

    books.assert_whole()


@pytest.mark.parametrize("nth", range(1, 6))
def test_a_refusal_at_any_document_ends_without_effect(books, nth):
    """Somebody makes the item inactive just before the n-th document of the plan."""
    books.create(confirm=False)
    at_creation(books, nth, lambda: deactivate(books))

    answer = books.create()

    assert not isinstance(answer, Refusal)
    # The zero payment names no item, so QuickBooks refuses the next document that does.
    assert "QuickBooks refused the" in answer.reason
    books.assert_without_effect()
    kinds = {step.kind for step in books.steps() if step.state is State.CONFIRMED}
    assert kinds <= {
        IntentKind.PLAN_MEMO,
        IntentKind.PLAN_APPLY,
        IntentKind.PLAN_INSTALLMENT,
        IntentKind.PLAN_REVERSE,
    }


@pytest.mark.parametrize("nth", range(1, 5))
def test_a_lost_answer_while_taking_back_ends_without_effect(books, nth):
    """Two installments, the zero payment and the memo are taken back; the answer to the n-th is lost."""
    at_creation(books, 5, lambda: (deactivate(books), lose_removal(books, nth)))

    books.create_through_trouble()
    books.settle()

    books.assert_without_effect()


def test_books_closed_midway_wait_for_a_person_and_are_then_taken_back(books):
    at_creation(books, 5, lambda: books.act("close_books", through="2026-10-30"))

    stuck = books.create()

    assert stuck.state == "building"
    [task] = tasks.list_open(books.context, books.company)
    assert task.kind == "plan" and "could not be taken back" in task.text
    assert books.owed_most() == books.debt
    books.act("set_preferences", preferences={"AccountingInfoPrefs": {"BookCloseDate": None}})
    with leasing.held(books.context, books.company) as lease:
        gateway = books.context.gateway(books.company, lease)
        waiting = plan_saga.resume(books.context, books.company, lease, gateway, stuck.id)
        tasks.done(books.context, books.company, lease, task.id, tasks.Report("done", "Dana"))
        plan_saga.resume(books.context, books.company, lease, gateway, stuck.id)
    assert waiting.state == "building"  # nobody had said yet that it can go on
    books.assert_without_effect()


def test_nothing_is_sent_to_a_customer_whose_plan_is_half_written(books):
    """On Monday the grill would be written to: its invoices are two months late."""
    books.settled_in()
    at_creation(books, 5, lambda: books.act("close_books", through="2026-10-30"))
    stuck = books.create()

    nights = [books.day() for _ in range(3)]

    assert (stuck.state, books.plan().state) == ("building", "building")
    assert [night["run"]["counts"]["contacts"] for night in nights] == [0, 0, 0]
    assert {task.kind for task in tasks.list_open(books.context, books.company)} == {"plan"}
    assert books.sends() == {}


def test_a_payment_between_agreement_and_memo_ends_without_effect(books):
    """The customer pays an original while the plan is written: the memo cannot be applied in full."""
    at_creation(books, 2, lambda: books.act("pay", invoice=books.invoices[0]["DocNumber"]))

    ended = books.create()

    assert ended.state == "cancelled"
    assert books.rows("CreditMemo") == [] and books.installments() == []
    assert books.balance(books.invoices[0]) == 0
    assert books.balance(books.invoices[1]) == books.invoices[1]["TotalAmt"]


def test_what_quickbooks_applied_by_itself_is_moved_to_where_the_plan_says(books):
    """Somebody switches automatic application on after the check: QuickBooks uses the memo up itself."""
    at_creation(
        books,
        1,
        lambda: books.act("set_preferences", preferences={"SalesFormsPrefs": {"AutoApplyCredit": True}}),
    )

    books.create()

    books.assert_whole()


def test_a_memo_that_was_not_applied_is_taken_back_before_any_installment(books):
    """QuickBooks accepts the zero payment and somebody unapplies it: the customer must not owe twice."""
    save = books.engine.save

    def unapplied(realm, entity, body, **more):
        saved = save(realm, entity, body, **more)
        if entity == "Payment" and "Id" not in body:
            books.act("unapply", payment=saved["Id"])
        return saved

    books.engine.save = unapplied

    ended = books.create()

    assert ended.state == "cancelled" and "$1,000.00 of the credit memo was not applied" in ended.reason
    books.assert_without_effect()


@pytest.mark.parametrize("nth", [1, 3, 5])
def test_tax_on_a_document_of_the_plan_takes_the_plan_back(books, nth):
    """The company's settings put tax on the memo, the first or the last installment."""
    code = books.engine.query(books.realm, "SELECT * FROM TaxCode")["TaxCode"]
    rated = next(one for one in code if one["TaxGroup"])
    left = nth
    save = books.engine.save

    def taxed(realm, entity, body, **more):
        nonlocal left
        if entity in ("CreditMemo", "Payment", "Invoice") and "Id" not in body:
            left -= 1
            if left == 0:
                body["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] = {"value": "TAX"}
                body["TxnTaxDetail"] = {"TxnTaxCodeRef": {"value": rated["Id"]}}
        return save(realm, entity, body, **more)

    books.engine.save = taxed

    ended = books.create()

    assert ended.state == "cancelled"
    assert "QuickBooks booked" in ended.reason
    assert books.rows("CreditMemo") == [] and books.rows("Payment") == [] and books.installments() == []
    assert books.trial_balance() == books.before


def test_other_peoples_work_is_told_apart_from_the_plan(books):
    stranger = books.customer("Lookout Bakery")
    at_creation(
        books,
        4,
        lambda: books.act("create_invoice", customer="Lookout Bakery", amount="75.00", on="2026-10-30"),
    )

    plan = books.create()

    assert stranger and plan.state == "active"
    shown = plans.show(books.context, books.company, plan.id)["proof"]
    assert shown["holds"] is True and len(shown["other_work"]) == 1
    assert shown["sentence"].startswith("receivables, income and tax unchanged by the plan: yes; other work")
    income = next(one for one in shown["accrual"] if one["what"] == "income")
    assert (income["before"], income["after"]) == ("-1000.00", "-1075.00")


def test_a_stop_halfway_leaves_the_plan_building_until_it_is_lifted(books):
    at_creation(books, 2, lambda: modes.stop(books.context, books.company, by="Sam"))

    stopped = books.create()

    assert stopped.state == "building"
    assert len(books.installments()) < 3
    modes.lift(books.context, books.company, by="Sam")
    books.settle()
    books.assert_whole()


def test_a_second_plan_while_one_is_building_is_refused(books):
    at_creation(books, 3, lambda: modes.stop(books.context, books.company, by="Sam"))
    books.create()
    modes.lift(books.context, books.company, by="Sam")

    answer = books.create()

    assert isinstance(answer, Refusal)
    books.settle()
    books.assert_whole()


class Killed(BaseException):
    """The process ends here.  Nothing in the product catches it."""


class KillAt:
    """Ends the process at the n-th moment between its writing transactions.

    The moment before a transaction is one of its own only if QuickBooks wrote
    something since the transaction before it.
    """

    def __init__(self, number, books, counts=lambda: True):
        self.left = number
        self.counts = counts  # whether moments count yet
        self.written = self.seen = 0
        books.engine.on_change(self._count)

    def _count(self, change):
        self.written += 1

    def __call__(self, moment, mode):
        if mode is Mode.READING or moment is Moment.BEFORE_COMMIT:
            return
        if not self.counts() or (moment is Moment.BEFORE_BEGIN and self.seen == self.written):
            return
        self.seen = self.written
        self.left -= 1
        if self.left == 0:
            raise Killed


SHARDS = 8  # `make test` tries every eighth moment, `make soak` each one


@pytest.mark.parametrize(
    "shard", [0, *(pytest.param(one, marks=pytest.mark.soak) for one in range(1, SHARDS))]
)
@pytest.mark.parametrize("refused", [False, True], ids=["written", "taken back"])
@pytest.mark.timeout(600)  # each moment of a shard is a life of its own
def test_a_crash_between_any_two_commits_ends_whole_or_without_effect(shard, refused):
    """Every moment is tried once, in the shards together, until a run comes to its end unharmed."""
    number = shard + 1
    while killed_at(number, refused):
        number += SHARDS
    assert number > SHARDS  # at least one moment of this shard was met


def killed_at(number, refused):
    """Two payments for one invoice; whether the n-th moment was met.

    Refused: the item is made inactive before the second payment is written, and moments count from there.
    """
    books = PlanBooks(amounts=("100.01",))
    books.payments = 2
    inactive = []
    if refused:
        at_creation(books, 4, lambda: inactive.append(deactivate(books)))
    interpose(books.context.engine, KillAt(number, books, lambda: inactive or not refused))
    try:
        books.create()
        killed = False
    except Killed:
        killed = True
    finally:
        interpose(books.context.engine, None)
    books.settle()
    if books.plan() is None:
        books.create()
    if refused:
        books.assert_without_effect()
    else:
        books.assert_whole(count=2)
    books.close()
    return killed


def at_creation(books, nth, act):
    """Let something happen in QuickBooks just before the n-th document of a plan is created."""
    left = nth
    save = books.engine.save

    def meddled(realm, entity, body, **more):
        nonlocal left
        if entity in ("CreditMemo", "Payment", "Invoice") and "Id" not in body and "PP" in str(body):
            left -= 1
            if left == 0:
                act()
        return save(realm, entity, body, **more)

    books.engine.save = meddled


def deactivate(books):
    item = books.engine.query(books.realm, f"SELECT * FROM Item WHERE Name = '{ITEM}'")["Item"][0]
    books.act("deactivate", entity="Item", id=item["Id"])


def lose_removal(books, nth):
    """Lose the answer to the n-th removal: the installments are voided, what follows is deleted."""
    match = {"operation": "void", "nth": nth} if nth <= 2 else {"operation": "delete", "nth": nth - 2}
    books.emulator.front.faults.add({"fault": "lose_answer", "match": match})
