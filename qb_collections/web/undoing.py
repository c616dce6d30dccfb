"""Taking back what a run, a note, a plan or an earlier undo wrote: counted first, then done."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import undo as taking_back
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.refusal import Refusal
from qb_collections.store import leases
from qb_collections.store.leases import Leased
from qb_collections.web.access import company_for_user, context_of, safe_next, user

bp = Blueprint("undoing", __name__, url_prefix="/companies/<int:company_id>/undo")


@bp.post("/")
def undo(company_id: int) -> ResponseReturnValue:
    """Without a word of consent: what it would do, in counts.  With one: do it."""
    company = company_for_user(company_id, role="manager")
    here = context_of(company)
    what = request.form.get("what", "")[:40]
    address = safe_next(request.form.get("back"))
    back = redirect(address, 303)
    confirmed = "confirmed" in request.form
    try:
        with held(here, company, PAGE_SECONDS) as lease:
            if confirmed:
                done = taking_back.undo(here, company, lease, what, by=user().name, confirm=True)
            else:
                done = taking_back.preview(here, company, lease, what)
    except Leased as leased:
        flash(
            f"Somebody is working for {company.name} at the moment: {leases.describe(leased.holder)}. "
            "Nothing was changed. Please try again in a minute.",
            "refused",
        )
        return back
    except QuickBooksError as error:
        flash(f"QuickBooks could not be asked just now: {error} Nothing was changed.", "refused")
        return back
    if isinstance(done, Refusal):
        flash(done.message, "refused")
        return back
    if not confirmed:
        return render_template("web/undo.html", told=done, what=what, back=address)
    flash(" ".join(taking_back.summary(company, done)))
    return back
