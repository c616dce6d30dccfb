"""The stop button: in force before the next message, for one company or for everything."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import modes
from qb_collections.store import companies, people
from qb_collections.store.engine import reading
from qb_collections.store.people import Role
from qb_collections.web.access import company_for_user, context, safe_next, user

bp = Blueprint("stop", __name__)


@bp.post("/stop")
def stop_all() -> ResponseReturnValue:
    """Anybody who may place a hold may stop everything: stopping too much harms nobody."""
    if not _has(Role.COLLECTOR, everywhere=False):
        abort(403)
    flash(modes.stop(context(), None, by=user().name))
    return _back()


@bp.post("/stop/lift")
def lift_all() -> ResponseReturnValue:
    if not may_lift_all():
        abort(403)
    flash(modes.lift(context(), None, by=user().name))
    return _back()


@bp.post("/companies/<int:company_id>/stop")
def stop_one(company_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="collector")
    flash(modes.stop(context(), company, by=user().name))
    return _back()


@bp.post("/companies/<int:company_id>/stop/lift")
def lift_one(company_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="manager")
    flash(modes.lift(context(), company, by=user().name))
    return _back()


def may_lift_all() -> bool:
    """It takes a manager of every company that there is."""
    return _has(Role.MANAGER, everywhere=True)


def _has(role: Role, *, everywhere: bool) -> bool:
    """Of some company, or of every one that there is; an installation without companies asks for nothing."""
    with reading(context().engine) as conn:
        held = [people.role_for(conn, user().id, one.id) for one in companies.all(conn)]
    covered = [one is not None and one.covers(role) for one in held]
    return not covered or (all(covered) if everywhere else any(covered))


def _back() -> ResponseReturnValue:
    return redirect(safe_next(request.form.get("back")) or url_for("companies.home"), 303)
