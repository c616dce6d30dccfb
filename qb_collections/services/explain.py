"""Why: one invoice, decided afresh from what we know now, as sentences."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core import without_case
from qb_collections.core.books import Customer, Invoice
from qb_collections.core.case import Case
from qb_collections.core.company_gates import Mode
from qb_collections.core.decide import decide, invoice_trace
from qb_collections.core.decision import Decision, Finding
from qb_collections.core.rules import Rules
from qb_collections.core.silence import CONTACTS
from qb_collections.core.wording import day_text
from qb_collections.messages.facts import HandOver
from qb_collections.services import calling, composing, deliver, finding, first_list, handing_over
from qb_collections.services.context import Context
from qb_collections.services.deciding import as_it_starts, in_cycle
from qb_collections.services.drafts import skipped_because
from qb_collections.services.effects import Draft
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_library import Voice, Voices
from qb_collections.store import cases, contacts, cursors, draft_changes, first_look, mirror, plans, runs
from qb_collections.store.companies import Company
from qb_collections.store.contacts import StoredContact
from qb_collections.store.engine import reading


@dataclass(frozen=True, slots=True)
class Explanation:
    """The answer, and what led to it.  on is the day it was decided for."""

    invoice: Invoice
    customer: Customer
    on: date
    reason: str  # about this invoice
    review_on: date | None
    held_by: Finding | None  # a company gate that holds whatever would leave
    trace: tuple[Finding, ...]  # what was looked at, in order
    decision: Decision | None
    draft: Draft | None
    contacts: tuple[StoredContact, ...]  # about this invoice, oldest first
    locale: str = "en_US"

    @property
    def lines(self) -> list[str]:
        """The sentences, the answer first."""
        said = [self.reason]
        if self.held_by is not None:
            said.append(self.held_by.because)
        if self.review_on is not None:
            said.append(f"We look at it again on {day_text(self.review_on, self.on.year, self.locale)}.")
        said.extend(
            f"{day_text(one.contact.on, self.on.year, self.locale)}: {_SAID[one.contact.kind.value]}."
            for one in self.contacts
        )
        return said


_SAID = {
    "reminder": "we wrote about it",
    "call": "we spoke about it",
    "answer": "we answered them",
    "notice": "we wrote about a payment of the plan",
    "foreign": "QuickBooks e-mailed it, not through us",
}


def explain(context: Context, company: Company, number: str) -> Explanation | Refusal:
    """Explain one invoice by its number.  Reads only, and asks QuickBooks nothing."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        if cursors.cursor(conn, company.id) is None:
            return Refusal(f"{company.name} has not been read yet.", "Read it with: qb-collections sync")
        invoice = finding.invoice(conn, company, number)
        if isinstance(invoice, Refusal):
            return invoice
        key = cases.key_of(conn, company.id, invoice.customer_id)
        loaded = cases.load(conn, company.id, [key], today) if key else []
        customer = mirror.customers(conn, company.id, [invoice.customer_id]).get(invoice.customer_id)
        book, voices = Rulebook(conn, company, today), Voices(conn, company)
        loaded = [as_it_starts(conn, company, book, case, today) for case in loaded]
        plan = _plan_of(conn, company, invoice)
        spoken = contacts.of_customer(conn, company.id, key[0]) if key else []
    about = tuple(one for one in spoken if invoice.id in one.contact.invoice_ids)
    if customer is None or not loaded or not any(one.id == invoice.id for one in loaded[0].invoices):
        return closed(company, invoice, customer, today, about, plan)
    case = in_cycle(book, loaded[0], today)
    decided = decide(case, book.rules(case), today)
    with reading(context.engine) as conn:
        [decision] = calling.within_limits(conn, company, [(case, decided)], today)
        look = first_look.of(conn, company.id)
        unseen = first_list.unseen(conn, company, look, decision)
    decision = first_list.on_trial(look, decision)
    key_of_case = (case.customer.id, case.currency)
    named = invoice.id in decision.invoice_ids
    return told(
        company,
        case,
        book.rules(case),
        decision,
        invoice,
        customer,
        context.clock.now(),
        about=about,
        skipped=_skipped(context, company, key_of_case, today) if decision.outcome in CONTACTS else None,
        card=handing_over.cards(context, company, book, [(case, decision)], today).get(key_of_case),
        voice=voices.of(case.customer.id),
        held=(deliver.gate(context, company)[1] or unseen) if named else None,
    )


