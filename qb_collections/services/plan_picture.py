"""A plan's documents as the books have them now, for the steps that end it; one request."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qb_collections.core.intents import Intent, IntentKind, State
from qb_collections.core.plan_ending import PartNow, Picture
from qb_collections.quickbooks import wire
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.live import IDS_PER_QUERY
from qb_collections.services import plan_allocation, plan_moves
from qb_collections.store.plans import PlanRow

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Seen:
    """The picture, with what stands around it."""

    picture: Picture
    originals: tuple[tuple[str, Decimal], ...]  # with their balances, oldest due first
    due_on: str  # the oldest due date of the originals
    records: Mapping[str, Mapping[str, Any]]  # originals and installments as QuickBooks has them, by id
    blocked: str | None = None  # a payment of the customer uses our memo: only people may touch that


def read(gateway: Gateway, plan: PlanRow, steps: Sequence[Intent]) -> Seen:
    """What we did ourselves meanwhile counts as done, also where a query lags behind it."""
    ids = [one.invoice_id for one in plan.originals]
    ids += [one.invoice_id for one in plan.installments if one.invoice_id is not None]
    chunks = [ids[at : at + IDS_PER_QUERY] for at in range(0, len(ids), IDS_PER_QUERY)]
    *rows, memos, payments = gateway.queries(
        [f"SELECT * FROM Invoice WHERE Id IN {wire.one_of(some)} MAXRESULTS 1000" for some in chunks]
        + [
            f"SELECT * FROM CreditMemo WHERE Id = {wire.literal(str(plan.memo_id))}",
            plan_allocation.statement(plan),
        ]
    )
    invoices = {str(row["Id"]): row for some in rows for row in some}
    did = _Done.of(steps)
    applications = [
        (str(row["Id"]), plan_allocation.applied(row, str(plan.memo_id)), bool(row.get("TotalAmt")))
        for row in payments
        if str(row["Id"]) not in did.gone and plan_allocation.applied(row, str(plan.memo_id))
    ]
    applications.sort(key=lambda one: one[0] != plan.allocation_id)
    used = next((id for id, _, carries in applications if carries), None)
    picture = Picture(
        parts=tuple(_parts(plan, invoices, did)),
        memo=_memo(plan, memos, applications, did),
        applications=tuple((id, amount) for id, amount, carries in applications if not carries),
        numbered=any(row.get("DocNumber") for id, row in invoices.items() if _is_part(plan, id)),
    )
    originals = [invoices[one.invoice_id] for one in plan.originals if one.invoice_id in invoices]
    originals.sort(key=lambda row: (str(row.get("DueDate") or row["TxnDate"]), str(row["Id"])))
    return Seen(
        picture,
        tuple((str(row["Id"]), row.get("Balance") or ZERO) for row in originals),
        min((str(row.get("DueDate") or row["TxnDate"]) for row in originals), default=""),
        invoices,
        f"payment {used} of the customer uses the plan's credit memo" if used else None,
    )


@dataclass(frozen=True, slots=True)
class _Done:
    """What our own steps did since the ending began."""

    gone: frozenset[str]
    reduced: dict[str, Decimal]
    shrunk: Decimal | None
    applied: Decimal

    @classmethod
    def of(cls, steps: Sequence[Intent]) -> _Done:
        mine = [one for one in steps if one.plan.get("act") == "end" and one.state is State.CONFIRMED]
        moves = [one for one in mine if one.kind is IntentKind.PLAN_REVERSE]
        shrunk = [Decimal(one.plan["amount"]) for one in moves if one.plan["how"] == "shrink"]
        return cls(
            frozenset(one.plan["id"] for one in moves if one.plan["how"] in ("void", "delete")),
            {one.plan["id"]: Decimal(one.plan["amount"]) for one in moves if one.plan["how"] == "reduce"},
            shrunk[-1] if shrunk else None,
            sum((Decimal(one.plan["amount"]) for one in mine if one.kind is IntentKind.PLAN_APPLY), ZERO),
        )


def _is_part(plan: PlanRow, invoice_id: str) -> bool:
    return any(one.invoice_id == invoice_id for one in plan.installments)


def _parts(plan: PlanRow, invoices: dict[str, dict[str, Any]], did: _Done) -> list[PartNow]:
    parts = []
    for one in plan.installments:
        record = invoices.get(str(one.invoice_id))
        if record is None or plan_moves.is_void(record) or one.invoice_id in did.gone:
            continue
        own = plan_moves.own_amount(plan, record)
        total = record.get("TotalAmt") or ZERO
        paid = total - (record.get("Balance") or ZERO)
        known = did.reduced.get(str(one.invoice_id))
        if known is not None and known != own:
            total, own = total - own + known, known
        parts.append(PartNow(one.number, str(one.invoice_id), own, total, paid))
    return parts


def _memo(
    plan: PlanRow,
    memos: Sequence[dict[str, Any]],
    applications: Sequence[tuple[str, Decimal, bool]],
    did: _Done,
) -> tuple[str, Decimal, Decimal] | None:
    if not memos or plan.memo_id is None or plan.memo_id in did.gone:
        return None
    total = did.shrunk if did.shrunk is not None else plan_moves.own_amount(plan, memos[0])
    applied = max(sum((amount for _, amount, _ in applications), ZERO), did.applied)
    return plan.memo_id, total, max(total - applied, ZERO)
