"""The saga of a plan: memo, zero payment, read both back, installments, read back, notes.

Everything is decided from the stored plan and from the books, so it goes on from wherever it stopped:
after a crash, a lost answer, a stop.  At rest a plan is whole, or without effect.

    building -> active        every document written, the proof read again, then the notes
    building -> cancelled     what was written is taken back, and the reason kept
"""

from __future__ import annotations

from datetime import date

from qb_collections.core.intents import Intent, IntentKind, PlannedIntent, State
from qb_collections.core.plan_proof import compare
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import (
    noting,
    plan_allocation,
    plan_doubt,
    plan_end_saga,
    plan_gate,
    plan_mirror,
    plan_moves,
    plan_readback,
    plan_reversal,
    plan_steps,
    proof,
)
from qb_collections.services.context import Context
from qb_collections.services.plan_papers import KIND_OF
from qb_collections.store import audit, cases, companies, intents, plans
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

STEPS_MAX = 500  # steps of one resumption: sixty installments written, refused and taken back are fewer
LOST_MAX = 2  # lost answers that are read for at once; after these the next delivery goes on


def resume(context: Context, company: Company, lease: Lease, gateway: Gateway, plan_id: int) -> PlanRow:
    """Go on with a plan until it is at rest, and write its notes; answer it as it is then.

    It also stops where a company gate is closed, and where only a person can
    help.  Raises the QuickBooksError after which trying again may help: all
    that was done is stored.
    """
    plan, steps = _load(context, company, plan_id)
    for step in steps:
        if step.state is State.PARKED and step.kind in (IntentKind.PLAN_REVERSE, *KIND_OF):
            plan_moves.take_up(context, lease, plan, step)
    lost = 0
    for _ in range(STEPS_MAX):
        plan, steps = _load(context, company, plan_id)
        if plan.state != "building" or plan_gate.closed(context, company) is not None:
            break
        try:
            moved = _advance(context, company, lease, gateway, plan, steps)
        except QuickBooksError as error:
            if error.definite or lost >= LOST_MAX:
                raise
            lost += 1
            continue
        if not moved:
            break
    if plan.state != "building" and plan_gate.closed(context, company) is None:
        _notes(context, company, lease, gateway, plan, steps)
    return _load(context, company, plan_id)[0]


def _load(context: Context, company: Company, plan_id: int) -> tuple[PlanRow, list[Intent]]:
    with reading(context.engine) as conn:
        return plans.get(conn, company.id, plan_id), intents.of_plan(conn, company.id, plan_id)


def _advance(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    steps: list[Intent],
) -> bool:
    """One step on; False: nothing can be done now."""
    if plan.details.get("ending"):
        return plan_end_saga.advance(context, company, lease, gateway, plan, steps)
    if plan.details.get("reversing"):
        return _take_back(context, company, lease, gateway, plan, steps)
    documents = [one for one in steps if one.kind in KIND_OF and one.plan.get("act") is None]
    unknown = next((one for one in documents if one.state is State.UNKNOWN), None)
    if unknown is not None:
        plan_steps.resolve(context, company, lease, gateway, plan, unknown)
        return True
    left = [one for one in documents if one.state is not State.CONFIRMED]
    wrong: str | bool | None
    wrong = next((_wrong(one) for one in documents if _wrong(one) is not None), None)
    if wrong is None and left and left[0].state in (State.PLANNED, State.READY):
        wrong = _before(context, company, lease, gateway, plan, steps, left[0])
        if wrong is True:
            return True
    if isinstance(wrong, str):
        with durable(context.engine) as conn:
            plan_reversal.begin(conn, company, lease, plan, wrong, at=context.clock.now())
        return True
    if not left:
        _finish(context, company, lease, gateway, plan, steps)
        return True
    if left[0].state not in (State.PLANNED, State.READY):
        return False
    together = [one for one in left if one.kind is left[0].kind and one.state in (State.PLANNED, State.READY)]
    plan_steps.write(context, company, lease, gateway, plan, together[: plan_steps.TOGETHER_MAX])
    return True


def _wrong(step: Intent) -> str | None:
    """Why a plan cannot stand with this document: it was refused, or is not what was asked for."""
    if step.state is State.REJECTED:
        return step.reason
    return (step.after or {}).get("wrong") if step.state is State.CONFIRMED else None


def _before(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    steps: list[Intent],
    following: Intent,
) -> str | bool | None:
    """What has to be looked at before a document is written.

    True: something had to be done first.  A sentence: the plan cannot stand.
    """
    if following.kind is IntentKind.PLAN_APPLY:
        memo = next(one for one in steps if one.kind is IntentKind.PLAN_MEMO and one.plan.get("act") is None)
        return plan_allocation.free(context, company, lease, gateway, plan, steps, memo) or None
    begun = any(one.state is State.CONFIRMED for one in steps if one.kind is IntentKind.PLAN_INSTALLMENT)
    if following.kind is IntentKind.PLAN_INSTALLMENT and not begun:
        return plan_readback.not_moved(context, company, lease, gateway, plan)
    return None