def told(
    company: Company,
    case: Case,
    rules: Rules,
    decision: Decision,
    invoice: Invoice,
    customer: Customer,
    now: datetime,
    *,
    about: tuple[StoredContact, ...],
    skipped: str | None,
    card: HandOver | None,
    voice: Voice,
    held: Finding | None,
) -> Explanation:
    """What was decided about a customer, said of one of its invoices.

    skipped: why a person left the message out of the next run.  held: what keeps it from leaving.
    """
    today = company.today(now)
    found = next(one for one in decision.findings if one.invoice_id == invoice.id)
    trace = invoice_trace(case, rules, today, invoice.id)
    if not any(one.stops for one in trace):
        trace = (*trace, *decision.trace)
    if skipped is not None:
        found = Finding("skipped", skipped, True, today + timedelta(days=1), invoice.id)
        trace = (*trace, found)
    named = invoice.id in decision.invoice_ids and skipped is None
    draft = composing.draft(company, case, decision, now, card, voice=voice) if named else None
    holding = held if named else None
    return Explanation(
        invoice,
        customer,
        today,
        found.because,
        found.review_on if found.stops else None,
        holding if company.mode is Mode.SHADOW or holding else None,
        trace,
        decision,
        draft,
        about,
        company.locale,
    )


def _skipped(context: Context, company: Company, key: tuple[str, str], today: date) -> str | None:
    """That a person left the customer's message out of the run that is next, or of today's."""
    with reading(context.engine) as conn:
        return left_out(conn, company, key, today)


def left_out(conn: Connection, company: Company, key: tuple[str, str], today: date) -> str | None:
    """Who skipped the customer's message of the next run, in a sentence; None: nobody."""
    for kind in ("night", "preview"):
        run = runs.latest(conn, company.id, kind)
        if run is None or run.on < today or (run.state == "ended" and kind == "night"):
            continue
        change = draft_changes.of_run(conn, company.id, run.id).get(key)
        if change is not None and change.skipped_by is not None:
            return skipped_because(change.skipped_by, run.on, company.locale)
    return None


def _plan_of(conn: Connection, company: Company, invoice: Invoice) -> str | None:
    """The label of the plan that holds the invoice's balance now."""
    for row in plans.list(conn, company.id, customer_id=invoice.customer_id, states=("active", "broken")):
        if any(original.invoice_id == invoice.id for original in row.originals):
            return row.label
    return None


def closed(
    company: Company,
    invoice: Invoice,
    customer: Customer | None,
    today: date,
    about: tuple[StoredContact, ...],
    plan: str | None,
) -> Explanation:
    """Nothing of it is open: voided, paid, or moved to the plan with this label; or nobody's case."""
    alone = without_case.finding(invoice, customer, company.locale) if invoice.balance else None
    if alone is not None:
        because = alone.because
    elif invoice.voided:
        because = f"Nothing to do: invoice {invoice.label} was voided in QuickBooks."
    elif plan is not None:
        because = f"Nothing to do: the balance of invoice {invoice.label} moved to payment plan {plan}."
    else:
        because = f"Nothing to do: invoice {invoice.label} has nothing open in QuickBooks."
    gone = "nobody" if invoice.customer_id == without_case.NOBODY else "a customer no longer in QuickBooks"
    who = customer or Customer(invoice.customer_id, gone, invoice.total.currency, invoice.balance)
    found = alone or Finding("settled", because, True, None, invoice.id)
    return Explanation(invoice, who, today, because, None, None, (found,), None, None, about, company.locale)
