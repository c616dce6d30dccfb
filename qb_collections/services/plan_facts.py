"""What a plan rests on, read live: the invoices, the customer's credits, and what the settings allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.books import Customer
from qb_collections.core.case import HoldKind
from qb_collections.core.money import total
from qb_collections.core.plan_cash import Forward, brought_forward
from qb_collections.core.plan_classes import Weights, weights
from qb_collections.core.plan_home_cents import worth
from qb_collections.core.plans import Candidate, Terrain
from qb_collections.core.wording import label, list_text, money_text, short
from qb_collections.quickbooks import company_facts, wire
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import InvoiceDocument, Live, Preferences
from qb_collections.services import plan_chosen, proof
from qb_collections.services.context import Context
from qb_collections.services.plan_chosen import INVOICES_MAX
from qb_collections.services.proof import ACCOUNTS_MAX, Accounts
from qb_collections.services.refusal import Refusal
from qb_collections.store import cases, holds, plans
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading

NO_ID = "0"  # QuickBooks gives no such id
OVERLAY, INSTALLMENTS = "overlay", "installment_invoices"
# Where we know which tax code means out of scope.  Elsewhere, and where the law asks for electronic or
# gap-free certified invoices (France, Italy, Spain, Portugal, Belgium), a plan leaves the invoices alone.
COUNTRIES = ("US", "GB", "CA", "AU")
_STANDS_IN_THE_WAY = {
    HoldKind.DISPUTE: "is disputed. Settle that first: a plan would say that the debt is agreed.",
    HoldKind.INSOLVENT: "belongs to a customer for whom a court or a lawyer speaks. No plan is written.",
    HoldKind.HANDED_OVER: "was handed over. Take it back first, or agree on the plan there.",
    HoldKind.AUTOPAY: "is collected by itself. End that first, so that it is not paid twice.",
    HoldKind.IN_TRANSIT: "is said to be on its way. Wait for the money, or lift that mark first.",
}


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a proposal looks at, as QuickBooks says it this moment."""

    plan_on: date
    customer: Customer
    candidates: tuple[Candidate, ...]
    documents: tuple[InvoiceDocument, ...]  # of the candidates, in their order
    terrain: Terrain
    preferences: Preferences
    live: Live
    records: Mapping[str, Mapping[str, Any]]  # the candidates as QuickBooks has them, by id
    accounts: Accounts
    item: Mapping[str, Any] | None  # the clearing item, when it is set up and there
    fiscal_start: date
    form: str = INSTALLMENTS

    @property
    def currency(self) -> str:
        return self.candidates[0].invoice.balance.currency

    @property
    def classes(self) -> Weights:
        """How the balances stand on classes; an overlay has no lines to carry them."""
        if self.form == OVERLAY:
            return ()
        return weights((self.records.get(one.invoice.id, {}), one.invoice.balance) for one in self.candidates)

    @property
    def home_balance(self) -> Decimal | None:
        """What the balances are worth in the home currency; None where that hangs on a rounding."""
        rate = self.candidates[0].exchange_rate
        if rate is None:
            return None
        records = [self.records.get(one.invoice.id, {}) for one in self.candidates]
        return worth(records, rate, self.preferences.home_currency)


def gather(
    context: Context,
    company: Company,
    gateway: Gateway,
    numbers: Sequence[str],
    form: str = INSTALLMENTS,
    *,
    ids: Sequence[str] = (),
    cash_basis_accepted: bool = False,
) -> Facts | Refusal:
    """Two requests: the books of the customers; the settings, accounts, item and the invoices' own fields.

    ids: QuickBooks' own, beside the numbers or instead of them.
    """
    with reading(context.engine) as conn:
        known = plan_chosen.chosen(conn, company, numbers, ids)
    if isinstance(known, Refusal):
        return known
    ids = [one.id for one in known]
    customer_ids = sorted({one.customer_id for one in known})
    live = gateway.live(customer_ids, ids)
    gone = [one for one in known if one.id in live.missing]
    if gone:
        return Refusal(f"Invoice {label(gone[0])} is no longer in QuickBooks.")
    rows, items, accounts, settings = gateway.queries(
        [
            f"SELECT * FROM Invoice WHERE Id IN {wire.one_of(ids)} MAXRESULTS {INVOICES_MAX}",
            f"SELECT * FROM Item WHERE Id = {wire.literal(company.clearing_item_id or NO_ID)}",
            f"SELECT * FROM Account WHERE Active IN (true, false) MAXRESULTS {ACCOUNTS_MAX}",
            "SELECT * FROM Preferences",
        ]
    )
    preferences = company_facts.preferences(settings[0] if settings else None)
    fields = {row["Id"]: row for row in rows}
    documents = tuple(live.documents[id] for id in ids)
    customer = live.customers.get(documents[0].invoice.customer_id)
    if customer is None:
        return Refusal(
            "These invoices belong to another customer in QuickBooks by now; perhaps two were merged. "
            "Read the books again, and ask once more.",
            "With: qb-collections sync",
        )
    plan_on = company.today(context.clock.now())
    with reading(context.engine) as conn:
        heads = cases.billed_with(conn, company.id, customer_ids)
        family = sorted({*customer_ids, *(one.id for one in heads.values())})
        running = _plan_labels(conn, company, family)
        held = _held(conn, company, customer_ids, documents)
    candidates = tuple(
        _candidate(one, fields.get(one.invoice.id, {}), preferences, running.get(one.invoice.id), heads)
        for one in documents
    )
    refusal = held or _elsewhere(company, customer, form) or _special(documents, fields)
    if refusal is not None:
        return refusal
    terrain = _terrain(company, preferences, live, candidates, plan_on)
    return Facts(
        plan_on,
        heads.get(customer.id, customer) if form == OVERLAY else customer,
        candidates,
        documents,
        replace(terrain, cash_basis_accepted=cash_basis_accepted),
        preferences,
        live,
        fields,
        proof.accounts_of(accounts),
        items[0] if items else None,
        proof.fiscal_start(settings[0] if settings else {}, plan_on),
        form,
    )


