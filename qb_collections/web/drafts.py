"""One message of a run: put into other words, left out this time, or not before a day."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import drafts
from qb_collections.services.refusal import Refusal
from qb_collections.web.access import company_for_user, context_of, user

bp = Blueprint("drafts", __name__, url_prefix="/companies/<int:company_id>/runs/<int:run_id>")

WHO_MAX = 100


@bp.post("/edit")
def edit(company_id: int, run_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="manager")
    text = request.form.get("text", "").replace("\r\n", "\n")
    done = drafts.edit(
        context_of(company), company, run_id, customer=_customer(), subject=None, text=text, by=user().name
    )
    return _said(company_id, run_id, done)


@bp.post("/skip")
def skip(company_id: int, run_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="collector")
    only_answer = bool(request.form.get("answer"))
    done = drafts.skip(
        context_of(company), company, run_id, customer=_customer(), by=user().name, answer=only_answer
    )
    return _said(company_id, run_id, done)


@bp.post("/snooze")
def snooze(company_id: int, run_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="collector")
    done: str | Refusal
    try:
        until_on = date.fromisoformat(request.form.get("until_on", ""))
    except ValueError:
        done = Refusal("Please say on which day to look at them again. Nothing was changed.")
    else:
        done = drafts.snooze(
            context_of(company),
            company,
            customer=_customer(),
            until_on=until_on,
            reason="snoozed",
            by=user().name,
        )
    return _said(company_id, run_id, done)


def _customer() -> str:
    return request.form.get("customer", "")[:WHO_MAX]


def _said(company_id: int, run_id: int, done: str | Refusal) -> ResponseReturnValue:
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return redirect(url_for("runs.show", company_id=company_id, run_id=run_id), 303)
