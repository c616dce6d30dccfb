"""The guards of a contact: everything the decision rests on is read again, then it is decided again.

One request re-reads several customers.  What is read goes into the mirror, the case is
loaded from it, and the same pure decision answers.  Only a decision that still says the same
lets the contact go; its text is made from what was just read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from qb_collections.core import addresses, cycles
from qb_collections.core.case import Case
from qb_collections.core.decide import decide
from qb_collections.core.decision import Channel, Decision, Outcome
from qb_collections.core.intents import SENT_KINDS, Approval, Intent, IntentKind
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import InvoiceDocument, Live
from qb_collections.services import calling, first_list, hours, meanwhile, merges
from qb_collections.services.context import Context
from qb_collections.services.meanwhile import Words
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import cases, cursors, first_look, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, reading
from qb_collections.store.leases import Lease

FRESH_SECONDS = 45  # how old a re-read may be when a contact leaves; the promise says 60
PAYMENTS_OVERLAP = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Checked:
    """An effect with what QuickBooks says this moment.  decision None: nothing of the customer is open."""

    intent: Intent
    case: Case | None
    decision: Decision | None
    documents: Mapping[str, InvoiceDocument]
    read_at: datetime
    opens_at: datetime  # when the customer's contact hours next allow it; not later than now: at once

    @property
    def objection(self) -> str | None:
        """Why this contact must not leave, as the sentence that explains it; None when it may."""
        plan = self.intent.plan
        decision = self.decision
        if decision is None:
            return "Nothing of this customer is open in QuickBooks any more."
        agreed = self.intent.approval is Approval.GIVEN
        kind = self.intent.kind
        copy = decision.channel is Channel.QUICKBOOKS
        # What QuickBooks copies has no figures of ours; it is about its one invoice or about none.
        ours = not copy and kind is not IntentKind.SEND_INVOICE
        words = Words.AGREED if agreed and ours else Words.WRITTEN_AGAIN
        because = meanwhile.objection(plan, decision, words)
        return because or self._by_another_way(plan, decision, kind, copy)

    def _by_another_way(
        self, plan: Mapping[str, Any], decision: Decision, kind: IntentKind, copy: bool
    ) -> str | None:
        """Why it cannot leave in the way it was meant to."""
        if copy != (kind is IntentKind.SEND_INVOICE):
            return "Other invoices of this customer are late now; it is decided again tonight."
        if kind is IntentKind.EMAIL and not decision.mailed:
            return "It does not leave by your own mail account any more; it is decided again tonight."
        if copy and list(decision.invoice_ids) != plan["invoice_ids"]:
            return "It would now be about another invoice; it is decided again tonight."
        if kind in SENT_KINDS and not self._may_go_to(plan["draft"]["to"]):
            return (
                "E-mail to that address came back, or QuickBooks has another one now; we look again tonight."
            )
        return None

    def _may_go_to(self, address: str) -> bool:
        """Whether the address is still one of theirs, nothing came back from it, and nobody said stop."""
        assert self.case is not None and self.decision is not None
        about = [one for one in self.case.invoices if one.id in self.decision.invoice_ids]
        return address in addresses.mailable(self.case, about)


def recheck(
    context: Context, company: Company, lease: Lease, gateway: Gateway, due: Sequence[Intent]
) -> list[Checked]:
    """Re-read and decide again, for all the customers of these effects in one go."""
    keys = sorted({(intent.plan["customer_id"], intent.plan["currency"]) for intent in due})
    live = reread(context, company, lease, gateway, keys)
    return _judged(context, company, due, live.documents, live.read_at)


def look_again(context: Context, company: Company, checked: Checked) -> Checked:
    """The same by what is known here this moment: a mark, a stop or a setting of a second ago holds too.

    Between the re-read of several customers and the last one's message others were handed over.
    """
    [again] = _judged(context, company, [checked.intent], checked.documents, checked.read_at)
    return again


def _judged(
    context: Context,
    company: Company,
    due: Sequence[Intent],
    documents: Mapping[str, InvoiceDocument],
    read_at: datetime,
) -> list[Checked]:
    """Decide again by the mirror and the marks as they are."""
    keys = sorted({(intent.plan["customer_id"], intent.plan["currency"]) for intent in due})
    now = context.clock.now()
    today = company.today(now)
    with reading(context.engine) as conn:
        book = Rulebook(conn, company, today)
        look = first_look.of(conn, company.id)
        found = {
            (case.customer.id, case.currency): case for case in cases.load(conn, company.id, keys, today)
        }
    checked = []
    for intent in due:
        case = found.get((intent.plan["customer_id"], intent.plan["currency"]))
        if case is not None and not case.invoices:
            case = None
        if case is not None:
            case = replace(case, cycle=cycles.advance(case, book.in_force(case).version, today))
        decision = decide(case, book.rules(case), today) if case is not None else None
        if case is not None and decision is not None and decision.outcome is Outcome.CALL:
            with reading(context.engine) as conn:
                [decision] = calling.within_limits(conn, company, [(case, decision)], today)
        decision = first_list.on_trial(look, decision) if decision is not None else None
        opens_at = _opens_at(company, book, case, decision, now)
        checked.append(Checked(intent, case, decision, documents, read_at, opens_at))
    return checked


def reread(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    keys: Sequence[tuple[str, str]],
    *,
    invoice_ids: Sequence[str] = (),
    payment_ids: Sequence[str] = (),
) -> Live:
    """What QuickBooks says of these customers now, put into the mirror; with documents named beside."""
    with reading(context.engine) as conn:
        before = cases.load(conn, company.id, keys, company.today(context.clock.now()))
        members = sorted({one for case in before for one in case.members})
        known = mirror.open_invoices(conn, company.id, members)
        unapplied = mirror.payments_with_unapplied(conn, company.id, members)
        cursor = cursors.cursor(conn, company.id)
    live = gateway.live(
        members,
        sorted({*(invoice.id for invoice in known), *invoice_ids}),
        payment_ids=sorted({*(payment.id for payment in unapplied), *payment_ids}),
        payments_since=cursor.since - PAYMENTS_OVERLAP if cursor else None,
    )
    with derived(context.engine) as conn:
        lease.check(conn)
        _into_mirror(conn, company, members, live)
    merges.settle(context, company, lease, gateway)
    return live


def is_fresh(read_at: datetime, now: datetime) -> bool:
    """Whether what was read then may still be said now."""
    return now - read_at <= timedelta(seconds=FRESH_SECONDS)


def _opens_at(
    company: Company, book: Rulebook, case: Case | None, decision: Decision | None, now: datetime
) -> datetime:
    if case is None or decision is None or decision.outcome not in (Outcome.REMIND, Outcome.CALL):
        return now
    held = book.in_force(case)
    return hours.opens_at(company, held.policy, held.calendar, case.customer, now)


def _into_mirror(conn: Connection, company: Company, members: Sequence[str], live: Live) -> None:
    """What was just read is the truth about these customers' open documents."""
    mirror.put_customers(conn, company.id, live.customers.values())
    mirror.put_invoices(conn, company.id, live.invoices)
    mirror.delete_invoices(conn, company.id, live.missing)
    open_memos = {memo.id for memo in live.credit_memos}
    for memo in mirror.credit_memos_open(conn, company.id, members):
        if memo.id not in open_memos:
            mirror.delete_credit_memos(conn, company.id, [memo.id])
    mirror.put_credit_memos(conn, company.id, live.credit_memos)
    unapplied = {payment.id for payment in live.payments}
    for payment in mirror.payments_with_unapplied(conn, company.id, members):
        if payment.id not in unapplied:
            mirror.put_payments(
                conn,
                company.id,
                [replace(payment, unapplied=type(payment.unapplied).zero(payment.unapplied.currency))],
            )
    mirror.put_payments(conn, company.id, live.payments)
