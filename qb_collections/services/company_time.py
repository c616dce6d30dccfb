"""A company connected to an emulator lives on the emulator's time."""

from __future__ import annotations

from datetime import UTC, datetime

from qb_collections.clock import Clock, ShiftedClock
from qb_collections.quickbooks.errors import Unreadable
from qb_collections.services.context import Context
from qb_collections.store.companies import Company


def on_company_time(context: Context, company: Company) -> Context:
    """The context on the clock that the company lives on.

    Real companies live on the service's own.  For one on an emulator the time
    is read from it, in one short request, unless both sides were handed one
    clock.  Raises Unreachable when the emulator does not answer.
    """
    if company.emulator_url is None:
        return context
    return on_emulator_time(context, company.emulator_url)


def on_emulator_time(context: Context, emulator_url: str) -> Context:
    clock: Clock = context.shared_clock or ShiftedClock(_now_at(context, emulator_url))
    return context if clock is context.clock else context.on_clock(context, clock)


def _now_at(context: Context, emulator_url: str) -> datetime:
    answer = context.intuit.get_json(f"{emulator_url}/emulator/clock")
    try:
        now = datetime.fromisoformat(str(answer["now"]))
    except (KeyError, ValueError):
        raise Unreadable(detail="the emulator does not say what time it is") from None
    if now.tzinfo is None:
        raise Unreadable(detail="the emulator's time has no zone")
    return now.astimezone(UTC)
