"""A night from the mirror's rows to the durable commit, against the raw floor, in interleaved rounds.

Raw is what a program without any care would do at best: one SELECT of the open lines, a step looked up by
the day it was due, a note of some 200 characters from a compiled Jinja template, one row with a unique key
and one of a journal for each line, one commit that waits for the disk.  The product decides each customer
with every reason, writes the message, and queues it, 200 customers a transaction.  QuickBooks is not asked.

Neither side pays for its first time: raw's template is compiled before, and the product has lived through
the night of a small company in the same process, so that its statements are put together.
"""

from __future__ import annotations

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import jinja2

from qb_collections import logs
from qb_collections.services import deciding, leasing, night
from qb_collections.services.context import Context
from qb_collections.services.no_collector import no_collector
from qb_collections.store.companies import Company
from tests.benchmarks._overdue import FIVE, TODAY, company_in, company_with
from tests.benchmarks._telling import machine, verdict

SMALL, LARGE = 10_000, 50_000  # overdue invoices, five a customer
DUE, OPEN, TWICE_OPEN = 20_000, 1_000_000, 2_000_000
WARMS_UP = 500  # overdue invoices of the small company whose night comes first
ROUNDS = 5
RATIO_MOST = 3.1  # 0.5 s where raw takes 0.16 s
GROWTH_MOST = 6.0
AGAIN_MOST = 0.05
PLAN_MOST = 2.0
OPEN_GROWTH_MOST = 1.2

LEVELS = (5, 20, 40, 60)
NOTE = (
    "Reminder {{ level }} about invoice {{ number }} of {{ issued_on }}, due {{ due_on }}, "
    "still open with {{ '%.2f' | format(balance / 10000) }} USD. {{ customer }} was asked to pay by "
    "{{ by }} or to tell us what is not right with it; a copy of the invoice is at hand."
)


class Took(NamedTuple):
    wall: float
    cpu: float  # of all threads of this process


@contextmanager
def timing(times: list[Took]) -> Iterator[None]:
    wall, cpu = time.perf_counter(), time.process_time()
    yield
    times.append(Took(time.perf_counter() - wall, time.process_time() - cpu))


