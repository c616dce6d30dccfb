"""Boards of payment plans, promises and questions: whose it is, how old, and what is due when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qb_collections.core.money import Money
from qb_collections.core.plan_standing import PlanStanding, PlanState
from qb_collections.core.promises import PromiseState
from qb_collections.services import plan_follow, promised
from qb_collections.services.context import Context
from qb_collections.services.promised import Promise
from qb_collections.store import disputed, mirror, plans
from qb_collections.store.companies import Company
from qb_collections.store.disputed import Disputed
from qb_collections.store.engine import reading
from qb_collections.store.plans import PlanRow

ROWS = 50  # on a page
RUNNING = ("building", "active", "broken")


@dataclass(frozen=True, slots=True)
class PromiseRow:
    promise: Promise
    about: str | None  # the invoice's number; None: all that they owe

    @property
    def promised_on(self) -> date:
        return self.promise.promised_on


@dataclass(frozen=True, slots=True)
class Promises:
    """missed: due, nothing or too little came and something is open; to_come: not due, or within its grace;
    kept: the money came.  Each the earliest first, of the last sixty days and to come."""

    missed: tuple[PromiseRow, ...]
    to_come: tuple[PromiseRow, ...]
    kept: tuple[PromiseRow, ...]

    @property
    def count(self) -> int:
        return len(self.missed) + len(self.to_come) + len(self.kept)


@dataclass(frozen=True, slots=True)
class DisputeRow:
    question: Disputed
    age_days: int  # since they asked
    overdue_days: int | None  # since the answer was due; None: it is not, or has no day


@dataclass(frozen=True, slots=True)
class Disputes:
    rows: tuple[DisputeRow, ...]
    count: int
    overdue: int
    without_owner: int
    page: int
    pages: int
    open: tuple[Money, ...]  # on the invoices of this page, by currency


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A plan among others.  now: where it stands; None for one that is written, taken back or over."""

    plan: PlanRow
    now: PlanStanding | None

    @property
    def customer(self) -> str:
        return str(self.plan.details.get("customer"))

    @property
    def pressing(self) -> tuple[int, date]:
        """Broken and late ones first, then those that run, by the day of their next payment."""
        due = self.now.missed or self.now.next if self.now else None
        states = {PlanState.BROKEN: 0, PlanState.LATE: 1}
        rank = states.get(self.now.state, 2) if self.now else 0
        return rank, due.due_on if due else date.max


@dataclass(frozen=True, slots=True)
class PlanBoard:
    running: tuple[PlanLine, ...]  # the most pressing first
    over: tuple[PlanRow, ...]  # paid or ended, the last one first, of this page
    left: tuple[Money, ...]  # on those that run, by currency
    page: int
    pages: int


def plans_of(context: Context, company: Company, page: int = 1) -> PlanBoard:
    """At most eight statements; pages are of plans that are over."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        every = plans.list(conn, company.id)
        followed = {one.plan.id: one.now for one in plan_follow.look(conn, company, today)}
    running = [PlanLine(one, followed.get(one.id)) for one in every if one.state in RUNNING]
    over = [one for one in reversed(every) if one.state not in RUNNING]
    pages = max(1, -(-len(over) // ROWS))
    page = min(max(page, 1), pages)
    sums: dict[str, Money] = {}
    for one in running:
        if one.now is not None:
            currency = one.plan.currency
            sums[currency] = sums.get(currency, Money.zero(currency)) + one.now.remaining
    return PlanBoard(
        tuple(sorted(running, key=lambda one: (*one.pressing, one.plan.number))),
        tuple(over[(page - 1) * ROWS : page * ROWS]),
        tuple(sums.values()),
        page,
        pages,
    )


def promises_of(context: Context, company: Company) -> Promises:
    """At most five statements, however many promises."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        found = promised.standing(conn, [company], {company.id: today})
        ids = [one.hold.invoice_id for one in found if one.hold.invoice_id is not None]
        labels = {one.id: one.label for one in mirror.invoices(conn, company.id, ids).values()} if ids else {}
    rows = [
        PromiseRow(one, labels.get(one.hold.invoice_id, one.hold.invoice_id) if one.hold.invoice_id else None)
        for one in found
    ]
    missed = [one for one in rows if one.promise.state in (PromiseState.BROKEN, PromiseState.PART_KEPT)]
    return Promises(
        tuple(one for one in missed if one.promise.is_owed),
        tuple(one for one in rows if one.promise.state is PromiseState.OPEN),
        tuple(one for one in rows if one.promise.state is PromiseState.KEPT),
    )


def disputes_of(context: Context, company: Company, page: int = 1) -> Disputes:
    """Two statements.  A page beyond the last one is the last one."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        count, overdue, nobody = disputed.count(conn, company.id, today)
        pages = max(1, -(-count // ROWS))
        page = min(max(page, 1), pages)
        found = disputed.standing(conn, company.id, limit=ROWS, offset=(page - 1) * ROWS)
    rows = tuple(DisputeRow(one, (today - one.hold.placed_on).days, _overdue(one, today)) for one in found)
    return Disputes(rows, count, overdue, nobody, page, pages, _open(found))


def _overdue(one: Disputed, today: date) -> int | None:
    by = one.hold.answer_by_on
    return (today - by).days if by is not None and by < today else None


def _open(found: list[Disputed]) -> tuple[Money, ...]:
    sums: dict[str, Money] = {}
    for one in found:
        if one.balance is not None:
            currency = one.balance.currency
            sums[currency] = sums.get(currency, Money.zero(currency)) + one.balance
    return tuple(sums.values())
