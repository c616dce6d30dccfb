"""What a customer's habit changes: the first message waits for it, the next step comes sooner beyond it."""

from __future__ import annotations

from datetime import date

import pytest

from qb_collections.core.case import Contact, ContactKind, CustomerKind, Habit, HoldKind
from qb_collections.core.decide import decide

from .making import STANDARD, after, case, changed, hold, invoice, nov, octo, reminder, rules

WAITS = rules(changed(**{"wait_for_usual_day = false": "wait_for_usual_day = true"}))
EARLY = rules(changed(**{"act_early_when_abnormal = false": "act_early_when_abnormal = true"}))
BOTH = rules(
    changed(
        **{
            "wait_for_usual_day = false": "wait_for_usual_day = true",
            "act_early_when_abnormal = false": "act_early_when_abnormal = true",
        }
    )
)
DAY_TWELVE = Habit(12, 15, 8)


def days_of(made, by, first, last):
    """The first day on which something goes out, and its stage."""
    for number in range(first.toordinal(), last.toordinal() + 1):
        decision = decide(made, by, date.fromordinal(number))
        if decision.outcome in ("remind", "call"):
            return date.fromordinal(number), decision.stage
    return None


@pytest.mark.parametrize(
    ("usual_day", "goes_out_on"),
    [
        (None, octo(28)),  # three business days after Friday 23 October
        (-3, octo(28)),
        (4, octo(28)),  # the usual day, 27 October, has passed
        (5, octo(29)),
        (12, nov(5)),
        (14, nov(9)),  # the day after is Saturday
        (20, nov(13)),
        (21, nov(13)),  # no longer than twenty days
        (60, nov(13)),
    ],
)
def test_the_first_message_waits_until_the_usual_day_has_passed(usual_day, goes_out_on):
    made = case(habit=Habit(usual_day, 60, 8))

    assert days_of(made, WAITS, octo(24), nov(30)) == (goes_out_on, "S1")
    assert days_of(made, rules(), octo(24), nov(30)) == (octo(28), "S1")


@pytest.mark.parametrize(("invoices", "goes_out_on"), [(5, octo(28)), (6, nov(5))])
def test_a_habit_rests_on_as_many_paid_invoices_as_the_policy_asks_for(invoices, goes_out_on):
    made = case(habit=Habit(12, 15, invoices))

    assert days_of(made, WAITS, octo(24), nov(30)) == (goes_out_on, "S1")


def test_while_we_wait_for_the_usual_day_the_reason_says_so_and_names_the_day():
    decision = decide(case(habit=DAY_TWELVE), WAITS, nov(4))

    assert decision.reason == (
        "Left alone: invoice 10611 ($780.40) was due on Friday, October 23. They usually pay 12 days "
        "after it "
        "(eight paid invoices), so we wait until then. The first message goes out on Thursday, November 5 "
        "if it is still open."
    )
    assert (decision.gate, decision.review_on) == ("stage", nov(5))


@pytest.mark.parametrize(
    ("usual_day", "said"),
    [
        (1, "They usually pay one day after it (eight paid invoices), so we wait until then."),
        (0, "They usually pay on the due date (eight paid invoices), so we wait until then."),
        (21, "They usually pay 21 days after it (eight paid invoices); we wait 20 days."),
    ],
)
def test_the_usual_day_is_told_in_words(usual_day, said):
    """The first message would be due on the due date itself, a Friday; looked at on the Saturday after."""
    at_once = changed(
        **{
            "wait_for_usual_day = false": "wait_for_usual_day = true",
            "after_due_days = 3\nbusiness = true ": "after_due_days = 0\nbusiness = true ",
        }
    )

    decision = decide(case(habit=Habit(usual_day, 60, 8)), rules(at_once), octo(24))

    assert said in decision.reason


def test_only_the_first_message_waits_for_the_usual_day():
    """Second message: ten days after the due date, and six after the first one of 28 October."""
    made = after(reminder("S1", octo(28)), habit=DAY_TWELVE)

    assert days_of(made, WAITS, octo(29), nov(30)) == (nov(3), "S2")


def test_a_first_message_that_is_left_out_hands_the_wait_to_the_next_one():
    policy = changed(
        **{
            '"did_it_reach_you"\n': '"did_it_reach_you"\nmin_balance = 1000\n',
            "wait_for_usual_day = false": "wait_for_usual_day = true",
        }
    )

    assert days_of(case(habit=DAY_TWELVE), rules(policy), octo(24), nov(30)) == (nov(5), "S2")


def test_what_was_late_at_the_start_waits_for_the_usual_day_too():
    made = case(habit=DAY_TWELVE, is_backlog=True, start_on=octo(30))

    assert days_of(made, WAITS, octo(30), nov(30)) == (nov(5), "S2")
    assert days_of(made, rules(), octo(30), nov(30)) == (octo(30), "S1")


def test_a_broken_promise_outweighs_a_habit():
    """Promised for Monday 26 October, two business days of grace: over on Thursday 29."""
    made = case(habit=DAY_TWELVE, holds=(hold(HoldKind.PROMISE, "1", until_on=octo(26)),))

    assert days_of(made, WAITS, octo(26), nov(30)) == (octo(29), "S1")


