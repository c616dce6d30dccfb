"""Why invoices cannot be written as installments, word for word, on both sides of each boundary."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.core.money import Money
from qb_collections.core.plans import Candidate, Rhythm, Terrain, refusal, schedule

from .making import STANDARD, invoice, nov, octo, usd

PLAN_ON = octo(30)
GOOD = Terrain(PLAN_ON, octo(29), False, "Accrual", True, usd("0"))
ONE, TWO = Candidate(invoice()), Candidate(invoice("2"))
DATES = (nov(16), date(2026, 12, 16))
CALENDAR = STANDARD.calendar(frozenset())


def in_currency(code, id="2"):
    amount = Money(Decimal(500), code)
    return Candidate(invoice(id, balance="500", total=amount), exchange_rate=None), amount


def test_an_ordinary_choice_is_not_refused():
    assert refusal((ONE, TWO), DATES, GOOD) is None


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [
        ((), "Choose at least one invoice for the plan."),
        ((ONE, TWO, ONE), "An invoice was chosen twice. Choose each one once."),
        (
            (ONE, replace(TWO, plan_label="PP3")),
            "Invoice 10612 is already on payment plan PP3. End that plan first.",
        ),
        (
            (Candidate(invoice(balance="0")),),
            "Nothing is left to pay on invoice 10611. Leave it out of the plan.",
        ),
        (
            (Candidate(invoice(voided=True)),),
            "Nothing is left to pay on invoice 10611. Leave it out of the plan.",
        ),
        (
            (ONE, Candidate(invoice("2", customer_id="8"))),
            "Invoices 10611 and 10612 belong to different customers. Make one plan for each customer.",
        ),
        (
            (ONE, replace(TWO, exchange_rate=Decimal("1.1"))),
            "Invoices 10611 and 10612 were booked at different exchange rates, and one plan would post a "
            "gain or loss. Make one plan for each rate.",
        ),
        (
            (ONE, replace(TWO, ar_account_id="84")),
            "Invoices 10611 and 10612 stand in different receivables accounts. "
            "Make one plan for each account.",
        ),
        (
            (ONE, replace(TWO, location_id="3")),
            "Invoices 10611 and 10612 belong to different locations. Make one plan for each location.",
        ),
    ],
)
def test_a_choice_that_cannot_share_a_plan_is_told_what_to_do(chosen, sentence):
    assert refusal(chosen, DATES, GOOD) == sentence


def test_two_currencies_are_two_plans():
    other, amount = in_currency("EUR")
    euros = replace(other, invoice=replace(other.invoice, balance=amount))

    assert refusal((ONE, euros), DATES, GOOD) == (
        "Invoices 10611 and 10612 are in different currencies. Make one plan for each currency."
    )


@pytest.mark.parametrize(
    ("balance", "dates", "sentence"),
    [
        ("0.02", DATES, None),  # a cent each
        ("0.01", DATES, "$0.01 is too small for 2 payments. Choose fewer."),
        ("780.40", DATES[:1], None),
        ("780.40", (), "A plan has between 1 and 60 payments; 0 were asked for."),
        ("780.40", tuple(nov(1) + timedelta(days=n) for n in range(60)), None),
        (
            "780.40",
            tuple(nov(1) + timedelta(days=n) for n in range(61)),
            "A plan has between 1 and 60 payments; 61 were asked for.",
        ),
        ("780.40", (octo(31),), None),
        (
            "780.40",
            (octo(30), nov(16)),
            "The first payment would be due on Friday, October 30, which is not after the day of the plan "
            "(Friday, October 30). Choose a later day.",
        ),
        (
            "780.40",
            (nov(16), nov(16)),
            "The payment due on Monday, November 16 does not come after the one due on Monday, November 16. "
            "Put the dates in order.",
        ),
        (
            "780.40",
            (nov(16), nov(30), nov(27)),
            "The payment due on Friday, November 27 does not come after the one due on Monday, November 30. "
            "Put the dates in order.",
        ),
        # Five times 366 days after 30 October 2026 is 3 November 2031.
        ("780.40", (nov(16), date(2031, 11, 3)), None),
        (
            "780.40",
            (nov(16), nov(17), date(2031, 11, 4)),
            "The last payment would be due on Tuesday, November 4, 2031, more than 5 years ahead. "
            "Choose fewer.",
        ),
    ],
)
def test_amounts_and_dates_are_refused_from_the_first_that_cannot_be(balance, dates, sentence):
    assert refusal((Candidate(invoice(balance=balance)),), dates, GOOD) == sentence


def test_the_smallest_payment_is_one_of_the_currencys_own_units():
    other, amount = in_currency("JPY")
    yen = replace(other, invoice=replace(other.invoice, balance=Money(Decimal(1), "JPY")))

    assert amount.currency == "JPY"
    assert refusal((yen,), DATES, GOOD) == "¥1 is too small for 2 payments. Choose fewer."
    assert refusal((yen,), DATES[:1], GOOD) is None


@pytest.mark.parametrize(("issued_on", "refused"), [(octo(30), False), (octo(31), True)])
def test_an_invoice_of_the_plans_own_day_may_go_on_it_and_a_later_one_not(issued_on, refused):
    chosen = (ONE, Candidate(invoice("2", issued_on=issued_on)))

    sentence = refusal(chosen, DATES, GOOD)

    if refused:
        assert sentence == (
            "Invoice 10612 is dated Saturday, October 31, after the day of the plan (Friday, October 30). "
            "Leave it out, or make the plan later."
        )
    else:
        assert sentence is None


CASH = (
    "QuickBooks reports on a cash basis here. Installment invoices would show income and tax before the "
    "customer has paid. A plan kept here changes no report."
)
UNCONFIRMED = (
    "Nobody has confirmed yet that income tax and sales tax are filed on an accrual basis. Installment "
    "invoices are refused until an owner or accountant has."
)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"books_closed_on": octo(29)}, None),
        ({"books_closed_on": None}, None),
        (
            {"books_closed_on": octo(30)},
            "The books are closed through Friday, October 30, and the plan would be dated Friday, "
            "October 30. "
            "Choose a later day, or move the closing date in QuickBooks.",
        ),
        ({"report_basis": "Cash"}, CASH),
        ({"report_basis": None}, None),
        ({"accrual_confirmed": False}, UNCONFIRMED),
        ({"report_basis": "Cash", "accrual_confirmed": False, "cash_basis_accepted": True}, None),
        ({"auto_apply": True}, None),  # what QuickBooks applies by itself is moved to where it belongs
        ({"open_credits": None}, None),
        (
            {"open_credits": usd("0.01")},
            "The customer has $0.01 in open credits. Apply these in QuickBooks first; the plan is then about "
            "what remains.",
        ),
    ],
)
def test_books_that_a_plan_would_disturb_are_told_what_to_change(change, sentence):
    assert refusal((ONE, TWO), DATES, replace(GOOD, **change)) == sentence


OTHERWISE = replace(TWO, exchange_rate=Decimal("1.1"), location_id="3", ar_account_id="84")


def test_a_plan_without_documents_asks_neither_for_one_rate_nor_for_open_books():
    closed = replace(GOOD, books_closed_on=octo(30), report_basis="Cash", accrual_confirmed=False)

    assert refusal((ONE, OTHERWISE), DATES, closed, overlay=True) is None
    assert refusal((ONE, OTHERWISE), DATES, GOOD) is not None


def test_a_plan_without_documents_may_be_about_all_that_are_billed_together():
    site = Candidate(invoice("2", customer_id="8"), account_id="7")
    own = replace(ONE, account_id="7")

    assert refusal((own, site), DATES, GOOD, overlay=True) is None
    assert "different customers" in refusal((own, site), DATES, GOOD)
    assert "different customers" in refusal((own, replace(site, account_id="8")), DATES, GOOD, overlay=True)


def test_credits_come_off_before_any_plan():
    credited = replace(GOOD, open_credits=usd("0.01"))

    assert "$0.01 in open credits" in refusal((ONE,), DATES, credited, overlay=True)


def test_the_years_of_other_days_are_named():
    late = Terrain(date(2027, 1, 4), nov(30), False, "Accrual", True)

    assert refusal((ONE,), (date(2026, 12, 30),), late) == (
        "The first payment would be due on Wednesday, December 30, 2026, which is not after the day of the "
        "plan (Monday, January 4). Choose a later day."
    )


def test_a_schedule_of_sixty_is_made_and_of_sixty_one_is_our_mistake():
    assert len(schedule(nov(2), 60, Rhythm.WEEKLY, CALENDAR)) == 60
    for count in (0, 61):
        with pytest.raises(ValueError, match=f"a plan has 1 to 60 installments, got {count}"):
            schedule(nov(2), count, Rhythm.WEEKLY, CALENDAR)
