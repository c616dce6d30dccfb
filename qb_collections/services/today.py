"""What an owner with five minutes sees first: one company, as it stands today.  Reads only.

Six statements at most, and seven while nights wait for approval: what is asked before the first
message costs two more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from qb_collections.core.money import Money
from qb_collections.core.promises import PromiseState
from qb_collections.services import (
    adding_up,
    books_current,
    history,
    history_told,
    keep_alive,
    modes,
    overview,
    promised,
    report_figures,
    restored,
)
from qb_collections.services.adding_up import AddsUp
from qb_collections.services.context import Context
from qb_collections.services.history_told import HistoryTold
from qb_collections.services.keep_alive import ReconnectBy
from qb_collections.services.night import next_night_on
from qb_collections.services.overview import Overview
from qb_collections.services.promised import Promise
from qb_collections.services.report_figures import ReportFigures
from qb_collections.services.restored import RestoredState
from qb_collections.store import today as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.today import Facts

AHEAD = timedelta(days=7)  # promises that are shown before their day
SHOWN = 5  # promises of each kind


@dataclass(frozen=True, slots=True)
class Expected:
    """What this week brings, as it was worked out on a day; eight weeks in ten bring between low and high."""

    expected: Money
    low: Money
    high: Money
    through_on: date
    worked_out_on: date


@dataclass(frozen=True, slots=True)
class Pays:
    """After how many days customers pay, unpaid invoices counted, and how many their terms allow."""

    after_days: int
    terms_days: int | None

    @property
    def over(self) -> int:
        """Days beyond the terms; never negative."""
        return max(self.after_days - self.terms_days, 0) if self.terms_days is not None else 0


@dataclass(frozen=True, slots=True)
class Promises:
    """What was promised for a day: the next to come, and those that were not kept, the latest first."""

    due: tuple[Promise, ...]
    broken: tuple[Promise, ...]
    due_count: int
    broken_count: int


@dataclass(frozen=True, slots=True)
class Today:
    """The page called Today."""

    overview: Overview
    unapproved: int  # contacts that wait for a yes
    expected: Expected | None  # None: not worked out yet
    pays: Pays | None
    promises: Promises
    adds_up: AddsUp | None
    put_back: RestoredState | None
    reconnect_by: ReconnectBy | None
    asked_about_books: bool
    books_word: str | None
    history: HistoryTold
    is_worked_on: bool
    offers_automatic: bool


def today_of(context: Context, company: Company) -> Today:
    """context is the one on the company's time."""
    now = context.clock.now()
    today, coming = company.today(now), next_night_on(company, now)
    with reading(context.engine) as conn:
        facts = stored.facts(conn, company.id, today, coming)
        figures = report_figures.latest(conn, company)
        made = promised.standing(
            conn,
            [company],
            {company.id: today},
            texts={company.id: facts.policy} if facts.policy is not None else None,
        )
        offers = modes.may_offer(conn, company, facts.nights)
    shown = overview.shown(company, facts, today, coming)
    night = facts.nights[0] if facts.nights else None
    put_back = restored.told(facts.restored) if facts.restored is not None else None
    return Today(
        overview=shown,
        unapproved=facts.unapproved,
        expected=_expected(company, figures, today),
        pays=_pays(company, figures),
        promises=_promises(made, today),
        adds_up=_adds_up(company, facts, shown),
        put_back=put_back if put_back is not None and put_back.is_held else None,
        reconnect_by=keep_alive.told(company, facts.permission_ends_at, now),
        asked_about_books=night is not None and books_current.asks(night),
        books_word=facts.books_word,
        history=history_told.told(context, history.progress_of(facts.history, company.locale)),
        is_worked_on=facts.holder is not None,
        offers_automatic=offers,
    )


def _expected(company: Company, figures: ReportFigures | None, today: date) -> Expected | None:
    """The week that today is in; figures of a week that is over say nothing about this one."""
    if figures is None or not figures.rests_on:  # before a payment is known, nothing is expected of anybody
        return None
    for one in figures.currencies:
        if one.currency == company.currency and one.forecast is not None:
            for week in one.forecast.weeks:
                if week.first_on <= today <= week.last_on:
                    return Expected(week.expected, week.low, week.high, week.last_on, figures.on)
    return None


def _pays(company: Company, figures: ReportFigures | None) -> Pays | None:
    for one in figures.currencies if figures is not None else ():
        if one.currency == company.currency and one.pay_after_days is not None:
            return Pays(int(one.pay_after_days.quantize(Decimal(1), ROUND_HALF_UP)), one.terms_days)
    return None


def _promises(made: Sequence[Promise], today: date) -> Promises:
    due = [one for one in made if one.state is PromiseState.OPEN and one.promised_on <= today + AHEAD]
    missed = (PromiseState.BROKEN, PromiseState.PART_KEPT)
    broken = [one for one in reversed(made) if one.state in missed and one.is_owed]
    return Promises(tuple(due[:SHOWN]), tuple(broken[:SHOWN]), len(due), len(broken))


def _adds_up(company: Company, facts: Facts, shown: Overview) -> AddsUp | None:
    if facts.tie_out is None:
        return None
    owed = {one.currency: one.owed for one in shown.owed}
    return adding_up.told(company, facts.tie_out, owed, facts.unapplied)
