"""A policy tried before it is in force: on tonight, and on the company's own past.

Both take a while for a large company: the page that asks hands the work in, and the page that shows it
asks again until it is done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core import policy as core
from qb_collections.core.backtest import NO_CLAIM
from qb_collections.core.policy import Policy
from qb_collections.services import backtest, backtest_view, policies, policy_trial, presets
from qb_collections.services.desk import desk
from qb_collections.services.refusal import Refusal
from qb_collections.store.companies import Company
from qb_collections.web.access import company_for_user, context_of

bp = Blueprint("policies_tried", __name__, url_prefix="/companies/<int:company_id>/policy")

DAYS_MOST = 400  # played on a page; the command line takes three years
DAYS_USUAL = 90
TOO_OLD = "That was worked out too long ago and is not kept. Please ask again."


@dataclass(frozen=True, slots=True)
class Draft:
    """What a trial was asked about."""

    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Days:
    """What a replay was asked about."""

    first_on: date
    last_on: date
    beside: str  # name of a preset, draft, or nothing
    names: tuple[str, ...]  # what stands over each panel


def begin_trial(company: Company, text: str, note: str) -> ResponseReturnValue | Refusal:
    """Work out what the text would change tonight; the answer stands on a page of its own."""
    here = context_of(company)
    draft = policy_trial.draft_of(here, company, text)
    if isinstance(draft, Refusal):
        return draft
    began = desk.begin(
        company.id,
        "trial",
        Draft(text, note),
        lambda: policy_trial.trial(here, company, draft),
        at=here.clock.now(),
    )
    if isinstance(began, Refusal):
        return began
    return redirect(url_for("policies_tried.trial", company_id=company.id, token=began.token), 303)


@bp.get("/trial/<token>")
def trial(company_id: int, token: str) -> ResponseReturnValue:
    """For these customers tonight would be another one: counts first, then each of them."""
    company = company_for_user(company_id, role="manager")
    piece = desk.find(company.id, "trial", token)
    if piece is None:
        flash(TOO_OLD, "refused")
        return redirect(url_for("policies.edit", company_id=company.id), 303)
    answer = piece.answer if piece.is_done else None
    if isinstance(answer, Refusal):
        flash(answer.message, "refused")
        return redirect(url_for("policies.edit", company_id=company.id), 303)
    today = company.today(context_of(company).clock.now())
    page = min(max(request.args.get("page", 1, type=int), 1), answer.pages if answer else 1)
    return render_template(
        "web/policy_trial.html",
        draft=piece.asked,
        found=answer,
        token=token,
        page=page,
        changed=answer.page(page) if answer else (),
        note_max=policies.NOTE_MAX,
        play_from=_usual_start(company, today),
        play_to=today,
    )


@bp.get("/backtest")
def ask(company_id: int) -> str:
    """Which days, and which policy beside the one in force."""
    company = company_for_user(company_id)
    today = company.today(context_of(company).clock.now())
    return _asked(company, _usual_start(company, today), today, "")


def _usual_start(company: Company, today: date) -> date:
    """Three months ago, or where payment history begins."""
    return max(today - timedelta(days=DAYS_USUAL), company.history_since or date.min)


@bp.post("/backtest")
def play(company_id: int) -> ResponseReturnValue:
    """Replay the policy in force on those days, and another beside it where one is asked for."""
    company = company_for_user(company_id, role="collector")
    here = context_of(company)
    today = company.today(here.clock.now())
    try:
        first_on = date.fromisoformat(request.form.get("first_on", ""))
        last_on = date.fromisoformat(request.form.get("last_on", ""))
    except ValueError:
        flash("Please give the first and the last day.", "refused")
        return _asked(company, today - timedelta(days=DAYS_USUAL), today, ""), 422
    beside = request.form.get("beside", "")[:60]
    if (last_on - first_on).days >= DAYS_MOST:
        days = (last_on - first_on).days + 1
        flash(f"Those are {days:,} days; up to {DAYS_MOST} can be played here.", "refused")
        return _asked(company, first_on, last_on, beside), 422
    played = _played(company, beside, request.form.get("text", "").replace("\r\n", "\n"))
    if isinstance(played, Refusal):
        flash(played.message, "refused")
        return _asked(company, first_on, last_on, ""), 422
    names = tuple(name for name, _ in played)
    rules = [policy for _, policy in played]

    def work() -> backtest_view.Drawing | Refusal:
        found = backtest.run(here, company, rules, first_on, last_on)
        steps = {stage.code: stage.name for policy in reversed(rules) for stage in policy.ladder}
        return found if isinstance(found, Refusal) else backtest_view.drawing(found, steps)

    asked = Days(first_on, last_on, beside, names)
    began = desk.begin(company.id, "backtest", asked, work, at=here.clock.now())
    if isinstance(began, Refusal):
        flash(began.message, "refused")
        return _asked(company, first_on, last_on, beside), 422
    return redirect(url_for(".played", company_id=company.id, token=began.token), 303)


@bp.get("/backtest/<token>")
def played(company_id: int, token: str) -> ResponseReturnValue:
    company = company_for_user(company_id)
    piece = desk.find(company.id, "backtest", token)
    if piece is None:
        flash(TOO_OLD, "refused")
        return redirect(url_for(".ask", company_id=company.id), 303)
    asked: Days = piece.asked
    answer = piece.answer if piece.is_done else None
    if isinstance(answer, Refusal):
        flash(answer.message, "refused")
        return _asked(company, asked.first_on, asked.last_on, asked.beside)
    return _asked(company, asked.first_on, asked.last_on, asked.beside, asked, answer)


def _played(company: Company, beside: str, text: str) -> list[tuple[str, Policy]] | Refusal:
    """The policy in force, then what is held against it: a draft, a policy that ships, or nothing."""
    here = context_of(company)
    stored = policies.current(here, company)
    rules = [(f"In force, version {stored.version}", core.load(stored.text))]
    if beside == "draft":
        draft = policy_trial.draft_of(here, company, text)
        return draft if isinstance(draft, Refusal) else [*rules, ("Your draft", core.load(draft.text))]
    if beside:
        preset = presets.find(beside)
        return preset if isinstance(preset, Refusal) else [*rules, (preset.title, core.load(preset.text))]
    return rules


def _asked(
    company: Company,
    first_on: date,
    last_on: date,
    beside: str,
    asked: Days | None = None,
    drawn: backtest_view.Drawing | None = None,
) -> str:
    today = company.today(context_of(company).clock.now())
    return render_template(
        "web/backtest.html",
        first_on=first_on,
        last_on=last_on,
        beside=beside,
        today=today,
        presets=presets.every(),
        asked=asked,
        drawn=drawn,
        no_claim=NO_CLAIM,
        days_most=DAYS_MOST,
    )
