"""Where a night decided otherwise than the list that was shown before it, and what the cause was."""

from __future__ import annotations

from collections.abc import Mapping

from qb_collections.core.wording import fit
from qb_collections.services.deciding import Decided, Key, Night
from qb_collections.services.meanwhile import NOTHING_OPEN
from qb_collections.store.decisions import Difference, DraftRow


def since(drafts: Mapping[Key, DraftRow], night: Night) -> list[Difference]:
    """One for each customer about whom anything else leaves or is said; none where no list was made.

    Who was not looked at tonight stands as the list showed; who owes nothing more does not.
    """
    if not drafts:
        return []
    found = [
        Difference(*one.key, was=draft.reason if draft else None, now=_now(draft, one))
        for one in night.decided
        if (draft := drafts.get(one.key)) is None
        or (draft.facts_hash, draft.reason) != (one.facts, one.decision.reason)
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
        line = _first_new(draft.text or "", one.draft.text)
        return fit(
            f"For the same reason, in other words: a text or a figure has changed meanwhile. {line}".rstrip()
        )
    return "For the same reason, but how it leaves, or whose yes it needs, has changed meanwhile."


def _first_new(before: str, now: str) -> str:
    """The first line with a figure that the list did not have, else the first that it had and is gone."""
    lines, listed = _figures(now), _figures(before)
    if new := [line for line in lines if line not in listed]:
        return f"New: {new[0]}"
    gone = [line for line in listed if line not in lines]
    return f"Gone: {gone[0]}" if gone else ""


def _figures(text: str) -> list[str]:
    lines = [line.strip() for line in text.splitlines()]
    return [line for line in lines if any(sign.isdigit() for sign in line)]
