"""Who works with which company, as its owner says: invite, give a role, switch off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, companies, people
from qb_collections.store import team as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.people import Role, User
from qb_collections.store.team import Member, Practice

EMAIL_MAX = 254
NAME_MAX = 120
PEOPLE_MAX = 200

MEANS: dict[Role, str] = {
    Role.VIEWER: "sees everything and changes nothing",
    Role.COLLECTOR: "makes calls, marks what customers said, skips and puts off messages, presses stop",
    Role.MANAGER: "also approves nights, edits messages, changes the policy and how you are reached",
    Role.OWNER: "also connects and disconnects, turns sending on, and says who works here",
}


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the practice.  roles: for the whole practice (None) or for single companies."""

    user: User
    roles: tuple[Member, ...]
    invited_until: datetime | None


@dataclass(frozen=True, slots=True)
class Team:
    practice: Practice
    companies: tuple[Company, ...]
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Invited:
    user: User
    token: str | None  # of the link that lets them in; None: they have an account here already
    until: datetime | None


def teams(context: Context, owner: User) -> list[Team]:
    """The practices this user owns, each with its people and companies."""
    with reading(context.engine) as conn:
        return [_team(conn, practice) for practice in stored.practices_owned(conn, owner.id)]


def invite(
    context: Context,
    practice_id: int,
    *,
    email: str,
    name: str,
    role: Role,
    company_id: int | None,
    by: User,
) -> Invited | Refusal:
    """Give somebody a role and, when they are new, a link that lets them in once within seven days."""
    address, name, now = email.strip().lower(), name.strip(), context.clock.now()
    local, at, domain = address.partition("@")
    if not (local and at and domain) or " " in address or len(address) > EMAIL_MAX:
        return Refusal("Please write the address like dana@example.com. Nobody was invited.")
    if not name or len(name) > NAME_MAX or not name.isprintable():
        return Refusal(f"A name has 1 to {NAME_MAX} letters on one line. Nobody was invited.")
    with durable(context.engine) as conn:
        team = _own_team(conn, practice_id, by)
        if isinstance(team, Refusal):
            return team
        if company_id is not None and company_id not in {one.id for one in team.companies}:
            return Refusal("There is no such company in your practice. Nobody was invited.")
        if len(team.people) >= PEOPLE_MAX:
            return Refusal(f"A practice has up to {PEOPLE_MAX} people here. Nobody was invited.")
        found = stored.by_email(conn, address)
        if found is not None and found.id in {one.user.id for one in team.people}:
            return Refusal(f"{found.name} ({address}) is on the team already. Change the role below.")
        if found is not None and not found.has_password:
            return Refusal(
                f"{address} belongs to somebody here who has not chosen a password yet. Nobody was invited."
            )
        invited = found or people.add_user(conn, address, name, at=now)
        people.join(conn, invited.id, practice_id, role, at=now, company_id=company_id)
        _note(conn, by, "invited", invited, team, now, company_id, role)
        if invited.has_password:
            return Invited(invited, None, None)
        return Invited(invited, stored.invite(conn, invited.id, by.name, now), now + stored.INVITED_FOR)


def new_link(context: Context, practice_id: int, user_id: int, *, by: User) -> Invited | Refusal:
    """A fresh link for somebody who never came in; the earlier one ends.

    Who has a password already gets none: a link would let its maker in as them.
    """
    now = context.clock.now()
    with durable(context.engine) as conn:
        team = _own_team(conn, practice_id, by)
        person = _person(team, user_id)
        if isinstance(person, Refusal):
            return person
        if person.user.has_password:
            return Refusal(f"{person.user.name} has a password already and needs no link.")
        assert isinstance(team, Team)
        if person.user.id not in _only_here(conn, practice_id, [person.user.id]):
            return Refusal(f"{person.user.name} works for another practice here too, which sends the link.")
        _note(conn, by, "new link", person.user, team, now)
        return Invited(person.user, stored.invite(conn, user_id, by.name, now), now + stored.INVITED_FOR)