def raw(folder: Path, context: Context, company: Company, times: list[Took]) -> None:
    """The floor, on a copy of the same rows."""
    conn = sqlite3.connect(folder / "raw.sqlite3", isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = FULL")
    conn.execute(f"ATTACH '{context.engine.url.database}' AS ours")
    of = f"WHERE company_id = {company.id}"
    conn.execute(f"CREATE TABLE invoice AS SELECT * FROM ours.mirror_invoice {of}")
    conn.execute(f"CREATE TABLE customer AS SELECT id, name FROM ours.mirror_customer {of}")
    conn.execute("CREATE UNIQUE INDEX customer_id ON customer (id)")
    conn.execute("DETACH ours")
    conn.execute("CREATE TABLE action (id INTEGER PRIMARY KEY, key TEXT UNIQUE, level INTEGER, note TEXT)")
    conn.execute("CREATE TABLE journal (id INTEGER PRIMARY KEY, at TEXT, what TEXT)")
    note = jinja2.Environment(autoescape=False).from_string(NOTE)
    with no_collector(), timing(times):  # as in a process of its own: ours holds much for it to look through
        _remind_raw(conn, note)
    conn.close()


def _remind_raw(conn: sqlite3.Connection, note: jinja2.Template) -> None:
    level_of = {}
    for days in range(400):
        level_of[(TODAY - timedelta(days=days)).isoformat()] = sum(days >= least for least in LEVELS)
    by = (TODAY + timedelta(days=7)).isoformat()
    conn.execute("BEGIN IMMEDIATE")
    rows = conn.execute(
        "SELECT i.id, i.number, i.issued_on, i.due_on, i.balance, c.name FROM invoice i "
        "JOIN customer c ON c.id = i.customer_id WHERE i.balance > 0 AND i.due_on < ?",
        (TODAY.isoformat(),),
    ).fetchall()
    actions, journal = [], []
    for one, number, issued_on, due_on, balance, customer in rows:
        level = level_of[due_on]
        text = note.render(
            level=level,
            number=number,
            issued_on=issued_on,
            due_on=due_on,
            balance=balance,
            customer=customer,
            by=by,
        )
        actions.append((f"{one}:{level}", level, text))
        journal.append((TODAY.isoformat(), f"{one} level {level}"))
    conn.executemany("INSERT INTO action (key, level, note) VALUES (?, ?, ?)", actions)
    conn.executemany("INSERT INTO journal (at, what) VALUES (?, ?)", journal)
    conn.execute("COMMIT")


@contextmanager
def without_quickbooks() -> Iterator[None]:
    """What a night asks QuickBooks, other benches time."""
    with (
        mock.patch.object(night.sync, "sync"),
        mock.patch.object(night.foreign, "record"),
        mock.patch.object(night.run_gates, "hold", return_value=None),
    ):
        yield


def one_night(invoices: int) -> tuple[Took, ...]:
    """What the raw floor took, the night, and the same night run again."""
    times: list[Took] = []
    with tempfile.TemporaryDirectory(prefix="qbc-bench-") as folder:
        context, small = company_with(Path(folder), invoices=WARMS_UP, due=WARMS_UP)
        with leasing.held(context, small) as lease, without_quickbooks():
            night.night(context, small, lease)
        company = company_in(context, invoices=invoices, due=invoices)
        raw(Path(folder), context, company, times)
        with leasing.held(context, company) as lease, without_quickbooks():
            for _ in range(2):
                with timing(times):
                    night.night(context, company, lease)
        with context.engine.connect() as conn:
            planned, explained = (
                conn.exec_driver_sql(
                    f"SELECT count(*) FROM {table} WHERE company_id = {company.id}"
                ).scalar_one()
                for table in ("intent", "finding")
            )
        assert (planned, explained) == (invoices // FIVE, invoices), (planned, explained)
        context.engine.dispose()
    return tuple(times)


def planning(folder: Path, invoices: int) -> Callable[[], object]:
    """Decide what is due among so many open ones, and write the texts; nothing is stored."""
    context, company = company_with(folder, invoices=invoices, due=DUE)

    def plan() -> None:
        decided = deciding.decide_company(context, company, TODAY).decided
        assert len(decided) == DUE // FIVE and all(one.draft.text for one in decided)

    return plan


def medians(rounds: Sequence[Sequence[Took]]) -> list[Took]:
    return [Took(*map(statistics.median, zip(*found, strict=True))) for found in zip(*rounds, strict=True)]


def nights() -> list[bool]:
    rounds = [(one_night(SMALL), one_night(LARGE)) for _ in range(ROUNDS)]
    floor, first, again = medians([small for small, _ in rounds])
    _, wide, _ = medians([large for _, large in rounds])
    print(f"a night of {SMALL:,} overdue invoices of {SMALL // FIVE:,} customers, {ROUNDS} rounds, medians")
    print(f"  the raw floor: {floor.wall:.2f} s, {floor.cpu:.2f} s of processor time")
    print(f"  qb_collections: {first.wall:.2f} s, {first.cpu:.2f} s of processor time")
    print(f"  of {LARGE:,}: {wide.wall:.2f} s, {wide.cpu:.2f} s of processor time")
    print(f"  processor time is {first.cpu / floor.cpu:.2f} of the floor's")
    return [
        verdict("ratio to the raw floor", first.wall / floor.wall, RATIO_MOST, at_least=False),
        verdict(f"growth from {SMALL:,} to {LARGE:,}", wide.wall / first.wall, GROWTH_MOST, at_least=False),
        verdict("the same night again, s", again.wall, AGAIN_MOST, at_least=False, form=".3f"),
    ]


def plans() -> list[bool]:
    times: dict[str, list[Took]] = {"one": [], "two": []}
    with tempfile.TemporaryDirectory(prefix="qbc-bench-") as one, tempfile.TemporaryDirectory() as two:
        works = {"one": planning(Path(one), OPEN), "two": planning(Path(two), TWICE_OPEN)}
        for _ in range(ROUNDS):
            for name, work in works.items():
                with timing(times[name]):
                    work()
    small, large = medians([*zip(*times.values(), strict=True)])
    print(f"{DUE:,} invoices due among {OPEN:,} and among {TWICE_OPEN:,} open ones, planned and not stored")
    print(
        f"  {small.wall:.2f} s and {large.wall:.2f} s; processor time {small.cpu:.2f} s and {large.cpu:.2f} s"
    )
    return [
        verdict(f"planned among {OPEN:,}, s", small.wall, PLAN_MOST, at_least=False),
        verdict("with twice as many open", large.wall / small.wall, OPEN_GROWTH_MOST, at_least=False),
    ]


def main() -> int:
    logs.configure("error")
    print(f"the night; {machine()}")
    holds = [*nights(), *plans()]
    return int(not all(holds))


if __name__ == "__main__":
    sys.exit(main())
