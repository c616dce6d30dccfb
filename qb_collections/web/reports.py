"""Reports: who owes how much for how long, what can be expected, how customers pay."""

from __future__ import annotations

from datetime import date

from flask import Blueprint, Response, flash, render_template, request

from qb_collections.core.expected import Forecast
from qb_collections.services import aging_report, knowing, metrics
from qb_collections.services.refusal import Refusal
from qb_collections.web.access import company_for_user, context_of

bp = Blueprint("reports", __name__, url_prefix="/companies/<int:company_id>/reports")

ROWS_SHOWN = 200
BAR_HEIGHT = 120


@bp.get("/")
def show(company_id: int) -> str:
    """Aging by customer, expected cash by week, and the figures as of any past day."""
    company = company_for_user(company_id)
    here = context_of(company)
    aging = aging_report.aging(here, company)
    ahead = knowing.ahead(here, company)
    figures = metrics.figures(here, company, _as_of(aging.on))
    if isinstance(figures, Refusal):
        flash(figures.message, "refused")
        figures = metrics.figures(here, company)
    return render_template(
        "web/reports.html",
        aging=aging,
        buckets=aging_report.BUCKETS,
        rows=aging.rows[:ROWS_SHOWN],
        ahead=None if isinstance(ahead, Refusal) else ahead,
        bars=[] if isinstance(ahead, Refusal) else [(one, _bars(one)) for one in ahead.forecasts],
        figures=None if isinstance(figures, Refusal) else figures,
        sentences=metrics.sentences,
    )


@bp.get("/aging.csv")
def aging_csv(company_id: int) -> Response:
    """Every open invoice, for a spreadsheet."""
    company = company_for_user(company_id)
    found = aging_report.aging(context_of(company), company)
    name = f"aging-{found.on.isoformat()}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(aging_report.as_csv(found), mimetype="text/csv", headers=headers)


def _as_of(today: date) -> date:
    text = request.args.get("as_of", "").strip()
    if not text:
        return today
    try:
        return date.fromisoformat(text)
    except ValueError:
        flash(f"{text[:20]!r} is not a day; write it like 2026-11-06. These are today's figures.", "refused")
        return today


def _bars(one: Forecast) -> list[tuple[int, int, int]]:
    """For each week the height of what is expected and of its nine-in-ten range, in the chart's units."""
    most = max((week.high.amount for week in one.weeks), default=0)
    if not most:
        return [(0, 0, 0) for _ in one.weeks]
    return [
        (
            int(week.expected.amount * BAR_HEIGHT / most),
            int(week.low.amount * BAR_HEIGHT / most),
            int(week.high.amount * BAR_HEIGHT / most),
        )
        for week in one.weeks
    ]
