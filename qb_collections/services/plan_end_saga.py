"""Ending a plan whose documents are in the books, a step at a time, each decided by re-reading them.

    building -> cancelled     the originals carry what was not paid, or one invoice does over closed books
    building -> active        nothing could be added over closed books: all is as it was before

Every step is an effect of its own, so a crash goes on where it was.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.intents import Intent, IntentKind, State
from qb_collections.core.money import Money
from qb_collections.core.plan_ending import How, Step, next_step, oldest_first
from qb_collections.core.plan_proof import compare
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import (
    plan_allocation,
    plan_doubt,
    plan_mirror,
    plan_moves,
    plan_papers,
    plan_picture,
    plan_steps,
    proof,
)
from qb_collections.services.context import Context
from qb_collections.services.plan_papers import KIND_OF
from qb_collections.store import audit, cases, intents, plans
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

IN_PLACE, ADDED = "in_place", "added"
# Why documents are added over a plan instead of taking it out of the books.
CLOSED, UNEVEN = "closed", "uneven"
_OVER = (State.CONFIRMED, State.CANCELLED, State.REJECTED)


def advance(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    steps: list[Intent],
) -> bool:
    """One step on; False: it waits for a person."""
    mine = [one for one in steps if one.plan.get("act") == "end"]
    waiting = next((one for one in mine if one.state not in _OVER), None)
    if waiting is not None:
        return _go_on(context, company, lease, gateway, plan, mine, waiting)
    if plan.details["ending"]["mode"] == ADDED:
        return _added(context, company, lease, gateway, plan, steps, mine)
    seen = plan_picture.read(gateway, plan, steps)
    if seen.blocked is not None:
        return _ask_a_person(context, company, lease, plan, mine, seen.blocked)
    step = next_step(seen.picture)
    given = oldest_first(step.amount or Decimal(0), seen.originals) if step and step.how is How.APPLY else ()
    if step is None or (step.how is How.APPLY and not given):
        left = sum((one.own for one in seen.picture.parts), Decimal(0))
        memo = seen.picture.memo[1] if seen.picture.memo else Decimal(0)
        _finish(context, company, lease, gateway, plan, mine, own_is_zero=left == memo)
        return True
    _plan_step(context, company, lease, plan, len(mine), _what(step, seen.picture, given), step.how)
    return True


def _what(step: Step, now: Any, given: tuple[tuple[str, Decimal], ...]) -> dict[str, Any]:
    what: dict[str, Any] = {
        "part": step.part,
        "kind": step.kind,
        "how": step.how.value,
        "id": step.id,
        "number": step.number,
        "amount": step.amount,
    }
    if step.how is How.SHRINK:
        what["kept"] = {str(one.number): one.kept for one in now.parts if one.kept}
    if step.how is How.APPLY:
        what |= {"kind": "CreditMemo", "to": [list(one) for one in given]}
        what["amount"] = sum((amount for _, amount in given), Decimal(0))
    return what


def _plan_step(
    context: Context,
    company: Company,
    lease: Lease,
    plan: PlanRow,
    count: int,
    what: dict[str, Any],
    how: How,
) -> None:
    now = context.clock.now()
    kind = IntentKind.PLAN_APPLY if how is How.APPLY else IntentKind.PLAN_REVERSE
    with durable(context.engine) as conn:
        lease.check(conn)
        planned = plan_papers.end_step_of(company, plan, count, what, kind, now)
        intents.plan(conn, company.id, None, [planned], plan_id=plan.id, saga=plan.label)


def _go_on(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    mine: list[Intent],
    step: Intent,
) -> bool:
    if step.state not in (State.PLANNED, State.READY, State.UNKNOWN):
        return False
    if step.kind is not IntentKind.PLAN_REVERSE:
        if step.state is State.UNKNOWN:
            plan_steps.resolve(context, company, lease, gateway, plan, step)
        else:
            plan_steps.write(context, company, lease, gateway, plan, [step])
        return True
    anew = plan_moves.is_decided_anew(plan, step) and not _was_given_up(mine, step)
    finished, record = plan_moves.run(context, company, lease, gateway, plan, step, anew=anew)
    if finished:
        now = context.clock.now()
        with durable(context.engine) as conn:
            if intents.get(conn, company.id, step.id).state is State.PLANNED:
                intents.ready(conn, lease, step, body=None, body_hash=None, before=None, round=step.round)
            intents.settle(
                conn,
                lease,
                step.id,
                State.CONFIRMED,
                after=plan_moves.image(record) if record else None,
                inverse={"none": "a plan that was ended is agreed again as a new one"},
                external_id=step.plan["id"],
                at=now,
            )
            _mirrored(conn, company, gateway, plan, step, record)
    return True


def _was_given_up(mine: list[Intent], step: Intent) -> bool:
    """Whether this very step was decided before: queries lag behind what was read, so that a person looks."""
    names = ("id", "how", "amount")
    return any(
        one.state is State.CANCELLED and all(one.plan.get(name) == step.plan.get(name) for name in names)
        for one in mine
    )


def _mirrored(
    conn: Connection,
    company: Company,
    gateway: Gateway,
    plan: PlanRow,
    step: Intent,
    record: dict[str, Any] | None,
) -> None:
    what = step.plan
    if what["how"] == "delete" or record is None:
        plan_mirror.take_away(conn, company.id, what["kind"], what["id"])
    else:
        plan_mirror.put_record(conn, company.id, gateway, what["kind"], record)
    if what["number"] is not None and what["how"] in ("void", "delete"):
        plans.change_installment(conn, company.id, plan.id, what["number"], state="void")


def _added(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    steps: list[Intent],
    mine: list[Intent],
) -> bool:
    """Memo, its application to the unpaid installments, one invoice for the rest; a refusal goes back."""
    refused = next((one for one in mine if one.state is State.REJECTED or _wrong(one)), None)
    written = [one for one in mine if one.kind in KIND_OF and one.state is State.CONFIRMED]
    back = {one.plan["id"] for one in mine if one.kind is IntentKind.PLAN_REVERSE}
    if refused is not None:
        left = [one for one in reversed(written) if one.external_id not in back]
        if not left:
            _as_it_was(context, company, lease, gateway, plan, refused.reason or _wrong(refused) or "")
            return True
        last = left[0]
        what: dict[str, Any] = {
            "part": f"back-{last.plan['part']}",
            "kind": KIND_OF[last.kind],
            "how": "delete",
            "id": last.external_id,
        }
        _plan_step(context, company, lease, plan, len(mine), what, How.DELETE)
        return True
    ending = plan.details["ending"]
    following = (IntentKind.PLAN_MEMO, IntentKind.PLAN_APPLY, IntentKind.PLAN_INSTALLMENT)[len(written) :][:1]
    if not following:
        _finish(context, company, lease, gateway, plan, mine, own_is_zero=True)
        return True
    if following[0] is IntentKind.PLAN_APPLY:
        in_the_way = plan_allocation.free(context, company, lease, gateway, plan, steps, written[0])
        if isinstance(in_the_way, str):
            return _ask_a_person(context, company, lease, plan, mine, in_the_way.rstrip("."))
        if in_the_way:
            return True
    memo_id = written[0].external_id if written else None
    parts = {IntentKind.PLAN_MEMO: "end-memo", IntentKind.PLAN_APPLY: "end-apply"}
    asked: dict[str, Any] = {
        "part": parts.get(following[0], "end-rest"),
        "kind": KIND_OF[following[0]],
        "id": memo_id,
        "amount": ending["amount"] if following[0] is not IntentKind.PLAN_APPLY else Decimal(0),
        "to": ending["to"],
        "on": ending["on"],
        "due_on": ending["due_on"],
        "added": True,
    }
    now = context.clock.now()
    with durable(context.engine) as conn:
        lease.check(conn)
        planned = plan_papers.end_step_of(company, plan, len(mine), asked, following[0], now)
        intents.plan(conn, company.id, None, [planned], plan_id=plan.id, saga=plan.label)
    return True


def _wrong(step: Intent) -> str | None:
    """Why a document that was added cannot stay: QuickBooks booked something else, or put tax on it."""
    return (step.after or {}).get("wrong") if step.kind in KIND_OF else None


def _ask_a_person(
    context: Context, company: Company, lease: Lease, plan: PlanRow, mine: list[Intent], why: str
) -> bool:
    what: dict[str, Any] = {"part": "memo", "kind": "CreditMemo", "id": plan.memo_id}
    what |= {"to": [], "amount": Decimal(0)}
    _plan_step(context, company, lease, plan, len(mine), what, How.APPLY)
    with durable(context.engine) as conn:
        planned = intents.of_plan(conn, company.id, plan.id)[-1]
    plan_moves.park(context, company, lease, plan, planned, why)
    return False


def _finish(
    context: Context,
    company: Company,
    lease: Lease,
    gateway: Gateway,
    plan: PlanRow,
    mine: list[Intent],
    *,
    own_is_zero: bool,
) -> None:
    """The books are as they are to be: read them back, take the proof, and let the plan rest.

    own_is_zero: the plan's documents that are left add up to nothing on clearing.
    """
    now = context.clock.now()
    today = company.today(now)
    ending = plan.details["ending"]
    ids = [one.invoice_id for one in plan.originals]
    ids += [one.invoice_id for one in plan.installments if one.invoice_id is not None]
    live = gateway.live([plan.customer_id], ids)
    before = ending["before"]
    after = proof.read(
        gateway,
        live,
        plan.customer_id,
        proof.read_accounts(before),
        plan_on=plan.agreed_on,
        today=today,
        since=date.fromisoformat(before["start_on"]),
        columns=before.get("income_by") or (),
    )
    others: tuple[str, ...] = ()
    if not compare(proof.figures(before, "Accrual"), proof.figures(after, "Accrual")).unchanged:
        read_at = datetime.fromisoformat(before["read_at"])
        others = proof.others_since(gateway, read_at, _ours(plan, mine))
    told = tuple(Decimal(one) for one in ending.get("exchange", ()))
    verdict = proof.judge(before, after, others, own_is_zero=own_is_zero, exchange=told)
    if ending["mode"] == ADDED:
        names = {
            IntentKind.PLAN_MEMO: "memo",
            IntentKind.PLAN_APPLY: "apply",
            IntentKind.PLAN_INSTALLMENT: "rest",
        }
        made = {names[one.kind]: one.external_id for one in mine if one.kind in names}
        ending = ending | {"documents": made}
    reason = _reason(company, plan, ending, live)
    with durable(context.engine) as conn:
        lease.check(conn)
        plan_mirror.put_live(conn, company.id, live)
        for kind, figures, holds, sentence in (
            ("before", before, True, None),
            ("after", after | {"others": list(others)}, verdict.holds, verdict.sentence),
        ):
            plans.add_proof(
                conn,
                company.id,
                plan.id,
                kind,
                figures=figures | {"act": "end"},
                holds=holds,
                sentence=sentence,
                read_at=now,
            )
        plan_doubt.tell(conn, company, plan, verdict, now)
        close(conn, company, plan, ending, reason, now)
        audit.append(conn, company.id, "system", "plan ended", plan.label, {"proof": verdict.sentence}, now)


def close(
    conn: Connection, company: Company, plan: PlanRow, ending: dict[str, Any], reason: str, now: Any
) -> None:
    """The plan is over; the lines that say so are planned, where the balances are back on the originals."""
    today = company.today(now)
    said = {name: value for name, value in ending.items() if name != "before"}
    plans.change(
        conn,
        company.id,
        plan.id,
        state="cancelled",
        reason=reason,
        ended_at=now,
        details=plan.details | {"ending": None, "ended": said},
    )
    if ending["mode"] == IN_PLACE and ending["how"] != "undone":
        notes = plan_papers.end_notes_of(company, plan, today, now)
        intents.plan(conn, company.id, None, notes, plan_id=plan.id, saga=plan.label)
    cases.touch(conn, company.id, [plan.customer_id], today)


def _as_it_was(
    context: Context, company: Company, lease: Lease, gateway: Gateway, plan: PlanRow, reason: str
) -> None:
    """Nothing of the ending is in the books: the plan runs on."""
    now = context.clock.now()
    live = gateway.live([plan.customer_id], [str(one.invoice_id) for one in plan.installments])
    with durable(context.engine) as conn:
        lease.check(conn)
        plan_mirror.put_live(conn, company.id, live)
        state = plan.details["ending"]["state"]
        details = plan.details | {"ending": None, "not_ended": reason}
        plans.change(conn, company.id, plan.id, state=state, details=details)
        cases.touch(conn, company.id, [plan.customer_id], company.today(now))
        audit.append(conn, company.id, "system", "plan not ended", plan.label, {"because": reason}, now)


def _reason(company: Company, plan: PlanRow, ending: dict[str, Any], live: Any) -> str:
    said = {"broken": "Broken", "renegotiated": "Agreed anew", "undone": "Taken back"}
    head = f"{said.get(ending['how'], 'Ended')} by {ending['by']}: {ending['reason']}"
    if ending["mode"] == ADDED:
        rest = Money(Decimal(ending["amount"]), plan.currency).format(company.locale)
        why = "The books are closed"
        if ending.get("because") == UNEVEN:
            home = plan.details["home_currency"]
            why = f"What was paid cannot be moved back to the cent in {home}"
        return (
            f"{head}. {why}, so the original invoices stay settled in QuickBooks; "
            f"one new invoice asks for the rest of {rest}."
        )
    ids = [one.invoice_id for one in plan.originals]
    left = sum((live.documents[id].invoice.balance.amount for id in ids if id in live.documents), Decimal(0))
    return f"{head}. The original invoices carry {Money(left, plan.currency).format(company.locale)} again."


def _ours(plan: PlanRow, mine: list[Intent]) -> frozenset[tuple[str, str]]:
    written = {(KIND_OF[one.kind], str(one.external_id)) for one in mine if one.kind in KIND_OF}
    ids = [one.invoice_id for one in plan.originals]
    ids += [one.invoice_id for one in plan.installments if one.invoice_id is not None]
    found = written | {("Invoice", id) for id in ids}
    return frozenset(found | {("CreditMemo", str(plan.memo_id)), ("Payment", str(plan.allocation_id))})
