"""How the emulator holds 100,000 invoices: time to load, pages of 1,000 rows over HTTP, memory.

Run it by itself:  python -m tests.benchmarks.emulator_size [invoices]
It prints one figure a line, with the limit that the figure has to stay under, and ends 1 where one does not.
"""

import gzip
import resource
import statistics
import sys
import time
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import quote

from qb_collections.emulator.clocks import ManualClock
from qb_collections.emulator.serve import EmulatorServer

LOAD_SECONDS_MOST = 60.0
PAGE_P95_MILLISECONDS_MOST = 150.0
MEMORY_MEGABYTES_MOST = 1536.0
CASH_SECONDS_MOST = 30.0
PAGES = 60


def main(invoices: int) -> int:
    server = EmulatorServer(path=None, clock=ManualClock(datetime(2026, 11, 21, 20, tzinfo=UTC)))
    started = time.perf_counter()
    handle = server.open_company("many-invoices", invoices=invoices)
    load = time.perf_counter() - started
    server.start()
    line = server.ready_line()
    try:
        token = _token(server, line)
        pages, sizes = _pages(server, handle.realm_id, token, invoices)
        started = time.perf_counter()
        server.engine.trial_balance(handle.realm_id, basis="cash")
        cash = time.perf_counter() - started
        started = time.perf_counter()
        server.engine.trial_balance(handle.realm_id, basis="cash")
        again = time.perf_counter() - started
    finally:
        server.stop()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    p95 = statistics.quantiles(pages, n=20)[-1]
    figures = [
        (f"load of {invoices:,} invoices, seconds", load, LOAD_SECONDS_MOST),
        ("page of 1,000 rows at the 95th percentile, milliseconds", p95, PAGE_P95_MILLISECONDS_MOST),
        ("page of 1,000 rows, median, milliseconds", statistics.median(pages), PAGE_P95_MILLISECONDS_MOST),
        ("peak memory, megabytes", memory, MEMORY_MEGABYTES_MOST),
        ("cash-basis trial balance, seconds", cash, CASH_SECONDS_MOST),
        ("the same again, seconds", again, CASH_SECONDS_MOST),
    ]
    for name, value, most in figures:
        sys.stdout.write(f"{name}: {value:.1f} (at most {most:.0f})\n")
    sys.stdout.write(f"page on the wire, kilobytes: {statistics.mean(sizes) / 1024:.0f}\n")
    return int(any(value > most for _, value, most in figures))


def _token(server: EmulatorServer, line: dict[str, str | None]) -> str:
    refresh = line["refresh_token"]
    assert refresh is not None
    pair = server.front.tokens.refresh(refresh)
    assert pair is not None
    return pair.access_token


def _pages(server: EmulatorServer, realm: str, token: str, invoices: int) -> tuple[list[float], list[int]]:
    """Ask for pages from all over the company, as a first sync does; the answers come gzipped."""
    connection = HTTPConnection(server.base_url.removeprefix("http://"))
    took, sizes = [], []
    for number in range(PAGES):
        start = 1 + (number * 1000) % max(1000, invoices - 1000)
        statement = f"select * from Invoice orderby Id startposition {start} maxresults 1000"
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept-Encoding": "gzip",
            "Accept": "application/json",
        }
        began = time.perf_counter()
        connection.request("GET", f"/v3/company/{realm}/query?query={quote(statement)}", headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        took.append((time.perf_counter() - began) * 1000)
        sizes.append(len(body))
        assert answer.status == 200, body[:300]
        assert b'"maxResults":1000' in gzip.decompress(body) or invoices < 1000
    return took, sizes


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
