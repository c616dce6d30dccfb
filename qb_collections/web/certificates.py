"""Certificates of deletion, for who owned the company's practice: the company itself is there for nobody."""

from __future__ import annotations

from flask import Blueprint, Response, abort, render_template

from qb_collections.services import export
from qb_collections.store import certificates
from qb_collections.store.certificates import Certificate
from qb_collections.store.engine import reading
from qb_collections.web.access import context, user

bp = Blueprint("certificates", __name__, url_prefix="/certificates")


@bp.get("/<int:company_id>")
def show(company_id: int) -> str:
    return render_template("web/certificate.html", one=_found(company_id), names=export.NAMES)


@bp.get("/<int:company_id>.json")
def text(company_id: int) -> Response:
    """The certified text, to the letter: its SHA-256 is the hash on the page."""
    name = f"certificate-of-deletion-{company_id}.json"
    answer = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(_found(company_id).text, mimetype="application/json", headers=answer)


def _found(company_id: int) -> Certificate:
    with reading(context().engine) as conn:
        mine = certificates.of_user(conn, user().id)
    found = next((one for one in mine if one.company_id == company_id), None)
    if found is None:
        abort(404)
    return found
