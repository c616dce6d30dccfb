"""One message of a run: read, put into other words, left out this time, or not before a day."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import drafts, run_view
from qb_collections.services.refusal import Refusal
from qb_collections.store.companies import Company
from qb_collections.web.access import company_for_user, context_of, safe_next, user
from qb_collections.web.run_links import links

bp = Blueprint("drafts", __name__, url_prefix="/companies/<int:company_id>/runs/<int:run_id>")

WHO_MAX = 100


@bp.get("/customers/<customer_id>")
def show(company_id: int, run_id: int, customer_id: str) -> ResponseReturnValue:
    """What one customer would read, to be put into other words."""
    company = company_for_user(company_id)
    return _page(company, run_id, customer_id[:WHO_MAX])


@bp.post("/edit")
def edit(company_id: int, run_id: int) -> ResponseReturnValue:
    """A person's words, after the checks that ours pass; refused, they stand in the form with the reason."""
    company = company_for_user(company_id, role="manager")
    text = request.form.get("text", "").replace("\r\n", "\n")
    subject = request.form.get("subject", "").strip() or None
    done = drafts.edit(
        context_of(company), company, run_id, customer=_customer(), subject=subject, text=text, by=user().name
    )
    if isinstance(done, Refusal):
        return _page(company, run_id, _customer(), problem=done.message, text=text, subject=subject), 422
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


def _page(
    company: Company,
    run_id: int,
    customer_id: str,
    *,
    problem: str | None = None,
    text: str | None = None,
    subject: str | None = None,
) -> str:
    try:
        run, entry = run_view.entry_of(context_of(company), company, run_id, customer_id)
    except LookupError:
        abort(404)
    return render_template(
        "web/draft.html",
        run=run,
        entry=entry,
        links=links(company.id, run_id),
        problem=problem,
        text=(entry.text or "") if text is None else text,
        subject=(entry.subject or "") if subject is None else subject,
        text_max=drafts.TEXT_MAX,
        subject_max=drafts.SUBJECT_MAX,
    )


def _customer() -> str:
    return request.form.get("customer", "")[:WHO_MAX]


def _said(company_id: int, run_id: int, done: str | Refusal) -> ResponseReturnValue:
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    asked = request.form.get("back")
    here = url_for("runs.show", company_id=company_id, run_id=run_id)
    return redirect(safe_next(asked) if asked else here, 303)
