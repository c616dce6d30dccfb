"""The quick decision and the slow, obvious one agree, and a day to look again is never too late."""

import random
from datetime import timedelta

import pytest

from qb_collections.core.decide import decide

from .chances import TODAY, case_of, rules_of
from .reference import Answer, reference

RULES_OF_ONE_RUN = 40  # sets of rules that the cases of one run share
SENT = ("remind", "call", "decide")


def answer(decision):
    """What the reference answers, of a decision."""
    return Answer(
        str(decision.outcome),
        decision.gate,
        tuple((finding.invoice_id, finding.gate) for finding in decision.findings),
        decision.stage,
        decision.task_kind,
        str(decision.channel) if decision.channel else None,
        decision.approval,
        decision.backlog,
        decision.invoice_ids,
        decision.also_open_ids,
        decision.amount.amount if decision.amount else None,
        decision.reply_by_on,
        decision.act_by_on,
    )


def agree(seed, cases):
    """Decide so many cases twice; and, where nothing is sent, again on days before the next look."""
    chance = random.Random(seed)
    for number in range(cases):
        rules = rules_of(f"{seed}-{number % RULES_OF_ONE_RUN}")
        made = case_of(chance, rules)
        today = TODAY + timedelta(days=chance.randint(0, 12))
        decision = decide(made, rules, today)
        expected = reference(made, rules, today)
        assert answer(decision) == expected, f"case {number} of seed {seed}"

        if expected.outcome in SENT:
            assert decision.review_on == today + timedelta(days=1)
            continue
        days = 40 if decision.review_on is None else (decision.review_on - today).days - 1
        assert days >= 0
        for later in {min(days, chance.randint(1, 40)), days} - {0}:
            again = reference(made, rules, today + timedelta(days=later))
            assert again == expected, f"case {number} of seed {seed}, {later} days later"


def test_the_decision_is_that_of_the_slow_and_obvious_one():
    agree("make test", 600)


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("part", range(10))
def test_a_hundred_thousand_decisions_are_those_of_the_slow_and_obvious_one(part):
    agree(f"soak {part}", 10_000)
