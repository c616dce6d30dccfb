"""Runs: tonight's list before it leaves, and the report of each night."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import report, run_view
from qb_collections.services import runs as approving
from qb_collections.services.night import next_night_on
from qb_collections.services.refusal import Refusal
from qb_collections.store import runs
from qb_collections.store.engine import reading
from qb_collections.web.access import company_for_user, context, context_of, safe_next, user
from qb_collections.web.run_links import links

bp = Blueprint("runs", __name__, url_prefix="/companies/<int:company_id>/runs")

RUNS_SHOWN = 60
CHOSEN_MAX = 500  # customers of one form
WHO_MAX = 100


@bp.get("/")
def list_all(company_id: int) -> str:
    company = company_for_user(company_id)
    with reading(context().engine) as conn:
        found = runs.list(conn, company.id, limit=RUNS_SHOWN)
    return render_template("web/runs.html", runs=found)


@bp.get("/tonight")
def tonight(company_id: int) -> ResponseReturnValue:
    """The latest list for the coming night; where there is none, the page that makes one."""
    company = company_for_user(company_id)
    here = context_of(company)
    with reading(here.engine) as conn:
        found = runs.preview_of(conn, company.id, next_night_on(company, here.clock.now()))
    if found is None:
        flash("There is no list for tonight yet. Make a preview: nothing leaves by it.")
        return redirect(url_for("dashboard.show", company_id=company.id), 303)
    return redirect(url_for(".show", company_id=company.id, run_id=found.id), 303)


@bp.get("/<int:run_id>")
def show(company_id: int, run_id: int) -> str:
    """The headline first, then what needs somebody, then everybody else: fifty customers a page."""
    company = company_for_user(company_id)
    here = context_of(company)
    try:
        told = run_view.page_of(
            here,
            company,
            run_id,
            show=request.args.get("show", "all"),
            why=request.args.get("why", ""),
            page=request.args.get("page", 1, type=int),
        )
    except LookupError:
        abort(404)
    return render_template("web/run.html", told=told, run=told.run, links=links(company.id, run_id))


@bp.get("/<int:run_id>/answers")
def answers(company_id: int, run_id: int) -> str:
    """Thanks, days that were noted, questions that were taken up: each in its exact words."""
    company = company_for_user(company_id)
    here = context_of(company)
    try:
        found = report.answers_of(here, company, run_id)
        with reading(here.engine) as conn:
            run = runs.get(conn, company.id, run_id)
    except LookupError:
        abort(404)
    return render_template(
        "web/run_answers.html",
        run=run,
        answers=found,
        past=run.kind == "night",
        links=links(company.id, run_id),
    )


@bp.post("/<int:run_id>/approve")
def approve(company_id: int, run_id: int) -> ResponseReturnValue:
    """Agree to the run, to one customer of it, or to those that were marked."""
    company = company_for_user(company_id, role="manager")
    chosen = [one[:WHO_MAX] for one in request.form.getlist("chosen")[:CHOSEN_MAX]]
    done: str | Refusal
    if "marked" in request.form and not chosen:
        done = Refusal("Nobody was marked. Tick the customers whose messages may leave, then approve them.")
    else:
        done = approving.approve(
            context_of(company),
            company,
            run_id,
            by=user().name,
            customer=request.form.get("customer") or None,
            among=chosen if "marked" in request.form else None,
        )
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    asked = request.form.get("back")
    here = url_for(".show", company_id=company.id, run_id=run_id)
    return redirect(safe_next(asked) if asked else here, 303)
