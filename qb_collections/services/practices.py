"""Practices group companies: name one, add one, and move a company from one of one's own to another."""

from __future__ import annotations

from sqlalchemy import Connection

from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, companies, people
from qb_collections.store import team as stored
from qb_collections.store.engine import durable
from qb_collections.store.people import Role, User
from qb_collections.store.team import Practice

NAME_MAX = 120
PRACTICES_MAX = 50  # that one person owns

_NOT_YOURS = "Only an owner of the whole practice can do that. Nothing was changed."


def rename(context: Context, practice_id: int, name: str, *, by: User) -> str | Refusal:
    words = _name(name)
    if isinstance(words, Refusal):
        return words
    now = context.clock.now()
    with durable(context.engine) as conn:
        found = _owned(conn, practice_id, by)
        if found is None:
            return Refusal(_NOT_YOURS)
        stored.rename_practice(conn, practice_id, words)
        detail = {"practice": practice_id, "was": found.name}
        audit.append(conn, None, by.name, "practice renamed", words, detail, now)
    return f"The practice is called {words} now."


def add(context: Context, name: str, *, by: User) -> str | Refusal:
    """A new practice of one's own.  Only who owns one already may: others ask their owner."""
    words = _name(name)
    if isinstance(words, Refusal):
        return words
    now = context.clock.now()
    with durable(context.engine) as conn:
        owned = stored.practices_owned(conn, by.id)
        if not owned:
            return Refusal(_NOT_YOURS)
        if len(owned) >= PRACTICES_MAX:
            return Refusal(f"One person owns up to {PRACTICES_MAX} practices here. Nothing was changed.")
        made = stored.add_practice(conn, words, now)
        people.join(conn, by.id, made, Role.OWNER, at=now)
        audit.append(conn, None, by.name, "practice added", words, {"practice": made}, now)
    return f"{words} is added. Move companies to it, and invite people into it."


def move(context: Context, company_id: int, to_id: int, *, by: User) -> str | Refusal:
    """Both practices must be one's own.  Roles for this company alone end: they belonged to the old one."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        found = companies.find(conn, company_id)
        there = _owned(conn, to_id, by)
        if found is None or there is None or _owned(conn, found.practice_id, by) is None:
            return Refusal(_NOT_YOURS)
        if found.practice_id == to_id:
            return f"{found.name} is in {there.name} already."
        lost = stored.forget_roles_of_company(conn, company_id)
        companies.update(conn, company_id, practice_id=to_id)
        detail = {"from": found.practice_id, "to": to_id, "roles_ended": lost}
        audit.append(conn, company_id, by.name, "moved to another practice", there.name, detail, now)
    ended = (
        f" {lost} roles for it alone ended." if lost > 1 else " One role for it alone ended." if lost else ""
    )
    return f"{found.name} is in {there.name} now: its people see it with their next page.{ended}"


def _owned(conn: Connection, practice_id: int, by: User) -> Practice | None:
    return next((one for one in stored.practices_owned(conn, by.id) if one.id == practice_id), None)


def _name(text: str) -> str | Refusal:
    words = " ".join(text.split())
    if not words or len(words) > NAME_MAX or not words.isprintable():
        return Refusal(f"A practice's name has 1 to {NAME_MAX} letters on one line. Nothing was changed.")
    return words
