"""What is settled before the first message, a trial with one customer, and the weeks a policy would bring."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.coming_weeks import coming_weeks, last_words
from qb_collections.core.decision import Outcome
from qb_collections.core.first_look import (
    Answer,
    FirstLook,
    Given,
    Question,
    Review,
    held_because,
    on_trial,
)

from .making import case, customer, hold, invoice, nov, octo, rules

AT = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
CALM = {
    Question.REMINDERS: Answer.OFF,
    Question.LATE_FEES: Answer.ON,
    Question.BOOKS: Answer.YES,
    Question.CONTACT: Answer.COPIES_ONLY,
    Question.NOTES: Answer.NEITHER,
}


def look(answers=CALM, review=Review.ALL, **facts):
    given = {question: Given(answer, "Dana", AT) for question, answer in answers.items()}
    return FirstLook(review, given, **facts)


def test_nothing_holds_a_company_that_settled_everything_or_was_never_asked():
    assert held_because(look()) is None
    assert held_because(None) is None
    assert look().is_over
    assert not look(review=Review.OPEN).is_over


@pytest.mark.parametrize(
    ("question", "answer"),
    [(Question.REMINDERS, Answer.ON), (Question.BOOKS, Answer.NOT_YET), (Question.NOTES, Answer.ON)],
)
def test_an_answer_that_forbids_sending_holds_as_none_does(question, answer):
    forbids = look(CALM | {question: answer})
    unanswered = look({one: said for one, said in CALM.items() if one is not question})

    assert forbids.unsettled == unanswered.unsettled == (question,)
    assert held_because(forbids).startswith("Nothing leaves yet: one thing is to be settled first, ")


def test_who_vouches_takes_every_answer_on_themselves():
    assert look(dict.fromkeys(Question, Answer.VOUCHED)).unsettled == ()


def test_a_name_a_number_and_a_way_to_pay_answer_whom_customers_call():
    without = {one: said for one, said in CALM.items() if one is not Question.CONTACT}

    assert look(without).unsettled == (Question.CONTACT,)
    assert look(without, contact_whole=True).unsettled == ()


def test_all_five_open_questions_fit_into_one_sentence():
    said = held_because(look({}))

    assert said == (
        "Nothing leaves yet: five things are to be settled first, QuickBooks' own reminders, its late fees, "
        "whether your books are up to date, who customers call and how they pay and where notes go."
    )
    assert len(said) <= 240


def test_on_trial_everybody_waits_but_the_one():
    trial = look(
        review=Review.ONE, customer_id="7", currency="USD", customer="Marlow Print Works", reviewed_by="Dana"
    )

    assert on_trial(trial, "7", "USD") is None
    assert on_trial(trial, "7", "CAD") is not None
    assert on_trial(trial, "8", "USD") == (
        "Left alone: Dana is trying it with Marlow Print Works first. Everybody else waits until you say to "
        "go on."
    )
    assert on_trial(look(), "8", "USD") is None


def test_the_coming_weeks_are_the_steps_on_their_days():
    """Due on Friday 23 October; Veterans Day and Thanksgiving are closed."""
    weeks = coming_weeks(case(), rules(), octo(26), date(2026, 12, 31))

    assert [(one.on, one.stage, one.outcome, one.approval) for one in weeks] == [
        (octo(28), "S1", Outcome.REMIND, False),  # three business days
        (nov(3), "S2", Outcome.REMIND, False),  # day 10 is the 2nd; six days after the first message
        (nov(10), "S3", Outcome.CALL, False),  # day 17 is the 9th; the answer was asked for by the 10th
        (nov(18), "S4", Outcome.REMIND, False),  # five business days after the call
        (nov(30), "S5", Outcome.REMIND, True),  # pay by the 25th, and two business days
        (date(2026, 12, 16), "S6", Outcome.DECIDE, False),  # the 14th, and two business days
    ]


def test_the_weeks_end_where_they_are_said_to():
    weeks = coming_weeks(case(), rules(), octo(26), nov(3))

    assert [one.stage for one in weeks] == ["S1", "S2"]


def test_what_is_long_late_opens_with_the_second_message_at_most():
    old = case(invoice(due=date(2026, 6, 1)))

    first = coming_weeks(old, rules(), nov(2), nov(2))

    assert [(one.on, one.stage) for one in first] == [(nov(2), "S2")]


def test_a_customer_without_an_address_needs_a_person_once():
    silent = replace(case(), customer=customer(emails=()))

    weeks = coming_weeks(silent, rules(), octo(28), nov(20))

    assert [(one.on, one.task_kind) for one in weeks] == [(octo(28), "add_email")]


def test_where_nothing_comes_the_reason_is_said():
    left = case(holds=(hold(HoldKind.EXCLUSION),))

    assert coming_weeks(left, rules(), nov(2), nov(30)) == ()
    assert last_words(left, rules(), nov(2)).startswith("Left alone: ")
