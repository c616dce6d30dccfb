"""Boards beside that of payment plans: what customers promised, and what they question."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from qb_collections.services import boards
from qb_collections.web.access import company_for_user, context_of

# Named so that the tab of plans, promises and questions is marked as the one that is open.
bp = Blueprint("plans_boards", __name__, url_prefix="/companies/<int:company_id>")

CODES = {
    "price": "The price",
    "quantity": "The quantity",
    "quality": "The quality",
    "not_delivered": "Not delivered",
    "paperwork": "A paper is missing",
    "already_paid": "Paid already",
    "credit_owed": "A credit is owed",
    "not_ours": "Not theirs",
    "other": "Something else",
}


@bp.get("/promises")
def promises(company_id: int) -> str:
    company = company_for_user(company_id)
    return render_template("web/promises.html", found=boards.promises_of(context_of(company), company))


@bp.get("/disputes")
def disputes(company_id: int) -> str:
    """Who answers what, and by when: the most pressing first."""
    company = company_for_user(company_id)
    asked = request.args.get("page", "1")
    page = int(asked[:6]) if asked.isdecimal() else 1
    found = boards.disputes_of(context_of(company), company, page)
    return render_template("web/disputes.html", found=found, codes=CODES)
