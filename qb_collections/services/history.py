"""Payment history: what was paid and credited in the last 24 months, read at leisure.

A job of low priority beside everything else: window by window, each kept with its rows, so that it goes on
where it stopped.  It rests when a person says so, and when the month's reads run low.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from qb_collections.core.books import CreditMemo, Invoice, Payment
from qb_collections.core.wording import date_text
from qb_collections.quickbooks.errors import Unreadable
from qb_collections.quickbooks.values import Changes
from qb_collections.services import habits, mirroring, read_budget
from qb_collections.services.context import Context
from qb_collections.store import audit, companies, history
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable, reading
from qb_collections.store.history import HistoryRead
from qb_collections.store.leases import Lease

DAYS = 731  # 24 months
KINDS = ("Invoice", "Payment", "CreditMemo")
WHOLE = "done"
PAID = "Balance = '0' AND "  # what is still open was read first


@dataclass(frozen=True, slots=True)
class Progress:
    """For pages and metrics: complete from that day on, or on the way."""

    since_on: date
    done: int
    complete: bool
    stopped: bool
    locale: str  # in which the company writes days

    @property
    def sentence(self) -> str:
        day = date_text(self.since_on, self.locale)
        if self.complete:
            return f"Payment history is complete from {day} on."
        if self.stopped:
            return f"Reading payment history is stopped after {self.done:,} rows; it goes on when you say so."
        return (
            f"Still reading payment history back to {day}: {self.done:,} rows so far. You don't need to wait."
        )


class _Rest(Exception):
    """Enough for this time; what was read is kept."""


def read(context: Context, company: Company, lease: Lease, enough: Callable[[], bool]) -> bool:
    """Read on; True when it is complete.  enough is asked after each window, before the next.

    Costs ceil(rows / 1000) calls per kind, and a row or more read twice where windows meet.
    """
    state = _begun(context, company, lease)
    if state.finished_at is not None:
        return True
    gateway = context.gateway(company, lease)
    readers: dict[str, Callable[[datetime, Callable[[Changes], None]], datetime]] = {
        "Invoice": lambda since, take: gateway.changed_invoices(since, take, PAID),
        "Payment": gateway.changed_payments,
        "CreditMemo": gateway.changed_credit_memos,
    }
    try:
        for kind in KINDS:
            reached = state.reached.get(kind)
            if reached != WHOLE:
                since = datetime.fromisoformat(reached) if reached else _instant(state.since_on)
                readers[kind](since, _taker(context, company, lease, kind, enough))
                state = _reached(context, company, lease, kind, WHOLE, 0)
                if enough():
                    raise _Rest
    except _Rest:
        return False
    now = context.clock.now()
    with durable(context.engine) as conn:
        lease.check(conn)
        history.put(conn, company.id, replace(state, finished_at=now))
        companies.update(conn, company.id, history_since=state.since_on)
        audit.append(
            conn, company.id, "system", "history read", company.name, {"since": str(state.since_on)}, now
        )
    habits.refresh(context, replace(company, history_since=state.since_on), lease, company.today(now))
    return True


def may_go_on(context: Context, company: Company) -> bool:
    """Neither stopped by a person nor against the month's budget."""
    with reading(context.engine) as conn:
        state = history.of(conn, company.id)
    if state is not None and state.stopped_at is not None:
        return False
    return read_budget.leaves_room(context)


def stop(context: Context, company: Company, *, by: str) -> str:
    """Let it rest; what was read stays."""
    return _set_stopped(context, company, context.clock.now(), by, "Reading payment history is stopped.")


def go_on(context: Context, company: Company, *, by: str) -> str:
    said = _set_stopped(context, company, None, by, "Reading payment history goes on.")
    context.wake("history", company.id)
    return said


def progress(context: Context, company: Company) -> Progress | None:
    """None: it has not begun."""
    with reading(context.engine) as conn:
        state = history.of(conn, company.id)
    return progress_of(state, company.locale)


def progress_of(state: HistoryRead | None, locale: str) -> Progress | None:
    if state is None:
        return None
    finished = state.finished_at is not None
    return Progress(state.since_on, state.done, finished, state.stopped_at is not None, locale)


def _begun(context: Context, company: Company, lease: Lease) -> HistoryRead:
    now = context.clock.now()
    with derived(context.engine) as conn:
        lease.check(conn)
        state = history.of(conn, company.id)
        if state is None:
            state = HistoryRead(company.today(now) - timedelta(days=DAYS), now)
            history.put(conn, company.id, state)
    return state


def _taker(
    context: Context, company: Company, lease: Lease, kind: str, enough: Callable[[], bool]
) -> Callable[[Changes], None]:
    def take(changes: Changes) -> None:
        rows: tuple[Invoice | Payment | CreditMemo, ...] = (
            *changes.invoices,
            *changes.payments,
            *changes.credit_memos,
        )
        times = [one.updated_at for one in rows if one.updated_at is not None]
        if not times:
            raise Unreadable(detail=f"a {kind} without the time of its last change")
        with derived(context.engine) as conn:
            lease.check(conn)
            mirroring.take_over(conn, context, company, changes, only_known=True)
        _reached(context, company, lease, kind, max(times).isoformat(), len(rows))
        if enough():
            raise _Rest

    return take


def _reached(
    context: Context, company: Company, lease: Lease, kind: str, until: str, rows: int
) -> HistoryRead:
    with derived(context.engine) as conn:
        lease.check(conn)
        state = history.of(conn, company.id)
        assert state is not None, "it was begun"
        state = replace(state, reached={**state.reached, kind: until}, done=state.done + rows)
        history.put(conn, company.id, state)
    return state


def _set_stopped(context: Context, company: Company, at: datetime | None, by: str, said: str) -> str:
    now = context.clock.now()
    with durable(context.engine) as conn:
        if not history.set_stopped(conn, company.id, at):
            history.put(conn, company.id, HistoryRead(company.today(now) - timedelta(days=DAYS), now))
            history.set_stopped(conn, company.id, at)
        audit.append(
            conn, company.id, by, "history stopped" if at else "history goes on", company.name, {}, now
        )
    return said


def _instant(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, tzinfo=UTC)
