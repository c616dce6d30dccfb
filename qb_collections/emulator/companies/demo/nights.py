"""What will happen to the demo's company after the start: new invoices, and everybody's money."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from qb_collections.emulator import acts
from qb_collections.emulator.companies.chart import Chart
from qb_collections.emulator.companies.demo import writing
from qb_collections.emulator.companies.demo.bills import Bill
from qb_collections.emulator.companies.demo.past import Past, issue_times
from qb_collections.emulator.companies.demo.payments import ZONE, Receipt

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

# Riverbend pays the installments of its plan on Fridays, each when it is about to fall due.
_PLAN_PAYER = "Riverbend Bait & Grill"
_PLAN_FRIDAYS = tuple(date(2026, 11, 13) + timedelta(weeks=week) for week in range(24))


def schedule(
    engine: Engine,
    realm_id: str,
    chart: Chart,
    past: Past,
    bills: Sequence[Bill],
    receipts: Sequence[Receipt],
    start_at: datetime,
) -> None:
    """Store every act after start_at."""
    for position, (bill, at) in enumerate(zip(bills, issue_times(bills), strict=True)):
        if at > start_at:
            acts.schedule(engine, realm_id, at, _invoice(bill, position, chart, past))
    for receipt in receipts:
        if receipt.at > start_at:
            acts.schedule(engine, realm_id, receipt.at, _payment(receipt, past))
    on_plan = [
        {"id": past.invoices[position]}
        for position, bill in enumerate(bills)
        if bill.customer == _PLAN_PAYER and bill.story
    ]
    for friday in _PLAN_FRIDAYS:
        act = {
            "act": "pay",
            "invoices": on_plan,
            "when": "on_plan",
            "method": "ACH",
            "deposit_to": "Checking",
        }
        acts.schedule(engine, realm_id, datetime.combine(friday, time(10, 15), ZONE), act)


def _invoice(bill: Bill, position: int, chart: Chart, past: Past) -> dict[str, Any]:
    return {
        "act": "create_invoice",
        "customer": {"id": past.customers[bill.customer]},
        "due": bill.due_on.isoformat(),
        "lines": writing.lines(bill, chart),
        "fields": writing.fields(bill, chart),
        "key": _key(position),
        "send": bill.sent,
    }


def _payment(receipt: Receipt, past: Past) -> dict[str, Any]:
    """All that is left of the invoices by then, unless it is a round sum on account."""
    named = [
        {"id": past.invoices[position]} if position in past.invoices else {"key": _key(position)}
        for position, _ in receipt.parts
    ]
    act: dict[str, Any] = {
        "act": "pay",
        "customer": {"id": past.customers[receipt.payer]},
        "invoices": named,
        "method": receipt.method,
        "deposit_to": "Checking",
    }
    if not receipt.whole:
        act["amount"] = receipt.total
    if receipt.reference is not None:
        act["reference"] = receipt.reference
    return act


def _key(position: int) -> str:
    return f"bill-{position}"
