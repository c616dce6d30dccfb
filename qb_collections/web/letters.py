"""Letters that wait to be posted, as one PDF."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, request
from flask.typing import ResponseReturnValue

from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import letters
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.refusal import Refusal
from qb_collections.store import leases
from qb_collections.store.leases import Leased
from qb_collections.web.access import company_for_user, context_of, safe_next

bp = Blueprint("letters", __name__, url_prefix="/companies/<int:company_id>/letters")


@bp.post("/print")
def print_them(company_id: int) -> ResponseReturnValue:
    """Read the customers again, and set those that may still go: one named in the form, or all that wait."""
    company = company_for_user(company_id, role="collector")
    here = context_of(company)
    wanted = request.form.get("task", "")
    back = redirect(safe_next(request.form.get("back")), 303)
    try:
        with held(here, company, PAGE_SECONDS) as lease:
            made = letters.printed(here, company, lease, [int(wanted[:12])] if wanted.isdecimal() else None)
    except Leased as leased:
        flash(
            f"Somebody is working for {company.name} at the moment: {leases.describe(leased.holder)}. "
            "Nothing was printed. Please try again in a minute.",
            "refused",
        )
        return back
    except QuickBooksError as error:
        flash(f"QuickBooks could not be asked just now: {error} Nothing was printed.", "refused")
        return back
    if isinstance(made, Refusal):
        flash(made.message, "refused")
        return back
    for one in made.left_out:  # said on the next page: this answer is the file
        flash(f"Left out of the letters: {one}", "refused")
    name = f"letters-{company.today(here.clock.now()).isoformat()}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made.content, mimetype="application/pdf", headers=headers)
