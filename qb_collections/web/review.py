"""The first list: who is late, what we would do, and one click for what the books don't know."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import review
from qb_collections.services.refusal import Refusal
from qb_collections.store import cases
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.web.access import company_for_user, context, context_of, user
from qb_collections.web.typed import day_in

bp = Blueprint("review", __name__, url_prefix="/companies/<int:company_id>/first-list")

ROWS_MAX = 200  # rows that one form may name


@bp.get("/")
def show(company_id: int) -> str:
    company = company_for_user(company_id)
    found = review.first_list(context_of(company), company, _page())
    return render_template("web/first_list.html", found=found, marks=review.MARKS)


@bp.post("/<customer_id>/mark")
def mark(company_id: int, customer_id: str) -> ResponseReturnValue:
    """One click: promised, disputed, on its way, left to a person, important.  In force at once."""
    company = company_for_user(company_id, role="collector")
    _known_or_404(company, customer_id)
    try:
        on = day_in("on")
    except ValueError as problem:
        flash(f"{problem}. Nothing was marked.", "refused")
        return _back(company)
    here = context_of(company)
    what = request.form.get("mark", "")
    return _said(company, review.mark(here, company, customer_id, what, by=user().name, on=on))


@bp.post("/seen")
def seen(company_id: int) -> ResponseReturnValue:
    """These rows were read, and nothing is to be said about them."""
    company = company_for_user(company_id, role="collector")
    named = [one.partition(":") for one in request.form.getlist("row")[:ROWS_MAX]]
    keys = [(customer_id, currency) for currency, _, customer_id in named if customer_id]
    return _said(company, review.see(context_of(company), company, keys, by=user().name))


@bp.post("/go-on")
def go_on(company_id: int) -> ResponseReturnValue:
    """Everybody may be contacted, each in turn: also those whose row nobody has read."""
    company = company_for_user(company_id, role="manager")
    return _said(company, review.go_on_with_all(context_of(company), company, by=user().name))


@bp.post("/<customer_id>/try")
def try_one(company_id: int, customer_id: str) -> ResponseReturnValue:
    """Only this customer is contacted until somebody says to go on."""
    company = company_for_user(company_id, role="manager")
    _known_or_404(company, customer_id)
    return _said(company, review.try_one(context_of(company), company, customer_id, by=user().name))


def _known_or_404(company: Company, customer_id: str) -> None:
    with reading(context().engine) as conn:
        if cases.key_of(conn, company.id, customer_id) is None:
            abort(404)


def _said(company: Company, done: str | Refusal) -> ResponseReturnValue:
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return _back(company)


def _back(company: Company) -> ResponseReturnValue:
    page = request.form.get("page", "")
    kept = page if page.isdecimal() and page != "1" else None
    return redirect(url_for(".show", company_id=company.id, page=kept), 303)


def _page() -> int:
    text = request.args.get("page", "")
    return int(text[:4]) if text.isdecimal() else 1
