"""Customers who owe something: the list, and one of them with everything we know."""

from __future__ import annotations

from io import BytesIO

from flask import Blueprint, abort, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core.case import HoldKind
from qb_collections.services import (
    colleague_notes,
    contact_people,
    customer_kind,
    customer_language,
    customer_list,
    customer_page,
    documents,
    holds,
    important,
    replies,
)
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.web.access import company_for_user, context_of, may, safe_next, user
from qb_collections.web.headers import sandbox
from qb_collections.web.typed import amount_in, day_in

bp = Blueprint("customers", __name__, url_prefix="/companies/<int:company_id>")

# What a person may mark, in the owner's words: of an invoice or a customer.  How it reads once it stands is
# for services.marks.
HOLD_CHOICES = {
    HoldKind.PROMISE: "They promised to pay",
    HoldKind.IN_TRANSIT: "A payment is on its way",
    HoldKind.AUTOPAY: "It is collected by itself",
    HoldKind.DISPUTE: "They question this invoice",
    HoldKind.EXCLUSION: "Leave it to me",
    HoldKind.HARDSHIP: "They are in difficulty",
    HoldKind.OPEN_REPLY: "They answered; I will deal with it",
    HoldKind.BOUNCED: "E-mail to them came back",
    HoldKind.UPSET: "They are upset",
    HoldKind.PEOPLE_ONLY: "Never write automatically",
    HoldKind.INSOLVENT: "A court or a lawyer speaks for them",
}
# Who owes, as services.customer_kind knows it.
KIND_CHOICES = {
    "company": "A company",
    "sole-trader": "A sole trader",
    "private": "A private person",
    customer_kind.AS_QUICKBOOKS: "As QuickBooks tells",
}
WORDS_MAX = 1_000
NAME_MAX = 100


@bp.get("/customers")
def list_all(company_id: int) -> str:
    company = company_for_user(company_id)
    only_late = request.args.get("show") != "all"
    wanted = request.args.get("name", "").strip()[:NAME_MAX]
    found = customer_list.of(
        context_of(company), company, only_late=only_late, name=wanted, page=_number("page")
    )
    return render_template("web/customers.html", list=found, only_late=only_late, wanted=wanted)


@bp.get("/customers/<customer_id>")
def show(company_id: int, customer_id: str) -> ResponseReturnValue:
    """One who is billed with a parent is shown there."""
    company = company_for_user(company_id)
    here = context_of(company)
    found = customer_page.of(here, company, customer_id, page=_number("invoices"), passed=_number("page"))
    if found is None:
        abort(404)
    if isinstance(found, str):
        return redirect(url_for(".show", company_id=company.id, customer_id=found), 303)
    return render_template(
        "web/customer.html",
        page=found,
        case=found.case,
        decided=found.verdict.decision,
        findings=found.verdict.findings,
        today=found.today,
        reply_kinds=replies.KINDS,
        hold_choices={kind: words for kind, words in HOLD_CHOICES.items() if kind is not HoldKind.DISPUTE},
        important_means=important.meaning(found.verdict.book.policy),
        kind_choices=KIND_CHOICES,
        kind_words=customer_kind.WORDS,
        written_to=contact_people.CHOICES,
        document_kinds=documents.KINDS,
        as_company=customer_language.AS_COMPANY,
        numbers={invoice.id: invoice.label for invoice in found.case.invoices},
    )


@bp.post("/customers/<customer_id>/holds")
def hold(company_id: int, customer_id: str) -> ResponseReturnValue:
    """Mark what the books don't know; it is in force at once."""
    company = company_for_user(company_id, role="collector")
    place_hold(company, customer=customer_id)
    return redirect(url_for(".show", company_id=company.id, customer_id=customer_id), 303)


