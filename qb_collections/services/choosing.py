"""What follows from a person's choice: after the last step, about a late answer, about a hardship."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection

from qb_collections.core.case import Hold, HoldKind
from qb_collections.core.wording import count_text, date_text, short
from qb_collections.services import handing_over, holds, placing
from qb_collections.services.deciding import in_cycle
from qb_collections.services.outcomes import DECIDE_OUTCOMES, Report
from qb_collections.services.placing import Wanted
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import cases, mirror
from qb_collections.store import holds as stored
from qb_collections.store.companies import Company
from qb_collections.store.tasks import Task

_DAY = timedelta(days=1)
_HANDED_TO = {"mediation": "mediation", "demand-letter": "a demand letter", "agency": "an agency"}


def refusal(conn: Connection, company: Company, task: Task, report: Report, now: datetime) -> Refusal | None:
    """Why this choice leads nowhere: the steps could not go on."""
    if report.outcome != "go-on" or _put_aside(conn, company, task, now):
        return None
    others = ", ".join(name for name in DECIDE_OUTCOMES if name != "go-on")
    return Refusal(f"There is no step left that could go on. It can be: {others}.")


def decided(conn: Connection, company: Company, task: Task, report: Report, now: datetime) -> str:
    """Do what was chosen after the last step, and say what follows."""
    customer_id = task.customer_id or ""
    cases.touch(conn, company.id, [customer_id], company.today(now))
    match report.outcome:
        case "call-again":
            return _call_again(conn, company, task, report, now)
        case "go-on":
            return _go_on(conn, company, task, report, now)
        case "plan":
            _place(conn, company, task, report, HoldKind.OPEN_REPLY, "a plan is being agreed", now)
            return (
                "Noted: a plan is being agreed. Nothing goes out meanwhile; once the plan is written, or "
                "nothing comes of it, lift the mark."
            )
        case "write-off":
            return _write_off(conn, company, task, report, now)
    what = _HANDED_TO[report.outcome]
    reason = f"{what}: {report.reason}" if report.owner and report.reason else what
    _place(conn, company, task, report, HoldKind.HANDED_OVER, reason, now)
    return (
        f"Noted: handed over to {short(report.who or '', 40)} ({what}). Nothing is sent from here until "
        "you take the account back by lifting the mark."
    )


def answered(conn: Connection, company: Company, task: Task, report: Report, now: datetime) -> str:
    """A late answer to a dispute, or a hardship looked at again: the hold ends, or has another day."""
    found = stored.get(conn, company.id, task.payload["hold_id"])
    if found.lifted_at is not None:
        return "Noted. The mark had been lifted already."
    if report.outcome in ("settled", "better"):
        because = report.reason or task.title
        holds.take_away(conn, company, found, by=report.by, because=because, at=now)
        return "Noted. The mark is lifted; the next night decides without it."
    assert report.on is not None
    field = "answer_by_on" if found.hold.kind is HoldKind.DISPUTE else "until_on"
    new = holds.changes(found.hold, {field: report.on, "owner": report.owner})
    holds.alter(conn, company, found, new, by=report.by, at=now)
    return f"Noted. We ask you again if it is still open after {date_text(report.on, company.locale)}."


def _call_again(conn: Connection, company: Company, task: Task, report: Report, now: datetime) -> str:
    """Left alone through the day before; then the question comes back."""
    assert report.on is not None
    if report.on > company.today(now):
        _place(conn, company, task, report, HoldKind.EXCLUSION, "to be called again", now, before=True)
    return f"Noted. Nothing goes out before {date_text(report.on, company.locale)}; then you are asked again."


def _go_on(conn: Connection, company: Company, task: Task, report: Report, now: datetime) -> str:
    held = _put_aside(conn, company, task, now)
    for hold in held:
        found = stored.get(conn, company.id, hold.id)
        holds.take_away(conn, company, found, by=report.by, because=report.reason, at=now)
    many = f"{count_text(len(held), 'broken promise')} {'is' if len(held) == 1 else 'are'}"
    return f"Noted: {many} put aside. The next night takes the next step in its turn."


def _write_off(conn: Connection, company: Company, task: Task, report: Report, now: datetime) -> str:
    """What was asked about is left out, invoice by invoice: what they buy next is asked for as usual."""
    known = mirror.invoices(conn, company.id, task.payload.get("invoice_ids", ()))
    open_ones = [one for one in known.values() if one.balance.amount > 0]
    for one in open_ones:
        wanted = Wanted(HoldKind.EXCLUSION, one.customer_id, one.id, "to be written off in QuickBooks")
        placing.put(conn, company, wanted, by=report.by, at=now, source=f"task {task.id}")
    many = f"{count_text(len(open_ones), 'invoice')} {'is' if len(open_ones) == 1 else 'are'}"
    return (
        f"Noted: {many} left out of every message. Write it off in QuickBooks, and it closes by itself; "
        "the customer is not told."
    )


def _place(
    conn: Connection,
    company: Company,
    task: Task,
    report: Report,
    kind: HoldKind,
    reason: str,
    now: datetime,
    *,
    before: bool = False,
) -> None:
    """A mark on the whole customer; before: through the day before the one that was named."""
    until_on = report.on - _DAY if before and report.on is not None else None
    owner = report.who if kind is HoldKind.HANDED_OVER else report.owner
    wanted = Wanted(
        kind, task.customer_id or "", None, short(reason, placing.REASON_MAX), until_on, owner=owner
    )
    placing.put(conn, company, wanted, by=report.by, at=now, source=f"task {task.id}")


def _put_aside(conn: Connection, company: Company, task: Task, now: datetime) -> list[Hold]:
    """The broken promises without which the steps would go on."""
    today = company.today(now)
    book = Rulebook(conn, company, today)
    key = (task.customer_id or "", task.currency or "")
    found = [in_cycle(book, case, today) for case in cases.load(conn, company.id, [key], today)]
    return [hold for case in found for hold in handing_over.put_aside(case, book.rules(case), today)]
