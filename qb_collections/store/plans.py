"""Payment plans with their originals, installments and proofs."""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, select, update

from qb_collections.core.case import Plan, PlanPart
from qb_collections.core.money import Money
from qb_collections.store import plan_documents, restored
from qb_collections.store.mirror import chunked
from qb_collections.store.once import once
from qb_collections.store.tables.plans import installment, plan, plan_original, proof
from qb_collections.store.types import money
from qb_collections.store.upsert import insert_missing
from qb_collections.store.within import within

RUNNING = ("building", "active", "broken")
BROKEN_AFTER_DAYS = 10  # where an agreement of an earlier version names no day


@dataclass(frozen=True, slots=True)
class Original:
    invoice_id: str
    amount: Money  # of it that the plan takes in


@dataclass(frozen=True, slots=True)
class Installment:
    number: int
    due_on: date
    amount: Money
    state: str = "planned"  # planned, open, paid, void
    invoice_id: str | None = None  # of its own invoice, once written


@dataclass(frozen=True, slots=True)
class PlanRow:
    id: int
    company_id: int
    number: int
    customer_id: str
    currency: str
    form: str  # overlay, installment_invoices
    state: str  # building, active, broken, cancelled, paid
    principal: Money
    agreed_on: date  # the plan day
    memo_id: str | None
    allocation_id: str | None
    created_by: str
    created_at: datetime
    ended_at: datetime | None
    reason: str | None
    details: dict[str, Any] = field(default_factory=dict)
    originals: tuple[Original, ...] = ()
    installments: tuple[Installment, ...] = ()

    @property
    def label(self) -> str:
        """PP17: never reused."""
        return f"PP{self.number}"


@dataclass(frozen=True, slots=True)
class Proof:
    id: int
    plan_id: int
    kind: str  # before, after
    figures: dict[str, Any]
    holds: bool
    sentence: str | None
    read_at: datetime


def next_number(conn: Connection, company_id: int) -> int:
    """The number of the next plan: one more than any plan ever had, also one found in the books only."""
    last = conn.execute(select(func.max(plan.c.number)).where(plan.c.company_id == company_id)).scalar_one()
    return max(last or 0, restored.plans_until(conn, company_id)) + 1


def create(
    conn: Connection,
    company_id: int,
    *,
    customer_id: str,
    form: str,
    agreed_on: date,
    originals: Sequence[Original],
    installments: Sequence[Installment],
    by: str,
    at: datetime,
    details: dict[str, Any] | None = None,
) -> PlanRow:
    """Store a plan in building.  Originals and installments must add up to the same principal."""
    currency = originals[0].amount.currency
    principal = sum((one.amount for one in originals), Money.zero(currency))
    assert principal == sum((one.amount for one in installments), Money.zero(currency)), "nothing gets lost"
    inserted = conn.execute(
        plan.insert().values(
            company_id=company_id,
            number=next_number(conn, company_id),
            customer_id=customer_id,
            currency=currency,
            form=form,
            state="building",
            principal=principal.amount,
            agreed_on=agreed_on,
            details=details or {},
            created_by=by,
            created_at=at,
        )
    ).inserted_primary_key
    assert inserted is not None
    own = {"company_id": company_id, "plan_id": inserted[0]}
    conn.execute(
        plan_original.insert(),
        [own | {"invoice_id": one.invoice_id, "amount": one.amount.amount} for one in originals],
    )
    conn.execute(
        installment.insert(),
        [
            own
            | {
                "number": one.number,
                "due_on": one.due_on,
                "amount": one.amount.amount,
                "state": one.state,
                "invoice_id": one.invoice_id,
            }
            for one in installments
        ],
    )
    return get(conn, company_id, inserted[0])


def change(
    conn: Connection,
    company_id: int,
    plan_id: int,
    *,
    state: str | None = None,
    memo_id: str | None = None,
    allocation_id: str | None = None,
    reason: str | None = None,
    ended_at: datetime | None = None,
    details: dict[str, Any] | None = None,
) -> None:
    """Change what is given; what is None stays."""
    given = {
        "state": state,
        "memo_id": memo_id,
        "allocation_id": allocation_id,
        "reason": reason,
        "ended_at": ended_at,
        "details": details,
    }
    values = {name: value for name, value in given.items() if value is not None}
    done = conn.execute(
        update(plan).where(plan.c.company_id == company_id, plan.c.id == plan_id).values(values)
    )
    assert done.rowcount == 1, f"company {company_id} has no plan {plan_id}"


