"""Policies as a person handles them: look at the text, check another, put it in force."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import holidays
from sqlalchemy import Connection

from qb_collections.core import policy as core
from qb_collections.core import policy_diff, policy_reference
from qb_collections.core.policy import Policy, PolicyRefused, Problem
from qb_collections.core.policy_diff import Change
from qb_collections.core.policy_text import line_of, nearest
from qb_collections.messages.library import Library
from qb_collections.services import policy_texts, presets
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.template_library import library_for
from qb_collections.store import audit, cases
from qb_collections.store import policies as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.policies import StoredPolicy

TEXT_MAX = 100_000  # characters; the standard policy has about six thousand
NOTE_MAX = 200
NAME_MAX = 60


@dataclass(frozen=True, slots=True)
class Checked:
    """A text that was read: the policy that it is, or what is wrong with it."""

    policy: Policy | None
    problems: tuple[Problem, ...] = ()


def check(text: str, library: Library | None = None) -> Checked:
    """Read a policy's text.  Each problem names its path and line.

    library is where the texts of the steps are looked up; without one, those that ship.
    """
    if len(text) > TEXT_MAX:
        return Checked(
            None, (Problem("", 1, f"the text has {len(text)} characters; {TEXT_MAX} are allowed"),)
        )
    try:
        policy = core.parse(text)
    except PolicyRefused as refused:
        return Checked(None, refused.problems)
    problems = (*_unknown_holidays(policy, text), *policy_texts.problems(policy, text, library))
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
    context: Context, company: Company, text: str, *, author: str, note: str, name: str | None = None
) -> StoredPolicy | Checked | Refusal:
    """Put a text in force as the next version; Checked when it has problems, and nothing changed.

    Without a name it is the company's own policy; with one it is kept under that name, for the groups
    and customers that it is given to.  Limits, hours, holidays and approvals hold at once; a customer in
    the middle of the steps keeps the steps of the version it began with.  Every customer is looked at
    again in the next night.
    """
    refusal = _refused_note(note) or (_refused_name(name) if name is not None else None)
    if refusal is not None:
        return refusal
    with reading(context.engine) as conn:
        library = library_for(conn, company)
    checked = check(text, library)
    if checked.policy is None:
        return checked
    now = context.clock.now()
    with durable(context.engine) as conn:
        if name is not None:
            beside = stored.named(conn, company.id)
            name = next((known for known in beside if known.casefold() == name.casefold()), name)
            before = beside.get(name)
        else:
            before = stored.current(conn, company.id)
        if before is not None and before.text == text:
            return Refusal(
                f"That is word for word the policy in force, version {before.version}. Nothing was changed."
            )
        return add(conn, company, text, author=author, note=note.strip(), now=now, name=name)


def add(
    conn: Connection,
    company: Company,
    text: str,
    *,
    author: str,
    note: str,
    now: datetime,
    name: str | None = None,
) -> StoredPolicy:
    """The next version, its audit entry, and a new look at everybody, in the caller's transaction."""
    added = stored.add(conn, company.id, text, author, note, now, name=name)
    cases.touch_all(conn, company.id, company.today(now))
    detail = {"version": added.version, "note": added.note} | ({"name": name} if name else {})
    audit.append(conn, company.id, author, "policy changed", f"policy {added.version}", detail, now)
    return added


def roll_back(
    context: Context, company: Company, number: int, *, author: str, note: str
) -> StoredPolicy | Checked | Refusal:
    """Put the text of an earlier version in force again, as the next version: history is never rewritten.

    A version kept under a name comes back under that name.
    """
    found = version(context, company, number)
    if isinstance(found, Refusal):
        return found
    return put(context, company, found.text, author=author, note=note, name=found.name)


def use(
    context: Context, company: Company, preset: str, *, author: str, note: str | None = None
) -> StoredPolicy | Checked | Refusal:
    """Put a policy that ships in force as the company's own."""
    found = presets.find(preset)
    if isinstance(found, Refusal):
        return found
    said = note if note is not None else f"the policy that ships as {found.title}"
    return put(context, company, found.text, author=author, note=said)


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions and what differs: the settings in words, and the lines of the text."""

    before: StoredPolicy
    after: StoredPolicy
    changes: tuple[Change, ...]
    lines: tuple[str, ...]  # as in a patch; without changes only comments, blanks or order differ


def compare(context: Context, company: Company, before: int, after: int) -> Compared | Refusal:
    """What changed from one version to another."""
    old, new = version(context, company, before), version(context, company, after)
    if isinstance(old, Refusal):
        return old
    if isinstance(new, Refusal):
        return new
    names = f"version {old.version}", f"version {new.version}"
    lines = difflib.unified_diff(old.text.splitlines(), new.text.splitlines(), *names, lineterm="")
    return Compared(old, new, policy_diff.changes(core.load(old.text), core.load(new.text)), tuple(lines))


def _refused_note(note: str) -> Refusal | None:
    if not note.strip():
        return Refusal("A new policy needs a note, in a few words: what changed and why.")
    if len(note) > NOTE_MAX:
        return Refusal(f"The note has {len(note)} characters; up to {NOTE_MAX} fit.")
    return None


def _refused_name(name: str) -> Refusal | None:
    if not name.strip() or len(name) > NAME_MAX or not name.isprintable():
        return Refusal(f"A policy's name has 1 to {NAME_MAX} letters on one line, as in Government.")
    return None


def schema() -> dict[str, object]:
    """The JSON schema of a policy, for editors."""
    return policy_reference.schema()
