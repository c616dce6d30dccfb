"""The companies of the signed-in person: connect, connect again, disconnect."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core.company_gates import Link
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import client_grid, connect, disconnect, worklist
from qb_collections.services.company_time import on_company_time
from qb_collections.services.connect import Authorisation
from qb_collections.services.refusal import Refusal
from qb_collections.store import certificates, clients, people, team
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.people import Role
from qb_collections.web import headers, reads
from qb_collections.web.access import company_for_user, context, session_key, user
from qb_collections.web.connect import leave_for

WORK_PAGE = 50

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
    """Every company of this person, with what waits and what is wrong; sorted and filtered by plain links."""
    sort = request.args.get("sort", "attention")
    sort = sort if sort in client_grid.SORTS else "attention"
    down = request.args.get("down") == "1"
    practice_id = _number("practice")
    grid = client_grid.of_user(context(), user(), now_of, practice_id=practice_id, sort=sort, down=down)
    mine = [row.company for row in grid.rows]
    _allow_emulators(mine)
    page = max(min(_number("page") or 1, -(-len(mine) // client_grid.PAGE)), 1)
    with reading(context().engine) as conn:
        gone = certificates.of_user(conn, user().id)
        may_connect = bool(team.practices_owned(conn, user().id))
    return render_template(
        "web/companies.html",
        grid=grid,
        rows=grid.rows[(page - 1) * client_grid.PAGE : page * client_grid.PAGE],
        page=page,
        pages=max(-(-len(mine) // client_grid.PAGE), 1),
        sort=sort,
        down=down,
        practice_id=practice_id,
        may_connect=may_connect,
        Link=Link,
        Role=Role,
        gone=gone,
        reads=reads.of(context(), [one.id for one in mine]) if mine else None,
    )


@bp.get("/companies/worklist")
def worklist_all() -> str:
    """What to do today for all of them, the most important first, with who each customer hears from."""
    practice_id = _number("practice")
    with reading(context().engine) as conn:
        mine = clients.of_user(conn, user().id)
    practices = sorted({one.company.practice_id: one.practice for one in mine}.items())
    chosen = [one.company for one in mine if practice_id is None or one.company.practice_id == practice_id]
    nows = {one.id: now_of(one) for one in chosen}
    found = worklist.of(context(), chosen, now=nows)
    page = max(min(_number("page") or 1, -(-len(found.rows) // WORK_PAGE)), 1)
    return render_template(
        "web/worklist_all.html",
        found=found,
        rows=found.rows[(page - 1) * WORK_PAGE : page * WORK_PAGE],
        page=page,
        pages=max(-(-len(found.rows) // WORK_PAGE), 1),
        first=(page - 1) * WORK_PAGE,
        practices=practices,
        practice_id=practice_id,
        companies=chosen,
        nows=nows,
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


def now_of(company: Company) -> datetime:
    """What time it is for the company; where its emulator is silent, our own time."""
    if company.emulator_url is None:
        return context().clock.now()
    try:
        return on_company_time(context(), company).clock.now()
    except QuickBooksError:
        return context().clock.now()


def _number(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text[:9]) if text.isascii() and text.isdigit() else None


def _allow_emulators(shown: list[Company]) -> None:
    """The button that connects again leads to the company's emulator."""
    for one in shown:
        if one.emulator_url is not None:
            headers.allow_form_to(one.emulator_url)
