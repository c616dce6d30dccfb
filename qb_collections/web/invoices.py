"""One invoice: the facts, and why it is asked for or left alone."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, abort, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Connection

from qb_collections.core.case import Hold, HoldKind
from qb_collections.services import explain, finding, holds, marks
from qb_collections.services.context import Context
from qb_collections.services.marks import Mark
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import cases, mirror, overview
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
    here = context_of(company)
    with reading(here.engine) as conn:
        called = _called(conn, company, invoice_id)
        notes = overview.notes_of_invoice(conn, company.id, invoice_id)
    why = explain.explain(here, company, called)
    if isinstance(why, Refusal):
        abort(404)
    placed = [
        one.hold
        for one in holds.standing(here, company, why.invoice.customer_id)
        if one.hold.invoice_id in (None, why.invoice.id)
    ]
    return render_template(
        "web/invoice.html",
        why=why,
        invoice=why.invoice,
        customer=why.customer,
        today=why.on,
        notes=notes,
        holds=_marks(here, company, why.customer.id, placed, why.on),
        hold_choices={kind: HOLD_CHOICES[kind] for kind in ON_AN_INVOICE},
    )


@bp.post("/holds")
def hold(company_id: int, invoice_id: str) -> ResponseReturnValue:
    """Mark this invoice; the customer's others keep their dates."""
    company = company_for_user(company_id, role="collector")
    with reading(context().engine) as conn:
        called = _called(conn, company, invoice_id)
    place_hold(company, invoice=called)
    return redirect(url_for(".show", company_id=company.id, invoice_id=invoice_id), 303)


def _marks(here: Context, company: Company, customer_id: str, placed: list[Hold], on: date) -> list[Mark]:
    """Whether a promise was kept is judged by all that its customer paid."""
    if not placed:
        return []
    with reading(here.engine) as conn:
        key = cases.key_of(conn, company.id, customer_id)
        found = cases.load(conn, company.id, [key], on) if key is not None else []
        book = Rulebook(conn, company, on)
    return marks.of(placed, found[0], book.rules(found[0]), on) if found else []


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
