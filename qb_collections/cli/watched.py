"""What the nights watch over, for the list of companies and for one company's release."""

from __future__ import annotations

from typing import Any

from qb_collections.cli import history
from qb_collections.cli.words import day_text
from qb_collections.core.company_gates import Link
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import adding_up, history_told, keep_alive, restored
from qb_collections.services.adding_up import AddsUp
from qb_collections.services.company_time import on_company_time
from qb_collections.services.context import Context
from qb_collections.services.keep_alive import ReconnectBy
from qb_collections.services.restored import RestoredState
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading

EXPLAIN = (
    "Until it is explained, no message leaves. qb-collections verify compares again and names the customers; "
    "put it right in QuickBooks (report A/R Aging Detail), then compare once more."
)
RELEASE = "Look at what was found, then: qb-collections company restored --release"


def row(context: Context, company: Company) -> dict[str, Any]:
    """What `companies --json` adds for one company; null where there is nothing to say."""
    by, adds_up, back = _reconnect_by(context, company), _adds_up(context, company), _held(context, company)
    return {
        "reconnect_by": {"on": by.on, "days_left": by.days_left, "sentence": by.sentence} if by else None,
        "tie_out": tied(adds_up) if adds_up else None,
        "history": history.as_json(history_told.of(context, company)),
        "restored": back.sentence if back else None,
    }


def lines(context: Context, company: Company) -> list[str]:
    """The sentences beneath the company's line; none for one that is disconnected."""
    if company.state is Link.DISCONNECTED:
        return []
    by, adds_up, back = _reconnect_by(context, company), _adds_up(context, company), _held(context, company)
    said = [f"{back.sentence} {RELEASE}"] if back else []
    if by is not None:
        said.append(f"{by.sentence} Do it with: qb-collections connect")
    if adds_up is not None:
        checked = f"Checked on {day_text(adds_up.on)}."
        said += [f"{one.said} {checked}" for one in adds_up.sums]
        said += [EXPLAIN] if adds_up.holds else []
    return [*said, history_told.of(context, company).said]


def tied(found: AddsUp) -> dict[str, Any]:
    return {
        "on": found.on,
        "at": found.at,
        "state": found.state,
        "still_as_compared": found.as_it_is,
        "sums": [
            {"said": one.said, "reported": one.reported, "unexplained": one.unexplained, "lines": one.lines}
            for one in found.sums
        ],
    }


def _adds_up(context: Context, company: Company) -> AddsUp | None:
    with reading(context.engine) as conn:
        return adding_up.latest(conn, company)


def _held(context: Context, company: Company) -> RestoredState | None:
    found = restored.state(context, company)
    return found if found is not None and found.is_held else None


def _reconnect_by(context: Context, company: Company) -> ReconnectBy | None:
    """On the clock that the company lives on; an emulator that is silent has nothing to renew."""
    try:
        return keep_alive.reconnect_by(on_company_time(context, company), company)
    except QuickBooksError:
        return None
