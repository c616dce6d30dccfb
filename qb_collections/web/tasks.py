"""What needs the owner: calls with their sheets, messages to send, decisions."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import still_true, tasks
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.refusal import Refusal
from qb_collections.services.tasks import Report
from qb_collections.store import leases, mirror
from qb_collections.store import tasks as stored
from qb_collections.store.engine import reading
from qb_collections.store.leases import Leased
from qb_collections.web.access import company_for_user, context, context_of, user

bp = Blueprint("tasks", __name__, url_prefix="/companies/<int:company_id>/tasks")

WORDS_MAX = 200


@bp.get("/")
def list_all(company_id: int) -> str:
    company = company_for_user(company_id)
    with reading(context().engine) as conn:
        waiting = stored.list(conn, company.id)
        names = mirror.customers(conn, company.id, {one.customer_id for one in waiting if one.customer_id})
    today = company.today(context_of(company).clock.now())
    stale = still_true.objections(context_of(company), company, waiting)
    return render_template("web/tasks.html", tasks=waiting, names=names, today=today, stale=stale)


@bp.get("/<int:task_id>")
def show(company_id: int, task_id: int) -> str:
    company = company_for_user(company_id)
    with reading(context().engine) as conn:
        try:
            task = stored.get(conn, company.id, task_id)
        except LookupError:
            abort(404)
        owed = mirror.open_invoices(conn, company.id, [task.customer_id]) if task.customer_id else []
    stale = still_true.objection(context_of(company), company, task)
    return render_template(
        "web/task.html", task=task, outcomes=tasks.outcomes_of(task.kind), open=owed, stale=stale
    )


@bp.post("/<int:task_id>/done")
def done(company_id: int, task_id: int) -> ResponseReturnValue:
    """Note what came of it; what follows is done in the same moment."""
    company = company_for_user(company_id, role="collector")
    here = context_of(company)
    again = redirect(url_for(".show", company_id=company.id, task_id=task_id), 303)
    try:
        on = date.fromisoformat(request.form["on"]) if request.form.get("on") else None
    except ValueError:
        flash("That is not a day; write it like 2026-11-06. Nothing was noted.", "refused")
        return again
    what = Report(
        request.form.get("outcome", ""),
        user().name,
        on=on,
        invoice=request.form.get("invoice") or None,
        reason=request.form.get("reason", "").strip()[:WORDS_MAX] or None,
    )
    try:
        with held(here, company, PAGE_SECONDS) as lease:
            said = tasks.done(here, company, lease, task_id, what)
    except Leased as leased:
        flash(
            f"We are working for {company.name} right now ({leases.describe(leased.holder)}). "
            "Nothing was noted; please try again in a minute.",
            "refused",
        )
        return again
    if isinstance(said, Refusal):
        flash(said.message, "refused")
        return again
    flash(said)
    return redirect(url_for(".list_all", company_id=company.id), 303)