def change_installment(
    conn: Connection, company_id: int, plan_id: int, number: int, *, state: str, invoice_id: str | None = None
) -> None:
    """Set an installment's state, and its own invoice once that is written."""
    values = {"state": state} | ({"invoice_id": invoice_id} if invoice_id else {})
    done = conn.execute(
        update(installment)
        .where(
            installment.c.company_id == company_id,
            installment.c.plan_id == plan_id,
            installment.c.number == number,
        )
        .values(values)
    )
    assert done.rowcount == 1, f"plan {plan_id} has no installment {number}"


def put_installments(conn: Connection, company_id: int, plan_id: int, wanted: Sequence[Installment]) -> None:
    """Put days and amounts back as they were agreed; states and invoices of those that are there stay."""
    own = {"company_id": company_id, "plan_id": plan_id}
    rows = [
        own | {"number": one.number, "due_on": one.due_on, "amount": one.amount.amount, "state": one.state}
        for one in wanted
    ]
    insert_missing(conn, installment, rows, key=("company_id", "plan_id", "number"))
    mine = (installment.c.company_id == company_id) & (installment.c.plan_id == plan_id)
    for one in wanted:
        conn.execute(
            update(installment)
            .where(mine, installment.c.number == one.number)
            .values(due_on=one.due_on, amount=one.amount.amount)
        )
    conn.execute(delete(installment).where(mine, installment.c.number > len(wanted)))


def get(conn: Connection, company_id: int, plan_id: int) -> PlanRow:
    """Raises LookupError when the company has no such plan."""
    found = _plans(conn, company_id, plan.c.id == plan_id)
    if not found:
        raise LookupError(f"there is no plan {plan_id}")
    return found[0]


def list(
    conn: Connection, company_id: int, *, customer_id: str | None = None, states: Sequence[str] | None = None
) -> builtins.list[PlanRow]:
    """The company's plans, the first one first."""
    conditions = []
    if customer_id is not None:
        conditions.append(plan.c.customer_id == customer_id)
    if states is not None:
        conditions.append(plan.c.state.in_(states))
    return _plans(conn, company_id, *conditions)


def of_customers(conn: Connection, company_id: int, customer_ids: Iterable[str]) -> builtins.list[PlanRow]:
    """Every plan of customers who are billed together, in any state, the first one first."""
    return _plans(conn, company_id, within(plan.c.customer_id, customer_ids))


def running(conn: Connection, company_id: int, customer_ids: Iterable[str]) -> Iterator[tuple[str, Plan]]:
    """What decisions must know of plans that are building, active or broken; two statements."""
    for some in chunked(sorted(set(customer_ids))):
        rows = _running(conn, company_id=company_id, customer_ids=some).all()
        if not rows:
            continue
        documents = plan_documents.of(conn, company_id, [row.id for row in rows])
        for row in rows:
            yield row.customer_id, _for_decisions(row, documents.get(row.id, []))


@once
def _running(company_id: int, customer_ids: Iterable[str]) -> Select[Any]:
    theirs = (plan.c.company_id == company_id, within(plan.c.customer_id, customer_ids))
    return select(plan).where(*theirs, plan.c.state.in_(RUNNING)).order_by(plan.c.id)


def add_proof(
    conn: Connection,
    company_id: int,
    plan_id: int,
    kind: str,
    *,
    figures: dict[str, Any],
    holds: bool,
    sentence: str | None,
    read_at: datetime,
) -> int:
    inserted = conn.execute(
        proof.insert().values(
            company_id=company_id,
            plan_id=plan_id,
            kind=kind,
            figures=figures,
            holds=holds,
            sentence=sentence,
            read_at=read_at,
        )
    ).inserted_primary_key
    assert inserted is not None
    return int(inserted[0])


