"""Customers who owe something: the list, and one of them with everything we know."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core.case import HoldKind
from qb_collections.services import customer_kind, holds, important, marks, overview, replies, timeline
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import cases, mirror, tasks
from qb_collections.store import replies as stored_replies
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.web.access import company_for_user, context_of, safe_next, user
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
REPLIES_SHOWN = 20


@bp.get("/customers")
def list_all(company_id: int) -> str:
    company = company_for_user(company_id)
    lines = overview.customers_of(context_of(company), company)
    only_late = request.args.get("show") != "all"
    late = [line for line in lines if line.late]
    return render_template(
        "web/customers.html",
        lines=late if only_late else lines,
        late=len(late),
        all=len(lines),
        only_late=only_late,
    )


@bp.get("/customers/<customer_id>")
def show(company_id: int, customer_id: str) -> ResponseReturnValue:
    """One who is billed with a parent is shown there."""
    company = company_for_user(company_id)
    here = context_of(company)
    today = company.today(here.clock.now())
    with reading(here.engine) as conn:
        key = cases.key_of(conn, company.id, customer_id)
        if key is None:
            abort(404)
        if key[0] != customer_id:
            return redirect(url_for(".show", company_id=company.id, customer_id=key[0]), 303)
        found = cases.load(conn, company.id, [key], today)
        look = cases.look_of(conn, company.id, *key)
        book = Rulebook(conn, company, today)
        owes = bool(found and found[0].invoices)
        decided = overview.decide_now(book, found[0], today) if owes else None
        waiting = tasks.list(conn, company.id, customer_id=customer_id)
        members = sorted(found[0].members) if found else []
        answered = stored_replies.latest(conn, company.id, members, REPLIES_SHOWN)
        passed = timeline.page(conn, company, members, number=_page_number())
        sites = mirror.customers(conn, company.id, found[0].members) if found else {}
        standing = marks.of(found[0].holds, found[0], book.rules(found[0]), today) if found else []
    if not found:
        abort(404)
    findings = {line.invoice_id: line for line in decided.findings} if decided else {}
    return render_template(
        "web/customer.html",
        case=found[0],
        today=today,
        decided=decided,
        findings=findings,
        passed=passed,
        tasks=waiting,
        replies=[one for one in answered if one.done_at is None],
        reply_kinds=replies.KINDS,
        sites=sites,
        hold_choices={kind: words for kind, words in HOLD_CHOICES.items() if kind is not HoldKind.DISPUTE},
        marks=standing,
        important_means=important.meaning(book.policy),
        kind_choices=KIND_CHOICES,
        kind_said=_kind_said(look),
        kind_means=customer_kind.meaning(found[0].kind, book.policy) if found else "",
        kind_words=customer_kind.WORDS,
        numbers={invoice.id: invoice.label for invoice in found[0].invoices},
    )


@bp.post("/customers/<customer_id>/holds")
def hold(company_id: int, customer_id: str) -> ResponseReturnValue:
    """Mark what the books don't know; it is in force at once."""
    company = company_for_user(company_id, role="collector")
    place_hold(company, customer=customer_id)
    return redirect(url_for(".show", company_id=company.id, customer_id=customer_id), 303)


@bp.post("/holds/<int:hold_id>/lift")
def lift(company_id: int, hold_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="collector")
    answered = request.form.get("answered", "").strip() or None
    done = holds.lift(context_of(company), company, hold_id, by=user().name, answered=answered)
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return redirect(safe_next(request.form.get("back")), 303)


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
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return redirect(url_for(".show", company_id=company.id, customer_id=customer_id), 303)


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


def _page_number() -> int:
    """Which page of the timeline; anything else than a number is the first."""
    text = request.args.get("page", "")
    return int(text[:4]) if text.isdecimal() else 1


def _marked(company: Company, customer_id: str, yes: bool) -> ResponseReturnValue:
    here = context_of(company)
    _known_or_404(here, company, customer_id)
    done = important.mark(here, company, customer_id, yes, by=user().name)
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return redirect(url_for(".show", company_id=company.id, customer_id=customer_id), 303)


def _known_or_404(here: Context, company: Company, customer_id: str) -> None:
    with reading(here.engine) as conn:
        if customer_id not in mirror.customers(conn, company.id, [customer_id]):
            abort(404)


def _kind_said(look: cases.Look | None) -> str:
    """The choice that stands, as a person made it."""
    kind = look.kind if look is not None else None
    return next(
        (name for name, one in customer_kind.CHOICES.items() if one is kind), customer_kind.AS_QUICKBOOKS
    )
