"""Is what a person was asked to send or say still true?  Asked whenever its words are shown.

Between the night that wrote the words and the hand that sends them, an invoice is paid, a customer
disputes one, somebody presses stop.  The night withdraws such a task; until then this says why not.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Connection

from qb_collections.core.decide import decide
from qb_collections.core.wording import fit
from qb_collections.services import answering, calling, deliver, meanwhile
from qb_collections.services.context import Context
from qb_collections.services.deciding import in_cycle
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import cases, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.tasks import Task

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
    with reading(context.engine) as conn:
        book = Rulebook(conn, company, today)
        found = {task.id: _changed(conn, company, book, task, today, now) for task in spoken}
    return {task_id: because for task_id, because in found.items() if because is not None}


def _changed(
    conn: Connection, company: Company, book: Rulebook, task: Task, today: date, now: datetime
) -> str | None:
    if task.payload.get("answer"):
        return answering.objection(conn, company, book, task, now)
    key = (task.customer_id or "", task.currency or "")
    loaded = cases.load(conn, company.id, [key], today)
    if not loaded or not loaded[0].invoices:
        return meanwhile.NOTHING_OPEN
    case = in_cycle(book, loaded[0], today)
    decided = decide(case, book.rules(case), today)
    [decision] = calling.within_limits(conn, company, [(case, decided)], today)

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
