"""A running cycle moved to another ladder: at which of its steps the customer stands then."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from qb_collections.core.policy_stage import Stage


def standing(old: Sequence[Stage], new: Sequence[Stage], code: str | None) -> str | None:
    """The step of the new ladder that stands for what was said at the old one's step.

    The step of the same code, else the last one that comes no later after the due date, so that nobody
    is asked more firmly than they were before.  None: nothing was said, or nothing of the new ladder comes
    as early.  A decision sends nothing, so it stands for nothing.
    """
    if code is None or any(stage.code == code for stage in new):
        return code
    said = next((stage for stage in old if stage.code == code), None)
    if said is None:
        return None
    earlier = [one for one in new if one.channel != "decision" and _offset(one) <= _offset(said)]
    return earlier[-1].code if earlier else None


def _offset(stage: Stage) -> Fraction:
    """In calendar days; five business days are about a week."""
    return Fraction(stage.after_due_days * 7, 5) if stage.business else Fraction(stage.after_due_days)
