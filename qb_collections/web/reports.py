"""Reports: who owes how much for how long and why, what can be expected, how customers pay."""

from __future__ import annotations

from datetime import date, datetime

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.services import (
    aging_report,
    aging_view,
    metrics,
    report_figures,
    report_sheets,
    spreadsheet,
)
from qb_collections.services.refusal import Refusal
from qb_collections.services.report_figures import ReportFigures
from qb_collections.services.spreadsheet import Sheet
from qb_collections.store import cursors
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.web import report_charts
from qb_collections.web.access import company_for_user, context, context_of

bp = Blueprint("reports", __name__, url_prefix="/companies/<int:company_id>/reports")

LARGEST_SHOWN = 12
# Where what is known about lateness is worked on.
BOARDS = {
    "plan": "plans.list_all",
    "dispute": "plans_boards.disputes",
    "promise": "plans_boards.promises",
    "promise_broken": "plans_boards.promises",
    "replied": "tasks.list_all",
    "unsaid": "customers.list_all",
}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.get("/")
def show(company_id: int) -> str:
    """Aging as of now, and what was worked out last night: expected cash, days to pay, reasons, steps."""
    company = company_for_user(company_id)
    today = company.today(context_of(company).clock.now())
    with reading(context().engine) as conn:
        view = aging_view.of_company(conn, company, today, currency=_currency())
        figures = report_figures.latest(conn, company)
        is_read = figures is not None or cursors.cursor(conn, company.id) is not None
    return render_template(
        "web/reports.html",
        view=view,
        buckets=aging_report.BUCKETS,
        largest=view.lines[:LARGEST_SHOWN],
        figures=figures,
        is_read=is_read,
        waiting=_waiting(figures),
        charts=report_charts,
        why=report_sheets.WHY,
        boards=BOARDS,
        not_causal=report_sheets.NOT_CAUSAL,
    )


@bp.get("/aging")
def aging(company_id: int) -> str:
    """From a bucket to its customers, from a customer to the invoices, and back."""
    company = company_for_user(company_id)
    today = company.today(context_of(company).clock.now())
    bucket, page, currency = _bucket(), _page(), _currency()
    customer_id = request.args.get("customer", "")[:40]
    if customer_id:
        with reading(context().engine) as conn:
            one = aging_view.of_customer(
                conn,
                company,
                today,
                customer_id,
                currency=currency or company.currency,
                bucket=bucket,
                page=page,
            )
        if one is None:
            abort(404)
        return render_template("web/aging_customer.html", one=one, buckets=aging_report.BUCKETS)
    with reading(context().engine) as conn:
        view = aging_view.of_company(conn, company, today, currency=currency, bucket=bucket, page=page)
    return render_template("web/aging.html", view=view, buckets=aging_report.BUCKETS)


@bp.get("/day")
def of_day(company_id: int) -> ResponseReturnValue:
    """The figures as of the end of any past day, worked out while one waits."""
    company = company_for_user(company_id)
    here = context_of(company)
    today = company.today(here.clock.now())
    text = request.args.get("as_of", "").strip()
    try:
        on = date.fromisoformat(text) if text else today
    except ValueError:
        flash(f"{text[:20]!r} is not a day; write it like 2026-11-06. These are today's figures.", "refused")
        on = today
    figures = metrics.figures(here, company, on)
    if isinstance(figures, Refusal):
        flash(figures.message, "refused")
        return redirect(url_for(".show", company_id=company.id), 303)
    return render_template("web/report_day.html", figures=figures, sentences=metrics.sentences, today=today)


@bp.post("/work-out")
def work_out(company_id: int) -> ResponseReturnValue:
    """Have the night's figures worked out again now; the page looks whether they are there."""
    company = company_for_user(company_id, role="collector")
    with reading(context().engine) as conn:
        figures = report_figures.latest(conn, company)
    context().wake("figures", company.id)
    since = figures.made_at.isoformat() if figures else "never"
    return redirect(url_for(".show", company_id=company.id, since=since), 303)


@bp.get("/<any(aging,weeks,days,reasons,steps):report>.<any(csv,xlsx):form>")
def file(company_id: int, report: str, form: str) -> Response:
    """One report as a file for a spreadsheet."""
    company = company_for_user(company_id)
    sheet = _sheet(company, report)
    name = f"{report}-{_today(company).isoformat()}.{form}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    if form == "csv":
        return Response(spreadsheet.as_csv(sheet), mimetype="text/csv", headers=headers)
    body = spreadsheet.as_xlsx(sheet, context().clock.now())
    return Response(body, mimetype=XLSX, headers=headers)


def _sheet(company: Company, report: str) -> Sheet:
    if report == "aging":
        return aging_report.sheet(aging_report.aging(context_of(company), company))
    with reading(context().engine) as conn:
        figures = report_figures.latest(conn, company)
    if figures is None:
        abort(404)
    made: Sheet = getattr(report_sheets, report)(figures)
    return made


def _waiting(figures: ReportFigures | None) -> bool:
    """Whether the page waits for figures newer than those somebody saw when they asked."""
    since = request.args.get("since", "")
    if not since:
        return False
    if since == "never":
        return figures is None
    try:
        return figures is not None and figures.made_at == datetime.fromisoformat(since)
    except ValueError:
        return False


def _today(company: Company) -> date:
    return company.today(context_of(company).clock.now())


def _currency() -> str | None:
    code = request.args.get("currency", "")
    return code if len(code) == 3 and code.isascii() and code.isalpha() and code.isupper() else None


def _bucket() -> int | None:
    text = request.args.get("bucket", "")
    return int(text) if text in {str(number) for number in range(len(aging_report.BUCKETS))} else None


def _page() -> int:
    text = request.args.get("page", "")
    return int(text[:6]) if text.isascii() and text.isdigit() else 1
