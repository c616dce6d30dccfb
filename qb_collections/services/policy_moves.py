"""Move running cycles to the ladder in force: a person's act, with a look at what would change before it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection

from qb_collections.core.case import Case, Cycle
from qb_collections.core.decide import decide
from qb_collections.core.decision import Decision
from qb_collections.core.policy_move import standing
from qb_collections.core.rules import Rules
from qb_collections.services import finding
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, cycles
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.together import together

CASES_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a customer stands on a ladder, and what comes next there."""

    version: int
    stage: str | None  # code; None: nothing has been said
    stage_name: str | None
    next_stage: str | None  # what would go out today; None: nothing
    reason: str  # today's sentence


@dataclass(frozen=True, slots=True)
class Move:
    """One running cycle that keeps an older ladder."""

    customer_id: str
    customer: str
    currency: str
    before: Standing
    after: Standing

    @property
    def changes(self) -> bool:
        """Whether the customer would stand elsewhere, or something else would happen today."""
        old, new = self.before, self.after
        return (old.stage, old.next_stage, old.reason) != (new.stage, new.next_stage, new.reason)


def first(context: Context, company: Company, most: int) -> tuple[int, list[Move]]:
    """How many customers keep the steps of an earlier version, and the first of them.  Writes nothing.

    Costs the same however many there are.  Who has a policy beside the company's own is left out.
    """
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        book = Rulebook(conn, company, today)
        count, keys = cycles.running_under(conn, company.id, book.with_older_steps(), limit=most)
        [found] = together(conn, lambda conn: cases.load(conn, company.id, keys, today)) if keys else [[]]
        moves = [made[0] for case in found if (made := _move(book, case, today)) is not None]
    return count, sorted(moves, key=lambda one: one.customer.casefold())


def preview(context: Context, company: Company, customer: str | None = None) -> list[Move] | Refusal:
    """Every running cycle that keeps an older ladder, with what moving it would change.  Writes nothing."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        wanted = _customer_id(conn, company, customer)
        if isinstance(wanted, Refusal):
            return wanted
        return [move for move, _, _ in _moves(conn, company, today, wanted)]


def move(
    context: Context, company: Company, customer: str | None = None, *, author: str, note: str
) -> list[Move] | Refusal:
    """Move them, all or one customer's.  The contacts that were made stay counted; no step is sent twice."""
    if not note.strip():
        return Refusal("Moving customers to other steps needs a note, in a few words: why.")
    now = context.clock.now()
    today = company.today(now)
    with durable(context.engine) as conn:
        wanted = _customer_id(conn, company, customer)
        if isinstance(wanted, Refusal):
            return wanted
        found = list(_moves(conn, company, today, wanted))
        for done, case, cycle in found:
            cycles.save(conn, company.id, case.customer.id, case.currency, cycle)
            detail = {
                "from": {"version": done.before.version, "stage": done.before.stage},
                "to": {"version": done.after.version, "stage": done.after.stage},
                "note": note.strip(),
            }
            subject = f"customer {done.customer}"
            audit.append(conn, company.id, author, "moved to other steps", subject, detail, now)
        cases.touch(conn, company.id, [case.customer.id for _, case, _ in found], today)
    return [done for done, _, _ in found]


def _customer_id(conn: Connection, company: Company, name: str | None) -> str | Refusal | None:
    if name is None:
        return None
    found = finding.customer(conn, company, name)
    return found if isinstance(found, Refusal) else found.id


def _moves(
    conn: Connection, company: Company, today: date, customer_id: str | None
) -> Iterator[tuple[Move, Case, Cycle]]:
    book = Rulebook(conn, company, today)
    after = None
    while keys := cases.due(conn, company.id, None, after=after, limit=CASES_AT_ONCE):
        after = keys[-1]
        keys = [key for key in keys if customer_id in (None, key[0])]
        for case in cases.load(conn, company.id, keys, today):
            made = _move(book, case, today)
            if made is not None:
                yield made


def _move(book: Rulebook, case: Case, today: date) -> tuple[Move, Case, Cycle] | None:
    """None: the customer is in no steps, or goes by those in force."""
    version = book.in_force(case).version
    if case.cycle is None or not case.invoices or case.cycle.policy_version == version:
        return None
    old = book.rules(case)
    new = book.rules(replace(case, cycle=replace(case.cycle, policy_version=version)))
    if old.ladder == new.ladder:
        return None
    stage = standing(old.ladder, new.ladder, case.cycle.stage)
    cycle = replace(case.cycle, policy_version=version, stage=stage)
    moved = replace(case, cycle=cycle)
    before = _standing(old, case.cycle, decide(case, old, today))
    after = _standing(new, cycle, decide(moved, new, today))
    return Move(case.customer.id, case.customer.name, case.currency, before, after), case, cycle


def _standing(rules: Rules, cycle: Cycle, decision: Decision) -> Standing:
    name = next((stage.name for stage in rules.ladder if stage.code == cycle.stage), None)
    return Standing(cycle.policy_version, cycle.stage, name, decision.stage, decision.reason)
