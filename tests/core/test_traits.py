"""How customers pay, from their own invoices, shrunk toward the company where they are few."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.core.case import Contact, ContactKind
from qb_collections.core.traits import Kept, days_late, know
from tests.core.pasts import SINCE, Books

ON = date(2026, 6, 30)
D = Decimal


def history(books, late, customer="7", first=1):
    """Invoices of 100, a week apart from 2 June 2025 on, due after 30 days, each paid so many days late."""
    for n, days in enumerate(late, start=first):
        issued = date(2025, 6, 2) + timedelta(days=7 * n)
        due = issued + timedelta(days=30)
        books.invoice(f"{customer}{n:03}", issued, due, "100", customer)
        if days is not None:
            books.pay(due + timedelta(days=days), (f"{customer}{n:03}", "100"), customer=customer)
    return books


def test_a_customer_like_the_company_is_as_the_company():
    books = history(history(Books("A", "B"), [10] * 5), [10] * 5, customer="8")

    known = know(books.past(), ON)

    traits = known.of("7")
    assert (traits.invoices, traits.own_median_days, traits.median_days, traits.spread_days) == (5, 10, 10, 0)
    assert (traits.early_days, traits.late_days, traits.on_time) == (10, 10, 0)


def test_few_invoices_lean_on_the_company():
    """A paid five invoices ten days late, B five on time.  For A: own 5 at ten days and, of the company's
    ten, 2.5 at zero and 2.5 at ten: a quarter is paid by day zero, and 0.25 on time."""
    books = history(history(Books("A", "B"), [10] * 5), [0] * 5, customer="8")

    known = know(books.past(), ON)

    slow, quick = known.of("7"), known.of("8")
    assert (slow.median_days, slow.early_days, slow.late_days, slow.on_time) == (10, 0, 10, D("0.25"))
    assert (quick.median_days, quick.early_days, quick.late_days, quick.on_time) == (0, 0, 0, D("0.75"))
    assert (known.company.median_days, known.company.on_time, known.company.invoices) == (0, D("0.5"), 10)


def test_of_a_customer_without_invoices_the_company_is_expected():
    books = history(Books("A", "B"), [4, 12, 12, 12])

    known = know(books.past(), ON)

    assert known.of("8").median_days == 12
    assert (known.of("8").invoices, known.of("8").own_median_days) == (0, None)


def test_many_invoices_speak_for_themselves():
    """45 of their own against the company's five: a tenth of the weight cannot move the middle."""
    books = history(history(Books("A", "B"), [12] * 45), [0] * 5, customer="8")

    traits = know(books.past(), ON).of("7")

    assert (traits.invoices, traits.median_days, traits.early_days) == (45, 12, 12)


def test_nothing_is_known_while_history_has_not_been_read_whole():
    known = know(history(Books(), [10] * 5).past(since=None), ON)

    assert known.company.invoices == 0
    assert (known.of("7").median_days, known.of("7").on_time) == (None, None)


def test_older_invoices_that_are_here_only_because_they_were_paid_late_are_left_out():
    books = Books().invoice("1", SINCE - timedelta(days=1), SINCE + timedelta(days=29), "100")
    books.pay(SINCE + timedelta(days=229), ("1", "100"))
    books.invoice("2", SINCE, SINCE + timedelta(days=30), "100").pay(SINCE + timedelta(days=33), ("2", "100"))

    traits = know(books.past(), ON).of("7")

    assert (traits.invoices, traits.median_days, traits.since_on) == (1, 3, SINCE)


def test_as_of_a_day_what_came_later_is_not_known():
    """Two paid, the third is six days late on the day of looking and paid after it."""
    books = history(Books(), [2, 2, 40])
    third_due = date(2025, 6, 23) + timedelta(days=30)

    traits = know(books.past(), third_due + timedelta(days=6)).of("7")

    assert (traits.invoices, traits.unpaid, traits.own_median_days) == (2, 1, 2)


def test_credits_voids_and_invoices_without_a_due_date_are_no_observations():
    books = history(Books(), [5, 5])
    books.invoice("v", date(2025, 6, 2), date(2025, 7, 2), "0", voided=True)
    books.invoice("c", date(2025, 6, 2), date(2025, 7, 2), "50").credit(
        "m", date(2025, 9, 1), "50", ("c", "50")
    )
    books.invoice("n", date(2025, 6, 2), None, "50").pay(date(2025, 9, 1), ("n", "50"))

    past = books.past()

    assert know(past, ON).of("7").invoices == 2
    assert {one.invoice.id: days_late(one, ON) for one in past.invoices if one.invoice.id in "cn"} == {
        "c": None,
        "n": None,
    }


@pytest.mark.parametrize(("in_parts", "expected"), [(0, False), (1, True)])
def test_a_third_of_the_invoices_in_parts_makes_a_part_payer(in_parts, expected):
    books = Books()
    for n in range(3):
        issued = date(2025, 6, 2) + timedelta(days=7 * n)
        books.invoice(str(n), issued, issued + timedelta(days=30), "100")
        if n < in_parts:
            books.pay(issued + timedelta(days=20), (str(n), "40"))
        books.pay(issued + timedelta(days=30), (str(n), "60" if n < in_parts else "100"))

    assert know(books.past(), ON).of("7").part_payer is expected


def test_two_invoices_are_too_few_to_call_it_a_habit():
    traits = know(history(Books(), [3, 3]).past(), ON).of("7")

    assert (traits.part_payer, traits.batch_payer, traits.weekday) == (None, None, None)


