"""Policies as a person handles them: look at the text, check another, put it in force."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import holidays

from qb_collections.core import policy as core
from qb_collections.core.policy import Policy, PolicyRefused, Problem
from qb_collections.core.policy_text import line_of, nearest
from qb_collections.messages.reminders import STEPS
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases
from qb_collections.store import policies as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.policies import StoredPolicy

TEXT_MAX = 100_000  # characters; the standard policy has about six thousand
NOTE_MAX = 200


@dataclass(frozen=True, slots=True)
class Checked:
    """A text that was read: the policy that it is, or what is wrong with it."""

    policy: Policy | None
    problems: tuple[Problem, ...] = ()


def check(text: str) -> Checked:
    """Read a policy's text.  Each problem names its path and line."""
    if len(text) > TEXT_MAX:
        return Checked(
            None, (Problem("", 1, f"the text has {len(text)} characters; {TEXT_MAX} are allowed"),)
        )
    try:
        policy = core.parse(text)
    except PolicyRefused as refused:
        return Checked(None, refused.problems)
    problems = (*_unknown_holidays(policy, text), *_unknown_texts(policy, text))
    return Checked(None, problems) if problems else Checked(policy)


def _unknown_holidays(policy: Policy, text: str) -> Iterator[Problem]:
    """A country whose holidays nobody knows would silently mean none."""
    place = policy.holidays
    known = holidays.list_supported_countries()
    if place.country and place.country not in known:
        close = nearest(place.country, list(known))
        hint = f'; did you mean "{close}"?' if close else '; the United Kingdom is "GB"'
        line = line_of(text, ("holidays", "country"))
        yield Problem(
            "holidays.country", line, f'"{place.country}" is not a country we know holidays of{hint}'
        )
    elif place.country and place.subdivision and place.subdivision not in known[place.country]:
        line = line_of(text, ("holidays", "subdivision"))
        among = ", ".join(sorted(known[place.country])[:60]) or "none"
        message = f'"{place.subdivision}" is not a part of {place.country}; known are: {among}'
        yield Problem("holidays.subdivision", line, message)


def _unknown_texts(policy: Policy, text: str) -> Iterator[Problem]:
    """Every step needs a text that ships."""
    for index, stage in enumerate(policy.ladder):
        if stage.template not in STEPS:
            line = line_of(text, ("ladder", index, "template"))
            close = nearest(stage.template, list(STEPS))
            hint = f'did you mean "{close}"?' if close else f"there are: {', '.join(STEPS)}"
            yield Problem(f"ladder[{index}].template", line, f'there is no text "{stage.template}"; {hint}')


def current(context: Context, company: Company) -> StoredPolicy:
    with reading(context.engine) as conn:
        return stored.current(conn, company.id)


def version(context: Context, company: Company, number: int) -> StoredPolicy | Refusal:
    with reading(context.engine) as conn:
        try:
            return stored.version(conn, company.id, number)
        except LookupError:
            known = len(stored.versions(conn, company.id))
            return Refusal(f"{company.name} has no policy version {number}; there are 1 to {known}.")


def versions(context: Context, company: Company) -> list[StoredPolicy]:
    """Every version, the first one first."""
    with reading(context.engine) as conn:
        return stored.versions(conn, company.id)


def put(
    context: Context, company: Company, text: str, *, author: str, note: str
) -> StoredPolicy | Checked | Refusal:
    """Put a text in force as the company's next version; Checked when it has problems, and nothing changed.

    Limits, hours, holidays and approvals hold at once; a customer in the middle
    of the steps keeps the steps of the version it began with.  Every customer is
    looked at again in the next night.
    """
    if not note.strip():
        return Refusal("A new policy needs a note, in a few words: what changed and why.")
    if len(note) > NOTE_MAX:
        return Refusal(f"The note has {len(note)} characters; up to {NOTE_MAX} fit.")
    checked = check(text)
    if checked.policy is None:
        return checked
    now = context.clock.now()
    with durable(context.engine) as conn:
        before = stored.current(conn, company.id)
        if before.text == text:
            return Refusal(
                f"That is word for word the policy in force, version {before.version}. Nothing was changed."
            )
        added = stored.add(conn, company.id, text, author, note.strip(), now)
        cases.touch_all(conn, company.id, company.today(now))
        detail = {"version": added.version, "note": added.note}
        audit.append(conn, company.id, author, "policy changed", f"policy {added.version}", detail, now)
    return added


def schema() -> dict[str, object]:
    """The JSON schema of a policy, for editors."""
    return core.schema()
