"""The first page of a company: what is owed, what is late, and what tonight brings."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core.company_gates import Link, Mode
from qb_collections.services import (
    about_you,
    adding_up,
    first_steps,
    modes,
    night,
    progress,
    today,
)
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.modes import Confirm
from qb_collections.services.refusal import Refusal
from qb_collections.store import leases, mirror, runs
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.leases import Leased
from qb_collections.web import reconnecting
from qb_collections.web.access import company_for_user, context, context_of, user

bp = Blueprint("dashboard", __name__, url_prefix="/companies/<int:company_id>")

BEGINS_WITHIN_SECONDS = 5


@bp.get("/")
def show(company_id: int) -> str:
    """While the books have never been read: how far the reading is."""
    company = company_for_user(company_id)
    here = context_of(company)
    found = today.today_of(here, company)
    cursor = found.overview.cursor
    if cursor is None or cursor.first_synced_at is None:
        with reading(context().engine) as conn:
            counts = mirror.counts(conn, company.id)
        return render_template("web/reading.html", counts=counts, reading=progress.of(company.id))
    return render_template(
        "web/dashboard.html",
        today=found,
        overview=found.overview,
        first=first_steps.first_steps(here, company),
        put_back=found.put_back,
        reconnect_by=reconnecting.warning(found.reconnect_by, company),
        asked_about_books=found.asked_about_books,
        books_word=found.books_word,
        adds_up=found.adds_up,
        remedy=adding_up.REMEDY,
        history=found.history,
        worked_on="working" in request.args and (found.is_worked_on or _just_asked(request.args["working"])),
        offer_automatic=found.offers_automatic,
        trouble=progress.of(company.id),
        Mode=Mode,
        missing=[said] if (said := about_you.missing_sentence(company)) else [],
    )


@bp.post("/read")
def read(company_id: int) -> ResponseReturnValue:
    """Read the books now, instead of at night."""
    company = company_for_user(company_id, role="collector")
    if company.state is not Link.CONNECTED:
        flash(f"{company.name} is not connected to QuickBooks. Connect it again first.", "refused")
    else:
        context().wake("sync", company.id)
        flash("We are reading what changed in QuickBooks.")
    return redirect(url_for(".show", company_id=company.id, working=_now()), 303)


@bp.post("/preview")
def preview(company_id: int) -> ResponseReturnValue:
    """Decide for the coming night and store the draft.  Nothing leaves."""
    company = company_for_user(company_id, role="collector")
    here = context_of(company)
    try:
        with held(here, company, PAGE_SECONDS) as lease:
            run_id = night.preview(here, company, lease)
    except Leased as leased:
        return _busy(company, leased)
    return redirect(url_for("runs.show", company_id=company.id, run_id=run_id), 303)


@bp.post("/night")
def tonight(company_id: int) -> ResponseReturnValue:
    """Do today's night now: it syncs, decides, and delivers what is due; what waits for its hour waits."""
    company = company_for_user(company_id, role="manager")
    if company.state is not Link.CONNECTED:
        flash(f"{company.name} is not connected to QuickBooks. Connect it again first.", "refused")
        return redirect(url_for(".show", company_id=company.id), 303)
    try:
        with held(context(), company, PAGE_SECONDS):
            pass  # nobody else works for it, so that what is queued now begins now
    except Leased as leased:
        return _busy(company, leased)
    today = company.today(context_of(company).clock.now())
    with reading(context().engine) as conn:
        latest = runs.latest(conn, company.id, "night")
    context().wake("night by hand", company.id)
    if latest is not None and latest.on >= today:
        flash(
            "Today's run is there already. It is being brought up to date with QuickBooks; "
            "nobody hears from you twice."
        )
    else:
        flash("Today's run has begun. It shows here as soon as it is decided.")
    return redirect(url_for(".show", company_id=company.id, working=_now()), 303)


@bp.post("/mode")
def set_mode(company_id: int) -> ResponseReturnValue:
    """Turn sending on or off; automatic is offered after three approved runs."""
    company = company_for_user(company_id, role="owner")
    wanted = request.form.get("mode", "")
    back = redirect(url_for(".show", company_id=company.id), 303)
    if wanted not in [mode.value for mode in Mode]:
        flash("Please choose one of the three.", "refused")
        return back
    mode, here = Mode(wanted), context_of(company)
    if mode is Mode.AUTOMATIC and not modes.may_offer_automatic(here, company):
        flash(_too_early(), "refused")
        return back
    agreed = "confirmed" in request.form
    done = modes.set_mode(here, company, mode, by=user().name, confirmed=agreed, vouched=False)
    if isinstance(done, Refusal):
        flash(done.message, "refused")
        return back
    if isinstance(done, Confirm):
        return render_template("web/confirm_mode.html", question=done.question, mode=mode)
    flash(modes.SAYS[mode])
    return back


def _now() -> int:
    return int(context().clock.now().timestamp())


def _just_asked(since: str) -> bool:
    """Whether the work was asked for so lately that it may not have begun."""
    return since.isdigit() and 0 <= _now() - int(since[:12]) < BEGINS_WITHIN_SECONDS


def _busy(company: Company, leased: Leased) -> ResponseReturnValue:
    flash(
        f"Somebody is working for {company.name} at the moment: {leases.describe(leased.holder)}. "
        "Nothing was done. Please try again in a minute.",
        "refused",
    )
    return redirect(url_for(".show", company_id=company.id), 303)


def _too_early() -> str:
    return (
        f"Sending by itself is offered after {modes.APPROVED_RUNS} runs in a row that you approved. "
        "Nothing was changed."
    )
