"""What is asked before the first message: each question with what was said, by whom and when."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core.first_look import Question
from qb_collections.services import first_steps, note_preview
from qb_collections.services.refusal import Refusal
from qb_collections.web.access import company_for_user, context_of, safe_next, user

bp = Blueprint("questions", __name__, url_prefix="/companies/<int:company_id>/first-questions")


@bp.get("/")
def show(company_id: int) -> str:
    """Every question, the settled ones with who said so; where a setting is found in QuickBooks."""
    company = company_for_user(company_id)
    here = context_of(company)
    return render_template(
        "web/questions.html",
        first=first_steps.steps(here, company),
        note=note_preview.note_preview(here, company),
        labels=first_steps.LABELS[Question.NOTES],
        means=first_steps.NOTES_MEAN,
    )


@bp.post("/")
def answer(company_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="manager")
    question, said = request.form.get("question", ""), request.form.get("answer", "")
    done = first_steps.answer(context_of(company), company, question, said, by=user().name)
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    asked = request.form.get("back")
    back = safe_next(asked) if asked else url_for(".show", company_id=company.id)
    return redirect(back, 303)
