"""What the first page of a company rests on: one statement, however many rows there are.

Sums and counts come from indices alone; rows are read for a handful of things.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection as Database
from sqlalchemy import (
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    func,
    select,
    text,
)

from qb_collections.core.money import Money
from qb_collections.store import today_sums as sums
from qb_collections.store.beside import Beside
from qb_collections.store.cursors import Cursor
from qb_collections.store.history import HistoryRead
from qb_collections.store.overview import Aged
from qb_collections.store.restored import Restored
from qb_collections.store.runs import Run
from qb_collections.store.tables.connections import connection
from qb_collections.store.tables.decisions import decision, run
from qb_collections.store.tables.intents import intent
from qb_collections.store.tables.leases import lease, sync_cursor
from qb_collections.store.tables.policies import policy, policy_version
from qb_collections.store.tables.tasks import task
from qb_collections.store.tables.watching import books_word, history, restored, tie_out
from qb_collections.store.tie_outs import StoredTieOut
from qb_collections.store.types import money, money_of

NIGHTS = 20  # the latest, by which sending by itself is offered

Key = tuple[str, str]  # customer, currency


@dataclass(frozen=True, slots=True)
class Waiting:
    """Open tasks of one kind."""

    kind: str
    open: int
    past: int  # their day is over


@dataclass(frozen=True, slots=True)
class Facts:
    """late: customers with something late, by currency.  Sites are billed with parents."""

    cursor: Cursor | None
    holder: str | None
    nights: tuple[Run, ...]  # the latest first
    preview: Run | None  # of the coming night
    tallies: Mapping[int, list[tuple[str, str, int]]]  # by run: outcome, gate, customers
    waiting: tuple[Waiting, ...]
    unapproved: int  # contacts of nights that have not ended
    books_word: str | None
    permission_ends_at: datetime | None
    restored: Restored | None
    history: HistoryRead | None
    tie_out: StoredTieOut | None
    policy: str | None
    aged: tuple[Aged, ...]  # by currency and bucket; what is missing is nothing
    late: Mapping[str, int]
    late_sites: Sequence[Key]
    late_parents: frozenset[Key]
    billed_with: Mapping[str, str]
    without_email: int
    unapplied: Mapping[str, Money]


def facts(conn: Database, company_id: int, today: date, coming: date) -> Facts:
    """coming: the date of the next night."""
    (
        cursors,
        holders,
        nights,
        previews,
        tallied,
        waiting,
        unapproved,
        words,
        permission,
        put_back,
        past,
        compared,
        policies,
        aged,
        late,
        sites,
        parents,
        billed,
        silent,
        payments,
        memos,
    ) = _FACTS(conn, company_id=company_id, today=today, coming=coming, **sums.last_days(today))
    tallies: dict[int, list[tuple[str, str, int]]] = {}
    for run_id, outcome, gate, customers in tallied:
        tallies.setdefault(run_id, []).append((outcome, gate, customers))
    unapplied: dict[str, Money] = {}
    for currency, amount in (*payments, *memos):
        unapplied[currency] = unapplied.get(currency, Money.zero(currency)) + money(amount, currency)
    return Facts(
        cursor=Cursor(*cursors[0]) if cursors else None,
        holder=holders[0][0] if holders else None,
        nights=tuple(Run(*row) for row in nights),
        preview=Run(*previews[0]) if previews else None,
        tallies=tallies,
        waiting=tuple(Waiting(*row) for row in waiting),
        unapproved=unapproved[0][0],
        books_word=words[0][0] if words else None,
        permission_ends_at=permission[0][0] if permission else None,
        restored=Restored(*put_back[0]) if put_back else None,
        history=HistoryRead(*past[0]) if past else None,
        tie_out=StoredTieOut(*compared[0]) if compared else None,
        policy=policies[0][0] if policies else None,
        aged=_aged(aged),
        late={code: customers for code, customers in late if customers},
        late_sites=[(row[0], row[1]) for row in sites],
        late_parents=frozenset((row[0], row[1]) for row in parents),
        billed_with=dict(billed),
        without_email=silent[0][0],
        unapplied=dict(sorted(unapplied.items())),
    )


def _aged(rows: Iterable[tuple[Any, ...]]) -> tuple[Aged, ...]:
    found: dict[tuple[str, int], tuple[int, int]] = {}
    for code, bucket, units, invoices in rows:
        if invoices:
            owed, many = found.get((code, bucket), (0, 0))
            found[code, bucket] = owed + int(units), many + int(invoices)
    return tuple(
        Aged(code, bucket, money_of(owed, code), many)
        for (code, bucket), (owed, many) in sorted(found.items())
    )


# In the order of the fields of Run.
_RUN = (
    run.c.id,
    run.c.company_id,
    run.c.kind,
    run.c.run_on,
    run.c.state,
    run.c.heading,
    run.c.started_at,
    run.c.ended_at,
    run.c.counts,
)


def _cursor() -> Select[Any]:
    return select(sync_cursor.c.since, sync_cursor.c.synced_at, sync_cursor.c.first_synced_at).where(
        sums.mine(sync_cursor.c.company_id)
    )


def _holder() -> Select[Any]:
    return select(lease.c.holder).where(sums.mine(lease.c.company_id))


def _nights() -> Select[Any]:
    mine = (sums.mine(run.c.company_id), run.c.kind == "night")
    return select(*_RUN).where(*mine).order_by(run.c.id.desc()).limit(NIGHTS)


def _preview() -> Select[Any]:
    coming = run.c.run_on == bindparam("coming", type_=Date())
    mine = (sums.mine(run.c.company_id), run.c.kind == "preview", coming)
    return select(*_RUN).where(*mine).order_by(run.c.id.desc()).limit(1)


def _last_night() -> Any:
    query = select(func.max(run.c.id)).where(sums.mine(run.c.company_id), run.c.kind == "night")
    return query.scalar_subquery()


def _tallies() -> Select[Any]:
    coming = run.c.run_on == bindparam("coming", type_=Date())
    shown = select(func.max(run.c.id)).where(sums.mine(run.c.company_id), run.c.kind == "preview", coming)
    count = func.count()
    return (
        select(decision.c.run_id, decision.c.outcome, decision.c.gate, count)
        .where(
            sums.mine(decision.c.company_id),
            decision.c.run_id.in_(
                select(func.max(run.c.id))
                .where(sums.mine(run.c.company_id), run.c.kind == "night")
                .union_all(shown)
            ),
        )
        .group_by(decision.c.run_id, decision.c.outcome, decision.c.gate)
        .order_by(decision.c.run_id, count.desc(), decision.c.outcome, decision.c.gate)
    )


def _waiting() -> Select[Any]:
    past = func.coalesce(func.sum(cast(task.c.due_on < sums.today(), Integer)), 0)
    return (
        select(task.c.kind, func.count(), past)
        .where(sums.mine(task.c.company_id), task.c.state == "open")
        .group_by(task.c.kind)
        .order_by(task.c.kind)
    )


def _unapproved() -> Select[Any]:
    # As text: SQLite uses a partial index only for what it can read in the statement.
    waits = text("intent.approval = 'needed' AND intent.state IN ('planned', 'ready')")
    going_on = select(run.c.id).where(sums.mine(run.c.company_id), run.c.state != "ended")
    return (
        select(func.count())
        .select_from(intent)
        .where(sums.mine(intent.c.company_id), waits, intent.c.run_id.in_(going_on))
    )


def _word() -> Select[Any]:
    return select(books_word.c.said_by).where(
        sums.mine(books_word.c.company_id), books_word.c.run_id == _last_night()
    )


def _permission() -> Select[Any]:
    return select(connection.c.hard_expires_at).where(sums.mine(connection.c.company_id))


def _restored() -> Select[Any]:
    return select(
        restored.c.found_at,
        restored.c.because,
        restored.c.found,
        restored.c.released_by,
        restored.c.released_at,
    ).where(sums.mine(restored.c.company_id))


def _history() -> Select[Any]:
    return select(
        history.c.since_on,
        history.c.started_at,
        history.c.reached,
        history.c.done,
        history.c.stopped_at,
        history.c.finished_at,
    ).where(sums.mine(history.c.company_id))


def _tie_out() -> Select[Any]:
    return (
        select(
            tie_out.c.id,
            tie_out.c.tied_on,
            tie_out.c.at,
            tie_out.c.state,
            tie_out.c.sentence,
            tie_out.c.currencies,
        )
        .where(sums.mine(tie_out.c.company_id))
        .order_by(tie_out.c.id.desc())
        .limit(1)
    )


def _policy() -> Select[Any]:
    in_force = and_(
        policy.c.company_id == policy_version.c.company_id, policy.c.version == policy_version.c.version
    )
    return select(policy_version.c.text).join(policy, in_force).where(sums.mine(policy_version.c.company_id))


_FACTS = Beside(
    _cursor,
    _holder,
    _nights,
    _preview,
    _tallies,
    _waiting,
    _unapproved,
    _word,
    _permission,
    _restored,
    _history,
    _tie_out,
    _policy,
    sums.aged,
    sums.late,
    sums.late_sites,
    sums.late_parents,
    sums.billed_with,
    sums.without_email,
    sums.unapplied_payments,
    sums.open_memos,
)
