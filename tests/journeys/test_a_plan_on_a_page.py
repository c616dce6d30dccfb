"""A plan is agreed on and ended on the pages: proposed first, written on consent, shown as it stands."""

import html

import pytest

from tests.journeys.story import Story
from tests.journeys.test_undo_on_a_page import late, owner, post, signed_in, world  # noqa: F401


@pytest.fixture(scope="module")
def unplanned():
    """A world in which nothing is ever agreed on, and its owner at a browser."""
    made = Story(saved=late())
    yield made, signed_in(made)
    made.close()


def new_plan(world):  # noqa: F811
    return f"/companies/{world.company_id}/plans/new/1"


TERMS = {
    "invoice": "1",
    "payments": "4",
    "first_on": "2026-03-16",
    "every": "month",
    "form": "overlay",
    "accepted": "phone",
    "accepted_by": "June",
}


def test_a_plan_is_proposed_then_agreed_on_then_ended(world, owner):  # noqa: F811
    new, terms = new_plan(world), TERMS
    before = world.read_invoice("1").get("PrivateNote", "")

    proposed = html.unescape(post(owner, new, **terms, look="1").text)
    untouched = world.read_invoice("1").get("PrivateNote", "")
    agreed = html.unescape(post(owner, new, **terms, agreed="1").text)
    board = html.unescape(owner.get(f"/companies/{world.company_id}/plans/").text)

    assert "$640.00 in 4 payments" in proposed
    assert "Monday, March 16" in proposed and "$160.00" in proposed
    assert untouched == before
    assert "Plan PP1" in agreed and "Accepted by telephone by June" in agreed
    assert "Lookout Bakery" in board and "On track" in board

    ended = html.unescape(
        post(owner, f"/companies/{world.company_id}/plans/PP1/end", because="paid by loan", sure="yes").text
    )

    assert "Plan PP1: ended." in ended


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"payments": "many"}, "whole number"),
        ({"first_on": "soon"}, "is not a day"),
        ({"first_on": "2020-01-01"}, "2020"),
        ({"payments": "900"}, "900"),
        ({"form": "magic"}, "choose from what is offered"),
        ({"first_amount": "NaN"}, "amount"),
    ],
)
def test_terms_that_cannot_be_are_asked_for_again_and_nothing_is_written(unplanned, wrong, says):
    made, person = unplanned

    answer = post(person, new_plan(made), **{**TERMS, **wrong}, agreed="1")

    assert answer.status_code == 422
    assert says in html.unescape(answer.text)
    assert made.read_invoice("1")["PrivateNote"] == "Ask for Jim"
    assert "No plan has been agreed on." in person.get(f"/companies/{made.company_id}/plans/").text
