"""What needs the owner: calls with their sheets, messages to send, decisions."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core.case import DISPUTE_CODES
from qb_collections.services import call_sheet, letters, ready_to_send, still_true, tasks
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.outcomes import Outcome
from qb_collections.services.refusal import Refusal
from qb_collections.services.tasks import Report
from qb_collections.store import leases, mirror
from qb_collections.store import tasks as stored
from qb_collections.store.calls import SAID_MAX
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.leases import Leased
from qb_collections.web import worklist
from qb_collections.web.access import company_for_user, context, context_of, user
from qb_collections.web.typed import amount_in, day_in

bp = Blueprint("tasks", __name__, url_prefix="/companies/<int:company_id>/tasks")

# What comes of a call, the most frequent first: ten of them have a key.
FREQUENT = (
    "no-answer",
    "promise",
    "part",
    "in-transit",
    "call-back",
    "spoke",
    "dispute",
    "paid",
    "plan",
    "copy",
)
# Which outcomes a field is asked for; a browser that knows how shows it with them alone.
ASKED = {
    "on": "promise part in-transit call-back hardship upset call-again later still",
    "amount": "promise part",
    "rest_on": "part",
    "reference": "in-transit paid",
    "invoice": "dispute copy paid",
    "code": "dispute",
    "owner": "dispute",
    "answer_by_on": "dispute",
    "voicemail": "no-answer",
}
WORDS_MAX, OWNER_MAX, REFERENCE_MAX = 200, 120, 60
ROWS_A_PAGE = 50


@bp.get("/")
def list_all(company_id: int) -> str:
    """Everything, the earliest day first; a page at a time, and of each whether its words still hold."""
    company = company_for_user(company_id)
    here = context_of(company)
    with reading(here.engine) as conn:
        waiting = stored.list(conn, company.id)
        pages = max(-(-len(waiting) // ROWS_A_PAGE), 1)
        page = min(max(request.args.get("page", 1, type=int), 1), pages)
        shown = waiting[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
        names = mirror.customers(conn, company.id, {one.customer_id for one in shown if one.customer_id})
    return render_template(
        "web/tasks.html",
        tasks=shown,
        names=names,
        today=company.today(here.clock.now()),
        stale=still_true.objections(here, company, shown),
        letters=[one for one in waiting if letters.is_letter(one)],
        page=page,
        pages=pages,
    )


@bp.get("/<int:task_id>")
def show(company_id: int, task_id: int) -> ResponseReturnValue:
    """A call is shown with what QuickBooks says this moment; one that was paid meanwhile closes itself."""
    company = company_for_user(company_id)
    with reading(context().engine) as conn:
        try:
            task = stored.get(conn, company.id, task_id)
        except LookupError:
            abort(404)
        theirs = [task.customer_id] if task.customer_id else []
        owed = mirror.open_invoices(conn, company.id, theirs) if theirs else []
        customer = mirror.customers(conn, company.id, theirs).get(task.customer_id or "") if theirs else None
    here = context_of(company)
    sheet = None
    if task.kind == call_sheet.CALL and task.state == "open":
        opened = call_sheet.open(here, company, task_id, caller=user().name)
        if isinstance(opened, call_sheet.PaidMeanwhile):
            flash(opened.message)
            return redirect(url_for("worklist.show", company_id=company.id), 303)
        sheet = opened if isinstance(opened, call_sheet.Sheet) else None
    stale = sheet.not_now if sheet is not None else still_true.objection(here, company, task)
    return render_template(
        "web/task.html",
        task=task,
        outcomes=_in_order(tasks.outcomes_of(task.kind)),
        asked=ASKED,
        then=tasks.following(here, company).sentences(tasks.outcomes_of(task.kind)),
        open=owed,
        phone=customer.phone if customer else None,
        stale=stale,
        sheet=sheet,
        ready=ready_to_send.of(task),
        mailto=ready_to_send.mailto(task),
        is_letter=letters.is_letter(task),
        codes=DISPUTE_CODES,
        which=worklist.listed(),
    )


@bp.get("/<int:task_id>.eml")
def download(company_id: int, task_id: int) -> ResponseReturnValue:
    """The message as a file that a mail program opens, ready to be sent; overtaken words are kept."""
    company = company_for_user(company_id)
    here = context_of(company)
    with reading(context().engine) as conn:
        try:
            task = stored.get(conn, company.id, task_id)
        except LookupError:
            abort(404)
    stale = still_true.objection(here, company, task)
    made = Refusal(f"Don't send this: {stale}") if stale else ready_to_send.eml(here, company, task)
    if isinstance(made, Refusal):
        flash(made.message, "refused")
        return redirect(url_for(".show", company_id=company.id, task_id=task_id), 303)
    headers = {"Content-Disposition": f'attachment; filename="message-{task_id}.eml"'}
    return Response(made, mimetype="message/rfc822", headers=headers)


@bp.post("/<int:task_id>/done")
def done(company_id: int, task_id: int) -> ResponseReturnValue:
    """Note what came of it; what follows is done in the same moment.  Then on to the next of the list."""
    company = company_for_user(company_id, role="collector")
    here = context_of(company)
    which = worklist.listed()
    again = redirect(url_for(".show", company_id=company.id, task_id=task_id, list=which), 303)
    if not request.form.get("outcome"):
        flash("Please choose what came of it. Nothing was noted.", "refused")
        return again
    try:
        what = _report(company)
    except ValueError as problem:
        flash(f"{problem}. Nothing was noted.", "refused")
        return again
    before = worklist.found_in(which, company) if which is not None else None
    try:
        with held(here, company, PAGE_SECONDS) as lease:
            said = tasks.done(here, company, lease, task_id, what)
    except Leased as leased:
        flash(
            f"We are working for {company.name} right now ({leases.describe(leased.holder)}). "
            "Nothing was noted; please try again in a minute.",
            "refused",
        )
        return again
    if isinstance(said, Refusal):
        flash(said.message, "refused")
        return again
    flash(said)
    if before is None or which is None:
        return redirect(url_for("worklist.show", company_id=company.id), 303)
    return redirect(worklist.address_after(before, company, task_id, which), 303)


def _in_order(outcomes: Mapping[str, Outcome]) -> dict[str, Outcome]:
    first = [name for name in FREQUENT if name in outcomes and "no-answer" in outcomes]
    return {name: outcomes[name] for name in (*first, *(name for name in outcomes if name not in first))}


def _report(company: Company) -> Report:
    """The form as a report.  Raises ValueError with a sentence."""

    def words(name: str, longest: int = WORDS_MAX) -> str | None:
        return request.form.get(name, "").strip()[:longest] or None

    return Report(
        request.form["outcome"],
        user().name,
        on=day_in("on"),
        amount=amount_in("amount", company.currency),
        invoice=words("invoice"),
        reason=words("reason"),
        owner=words("owner", OWNER_MAX),
        answer_by_on=day_in("answer_by_on"),
        code=words("code"),
        rest_on=day_in("rest_on"),
        reference=words("reference", REFERENCE_MAX),
        voicemail=bool(request.form.get("voicemail")),
        said=words("said", SAID_MAX + 1),  # one more, so that what is too long is refused and not cut
    )
