"""Undo: our line goes and what people wrote stays; a plan leaves the books; an undo is undone."""

from decimal import Decimal

import pytest

from qb_collections.core.intents import IntentKind
from qb_collections.services import leasing, undo, verify
from qb_collections.services.refusal import Refusal
from qb_collections.store import companies, intents, runs
from qb_collections.store.engine import durable, reading
from tests.plans.books import PlanBooks


def run(books, what, **more):
    with leasing.held(books.context, books.company) as lease:
        return undo.undo(books.context, books.company, lease, what, by="Sam", confirm=True, **more)


def preview(books, what):
    with leasing.held(books.context, books.company) as lease:
        return undo.preview(books.context, books.company, lease, what)


def memo(books, place=0):
    return books.read_invoice(books.invoices[place]["Id"]).get("PrivateNote", "")


def refs(books):
    return [one.plan["ref"] for one in books.steps() if one.kind is IntentKind.NOTE]


def differences(books):
    with leasing.held(books.context, books.company) as lease:
        report = verify.verify(books.context, books.company, lease)
    return [one.sentence for one in report.differences if not one.repaired]


def with_words(books, text, place=0):
    books.act("edit", entity="Invoice", id=books.invoices[place]["Id"], fields={"PrivateNote": text})


def test_a_plan_is_taken_out_of_the_books_with_its_lines(planned):
    told = preview(planned, "PP1")

    report = run(planned, "PP1")

    assert told.lines == ["3 notes removed, 1 plan reversed"]
    assert (report.notes, report.plans, report.number, report.left) == (3, 1, 1, [])
    assert planned.plan().state == "cancelled"
    assert planned.rows("CreditMemo") == [] and planned.installments() == []
    assert planned.notes_on_originals() == [0, 0, 0]
    planned.assert_books_unmoved()
    assert differences(planned) == []


def test_what_people_wrote_before_and_after_our_line_stays(planned):
    with_words(planned, f"Deliver to dock 2\n{memo(planned)}\nCalled Doreen\nThanks")

    run(planned, refs(planned)[0])

    assert memo(planned) == "Deliver to dock 2\nCalled Doreen\nThanks"
    assert planned.notes_on_originals() == [0, 1, 1]


def test_a_line_that_somebody_changed_is_left_and_said(planned):
    with_words(planned, memo(planned).replace("3 payments", "three payments, see Doreen"))

    answer = run(planned, refs(planned)[0])

    assert isinstance(answer, Refusal)
    assert "Somebody changed our line in QuickBooks since" in answer.message
    assert "three payments, see Doreen" in memo(planned)


def test_an_undo_can_be_undone(planned):
    before = [memo(planned, place) for place in range(3)]
    ref = refs(planned)[1]
    run(planned, ref)
    assert memo(planned, 1) == ""

    report = run(planned, "U1")

    assert (report.notes, report.number) == (1, 2)
    assert [memo(planned, place) for place in range(3)] == before
    assert isinstance(run(planned, "U1"), Refusal)  # it stands again already
    assert differences(planned) == []


def test_a_plan_that_was_undone_is_agreed_again_as_a_plan_of_its_own(planned):
    run(planned, "PP1")

    run(planned, "U1")

    plan = planned.plan()
    assert (plan.label, plan.state, plan.details["follows"]) == ("PP2", "active", "PP1")
    assert [str(one["TotalAmt"]) for one in planned.installments()] == ["333.34", "333.33", "333.33"]
    planned.assert_books_unmoved()


def test_a_plan_on_which_money_came_is_not_undone_and_the_reason_names_the_way(planned):
    planned.act("pay", invoice=planned.installments()[0]["DocNumber"])

    answer = run(planned, "PP1")

    assert isinstance(answer, Refusal)
    assert "money has come on its installments" in answer.message and "plan cancel PP1" in answer.message
    assert planned.notes_on_originals() == [1, 1, 1]