def give_role(
    context: Context,
    practice_id: int,
    user_id: int,
    *,
    role: Role | None,
    company_id: int | None,
    by: User,
) -> str | Refusal:
    """Set one role, or take it away with None; it holds from the next page they open."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        team = _own_team(conn, practice_id, by)
        person = _person(team, user_id)
        if isinstance(person, Refusal):
            return person
        assert isinstance(team, Team)
        if company_id is not None and company_id not in {one.id for one in team.companies}:
            return Refusal("There is no such company in your practice. Nothing was changed.")
        if company_id is None and role is not Role.OWNER and _is_last_owner(team, person):
            return _last_owner(person)
        if role is None:
            stored.leave(conn, user_id, practice_id, company_id)
        else:
            people.join(conn, user_id, practice_id, role, at=now, company_id=company_id)
        _note(conn, by, "role changed", person.user, team, now, company_id, role)
    where = _where(team, company_id)
    if role is None:
        return f"{person.user.name} has no role for {where} any more."
    return f"{person.user.name} is {role.value} of {where}: {MEANS[role]}."


def switch(context: Context, practice_id: int, user_id: int, *, active: bool, by: User) -> str | Refusal:
    """Switch a person's account on or off; off ends every session at once, and their work stays recorded."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        team = _own_team(conn, practice_id, by)
        person = _person(team, user_id)
        if isinstance(person, Refusal):
            return person
        assert isinstance(team, Team)
        if not active and person.user.id == by.id:
            return Refusal("You cannot switch yourself off. Another owner can do it.")
        if not active and _is_last_owner(team, person):
            return _last_owner(person)
        if person.user.id not in _only_here(conn, practice_id, [person.user.id]):
            return Refusal(
                f"{person.user.name} works for another practice here too. Take their roles away instead."
            )
        people.set_active(conn, user_id, active)
        if not active:
            stored.withdraw(conn, user_id)
        _note(conn, by, "switched on" if active else "switched off", person.user, team, now)
    if active:
        return f"{person.user.name} can sign in again."
    return f"{person.user.name} can't sign in any more; open pages ended. What they did stays recorded."


def _team(conn: Connection, practice: Practice) -> Team:
    until = stored.invited_until(conn, practice.id)
    roles: dict[int, list[Member]] = {}
    for member in stored.members(conn, practice.id):
        roles.setdefault(member.user.id, []).append(member)
    found = [Person(mine[0].user, tuple(mine), until.get(user_id)) for user_id, mine in roles.items()]
    theirs = [one for one in companies.all(conn) if one.practice_id == practice.id]
    return Team(practice, tuple(theirs), tuple(found))


def _own_team(conn: Connection, practice_id: int, by: User) -> Team | Refusal:
    for practice in stored.practices_owned(conn, by.id):
        if practice.id == practice_id:
            return _team(conn, practice)
    return Refusal("Only an owner of the whole practice says who works here. Nothing was changed.")


def _person(team: Team | Refusal, user_id: int) -> Person | Refusal:
    if isinstance(team, Refusal):
        return team
    found = next((one for one in team.people if one.user.id == user_id), None)
    return found or Refusal("There is no such person on your team. Nothing was changed.")


def _is_last_owner(team: Team, person: Person) -> bool:
    owners = {
        one.user.id
        for one in team.people
        if one.user.active and any(m.role is Role.OWNER and m.company_id is None for m in one.roles)
    }
    return owners == {person.user.id}


def _last_owner(person: Person) -> Refusal:
    return Refusal(
        f"{person.user.name} is the only owner. Make somebody else owner of the practice first. "
        "Nothing was changed."
    )


def _only_here(conn: Connection, practice_id: int, user_ids: list[int]) -> set[int]:
    elsewhere = stored.also_elsewhere(conn, practice_id, user_ids)
    return {one for one in user_ids if one not in elsewhere}


def _where(team: Team | Refusal, company_id: int | None) -> str:
    assert isinstance(team, Team)
    if company_id is None:
        return "the whole practice"
    return next(one.name for one in team.companies if one.id == company_id)


def _note(
    conn: Connection,
    by: User,
    action: str,
    whom: User,
    team: Team,
    now: datetime,
    company_id: int | None = None,
    role: Role | None = None,
) -> None:
    detail = {"practice": team.practice.id, "company": company_id, "role": role.value if role else None}
    audit.append(conn, None, by.name, f"team: {action}", f"user {whom.id} {whom.name}", detail, now)
