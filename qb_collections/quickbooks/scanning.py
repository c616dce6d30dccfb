"""Questions in the query language: one, a batch of them, or page after page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import msgspec
import requests
import structlog

from qb_collections.clock import Clock
from qb_collections.core.books import Customer, Invoice
from qb_collections.quickbooks import answers, rows, translate, wire
from qb_collections.quickbooks.ahead import Ahead
from qb_collections.quickbooks.client import Client
from qb_collections.quickbooks.decoding import decode, is_told, readable
from qb_collections.quickbooks.errors import TooHeavy, Unreadable
from qb_collections.quickbooks.values import Page, Scan

PAGE_ROWS = 1000  # QuickBooks' most (developer.intuit.com, "Data queries")
PAGES_MAX = 500
BATCH_QUERIES = 30
BATCH_ROWS = 1000  # one batch answers no more, over all its queries
SCANS_MAX = 3  # a scan over several pages is repeated when rows moved under it

COLUMNS: Mapping[str, str] = {
    "Invoice": (
        "Id, SyncToken, CustomerRef, DocNumber, TxnDate, DueDate, TotalAmt, Balance, CurrencyRef, BillEmail, "
        "EmailStatus, DeliveryInfo, SalesTermRef, PrivateNote, MetaData"
    ),
    "Customer": (
        "Id, DisplayName, GivenName, FamilyName, CompanyName, Active, Balance, CurrencyRef, "
        "PrimaryEmailAddr, PrimaryPhone, Mobile, ParentRef, BillWithParent, BillAddr, MetaData"
    ),
}

T = TypeVar("T", Invoice, Customer)
C = TypeVar("C")
_exact = msgspec.json.Decoder(float_hook=Decimal)
_log = structlog.get_logger("quickbooks")


class Scanning:
    """What every read is made of."""

    def __init__(
        self, client: Client, home_currency: str, clock: Clock, *, project_columns: bool = False
    ) -> None:
        self.client = client
        self.home_currency = home_currency
        self.clock = clock
        self._project = project_columns
        self._ahead: Ahead | None = None

    def query(self, statement: str) -> list[dict[str, Any]]:
        """The rows of any query, as QuickBooks has them; a count as [{"totalCount": n}]."""
        answer = self.client.query(statement).get("QueryResponse")
        if not isinstance(answer, dict):
            raise Unreadable(detail="a query was answered without a QueryResponse")
        if "totalCount" in answer and not any(isinstance(value, list) for value in answer.values()):
            return [{"totalCount": answer["totalCount"]}]
        found = [row for value in answer.values() if isinstance(value, list) for row in value]
        if not all(isinstance(row, dict) for row in found):
            raise Unreadable(detail="a row that is no record")
        return found

    def queries(self, statements: Sequence[str]) -> list[list[dict[str, Any]]]:
        """The rows of up to 30 queries as QuickBooks has them, in one request."""
        items = [
            {"bId": str(number), "Query": statement} for number, statement in enumerate(statements, start=1)
        ]
        response = self.client.read_batch(wire.encode({"BatchItemRequest": items}), len(items))
        with readable(response):
            answer = _exact.decode(response.content)
        if not isinstance(answer, dict) or answer.get("Fault") or answer.get("fault"):
            answers.document(response)  # raises
            raise answers.unreadable(response)
        told_items = answer.get("BatchItemResponse")
        if not isinstance(told_items, list):
            raise answers.unreadable(response)
        by_id = {str(item.get("bId")): item for item in told_items if isinstance(item, dict)}
        found = []
        for item in items:
            told = by_id.get(str(item["bId"]))
            if told is None:
                raise answers.unreadable(response)
            fault = told.get("Fault", told.get("fault"))
            if fault:
                raise answers.item_error(fault, answers.tid(response))
            slot = told.get("QueryResponse") or {}
            found.append([row for value in slot.values() if isinstance(value, list) for row in value])
        return found

    def count(self, kind: str, where: str) -> int:
        found = self.query(f"SELECT COUNT(*) FROM {kind} WHERE {where}")
        if not found or not isinstance(found[0].get("totalCount"), int):
            raise Unreadable(detail="a count was answered without a number")
        return int(found[0]["totalCount"])

    def counts(self, wanted: Mapping[str, str]) -> dict[str, int]:
        """How many rows of each kind meet its condition, all in one request."""
        kinds = list(wanted)
        slots, _ = self.batch([f"SELECT COUNT(*) FROM {kind} WHERE {wanted[kind]}" for kind in kinds])
        found = {kind: slot.totalCount for kind, slot in zip(kinds, slots, strict=True)}
        if any(count is None for count in found.values()):
            raise Unreadable(detail="a count was answered without a number")
        return {kind: count or 0 for kind, count in found.items()}

    @contextmanager
    def ahead(self, executor: Executor, expected: Sequence[tuple[str, str, int]]) -> Iterator[None]:
        """Within it the pages of these scans (kind, condition, rows) are fetched up to four at a time."""
        plan = []
        for kind, where, count in expected:
            size = self._page_rows(kind)
            plan += [(kind, where, start, size) for start in range(1, count + 1, size)]
        self._ahead = Ahead(executor, self._fetch, plan)
        try:
            yield
        finally:
            self._ahead.drop()
            self._ahead = None

    def scan(
        self,
        kind: str,
        where: str,
        of: Callable[[rows.Slot], Iterable[Any]],
        translated: Callable[[Any, str], T],
        on_page: Callable[[Page[T]], None],
        expected: int | None = None,
    ) -> Scan:
        """Page through a set that may move meanwhile: a row changed or gone shifts all behind it.

        So a scan of several pages is held against the count (expected, else counted afterwards),
        and repeated when rows are missing.
        """
        ids: set[str] = set()
        first_at: datetime | None = None
        for _ in range(SCANS_MAX):
            pages, server_at = self._pages(kind, where, of, translated, on_page, ids, expected)
            first_at = first_at or server_at
            if pages == 1 or (expected is not None and len(ids) >= expected):
                break
            expected = None
            if self.count(kind, where) <= len(ids):
                break
            _log.info("rows moved during a scan", company_id=self.client.connection.company_id, kind=kind)
        return Scan(frozenset(ids), first_at)

    def changed(
        self,
        kind: str,
        since: datetime,
        translated: Callable[[Any, str], C],
        on_page: Callable[[tuple[C, ...], tuple[Any, ...]], None],
        *,
        also: str = "",
    ) -> datetime:
        """Every row of a kind that was updated since, in windows of LastUpdatedTime, oldest first.

        Each window begins at the last row of the one before, so rows that move meanwhile come
        again at the end and shift none.  on_page gets values and wire rows; also is a further
        condition.  Returns QuickBooks' time of the first answer.
        """
        at, start = since, 1
        first_at: datetime | None = None
        condition = "Active IN (true, false) AND " if kind == "Customer" else ""
        for _ in range(PAGES_MAX):
            where = f"{condition}{also}MetaData.LastUpdatedTime >= {wire.literal(wire.instant(at))}"
            response, size = self._page(kind, where, start, columns="*")
            page = decode(response, rows.Page)
            if page.QueryResponse is None:
                raise answers.unreadable(response)
            with readable(response):
                wired = tuple(getattr(page.QueryResponse, kind))
                found = tuple(translated(row, self.home_currency) for row in wired)
                server_at = translate.instant(page.time)
                last_at = translate.updated(wired[-1].MetaData) if wired else None
            first_at = first_at or server_at
            if wired:
                on_page(found, wired)
            if len(wired) < size:
                if first_at is None:
                    raise Unreadable(detail="QuickBooks does not say what time it is")
                return first_at
            if last_at is None:
                raise Unreadable(detail=f"a {kind} without the time of its last change")
            if last_at.replace(microsecond=0) > at:
                at, start = last_at.replace(microsecond=0), 1
            else:
                start += len(wired)
        raise Unreadable(detail=f"more than {PAGES_MAX} pages of {kind}")

    def _pages(
        self,
        kind: str,
        where: str,
        of: Callable[[rows.Slot], Iterable[Any]],
        translated: Callable[[Any, str], T],
        on_page: Callable[[Page[T]], None],
        ids: set[str],
        expected: int | None,
    ) -> tuple[int, datetime | None]:
        first_at: datetime | None = None
        start = 1
        for number in range(PAGES_MAX):
            response, size = self._page(kind, where, start)
            page = decode(response, rows.Page)
            if page.QueryResponse is None:
                raise answers.unreadable(response)
            with readable(response):
                found = tuple(translated(row, self.home_currency) for row in of(page.QueryResponse))
                server_at = translate.instant(page.time)
            del response, page
            first_at = first_at or server_at
            ids.update(row.id for row in found)
            on_page(Page(translate.distinct(found), len(ids), server_at))
            start += len(found)
            # With as many as were counted there is no need to ask whether the last full page was the last.
            if len(found) < size or len(ids) == expected:
                return number + 1, first_at
        raise Unreadable(detail=f"more than {PAGES_MAX} pages of {kind}")

    def _page(
        self, kind: str, where: str, start: int, *, columns: str | None = None
    ) -> tuple[requests.Response, int]:
        """One page and how many rows it was asked for: fewer when it was too heavy, down to one."""
        while True:
            size = self._page_rows(kind)
            try:
                if self._ahead is not None:
                    fetched = self._ahead.take(kind, where, start, size)
                    if fetched is not None:
                        return fetched, size
                return self._fetch(kind, where, start, size, columns), size
            except TooHeavy as error:
                if self._ahead is not None:
                    self._ahead.drop()
                self.client.limiter.halve_page(kind, size)
                _log.info("a page was too heavy", kind=kind, rows=size, status=error.status)

    def _fetch(
        self, kind: str, where: str, start: int, size: int, columns: str | None = None
    ) -> requests.Response:
        columns = columns or (COLUMNS[kind] if self._project else "*")
        # Never by Id: it is no longer sortable (Intuit's notice to developers, 2025).
        return self.client.read_query(
            f"SELECT {columns} FROM {kind} WHERE {where} ORDERBY MetaData.LastUpdatedTime "
            f"STARTPOSITION {start} MAXRESULTS {size}",
            divisible=size > 1,
        )

    def _page_rows(self, kind: str) -> int:
        return min(self.client.limiter.page_rows.get(kind, PAGE_ROWS), PAGE_ROWS)

    def batch(self, statements: Sequence[str]) -> tuple[list[rows.FullSlot], bool]:
        """The answers in the order of the statements, and whether QuickBooks may have cut them off."""
        items = [
            {"bId": str(number), "Query": statement} for number, statement in enumerate(statements, start=1)
        ]
        response = self.client.read_batch(wire.encode({"BatchItemRequest": items}), len(items))
        batch = decode(response, rows.Batch)
        by_id = {item.bId: item for item in batch.BatchItemResponse or ()}
        slots: list[rows.FullSlot] = []
        for item in items:
            answer = by_id.get(item["bId"])
            if answer is None:
                raise answers.unreadable(response)
            for fault in (answer.Fault, answer.fault):
                if is_told(fault):
                    raise answers.item_error(bytes(fault), answers.tid(response))
            if answer.QueryResponse is None:
                raise answers.unreadable(response)
            slots.append(answer.QueryResponse)
        sizes = [sum(map(len, (s.Customer, s.Invoice, s.Payment, s.CreditMemo))) for s in slots]
        return slots, sum(sizes) >= BATCH_ROWS
