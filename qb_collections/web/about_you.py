"""Who customers call and how they pay: the form."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import about_you
from qb_collections.services.about_you import AboutYou
from qb_collections.services.refusal import Refusal
from qb_collections.store.companies import Company
from qb_collections.web.access import company_for_user, context_of, user

bp = Blueprint("about_you", __name__, url_prefix="/companies/<int:company_id>/about-you")

FIELDS = (
    *("contact_name", "contact_role", "contact_phone", "phone_hours", "reply_to"),
    "payment_instructions",
)


@bp.get("/")
def show(company_id: int) -> str:
    company = company_for_user(company_id)
    form = {name: getattr(company, name) or "" for name in FIELDS}
    return render_template("web/about_you.html", form=form, missing=_missing(company))


@bp.post("/")
def save(company_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="manager")
    told = {name: request.form.get(name, "") for name in FIELDS}
    done = about_you.save(context_of(company), company, AboutYou(**told), by=user().name)
    if isinstance(done, Refusal):
        return render_template("web/about_you.html", form=told, problem=done.message), 422
    lacking = _missing(done)
    if lacking:
        flash(f"Saved. {lacking[0]}", "refused")
    else:
        flash("Saved. It stands under every message from now on; preview again to see it.")
    return redirect(url_for("dashboard.show", company_id=company.id), 303)


def _missing(company: Company) -> list[str]:
    said = about_you.missing_sentence(company)
    return [said] if said else []