def proofs(conn: Connection, company_id: int, plan_id: int) -> builtins.list[Proof]:
    """The plan's proofs, oldest first."""
    rows = conn.execute(
        select(proof).where(proof.c.company_id == company_id, proof.c.plan_id == plan_id).order_by(proof.c.id)
    )
    return [
        Proof(row.id, row.plan_id, row.kind, row.figures, row.holds, row.sentence, row.read_at)
        for row in rows
    ]


def _for_decisions(row: Row[Any], documents: Sequence[Row[Any]]) -> Plan:
    parts = [one for one in documents if one.number is not None]
    originals = [one for one in documents if one.number is None]
    unpaid = [
        one for one in parts if one.state in ("planned", "open") and (one.balance is None or one.balance > 0)
    ]
    overlay = row.form == "overlay"
    following = unpaid[0] if unpaid and not overlay else None
    owed = None
    if following is not None:
        owed = following.amount if following.balance is None else following.balance
    return Plan(
        id=row.id,
        label=f"PP{row.number}",
        original_ids=frozenset(one.invoice_id for one in originals),
        installment_ids=frozenset(one.invoice_id for one in parts if one.invoice_id is not None),
        memo_id=row.memo_id,
        state=row.state,
        next_due_on=following.due_on if following else None,
        next_amount=money(owed, row.currency) if owed is not None else None,
        number=following.number if following else None,
        count=len(parts),
        overlay=overlay,
        agreed_on=row.agreed_on,
        # While documents are written or taken back nothing is judged: nobody is asked for anything.
        parts=()
        if row.state == "building"
        else tuple(
            PlanPart(one.number, one.due_on, money(one.amount, row.currency), one.invoice_id) for one in parts
        ),
        taken=tuple((one.invoice_id, money(one.amount, row.currency)) for one in originals),
        broken_after_days=row.details.get("broken_after_days", BROKEN_AFTER_DAYS),
    )


def for_decisions(row: PlanRow) -> Plan:
    """The same of a plan that was read: without what is still owed on each installment."""
    parts = [PlanPart(one.number, one.due_on, one.amount, one.invoice_id) for one in row.installments]
    return Plan(
        id=row.id,
        label=row.label,
        original_ids=frozenset(one.invoice_id for one in row.originals),
        installment_ids=frozenset(one.invoice_id for one in parts if one.invoice_id is not None),
        memo_id=row.memo_id,
        state=row.state,
        count=len(parts),
        overlay=row.form == "overlay",
        agreed_on=row.agreed_on,
        parts=tuple(parts),
        taken=tuple((one.invoice_id, one.amount) for one in row.originals),
        broken_after_days=row.details.get("broken_after_days", BROKEN_AFTER_DAYS),
    )


def _plans(conn: Connection, company_id: int, *conditions: Any) -> builtins.list[PlanRow]:
    if conditions:
        query = select(plan).where(plan.c.company_id == company_id, *conditions).order_by(plan.c.id)
        rows = conn.execute(query).all()
    else:
        rows = _of_company(conn, company_id=company_id).all()
    documents = plan_documents.of(conn, company_id, [row.id for row in rows]) if rows else {}
    return [_plan(row, documents.get(row.id, [])) for row in rows]


@once
def _of_company(company_id: int) -> Select[Any]:
    return select(plan).where(plan.c.company_id == company_id).order_by(plan.c.id)


def _plan(row: Row[Any], documents: Sequence[Row[Any]]) -> PlanRow:
    return PlanRow(
        id=row.id,
        company_id=row.company_id,
        number=row.number,
        customer_id=row.customer_id,
        currency=row.currency,
        form=row.form,
        state=row.state,
        principal=money(row.principal, row.currency),
        agreed_on=row.agreed_on,
        memo_id=row.memo_id,
        allocation_id=row.allocation_id,
        created_by=row.created_by,
        created_at=row.created_at,
        ended_at=row.ended_at,
        reason=row.reason,
        details=row.details,
        originals=tuple(
            Original(one.invoice_id, money(one.amount, row.currency))
            for one in documents
            if one.number is None
        ),
        installments=tuple(
            Installment(one.number, one.due_on, money(one.amount, row.currency), one.state, one.invoice_id)
            for one in documents
            if one.number is not None
        ),
    )
