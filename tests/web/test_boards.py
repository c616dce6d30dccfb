"""Boards of promises and questions, and a plan as it is built: what stands there, and what a page costs."""

from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.money import Money
from qb_collections.store import holds, plans
from qb_collections.store.engine import durable
from qb_collections.store.plans import Installment, Original
from tests.web.conftest import usd
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


def test_an_owner_confirms_once_how_taxes_are_filed_and_a_manager_is_told_to_ask(house):
    path = f"/companies/{house.ours.id}/plans"
    owner = house.browser("owner@ours.example")

    asked = page(house, "plans/new/7", "manager")
    owner.post(f"{path}/basis", income="yes", back=f"{path}/new/7")
    half = owner.get(f"{path}/new/7").text
    owner.post(f"{path}/basis", income="yes", sales_tax="yes", back=f"{path}/new/7")
    whole = owner.get(f"{path}/new/7").text

    assert "Only an owner of Copperleaf may say so." in asked and "Confirm both" not in asked
    assert "Installment invoices need both" in half and "Confirm both" in half
    assert "Noted in your name" in whole and "Confirm both" not in whole


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


def agreed(house, first_on, state="active", count=2):
    """A plan of so many payments of 65.00 on the customer's invoice, kept here."""
    months = [first_on.replace(month=first_on.month + place) for place in range(count)]
    parts = [Installment(place, on, usd("65.00")) for place, on in enumerate(months, start=1)]
    with durable(house.context.engine) as conn:
        made = plans.create(
            conn,
            house.ours.id,
            customer_id="7",
            form="overlay",
            agreed_on=date(2026, 9, 1),
            originals=[Original("70", usd("130.00"))],
            installments=parts,
            by="Dana",
            at=house.clock.now(),
            details={"customer": "Lookout Bakery", "labels": {"70": "10612"}, "broken_after_days": 10},
        )
        plans.change(conn, house.ours.id, made.id, state=state)
    return made.label


def test_plans_stand_with_what_is_left_and_due_the_pressing_ones_first(house):
    """Nothing has come: of the second plan a payment is four days late, the first one is due in a week."""
    on_track = agreed(house, date(2026, 11, 9))
    late = agreed(house, date(2026, 10, 29))
    over = agreed(house, date(2026, 9, 9), state="cancelled")

    told = page(house, "plans/")

    assert told.index(f">{late}<") < told.index(f">{on_track}<") < told.index(f">{over}<")
    assert "1 of 2: $65.00, was due Oct 29" in told and "1 of 2: $65.00, due Nov 9" in told
    assert "$260.00 is left to come." in told
    assert told.index("A payment is late") < told.index("On track") < told.index("Ended")


def test_the_board_of_plans_costs_the_same_however_many_there_are(house):
    agreed(house, date(2026, 11, 9))
    few = statements_of(house, "plans/")
    for _ in range(60):
        agreed(house, date(2026, 11, 9))
        agreed(house, date(2026, 9, 9), state="cancelled")

    many = statements_of(house, "plans/")

    assert len(few) <= MOST and len(many) == len(few)
    assert "Page 1 of 2" in page(house, "plans/") and "Page 2 of 2" in page(house, "plans/?page=2")


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
