"""Who comes first on the list, and what the row says of it: every weight worked by hand."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.money import Money
from qb_collections.core.ranking import Matter, weight, why

TODAY = date(2026, 11, 10)  # a Tuesday


def usd(amount):
    return Money(Decimal(amount), "USD")


# $1,000.00 late for ten days, a call: the weight is the late amount.
PLAIN = Matter(
    owed=usd("1500.00"), late=usd("1000.00"), oldest_late_on=date(2026, 10, 31), kinds=frozenset({"call"})
)


@pytest.mark.parametrize(
    ("more", "weighs", "said"),
    [
        ({}, "1000", ""),
        # 30 days late, 31, 61 and 91.
        ({"oldest_late_on": date(2026, 10, 11)}, "1000", ""),
        ({"oldest_late_on": date(2026, 10, 10)}, "1250", ""),
        ({"oldest_late_on": date(2026, 9, 10)}, "1500", ""),
        ({"oldest_late_on": date(2026, 8, 11)}, "1750", ""),
        ({"important": True}, "1500", "important to you"),
        (
            {"broken": (date(2026, 11, 6), usd("400.00"))},
            "2000",
            "promised $400.00 for Friday, November 6, not kept",
        ),
        ({"broken": (date(2026, 11, 6), None)}, "2000", "promised for Friday, November 6, not kept"),
        ({"kinds": frozenset({"plan_missed"})}, "2000", "a payment of their plan did not come"),
        ({"kinds": frozenset({"call", "parked"})}, "3000", "we can't tell whether something reached them"),
        (
            {"kinds": frozenset({"answer_dispute"}), "due_on": date(2026, 11, 10)},
            "3000",
            "your answer is due today",
        ),
        (
            {"kinds": frozenset({"answer_dispute"}), "due_on": date(2026, 11, 9)},
            "3000",
            "they wait for your answer since Monday, November 9",
        ),
        ({"kinds": frozenset({"answer_dispute"}), "due_on": date(2026, 11, 11)}, "1000", ""),
        ({"due_on": date(2026, 11, 9)}, "1250", "was to be done by Monday, November 9"),
        ({"due_on": date(2026, 11, 10)}, "1000", ""),
        # Ten days late: later than ever from the eleventh day on, and only where five invoices say so.
        (
            {"latest_day": 9, "paid_invoices": 5},
            "1500",
            "unusual for them: so far they paid nine days late at the latest",
        ),
        ({"latest_day": 10, "paid_invoices": 5}, "1000", ""),
        ({"latest_day": 9, "paid_invoices": 4}, "1000", ""),
        (
            {"latest_day": -2, "paid_invoices": 12},
            "1500",
            "unusual for them: so far they always paid in time",
        ),
        ({"kinds": frozenset({"add_email"})}, "500", ""),
        ({"kinds": frozenset({"add_email", "call"})}, "1000", ""),
        # 1,000 x 2 (promise) x 1.5 (important)
        (
            {"broken": (date(2026, 11, 6), None), "important": True},
            "3000",
            "promised for Friday, November 6, not kept · important to you",
        ),
    ],
)
def test_what_makes_a_row_weigh_more_stands_on_the_row(more, weighs, said):
    matter = replace(PLAIN, **more)

    words = why(matter, TODAY)

    assert weight(matter, TODAY) == Decimal(weighs)
    assert words.partition(" · ")[2] == said


@pytest.mark.parametrize(
    ("matter", "weighs", "words"),
    [
        (PLAIN, "1000", "$1,000.00 late, the oldest for ten days"),
        # Nothing late: a tenth of what is owed.
        (
            Matter(usd("1500.00"), usd("0.00"), None, frozenset({"message"})),
            "150",
            "$1,500.00 owed, nothing late",
        ),
        (Matter(usd("0.00"), usd("0.00"), None, frozenset({"mail_paused"})), "0", "nothing is owed"),
        # A hundred yen count for one: 150,000 yen weigh like 1,500 dollars.
        (
            Matter(
                Money(Decimal(150000), "JPY"),
                Money(Decimal(150000), "JPY"),
                date(2026, 11, 9),
                frozenset({"call"}),
            ),
            "1500",
            "¥150,000 late, the oldest for one day",
        ),
    ],
)
def test_a_row_begins_with_the_money_it_is_about(matter, weighs, words):
    assert weight(matter, TODAY) == Decimal(weighs)
    assert why(matter, TODAY) == words
