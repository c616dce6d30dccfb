"""A full sync of 10,000 invoices against the raw limit, in one run: interleaved rounds, medians.

Both read the same pages, rendered beforehand, from a static server in another process.  Raw is what a
program without any care would do at best: requests, a JSON parser, one executemany of the same columns a
page, on a table with the same indexes.  Run it with `make bench`.
"""

from __future__ import annotations

import json
import multiprocessing
import platform
import resource
import sqlite3
import statistics
import tempfile
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import requests

from qb_collections import logs

try:
    import orjson

    loads, PARSER = orjson.loads, f"orjson {orjson.__version__}"
except ImportError:
    loads, PARSER = json.loads, "the standard library's json (orjson is not installed)"

INVOICES = 10_000
PAGE = 1000
ROUNDS = 3
META = {"CreateTime": "2026-10-01T08:00:00-07:00", "LastUpdatedTime": "2026-10-02T08:00:00-07:00"}
ADDRESS = {
    "Line1": "12 Long Street",
    "City": "Chattanooga",
    "CountrySubDivisionCode": "TN",
    "PostalCode": "37402",
}


def invoice(number: int) -> dict[str, object]:
    line = {
        "Id": "1",
        "LineNum": 1,
        "Description": "Walk-in cooler, quarterly maintenance as agreed",
        "Amount": 120.5,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {
            "ItemRef": {"value": "7", "name": "Maintenance"},
            "UnitPrice": 120.5,
            "Qty": 1,
            "TaxCodeRef": {"value": "NON"},
        },
    }
    return {
        "Id": str(number),
        "SyncToken": "3",
        "domain": "QBO",
        "sparse": False,
        "CustomerRef": {"value": str(number % 1000 + 1), "name": f"Customer {number % 1000 + 1}"},
        "DocNumber": str(10_000 + number),
        "TxnDate": "2026-10-01",
        "DueDate": "2026-10-31",
        "TotalAmt": 482.0,
        "Balance": 482.0,
        "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
        "BillEmail": {"Address": f"office{number}@customer.example"},
        "EmailStatus": "EmailSent",
        "DeliveryInfo": {"DeliveryType": "Email", "DeliveryTime": "2026-10-01T08:00:00-07:00"},
        "SalesTermRef": {"value": "3", "name": "Net 30"},
        "PrivateNote": "",
        "BillAddr": ADDRESS,
        "ShipAddr": ADDRESS,
        "CustomField": [{"DefinitionId": "1", "Name": "Crew", "Type": "StringType", "StringValue": "B"}],
        "TxnTaxDetail": {"TotalTax": 0},
        "CustomerMemo": {"value": "Thank you for your business and have a great day!"},
        "Line": [dict(line, Id=str(part), LineNum=part) for part in range(1, 5)],
        "MetaData": META,
    }


def pages() -> dict[str, bytes]:
    """Every answer by what is asked: a page of invoices by its first row, and small ones."""
    time_text = "2026-10-30T08:00:00.000-07:00"
    found = {}
    for start in range(1, INVOICES + 1, PAGE):
        rows = [invoice(number) for number in range(start, start + PAGE)]
        found[f"Invoice {start}"] = json.dumps(
            {"QueryResponse": {"Invoice": rows}, "time": time_text}
        ).encode()
    found["empty"] = json.dumps({"QueryResponse": {}, "time": time_text}).encode()
    customer = {"Id": "1", "DisplayName": "Customer 1", "Balance": 482.0 * INVOICES, "MetaData": META}
    found["Customer"] = json.dumps({"QueryResponse": {"Customer": [customer]}, "time": time_text}).encode()
    return found


