"""Boards of promises and questions, and a plan as it is built: what stands there, and what a page costs."""

from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.money import Money
from qb_collections.store import holds
from qb_collections.store.engine import durable
from tests.web.statements import MOST, statements_of

# Today is Monday, 2 November 2026.


def place(house, kind, customer_id="7", **more):
    said = {"reason": "by phone", "placed_by": "Dana", "placed_on": date(2026, 10, 20)} | more
    with durable(house.context.engine) as conn:
        return holds.add(conn, house.ours.id, customer_id, kind, **said)


def page(house, path, role="viewer"):
    answer = house.browser(f"{role}@ours.example").get(f"/companies/{house.ours.id}/{path}")
    assert answer.status_code == 200, answer.status
    return " ".join(answer.text.split())


def test_promises_stand_by_what_became_of_them(house):
    place(house, HoldKind.PROMISE, until_on=date(2026, 10, 21), amount=Money(Decimal("400.00"), "USD"))
    place(house, HoldKind.PROMISE, invoice_id="70", until_on=date(2026, 11, 6))

    told = page(house, "promises")

    assert (
        told.index("Not kept") < told.index("$400.00") < told.index("To come") < told.index("Invoice 10612")
    )
    assert 'href="/companies/1/invoices/70/">Invoice 10612</a>' in told and "Dana" in told


def test_questions_stand_with_who_answers_by_when_and_how_old_they_are(house):
    place(
        house,
        HoldKind.DISPUTE,
        invoice_id="70",
        code="quantity",
        reason="two boxes short",
        owner="Lee",
        answer_by_on=date(2026, 10, 27),
    )
    place(house, HoldKind.DISPUTE, reason="wants a statement", placed_on=date(2026, 11, 1))

    told = page(house, "disputes")

    assert "<strong>2 questions</strong>, <strong>1</strong> past the day of the answer" in told
    assert "<strong>1</strong> with nobody who answers" in told
    first, second = told.index("The quantity: two boxes short"), told.index("wants a statement")
    assert first < told.index("Lee") < told.index("6 days late") < second < told.index("Nobody yet")
    assert '<td class="number" data-label="Days old">13</td>' in told


@pytest.mark.parametrize("board", ["promises", "disputes", "plans/"])
def test_a_board_without_anything_says_how_something_comes_on_it(house, board):
    told = page(house, board)

    assert 'aria-label="What was agreed"' in told
    assert any(said in told for said in ("Nobody has promised", "Nobody questions", "No plan has been"))


@pytest.mark.parametrize("board", ["promises", "disputes"])
def test_a_board_costs_the_same_however_much_is_on_it(house, board):
    kind = HoldKind.PROMISE if board == "promises" else HoldKind.DISPUTE
    place(house, kind, invoice_id="70", until_on=date(2026, 11, 6))
    few = statements_of(house, board)
    for number in range(60):
        place(house, kind, reason=f"number {number}", until_on=date(2026, 11, 7))

    many = statements_of(house, board)

    assert len(few) <= MOST and len(many) <= len(few), many


def test_questions_are_paged(house):
    for number in range(51):
        place(house, HoldKind.DISPUTE, reason=f"question {number + 1}.")

    first, second, beyond = (page(house, f"disputes?page={number}") for number in (1, 2, 99))

    assert "question 50." in first and "question 51." not in first and "Page 1 of 2" in first
    assert "question 51." in second and "question 50." not in second
    assert "Page 2 of 2" in second and "Page 2 of 2" in beyond


def test_days_and_amounts_follow_the_form_without_quickbooks(house):
    """130.00 on invoice 10612, in three."""
    fields = "payments=3&first_on=2026-11-16&every=month"
    whole = page(house, f"plans/new/7/days?{fields}&invoice=" + numbers(house)[0], "manager")
    nothing = page(house, f"plans/new/7/days?{fields}", "manager")
    wrong = page(house, "plans/new/7/days?payments=many&invoice=x", "manager")

    assert "<strong>$130.00</strong> in 3 payments" in whole and "Monday, November 16" in whole
    assert whole.index("$43.34") < whole.index("$43.33")
    assert "Choose at least one invoice." in nothing
    assert "The number of payments is a whole number" in wrong


def numbers(house):
    told = page(house, "plans/new/7", "manager")
    return [part.split('"')[0] for part in told.split('name="invoice" value="')[1:]]


def test_the_terms_cost_few_statements(house):
    assert len(statements_of(house, "plans/new/7")) <= MOST
    assert len(statements_of(house, f"plans/new/7/days?payments=3&invoice={numbers(house)[0]}")) <= MOST
    assert len(statements_of(house, "plans/")) <= MOST


def test_a_plan_is_offered_in_writing_from_the_page(house):
    browser = house.browser("collector@ours.example")

    answer = browser.post(f"/companies/{house.ours.id}/plans/new/7/offer")
    told = browser.get(answer.location).text

    assert answer.status_code == 303
    assert "gets an offer to spread $130.00, as your messages go." in told
    assert "Offered: 2 payments of $65.00, monthly from Monday, November 9." in told
    assert house.woken == [("deliver", house.ours.id)]