def test_who_pays_several_at_once_is_a_batch_payer():
    books = Books()
    for n in range(8):
        issued = date(2025, 6, 2) + timedelta(days=7 * n)
        books.invoice(str(n), issued, issued + timedelta(days=30), "100")
    books.pay(date(2025, 8, 1), ("0", "100"), ("1", "100"))
    books.pay(date(2025, 8, 15), ("2", "100"), ("3", "100"))
    alone = [("4", date(2025, 8, 20)), ("5", date(2025, 8, 21))]
    for id, day in alone:
        books.pay(day, (id, "100"))

    assert know(books.past(), ON).of("7").batch_payer is True  # two of four
    books.pay(date(2025, 8, 22), ("6", "100"))
    assert know(books.past(), ON).of("7").batch_payer is False  # two of five


def test_the_usual_weekday_is_that_of_half_of_five_payments_or_more():
    """Due on Wednesdays; paid on 3 Fridays, a Thursday and a Monday."""
    books = history(Books(), [2, 2, 2, 1])
    assert know(books.past(), ON).of("7").weekday is None

    history(books, [5], first=5)

    assert know(books.past(), ON).of("7").weekday == 4


def said(on, stage, *ids):
    return Contact(on, ContactKind.REMINDER, stage, 1, 1, ids)


def test_the_stage_after_which_they_pay_is_the_last_one_before_the_money():
    books = history(Books(), [12, 12, 12, 1])
    due = [date(2025, 6, 9) + timedelta(days=7 * n + 30) for n in range(3)]
    contacts = [
        *(said(day + timedelta(days=3), "S1", f"7{n:03}") for n, day in enumerate(due, start=1)),
        *(said(day + timedelta(days=10), "S2", f"7{n:03}") for n, day in enumerate(due[:2], start=1)),
        said(due[2] + timedelta(days=20), "S2", "7003"),  # after the money
    ]

    traits = know(books.past(), ON, contacts={"7": contacts}).of("7")
    fewer = know(books.past(), ON, contacts={"7": contacts[:2]}).of("7")

    assert traits.pays_after == "S2"  # two after S2, one after S1
    assert fewer.pays_after is None  # two invoices are too few


def test_promises_and_disputes_are_told_of_customer_and_company():
    books = history(Books("A", "B"), [3])

    known = know(books.past(), ON, promises={"7": Kept(2, 1, 1), "8": Kept(1, 0, 0)}, disputes={"8": 2})

    assert (known.of("7").promises, known.of("8").disputes) == (Kept(2, 1, 1), 2)
    assert (known.company.promises, known.company.disputes) == (Kept(3, 1, 1), 2)


def test_where_few_ever_pay_there_is_no_spread():
    """One of six paid: three quarters are never reached."""
    traits = know(history(Books(), [4, None, None, None, None, None]).past(), ON).of("7")

    assert (traits.late_days, traits.spread_days) == (None, None)


def test_contacts_without_a_step_and_answers_tell_nothing_about_steps():
    books = history(Books(), [12, 12, 12])
    due = date(2025, 6, 9) + timedelta(days=30)
    foreign = Contact(
        due + timedelta(days=1), ContactKind.FOREIGN, None, None, None, ("7001", "7002", "7003")
    )

    assert know(books.past(), ON, contacts={"7": [foreign]}).of("7").pays_after is None


@pytest.mark.parametrize(
    ("late", "usual", "latest"),
    [
        ([12, 12, 12, 12, 12], None, None),  # five are too few
        ([12, 12, 12, 12, 12, 12], 12, 12),
        ([9, 9, 9, 12, 12, 40], 12, 40),  # second and fifth of six: 9 and 12
        ([9, 9, 9, 12, 13, 40], None, 40),  # 9 and 13 are too far apart
        ([-5, -4, -4, -3, -3, -2], -3, -2),
    ],
)
def test_a_regular_payer_has_a_usual_day_and_everybody_a_latest(late, usual, latest):
    traits = know(history(Books(), late).past(), ON).of("7")

    assert (traits.usual_day, traits.latest_day) == (usual, latest)


def test_one_customer_can_be_asked_for_and_is_as_among_all():
    books = history(history(Books("A", "B"), [10] * 5), [0] * 5, customer="8")

    one, every = know(books.past(), ON, only=["7"]), know(books.past(), ON)

    assert one.customers == {"7": every.of("7")}
    assert one.company == every.company


def test_of_two_weekdays_as_usual_the_first_counts():
    """Three Fridays and three Thursdays."""
    assert know(history(Books(), [2, 2, 2, 1, 1, 1]).past(), ON).of("7").weekday == 3


def test_three_of_seven_payments_make_no_usual_weekday():
    assert know(history(Books(), [2, 2, 2, 1, 1, 5, 6]).past(), ON).of("7").weekday is None


def test_of_two_steps_as_frequent_the_earlier_counts():
    books = history(Books(), [12, 12, 12, 12])
    due = [date(2025, 6, 9) + timedelta(days=7 * n + 30) for n in range(4)]
    steps = ("S2", "S1", "S2", "S1")
    contacts = [
        said(day, step, f"7{n:03}") for n, (day, step) in enumerate(zip(due, steps, strict=True), start=1)
    ]

    assert know(books.past(), ON, contacts={"7": contacts}).of("7").pays_after == "S1"


def test_credits_and_money_of_later_days_make_nobody_a_part_payer():
    books = Books()
    for n in range(3):
        issued = date(2025, 6, 2) + timedelta(days=7 * n)
        books.invoice(str(n), issued, issued + timedelta(days=30), "100")
        books.pay(issued + timedelta(days=10), (str(n), "60"))
    books.credit("m", date(2025, 9, 1), "40", ("0", "40"))
    books.pay(date(2025, 9, 2), ("1", "40"))

    assert know(books.past(), date(2025, 9, 1)).of("7").part_payer is False
    assert know(books.past(), date(2025, 9, 2)).of("7").part_payer is True  # one of three
