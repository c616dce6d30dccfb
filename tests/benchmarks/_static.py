"""A dumb server of rendered invoices, in a process of its own: pages, batches and empty captures.

It answers by first row and number of rows, and computes nothing that a bench would measure.
"""

from __future__ import annotations

import json
import multiprocessing
import re
import urllib.parse
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = 1000
AT = "2026-10-30T08:00:00.000-07:00"
META = {"CreateTime": "2026-10-01T08:00:00-07:00", "LastUpdatedTime": "2026-10-02T08:00:00-07:00"}
ADDRESS = {
    "Line1": "12 Long Street",
    "City": "Chattanooga",
    "CountrySubDivisionCode": "TN",
    "PostalCode": "37402",
}
LINE = {
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
_WINDOW = re.compile(r"STARTPOSITION (\d+) MAXRESULTS (\d+)")


def invoice(number: int, lines: int) -> dict[str, object]:
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
        "Line": [dict(LINE, Id=str(part), LineNum=part) for part in range(1, lines + 1)],
        "MetaData": META,
    }


class Books:
    """Rendered invoices.  Whole pages are kept ready; other windows are put together from the rows."""

    def __init__(self, invoices: int, lines: int) -> None:
        cut = json.dumps(invoice(0, lines)["Line"]).encode()
        self.rows = []
        for number in range(1, invoices + 1):
            row = json.dumps(invoice(number, 0)).encode()
            self.rows.append(row.replace(b'"Line": []', b'"Line": ' + cut) if invoices <= 10_000 else row)
        self._cut = cut if invoices > 10_000 else b""
        self.pages = (
            {start: self._page(start, PAGE) for start in range(1, invoices + 1, PAGE)}
            if (invoices <= 10_000 and lines < 100)
            else {}
        )

    def _page(self, start: int, size: int) -> bytes:
        rows = self.rows[start - 1 : start - 1 + size]
        if self._cut:
            rows = [row.replace(b'"Line": []', b'"Line": ' + self._cut) for row in rows]
        return (
            b'{"Invoice": ['
            + b", ".join(rows)
            + b'], "startPosition": %d, "maxResults": %d}' % (start, len(rows))
        )

    def window(self, statement: str) -> bytes:
        """The QueryResponse to a query; anything but invoices is empty."""
        found = _WINDOW.search(statement)
        if "FROM Invoice" not in statement or found is None:
            return b"{}"
        start, size = int(found[1]), int(found[2])
        if start > len(self.rows):
            return b"{}"
        if size == PAGE and start in self.pages:
            return self.pages[start]
        return self._page(start, size)


def _serve(port: multiprocessing.Queue[int], calls: multiprocessing.Value, invoices: int, lines: int) -> None:
    books = Books(invoices, lines)

    class Static(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            empty = b'"CDCResponse": [{"QueryResponse": [{}, {}, {}, {}]}]'
            self._answer(empty if "/cdc" in self.path else b'"CompanyInfo": {"CompanyName": "Bench"}')

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            if "/batch" not in self.path:
                self._answer(b'"QueryResponse": ' + books.window(urllib.parse.unquote_plus(body)))
                return
            items = json.loads(body)["BatchItemRequest"]
            answers = [
                b'{"bId": "%s", "QueryResponse": ' % item["bId"].encode() + books.window(item["Query"]) + b"}"
                for item in items
            ]
            self._answer(b'"BatchItemResponse": [' + b", ".join(answers) + b"]")

        def _answer(self, content: bytes) -> None:
            with calls.get_lock():
                calls.value += 1
            body = b"{" + content + b', "time": "%s"}' % AT.encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json;charset=UTF-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Nothing is written: it would be measured."""

    class Quiet(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A reader that found a page too heavy hangs up: that is no error here."""

    server = Quiet(("127.0.0.1", 0), Static)
    port.put(server.server_port)
    server.serve_forever()


@contextmanager
def serving(invoices: int, lines: int = 4) -> Iterator[tuple[str, multiprocessing.Value]]:
    """Serve so many invoices of so many lines; (address, how many calls were answered)."""
    port: multiprocessing.Queue[int] = multiprocessing.Queue()
    calls = multiprocessing.Value("i", 0)
    server = multiprocessing.Process(target=_serve, args=(port, calls, invoices, lines), daemon=True)
    server.start()
    try:
        yield f"http://127.0.0.1:{port.get(timeout=120)}", calls
    finally:
        server.terminate()
        server.join(timeout=10)
