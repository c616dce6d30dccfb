"""Reads of one company's books, as values of core.books."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from qb_collections.core.books import CreditMemo, Customer, Invoice, Link, Payment
from qb_collections.quickbooks import answers, company_facts, paper_files, rows, translate, wire
from qb_collections.quickbooks.capture import KINDS, MARK, changes_of, marked_memos
from qb_collections.quickbooks.decoding import convert, decode, readable, sensible
from qb_collections.quickbooks.errors import Unreadable
from qb_collections.quickbooks.live import IDS_PER_QUERY, live_of, live_statements, together
from qb_collections.quickbooks.paper_files import NoFile, Paper
from qb_collections.quickbooks.scanning import BATCH_QUERIES, PAGE_ROWS, PAGES_MAX, Scanning
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

NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)
OPEN_INVOICES = "Balance > '0'"
PAY_LINK_MAX = 240  # characters: longer ones would be cut in a text
ALL_CUSTOMERS = "Active IN (true, false)"


class Reading(Scanning):
    """What we ask of the books.  Every method may raise the errors of quickbooks/errors.py."""

    def company_info(self) -> CompanyFacts:
        document = self.client.get_single_object("CompanyInfo", self.client.connection.realm_id)
        return company_facts.company(document.get("CompanyInfo"))

    def preferences(self) -> Preferences:
        document = self.client.get(self.client.company_url("preferences"))
        return company_facts.preferences(document.get("Preferences"))

    def open_invoices(self, on_page: Callable[[Page[Invoice]], None], expected: int | None = None) -> Scan:
        """Every invoice with a balance, a page of 1000 at a time."""
        return self.scan(
            "Invoice", OPEN_INVOICES, lambda slot: slot.Invoice, translate.invoice, on_page, expected
        )

    def customers(self, on_page: Callable[[Page[Customer]], None], expected: int | None = None) -> Scan:
        """Every customer, also inactive ones: they may owe."""
        return self.scan(
            "Customer", ALL_CUSTOMERS, lambda slot: slot.Customer, translate.customer, on_page, expected
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

    def changed_customers(self, since: datetime, on_rows: Callable[[Changes], None]) -> datetime:
        return self.changed("Customer", since, translate.customer, lambda found, _: on_rows(_part(found)))

    def changed_invoices(
        self, since: datetime, on_rows: Callable[[Changes], None], also: str = ""
    ) -> datetime:
        """With the memos that bear a marker."""
        return self.changed(
            "Invoice",
            since,
            translate.invoice,
            lambda found, wired: on_rows(_part(invoices=found, memos=marked_memos(wired))),
            also=also,
        )

    def changed_payments(
        self, since: datetime, on_rows: Callable[[Changes], None], also: str = ""
    ) -> datetime:
        """With where each went."""

        def told(found: tuple[Payment, ...], wired: tuple[Any, ...]) -> None:
            with sensible():
                links = {row.Id: translate.links(row, self.home_currency) for row in wired}
            on_rows(_part(payments=found, links=tuple(link for some in links.values() for link in some)))

        return self.changed("Payment", since, translate.payment, told, also=also)

    def changed_credit_memos(
        self, since: datetime, on_rows: Callable[[Changes], None], also: str = ""
    ) -> datetime:
        return self.changed(
            "CreditMemo",
            since,
            translate.credit_memo,
            lambda found, _: on_rows(_part(credit_memos=found)),
            also=also,
        )

    def still_there(self, kind: str, ids: Sequence[str]) -> Changes:
        """These invoices, payments or credit memos as they are; deleted holds those that are gone."""
        found: list[Any] = []
        step = BATCH_QUERIES * IDS_PER_QUERY
        for start in range(0, len(ids), step):
            some = ids[start : start + step]
            statements = [
                f"SELECT * FROM {kind} WHERE Id IN {wire.one_of(some[at : at + IDS_PER_QUERY])} "
                f"MAXRESULTS {PAGE_ROWS}"
                for at in range(0, len(some), IDS_PER_QUERY)
            ]
            slots, _ = self.batch(statements)
            found += [row for slot in slots for row in getattr(slot, kind)]
        gone = {kind: frozenset(ids) - {row.Id for row in found}}
        home = self.home_currency
        with sensible():
            if kind == "Invoice":
                return _part(invoices=tuple(translate.invoice(row, home) for row in found), deleted=gone)
            if kind == "CreditMemo":
                memos = tuple(translate.credit_memo(row, home) for row in found)
                return _part(credit_memos=memos, deleted=gone)
            links = tuple(link for row in found for link in translate.links(row, home))
            payments = tuple(translate.payment(row, home) for row in found)
            return _part(payments=payments, links=links, deleted=gone)

    def changes(self, since: datetime, kinds: Sequence[str] = KINDS) -> Changes:
        """One change data capture.  Not complete: more changed than one answer holds."""
        response = self.client.read_changes(",".join(kinds), wire.instant(since))
        captures = decode(response, rows.Captures)
        with readable(response):
            return changes_of(captures, self.home_currency)

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
        More than 1000 rows are asked again in two halves, one customer's page by page.
        """
        read_at = self.clock.now()
        statements = live_statements(customer_ids, invoice_ids, payment_ids, payments_since)
        slots: list[rows.FullSlot] = []
        for start in range(0, len(statements), BATCH_QUERIES):
            some = statements[start : start + BATCH_QUERIES]
            found, full = self.batch(some)
            if full:
                return self._live_in_halves(customer_ids, invoice_ids, payment_ids, payments_since)
            slots.extend(found)
        return live_of(slots, invoice_ids, read_at, self.home_currency)

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

    def invoice_pdf(self, id: str) -> bytes:
        """The invoice as QuickBooks prints it.  Raises NotFound."""
        url = self.client.company_url(f"invoice/{id}/pdf")
        headers = {"Content-Type": "application/pdf", "Accept": "application/pdf"}
        return bytes(self.client.process_request("GET", url, headers=headers).content)

    def paper(self, document_id: str) -> Paper:
        """The file that hangs there.  Raises NoFile for a note, NotFound, and what the fetching raises."""
        record = self.document("Attachable", document_id)
        address = str(record.get("TempDownloadUri") or "")
        if not address or not record.get("FileName"):
            raise NoFile
        content = paper_files.fetch(self.client.session, address, self.client.api_url)
        return Paper(str(record["FileName"]), content)

    def pay_link(self, invoice_id: str) -> str | None:
        """Where the invoice can be paid online; None where it cannot.  The link ends after a while."""
        answer = self.client.get_single_object("Invoice", invoice_id, {"include": "invoiceLink"})
        link = str((answer.get("Invoice") or {}).get("InvoiceLink") or "")
        whole = link.startswith("https://") and link.isprintable() and " " not in link
        return link if whole and len(link) <= PAY_LINK_MAX else None

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

    def marked_since(self, kind: str, since: datetime) -> tuple[Found, ...]:
        """Every CreditMemo, Payment or Attachable made since then that bears a marker."""
        made = wire.literal(wire.instant(since))
        found: list[Found] = []
        for number in range(PAGES_MAX):
            # Never ordered by Id; what was made does not move in the order of its making.
            page = self.query(
                f"SELECT * FROM {kind} WHERE MetaData.CreateTime >= {made} ORDERBY MetaData.CreateTime "
                f"STARTPOSITION {number * PAGE_ROWS + 1} MAXRESULTS {PAGE_ROWS}"
            )
            words = "Note" if kind == "Attachable" else "PrivateNote"
            found += [
                Found(kind, str(record["Id"]), str(record.get("SyncToken", "0")), record)
                for record in page
                if MARK in str(record.get(words, ""))
            ]
            if len(page) < PAGE_ROWS:
                return tuple(found)
        raise Unreadable(detail=f"more than {PAGES_MAX} pages of {kind}")

    def attachment_with(self, marker: str, since: datetime) -> str | None:
        """The id of a note made since then that bears the marker: ours."""
        made = wire.literal(wire.instant(since))
        statement = f"SELECT * FROM Attachable WHERE MetaData.CreateTime >= {made} MAXRESULTS {PAGE_ROWS}"
        for record in self.query(statement):
            if marker in str(record.get("Note", "")):
                return str(record["Id"])
        return None

    def report(self, name: str, params: Mapping[str, str]) -> dict[str, Any]:
        report: dict[str, Any] = self.client.get_report(name, dict(params))
        return report

    def _of_customers(self, kind: str, customer_ids: Sequence[str]) -> list[rows.FullSlot]:
        """All rows of a kind for these customers, in batches of queries; full answers are asked in halves."""
        chunks = [customer_ids[at : at + IDS_PER_QUERY] for at in range(0, len(customer_ids), IDS_PER_QUERY)]
        slots: list[rows.FullSlot] = []
        for start in range(0, len(chunks), BATCH_QUERIES):
            some = chunks[start : start + BATCH_QUERIES]
            found, full = self.batch([_of(kind, ids) for ids in some])
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

    def _live_in_halves(
        self,
        customer_ids: Sequence[str],
        invoice_ids: Sequence[str],
        payment_ids: Sequence[str],
        payments_since: datetime | None,
    ) -> Live:
        if len(customer_ids) < 2:
            return self._live_of_one(customer_ids, invoice_ids, payment_ids, payments_since)
        half = len(customer_ids) // 2
        first = self.live(
            customer_ids[:half], invoice_ids, payment_ids=payment_ids, payments_since=payments_since
        )
        second = self.live(customer_ids[half:], payment_ids=(), payments_since=payments_since)
        return together(first, second)

    def _live_of_one(
        self,
        customer_ids: Sequence[str],
        invoice_ids: Sequence[str],
        payment_ids: Sequence[str],
        payments_since: datetime | None,
    ) -> Live:
        """One customer with more rows than a batch answers: what was asked for by id, then page by page."""
        named = self.live((), invoice_ids, payment_ids=payment_ids)
        slots = [
            slot
            for statement in live_statements(customer_ids, (), (), payments_since)
            for slot in self._in_pages(statement)
        ]
        return together(named, live_of(slots, (), named.read_at, self.home_currency))

    def _in_pages(self, statement: str) -> list[rows.FullSlot]:
        slots: list[rows.FullSlot] = []
        for number in range(PAGES_MAX):
            start = f" STARTPOSITION {number * PAGE_ROWS + 1} MAXRESULTS"
            [slot], full = self.batch([statement.replace(" MAXRESULTS", start)])
            slots.append(slot)
            if not full:
                return slots
        raise Unreadable(detail=f"more than {PAGES_MAX * PAGE_ROWS} documents of one customer")


def _part(
    customers: tuple[Customer, ...] = (),
    invoices: tuple[Invoice, ...] = (),
    payments: tuple[Payment, ...] = (),
    credit_memos: tuple[CreditMemo, ...] = (),
    links: tuple[Link, ...] = (),
    deleted: Mapping[str, frozenset[str]] | None = None,
    memos: Mapping[str, str] | None = None,
) -> Changes:
    """Rows of one kind, as changes; their time is that of the reading they belong to."""
    return Changes(
        translate.distinct(customers),
        translate.distinct(invoices),
        translate.distinct(payments),
        translate.distinct(credit_memos),
        links,
        dict(deleted or {}),
        NO_TIME,
        True,
        memos or {},
    )


def _of(kind: str, customer_ids: Sequence[str]) -> str:
    return (
        f"SELECT * FROM {kind} WHERE CustomerRef IN {wire.one_of(customer_ids)} "
        f"ORDERBY MetaData.LastUpdatedTime MAXRESULTS {PAGE_ROWS}"
    )