def _candidate(
    document: InvoiceDocument,
    fields: Mapping[str, Any],
    preferences: Preferences,
    plan_label: str | None,
    heads: Mapping[str, Customer],
) -> Candidate:
    invoice = document.invoice
    foreign = invoice.balance.currency != preferences.home_currency
    return Candidate(
        invoice=invoice,
        exchange_rate=document.exchange_rate if foreign else None,
        ar_account_id=_ref(fields, "ARAccountRef"),
        location_id=_ref(fields, "DepartmentRef"),
        plan_label=plan_label,
        account_id=heads[invoice.customer_id].id if invoice.customer_id in heads else None,
    )


def _terrain(
    company: Company, preferences: Preferences, live: Live, chosen: Sequence[Candidate], plan_on: date
) -> Terrain:
    currency = chosen[0].invoice.balance.currency
    customer_ids = {one.invoice.customer_id for one in chosen}
    credits = [one.remaining for one in live.credit_memos if one.customer_id in customer_ids]
    credits += [one.unapplied for one in live.payments if one.customer_id in customer_ids]
    return Terrain(
        plan_on=plan_on,
        books_closed_on=preferences.book_close_on,
        auto_apply=preferences.auto_apply_credit,
        report_basis=preferences.report_basis,
        accrual_confirmed=company.plan_basis_confirmed_by is not None,
        open_credits=total((one for one in credits if one.currency == currency), currency),
        locale=company.locale,
    )


def _plan_labels(conn: Connection, company: Company, customer_ids: Sequence[str]) -> dict[str, str]:
    """The running plan of each invoice that is on one or belongs to one."""
    return {
        invoice_id: plan.label
        for _, plan in plans.running(conn, company.id, customer_ids)
        for invoice_id in plan.original_ids | plan.installment_ids
    }


def _held(
    conn: Connection, company: Company, customer_ids: Sequence[str], documents: Sequence[InvoiceDocument]
) -> Refusal | None:
    standing = [*holds.active_of(conn, company.id, customer_ids)]
    for document in documents:
        invoice = document.invoice
        for customer_id, hold in standing:
            about = hold.invoice_id == invoice.id or (
                hold.invoice_id is None and customer_id == invoice.customer_id
            )
            if about and hold.kind in _STANDS_IN_THE_WAY:
                return Refusal(f"Invoice {label(invoice)} {_STANDS_IN_THE_WAY[hold.kind]}")
    return None


def _elsewhere(company: Company, customer: Customer, form: str) -> Refusal | None:
    if form == INSTALLMENTS and company.country not in COUNTRIES:
        return Refusal(
            f"Installment invoices are written in {list_text(COUNTRIES)} only; this company is in "
            f"{company.country}, where they could break rules for tax invoices. "
            "A plan kept here leaves the invoices as they are."
        )
    if form == INSTALLMENTS and company.country != "US" and "plan_tax" not in company.preferences:
        return Refusal(
            "Which tax code means out of scope here has to be confirmed first, by an owner or accountant.",
            "With: qb-collections plan setup --tax-code NAME",
        )
    if not customer.active:
        return Refusal(
            f"{short(customer.name, 60)} is inactive in QuickBooks. Make the customer active first."
        )
    return None


def _special(documents: Sequence[InvoiceDocument], fields: Mapping[str, Mapping[str, Any]]) -> Refusal | None:
    """Retainage is not due, and a payment that is already scheduled would come on top of the plan."""
    for document in documents:
        row = fields.get(document.invoice.id, {})
        if _amount(row.get("RetainageOpenBalance")):
            return Refusal(f"Part of invoice {label(document.invoice)} is retainage, which is not due yet.")
        if row.get("ScheduledPaymentId") or row.get("AutoPay") is True:
            return Refusal(
                f"Invoice {label(document.invoice)} has a scheduled payment or autopay in QuickBooks. "
                "End that first, so that the customer is not charged twice."
            )
    return None


def _ref(fields: Mapping[str, Any], name: str) -> str | None:
    value = (fields.get(name) or {}).get("value")
    return str(value) if value else None


def _amount(value: object) -> Decimal:
    return Decimal(str(value)) if value not in (None, "") else Decimal(0)


def cash_figures(facts: Facts) -> tuple[Forward, ...]:
    """What cash-basis reports would move to the plan day: one answer, or two (see the core)."""
    records = [facts.records.get(one.invoice.id, {}) for one in facts.candidates]
    return brought_forward(records, facts.preferences.home_currency)


def cash_words(company: Company, facts: Facts) -> str:
    """The same in words: income rises by $1,000.00 and tax by $92.50"""
    told = [
        f"{money_text(one.income, company.locale)} and tax by {money_text(one.tax, company.locale)}"
        for one in cash_figures(facts)
    ]
    return f"income rises by {', or by '.join(told)}"