@pytest.mark.parametrize(
    ("latest_day", "goes_out_on"),
    [
        (None, octo(28)),
        (-4, octo(26)),  # later than ever from Saturday 24 October on
        (0, octo(26)),
        (2, octo(26)),
        (3, octo(27)),
        (4, octo(28)),
        (30, octo(28)),
    ],
)
def test_an_invoice_later_than_any_before_is_asked_about_sooner(latest_day, goes_out_on):
    made = case(habit=Habit(None, latest_day, 8))

    assert days_of(made, EARLY, octo(24), nov(30)) == (goes_out_on, "S1")
    assert days_of(made, rules(), octo(24), nov(30)) == (octo(28), "S1")


@pytest.mark.parametrize(("days", "goes_out_on"), [(1, octo(27)), (2, octo(26)), (30, octo(26))])
def test_a_step_comes_sooner_by_as_many_days_as_the_policy_allows_and_never_before_it_is_late(
    days, goes_out_on
):
    policy = changed(
        **{
            "act_early_when_abnormal = false": "act_early_when_abnormal = true",
            "early_at_most_days = 5": f"early_at_most_days = {days}",
        }
    )

    made = case(habit=Habit(None, 0, 8))

    assert days_of(made, rules(policy), octo(1), nov(30)) == (goes_out_on, "S1")


def test_five_paid_invoices_make_nothing_unusual():
    made = case(habit=Habit(None, 0, 5))

    assert days_of(made, EARLY, octo(24), nov(30)) == (octo(28), "S1")


def test_the_reasons_before_and_on_the_day_say_that_it_is_later_than_ever():
    made = case(habit=Habit(None, 0, 8))

    before, on = decide(made, EARLY, octo(24)), decide(made, EARLY, octo(26))

    assert before.reason == (
        "Left alone: invoice 10611 ($780.40) was due on Friday, October 23. They never paid late so far "
        "(eight paid invoices), so the next step comes sooner. The first message goes out on "
        "Monday, October 26 if it is still open."
    )
    assert before.review_on == octo(26)
    assert on.reason == (
        "Message planned: invoice 10611 ($780.40) was due on Friday, October 23, later than they ever paid "
        "before (eight paid invoices). The first message goes out on Monday, October 26."
    )


def test_how_late_they_ever_paid_is_named_in_days():
    decision = decide(case(habit=Habit(None, 3, 8)), EARLY, octo(26))

    assert (
        "They never paid more than three days late (eight paid invoices), so the next step comes sooner."
        in (decision.reason)
    )


def test_days_after_the_last_contact_are_kept_however_unusual_it_is():
    """Second message by its own day on 2 November, by habit on 28 October; but six days after the first."""
    made = after(reminder("S1", octo(26)), habit=Habit(None, 0, 8))

    assert days_of(made, EARLY, octo(27), nov(30)) == (nov(2), "S2")
    assert days_of(after(reminder("S1", octo(24)), habit=made.habit), EARLY, octo(25), nov(30)) == (
        octo(30),
        "S2",
    )


def test_the_contact_gap_is_kept_however_unusual_it_is():
    wrote = Contact(octo(25), ContactKind.FOREIGN, None, None, None, ("1",))

    decision = decide(case(habit=Habit(None, 0, 8), contacts=(wrote,)), EARLY, octo(26))

    assert (decision.gate, decision.review_on) == ("contact_gap", octo(31))


def test_a_date_that_we_set_is_kept_however_unusual_it_is():
    """Final notice by its own day on 27 November; pay by the 20th, two business days more are the 24th."""
    made = after(
        reminder("S4", nov(13), act_by_on=nov(20), number=4), habit=Habit(None, 0, 8), important=True
    )

    told = [decide(made, EARLY, day).gate for day in (nov(23), nov(24))]

    assert told == ["stage", "contact"]
    assert decide(made, rules(), nov(24)).gate == "stage"


def test_whoever_is_waited_for_is_not_asked_sooner_than_their_latest_day():
    made = case(habit=Habit(12, 12, 8))

    assert days_of(made, BOTH, octo(24), nov(30)) == (nov(5), "S1")


CALLS_OFF = rules(changed(**{"calls = true": "calls = false"}))


@pytest.mark.parametrize(
    ("kind", "by", "expected"),
    [
        (CustomerKind.COMPANY, CALLS_OFF, (nov(9), "S3")),
        (CustomerKind.SOLE_TRADER, CALLS_OFF, (nov(17), "S4")),
        (CustomerKind.PRIVATE, CALLS_OFF, (nov(17), "S4")),
        (CustomerKind.UNKNOWN, CALLS_OFF, (nov(17), "S4")),
        (CustomerKind.PRIVATE, rules(), (nov(9), "S3")),
    ],
)
def test_where_the_policy_says_so_nobody_but_companies_is_called(kind, by, expected):
    made = after(reminder("S1", octo(28)), reminder("S2", nov(3), number=2), kind=kind)

    assert days_of(made, by, nov(4), nov(30)) == expected


def test_calls_are_made_and_habits_change_nothing_unless_the_policy_says_so():
    made = case(invoice(), habit=Habit(12, 0, 40))

    assert STANDARD.private_persons.calls is True
    assert days_of(made, rules(), octo(24), nov(30)) == (octo(28), "S1")
