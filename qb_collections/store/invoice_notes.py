"""Our notes in QuickBooks about one invoice, and what became of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, or_, select

from qb_collections.core.intents import IntentKind
from qb_collections.store.tables.intents import intent
from qb_collections.store.unindexed import unindexed


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One line of ours about an invoice, written into QuickBooks or on its way there."""

    state: str
    ref: str
    line: str | None  # as it was written; None until then
    attached: bool  # beside the invoice, not in its memo
    reason: str | None
    settled_at: datetime | None


def of_invoice(
    conn: Connection, company_id: int, invoice_id: str, customer_ids: Sequence[str], plan_ids: Sequence[int]
) -> list[NoteLine]:
    """Our notes about this invoice of these customers and their plans, oldest first."""
    # Ranges of the key's own index: a semicolon comes right after the colon that ends a customer's id.
    theirs = [
        and_(intent.c.key >= f"note:contact:{one}:", intent.c.key < f"note:contact:{one};")
        for one in customer_ids
    ]
    query = (
        select(
            intent.c.state,
            intent.c.kind,
            intent.c.plan,
            intent.c.inverse,
            intent.c.reason,
            intent.c.settled_at,
        )
        .where(
            intent.c.company_id == company_id,
            intent.c.kind.in_((IntentKind.NOTE, IntentKind.NOTE_ATTACHMENT)),
            or_(*theirs, *([intent.c.plan_id.in_(plan_ids)] if plan_ids else [])),
        )
        .order_by(unindexed(intent.c.id))
    )
    return [
        NoteLine(
            state=row.state,
            ref=row.plan["ref"],
            line=(row.inverse or {}).get("remove_line"),
            attached=row.kind == IntentKind.NOTE_ATTACHMENT,
            reason=row.reason,
            settled_at=row.settled_at,
        )
        for row in conn.execute(query)
        if row.plan.get("invoice_id") == invoice_id
    ]
