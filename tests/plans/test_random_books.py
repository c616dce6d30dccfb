"""Hundreds of random plans in random books: nothing moves but due dates, and ended plans leave no trace."""

import os

import pytest

from qb_collections.emulator.switches import Switches
from tests.plans.random_books import KINDS, Company, one

# Where cents at home do not add up the product refuses, so more foreign plans are asked for than come to be.
ASKED = {"empty-us": 190, "uk-vat": 190, "multicurrency": 240}
MADE = {"empty-us": 190, "uk-vat": 190, "multicurrency": 120}
EACH = 12  # plans of one company: small books are quick books


def many(kind, seeds, switches=None):
    """How many of these plans came to be."""
    whole = 0
    for start in range(0, len(seeds), EACH):
        company = Company(kind, switches)
        debts = [one(company, seed) for seed in seeds[start : start + EACH]]
        whole += len([debt for debt in debts if debt.created])
        company.check()
        for debt in debts:
            debt.pay_the_rest()
        company.check_cash_is_accrual()
    return whole


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_moves_but_due_dates(kind):
    """500 plans in all: of every account, class and location, on accrual and on cash basis."""
    assert many(kind, range(ASKED[kind])) >= MADE[kind]


def test_where_whole_documents_are_rounded_the_tax_is_one_of_the_two_that_were_told():
    """Of 87,373.50 that the lines add up to at home, the documents' own rounding leaves 87,373.49."""
    company = Company("multicurrency", Switches(home_amount_per_line=False))

    assert one(company, 1_001_120).created


@pytest.mark.soak
@pytest.mark.timeout(0)  # as long as PLANS asks for
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("per_line", [True, False], ids=["cents by line", "cents by document"])
def test_nothing_moves_in_many_thousand_plans(kind, per_line):
    """PLANS says how many in all; make soak-plans asks for 50,000."""
    count = int(os.environ.get("PLANS", "3000")) // (2 * len(KINDS))
    switches = Switches(home_amount_per_line=per_line)

    assert many(kind, range(1_000_000, 1_000_000 + count), switches) > count // 3
