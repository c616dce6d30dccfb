"""The figures of the reports page that need the whole past: worked out once a night, read at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from qb_collections.core.books import Invoice
from qb_collections.core.expected import Forecast, forecast
from qb_collections.core.lateness import Late, Reason, Told, of_hold, reasons
from qb_collections.core.pay_months import PayMonth, pay_months, terms_days
from qb_collections.core.promises import PromiseState
from qb_collections.core.stage_yield import StageYield, stage_yields
from qb_collections.core.standing import standing
from qb_collections.services import knowing, metrics
from qb_collections.services.context import Context
from qb_collections.services.knowing import Looking
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import cursors, mirror, plans, replies, report_figures
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, reading

REPLIES_FOR = timedelta(days=60)  # an older reply, or a promise broken earlier, explains nothing any more
RUNNING = ("active", "broken", "building")


@dataclass(frozen=True, slots=True)
class OfCurrency:
    """One currency."""

    currency: str
    forecast: Forecast | None  # None: nothing is open
    months: tuple[PayMonth, ...]
    yields: tuple[StageYield, ...]
    reasons: tuple[Reason, ...]
    sentences: tuple[str, ...]
    pay_after_days: Decimal | None = None  # from the invoice's date, on average, unpaid ones counted
    terms_days: int | None = None  # what the terms of a year's invoices allow: the median


@dataclass(frozen=True, slots=True)
class ReportFigures:
    on: date  # the company's day
    made_at: datetime
    read_at: datetime  # when the books were read that they rest on
    rests_on: int  # paid invoices of the whole company
    since: str  # from which day payment history is complete, as a sentence
    stages: Mapping[str, str]  # names of the policy's steps, by code
    currencies: tuple[OfCurrency, ...]


def refresh(context: Context, company: Company) -> ReportFigures | Refusal:
    """Work the figures out from what was read last, and keep them.  Seconds for a large company."""
    now = context.clock.now()
    on = company.today(now)
    with reading(context.engine) as conn:
        cursor = cursors.cursor(conn, company.id)
        if cursor is None or cursor.first_synced_at is None:
            return Refusal(
                f"{company.name} has not been read yet. Its figures follow with the first reading."
            )
        looking = knowing.look_back(conn, company, on)
        still_open = mirror.open_invoices(conn, company.id)
        told = _told(conn, company, looking)
        stages = {stage.code: stage.name for stage in Rulebook(conn, company, on).policy.ladder}
    made = _figures(company, looking, still_open, told, stages, (now, cursor.synced_at))
    with derived(context.engine) as conn:
        report_figures.put(
            conn,
            company.id,
            on=on,
            made_at=now,
            read_at=cursor.synced_at,
            history_since=company.history_since,
            figures=msgspec.to_builtins(made),
        )
    return made


def latest(conn: Connection, company: Company) -> ReportFigures | None:
    """As they were worked out last; None before the first time."""
    stored = report_figures.get(conn, company.id)
    return msgspec.convert(stored.figures, ReportFigures) if stored else None


def _figures(
    company: Company,
    looking: Looking,
    still_open: list[Invoice],
    told: list[Told],
    stages: Mapping[str, str],
    at: tuple[datetime, datetime],
) -> ReportFigures:
    past, on = looking.past, looking.on
    known = knowing.knowledge(looking)
    pairs = [(past.head(one.customer_id), one) for one in still_open]
    disputed = frozenset(one.invoice_id for one in told if one.why == "dispute" and one.invoice_id)
    ahead = {one.currency: one for one in forecast(pairs, known, on, disputed_ids=disputed)}
    contacts = [one.contact for one in looking.records.said]
    found = []
    for currency in sorted({*past.currencies, *ahead}) or [company.currency]:
        late = [
            Late(one.id, head, one.balance.amount)
            for head, one in pairs
            if one.balance.currency == currency and one.due_on is not None and one.due_on < on
        ]
        stood = standing(past, looking.books, currency, on, looking.records)
        found.append(
            OfCurrency(
                currency,
                ahead.get(currency),
                pay_months(past.of_currency(currency), on),
                stage_yields(past, contacts, currency, on),
                reasons(late, told),
                tuple(one.strip() for one in metrics.sentences(stood, company.locale)),
                stood.pay_mean_days,
                terms_days(past.of_currency(currency), on),
            )
        )
    return ReportFigures(on, *at, known.company.invoices, looking.since, stages, tuple(found))


def _told(conn: Connection, company: Company, looking: Looking) -> list[Told]:
    """Everything anybody said that explains lateness today; about customers it names heads of cases."""
    past, on = looking.past, looking.on
    found = [
        Told(past.head(span.customer_id), span.hold.invoice_id, of_hold(span.hold.kind))
        for span in looking.records.holds
        if span.lifted_at is None and (span.hold.until_on is None or span.hold.until_on >= on)
    ]
    for one in looking.records.promises:
        hold = one.promise.hold
        if one.state is PromiseState.BROKEN and (hold.until_on or on) >= on - REPLIES_FOR:
            found.append(Told(past.head(one.promise.customer_id), hold.invoice_id, "promise_broken"))
    found += [
        Told(past.head(one.customer_id), one.invoice_id, "replied")
        for one in replies.list(conn, company.id)
        if one.on >= on - REPLIES_FOR
    ]
    for row in plans.list(conn, company.id):
        if row.state in RUNNING:
            ids = {one.invoice_id for one in row.originals}
            ids |= {one.invoice_id for one in row.installments if one.invoice_id}
            found += [Told(past.head(row.customer_id), id, "plan") for id in ids]
    return found
