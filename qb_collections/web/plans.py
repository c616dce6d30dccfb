"""Payment plans: the board, one plan with its proof, and agreeing on one: proposed first, then written."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from qb_collections.core.case import Case
from qb_collections.core.money import Money
from qb_collections.core.plan_agreement import ACCEPTED
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import boards, offering, plan_sketch, plans
from qb_collections.services.context import Context
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.plan_proposal import Proposal
from qb_collections.services.plans import Asked
from qb_collections.services.refusal import Refusal
from qb_collections.store import cases, leases
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.leases import Lease, Leased
from qb_collections.store.plans import PlanRow
from qb_collections.store.together import together
from qb_collections.web.access import company_for_user, context_of, safe_next, user
from qb_collections.web.typed import amount_in, day_in

bp = Blueprint("plans", __name__, url_prefix="/companies/<int:company_id>/plans")

T = TypeVar("T")
PAYMENTS_MAX = 999
INVOICES_MAX = 100
STATES = {
    "building": ("Being written", "wait"),
    "active": ("Runs", "good"),
    "broken": ("Broken", "late"),
    "cancelled": ("Ended", ""),
    "paid": ("Paid", "good"),
}
STANDING = {
    "on_track": ("On track", "good"),
    "late": ("A payment is late", "late"),
    "broken": ("Broken", "late"),
    "paid_off": ("All payments have come", "good"),
}
DOCUMENTS = {
    "CreditMemo": "Credit memo",
    "Payment": "Payment of zero that applies it",
    "Invoice": "Installment invoice",
}
EVERY = {
    "week": "Every week",
    "fortnight": "Every two weeks",
    "month": "Every month",
    "month_end": "At each month's end",
}
FORMS = {
    "overlay": "Kept here beside the invoices: nothing moves in QuickBooks but one line in the memo",
    "installments": "Written into QuickBooks: each payment an invoice of its own",
}


@bp.get("/")
def list_all(company_id: int) -> str:
    company = company_for_user(company_id)
    asked = request.args.get("page", "1")
    board = boards.plans_of(context_of(company), company, int(asked[:6]) if asked.isdecimal() else 1)
    return render_template("web/plans.html", board=board, states=STATES, standing=STANDING)


@bp.get("/<label>")
def show(company_id: int, label: str) -> str:
    """What was agreed, how it stands, and the proof that anyone can check in QuickBooks."""
    company = company_for_user(company_id)
    told = plans.show(context_of(company), company, label)
    if isinstance(told, Refusal):
        abort(404)
    return render_template(
        "web/plan.html",
        plan=_shown(told),
        states=STATES,
        standing=STANDING,
        documents=DOCUMENTS,
        accepted=ACCEPTED,
        side=_side,
    )


@bp.get("/new/<customer_id>")
def new(company_id: int, customer_id: str) -> str:
    company = company_for_user(company_id, role="manager")
    return _form(company, customer_id)


@bp.post("/new/<customer_id>")
def propose(company_id: int, customer_id: str) -> ResponseReturnValue:
    """What it would be, to the cent and the day; with consent, agree on it.  Only the second writes."""
    company = company_for_user(company_id, role="manager")
    here = context_of(company)
    agreed = "agreed" in request.form and "look" not in request.form
    try:
        asked = _asked(company)
    except ValueError as problem:
        return _form(company, customer_id, problem=f"{problem}. Nothing was written."), 422

    if not agreed:
        proposed = _under_lease(
            here, company, lambda lease: plans.propose(here, company, lease, asked, by=user().name)
        )
        if isinstance(proposed, Refusal):
            return _form(company, customer_id, problem=proposed.message), 422
        return _form(company, customer_id, proposal=proposed)
    made = _under_lease(
        here, company, lambda lease: plans.create(here, company, lease, asked, by=user().name, confirm=True)
    )
    if isinstance(made, Refusal):
        return _form(company, customer_id, problem=made.message), 422
    flash(_sentence(made))
    return redirect(url_for(".show", company_id=company.id, label=made.label), 303)


@bp.get("/new/<customer_id>/days")
def days(company_id: int, customer_id: str) -> ResponseReturnValue:
    """The days and amounts of the terms as they stand in the form, from what was read last."""
    company = company_for_user(company_id, role="manager")
    here = context_of(company)
    case = _case(company, customer_id)
    try:
        found = plan_sketch.sketch(here, company, case, _asked(company, request.args))
    except ValueError as problem:
        found = f"{problem}."
    return render_template("web/_plan_days.html", sketch=found, today=company.today(here.clock.now()))


@bp.post("/new/<customer_id>/offer")
def offer(company_id: int, customer_id: str) -> ResponseReturnValue:
    """Offer the customer ways to spread what is late; it leaves as other messages do."""
    company = company_for_user(company_id, role="collector")
    done = offering.offer(context_of(company), company, customer_id, by=user().name)
    if isinstance(done, Refusal):
        flash(done.message, "refused")
    else:
        flash(f"{done.message} Offered: {'; '.join(done.shapes)}.")
    return redirect(url_for("customers.show", company_id=company.id, customer_id=customer_id), 303)


@bp.post("/basis")
def confirm_basis(company_id: int) -> ResponseReturnValue:
    """An owner says, once, that income and sales tax are filed on accrual: plans may be written then."""
    company = company_for_user(company_id, role="owner")
    here = context_of(company)
    done = _under_lease(
        here,
        company,
        lambda lease: plans.confirm_basis(
            here,
            company,
            lease,
            income_on_accrual="income" in request.form,
            sales_tax_on_accrual="sales_tax" in request.form,
            by=user().name,
        ),
    )
    if isinstance(done, Refusal):
        flash(done.message, "refused")
    else:
        flash("Noted in your name. Plans may be written into QuickBooks as invoices of their own.")
    return redirect(safe_next(request.form.get("back")), 303)


@bp.post("/<label>/end")
def end(company_id: int, label: str) -> ResponseReturnValue:
    """End a plan by agreement: what was not paid is asked for on the invoices again."""
    company = company_for_user(company_id, role="manager")
    here = context_of(company)
    back = redirect(url_for(".show", company_id=company.id, label=label), 303)
    if "sure" not in request.form:
        flash("Please say that you want to end it. Nothing was changed.", "refused")
        return back

    because = request.form.get("because", "").strip()[:200]
    try:
        accepted = amount_in("exchange", company.currency)
    except ValueError as problem:
        flash(f"{problem}. Nothing was changed.", "refused")
        return back
    cents = accepted.amount if accepted else None
    ended = _under_lease(
        here,
        company,
        lambda lease: plans.cancel(
            here, company, lease, label, by=user().name, reason=because, confirm=True, exchange=cents
        ),
    )
    flash(*((ended.message, "refused") if isinstance(ended, Refusal) else (_sentence(ended), "message")))
    return back


def _sentence(plan: PlanRow) -> str:
    reason = f" {plan.reason}" if plan.reason else ""
    return f"Plan {plan.label}: {STATES[plan.state][0].lower()}.{reason}"


def _under_lease(here: Context, company: Company, work: Callable[[Lease], T | Refusal]) -> T | Refusal:
    """Do it as the only one who works for the company, or say what stood in the way."""
    try:
        with held(here, company, PAGE_SECONDS) as lease:
            return work(lease)
    except Leased as leased:
        return Refusal(
            f"Somebody is working for {company.name} at the moment: {leases.describe(leased.holder)}. "
            "Nothing was written. Please try again in a minute."
        )
    except QuickBooksError as error:
        return Refusal(f"QuickBooks could not be asked just now: {error} Nothing was written.")


def _form(
    company: Company, customer_id: str, *, proposal: Proposal | None = None, problem: str | None = None
) -> str:
    case = _case(company, customer_id)
    chosen = request.form.getlist("invoice") or [one.id for one in case.invoices]
    return render_template(
        "web/plan_new.html",
        case=case,
        chosen=chosen,
        form=request.form,
        proposal=proposal,
        problem=problem,
        every=EVERY,
        forms=FORMS,
        accepted=ACCEPTED,
    )


def _case(company: Company, customer_id: str) -> Case:
    """What the customer owes; 404 where that is nothing."""
    here = context_of(company)
    today = company.today(here.clock.now())
    with reading(here.engine) as conn:
        family = cases.family(conn, company.id, customer_id)
        if not family and (key := cases.key_of(conn, company.id, customer_id)) is not None:
            family = cases.family(conn, company.id, key[0])
        if not family:
            abort(404)
        [loaded] = together(conn, lambda conn: cases.load(conn, company.id, [*family], today, family))
    if not loaded:
        abort(404)
    found: Case = loaded[0]
    return found


def _asked(company: Company, said: MultiDict[str, str] | None = None) -> Asked:
    """The plan as the form says it.  Raises ValueError with a sentence."""
    said = request.form if said is None else said
    count = said.get("payments", "").strip()
    if count and not (count.isdecimal() and 0 < int(count[:4]) <= PAYMENTS_MAX):
        raise ValueError("The number of payments is a whole number, such as 6")
    each, down = (amount_in(name, company.currency, said) for name in ("each", "first_amount"))
    every = said.get("every", "month")
    form = said.get("form", "overlay")
    accepted = said.get("accepted", "unknown")
    if every not in EVERY or form not in FORMS or accepted not in ACCEPTED:
        raise ValueError("Please choose from what is offered")
    return Asked(
        invoice_ids=tuple(said.getlist("invoice")[:INVOICES_MAX]),
        form=form,
        payments=int(count) if count else None,
        every=every,
        first_on=day_in("first_on", said),
        each=each.amount if each else None,
        first_amount=down.amount if down else None,
        accepted=accepted,
        accepted_by=said.get("accepted_by", "").strip()[:120] or None,
    )


def _shown(told: dict[str, Any]) -> dict[str, Any]:
    """The same with days and amounts as values, for the page to write in the company's way."""

    def value(name: str, one: Any, currency: str) -> Any:
        if isinstance(one, dict):
            own = one.get("currency") or currency
            return {key: value(key, inner, own) for key, inner in one.items()}
        if isinstance(one, list):
            return [value(name, inner, currency) for inner in one]
        if isinstance(one, str) and (name.endswith("_on") or name == "period"):
            return date.fromisoformat(one)
        if isinstance(one, str) and name in _AMOUNTS:
            return Money(Decimal(one), currency)
        return one

    found: dict[str, Any] = value("", told, told["currency"])
    return found


_AMOUNTS = frozenset(
    {
        "total",
        "moved",
        "balance",
        "amount",
        "received",
        "remaining",
        "missed_amount",
        "unapplied",
        "before",
        "after",
    }
)


def _side(what: str, amount: Money) -> Money:
    """Income and tax are credits: below zero in the books, above for people."""
    return -amount if what in ("income", "tax") else amount
