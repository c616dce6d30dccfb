"""Verify: does QuickBooks say what we believe it says?

Everything we wrote is read back and counted; the mirror is put right; the rest is listed for a person.
Nothing is written into the books: a note that somebody removed stays removed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from qb_collections.core.intents import Intent, IntentKind, State
from qb_collections.quickbooks import wire
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import verify_agreed, verify_books, verify_clearing, verify_plans
from qb_collections.services.context import Context
from qb_collections.services.verify_report import Difference, VerifyReport
from qb_collections.store import audit, intents, mirror, plans, runs, tasks, undos
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

WRITES_MAX = 100_000  # the latest; older notes have long been seen
INVOICES_AT_ONCE = 600
ATTACHMENTS_AT_ONCE = 30
RECENT = timedelta(days=1)
_IN_INVOICES = (IntentKind.NOTE, IntentKind.SEND_INVOICE)
_ONES = (*_IN_INVOICES, IntentKind.NOTE_ATTACHMENT)


def verify(context: Context, company: Company, lease: Lease, *, only_recent: bool = False) -> VerifyReport:
    """Read everything back.  only_recent: what the latest night wrote, and plans of the last day.

    Raises the QuickBooksError when the books cannot be read; what was put right stays so.
    """
    if only_recent:
        with reading(context.engine) as conn:
            latest = runs.latest(conn, company.id, "night")
        return verify_recent(context, company, lease, latest.id if latest else None)
    with reading(context.engine) as conn:
        writes = intents.list(conn, company.id, states=[State.CONFIRMED], kinds=_ONES, limit=WRITES_MAX)
        gone = undos.gone(conn, company.id)
        agreed = plans.list(conn, company.id)
    writes = [one for one in writes if one.id not in gone]
    gateway = context.gateway(company, lease)
    before = gateway.client.calls
    report = VerifyReport()
    _writes(context, company, lease, gateway, writes, report)
    _plans(context, company, lease, gateway, agreed, report)
    _clearing(context, company, gateway, agreed, report)
    books = verify_books.compare_mirror(context, company, lease, gateway, report)
    verify_books.tie_out(context, company, lease, gateway, books, report)
    _chain(context, company, report)
    report.calls = gateway.client.calls - before
    _tell(context, company, lease, report)
    return report


def verify_recent(context: Context, company: Company, lease: Lease, run_id: int | None) -> VerifyReport:
    """Read back what one night wrote, and plans begun since.  When nothing was, QuickBooks is not asked."""
    with reading(context.engine) as conn:
        written = intents.of_run(conn, company.id, run_id) if run_id is not None else []
        gone = undos.gone(conn, company.id) if written else frozenset()
        since = context.clock.now() - RECENT
        agreed = [one for one in plans.list(conn, company.id) if one.created_at >= since]
    writes = [
        one for one in written if one.state is State.CONFIRMED and one.kind in _ONES and one.id not in gone
    ]
    report = VerifyReport()
    if not writes and not agreed:
        return report
    gateway = context.gateway(company, lease)
    before = gateway.client.calls
    _writes(context, company, lease, gateway, writes, report)
    _plans(context, company, lease, gateway, agreed, report)
    report.calls = gateway.client.calls - before
    _tell(context, company, lease, report)
    return report


def _writes(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    writes: Sequence[Intent],
    report: VerifyReport,
) -> None:
    by_invoice: dict[str, list[Intent]] = {}
    for one in writes:
        if one.kind in _IN_INVOICES and one.external_id is not None:
            by_invoice.setdefault(one.external_id, []).append(one)
    ids = sorted(by_invoice)
    for start in range(0, len(ids), INVOICES_AT_ONCE):
        some = ids[start : start + INVOICES_AT_ONCE]
        live = gateway.live([], some)
        with derived(context.engine) as conn:
            lease.check(conn)
            mirror.put_invoices(conn, company.id, live.invoices)
        for invoice_id in some:
            document = live.documents.get(invoice_id)
            for one in by_invoice[invoice_id]:
                _written(
                    one,
                    document.private_note if document else None,
                    document is not None and (document.invoice.sent_at is not None),
                    report,
                )
    _attachments(gateway, [one for one in writes if one.kind is IntentKind.NOTE_ATTACHMENT], report)


def _written(one: Intent, memo: str | None, sent: bool, report: VerifyReport) -> None:
    """memo None: the invoice is gone."""
    customer_id = one.plan.get("customer_id")
    if one.kind is IntentKind.SEND_INVOICE:
        report.sends += 1
        if memo is not None and not sent:
            said = f"QuickBooks no longer shows that it e-mailed the copy of invoice {one.external_id}."
            report.differences.append(Difference("send", one.key, said, False, customer_id))
        return
    report.notes += 1
    if memo is None:
        said = f"The invoice with our note (ref {one.plan['ref']}) is gone from QuickBooks."
        report.differences.append(Difference("note", one.key, said, False, customer_id))
        return
    count = memo.count(f"(ref {one.plan['ref']})")
    if count == 1:
        return
    where = f"(ref {one.plan['ref']}) on QuickBooks' invoice {one.external_id}"
    said = (
        f"The note {where} was removed in QuickBooks; it is not written again."
        if count == 0
        else f"The note {where} stands there {count} times."
    )
    report.differences.append(Difference("note", one.key, said, False, customer_id))


def _attachments(gateway: Gateway, written: Sequence[Intent], report: VerifyReport) -> None:
    for start in range(0, len(written), ATTACHMENTS_AT_ONCE):
        some = written[start : start + ATTACHMENTS_AT_ONCE]
        ids = wire.one_of([str(one.external_id) for one in some])
        there = {str(row["Id"]) for row in gateway.query(f"SELECT * FROM Attachable WHERE Id IN {ids}")}
        for one in some:
            report.notes += 1
            if one.external_id not in there:
                said = f"The attached note (ref {one.plan['ref']}) was removed in QuickBooks."
                customer_id = one.plan.get("customer_id")
                report.differences.append(Difference("note", one.key, said, False, customer_id))


def _plans(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    agreed: Sequence[PlanRow],
    report: VerifyReport,
) -> None:
    by_customer: dict[str, list[tuple[PlanRow, Sequence[Intent]]]] = {}
    report.differences.extend(verify_agreed.payments(context, company, lease, agreed))
    with reading(context.engine) as conn:
        for plan in agreed:
            if plan.form == "installment_invoices":
                steps = intents.of_plan(conn, company.id, plan.id)
                by_customer.setdefault(plan.customer_id, []).append((plan, steps))
    for customer_id, of in by_customer.items():
        report.plans += len(of)
        report.differences.extend(verify_plans.check(company, gateway, customer_id, of))
    report.plans += len([one for one in agreed if one.form == "overlay"])
    report.differences.extend(verify_agreed.kept_here(company, gateway, agreed))


def _clearing(
    context: Context, company: Company, gateway: Gateway, agreed: Sequence[PlanRow], report: VerifyReport
) -> None:
    states = [one for one in State if one is not State.CANCELLED]
    with reading(context.engine) as conn:
        written = intents.list(conn, company.id, states=states, kinds=verify_clearing.KINDS, limit=WRITES_MAX)
    today = company.today(context.clock.now())
    first_on = min((one.agreed_on for one in agreed), default=today)
    verify_clearing.check(company, gateway, written, first_on, today, report)


def _chain(context: Context, company: Company, report: VerifyReport) -> None:
    report.audit_entries = 0
    for chain, whose in ((company.id, company.name), (None, "the installation")):
        with reading(context.engine) as conn:
            found = audit.verify_chain(conn, chain)
        report.audit_entries += found.entries
        if found.problem is not None:
            said = f"The record of changes of {whose} was tampered with: {found.problem}."
            report.differences.append(Difference("audit", str(chain or 0), said))


def _tell(context: Context, company: Company, lease: Lease, report: VerifyReport) -> None:
    """What a person has to look at becomes a task, once; the same finding again is the same task."""
    now = context.clock.now()
    left = [one for one in report.differences if not one.repaired]
    if not left:
        return
    with durable(context.engine) as conn:
        lease.check(conn)
        for one in left:
            tasks.open_task(
                conn,
                company.id,
                key=f"verify:{one.kind}:{one.subject}"[:200],
                kind="verify",
                customer_id=one.customer_id,
                currency=company.currency if one.customer_id else None,
                title="QuickBooks differs from what we wrote",
                text=one.sentence,
                due_on=company.today(now),
                at=now,
            )
