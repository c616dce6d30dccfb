"""What a person answers to the service's watching: books, receivables, payment history."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core.company_gates import Link
from qb_collections.core.money import Money
from qb_collections.core.wording import list_text, short
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import adding_up, books_current, history, restored, tie_out
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.refusal import Refusal
from qb_collections.services.tie_out import TieOut
from qb_collections.store import leases, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.leases import Leased
from qb_collections.web.access import company_for_user, context, context_of, safe_next, user

bp = Blueprint("watching", __name__, url_prefix="/companies/<int:company_id>")

NAMED_MAX = 5  # customers named in one sentence


@bp.post("/runs/<int:run_id>/books-current")
def books_are_current(company_id: int, run_id: int) -> ResponseReturnValue:
    """ "My books are up to date": good for this run, and logged."""
    company = company_for_user(company_id, role="manager")
    try:
        done = books_current.confirm(context_of(company), company, run_id, by=user().name)
    except LookupError:
        abort(404)
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return _back(company)


@bp.post("/restored/release")
def release(company_id: int) -> ResponseReturnValue:
    """A person has looked at what the restored records did not know; sending stays off until turned on."""
    company = company_for_user(company_id, role="owner")
    done = restored.release(context_of(company), company, user().name)
    if isinstance(done, Refusal):
        flash(done.message, "refused")
    else:
        flash(f"{company.name} is released. Sending is still off; turn it on when you are ready.")
    return _back(company)


@bp.post("/history/stop")
def stop_history(company_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="collector")
    flash(f"{history.stop(context_of(company), company, by=user().name)} What was read is kept.")
    return _back(company)


@bp.post("/history/go-on")
def go_on_with_history(company_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="collector")
    flash(history.go_on(context_of(company), company, by=user().name))
    return _back(company)


@bp.post("/compare")
def compare(company_id: int) -> ResponseReturnValue:
    """Hold QuickBooks' own aging against our documents now: up to four calls, all of them reads."""
    company = company_for_user(company_id, role="collector")
    if company.state is not Link.CONNECTED:
        flash(f"{company.name} is not connected to QuickBooks. Connect it again first.", "refused")
        return _back(company)
    here = context_of(company)
    try:
        with held(here, company, PAGE_SECONDS) as lease:
            found = tie_out.tie_out(here, company, lease)
    except Leased as leased:
        flash(
            f"Somebody is working for {company.name} at the moment: {leases.describe(leased.holder)}. "
            "Nothing was compared. Please try again in a minute.",
            "refused",
        )
    except QuickBooksError as error:
        flash(
            f"QuickBooks did not answer as it should: {str(error).rstrip('.')}. Please try again.", "refused"
        )
    else:
        flash(_compared(company, found), "message" if found.ties else "refused")
    return _back(company)


def _compared(company: Company, found: TieOut) -> str:
    """As the page says it beneath, with the customers to look at."""
    with reading(context().engine) as conn:
        told = adding_up.latest(conn, company)
    sums = " ".join(one.said for one in told.sums) if told is not None else found.said
    return f"Compared. {sums}{_concerned(company, found)}"


def _concerned(company: Company, found: TieOut) -> str:
    """Whose figures stay apart, so that a person knows where to look."""
    if not found.customers:
        return ""
    with reading(context().engine) as conn:
        known = mirror.customers(conn, company.id, [id for id, _ in found.customers])
    named = [
        f"{short(known[id].name, 40) if id in known else f'customer {id}'} "
        f"({Money(amount, known[id].currency if id in known else company.currency).format(company.locale)})"
        for id, amount in found.customers[:NAMED_MAX]
    ]
    more = len(found.customers) - len(named)
    named += [f"{more} more"] if more else []
    return f" Look at: {list_text(named) if len(named) <= 3 else ', '.join(named)}."


def _back(company: Company) -> ResponseReturnValue:
    asked = request.form.get("back")
    return redirect(safe_next(asked) if asked else url_for("dashboard.show", company_id=company.id), 303)
