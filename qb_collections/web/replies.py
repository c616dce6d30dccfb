"""What customers answered, typed in by a person; and that somebody has dealt with it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import replies
from qb_collections.services.refusal import Refusal
from qb_collections.web.access import company_for_user, context_of, safe_next, user
from qb_collections.web.typed import amount_in, day_in

bp = Blueprint("replies", __name__, url_prefix="/companies/<int:company_id>")


@bp.post("/customers/<customer_id>/replies")
def record(company_id: int, customer_id: str) -> ResponseReturnValue:
    """Keep what they said; what follows from it is in force at once."""
    company = company_for_user(company_id, role="collector")
    back = redirect(url_for("customers.show", company_id=company.id, customer_id=customer_id), 303)
    try:
        on, amount = day_in("reply_on"), amount_in("reply_amount", company.currency)
    except ValueError as problem:
        flash(f"{problem}. Nothing was recorded.", "refused")
        return back
    done = replies.record(
        context_of(company),
        company,
        customer=customer_id,
        kind=request.form.get("reply_kind", ""),
        said=request.form.get("said", "")[: replies.SAID_MAX + 1],
        by=user().name,
        invoice=request.form.get("reply_invoice") or None,
        on=on,
        amount=amount,
    )
    if isinstance(done, Refusal):
        flash(done.message, "refused")
    else:
        flash(done.message)
        if done.asks is not None:
            flash("Their words may mean more than that. The task under “Needs you” says what to look for.")
    return back


@bp.post("/replies/<int:reply_id>/done")
def dealt_with(company_id: int, reply_id: int) -> ResponseReturnValue:
    """What waited for it goes on in its turn."""
    company = company_for_user(company_id, role="collector")
    because = request.form.get("because", "").strip()[:200] or None
    done = replies.done(context_of(company), company, reply_id, by=user().name, because=because)
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return redirect(safe_next(request.form.get("back")), 303)
