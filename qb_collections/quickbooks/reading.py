"""Reads of one company's books, as values of core.books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import structlog

from qb_collections.clock import Clock
from qb_collections.core.books import CreditMemo, Customer, Invoice, Link, Payment
from qb_collections.quickbooks import answers, company_facts, rows, translate, wire
from qb_collections.quickbooks.client import Client
from qb_collections.quickbooks.decoding import convert, decode, is_told, readable, sensible
from qb_collections.quickbooks.errors import Unreadable
from qb_collections.quickbooks.values import (
    Changes,
    CompanyFacts,
    Found,
    InvoiceDocument,
    Live,
    Page,
    Preferences,
    Scan,
)

PAGE_ROWS = 1000  # QuickBooks' most (developer.intuit.com, "Data queries")
PAGES_MAX = 500
CAPTURE_ROWS = 1000  # one change data capture answers no more, over all kinds
BATCH_QUERIES = 30
BATCH_ROWS = 1000
IDS_PER_QUERY = 30
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


class Reading:
    """What we ask of the books.  Every method may raise the errors of quickbooks/errors.py."""

    def __init__(
        self, client: Client, home_currency: str, clock: Clock, *, project_columns: bool = False
    ) -> None:
        self.client = client
        self.home_currency = home_currency
        self.clock = clock
        self._project = project_columns

    def company_info(self) -> CompanyFacts:
        document = self.client.get_single_object("CompanyInfo", self.client.connection.realm_id)
        return company_facts.company(document.get("CompanyInfo"))

    def preferences(self) -> Preferences:
        document = self.client.get(self.client.company_url("preferences"))
        return company_facts.preferences(document.get("Preferences"))

    def open_invoices(self, on_page: Callable[[Page[Invoice]], None]) -> Scan:
        """Every invoice with a balance, a page of 1000 at a time."""
        return self._scan("Invoice", "Balance > '0'", lambda slot: slot.Invoice, translate.invoice, on_page)

    def customers(self, on_page: Callable[[Page[Customer]], None]) -> Scan:
        """Every customer, also inactive ones: they may owe."""
        return self._scan(
            "Customer", "Active IN (true, false)", lambda slot: slot.Customer, translate.customer, on_page
        )

    def payments_of(self, customer_ids: Sequence[str]) -> tuple[tuple[Payment, ...], tuple[Link, ...]]:
        """Every payment of these customers, and where each went."""
        found = [row for slot in self._of_customers("Payment", customer_ids) for row in slot.Payment]
        with sensible():
            payments = tuple(translate.payment(row, self.home_currency) for row in found)
            links = {row.Id: translate.links(row, self.home_currency) for row in found}
        return translate.distinct(payments), tuple(link for some in links.values() for link in some)

    def credit_memos_of(self, customer_ids: Sequence[str]) -> tuple[CreditMemo, ...]:
        found = [row for slot in self._of_customers("CreditMemo", customer_ids) for row in slot.CreditMemo]
        with sensible():
            return translate.distinct(translate.credit_memo(row, self.home_currency) for row in found)

    def changes(self, since: datetime) -> Changes:
        """One change data capture.  Not complete: more changed than one answer holds."""
        response = self.client.read_changes("Customer,Invoice,Payment,CreditMemo", wire.instant(since))
        captures = decode(response, rows.Captures)
        with readable(response):
            return _changes(captures, self.home_currency)

    def live(
        self,
        customer_ids: Sequence[str],
        invoice_ids: Sequence[str] = (),
        *,
        payment_ids: Sequence[str] = (),
        payments_since: datetime | None = None,
    ) -> Live:
        """The books at this moment for these customers: one request for up to 30 queries.

        It holds their open invoices, those asked for by id, open credit memos and
        payments with unapplied money.  payments_since spares old payments: those
        changed since and those named are read; without it, all of the customers'.
        More than 1000 rows are asked again in two halves.
        """
        read_at = self.clock.now()
        statements = _live_statements(customer_ids, invoice_ids, payment_ids, payments_since)
        slots: list[rows.FullSlot] = []
        for start in range(0, len(statements), BATCH_QUERIES):
            some = statements[start : start + BATCH_QUERIES]
            found, full = self._batch(some)
            if full:
                return self._live_in_halves(customer_ids, invoice_ids, payment_ids, payments_since)
            slots.extend(found)
        return _live(slots, invoice_ids, read_at, self.home_currency)

    def invoice(self, id: str) -> InvoiceDocument:
        """Raises NotFound when it was deleted."""
        return self.document_of(self.document("Invoice", id))

    def document(self, kind: str, id: str) -> dict[str, Any]:
        """One record as QuickBooks has it, amounts as Decimal.  Raises NotFound."""
        answer = self.client.get_single_object(kind, id)
        record = answer.get(kind)
        if not isinstance(record, dict) or record.get("Id") != id:
            raise Unreadable(detail=f"asked for a {kind}, got something else")
        return record

    def document_of(self, record: Mapping[str, Any]) -> InvoiceDocument:
        """An invoice's JSON as a value.  Raises Unreadable."""
        row = convert(record, rows.FullInvoiceRow)
        with sensible():
            return translate.invoice_document(row, self.home_currency)

    def find_by_marker(self, customer_id: str, since: datetime, marker: str) -> tuple[Found, ...]:
        """The customer's documents made since then whose private note bears the marker: ours."""
        found: list[Found] = []
        for kind in ("Invoice", "CreditMemo", "Payment"):
            statement = (
                f"SELECT * FROM {kind} WHERE CustomerRef = {wire.literal(customer_id)} "
                f"AND MetaData.CreateTime >= {wire.literal(wire.instant(since))} "
                f"ORDERBY MetaData.LastUpdatedTime MAXRESULTS {PAGE_ROWS}"
            )
            for record in self.query(statement):
                if marker in str(record.get("PrivateNote", "")):
                    found.append(Found(kind, str(record["Id"]), str(record.get("SyncToken", "0")), record))
        return tuple(found)

    def attachment_with(self, marker: str, since: datetime) -> str | None:
        """The id of a note made since then that bears the marker: ours."""
        made = wire.literal(wire.instant(since))
        statement = f"SELECT * FROM Attachable WHERE MetaData.CreateTime >= {made} MAXRESULTS {PAGE_ROWS}"
        for record in self.query(statement):
            if marker in str(record.get("Note", "")):
                return str(record["Id"])
        return None

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

    def report(self, name: str, params: Mapping[str, str]) -> dict[str, Any]:
        report: dict[str, Any] = self.client.get_report(name, dict(params))
        return report

    def _scan(
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

    def _of_customers(self, kind: str, customer_ids: Sequence[str]) -> list[rows.FullSlot]:
        """All rows of a kind for these customers, in batches of queries; full answers are asked in halves."""
        chunks = [customer_ids[at : at + IDS_PER_QUERY] for at in range(0, len(customer_ids), IDS_PER_QUERY)]
        slots: list[rows.FullSlot] = []
        for start in range(0, len(chunks), BATCH_QUERIES):
            some = chunks[start : start + BATCH_QUERIES]
            found, full = self._batch([_of(kind, ids) for ids in some])
            ids = [id for chunk in some for id in chunk]
            if full and len(ids) > 1:
                half = len(ids) // 2
                found = [*self._of_customers(kind, ids[:half]), *self._of_customers(kind, ids[half:])]
            elif full:
                found = self._all_of(kind, ids[0])
            slots.extend(found)
        return slots

    def _all_of(self, kind: str, customer_id: str) -> list[rows.FullSlot]:
        """One customer with more rows than a batch answers: a query page at a time."""
        slots: list[rows.FullSlot] = []
        for number in range(PAGES_MAX):
            statement = _of(kind, [customer_id]).replace(
                " MAXRESULTS", f" STARTPOSITION {number * PAGE_ROWS + 1} MAXRESULTS"
            )
            response = self.client.read_query(statement)
            slot = decode(response, rows.Page).QueryResponse
            if slot is None:
                raise answers.unreadable(response)
            slots.append(rows.FullSlot(Payment=slot.Payment, CreditMemo=slot.CreditMemo))
            if len(slot.Payment) + len(slot.CreditMemo) < PAGE_ROWS:
                return slots
        raise Unreadable(detail=f"more than {PAGES_MAX * PAGE_ROWS} rows of {kind}")

    def _batch(self, statements: Sequence[str]) -> tuple[list[rows.FullSlot], bool]:
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

    def _live_in_halves(
        self,
        customer_ids: Sequence[str],
        invoice_ids: Sequence[str],
        payment_ids: Sequence[str],
        payments_since: datetime | None,
    ) -> Live:
        if len(customer_ids) < 2:
            raise Unreadable(detail="one customer has more than 1000 open documents")
        half = len(customer_ids) // 2
        first = self.live(
            customer_ids[:half], invoice_ids, payment_ids=payment_ids, payments_since=payments_since
        )
        second = self.live(customer_ids[half:], payment_ids=(), payments_since=payments_since)
        return Live(
            read_at=first.read_at,
            customers=first.customers | second.customers,
            documents=first.documents | second.documents,
            credit_memos=translate.distinct([*first.credit_memos, *second.credit_memos]),
            payments=translate.distinct([*first.payments, *second.payments]),
            missing=first.missing,
        )


def _of(kind: str, customer_ids: Sequence[str]) -> str:
    return (
        f"SELECT * FROM {kind} WHERE CustomerRef IN {wire.one_of(customer_ids)} "
        f"ORDERBY MetaData.LastUpdatedTime MAXRESULTS {PAGE_ROWS}"
    )


def _live_statements(
    customer_ids: Sequence[str],
    invoice_ids: Sequence[str],
    payment_ids: Sequence[str],
    payments_since: datetime | None,
) -> list[str]:
    statements = []
    end = f"MAXRESULTS {PAGE_ROWS}"
    recent = (
        f" AND MetaData.LastUpdatedTime >= {wire.literal(wire.instant(payments_since))}"
        if payments_since
        else ""
    )
    for at in range(0, len(customer_ids), IDS_PER_QUERY):
        ids = wire.one_of(customer_ids[at : at + IDS_PER_QUERY])
        statements += [
            f"SELECT * FROM Customer WHERE Id IN {ids} AND Active IN (true, false) {end}",
            f"SELECT * FROM Invoice WHERE CustomerRef IN {ids} AND Balance > '0' {end}",
            f"SELECT * FROM CreditMemo WHERE CustomerRef IN {ids} AND Balance > '0' {end}",
            f"SELECT * FROM Payment WHERE CustomerRef IN {ids}{recent} {end}",
        ]
    for kind, wanted in (("Invoice", invoice_ids), ("Payment", payment_ids)):
        for at in range(0, len(wanted), IDS_PER_QUERY):
            ids = wire.one_of(wanted[at : at + IDS_PER_QUERY])
            statements.append(f"SELECT * FROM {kind} WHERE Id IN {ids} {end}")
    return statements


def _live(slots: Iterable[rows.FullSlot], wanted: Iterable[str], read_at: datetime, home: str) -> Live:
    slots = list(slots)
    with sensible():
        documents = {row.Id: translate.invoice_document(row, home) for slot in slots for row in slot.Invoice}
        return Live(
            read_at=read_at,
            customers={row.Id: translate.customer(row, home) for slot in slots for row in slot.Customer},
            documents=documents,
            credit_memos=translate.distinct(
                memo
                for slot in slots
                for memo in (translate.credit_memo(row, home) for row in slot.CreditMemo)
                if memo.remaining
            ),
            payments=translate.distinct(
                payment
                for slot in slots
                for payment in (translate.payment(row, home) for row in slot.Payment)
                if payment.unapplied
            ),
            missing=frozenset(wanted).difference(documents),
        )


def _changes(captures: rows.Captures, home: str) -> Changes:
    if captures.CDCResponse is None:
        raise ValueError("no CDCResponse")
    slots = [slot for capture in captures.CDCResponse for slot in capture.QueryResponse]
    server_at = translate.instant(captures.time)
    if server_at is None or any(is_told(capture.Fault) for capture in captures.CDCResponse):
        raise ValueError("a change data capture without its time, or with a fault")
    customers = [row for slot in slots for row in slot.Customer]
    invoices = [row for slot in slots for row in slot.Invoice]
    payments = [row for slot in slots for row in slot.Payment]
    memos = [row for slot in slots for row in slot.CreditMemo]
    kinds: dict[str, list[Any]] = {
        "Customer": customers,
        "Invoice": invoices,
        "Payment": payments,
        "CreditMemo": memos,
    }
    alive = {kind: [row for row in found if row.status != "Deleted"] for kind, found in kinds.items()}
    return Changes(
        customers=translate.distinct(translate.customer(row, home) for row in alive["Customer"]),
        invoices=translate.distinct(translate.invoice(row, home) for row in alive["Invoice"]),
        payments=translate.distinct(translate.payment(row, home) for row in alive["Payment"]),
        credit_memos=translate.distinct(translate.credit_memo(row, home) for row in alive["CreditMemo"]),
        links=tuple(link for row in alive["Payment"] for link in translate.links(row, home)),
        deleted={
            kind: frozenset(row.Id for row in found if row.status == "Deleted")
            for kind, found in kinds.items()
        },
        server_at=server_at,
        complete=sum(map(len, kinds.values())) < CAPTURE_ROWS,
    )
