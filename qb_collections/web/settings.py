"""Settings and health of a company: connection, sending, reads, journal, findings, export, deletion."""

from __future__ import annotations

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core.company_gates import Link
from qb_collections.services import company_settings, deletion, doctor, export
from qb_collections.services.refusal import Refusal
from qb_collections.services.signing import SENDERS
from qb_collections.store import journal
from qb_collections.store.engine import reading
from qb_collections.web import headers
from qb_collections.web.access import company_for_user, context, context_of, user

bp = Blueprint("settings", __name__, url_prefix="/companies/<int:company_id>/settings")

WRITES_SHOWN = 50
KINDS = {
    "send_invoice": "A copy of the invoice, e-mailed by QuickBooks",
    "note": "A note line in the invoice's memo",
    "note_attachment": "A note beside the invoice",
    "plan_memo": "Credit memo of a payment plan",
    "plan_apply": "Applied the plan's credit memo",
    "plan_installment": "Invoice for one payment of a plan",
    "plan_reverse": "Took back a plan's document",
    "clearing_account": "The plans' clearing account",
    "clearing_item": "The plans' clearing item",
    "undo": "Took a note back, or put one back",
}
STATES = {
    "sending": "On its way",
    "confirmed": "In QuickBooks",
    "rejected": "QuickBooks refused it",
    "unknown": "The answer was lost; it is looked up",
    "parked": "Neither confirmed nor denied; a person looks",
}


@bp.get("/")
def show(company_id: int) -> str:
    company = company_for_user(company_id)
    view = company_settings.of(context(), company, context_of(company).clock.now())
    if company.emulator_url is not None:
        headers.allow_form_to(company.emulator_url)  # the button that connects again leads there
    return render_template(
        "web/settings.html",
        view=view,
        places=company_settings.NOTE_PLACES,
        senders=SENDERS,
        states=STATES,
        Link=Link,
    )


@bp.get("/journal")
def writes(company_id: int) -> str:
    """Every write into QuickBooks: what stood there, what we wrote, and the way back."""
    company = company_for_user(company_id, role="manager")
    before = request.args.get("before", "")
    with reading(context().engine) as conn:
        found = journal.writes(
            conn,
            company.id,
            before=int(before[:12]) if before.isascii() and before.isdigit() else None,
            limit=WRITES_SHOWN + 1,
        )
    return render_template(
        "web/journal.html",
        writes=found[:WRITES_SHOWN],
        more=len(found) > WRITES_SHOWN,
        kinds=KINDS,
        states=STATES,
        is_first=not before,
    )


@bp.get("/check")
def check(company_id: int) -> str:
    """What the doctor finds of this company; it looks while one waits."""
    company = company_for_user(company_id, role="manager")
    return render_template("web/check.html", lines=doctor.of_company(context(), company))


@bp.post("/export")
def take_out(company_id: int) -> ResponseReturnValue:
    """Everything in one ZIP, made while it is sent."""
    company = company_for_user(company_id, role="owner")
    name = export.file_name(company, company.today(context().clock.now()))
    export.note(context(), company, by=user().name)
    body = export.archive(context(), company, by=user().name)
    dispositions = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, mimetype="application/zip", headers=dispositions)


@bp.get("/delete")
def ask(company_id: int) -> str:
    """Say what goes and what remains, before anything is done."""
    company_for_user(company_id, role="owner")
    return render_template("web/delete_company.html", remains=deletion.REMAINS)


@bp.post("/delete")
def delete(company_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="owner")
    typed = request.form.get("name", "")[:300]
    done = deletion.delete(context(), company, typed=typed, by=user().name)
    if isinstance(done, Refusal):
        refused = render_template("web/delete_company.html", remains=deletion.REMAINS, problem=done.message)
        return refused, 422
    flash(f"{company.name} is deleted. This is the certificate; please keep a copy of it.")
    return redirect(url_for("certificates.show", company_id=company.id), 303)