def serve(port: multiprocessing.Queue[int]) -> None:
    answers = pages()

    class Static(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            asked = self.rfile.read(int(self.headers["Content-Length"])).decode()
            name = "empty"
            if "FROM Invoice" in asked:
                start = asked.partition("STARTPOSITION ")[2].partition(" ")[0]
                name = f"Invoice {start}" if f"Invoice {start}" in answers else "empty"
            body = answers[name]
            self.send_response(200)
            self.send_header("Content-Type", "application/json;charset=UTF-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is written: it would be measured."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Static)
    port.put(server.server_port)
    server.serve_forever()


COLUMNS = (
    *("company_id", "id", "sync_token", "customer_id", "number", "issued_on", "due_on", "currency", "total"),
    *("balance", "email", "email_status", "sent_at", "terms", "voided", "updated_at"),
)


def raw(address: str, folder: Path) -> float:
    """requests, a parser, and one executemany of the same columns a page."""
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
    while True:
        asked = f"SELECT * FROM Invoice WHERE Balance > '0' STARTPOSITION {start} MAXRESULTS {PAGE}"
        rows = loads(session.post(f"{address}/query", data=asked).content)["QueryResponse"].get("Invoice", [])
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
        if len(rows) < PAGE:
            break
    took = time.perf_counter() - began
    assert conn.execute("SELECT count(*) FROM invoice").fetchone() == (INVOICES,)
    conn.close()
    return took


def ours(address: str, folder: Path) -> float:
    """The product's own scan and its own pages into the mirror, as the full sync does it."""
    import random
    from datetime import UTC, datetime

    from qb_collections.clock import RealClock
    from qb_collections.quickbooks import oauth
    from qb_collections.quickbooks.gateway import open_gateway
    from qb_collections.quickbooks.intuit import Connection, http_session
    from qb_collections.quickbooks.limits import Limiter, Limits
    from qb_collections.quickbooks.oauth import Tokens
    from qb_collections.services.full_sync import FullSync
    from qb_collections.services.sync_report import silent
    from qb_collections.store import companies, leases, schema
    from qb_collections.store.engine import durable, open_engine

    far = datetime(2099, 1, 1, tzinfo=UTC)

    class Access:
        def tokens(self) -> Tokens:
            return Tokens("access", "refresh", far, far, None)

    class Here:
        clock = RealClock()
        engine = open_engine(f"sqlite:///{folder / 'ours.sqlite3'}")

    schema.upgrade(Here.engine)
    with durable(Here.engine) as conn:
        company = companies.create(
            conn,
            name="Bench",
            zone="America/New_York",
            currency="USD",
            country="US",
            environment="production",
            base_url=address,
            created_at=Here.clock.now(),
        )
    connection = Connection(company.id, "1", address, oauth.Credentials("a", "b"), oauth.PRODUCTION)
    gateway = open_gateway(
        connection,
        Access(),  # type: ignore[arg-type]
        http=http_session(),
        limiter=Limiter(Here.clock, Limits(per_second=1000, per_minute=100_000)),
        clock=Here.clock,
        random=random.Random(1),
        home_currency="USD",
    )
    lease = leases.acquire(Here.engine, company.id, "bench:1:1", wait_seconds=0)
    whole = FullSync(Here, company, lease, gateway, silent)  # type: ignore[arg-type]
    began = time.perf_counter()
    seen = gateway.open_invoices(whole.invoices_page, INVOICES)
    took = time.perf_counter() - began
    assert len(seen.ids) == INVOICES
    return took


def main() -> int:
    logs.configure("error")
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    server.start()
    address = f"http://127.0.0.1:{port.get(timeout=60)}"
    times: dict[str, list[float]] = {"raw": [], "ours": []}
    for _ in range(ROUNDS):
        for name, run in (("raw", raw), ("ours", ours)):
            with tempfile.TemporaryDirectory(prefix="qbc-bench-") as folder:
                times[name].append(run(address, Path(folder)))
    server.terminate()
    raw_s, ours_s = statistics.median(times["raw"]), statistics.median(times["ours"])
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"full sync of {INVOICES:,} open invoices, {ROUNDS} interleaved rounds, medians")
    print(f"  raw limit ({PARSER}): {raw_s:.2f} s, {INVOICES / raw_s:,.0f} invoices a second")
    print(f"  qb_collections: {ours_s:.2f} s, {INVOICES / ours_s:,.0f} invoices a second")
    print(f"  ratio: {raw_s / ours_s:.2f} of the raw limit (to reach: 0.90)")
    print(f"  peak memory of both in one process: {peak:.0f} MB")
    print(
        f"  machine: {platform.machine()}, {multiprocessing.cpu_count()} cores, "
        f"Python {platform.python_version()}"
    )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
