"""What to do today, the most important first: one row for each customer, with the reason for its place.

Of one company or of several: each row knows whose it is and who signs for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from qb_collections.core.money import Money
from qb_collections.core.promises import PromiseState
from qb_collections.core.quick import quick
from qb_collections.core.ranking import Matter, weight, why
from qb_collections.services import promised
from qb_collections.services.context import Context
from qb_collections.services.promised import Promise
from qb_collections.store import worklist as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.worklist import Owes, Waiting

MINUTES = 20  # what a morning has
# How long a task takes a person who has its words and figures before them.
MINUTES_OF = {
    "call": 6,
    "answer_dispute": 5,
    "decide": 4,
    "look_at_hardship": 4,
    "verify": 4,
    "parked": 3,
    "follow_up": 3,
    "plan_missed": 3,
}
MINUTES_ELSE = 2


@quick
@dataclass(frozen=True, slots=True)
class Todo:
    """One task of a row."""

    id: int
    kind: str
    title: str
    due_on: date | None

    @property
    def minutes(self) -> int:
        return MINUTES_OF.get(self.kind, MINUTES_ELSE)


@quick
@dataclass(frozen=True, slots=True)
class Row:
    """One customer of one company, or a thing that is about nobody in particular (customer_id None)."""

    company: Company  # contact_name and contact_phone are who the customer hears from
    customer_id: str | None
    name: str
    phone: str | None  # the customer's
    owed: Money
    late: Money
    oldest_late_on: date | None
    todos: tuple[Todo, ...]  # what takes longest first
    last_contact_on: date | None
    matter: Matter  # what its place rests on
    today: date  # of the company
    minutes: int  # that all of it takes

    @property
    def why(self) -> str:
        """The sentence for its place.  Made when it is shown: a list may be long, and a page short."""
        return why(self.matter, self.today, self.company.locale)


@dataclass(frozen=True, slots=True)
class Worklist:
    """rows[:fits] are done within the minutes; at least one is, however long it takes."""

    rows: tuple[Row, ...]
    fits: int
    minutes: int

    @property
    def now(self) -> tuple[Row, ...]:
        return self.rows[: self.fits]

    @property
    def later(self) -> tuple[Row, ...]:
        return self.rows[self.fits :]

    @property
    def whole_minutes(self) -> int:
        """That all of the list takes."""
        return sum(row.minutes for row in self.rows)

    @property
    def later_minutes(self) -> int:
        return self.whole_minutes - sum(row.minutes for row in self.now)


def of(
    context: Context,
    companies: Sequence[Company],
    *,
    minutes: int = MINUTES,
    now: Mapping[int, datetime] | None = None,
) -> Worklist:
    """Of these companies, in a handful of statements however many there are.

    now: what time it is for a company by its id, where that is not the context's (one on an emulator).
    """
    here = context.clock.now()
    days = {one.id: one.today((now or {}).get(one.id, here)) for one in companies}
    if not companies:
        return Worklist((), 0, minutes)
    with reading(context.engine) as conn:
        waiting = stored.waiting(conn, days)
        owed = stored.owed(conn, days)
        promises = promised.standing(conn, companies, days, past=True)
    broken = _broken(promises)
    grouped: dict[tuple[int, str | int], list[Waiting]] = {}
    for one in waiting:
        grouped.setdefault((one.company_id, one.customer_id or one.id), []).append(one)
    by_id = {one.id: one for one in companies}
    ranked: list[tuple[Decimal, Row]] = []
    for some in grouped.values():
        company, first = by_id[some[0].company_id], some[0]
        key = company.id, first.customer_id or "", first.currency or company.currency
        owes = owed.get(key) or Owes(Money.zero(key[2]), Money.zero(key[2]), None)
        matter = Matter(
            owed=owes.owed,
            late=owes.late,
            oldest_late_on=owes.oldest_late_on,
            kinds=frozenset(one.kind for one in some),
            due_on=min((one.due_on for one in some if one.due_on is not None), default=None),
            broken=broken.get((company.id, first.customer_id or "")) if owes.owed else None,
            latest_day=first.latest_day,
            paid_invoices=first.paid_invoices,
            important=first.important,
        )
        today = days[company.id]
        ranked.append((weight(matter, today), _row(company, some, matter, today)))
    ranked.sort(key=lambda pair: (-pair[0], pair[1].name, pair[1].todos[0].id))
    rows = tuple(row for _, row in ranked)
    return Worklist(rows, _fits(rows, minutes), minutes)


def after(found: Worklist, company_id: int, task_id: int) -> tuple[Company, Todo] | None:
    """What to turn to when this task is done: the same customer's next one, then the next customer.

    None: nothing else waits.  found is the list with the task still on it; after the last row the
    first comes again.
    """
    for place, row in enumerate(found.rows):
        if row.company.id != company_id or all(todo.id != task_id for todo in row.todos):
            continue
        for follower in (row, *found.rows[place + 1 :], *found.rows[:place]):
            for todo in follower.todos:
                if (follower.company.id, todo.id) != (company_id, task_id):
                    return follower.company, todo
    return None


def _row(company: Company, some: Sequence[Waiting], matter: Matter, today: date) -> Row:
    todos = sorted(
        (Todo(one.id, one.kind, one.title, one.due_on) for one in some),
        key=lambda todo: (-todo.minutes, todo.id),
    )
    first = some[0]
    about_somebody = first.customer_id is not None
    return Row(
        company=company,
        customer_id=first.customer_id,
        name=(first.name or f"(customer {first.customer_id})") if about_somebody else first.title,
        phone=first.phone,
        owed=matter.owed,
        late=matter.late,
        oldest_late_on=matter.oldest_late_on,
        todos=tuple(todos),
        last_contact_on=first.contacted_on,
        matter=matter,
        today=today,
        minutes=sum(todo.minutes for todo in todos),
    )


def _broken(promises: Sequence[Promise]) -> dict[tuple[int, str], tuple[date, Money | None]]:
    """The latest promise of each customer that was not kept and is owed still; the earliest come first."""
    return {
        (one.company_id, one.customer_id): (one.promised_on, one.hold.amount)
        for one in promises
        if one.state in (PromiseState.BROKEN, PromiseState.PART_KEPT) and one.is_owed
    }


def _fits(rows: Sequence[Row], minutes: int) -> int:
    """How many rows from the top the minutes are enough for; never none."""
    spent = 0
    for place, row in enumerate(rows):
        spent += row.minutes
        if spent > minutes:
            return max(place, 1)
    return len(rows)
