"""Pages of a large company: 50,000 open invoices, a million findings; 200 requests a page, one client.

Server time is from the request's first line to the answer's last byte, in this process, without a
socket; the 95th percentile counts.  Then the same while a sync of 10,000 changed invoices is taken over
in another thread, again and again.  How many statements a page costs is counted beside it, and what a
browser has to fetch before it can show the first page, compressed.
"""

from __future__ import annotations

import gzip
import re
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from flask.testing import FlaskClient
from sqlalchemy import event

from qb_collections import logs
from qb_collections.quickbooks.values import Changes
from qb_collections.services import mirroring
from qb_collections.services.context import Context
from qb_collections.store import mirror, runs
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, reading
from qb_collections.web import create_web_app
from tests.benchmarks._book import EMAIL, PASSWORD, book
from tests.benchmarks._overdue import AT
from tests.benchmarks._telling import machine, verdict

REQUESTS, WARM = 200, 5
PAGE_MOST, REPORT_MOST = 50.0, 150.0  # milliseconds
BUSY_MOST = 3.0  # times as long, at most, while a sync runs
STATEMENTS_MOST = 12
FIRST_PAGE_MOST = 60.0  # kB, with styles and script
SYNCED = 10_000
PAGES = {
    "Today": ("", PAGE_MOST),
    "worklist": ("worklist/", PAGE_MOST),
    "customer": ("customers/C7", PAGE_MOST),
    "preview": ("runs/{preview}", PAGE_MOST),
    "reports": ("reports/", REPORT_MOST),
}


def main() -> int:
    logs.configure("error")
    print(f"pages; {machine()}")
    with tempfile.TemporaryDirectory(prefix="qbc-bench-") as folder:
        context, company, _ = book(Path(folder))
        holds = measured(context, company)
        context.engine.dispose()
    return int(not all(holds))


def measured(context: Context, company: Company) -> list[bool]:
    client = signed_in(context)
    with reading(context.engine) as conn:
        preview = runs.latest(conn, company.id, "preview")
    assert preview is not None
    paths = {
        name: f"/companies/{company.id}/{path.format(preview=preview.id)}"
        for name, (path, _) in PAGES.items()
    }
    print(f"  {REQUESTS} requests a page, one client, nothing else running")
    holds = []
    for name, (_, most) in PAGES.items():
        calm = percentile(client, paths[name])
        holds.append(
            verdict(f"{name}, ms at the 95th percentile", calm.wall, most, at_least=False, form=".1f")
        )
        print(f"    {calm.cpu:.1f} ms of processor time, the middle one")
    for name, path in paths.items():
        count = statements(context, client, path)
        holds.append(verdict(f"{name}, statements", count, STATEMENTS_MOST, at_least=False, form=".0f"))
    print(f"  the same while {SYNCED:,} changed invoices are taken over")
    with syncing(context, company):
        busy = {name: percentile(client, path).wall for name, path in paths.items()}
    for name, (_, most) in PAGES.items():
        holds.append(
            verdict(f"{name}, ms while a sync runs", busy[name], most * BUSY_MOST, at_least=False, form=".1f")
        )
    size = first_page(client, paths["Today"])
    holds.append(verdict("the first page, kB compressed", size, FIRST_PAGE_MOST, at_least=False, form=".1f"))
    return holds


def signed_in(context: Context) -> FlaskClient:
    client = create_web_app(context).test_client()
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/sign-in").text)
    assert found is not None
    form = {"csrf_token": found[1], "email": EMAIL, "password": PASSWORD}
    assert client.post("/sign-in", data=form).status_code == 303
    return client


class Took(NamedTuple):
    wall: float  # milliseconds within which 19 of 20 requests are answered
    cpu: float  # of the middle one, of all threads: what a busy machine leaves comparable


def percentile(client: FlaskClient, path: str) -> Took:
    walls, cpus = [], []
    for number in range(WARM + REQUESTS):
        began, worked = time.perf_counter(), time.process_time()
        answer = client.get(path)
        wall, cpu = time.perf_counter() - began, time.process_time() - worked
        assert answer.status_code == 200, (path, answer.status)
        if number >= WARM:
            walls.append(wall)
            cpus.append(cpu)
    return Took(sorted(walls)[int(len(walls) * 0.95)] * 1000, statistics.median(cpus) * 1000)


def statements(context: Context, client: FlaskClient, path: str) -> int:
    seen = []

    def note(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if not statement.startswith(("PRAGMA", "BEGIN")):
            seen.append(statement)

    event.listen(context.engine, "before_cursor_execute", note)
    client.get(path)
    event.remove(context.engine, "before_cursor_execute", note)
    return len(seen)


@contextmanager
def syncing(context: Context, company: Company) -> Iterator[None]:
    """In another thread: 10,000 invoices changed, taken over as a sync takes them, until the block ends."""
    with reading(context.engine) as conn:
        some = mirror.open_invoices(conn, company.id)[:SYNCED]
    ending = threading.Event()

    def work() -> None:
        round = 0
        while not ending.is_set():
            round += 1
            changed = [replace(one, sync_token=str(round)) for one in some]
            for start in range(0, SYNCED, 1000):
                page = Changes((), tuple(changed[start : start + 1000]), (), (), (), {}, AT, True)
                with derived(context.engine) as conn:
                    mirroring.take_over(conn, context, company, page)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()


def first_page(client: FlaskClient, path: str) -> float:
    """Kilobytes of the page, its styles and its script, each compressed as a server sends it."""
    page = client.get(path)
    linked = re.findall(r'(?:href|src)="(/static/[^"]+\.(?:css|js))"', page.text)
    assert linked
    parts = [page.data, *(client.get(one).data for one in linked)]
    return sum(len(gzip.compress(part, 6)) for part in parts) / 1000


if __name__ == "__main__":
    sys.exit(main())
