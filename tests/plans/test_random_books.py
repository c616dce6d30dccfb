"""Hundreds of random plans in random books: nothing moves but due dates, and ended plans leave no trace."""

import os

import pytest

from qb_collections.emulator.switches import Switches
from tests.plans.random_books import KINDS, Company, one

FEW = 100  # for each kind of company
EACH = 25  # plans of one company: small books are quick books


def many(kind, seeds, switches=None):
    whole = 0
    company = None
    for place, seed in enumerate(seeds):
        if place % EACH == 0:
            company = Company(kind, switches)
        whole += one(company, seed)
        if place % EACH == EACH - 1:
            company.engine.check(company.realm)
            clearing = [
                row
                for row in company.engine.trial_balance(company.realm)
                if row["account"] == "Payment plan clearing"
            ]
            assert clearing == []
    return whole


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_moves_but_due_dates(kind):
    """Where cents at home do not add up the product refuses, so some of the foreign ones are none."""
    assert many(kind, range(FEW)) >= FEW // 2


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("per_line", [True, False], ids=["cents by line", "cents by document"])
def test_nothing_moves_in_many_thousand_plans(kind, per_line):
    """PLANS says how many in all; make soak-plans asks for 50,000."""
    count = int(os.environ.get("PLANS", "3000")) // (2 * len(KINDS))
    switches = Switches(home_amount_per_line=per_line)

    assert many(kind, range(1_000_000, 1_000_000 + count), switches) > count // 3
