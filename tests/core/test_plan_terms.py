"""The split of a plan to the cent and the day; each wrong input has a sentence that says what works."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.money import Money, quantum
from qb_collections.core.plan_agreement import text
from qb_collections.core.plan_classes import shared, weights
from qb_collections.core.plan_documents import named
from qb_collections.core.plan_ending import How, PartNow, Picture, next_step, oldest_first
from qb_collections.core.plan_terms import Terms, beyond, shapes, split
from qb_collections.core.plans import Rhythm
from qb_collections.core.policy_sections import Plans

from .making import STANDARD, nov, octo, usd

CALENDAR = STANDARD.calendar(frozenset())
FIRST = nov(16)


def amounts(whole, **terms):
    made = split(usd(whole), Terms(FIRST, **terms), CALENDAR)
    assert not isinstance(made, str), made
    return [str(amount.amount) for _, amount in made]


@pytest.mark.parametrize(
    ("whole", "terms", "expected"),
    [
        ("1000.00", {"payments": 3}, ["333.34", "333.33", "333.33"]),
        ("1000.00", {"each": Decimal(300)}, ["300", "300", "300", "100.00"]),
        ("900.00", {"each": Decimal(300)}, ["300", "300", "300.00"]),
        ("1000.00", {"payments": 3, "first_amount": Decimal(500)}, ["500", "250.00", "250.00"]),
        ("1000.00", {"each": Decimal(400), "first_amount": Decimal(100)}, ["100", "400", "400", "100.00"]),
        ("0.03", {"payments": 3}, ["0.01", "0.01", "0.01"]),
    ],
)
def test_the_sum_is_exact(whole, terms, expected):
    assert amounts(whole, **terms) == expected


def test_amounts_that_were_agreed_on_hold_while_they_come_to_what_is_open():
    agreed = Terms(days=(nov(16), nov(30)), amounts=(Decimal("600.00"), Decimal("400.00")))

    assert split(usd("1000.00"), agreed, CALENDAR) == ((nov(16), usd("600.00")), (nov(30), usd("400.00")))
    assert split(usd("900.00"), agreed, CALENDAR) == (
        "Its payments come to $1,000.00, and $900.00 is open on these invoices now. "
        "Agree on a new plan for what is open."
    )


@pytest.mark.parametrize(
    ("number", "name"), [("10612", "10612"), (None, "dated 2026-11-16"), ("", "dated 2026-11-16")]
)
def test_an_invoice_without_a_number_is_named_by_its_date(number, name):
    assert named(number, FIRST) == name


@pytest.mark.parametrize(
    ("whole", "terms", "says"),
    [
        ("0.00", {"payments": 3}, "Choose invoices that are open"),
        ("1.00", {"payments": 100}, "between 1 and 60 payments; 100 were asked for"),
        ("0.02", {"payments": 3}, "$0.02 is too small for 3 payments. Choose fewer: 2 at most."),
        ("1000.00", {"each": Decimal(10)}, "Choose at least $17.00."),  # 60 of 16.67 would do
        ("1000.00", {"each": Decimal("0.001")}, "above zero, in steps of 0.01"),
        ("1000.00", {"payments": 3, "first_amount": Decimal(1000)}, "would pay all of $1,000.00"),
        ("1000.00", {"payments": 1, "first_amount": Decimal(10)}, "at least one more is needed"),
        ("1000.00", {}, "Say in how many payments"),
    ],
)
def test_what_cannot_be_is_told_with_what_can(whole, terms, says):
    answer = split(usd(whole), Terms(FIRST, **terms), CALENDAR)

    assert isinstance(answer, str) and says in answer


@pytest.mark.parametrize(
    ("rhythm", "first_on", "expected"),
    [
        (Rhythm.WEEKLY, nov(16), [nov(16), nov(23), nov(30)]),
        (Rhythm.FORTNIGHTLY, nov(16), [nov(16), nov(30), date(2026, 12, 14)]),
        (Rhythm.MONTHLY, date(2027, 1, 29), [date(2027, 1, 29), date(2027, 3, 1), date(2027, 3, 29)]),
        (Rhythm.MONTH_END, nov(16), [nov(30), date(2026, 12, 31), date(2027, 2, 1)]),  # 31 January: Sunday
    ],
)
def test_days_follow_the_rhythm_and_move_to_business_days(rhythm, first_on, expected):
    made = split(usd("300.00"), Terms(first_on, rhythm, payments=3), CALENDAR)

    assert [on for on, _ in made] == expected


def test_a_day_for_each_payment_may_be_named():
    days = (nov(16), nov(20), date(2027, 1, 4))

    made = split(usd("300.00"), Terms(days=days), CALENDAR)

    assert [on for on, _ in made] == [*days]
    assert "2 days were named for 3" not in str(made)


def test_what_the_policy_does_not_offer_is_named_line_by_line():
    long = split(usd("350.00"), Terms(date(2026, 12, 1), payments=7), CALENDAR)

    assert beyond(long, Plans(), octo(30)) == (
        "The policy offers at most 6 payments; these are 7.",
        "The policy offers at most 180 days from the first payment to the last; "
        "the last one is on Tuesday, June 1, 2027.",
        "The policy asks for the first payment within 14 days; it is on Tuesday, December 1.",
    )
    small = split(usd("99.99"), Terms(nov(9), payments=2), CALENDAR)
    assert beyond(small, Plans(), octo(30)) == (
        "The policy asks for payments of at least $50.00; one is $49.99.",
    )


def test_the_agreement_names_who_what_when_and_what_follows():
    made = split(usd("300.00"), Terms(nov(16), payments=2), CALENDAR)

    said = text(
        "Bright Dental", "Grill", ["1042"], made, agreed_on=octo(30), broken_after_days=10, locale="en_US"
    )

    assert said.splitlines() == [
        "Grill and Bright Dental agreed on Friday, October 30, 2026 that $300.00, open on invoice 1042, is "
        "paid in 2 payments:",
        "1. $150.00 by Monday, November 16",
        "2. $150.00 by Wednesday, December 16",
        "Nothing is added to the amount. While the payments come, nothing else is asked for on these "
        "invoices. If a payment has not come 10 days after its date, the plan ends and what is left is due "
        "at once, unless another day is agreed before.",
    ]


# Classes


def line(amount, class_id=None):
    detail = {"ClassRef": {"value": class_id}} if class_id else {}
    return {"Amount": Decimal(amount), "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}


def test_a_balance_stands_on_classes_as_its_lines_do():
    """Half of 300.00 is still owed: 100.00 of boats, 50.00 of bait."""
    record = {"Line": [line("200", "boats"), line("100", "bait"), {"DetailType": "SubTotalLineDetail"}]}
    plain = {"Line": [line("10")]}

    assert weights([(record, usd("150.00"))]) == (("bait", Decimal(50)), ("boats", Decimal(100)))
    assert weights([(plain, usd("10.00"))]) == ()
    assert weights([({"Line": [line("10")], "ClassRef": {"value": "dock"}}, usd("10.00"))]) == (
        ("dock", Decimal(10)),
    )


@given(
    st.lists(st.integers(0, 10**6), min_size=1, max_size=5),
    st.integers(1, 10**9),
    st.sampled_from(["USD", "JPY", "KWD"]),
)
def test_shares_add_up_to_the_amount_and_differ_from_pro_rata_by_less_than_a_unit(found, units, currency):
    unit = quantum(currency)
    amount = Money(units * unit, currency)
    by = tuple((str(place), Decimal(weight)) for place, weight in enumerate(found))

    parts = shared(amount, by)

    assert sum(part.amount for _, part in parts) == amount.amount
    assert all(part.amount > 0 for _, part in parts)
    whole = sum(found)
    if whole:
        assert all(abs(part.amount - amount.amount * found[int(name)] / whole) < unit for name, part in parts)


# Ending


def part(number, own, paid="0", total=None):
    return PartNow(number, f"i{number}", Decimal(own), Decimal(total or own), Decimal(paid))


MEMO = ("m", Decimal(300), Decimal(0))
APPLIED = (("p", Decimal(300)),)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # The last installment goes first; a number is kept by voiding.
        (Picture((part(1, "150"), part(2, "150")), MEMO, APPLIED, True), (How.VOID, "i2", None)),
        (Picture((part(1, "150"), part(2, "150")), MEMO, APPLIED, False), (How.DELETE, "i2", None)),
        (Picture((part(1, "150", "50"),), MEMO, APPLIED, True), (How.REDUCE, "i1", Decimal(50))),
        # A late fee of somebody else stands on it: nothing is voided.
        (Picture((part(1, "150", "0", "165"),), MEMO, APPLIED, True), (How.REDUCE, "i1", Decimal(0))),
        (Picture((part(1, "150", "150"),), MEMO, APPLIED, True), (How.DELETE, "p", None)),
        (Picture((part(1, "150", "150"),), MEMO, (), True), (How.SHRINK, "m", Decimal(150))),
        (Picture((), MEMO, (), True), (How.DELETE, "m", None)),
        (
            Picture((part(1, "150", "150"),), ("m", Decimal(150), Decimal(150)), (), True),
            (How.APPLY, "m", Decimal(150)),
        ),
        (Picture((part(1, "150", "150"),), ("m", Decimal(150), Decimal(0)), APPLIED, True), None),
        (Picture((), None, (), True), None),
    ],
)
def test_the_next_step_follows_from_what_the_books_say(now, expected):
    step = next_step(now)

    assert (step and (step.how, step.id, step.amount)) == expected


def test_what_was_paid_goes_to_the_oldest_invoices():
    balances = [("a", Decimal(60)), ("b", Decimal(0)), ("c", Decimal(50))]

    assert oldest_first(Decimal(70), balances) == (("a", Decimal(60)), ("c", Decimal(10)))
    assert oldest_first(Decimal(200), balances) == (("a", Decimal(60)), ("c", Decimal(50)))


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        (
            Terms(days=(nov(16), nov(20)), each=Decimal(100)),
            "2 days were named for 3 payments. Name a day for each.",
        ),
        (Terms(payments=3), "Say on which day the first payment is due."),
    ],
)
def test_days_that_are_missing_are_asked_for(terms, says):
    assert split(usd("300.00"), terms, CALENDAR) == says


def test_a_policy_may_offer_none():
    made = split(usd("300.00"), Terms(nov(9), payments=2), CALENDAR)

    assert beyond(made, Plans(offered=False), octo(30)) == ("The policy offers no payment plans.",)


def test_the_quickest_one_between_and_the_longest_are_offered():
    """Two to six payments of at least $50.00; 6 November is seven days after the agreement."""
    found = shapes(usd("1000.00"), Plans(), octo(30), CALENDAR)

    assert [one.text("en_US", 2026) for one in found] == [
        "2 payments of $500.00, monthly from Friday, November 6",
        "4 payments of $250.00, monthly from Friday, November 6",
        "6 payments of $166.67 (the last $166.66), monthly from Friday, November 6",
    ]


def test_only_what_fits_is_offered():
    assert [len(one.split) for one in shapes(usd("150.00"), Plans(), octo(30), CALENDAR)] == [2, 3]
    assert shapes(usd("99.99"), Plans(), octo(30), CALENDAR) == ()
    assert shapes(usd("0.01"), Plans(smallest_payment=Decimal(0)), octo(30), CALENDAR) == ()


def test_what_is_kept_and_what_is_not_paid_add_up_to_the_plan():
    """An installment of 100.00 to which others added 15.00: 110.00 came, of which 100.00 stand on ours."""
    parts = (
        PartNow(1, "11", Decimal(100), Decimal(115), Decimal(110)),
        PartNow(2, "12", Decimal(100), Decimal(100), Decimal(30)),
    )

    picture = Picture(parts)

    assert (picture.paid, picture.unpaid) == (Decimal(130), Decimal(70))
