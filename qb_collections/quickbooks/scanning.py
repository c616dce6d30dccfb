"""Questions in the query language: one, a batch of them, or page after page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog

from qb_collections.clock import Clock
from qb_collections.core.books import Customer, Invoice
from qb_collections.quickbooks import answers, rows, translate, wire
from qb_collections.quickbooks.client import Client
from qb_collections.quickbooks.decoding import decode, is_told, readable
from qb_collections.quickbooks.errors import Unreadable
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
        "Id, DisplayName, GivenName, FamilyName, Active, Balance, CurrencyRef, PrimaryEmailAddr, "
        "PrimaryPhone, Mobile, ParentRef, BillWithParent, BillAddr, MetaData"
    ),
}

T = TypeVar("T", Invoice, Customer)
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

    def query(self, statement: str) -> list[dict[str, Any]]:
        """The rows of any query, as QuickBooks has them; a count as [{"totalCount": n}]."""
        answer = self.client.query(statement).get("QueryResponse")
        if not isinstance(answer, dict):
            raise Unreadable(detail="a query was answered without a QueryResponse")
        if "totalCount" in answer and not any(isinstance(value, list) for value in answer.values()):
            return [{"totalCount": answer["totalCount"]}]
        return [row for value in answer.values() if isinstance(value, list) for row in value]

    def count(self, kind: str, where: str) -> int:
        found = self.query(f"SELECT COUNT(*) FROM {kind} WHERE {where}")
        if not found or not isinstance(found[0].get("totalCount"), int):
            raise Unreadable(detail="a count was answered without a number")
        return int(found[0]["totalCount"])

    def scan(
        self,
        kind: str,
        where: str,
        of: Callable[[rows.Slot], Iterable[Any]],
        translated: Callable[[Any, str], T],
        on_page: Callable[[Page[T]], None],
    ) -> Scan:
        """Page through a set that may move meanwhile: a row changed or gone shifts all behind it.

        So a scan of several pages is counted afterwards, and repeated when rows are missing.
        """
        ids: set[str] = set()
        first_at: datetime | None = None
        for _ in range(SCANS_MAX):
            pages, server_at = self._pages(kind, where, of, translated, on_page, ids)
            first_at = first_at or server_at
            if pages == 1 or self.count(kind, where) <= len(ids):
                break
            _log.info("rows moved during a scan", company_id=self.client.connection.company_id, kind=kind)
        return Scan(frozenset(ids), first_at)

    def _pages(
        self,
        kind: str,
        where: str,
        of: Callable[[rows.Slot], Iterable[Any]],
        translated: Callable[[Any, str], T],
        on_page: Callable[[Page[T]], None],
        ids: set[str],
    ) -> tuple[int, datetime | None]:
        columns = COLUMNS[kind] if self._project else "*"
        first_at: datetime | None = None
        for number in range(PAGES_MAX):
            # Never by Id: it is no longer sortable (Intuit's notice to developers, 2025).
            response = self.client.read_query(
                f"SELECT {columns} FROM {kind} WHERE {where} ORDERBY MetaData.LastUpdatedTime "
                f"STARTPOSITION {number * PAGE_ROWS + 1} MAXRESULTS {PAGE_ROWS}"
            )
            page = decode(response, rows.Page)
            if page.QueryResponse is None:
                raise answers.unreadable(response)
            with readable(response):
                found = tuple(translated(row, self.home_currency) for row in of(page.QueryResponse))
                server_at = translate.instant(page.time)
            first_at = first_at or server_at
            ids.update(row.id for row in found)
            on_page(Page(translate.distinct(found), len(ids), server_at))
            if len(found) < PAGE_ROWS:
                return number + 1, first_at
        raise Unreadable(detail=f"more than {PAGES_MAX * PAGE_ROWS} rows of {kind}")

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
