"""Runs: what each night decided, did, and left alone."""

from __future__ import annotations

from collections import Counter
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.core.decision import Outcome
from qb_collections.core.money import Money
from qb_collections.services import books_current, overview, report
from qb_collections.services import runs as approving
from qb_collections.services.refusal import Refusal
from qb_collections.store import mail_messages, runs
from qb_collections.store.engine import reading
from qb_collections.web.access import company_for_user, context, context_of, user

bp = Blueprint("runs", __name__, url_prefix="/companies/<int:company_id>/runs")

RUNS_SHOWN = 60
SPOKEN = (Outcome.REMIND.value, Outcome.CALL.value)


@bp.get("/")
def list_all(company_id: int) -> str:
    company = company_for_user(company_id)
    with reading(context().engine) as conn:
        found = runs.list(conn, company.id, limit=RUNS_SHOWN)
    return render_template("web/runs.html", runs=found)


@bp.get("/<int:run_id>")
def show(company_id: int, run_id: int) -> str:
    """The heading first; then who is contacted, in which words; then everybody who is left alone, and why."""
    company = company_for_user(company_id)
    here = context_of(company)
    with reading(here.engine) as conn:
        try:
            run = runs.get(conn, company.id, run_id)
        except LookupError:
            abort(404)
        word = overview.books_word(conn, company, run)
        messages = mail_messages.ids_of_run(conn, company.id, run_id)
    told = report.run_report(here, company, run_id)
    for line in told["customers"]:
        line["money"] = _money(line["amount"], line["currency"])
        line["look_on"] = _day(line["next_look_on"])
    for effect in told["intents"]:
        effect["due"] = datetime.fromisoformat(effect["due_at"])
        effect["message_id"] = messages.get(effect["id"])
    contacts = [line for line in told["customers"] if line["outcome"] in SPOKEN]
    quiet = _silent(told["customers"])
    return render_template(
        "web/run.html",
        run=run,
        told=told,
        tonight=overview.tonight_of(here, company, run),
        contacts=contacts,
        yours=[line for line in told["customers"] if line["outcome"] in ("task", "decide")],
        silent=[line for line in quiet if not _starts(line)],
        starting=_by_day(quiet),
        waiting=_waiting(told["intents"]),
        asked_about_books=books_current.asks(run),
        books_word=word,
        effects={
            effect["customer_id"]: effect
            for effect in told["intents"]
            if effect["kind"] in EFFECTS and not effect["answer"]
        },
    )


@bp.post("/<int:run_id>/approve")
def approve(company_id: int, run_id: int) -> ResponseReturnValue:
    """Agree to the run, or to one customer of it."""
    company = company_for_user(company_id, role="manager")
    only = request.form.get("customer") or None
    done = approving.approve(context_of(company), company, run_id, by=user().name, customer=only)
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return redirect(url_for(".show", company_id=company.id, run_id=run_id), 303)


EFFECTS = ("send_invoice", "email", "task")


def _silent(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Those with something late first, by reason; nothing late comes last."""
    quiet = [line for line in lines if line["outcome"] == Outcome.SILENCE.value]
    often = Counter(line["gate"] for line in quiet)
    return sorted(
        quiet,
        key=lambda line: (
            line["gate"] in overview.NOTHING_LATE,
            -often[line["gate"]],
            line["gate"],
            line["customer"],
        ),
    )


def _starts(line: dict[str, Any]) -> bool:
    """Late since before sending began, and given a day of its own to begin on."""
    return bool(
        line["gate"] == "stage" and line["look_on"] and f"starts on {line['look_on']:%A}" in line["reason"]
    )


def _by_day(lines: list[dict[str, Any]]) -> list[tuple[date, list[dict[str, Any]]]]:
    """Who starts on which day, the first day first."""
    days: dict[date, list[dict[str, Any]]] = {}
    for line in lines:
        if _starts(line):
            days.setdefault(line["look_on"], []).append(line)
    return sorted(days.items())


def _waiting(effects: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [one for one in effects if one["state"] in ("planned", "ready") and one["approval"] == "needed"]


def _money(amount: str | None, currency: str) -> Money | None:
    return None if amount is None else Money(Decimal(amount), currency)


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
