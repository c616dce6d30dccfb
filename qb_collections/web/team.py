"""The people of a practice, and what was done for a company by whom."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import practices, team
from qb_collections.services.refusal import Refusal
from qb_collections.services.team import Invited
from qb_collections.store import audit, clients
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.people import Role
from qb_collections.store.team import names_beside
from qb_collections.store.types import instant_text
from qb_collections.web.access import company_for_user, context, user

bp = Blueprint("team", __name__)

ENTRIES_SHOWN = 50
# Who acts besides people, as pages call them.
ACTORS = {"qb_collections": "system", "At the command line": "cli", "QuickBooks": "quickbooks"}


@bp.get("/team")
def show() -> str:
    """Who works with which company; who owns no practice is told who can change it."""
    return _page()


@bp.post("/team/<int:practice_id>/invite")
def invite(practice_id: int) -> ResponseReturnValue:
    role = _role()
    done: Invited | Refusal = Refusal("Please choose a role. Nobody was invited.")
    if role is not None:
        done = team.invite(
            context(),
            practice_id,
            email=request.form.get("email", ""),
            name=request.form.get("name", ""),
            role=role,
            company_id=_company_id(),
            by=user(),
        )
    return _invited(done)


@bp.post("/team/<int:practice_id>/<int:user_id>/link")
def new_link(practice_id: int, user_id: int) -> ResponseReturnValue:
    return _invited(team.new_link(context(), practice_id, user_id, by=user()))


@bp.post("/team/<int:practice_id>/<int:user_id>/role")
def give_role(practice_id: int, user_id: int) -> ResponseReturnValue:
    """Set a role, or take it away with "none"."""
    taken = request.form.get("role") == "none"
    role = None if taken else _role()
    if role is None and not taken:
        return _said(Refusal("Please choose a role. Nothing was changed."))
    return _said(
        team.give_role(context(), practice_id, user_id, role=role, company_id=_company_id(), by=user())
    )


@bp.post("/team/<int:practice_id>/<int:user_id>/switch")
def switch(practice_id: int, user_id: int) -> ResponseReturnValue:
    active = request.form.get("active") == "yes"
    return _said(team.switch(context(), practice_id, user_id, active=active, by=user()))


@bp.post("/team/practices")
def add_practice() -> ResponseReturnValue:
    return _said(practices.add(context(), request.form.get("name", ""), by=user()))


@bp.post("/team/<int:practice_id>/name")
def rename_practice(practice_id: int) -> ResponseReturnValue:
    return _said(practices.rename(context(), practice_id, request.form.get("name", ""), by=user()))


@bp.post("/team/<int:practice_id>/take")
def move_company(practice_id: int) -> ResponseReturnValue:
    """Move a company into this practice, from another of one's own."""
    company_id = _company_id()
    if company_id is None:
        return _said(Refusal("Please choose a company. Nothing was changed."))
    return _said(practices.move(context(), company_id, practice_id, by=user()))


@bp.get("/companies/<int:company_id>/audit")
def history(company_id: int) -> str:
    """What was done for this company, by whom and when, the latest first."""
    company = company_for_user(company_id, role="manager")
    return _audit([company], company)


@bp.get("/audit")
def everything() -> str:
    """The same for every company that this person manages; one of them when it is named."""
    with reading(context().engine) as conn:
        mine = [one.company for one in clients.of_user(conn, user().id) if one.role.covers(Role.MANAGER)]
    return _audit(mine, None)


def _audit(mine: list[Company], company: Company | None) -> str:
    wanted = request.args.get("company", "")
    chosen = [one for one in mine if not wanted or str(one.id) == wanted]
    zone = company.tz if company else ZoneInfo("UTC")
    person = request.args.get("person", "").strip()[:120]
    first_on, last_on = _day("from"), _day("to")
    with reading(context().engine) as conn:
        found = audit.search(
            conn,
            [one.id for one in chosen],
            actor=ACTORS.get(person, person) or None,
            since=_start(first_on, zone),
            until=_start(last_on + timedelta(days=1), zone) if last_on and last_on < date.max else None,
            before=_place(request.args.get("before", "")),
            limit=ENTRIES_SHOWN + 1,
        )
        known = names_beside(conn, [one.id for one in mine])
    kept = {
        "company": wanted or None,
        "person": person or None,
        "from": first_on.isoformat() if first_on else None,
        "to": last_on.isoformat() if last_on else None,
    }
    shown = found[:ENTRIES_SHOWN]
    last = shown[-1] if len(found) > ENTRIES_SHOWN else None
    return render_template(
        "web/audit.html",
        found=shown,
        older=f"{instant_text(last.entry.at)}/{last.company_id}/{last.entry.seq}" if last else None,
        kept={name: value for name, value in kept.items() if value},
        companies=mine,
        by_id={one.id: one for one in mine},
        people=[*known, *ACTORS],
        actors={value: name for name, value in ACTORS.items()},
        about=company,
    )


def _day(name: str) -> date | None:
    """An empty or wrong one filters nothing; a wrong one is said."""
    text = request.args.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        flash(f"{text[:20]!r} is not a day; write it like 2026-11-06.", "refused")
        return None


def _start(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(0), tzinfo=zone) if day is not None else None


def _place(text: str) -> audit.Place | None:
    at, _, rest = text.partition("/")
    chain, _, seq = rest.partition("/")
    if not (chain.isdecimal() and seq.isdecimal() and len(at) == 27):
        return None
    return at, int(chain[:12]), int(seq[:12])


def _page(invited: Invited | None = None) -> str:
    found = team.teams(context(), user())
    link = None
    if invited is not None and invited.token is not None:
        link = f"{context().settings.base_url}/welcome/{invited.token}"
    return render_template(
        "web/team.html",
        teams=found,
        invited=invited,
        link=link,
        roles=[*Role][::-1],
        means=team.MEANS,
        me=user(),
    )


def _invited(done: Invited | Refusal) -> ResponseReturnValue:
    """The link is shown once, on the page that answers: it is kept nowhere in clear."""
    if isinstance(done, Refusal):
        return _said(done)
    return _page(done)


def _said(done: str | Refusal) -> ResponseReturnValue:
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return redirect(url_for(".show"), 303)


def _role() -> Role | None:
    wanted = request.form.get("role", "")
    return Role(wanted) if wanted in [*Role] else None


def _company_id() -> int | None:
    """Which company the role is for; nothing chosen means the whole practice."""
    wanted = request.form.get("company", "")
    return int(wanted[:12]) if wanted.isdecimal() else None
