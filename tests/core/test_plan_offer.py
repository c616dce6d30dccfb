"""From which amount a message offers to spread what is owed."""

import pytest

from qb_collections.core.decide import decide
from tests.core.making import after, changed, invoice, nov, octo, payment, reminder, rules

S1 = reminder("S1", octo(28))


def offers(policy_rules, balance, **facts):
    return decide(after(S1, invoices=(invoice(balance=balance),), **facts), policy_rules, nov(4)).offers_plan


@pytest.mark.parametrize(("balance", "offered"), [("499.99", False), ("500.00", True)])
def test_spreading_is_offered_from_the_policys_amount_on(balance, offered):
    assert offers(rules(), balance) is offered


def test_credits_come_off_first():
    assert offers(rules(), "520.00", payments=(payment("20.01"),)) is False
    assert offers(rules(), "520.00", payments=(payment("20.00"),)) is True


def test_a_policy_may_offer_none():
    assert offers(rules(changed(**{"offered = true": "offered = false"})), "5000.00") is False