def _take_back(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    steps: list[Intent],
) -> bool:
    step = next(one for one in steps if plan_reversal.is_open(one))
    if step.state not in (State.PLANNED, State.READY, State.UNKNOWN):
        return False
    memo = next((one for one in steps if one.external_id == step.plan["id"] and one.kind in KIND_OF), None)
    if memo is not None and memo.kind is IntentKind.PLAN_MEMO:
        in_the_way = plan_allocation.free(context, company, lease, gateway, plan, steps, memo)
        if in_the_way is True:
            return True
        if isinstance(in_the_way, str):
            plan_moves.park(context, company, lease, plan, step, in_the_way.rstrip("."))
            return False
    plan_reversal.run(context, company, lease, gateway, plan, step)
    return True


def _finish(
    context: Context, company: Company, lease: Lease, gateway: Gateway, plan: PlanRow, steps: list[Intent]
) -> None:
    """Every document is there: read all of it back, take the proof, and let the plan run."""
    live = plan_readback.whole(gateway, plan)
    now = context.clock.now()
    wrong, tax, notices = plan_readback.judge(company, plan, live, steps)
    if wrong is not None:
        with durable(context.engine) as conn:
            plan_mirror.put_live(conn, company.id, live)
            plan_reversal.begin(conn, company, lease, plan, wrong, at=now)
        return
    with reading(context.engine) as conn:
        before = next(one for one in plans.proofs(conn, company.id, plan.id) if one.kind == "before")
    after = proof.read(
        gateway,
        live,
        plan.customer_id,
        proof.read_accounts(before.figures),
        plan_on=plan.agreed_on,
        today=company.today(now),
        plan_tax=tax,
        since=date.fromisoformat(plan.details["fiscal_start"]),
        columns=before.figures.get("income_by") or (),
    )
    accrual = [proof.figures(one, "Accrual") for one in (before.figures, after)]
    others: tuple[str, ...] = ()
    if not compare(*accrual).unchanged:
        others = proof.others_since(gateway, before.read_at, _ours(plan))
    verdict = proof.judge(before.figures, after, others, own_is_zero=not tax)
    with durable(context.engine) as conn:
        lease.check(conn)
        plan_mirror.put_live(conn, company.id, live)
        plans.add_proof(
            conn,
            company.id,
            plan.id,
            "after",
            figures=after | {"others": list(others)},
            holds=verdict.holds,
            sentence=verdict.sentence,
            read_at=now,
        )
        plan_doubt.tell(conn, company, plan, verdict, now)
        plans.change(conn, company.id, plan.id, state="active", details=plan.details | {"notices": notices})
        cases.touch(conn, company.id, [plan.customer_id], company.today(now))
        audit.append(conn, company.id, "system", "plan written", plan.label, {"proof": verdict.sentence}, now)


def _ours(plan: PlanRow) -> frozenset[tuple[str, str]]:
    """Documents that the plan wrote or moved."""
    invoices = [one.invoice_id for one in plan.originals] + [one.invoice_id for one in plan.installments]
    found = {("Invoice", str(one)) for one in invoices}
    return frozenset(found | {("CreditMemo", str(plan.memo_id)), ("Payment", str(plan.allocation_id))})


def _notes(
    context: Context, company: Company, lease: Lease, gateway: Gateway, plan: PlanRow, steps: list[Intent]
) -> None:
    """The line on each original, where the owner wants notes; as an attachment where that is wanted."""
    with reading(context.engine) as conn:
        company = companies.get(conn, company.id)
    notes = [one for one in steps if one.kind is IntentKind.NOTE]
    waiting = [one for one in notes if one.state in (State.PLANNED, State.READY)]
    if company.note_place != "memo":
        _not_in_the_memo(context, company, lease, waiting)
        waiting = []
    for one in notes:
        if one.state is State.UNKNOWN and _is_unknown(context, company, one):
            noting.resolve(context, company, lease, gateway, one)
    if waiting:
        noting.write(context, company, lease, gateway, waiting)


def _is_unknown(context: Context, company: Company, intent: Intent) -> bool:
    """Resolving one note settles all that were in its batch."""
    with reading(context.engine) as conn:
        return intents.get(conn, company.id, intent.id).state is State.UNKNOWN


def _not_in_the_memo(context: Context, company: Company, lease: Lease, waiting: list[Intent]) -> None:
    now = context.clock.now()
    reason = "The owner wants no notes in invoices' memos."
    with durable(context.engine) as conn:
        for one in waiting:
            if company.note_place == "attachment":
                instead = PlannedIntent(f"{one.key}:attachment", IntentKind.NOTE_ATTACHMENT, now, one.plan)
                intents.plan(conn, company.id, None, [instead])
            intents.settle(conn, lease, one.id, State.CANCELLED, reason=reason, at=now)
