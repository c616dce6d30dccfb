"""One invoice: the facts, how its balance came about, and why it is asked for or left alone."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from qb_collections.core.case import HoldKind
from qb_collections.services import documents, finding, invoice_page, invoice_reading
from qb_collections.services.refusal import Refusal
from qb_collections.store import mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.web.access import company_for_user, context, context_of
from qb_collections.web.customers import HOLD_CHOICES, place_hold

bp = Blueprint("invoices", __name__, url_prefix="/companies/<int:company_id>/invoices/<invoice_id>")

ON_AN_INVOICE = (
    *(HoldKind.DISPUTE, HoldKind.PROMISE, HoldKind.IN_TRANSIT, HoldKind.AUTOPAY),
    HoldKind.EXCLUSION,
)


@bp.get("/")
def show(company_id: int, invoice_id: str) -> ResponseReturnValue:
    """Decided afresh from what we know now."""
    company = company_for_user(company_id)
    found = invoice_page.of(context_of(company), company, invoice_id)
    if found is None:
        abort(404)
    return render_template(
        "web/invoice.html",
        page=found,
        why=found.why,
        invoice=found.invoice,
        customer=found.why.customer,
        today=found.why.on,
        document_kinds=documents.KINDS,
        hold_choices={kind: HOLD_CHOICES[kind] for kind in ON_AN_INVOICE},
    )


@bp.post("/read")
def read(company_id: int, invoice_id: str) -> ResponseReturnValue:
    """Its lines and memo as QuickBooks has them at this moment; nothing is written there."""
    company = company_for_user(company_id, role="collector")
    with reading(context().engine) as conn:
        known = mirror.invoice(conn, company.id, invoice_id)
    if known is None:
        abort(404)
    done = invoice_reading.read(context_of(company), company, known)
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return redirect(url_for(".show", company_id=company.id, invoice_id=invoice_id) + "#lines", 303)


@bp.post("/holds")
def hold(company_id: int, invoice_id: str) -> ResponseReturnValue:
    """Mark this invoice; the customer's others keep their dates."""
    company = company_for_user(company_id, role="collector")
    with reading(context().engine) as conn:
        called = _called(conn, company, invoice_id)
    place_hold(company, invoice=called)
    return redirect(url_for(".show", company_id=company.id, invoice_id=invoice_id), 303)


def _called(conn: Connection, company: Company, invoice_id: str) -> str:
    """What a person would type for it: its number, or its id where the number means another one.

    404 when the company has no such invoice.
    """
    known = mirror.invoice(conn, company.id, invoice_id)
    if known is None:
        abort(404)
    for name in (known.number, known.id):
        found = finding.invoice(conn, company, name) if name else None
        if found is not None and not isinstance(found, Refusal) and found.id == invoice_id:
            return found.number if name == found.number and found.number else found.id
    return abort(404)
