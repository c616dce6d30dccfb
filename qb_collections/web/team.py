"""The people of a practice, and what was done for a company by whom."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import team
from qb_collections.services.refusal import Refusal
from qb_collections.services.team import Invited
from qb_collections.store import audit
from qb_collections.store.engine import reading
from qb_collections.store.people import Role
from qb_collections.web.access import company_for_user, context, user

bp = Blueprint("team", __name__)

ENTRIES_SHOWN = 200


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


@bp.get("/companies/<int:company_id>/audit")
def history(company_id: int) -> str:
    """What was done for this company, by whom and when, the latest first."""
    company = company_for_user(company_id, role="manager")
    before = request.args.get("before", "")
    with reading(context().engine) as conn:
        entries = audit.entries(
            conn,
            company.id,
            limit=ENTRIES_SHOWN + 1,
            before=int(before[:12]) if before.isdecimal() else None,
        )
    return render_template(
        "web/audit.html", entries=entries[:ENTRIES_SHOWN], more=len(entries) > ENTRIES_SHOWN
    )


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
