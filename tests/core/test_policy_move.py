"""Where a running cycle stands on another ladder."""

import pytest

from qb_collections.core.policy_move import standing
from qb_collections.core.policy_stage import Stage

from .making import STANDARD


def stage(code, after, **more):
    facts = {"name": code, "channel": "email", "template": "monthly", "after_due_days": after}
    return Stage(code=code, **(facts | more))


OTHER = (stage("A", 5), stage("B", 25), stage("C", 60, channel="decision"))


@pytest.mark.parametrize(
    ("said", "stands_at"),
    [
        (None, None),
        ("S1", None),  # three business days: a little over four days, and A comes on the fifth
        ("S2", "A"),  # day 10
        ("S3", "A"),  # day 17
        ("S4", "B"),  # day 25, the same day
        ("S5", "B"),
        ("S9", None),  # a step that neither has
    ],
)
def test_the_last_step_that_comes_no_later_stands_for_what_was_said(said, stands_at):
    assert standing(STANDARD.ladder, OTHER, said) == stands_at


def test_a_step_of_the_same_code_is_the_same_step():
    assert standing(STANDARD.ladder, (stage("S4", 90),), "S4") == "S4"


def test_a_decision_stands_for_nothing_that_was_said():
    late = (stage("Z", 70),)

    assert standing(late, OTHER, "Z") == "B"


def test_business_days_count_as_parts_of_a_week():
    five = (stage("F", 5, business=True),)

    assert standing((stage("Z", 7),), five, "Z") == "F"
    assert standing((stage("Z", 6),), five, "Z") is None
