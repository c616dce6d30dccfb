"""Everything that an invoice's page shows, gathered in few statements however much there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlalchemy import Connection

from qb_collections.core import company_gates
from qb_collections.core.books import Customer, Invoice
from qb_collections.core.company_gates import CompanyState
from qb_collections.core.decision import Finding, Outcome
from qb_collections.core.silence import CONTACTS
from qb_collections.services import balance_history, explain, handing_over, invoice_reading, marks, verdict
from qb_collections.services.balance_history import Moment
from qb_collections.services.context import Context
from qb_collections.services.explain import Explanation
from qb_collections.services.invoice_reading import AsItStands
from qb_collections.services.marks import Mark
from qb_collections.services.template_library import Voices
from qb_collections.store import (
    billed,
    cases,
    companies,
    documents,
    invoice_history,
    invoice_notes,
    invoice_reads,
    mirror,
    plans,
    timeline,
)
from qb_collections.store.companies import Company, StopState
from qb_collections.store.documents import Document
from qb_collections.store.engine import reading
from qb_collections.store.invoice_notes import NoteLine
from qb_collections.store.plans import PlanRow

CONTACTS_MAX = 200
DOCUMENTS_MAX = 100
# Where people open it: https://help.developer.intuit.com, "deep links" into QuickBooks Online.
HOSTS = {
    "production": "https://app.qbo.intuit.com",
    "sandbox": "https://app.sandbox.qbo.intuit.com",
}


@dataclass(frozen=True, slots=True)
class InvoicePage:
    why: Explanation
    head: Customer  # who is written to about it
    notes: tuple[NoteLine, ...]  # ours
    marks: tuple[Mark, ...]
    history: tuple[Moment, ...]
    stands: AsItStands | None  # None: nobody has read it yet
    documents: tuple[Document, ...]
    plan: str | None  # the label of the plan that holds its balance
    opens_at: str | None  # its address in QuickBooks; None: an emulator has no pages

    @property
    def invoice(self) -> Invoice:
        return self.why.invoice


def of(context: Context, company: Company, invoice_id: str) -> InvoicePage | None:
    """None: the mirror does not know the invoice."""
    now = context.clock.now()
    with reading(context.engine) as conn:
        invoice = mirror.invoice(conn, company.id, invoice_id)
        if invoice is None:
            return None
        family = billed.family(conn, company.id, invoice.customer_id)
        if not family:  # its customer is billed with another, or is gone
            key = cases.key_of(conn, company.id, invoice.customer_id)
            family = billed.family(conn, company.id, key[0]) if key is not None else {}
        if not family:
            return _of_nobody(company, invoice, now)
        return _gathered(conn, company, invoice, family, now)


def opens_at(company: Company, invoice: Invoice) -> str | None:
    host = HOSTS.get(company.environment)
    return f"{host}/app/invoice?txnId={quote(invoice.id, safe='')}" if host else None


def _gathered(
    conn: Connection,
    company: Company,
    invoice: Invoice,
    family: Mapping[tuple[str, str], Sequence[Customer]],
    now: datetime,
) -> InvoicePage:
    today = company.today(now)
    [(key, everybody)] = family.items()
    ids = sorted(one.id for one in everybody)
    ids = ids if invoice.customer_id in ids else [*ids, invoice.customer_id]
    found, others = verdict.of(
        conn,
        company,
        family,
        today,
        lambda conn: Voices(conn, company),
        lambda conn: _plans_and_notes(conn, company, invoice, ids),
        lambda conn: timeline.said(conn, company.id, ids, CONTACTS_MAX),
        lambda conn: invoice_history.of_invoice(conn, company.id, invoice.id),
        lambda conn: invoice_reads.of_invoice(conn, company.id, invoice.id),
        lambda conn: documents.listed(conn, company.id, key[0], DOCUMENTS_MAX),
        lambda conn: explain.left_out(conn, company, key, today),
        lambda conn: companies.global_stop(conn),
    )
    voices, (agreed, notes), said, applied, read, listed, skipped, everything = others
    about = tuple(one for one in reversed(said) if invoice.id in one.contact.invoice_ids)
    memos = {one.memo_id: one.label for one in agreed if one.memo_id is not None}
    holding = next(
        (
            one.label
            for one in agreed
            if one.state in ("active", "broken") and any(o.invoice_id == invoice.id for o in one.originals)
        ),
        None,
    )
    customer = next((one for one in everybody if one.id == invoice.customer_id), everybody[0])
    case, decision = found.case, found.decision
    if decision is None or all(one.id != invoice.id for one in case.invoices):
        why = explain.closed(company, invoice, customer, today, about, holding)
    else:
        card = None
        if decision.outcome is Outcome.DECIDE:
            card = handing_over.card(conn, company, found.rules, case, decision, today)
        why = explain.told(
            company,
            case,
            found.rules,
            decision,
            invoice,
            customer,
            now,
            about=about,
            skipped=skipped if decision.outcome in CONTACTS else None,
            card=card,
            voice=voices.of(case.customer.id),
            held=_held(company, everything) or found.unseen,
        )
    placed = [one for one in case.holds if one.invoice_id in (None, invoice.id)]
    return InvoicePage(
        why=why,
        head=everybody[0],
        notes=tuple(notes),
        marks=tuple(marks.of(placed, case, found.rules, today)),
        history=balance_history.of(invoice, applied, about, memos),
        stands=invoice_reading.shown(read, invoice),
        documents=tuple(one for one in listed.documents if one.invoice_id == invoice.id),
        plan=holding,
        opens_at=opens_at(company, invoice),
    )


def _plans_and_notes(
    conn: Connection, company: Company, invoice: Invoice, ids: Sequence[str]
) -> tuple[list[PlanRow], list[NoteLine]]:
    agreed = plans.of_customers(conn, company.id, ids)
    about = [one.id for one in agreed]
    return agreed, invoice_notes.of_invoice(conn, company.id, invoice.id, ids, about)


def _held(company: Company, everything: StopState | None) -> Finding | None:
    """The company gate that is closed."""
    state = CompanyState(
        mode=company.mode,
        link=company.state,
        stopped_by=company.stopped_by,
        all_stopped_by=everything.by if everything else None,
    )
    return company_gates.judge(state)


def _of_nobody(company: Company, invoice: Invoice, now: datetime) -> InvoicePage:
    """Its customer is gone from QuickBooks: there is nobody to ask, and nothing to decide."""
    why = explain.closed(company, invoice, None, company.today(now), (), None)
    history = balance_history.of(invoice, (), (), {})
    return InvoicePage(why, why.customer, (), (), history, None, (), None, opens_at(company, invoice))
