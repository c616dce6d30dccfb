"""What needs a person, the most important first: one list, one customer at a time, and on to the next."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import worklist
from qb_collections.services.worklist import Worklist
from qb_collections.store import companies
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.web.access import company_for_user, context, context_of, user

bp = Blueprint("worklist", __name__, url_prefix="/companies/<int:company_id>/worklist")

MINUTES = (20, 40, 60)  # to choose from
ROWS_SHOWN = 25  # of those for another time
# Which list somebody works through: that of one company, or of all that they may see.
ONE, ALL = "one", "all"


@bp.get("/")
def show(company_id: int) -> str:
    company = company_for_user(company_id)
    found = worklist.of(context_of(company), [company], minutes=_minutes())
    return render_template("web/worklist.html", found=found, choices=MINUTES, shown=ROWS_SHOWN)


@bp.get("/next")
def go_on(company_id: int) -> ResponseReturnValue:
    """Leave a task for later and turn to the next one."""
    company = company_for_user(company_id)
    task_id = request.args.get("after", "")
    which = listed()
    if not task_id.isdecimal() or which is None:
        return redirect(url_for(".show", company_id=company.id), 303)
    return redirect(address_after(found_in(which, company), company, int(task_id[:12]), which), 303)


def listed() -> str | None:
    """Which list the person is working through, if any."""
    which = request.values.get("list")
    return which if which in (ONE, ALL) else None


def found_in(which: str, company: Company) -> Worklist:
    """The list that somebody works through, as it stands now."""
    here = context_of(company)
    if which == ONE:
        return worklist.of(here, [company])
    with reading(context().engine) as conn:
        every = companies.all_for(conn, user().id)
    return worklist.of(context(), every, now={company.id: here.clock.now()})


def address_after(found: Worklist, company: Company, task_id: int, which: str) -> str:
    """Where to go on from a task: the next one, or back to the list when nothing else waits."""
    following = worklist.after(found, company.id, task_id)
    if following is None:
        if which == ALL:
            return url_for("companies.worklist_all")
        return url_for("worklist.show", company_id=company.id)
    whose, todo = following
    return url_for("tasks.show", company_id=whose.id, task_id=todo.id, list=which)


def _minutes() -> int:
    asked = request.args.get("minutes", "")
    return int(asked) if asked.isdecimal() and int(asked[:3]) in MINUTES else worklist.MINUTES
