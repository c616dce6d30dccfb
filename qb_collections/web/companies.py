"""The companies of the signed-in person: connect, connect again, disconnect."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core.company_gates import Link
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import adding_up, connect, disconnect, history_told, read_budget
from qb_collections.services.adding_up import AddsUp
from qb_collections.services.company_time import on_company_time
from qb_collections.services.connect import Authorisation
from qb_collections.services.refusal import Refusal
from qb_collections.store import companies, overview, people
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.web import headers, reads, reconnecting
from qb_collections.web.access import company_for_user, context, session_key, user
from qb_collections.web.connect import leave_for

bp = Blueprint("companies", __name__)


@bp.get("/")
def home() -> ResponseReturnValue:
    """Straight to the only company; the list when there are several, or none."""
    with reading(context().engine) as conn:
        ids = people.companies_of(conn, user().id)
    if len(ids) == 1:
        return redirect(url_for("dashboard.show", company_id=ids[0]), 303)
    return redirect(url_for("companies.list_all"), 303)


@bp.get("/companies")
def list_all() -> str:
    with reading(context().engine) as conn:
        ids = people.companies_of(conn, user().id)
        by_id = {one.id: one for one in companies.all(conn)}
        owed = overview.late_amounts(conn, ids)
    mine = [by_id[company_id] for company_id in ids]
    _allow_emulators(mine)
    room = read_budget.leaves_room(context())
    return render_template(
        "web/companies.html",
        companies=mine,
        owed=owed,
        Link=Link,
        warnings={one.id: _warning(one) for one in mine},
        adds_up=_adding_up(mine),
        history={one.id: history_told.of(context(), one, room=room) for one in mine},
        reads=reads.of(context(), ids) if mine else None,
    )


@bp.get("/companies/<int:company_id>/disconnect")
def ask(company_id: int) -> str:
    """Say what disconnecting does, before it is done."""
    return render_template("web/disconnect.html", leaving=company_for_user(company_id, role="owner"))


@bp.post("/companies/<int:company_id>/disconnect")
def cut(company_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="owner")
    done = disconnect.disconnect(context(), company, user().name)
    flash(done.message, "refused" if isinstance(done, Refusal) else "message")
    return redirect(url_for("companies.list_all"), 303)


@bp.post("/companies/<int:company_id>/reconnect")
def reconnect(company_id: int) -> ResponseReturnValue:
    """Ask for the permission again; another company chosen at Intuit is noticed and refused."""
    company = company_for_user(company_id, role="owner")
    began = connect.begin(context(), session_key(), company.id)
    if isinstance(began, Authorisation):
        return leave_for(began, company.emulator_url)
    flash(began.message, "refused")
    return redirect(url_for("companies.list_all"), 303)


def _adding_up(shown: list[Company]) -> dict[int, AddsUp | None]:
    with reading(context().engine) as conn:
        return {one.id: adding_up.latest(conn, one) for one in shown}


def _warning(company: Company) -> reconnecting.Warning | None:
    """None also where the company's emulator is silent: its own page says that."""
    try:
        return reconnecting.warning(on_company_time(context(), company), company)
    except QuickBooksError:
        return None


def _allow_emulators(shown: list[Company]) -> None:
    """The button that connects again leads to the company's emulator."""
    for one in shown:
        if one.emulator_url is not None and one.state is not Link.CONNECTED:
            headers.allow_form_to(one.emulator_url)
