"""What a run's contacts wait for before the first of them leaves.

What a person settles once, then explained receivables and current books.
"""

from __future__ import annotations

from datetime import date

import structlog

from qb_collections.core import company_gates
from qb_collections.core.company_gates import CompanyState, Mode
from qb_collections.core.first_look import held_because
from qb_collections.quickbooks.errors import QuickBooksError, ReconnectNeeded
from qb_collections.services import books_current, tie_out
from qb_collections.services.context import Context
from qb_collections.store import books_words, first_look, runs
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.leases import Lease

NOT_COMPARED = (
    "On hold: QuickBooks did not answer when we compared what it says you are owed with its invoices. "
    "We ask again before anything goes out."
)
_log = structlog.get_logger("night")


def hold(context: Context, company: Company, lease: Lease, on: date, contacts: int) -> str | None:
    """The sentence that holds tonight's contacts, or None.

    A night without contacts asks nothing.  One with contacts costs one call, and more only where the
    answers differ from what we have.
    """
    if contacts == 0 or company.mode is Mode.SHADOW:
        return None
    with reading(context.engine) as conn:
        unsettled = held_because(first_look.of(conn, company.id))
    if unsettled is not None:
        return unsettled
    gateway = context.gateway(company, lease)
    try:
        tied = tie_out.tie_out(context, company, lease, gateway)
        behind = (
            None
            if _said_current(context, company, on)
            else books_current.behind(context, company, gateway, on)
        )
    except ReconnectNeeded:
        raise
    except QuickBooksError as error:
        _log.warning("not compared", kind=type(error).__name__, status=error.status)
        return NOT_COMPARED
    state = CompanyState(
        mode=company.mode,
        link=company.state,
        books_behind=behind,
        untied=None if tied.ties else tied.said,
    )
    closed = company_gates.judge(state)
    return closed.because if closed is not None else None


def _said_current(context: Context, company: Company, on: date) -> bool:
    """Whether a person said so for today's run already: it is being decided again."""
    with reading(context.engine) as conn:
        run = runs.latest(conn, company.id, "night")
        return run is not None and run.on == on and books_words.given_by(conn, company.id, run.id) is not None
