"""Is what a person was asked to send or say still true?  Asked whenever its words are shown.

Between the night that wrote the words and the hand that sends them, an invoice is paid, a customer
disputes one, somebody presses stop.  The night withdraws such a task; until then this says why not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy import Connection

from qb_collections.core.case import Case
from qb_collections.core.decide import decide
from qb_collections.core.decision import Decision
from qb_collections.core.wording import fit
from qb_collections.services import answering, calling, deliver, meanwhile
from qb_collections.services.context import Context
from qb_collections.services.deciding import in_cycle
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import cases, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.tasks import Task
from qb_collections.store.together import together

SPOKEN = ("message", "call")


def objection(context: Context, company: Company, task: Task) -> str | None:
    """The sentence that says why these words must not be sent or said now; None when they may."""
    return objections(context, company, [task]).get(task.id)


def objections(context: Context, company: Company, tasks: list[Task]) -> dict[int, str]:
    """By task, why its words must not be sent or said now.  Asks QuickBooks nothing."""
    spoken = [task for task in tasks if task.kind in SPOKEN and task.state == "open" and task.customer_id]
    if not spoken:
        return {}
    _, held = deliver.gate(context, company)
    if held is not None:
        return {task.id: held.because for task in spoken}
    now = context.clock.now()
    today = company.today(now)
    keys = list(dict.fromkeys(_key(task) for task in spoken if not task.payload.get("answer")))
    with reading(context.engine) as conn:
        book, loaded = together(
            conn,
            lambda conn: Rulebook(conn, company, today),
            lambda conn: cases.load(conn, company.id, keys, today),
        )
        decided = _decided(conn, company, book, loaded, today)
        found = {
            task.id: answering.objection(conn, company, book, task, now)
            if task.payload.get("answer")
            else _changed(conn, company, task, decided.get(_key(task)))
            for task in spoken
        }
    return {task_id: because for task_id, because in found.items() if because is not None}


def _key(task: Task) -> cases.Key:
    return task.customer_id or "", task.currency or ""


def _decided(
    conn: Connection, company: Company, book: Rulebook, loaded: Sequence[Case], today: date
) -> dict[cases.Key, Decision]:
    """What would be decided now, of whoever owes something; calls that may not be made are none."""
    owing = [in_cycle(book, case, today) for case in loaded if case.invoices]
    pairs = [(case, decide(case, book.rules(case), today)) for case in owing]
    decisions = calling.within_limits(conn, company, pairs, today)
    return {(case.customer.id, case.currency): one for (case, _), one in zip(pairs, decisions, strict=True)}


def _changed(conn: Connection, company: Company, task: Task, decision: Decision | None) -> str | None:
    if decision is None:
        return meanwhile.NOTHING_OPEN

    def label_of(invoice_id: str) -> str:
        invoice = mirror.invoice(conn, company.id, invoice_id)
        return invoice.label if invoice else invoice_id

    because = meanwhile.objection(
        task.payload, decision, meanwhile.Words.STANDING, locale=company.locale, label_of=label_of
    )
    return because or _faulty(task.payload)


def _faulty(plan: Mapping[str, object]) -> str | None:
    """Words that did not pass their check when they were written, in the first sentence about it."""
    faults = plan.get("faults")
    return fit(f"These words cannot go out yet: {faults[0]}") if isinstance(faults, list) and faults else None
