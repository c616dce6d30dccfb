"""Choose how to ask, by seeing what it would mean for one's own customers."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import policies, preset_choice
from qb_collections.services.policies import Checked
from qb_collections.services.refusal import Refusal
from qb_collections.web.access import company_for_user, context_of, user

bp = Blueprint("preset_choice", __name__, url_prefix="/companies/<int:company_id>/how-you-ask")


@bp.get("/")
def show(company_id: int) -> str:
    company = company_for_user(company_id)
    found = preset_choice.choice(context_of(company), company)
    return render_template("web/preset_choice.html", found=found, words=preset_choice.words)


@bp.post("/")
def choose(company_id: int) -> ResponseReturnValue:
    """Put one that ships in force, as the next version; earlier ones are kept."""
    company = company_for_user(company_id, role="manager")
    done = policies.use(context_of(company), company, request.form.get("preset", ""), author=user().name)
    if isinstance(done, Refusal):
        flash(done.message, "refused")
    elif isinstance(done, Checked):
        flash(" ".join(one.message for one in done.problems[:3]), "refused")
    else:
        flash(f"That is how you ask from here on: version {done.version}. The next preview decides by it.")
    return redirect(url_for(".show", company_id=company.id), 303)
