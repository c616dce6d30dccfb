"""Plans that had ended in QuickBooks before an older database was put back: they are over here too.

Without this such a plan would run on in our records, and with its documents gone or settled by our own
credit memo it would look as if the customer had paid it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from qb_collections.core.intents import Intent
from qb_collections.core.money import Money
from qb_collections.core.plan_ending import next_step
from qb_collections.core.wording import money_text
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import Found
from qb_collections.services import plan_end_saga, plan_picture
from qb_collections.services.context import Context
from qb_collections.services.plan_end_saga import ADDED, IN_PLACE
from qb_collections.services.plan_steps import CLOCKS_DIFFER
from qb_collections.store import audit, intents, plans
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

RUNNING = ("active", "broken", "paid")
_PART = {"CreditMemo": "memo", "Payment": "apply", "Invoice": "rest"}


def close_ended(context: Context, company: Company, lease: Lease, gateway: Gateway) -> tuple[str, ...]:
    """Read running plans with documents of their own, and close those that had ended; their labels.

    A plan whose ending was only begun runs on: verify names what is missing, and it can be ended again.
    """
    with reading(context.engine) as conn:
        running = [
            (row, intents.of_plan(conn, company.id, row.id))
            for row in plans.list(conn, company.id, states=RUNNING)
            if row.form == "installment_invoices"
        ]
    closed = []
    for row, steps in running:
        ending = _ending(company, gateway, row, steps)
        if ending is None:
            continue
        now = context.clock.now()
        with durable(context.engine) as conn:
            lease.check(conn)
            plan_end_saga.close(conn, company, row, ending, ending["reason"], now)
            audit.append(conn, company.id, "quickbooks", "plan had ended", row.label, {}, now)
        closed.append(row.label)
    return tuple(closed)


def _ending(
    company: Company, gateway: Gateway, plan: PlanRow, steps: Sequence[Intent]
) -> dict[str, Any] | None:
    """How it ended, as the books tell; None: it did not."""
    now = plan_picture.read(gateway, plan, steps).picture
    if next_step(now) is not None:
        return None
    said: dict[str, Any] = {
        # Lines on the originals were written then, or taken back: none is written now.
        "how": "undone",
        "by": "QuickBooks",
        "on": company.today(gateway.clock.now()).isoformat(),
        "then": None,
    }
    head = f"Payment plan {plan.label} had ended in QuickBooks before the records were put back"
    if now.memo is None or now.memo[1] < plan.principal.amount:
        left = money_text(Money(plan.principal.amount - now.paid, plan.currency), company.locale)
        return said | {"mode": IN_PLACE, "reason": f"{head}. The original invoices carry {left} again."}
    added = {_PART[one.kind]: one for one in gateway.find_by_marker(*_since(plan)) if _ends(plan, one)}
    if "rest" not in added:
        return None
    amount = Decimal(str(added["rest"].record.get("TotalAmt") or 0))
    rest = money_text(Money(amount, plan.currency), company.locale)
    reason = f"{head}. The original invoices stay settled there; one invoice asks for the rest of {rest}."
    documents = {part: one.id for part, one in added.items()}
    return said | {"mode": ADDED, "amount": str(amount), "reason": reason, "documents": documents}


def _since(plan: PlanRow) -> tuple[str, Any, str]:
    return plan.customer_id, plan.created_at - CLOCKS_DIFFER, f"Ends payment plan {plan.label}. (ref "


def _ends(plan: PlanRow, one: Found) -> bool:
    return f"Ends payment plan {plan.label}. (ref " in str(one.record.get("PrivateNote"))
