"""Who may be rung: seven tries in seven days, and none within seven days after a talk."""

from dataclasses import replace
from datetime import timedelta

import pytest

from qb_collections.core.call_limits import Tried, limit, limited
from qb_collections.core.case import ContactKind
from qb_collections.core.decide import decide
from qb_collections.core.decision import Outcome

from .making import DUE, after, nov, octo, reminder, rules

RULES = rules()
S1, S2 = reminder("S1", octo(28)), reminder("S2", nov(3), number=2)


def due_for_a_call(**facts):
    """Due 23 October and asked twice: the call of step S3 comes 17 days on, Monday 9 November."""
    assert DUE + timedelta(days=17) == nov(9)
    return after(S1, S2, **facts)


def tries(count, on):
    return [Tried(on)] * count


@pytest.mark.parametrize(
    ("made", "today", "free_on"),
    [
        (tries(6, nov(9)), nov(9), None),
        (tries(7, nov(9)), nov(9), nov(16)),
        (tries(7, nov(9)), nov(15), nov(16)),  # the seventh day still counts
        (tries(7, nov(9)), nov(16), None),
        # One on the 5th and six on the 9th: the oldest leaves the window on the 12th.
        ([Tried(nov(5)), *tries(6, nov(9))], nov(11), nov(12)),
        ([Tried(nov(5)), *tries(6, nov(9))], nov(12), None),
        # Eight on one day: only after seven days is there room for one.
        (tries(8, nov(9)), nov(15), nov(16)),
        ([], nov(9), None),
    ],
)
def test_seven_tries_in_seven_days_are_the_most(made, today, free_on):
    found = limit(due_for_a_call(), made, today)

    assert (found and found.free_on) == free_on


@pytest.mark.parametrize(("today", "free"), [(nov(9), False), (nov(15), False), (nov(16), True)])
def test_nobody_rings_within_seven_days_after_a_talk(today, free):
    found = limit(due_for_a_call(), [Tried(nov(9), spoken=True)], today)

    assert (found is None) is free
    if found is not None:
        assert found.because == (
            "Left alone: you spoke with Marlow Print Works on Monday, November 9. Nobody rings within seven "
            "days after a talk, so not before Monday, November 16."
        )


def test_a_talk_of_the_contact_log_counts_like_one_of_the_call_log():
    talked = replace(reminder("S3", nov(9), number=3), kind=ContactKind.CALL)

    found = limit(after(S1, S2, talked), [], nov(12))

    assert found is not None and found.free_on == nov(16)


def test_a_call_that_may_not_be_made_is_a_silence_with_its_reason_for_every_invoice():
    case = due_for_a_call()
    decided = decide(case, RULES, nov(9))

    left_alone = limited(decided, case, tries(7, nov(9)), nov(9))

    assert decided.outcome is Outcome.CALL
    assert (left_alone.outcome, left_alone.gate, left_alone.review_on) == (
        Outcome.SILENCE,
        "call_limit",
        nov(16),
    )
    assert [one.because for one in left_alone.findings] == [left_alone.reason]


def test_what_is_written_is_never_held_by_the_limits_of_calls():
    case = after(S1)
    decided = decide(case, RULES, nov(3))

    assert decided.outcome is Outcome.REMIND
    assert limited(decided, case, tries(9, nov(3)), nov(3)) is decided
