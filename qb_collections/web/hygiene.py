"""Worth fixing when there is time: the kinds with their figures, and the rows of one of them."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from qb_collections.services import hygiene
from qb_collections.web.access import company_for_user, context_of

bp = Blueprint("hygiene", __name__, url_prefix="/companies/<int:company_id>/worth-fixing")


@bp.get("/")
def show(company_id: int) -> str:
    company = company_for_user(company_id)
    page = request.args.get("page", "")
    found = hygiene.hygiene_of(
        context_of(company), company, request.args.get("show"), int(page[:4]) if page.isdecimal() else 1
    )
    return render_template("web/hygiene.html", found=found, no_pay_link=hygiene.NO_PAY_LINK)
