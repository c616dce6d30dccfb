"""A company's past, gathered from what we keep: for figures, for knowing its customers, for replays."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import Connection

from qb_collections.core.case import Contact, ContactKind, HoldKind, Plan
from qb_collections.core.past import Past, PlanSpan, assemble, looked_through
from qb_collections.core.promise_record import Promise
from qb_collections.core.replay_account import Said
from qb_collections.core.replay_events import HoldSpan
from qb_collections.core.wording import date_text
from qb_collections.store import accounts, billed, contacts, cursors, holds, mirror, past, plans
from qb_collections.store.companies import Company
from qb_collections.store.plans import PlanRow
from qb_collections.store.together import together

ROWS_MAX = 1_000_000
_DAY = timedelta(days=1)


def gathered(conn: Connection, company: Company, plan_rows: list[PlanRow] | None = None) -> Past:
    """Everything the mirror has of the company, as the books' own history.

    plan_rows: the company's plans, where the caller has read them.
    """
    if plan_rows is None:
        plan_rows = plans.list(conn, company.id)
    customers = mirror.customers(conn, company.id)
    heads = {id: head.id for id, head in billed.heads_of(customers).items()}
    return assemble(
        zone=company.tz,
        customers=customers,
        heads=heads,
        invoices=past.invoices(conn, company.id),
        payments=past.payments(conn, company.id),
        links=past.links(conn, company.id),
        memos=past.credit_memos(conn, company.id),
        plans=[span for row in plan_rows for span in _spans(row)],
        since_on=company.history_since,
    )


def as_first_due(conn: Connection, company: Company) -> Past:
    """The same with plan documents looked through: for figures and traits."""
    return looked_through(gathered(conn, company))


def of_account(conn: Connection, company: Company, head_id: str, members: Collection[str]) -> Past:
    """The past of customers who are billed together, plan documents looked through.  Credits are left out."""
    account, customers, agreed = together(
        conn,
        lambda conn: accounts.of_customers(conn, company.id, members),
        lambda conn: mirror.customers(conn, company.id, members),
        lambda conn: plans.of_customers(conn, company.id, members),
    )
    found = assemble(
        zone=company.tz,
        customers=customers,
        heads=dict.fromkeys(members, head_id),
        invoices=account.invoices,
        payments=account.payments,
        links=account.links,
        memos=(),
        plans=[span for row in agreed for span in _spans(row)],
        since_on=company.history_since,
    )
    return looked_through(found)


def hold_spans(conn: Connection, company: Company) -> tuple[list[HoldSpan], int]:
    """Every hold with the time it stood, and of how many the hour of placing had to be assumed.

    Where the audit does not say, a hold was placed at the end of its day.
    """
    known = past.holds_placed_at(conn, company.id)
    spans, assumed = [], 0
    for one in holds.list(conn, company.id, lifted=True, limit=ROWS_MAX):
        placed_at = known.get(one.hold.id)
        if placed_at is None:
            assumed += 1
            placed_at = datetime.combine(one.hold.placed_on + _DAY, time(0), tzinfo=company.tz)
        spans.append(HoldSpan(one.hold, one.customer_id, placed_at, one.lifted_at))
    return spans, assumed


def said(conn: Connection, company: Company) -> list[Said]:
    """Every contact that is kept, oldest first."""
    found = contacts.recent(conn, company.id, since=date(1970, 1, 1), limit=ROWS_MAX)
    return [Said(one.customer_id, one.currency, one.contact, one.at) for one in reversed(found)]


def contacts_by_head(every: list[Said]) -> dict[str, list[Contact]]:
    """Reminders and calls by whose case they are about."""
    found: dict[str, list[Contact]] = {}
    for one in every:
        if one.contact.kind in (ContactKind.REMINDER, ContactKind.CALL):
            found.setdefault(one.customer_id, []).append(one.contact)
    return found


def promises(company: Company, spans: list[HoldSpan]) -> list[Promise]:
    return [
        Promise(one.hold, one.customer_id, company.today(one.lifted_at) if one.lifted_at else None)
        for one in spans
        if one.hold.kind is HoldKind.PROMISE
    ]


def known_since(conn: Connection, company: Company) -> str:
    """From which day the figures hold, as a sentence that stands under each of them."""
    if company.history_since is not None:
        day = company.history_since
        return f"Payment history is complete from {date_text(day, company.locale)} on."
    cursor = cursors.cursor(conn, company.id)
    if cursor is None or cursor.first_synced_at is None:
        return f"{company.name} has not been read yet."
    day = company.today(cursor.first_synced_at)
    return (
        "Payment history has not been read yet. What was paid before "
        f"{date_text(day, company.locale)} is not known; figures that need it are left out."
    )


def _spans(row: PlanRow) -> list[PlanSpan]:
    """As decisions saw it while it ran.  That it was broken for a while is not kept.

    A plan that ended over closed books has a second memo, and one invoice for the rest.
    """
    added = (row.details.get("ended") or {}).get("documents") or {}
    ids = {one.invoice_id for one in row.installments if one.invoice_id is not None}
    plan = Plan(
        id=row.id,
        label=row.label,
        original_ids=frozenset(one.invoice_id for one in row.originals),
        installment_ids=frozenset(ids | ({added["rest"]} if added else set())),
        memo_id=row.memo_id,
        state=row.state if row.state in plans.RUNNING else "active",
        count=len(row.installments),
    )
    spans = [PlanSpan(plan, row.customer_id, row.created_at, row.ended_at, row.allocation_id)]
    if added:
        end = replace(plan, original_ids=frozenset(), installment_ids=frozenset(), memo_id=added["memo"])
        spans.append(PlanSpan(end, row.customer_id, row.created_at, row.ended_at, added["apply"]))
    return spans
