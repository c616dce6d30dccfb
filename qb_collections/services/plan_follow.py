"""Each night: where every plan stands by what came in; broken, paid, back on track, or a payment returned.

Decisions judge a plan by themselves, from the documents they read.  Here its state is kept for people, and
what only a person can do becomes a task.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from qb_collections.core.money import Money
from qb_collections.core.plan_standing import PlanStanding, PlanState, received, standing, unapplied
from qb_collections.core.wording import day_text, money_text, short
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import plans as doors
from qb_collections.services.context import Context
from qb_collections.store import audit, cases, mirror, plans, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

FOLLOWED = ("active", "broken", "paid")
# A payment may still be returned: cheques and debits come back within weeks, card payments within months.
PAID_FOR = timedelta(days=180)


@dataclass(frozen=True, slots=True)
class Followed:
    """A plan with what the mirror says of it."""

    plan: PlanRow
    now: PlanStanding
    waiting: Money  # of what came, what nobody has set against an invoice

    @property
    def state(self) -> str:
        """What the plan's state is to be.  Broken stays until all that was missed has come."""
        if self.now.state is PlanState.PAID_OFF:
            return self.plan.state if self.waiting else "paid"
        if self.now.state is PlanState.BROKEN:
            return "broken"
        if self.plan.state == "broken" and self.now.state is PlanState.LATE:
            return "broken"
        return "active"

    @property
    def returned(self) -> Money | None:
        """What had come and is gone again."""
        seen = self.plan.details.get("seen")
        if seen is None:
            return None
        lost = Decimal(seen) - self.now.received.amount
        return Money(lost, self.plan.currency) if lost > 0 else None


def follow(context: Context, company: Company, lease: Lease, on: date) -> int:
    """Look at every plan that runs or was paid lately; how many changed.

    QuickBooks is asked only where another plan was to follow one that was ended, and does not stand yet.
    """
    with reading(context.engine) as conn:
        found = look(conn, company, on)
    moved = [one for one in found if _news(one)]
    now = context.clock.now()
    for one in moved:
        with durable(context.engine) as conn:
            lease.check(conn)
            _note(conn, company, one, on, now)
    return len(moved) + _followed_up(context, company, lease)


def _followed_up(context: Context, company: Company, lease: Lease) -> int:
    """Agree on plans that were to follow: their first ones were ended, and something came in between."""
    with reading(context.engine) as conn:
        ended = [
            row
            for row in plans.list(conn, company.id, states=("cancelled",))
            if (row.details.get("ended") or {}).get("then")
        ]
    made = 0
    for row in ended:
        with suppress(QuickBooksError):  # the night goes on; the next one tries again
            made += doors.after(context, company, lease, row) is not None
    return made


def look(conn: Connection, company: Company, on: date) -> list[Followed]:
    """The plans to be followed, as the mirror has their documents."""
    rows = [
        row
        for row in plans.list(conn, company.id, states=FOLLOWED)
        if row.state != "paid" or row.ended_at is None or company.today(row.ended_at) + PAID_FOR >= on
    ]
    if not rows:
        return []
    ids = [id for row in rows for id in _documents(row)]
    books = mirror.invoices(conn, company.id, ids)
    payments = mirror.payments_with_unapplied(conn, company.id, sorted({row.customer_id for row in rows}))
    found = []
    for row in rows:
        known = plans.for_decisions(row)
        theirs = [one for one in payments if one.customer_id == row.customer_id]
        mine = [books[id] for id in _documents(row) if id in books]
        judged = standing(known, received(known, mine, theirs), on)
        found.append(Followed(row, judged, unapplied(known, theirs)))
    return found


def _documents(row: PlanRow) -> list[str]:
    if row.form == "overlay":
        return [one.invoice_id for one in row.originals]
    return [one.invoice_id for one in row.installments if one.invoice_id is not None]


def _news(one: Followed) -> bool:
    seen = one.plan.details.get("seen")
    return one.state != one.plan.state or seen is None or Decimal(seen) != one.now.received.amount


def _note(conn: Connection, company: Company, one: Followed, on: date, now: datetime) -> None:
    plan, state = one.plan, one.state
    details = plan.details | {"seen": str(one.now.received.amount)}
    plans.change(
        conn,
        company.id,
        plan.id,
        state=state,
        details=details,
        ended_at=now if state == "paid" and plan.state != "paid" else None,
    )
    cases.touch(conn, company.id, [plan.customer_id], on)
    if state != plan.state:
        told = {"from": plan.state, "to": state, "received": one.now.received, "left": one.now.remaining}
        audit.append(conn, company.id, "system", "plan stands otherwise", plan.label, told, now)
    for key, title, text in _tasks(company, one, on):
        tasks.open_task(
            conn,
            company.id,
            key=f"plan:{plan.label}:{key}",
            kind="plan",
            customer_id=plan.customer_id,
            currency=plan.currency,
            title=title,
            text=text,
            due_on=on,
            at=now,
        )


def _tasks(company: Company, one: Followed, on: date) -> list[tuple[str, str, str]]:
    """(key, title, text) of what a person is asked to do."""
    plan, now = one.plan, one.now
    who = short(str(plan.details.get("customer")), 60)

    def money(amount: Money) -> str:
        return money_text(amount, company.locale)

    found = []
    if one.returned is not None:
        text = (
            f"{money(one.returned)} that had come on payment plan {plan.label} of {who} is gone again in "
            "QuickBooks: a payment was deleted, made smaller or returned by the bank. Please call them "
            "before anything is sent."
        )
        found.append((f"returned:{on}", f"A payment of plan {plan.label} was returned", text))
    if one.waiting:
        text = (
            f"{who} paid {money(one.waiting)} that is not applied to any invoice in QuickBooks. It counts "
            f"for payment plan {plan.label}. Please apply it there; we never do."
        )
        found.append((f"unapplied:{one.waiting.amount}", f"Apply a payment of plan {plan.label}", text))
    if one.state == "broken" and plan.state != "broken" and now.missed is not None:
        due = day_text(now.missed.due_on, on.year, company.locale)
        text = (
            f"Payment {now.missed.number} of {now.count} ({money(now.missed.amount)}) of plan {plan.label} "
            f"was due on {due} and has not come; {money(now.missed_amount)} is missing in all. Please speak "
            f"with {who}, then agree on another plan (plan renegotiate {plan.label}), or end this one "
            f"(plan default {plan.label})."
        )
        found.append((f"broken:{now.missed.number}", f"Plan {plan.label} is broken", text))
    return found
