"""What a night owes as answers: thank-yous and notices of plans, and what was written down by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core import answers as rules_of
from qb_collections.core import plan_standing
from qb_collections.core.answers import AnswerKind, answer_key
from qb_collections.core.case import Case
from qb_collections.core.intents import State
from qb_collections.core.wording import day_text, fit, money_text
from qb_collections.services import answer_effects
from qb_collections.services.answer_effects import Owed
from qb_collections.services.context import Context
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import answers, cases, contacts, cycles, intents, mirror, plans
from qb_collections.store.answers import Answer
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.runs import Run

CHUNK = 200  # answers a transaction
MAY_HAVE_LEFT = "Not sent: the records were put back from an earlier day, so it may have left before."
_THANKS_FOR = timedelta(days=rules_of.THANKS_WITHIN_DAYS)


def tonight(context: Context, company: Company, lease: Lease, run: Run, now: datetime, *, held: bool) -> int:
    """Write down what is owed and queue it with the run; return how many answers the run has.

    An answer is queued under a key of its own: the same night again, or the next one, queues nothing twice.
    """
    with durable(context.engine) as conn:
        lease.check(conn)
        book = Rulebook(conn, company, run.on)
        answers.want(conn, company.id, _found(conn, company, book, run.on), now)
        wanted = answers.wanted(conn, company.id)
    queued = 0
    for start in range(0, len(wanted), CHUNK):
        with durable(context.engine) as conn:
            lease.check(conn)
            some = wanted[start : start + CHUNK]
            queued += answer_effects.queue(conn, company, book, run.id, some, now, held=held)
    return queued


def ahead(context: Context, company: Company, on: date) -> list[Owed]:
    """What a night on that day would queue, as far as it is known now.  Writes nothing."""
    with reading(context.engine) as conn:
        book = Rulebook(conn, company, on)
        known = answers.wanted(conn, company.id)
        new = _found(conn, company, book, on)
        there = answers.keys_of(conn, company.id, [one.key for one in new]) if new else frozenset()
        wanted = [*known, *(one for one in new if one.key not in there)]
        owed, _ = answer_effects.look(conn, company, book, wanted, context.clock.now())
    return owed


def drop_what_may_have_left(conn: Connection, company: Company, on: date, at: datetime) -> None:
    """Older records were put back: what they owe may have left before, and no note in the books tells."""
    answers.want(conn, company.id, _found(conn, company, Rulebook(conn, company, on), on), at)
    for one in answers.wanted(conn, company.id):
        queued = intents.by_key(conn, company.id, one.key)
        if queued is not None:
            intents.withdraw(conn, company.id, [queued.id], "system", MAY_HAVE_LEFT, at)
        answer_effects.drop(conn, company, one.key, MAY_HAVE_LEFT, at)


def skip(
    conn: Connection, company: Company, run: Run, customer_id: str, because: str, *, by: str, at: datetime
) -> int:
    """A person leaves out, for good, what this run owes the customer as answers; return how many."""
    if run.kind == "preview":
        book = Rulebook(conn, company, run.on)
        new = [one for one in _found(conn, company, book, run.on) if one.customer_id == customer_id]
        answers.want(conn, company.id, new, at)
        owed = [one.key for one in answers.wanted(conn, company.id) if one.customer_id == customer_id]
    else:
        waiting = [
            one
            for one in intents.of_run(conn, company.id, run.id)
            if one.plan.get("answer")
            and one.plan["customer_id"] == customer_id
            and one.state in (State.PLANNED, State.READY)
        ]
        intents.withdraw(conn, company.id, [one.id for one in waiting], by, because, at)
        owed = [one.plan["reminder"] for one in waiting]
    for key in owed:
        answer_effects.drop(conn, company, key, because, at, by=by)
    return len(owed)


def _found(conn: Connection, company: Company, book: Rulebook, on: date) -> list[Answer]:
    """Owed by the state of things, without anybody having asked for it."""
    return [*_thanks(conn, company, book, on), *_installments(conn, company, book, on)]


def _thanks(conn: Connection, company: Company, book: Rulebook, on: date) -> list[Answer]:
    """One for each cycle that ended in the last two weeks because everything late was paid."""
    ended = cycles.ended_since(conn, company.id, on - _THANKS_FOR)
    if not ended:
        return []
    names = {answer_key(AnswerKind.THANK_YOU, *key, number): (key, number) for key, number in ended}
    known = answers.keys_of(conn, company.id, names)
    open_keys = sorted({key for name, (key, _) in names.items() if name not in known})
    loaded = {(case.customer.id, case.currency): case for case in _load(conn, company, open_keys, on)}
    found = []
    for name, (key, number) in names.items():
        case = loaded.get(key)
        if name in known or case is None or not book.in_force(case).policy.de_escalation.thank_you:
            continue
        one = _thanks_of(conn, company, case, number, name, on)
        if one is not None:
            found.append(one)
    return found


def _thanks_of(
    conn: Connection, company: Company, case: Case, number: int, name: str, on: date
) -> Answer | None:
    if rules_of.past_due(case, on):
        return None
    said = [
        one.contact
        for one in contacts.of_customer(conn, company.id, case.customer.id, case.currency)
        if one.contact.cycle == number
    ]
    payments = mirror.payments_of(conn, company.id, case.members)
    links = mirror.links_of_payments(conn, company.id, [one.id for one in payments])
    due = rules_of.thanks(said, payments, links, case.currency, on)
    if due is None:
        return None
    amount = money_text(due.amount, company.locale)
    day = day_text(due.on, on.year, company.locale)
    reason = f"They paid {amount} on {day}, and nothing is past due any more."
    about = {"cycle": number, "payment_ids": list(due.payment_ids)}
    return _answer(AnswerKind.THANK_YOU, name, case, about, reason, on)


def _installments(conn: Connection, company: Company, book: Rulebook, on: date) -> list[Answer]:
    """The notices about payments of plans that stand."""
    active = {one.customer_id for one in plans.list(conn, company.id, states=("active",))}
    keys = [key for one in sorted(active) if (key := cases.key_of(conn, company.id, one)) is not None]
    found = []
    for case in _load(conn, company, sorted(set(keys)), on):
        terms = book.in_force(case).policy.plans
        for plan in case.plans:
            standing = plan_standing.of_case(plan, case, on)
            due = rules_of.installment_due(plan, standing, terms, on) if standing else None
            if due is None:
                continue
            kind, part = due
            which = f"{plan.id}.{part.number}.{part.due_on.isoformat()}"
            name = answer_key(kind, case.customer.id, case.currency, which)
            amount, day = (
                money_text(part.amount, company.locale),
                day_text(part.due_on, on.year, company.locale),
            )
            verb = "is due" if kind is AnswerKind.INSTALLMENT_BEFORE else "was due"
            reason = f"Payment {part.number} of plan {plan.label}, {amount}, {verb} on {day}."
            about = {"plan_id": plan.id, "number": part.number, "due_on": part.due_on.isoformat()}
            found.append(_answer(kind, name, case, about, reason, on))
    return found


def _answer(
    kind: AnswerKind, name: str, case: Case, about: dict[str, object], reason: str, on: date
) -> Answer:
    return Answer(
        key=name,
        kind=kind.value,
        customer_id=case.customer.id,
        currency=case.currency,
        about=about,
        reason=fit(reason),
        wanted_by="system",
        wanted_on=on,
    )


def _load(conn: Connection, company: Company, keys: Sequence[tuple[str, str]], on: date) -> list[Case]:
    step = cases.CUSTOMERS_AT_ONCE
    return [
        case
        for start in range(0, len(keys), step)
        for case in cases.load(conn, company.id, keys[start : start + step], on)
    ]
