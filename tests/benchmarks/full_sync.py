"""A full sync of 10,000 invoices against the raw limit, in interleaved rounds; and its memory.

Both read the same pages, rendered beforehand, from a static server in another process.  Raw is what a
program without any care would do at best: requests, orjson, one executemany of the same columns a
page, on a table with the same indexes.  Memory is that of a process which does nothing but read.
"""

from __future__ import annotations

import multiprocessing
import sqlite3
import statistics
import sys
import tempfile
import time
from pathlib import Path

import orjson
import requests

from qb_collections import logs
from tests.benchmarks import _reading
from tests.benchmarks._static import PAGE, serving
from tests.benchmarks._telling import machine, peak_megabytes, verdict

INVOICES = 10_000
ROUNDS = 3
RATIO_LEAST = 0.9
MEGABYTES_MOST = 150.0
GROWTH_MOST = 20.0  # megabytes, from 10,000 to 50,000 invoices
COLUMNS = (
    *("company_id", "id", "sync_token", "customer_id", "number", "issued_on", "due_on", "currency", "total"),
    *("balance", "email", "email_status", "sent_at", "terms", "voided", "updated_at"),
)


def raw(address: str, folder: Path, invoices: int) -> float:
    """requests, orjson, and one executemany of the same columns a page."""
    conn = sqlite3.connect(folder / "raw.sqlite3", isolation_level=None)
    conn.execute("PRAGMA journal_mode = WAL")
    conn.execute("PRAGMA synchronous = NORMAL")
    conn.execute(f"CREATE TABLE invoice ({', '.join(COLUMNS)}, PRIMARY KEY (company_id, id))")
    conn.execute("CREATE INDEX a ON invoice (company_id, customer_id)")
    conn.execute("CREATE INDEX b ON invoice (company_id, number)")
    conn.execute("CREATE INDEX c ON invoice (company_id, customer_id) WHERE balance > 0")
    marks = ", ".join("?" * len(COLUMNS))
    taken = ", ".join(f"{name} = excluded.{name}" for name in COLUMNS[2:])
    statement = f"INSERT INTO invoice VALUES ({marks}) ON CONFLICT (company_id, id) DO UPDATE SET {taken}"
    session = requests.Session()
    began = time.perf_counter()
    start = 1
    while start <= invoices:
        asked = f"SELECT * FROM Invoice WHERE Balance > '0' STARTPOSITION {start} MAXRESULTS {PAGE}"
        answer = session.post(f"{address}/query", data=asked).content
        rows = orjson.loads(answer)["QueryResponse"].get("Invoice", [])
        conn.execute("BEGIN IMMEDIATE")
        conn.executemany(
            statement,
            [
                (
                    *(1, row["Id"], row["SyncToken"], row["CustomerRef"]["value"], row["DocNumber"]),
                    *(row["TxnDate"], row["DueDate"], row["CurrencyRef"]["value"]),
                    *(round(row["TotalAmt"] * 10_000), round(row["Balance"] * 10_000)),
                    *(row["BillEmail"]["Address"], row["EmailStatus"], row["DeliveryInfo"]["DeliveryTime"]),
                    *(row["SalesTermRef"]["name"], 0, row["MetaData"]["LastUpdatedTime"]),
                )
                for row in rows
            ],
        )
        conn.execute("COMMIT")
        start += len(rows)
    took = time.perf_counter() - began
    assert conn.execute("SELECT count(*) FROM invoice").fetchone() == (invoices,)
    conn.close()
    return took


def in_a_folder(run, address: str, invoices: int) -> float:
    with tempfile.TemporaryDirectory(prefix="qbc-bench-") as folder:
        return run(address, Path(folder), invoices)


def _remember(found: multiprocessing.Queue[float], address: str, invoices: int) -> None:
    logs.configure("error")
    in_a_folder(_reading.read, address, invoices)
    found.put(peak_megabytes())


def memory(invoices: int, lines: int) -> float:
    """The peak of a fresh process that reads so many invoices."""
    fresh = multiprocessing.get_context("spawn")
    with serving(invoices, lines) as (address, _):
        found: multiprocessing.Queue[float] = fresh.Queue()
        reader = fresh.Process(target=_remember, args=(found, address, invoices))
        reader.start()
        peak = found.get(timeout=600)
        reader.join()
    return peak


def main() -> int:
    logs.configure("error")
    times: dict[str, list[float]] = {"raw": [], "ours": []}
    with serving(INVOICES) as (address, _):
        for _ in range(ROUNDS):
            for name, run in (("raw", raw), ("ours", _reading.read)):
                times[name].append(in_a_folder(run, address, INVOICES))
    raw_s, ours_s = statistics.median(times["raw"]), statistics.median(times["ours"])
    print(f"full sync of {INVOICES:,} open invoices, {ROUNDS} interleaved rounds, medians; {machine()}")
    print(f"  raw limit (requests, orjson {orjson.__version__}, sqlite3): {raw_s:.2f} s")
    print(f"  qb_collections: {ours_s:.2f} s, {INVOICES / ours_s:,.0f} invoices a second")
    small, large, heavy = memory(10_000, 4), memory(50_000, 4), memory(1_000, 700)
    holds = [
        verdict("ratio to the raw limit", raw_s / ours_s, RATIO_LEAST, at_least=True),
        verdict("peak memory, 10,000 invoices, MB", small, MEGABYTES_MOST, at_least=False, form=".0f"),
        verdict("peak memory, 50,000 invoices, MB", large, MEGABYTES_MOST, at_least=False, form=".0f"),
        verdict("growth from 10,000 to 50,000, MB", large - small, GROWTH_MOST, at_least=False, form=".0f"),
        verdict("peak memory, 700-line invoices, MB", heavy, MEGABYTES_MOST, at_least=False, form=".0f"),
    ]
    return int(not all(holds))


if __name__ == "__main__":
    sys.exit(main())
