"""Where a night decided otherwise than the list that was shown before it, and what the cause was."""

from __future__ import annotations

from collections.abc import Mapping

from qb_collections.core.wording import fit
from qb_collections.services.deciding import Decided, Key, Night
from qb_collections.services.meanwhile import NOTHING_OPEN
from qb_collections.store.decisions import Difference, DraftRow


def since(drafts: Mapping[Key, DraftRow], night: Night) -> list[Difference]:
    """One for each customer about whom anything else leaves, or nothing more; none where no list was made.

    Who was not looked at tonight stands as the list showed; who owes nothing more does not.
    """
    if not drafts:
        return []
    found = [
        Difference(*one.key, was=draft.reason if draft else None, now=_now(draft, one))
        for one in night.decided
        if (draft := drafts.get(one.key)) is None or draft.facts_hash != one.facts
    ]
    paid = [
        Difference(*key, was=draft.reason, now=NOTHING_OPEN)
        for key, draft in drafts.items()
        if key in night.settled
    ]
    return found + paid


def _now(draft: DraftRow | None, one: Decided) -> str:
    """The reason of tonight; where it is the same, what else has changed."""
    if draft is None or draft.reason != one.decision.reason:
        return one.decision.reason
    if draft.to != one.draft.to:
        return fit(f"For the same reason, to another address: {one.draft.to}; the list said {draft.to}.")
    if draft.text != (one.draft.text or None):
        return "For the same reason, in other words: a text, a setting or a figure has changed meanwhile."
    return "For the same reason, but how it leaves, or whose yes it needs, has changed meanwhile."
