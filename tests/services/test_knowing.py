"""What is known of a customer, as sentences a person understands."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.core.expected import expected
from qb_collections.core.traits import Kept, know
from qb_collections.services.knowing import KnownCustomer, late_text, percent, trait_lines
from tests.core.pasts import Books
from tests.core.test_traits import ON, history

STAGES = {"S2": "second message"}


def lines(books, **more):
    known = know(books.past(), ON, **more)
    return trait_lines("Lookout Bakery", known.of("7"), known.company, STAGES)


def test_a_regular_late_payer():
    said = lines(history(Books(), [12] * 8))

    assert said[0] == (
        "Usually pays 12 days after the due date; half of the time on that very day (eight paid invoices)."
    )
    assert "Regular: three invoices of four are paid by 12 days after the due date." in said
    assert "Pays 0 % of invoices by the due date." in said


def test_few_invoices_are_said_to_lean_on_the_others():
    books = history(history(Books("A", "B"), [10] * 2), [0] * 8, customer="8")

    said = lines(books)

    assert "(two paid invoices)" in said[0]
    assert said[1] == "That is few, so it leans on how all your customers pay: on the due date."


def test_before_history_is_read_nothing_is_claimed():
    known = know(history(Books(), [12] * 8).past(since=None), ON)

    said = trait_lines("Lookout Bakery", known.of("7"), known.company, STAGES)

    assert said == ["Not enough is known yet to say how Lookout Bakery pays."]


def test_promises_and_disputes_are_told_in_numbers():
    said = lines(history(Books(), [3] * 5), promises={"7": Kept(3, 1, 0)}, disputes={"7": 1})

    assert "Kept 3 of four promises to pay, 1 in part." in said
    assert "Has questioned one invoice." in said


def test_later_than_ever_is_said_of_the_invoice():
    """Six were paid at the latest twelve days late; one is thirteen days late, one twelve."""
    books = history(Books(), [2, 3, 4, 5, 6, 12])
    for id, late in (("91", 13), ("92", 12)):
        books.invoice(id, date(2026, 5, 1), ON - timedelta(days=late), "50")
    known = know(books.past(), ON)
    traits = known.of("7")
    still_open = tuple(expected(books.invoices[id], "7", traits, ON) for id in ("91", "92"))

    found = KnownCustomer(books.customers["7"], ON, traits, known.company, still_open, STAGES, "since")

    unusual = [line for line in found.lines if line.startswith("Unusual")]
    assert unusual == [
        "Unusual for them: invoice 1091 is 13 days late; the latest they paid so far was "
        "12 days after the due date."
    ]


@pytest.mark.parametrize(
    ("days", "text"),
    [(0, "on the due date"), (1, "one day after the due date"), (-2, "two days before the due date")],
)
def test_days_are_said_from_the_due_date(days, text):
    assert late_text(days) == text


@pytest.mark.parametrize(("share", "text"), [("0.125", "13 %"), ("0.124", "12 %"), ("1", "100 %")])
def test_shares_are_whole_percent(share, text):
    assert percent(Decimal(share)) == text