@bp.post("/holds/<int:hold_id>/change")
def change_hold(company_id: int, hold_id: int) -> ResponseReturnValue:
    """Another last day, or somebody else who answers by another day."""
    company = company_for_user(company_id, role="collector")
    back = redirect(safe_next(request.form.get("back")), 303)
    try:
        until_on, answer_by_on = day_in("until_on"), day_in("answer_by_on")
    except ValueError as problem:
        flash(f"{problem}. Nothing was changed.", "refused")
        return back
    done = holds.change(
        context_of(company),
        company,
        hold_id,
        by=user().name,
        until_on=until_on,
        owner=request.form.get("owner", "").strip()[:120] or None,
        answer_by_on=answer_by_on,
    )
    return _told(done, back)


@bp.post("/holds/<int:hold_id>/lift")
def lift(company_id: int, hold_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="collector")
    answered = request.form.get("answered", "").strip() or None
    done = holds.lift(context_of(company), company, hold_id, by=user().name, answered=answered)
    return _told(done, redirect(safe_next(request.form.get("back")), 303))


@bp.post("/customers/<customer_id>/important")
def mark_important(company_id: int, customer_id: str) -> ResponseReturnValue:
    company = company_for_user(company_id, role="collector")
    return _marked(company, customer_id, True)


@bp.post("/customers/<customer_id>/as-usual")
def as_usual(company_id: int, customer_id: str) -> ResponseReturnValue:
    """Fewer steps wait for a person from then on, so it takes who may approve them."""
    company = company_for_user(company_id, role="manager")
    return _marked(company, customer_id, False)


@bp.post("/customers/<customer_id>/kind")
def say_kind(company_id: int, customer_id: str) -> ResponseReturnValue:
    """Who is said to be a company may be contacted more often, so it takes a manager."""
    company = company_for_user(company_id, role="manager")
    here = context_of(company)
    _known_or_404(here, company, customer_id)
    done = customer_kind.say(here, company, customer_id, request.form.get("kind", ""), by=user().name)
    return _told(done, _back(company, customer_id))


@bp.post("/customers/<customer_id>/language")
def say_language(company_id: int, customer_id: str) -> ResponseReturnValue:
    company = company_for_user(company_id, role="collector")
    here = context_of(company)
    _known_or_404(here, company, customer_id)
    choice = request.form.get("language", "")
    return _told(
        customer_language.say(here, company, customer_id, choice, by=user().name), _back(company, customer_id)
    )


@bp.post("/customers/<customer_id>/people")
def add_person(company_id: int, customer_id: str) -> ResponseReturnValue:
    """Where messages go is for a manager to say: who is added by others gets none before that."""
    company = company_for_user(company_id, role="collector")
    here = context_of(company)
    _known_or_404(here, company, customer_id)
    done = contact_people.add(
        here,
        company,
        customer_id,
        name=request.form.get("name", ""),
        role=request.form.get("role", ""),
        email=request.form.get("email", ""),
        phone=request.form.get("phone", ""),
        written_to=request.form.get("written_to", "") if may("manager") else "none",
        by=user().name,
    )
    return _told(done, _back(company, customer_id))


@bp.post("/people/<int:person_id>/written-to")
def write_to(company_id: int, person_id: int) -> ResponseReturnValue:
    """What goes to somebody: messages take another way from then on, so it takes who may approve them."""
    company = company_for_user(company_id, role="manager")
    done = contact_people.write_to(
        context_of(company), company, person_id, request.form.get("written_to", ""), by=user().name
    )
    return _told(done, redirect(safe_next(request.form.get("back")), 303))


@bp.post("/people/<int:person_id>/remove")
def remove_person(company_id: int, person_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="collector")
    here = context_of(company)
    done: str | Refusal
    if not may("manager") and contact_people.steers(here, company, person_id):
        done = Refusal("Messages go to them, so a manager takes them off. Nothing was changed.")
    else:
        done = contact_people.remove(here, company, person_id, by=user().name)
    return _told(done, redirect(safe_next(request.form.get("back")), 303))


