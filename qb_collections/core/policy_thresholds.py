"""Thresholds from the company's own balances: what late customers owe says from which amount a call pays."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from qb_collections.core.policy import Policy

# What people call round: 1, 1.5, 2, ... times ten, a hundred, and so on.
_ROUND = tuple(Decimal(one) for one in ("1", "1.5", "2", "2.5", "3", "4", "5", "6", "8", "10"))


def worked_out(policy: Policy, owed: Sequence[Decimal]) -> Policy:
    """The policy with its call threshold worked out; as it is where the amount is fixed.

    owed is what each late customer owes, in the company's currency.  The threshold is the amount below
    which the policy's share of them lies (nearest rank), made round, and never less than the fixed one.
    """
    limits = policy.thresholds
    if not limits.call_from_balances or not owed:
        return policy
    rank = -(-limits.call_percentile * len(owed) // 100)
    call = max(limits.call, rounded(sorted(owed)[rank - 1]))
    return policy.model_copy(update={"thresholds": limits.model_copy(update={"call": call})})


def rounded(amount: Decimal) -> Decimal:
    """The nearest round amount, the smaller of two that are as near; 0 for nothing."""
    if amount <= 0:
        return Decimal(0)
    scale = Decimal(10) ** amount.adjusted()
    best = min(_ROUND, key=lambda one: (abs(one * scale - amount), one))
    return Decimal(f"{(best * scale).normalize():f}")