def test_a_run_is_undone_with_counts_and_what_was_sent_stays_sent():
    books = PlanBooks(amounts=("600.00",))
    books.settled_in()
    books.day()
    for _ in range(2):
        books.day()
    with reading(books.context.engine) as conn:
        latest = next(
            one
            for one in runs.list(conn, books.company_id)
            if any(i.kind is IntentKind.NOTE for i in intents.of_run(conn, books.company_id, one.id))
        )
    sent = sum(books.sends().values())

    told = preview(books, str(latest.id))
    report = run(books, str(latest.id))

    assert told.notes == report.notes == 1
    assert told.sent == 1 and "1 message cannot be unsent" in told.lines[0]
    assert books.notes() == {}
    assert sum(books.sends().values()) == sent
    books.close()


def test_notes_beside_the_invoices_are_taken_back_and_put_back(books):
    with durable(books.context.engine) as conn:
        companies.update(conn, books.company_id, note_place="attachment")
    books.form = "overlay"
    books.create()
    books.settle()
    before = attached(books)

    taken = run(books, "PP1")
    gone = attached(books)
    run(books, "U1")

    assert len(before) == 3 and "Payment plan PP1 agreed" in before[0]
    assert (taken.notes, taken.plans) == (3, 1)
    assert gone == []
    assert [one for one in attached(books) if "PP1" in one] == before
    assert books.plan().label == "PP2"


def attached(books):
    rows = books.engine.query(books.realm, "SELECT * FROM Attachable MAXRESULTS 1000").get("Attachable", [])
    return sorted(row["Note"] for row in rows)


@pytest.mark.parametrize("name", ["999", "U9", "PP9", "AAAAAA", "what?"])
def test_what_is_not_there_is_said(planned, name):
    answer = run(planned, name)

    assert isinstance(answer, Refusal)
    assert answer.message.startswith("There is no")


def test_an_undo_asks_for_a_yes(planned):
    with leasing.held(planned.context, planned.company) as lease:
        answer = undo.undo(planned.context, planned.company, lease, "PP1", by="Sam", confirm=False)

    assert isinstance(answer, Refusal) and answer.at_command == "To do it: --yes"
    planned.assert_whole()


@pytest.mark.parametrize("nth", [1, 2])
def test_a_lost_answer_while_lines_are_taken_back_takes_each_back_once(planned, nth):
    """Two batches: the reading, then the writing."""
    match = {"method": "POST", "path": "batch", "nth": 2 + nth}
    planned.emulator.front.faults.add({"fault": "lose_answer", "match": match})
    with_words(planned, f"{memo(planned)}\nCalled Doreen")

    run(planned, "PP1")
    planned.settle()

    assert memo(planned) == "Called Doreen"
    assert planned.notes_on_originals() == [0, 0, 0]
    assert planned.plan().state == "cancelled"
    planned.assert_books_unmoved()


def test_a_plan_is_agreed_again_with_the_amounts_that_were_agreed(books):
    """1,000.00 with 400.00 first and 250.00 each: not in equal parts."""
    books.create(first_amount=Decimal("400.00"), each=Decimal("250.00"))
    before = [(one.due_on, one.amount) for one in books.plan().installments]
    run(books, "PP1")

    run(books, "U1")

    assert [str(one.amount) for _, one in before] == ["400.00", "250.00", "250.00", "100.00"]
    assert books.plan().label == "PP2" and books.plan().state == "active"
    assert [(one.due_on, one.amount) for one in books.plan().installments] == before
    books.assert_books_unmoved()


def test_a_plan_is_not_agreed_again_over_another_sum(planned):
    """100.00 of the 1,000.00 came meanwhile."""
    run(planned, "PP1")
    planned.act("part_pay", invoice=planned.invoices[0]["DocNumber"], amount="100.00")

    report = run(planned, "U1")

    assert report.plans == 0 and planned.plan().label == "PP1"
    assert report.left == [
        "Plan PP1 was not agreed again: Its payments come to $1,000.00, and $900.00 is open on these "
        "invoices now. Agree on a new plan for what is open."
    ]


def test_a_plan_that_ended_with_money_on_it_says_what_stands(planned):
    """One of three payments came, and the plan was cancelled: its invoice and memo stay for that."""
    planned.act("pay", invoice=planned.installments()[0]["DocNumber"])
    planned.end("cancel")
    run(planned, "PP1")  # the lines that are left of it

    answer = run(planned, "PP1")

    assert isinstance(answer, Refusal)
    assert answer.message.startswith(
        "Plan PP1 cannot be undone. Plan PP1 has ended already; what is left of it in QuickBooks stands for "
        "money that came."
    )