@bp.post("/customers/<customer_id>/notes")
def write_note(company_id: int, customer_id: str) -> ResponseReturnValue:
    """For colleagues; it is never sent."""
    company = company_for_user(company_id, role="collector")
    here = context_of(company)
    _known_or_404(here, company, customer_id)
    text = request.form.get("text", "")[: colleague_notes.TEXT_MAX + 1]
    return _told(
        colleague_notes.write(here, company, customer_id, text, by=user().name), _back(company, customer_id)
    )


@bp.post("/customers/<customer_id>/documents")
def look_at_documents(company_id: int, customer_id: str) -> ResponseReturnValue:
    """Ask QuickBooks what is attached; it is only read."""
    company = company_for_user(company_id, role="collector")
    here = context_of(company)
    _known_or_404(here, company, customer_id)
    return _told(documents.look(here, company, customer_id), _back(company, customer_id))


@bp.get("/documents/<document_id>/file")
def open_document(company_id: int, document_id: str) -> ResponseReturnValue:
    """A file of QuickBooks', to be kept or opened by a program of the person's own: never shown in here."""
    company = company_for_user(company_id)
    here = context_of(company)
    customer_id = documents.whose(here, company, document_id)
    if customer_id is None:
        abort(404)
    found = documents.open_one(here, company, document_id, by=user().name)
    if isinstance(found, Refusal):
        flash(found.message, "refused")
        return _back(company, customer_id)
    sandbox()
    return send_file(
        BytesIO(found.content),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=documents.file_name(found.name),
    )


@bp.post("/documents/<document_id>")
def say_document(company_id: int, document_id: str) -> ResponseReturnValue:
    """What a document is, in a person's word."""
    company = company_for_user(company_id, role="collector")
    done = documents.say(
        context_of(company), company, document_id, request.form.get("kind", ""), by=user().name
    )
    return _told(done, redirect(safe_next(request.form.get("back")), 303))


def place_hold(company: Company, *, customer: str | None = None, invoice: str | None = None) -> None:
    """Read the form, place the hold, and say what it means or why it could not be placed."""
    here = context_of(company)
    if request.form.get("kind", "") not in set(HoldKind):
        flash("Please choose what to mark from the list. Nothing was marked.", "refused")
        return
    try:
        kind = HoldKind(request.form["kind"])
        until_on, answer_by_on = day_in("until_on"), day_in("answer_by_on")
        amount = amount_in("amount", company.currency)
    except ValueError as problem:
        flash(f"{problem}. Nothing was marked.", "refused")
        return
    done = holds.add(
        here,
        company,
        kind,
        reason=request.form.get("reason", "")[:WORDS_MAX],
        by=user().name,
        customer=customer,
        invoice=invoice,
        until_on=until_on,
        amount=amount,
        owner=request.form.get("owner", "").strip()[:120] or None,
        answer_by_on=answer_by_on,
        answer=bool(request.form.get("answer")),
    )
    if isinstance(done, Refusal):
        flash(done.message, "refused")
    else:
        flash(holds.sentence(here, company, done))


def _number(name: str) -> int:
    """A page; anything else than a number is the first."""
    text = request.args.get(name, "")
    return int(text[:4]) if text.isascii() and text.isdecimal() else 1


def _back(company: Company, customer_id: str) -> ResponseReturnValue:
    return redirect(url_for(".show", company_id=company.id, customer_id=customer_id), 303)


def _told(done: str | Refusal, back: ResponseReturnValue) -> ResponseReturnValue:
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return back


def _marked(company: Company, customer_id: str, yes: bool) -> ResponseReturnValue:
    here = context_of(company)
    _known_or_404(here, company, customer_id)
    done = important.mark(here, company, customer_id, yes, by=user().name)
    return _told(done, _back(company, customer_id))


def _known_or_404(here: Context, company: Company, customer_id: str) -> None:
    with reading(here.engine) as conn:
        if customer_id not in mirror.customers(conn, company.id, [customer_id]):
            abort(404)
