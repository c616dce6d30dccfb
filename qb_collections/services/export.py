"""Everything that is kept of a company, in one ZIP: each table as CSV and as JSON, without keys or tokens.

It is made while it is sent: nothing larger than a page of rows is held, and no
transaction is longer than one.
"""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from qb_collections.services.context import Context
from qb_collections.services.spreadsheet import as_text
from qb_collections.store import audit, everything, json_text
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.everything import CompanyTable

PAGE_ROWS = 1_000
ROWS_MAX = 5_000_000  # of one table; more is cut, and the manifest says so

# What people call the tables that they know; the others keep their names.
NAMES = {
    "mirror_customer": "customers",
    "mirror_invoice": "invoices",
    "mirror_payment": "payments",
    "mirror_credit_memo": "credit_memos",
    "mirror_link": "payments_applied",
    "contact": "contacts",
    "hold": "holds",
    "plan": "plans",
    "plan_original": "plan_originals",
    "installment": "plan_installments",
    "intent": "notes_and_other_writes",
    "attempt": "requests_to_quickbooks",
    "decision": "decisions",
    "finding": "reasons",
    "call_attempt": "calls",
    "reply": "replies",
    "task": "tasks",
    "run": "nights",
    "mail_message": "emails",
    "policy_version": "policies",
    "template_version": "texts",
}


class _Sink(io.RawIOBase):
    """Takes what the archive writes, and hands it on."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        found, self._parts = b"".join(self._parts), []
        return found


def file_name(company: Company, on: date) -> str:
    plain = re.sub(r"[^a-z0-9]+", "-", company.name.casefold()).strip("-")[:40] or company.alias
    return f"{plain}-{on.isoformat()}.zip"


def note(context: Context, company: Company, *, by: str) -> None:
    """Who takes it out stands in the audit before the first byte leaves."""
    with durable(context.engine) as conn:
        audit.append(conn, company.id, by, "everything exported", company.name, None, context.clock.now())


def archive(context: Context, company: Company, *, by: str) -> Iterator[bytes]:
    """The ZIP, piece by piece."""
    sink = _Sink()
    counts: dict[str, int] = {}
    made_at = context.clock.now()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("README.txt", _readme(company, by, made_at))
        for table in everything.handed_out():
            name = NAMES.get(table.name, table.name)
            for form, write in (("json", _as_json), ("csv", _as_csv)):
                with packed.open(f"{form}/{name}.{form}", "w", force_zip64=True) as out:
                    for count, part in write(context, company, table):
                        out.write(part)
                        counts[name] = count
                        yield sink.taken()
        said = {
            "company": company.name,
            "made_at": made_at,
            "made_by": by,
            "rows": counts,
            "cut_at_rows": ROWS_MAX,
            "left_out": everything.LEFT_OUT,
        }
        packed.writestr("manifest.json", json_text.dumps(said))
    yield sink.taken()


def _pages(context: Context, company: Company, table: CompanyTable) -> Iterator[list[dict[str, Any]]]:
    after: tuple[Any, ...] | None = None
    seen = 0
    while seen < ROWS_MAX:
        with reading(context.engine) as conn:
            page, after = everything.rows(conn, table, company.id, after=after, limit=PAGE_ROWS)
        if page:
            yield page
            seen += len(page)
        if after is None:
            return


def _as_json(context: Context, company: Company, table: CompanyTable) -> Iterator[tuple[int, bytes]]:
    count = 0
    for page in _pages(context, company, table):
        lines = [json_text.dumps({name: _plain(value) for name, value in row.items()}) for row in page]
        yield count + len(lines), (("[\n" if not count else ",\n") + ",\n".join(lines)).encode()
        count += len(lines)
    yield count, b"\n]\n" if count else b"[]\n"


def _as_csv(context: Context, company: Company, table: CompanyTable) -> Iterator[tuple[int, bytes]]:
    names = everything.columns(table)
    yield 0, _lines([names]).encode("utf-8-sig")
    count = 0
    for page in _pages(context, company, table):
        count += len(page)
        yield count, _lines([_cell(row[name]) for name in names] for row in page).encode()


def _lines(rows: Any) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def _plain(value: object) -> object:
    """Amounts as exact texts, times of the day as 02:30."""
    if isinstance(value, Decimal):
        return str(value)
    return value.isoformat(timespec="minutes") if isinstance(value, time) else value


def _cell(value: object) -> str:
    """Texts never run in a spreadsheet; figures stay figures."""
    if value is None:
        return ""
    if isinstance(value, str):
        return as_text(value)
    if isinstance(value, (dict, list)):
        return as_text(json_text.dumps(value))
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    return str(_plain(value))


def _readme(company: Company, by: str, at: datetime) -> str:
    left_out = "\n".join(f"  {name}: {why}" for name, why in sorted(everything.LEFT_OUT.items()))
    return (
        f"Everything that qb_collections keeps of {company.name}, taken out by {by}\n"
        f"on {at:%d %B %Y %H:%M} UTC.\n\n"
        "csv/   opens in a spreadsheet; a cell that could run as a formula begins with an apostrophe\n"
        "json/  the same with nothing changed\n"
        "manifest.json  how many rows each file has\n\n"
        "customers, invoices, payments and credit_memos are what QuickBooks said last. contacts is what\n"
        "reached your customers, word for word; notes_and_other_writes is what was written into QuickBooks,\n"
        "with what stood there before and the way back; audit is who did what, each entry hashed with the\n"
        "one before.\n"
        "Amounts are in the currency that stands beside them; instants are UTC.\n\n"
        f"Not in it:\n{left_out}\n"
        "  in every file: keys, tokens, passwords and what is sealed\n"
    )
