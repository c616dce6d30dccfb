"""Undo a run, a write, a plan, or an undo: what is ours is taken back, and what people did since stays.

    12        the run of that number: its notes, and the plans agreed while it ran
    7F3A9C    the note with that mark
    PP3       a payment plan
    U2        an earlier undo: what it took back is put back

Each step is an effect of its own with the way back, so an undo goes on after a crash and can be undone.
What left for a customer cannot be unsent; it is counted and said.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.intents import SENT_KINDS, Intent, IntentKind, PlannedIntent, State
from qb_collections.core.wording import date_text, short
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import plan_picture, undo_notes, undo_plans
from qb_collections.services.context import Context
from qb_collections.services.plan_named import named
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, intents, plans, runs, undos
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.plans import PlanRow

_REF = re.compile(r"[A-Z0-9]{6}\Z")
_UNDO = re.compile(r"U([1-9][0-9]{0,8})\Z")
_PLAN = re.compile(r"PP[1-9][0-9]{0,8}\Z")
UNITS_MAX = 2_000


@dataclass(slots=True)
class UndoReport:
    """What an undo would do, or did.  number: its own, by which it can be undone; None before it is done."""

    what: str  # in words
    number: int | None = None
    notes: int = 0  # lines and attachments taken back, or put back
    plans: int = 0
    sent: int = 0  # messages that left and cannot be unsent
    already: int = 0  # taken back before
    waiting: int = 0  # it goes on with the next delivery
    restores: bool = False
    left: list[str] = field(default_factory=list)  # sentences: what stays, and why

    @property
    def lines(self) -> list[str]:
        notes, plans_ = ("put back", "agreed again") if self.restores else ("removed", "reversed")
        said = [f"{_many(self.notes, 'note')} {notes}, {_many(self.plans, 'plan')} {plans_}"]
        if self.sent:
            said[0] += f", {_many(self.sent, 'message')} cannot be unsent"
        if self.already:
            said.append(f"{_many(self.already, 'note')} had been taken back before.")
        if self.waiting:
            said.append(f"{_many(self.waiting, 'step')} left; they go on with the next delivery.")
        return [*said, *self.left]

    def as_json(self) -> dict[str, Any]:
        return {
            "what": self.what,
            "undo": f"U{self.number}" if self.number else None,
            "notes": self.notes,
            "plans": self.plans,
            "cannot_be_unsent": self.sent,
            "already": self.already,
            "waiting": self.waiting,
            "left": [*self.left],
        }


@dataclass(frozen=True, slots=True)
class Target:
    what: str
    writes: tuple[Intent, ...]  # notes and attachments
    plans: tuple[PlanRow, ...]
    sent: int
    way: str = "remove"
    over: tuple[str, ...] = ()  # sentences: plans that are at no point where they can be undone


def preview(context: Context, company: Company, lease: Lease, asked: str) -> UndoReport | Refusal:
    """What undoing it would do, counted from the books as they are.  Writes nothing."""
    found = _target(context, company, asked)
    if isinstance(found, Refusal):
        return found
    gateway = context.gateway(company, lease)
    return _looked_at(context, company, gateway, found)[0]


def undo(
    context: Context, company: Company, lease: Lease, asked: str, *, by: str, confirm: bool
) -> UndoReport | Refusal:
    """Undo it and say what was done.  A Refusal: nothing was, with the reason."""
    found = _target(context, company, asked)
    if isinstance(found, Refusal):
        return found
    gateway = context.gateway(company, lease)
    report, writes, agreed = _looked_at(context, company, gateway, found)
    if not writes and not agreed:
        why = " ".join(report.left) or "Nothing of it stands in QuickBooks."
        return Refusal(f"{found.what[0].upper()}{found.what[1:]} cannot be undone. {why}")
    if not confirm:
        return Refusal(f"Nothing was changed. Undoing {found.what}: {report.lines[0]}.", "To do it: --yes")
    now = context.clock.now()
    with durable(context.engine) as conn:
        lease.check(conn)
        number = undos.next_number(conn, company.id)
        wanted = _wanted(number, found.way, writes, agreed, now, by)
        intents.plan(conn, company.id, None, wanted, saga=f"undo-{number}")
        told = {"notes": report.notes, "plans": report.plans, "cannot be unsent": report.sent}
        audit.append(conn, company.id, by, "undo", f"{found.what} (U{number})", told, now)
    go_on(context, company, lease, gateway, number)
    return _done(context, company, found, number, report)


def go_on(context: Context, company: Company, lease: Lease, gateway: Gateway, number: int) -> None:
    """Do what is left of an undo; QuickBooks' trouble leaves the rest to the next delivery."""
    for _ in range(UNITS_MAX):
        with reading(context.engine) as conn:
            mine = undos.of_number(conn, company.id, number)
        due = [one for one in mine if one.state in (State.PLANNED, State.READY, State.UNKNOWN)]
        if not due:
            return
        try:
            if not work(context, company, lease, gateway, due):
                return
        except QuickBooksError:
            return


def work(context: Context, company: Company, lease: Lease, gateway: Gateway, due: Sequence[Intent]) -> bool:
    """One unit of an undo: plans first, then lines.  False: it waits for a person or another hour.

    Raises the QuickBooksError that left it open.
    """
    first = next((one for one in due if one.plan["what"] == "plan"), due[0])
    if first.plan["what"] == "plan":
        return undo_plans.step(context, company, lease, gateway, first)
    unknown = next((one for one in due if one.state is State.UNKNOWN), None)
    if unknown is not None and unknown.plan["what"] == "note":
        undo_notes.resolve(context, company, lease, gateway, unknown)
    elif first.plan["what"] == "attachment":
        undo_notes.attachment(context, company, lease, gateway, unknown or first)
    else:
        lines = [one for one in due if one.plan["what"] == "note" and one.state is not State.UNKNOWN]
        undo_notes.write(context, company, lease, gateway, lines)
    return True


def _target(context: Context, company: Company, asked: str) -> Target | Refusal:
    name = asked.strip().upper()
    with reading(context.engine) as conn:
        if match := _UNDO.match(name):
            return _of_undo(conn, company, int(match[1]))
        if _PLAN.match(name):
            row = named(context, company, name)
            return row if isinstance(row, Refusal) else _of_plans(conn, company, [row])
        if name.isdigit() and len(name) < 10:
            return _of_run(conn, company, int(name))
        if _REF.match(name):
            write = undos.by_ref(conn, company.id, name)
            if write is not None:
                return Target(f"the note (ref {name})", (write,), (), 0)
    return Refusal(
        f"There is nothing to undo by the name {short(asked, 20)!r}. Name a run (12), the mark of a note "
        "(7F3A9C), a plan (PP3) or an earlier undo (U2)."
    )


def _of_run(conn: Connection, company: Company, run_id: int) -> Target | Refusal:
    """A run's writes, and the plans that were agreed on while it ran."""
    try:
        run = runs.get(conn, company.id, run_id)
    except LookupError:
        return Refusal(f"There is no run {run_id}.")
    if run.kind != "night":
        return Refusal(f"Run {run_id} was a preview: nothing of it was written.")
    wrote = [one for one in intents.of_run(conn, company.id, run_id) if one.state is State.CONFIRMED]
    agreed = [
        row
        for row in plans.list(conn, company.id)
        if row.created_at >= run.started_at and (run.ended_at is None or row.created_at < run.ended_at)
    ]
    of_plans = _of_plans(conn, company, agreed)
    writes = [one for one in wrote if one.kind in (IntentKind.NOTE, IntentKind.NOTE_ATTACHMENT)]
    sent = sum(one.kind in SENT_KINDS for one in wrote)
    what = f"the night of {date_text(run.on, company.locale)}"
    return Target(what, (*writes, *of_plans.writes), of_plans.plans, sent, over=of_plans.over)


def _of_plans(conn: Connection, company: Company, agreed: Sequence[PlanRow]) -> Target:
    lines = undos.plan_notes(conn, company.id, [row.id for row in agreed])
    writes = tuple(one for row in agreed for one in lines[row.id])
    running = tuple(row for row in agreed if row.state in ("active", "broken"))
    over = tuple(said for row in agreed if (said := _over(row)) is not None)
    return Target(f"plan {agreed[0].label}" if agreed else "", writes, running, 0, over=over)


def _over(row: PlanRow) -> str | None:
    """Why a plan that does not run cannot be undone; None where nothing of it stands."""
    if row.state == "building":
        return f"Plan {row.label} is being written or taken back; it can be undone when it is at rest."
    if row.state == "paid":
        return f"Plan {row.label} was paid in full; its documents stand for money that came."
    stands = any(one.state != "void" and one.invoice_id for one in row.installments)
    if row.state != "cancelled" or row.form == "overlay" or not stands:
        return None
    return f"Plan {row.label} has ended already; what is left of it in QuickBooks stands for money that came."


def _of_undo(conn: Connection, company: Company, number: int) -> Target | Refusal:
    """What an undo did is done the other way round."""
    did = [one for one in undos.of_number(conn, company.id, number) if one.state is State.CONFIRMED]
    if not did:
        return Refusal(f"There is no undo U{number} that took anything back.")
    way = "remove" if did[0].plan["way"] == "restore" else "restore"
    lines = tuple(one for one in did if one.plan["what"] != "plan")
    agreed = tuple(
        plans.get(conn, company.id, int(one.plan["of_plan"])) for one in did if one.plan["what"] == "plan"
    )
    return Target(f"undo U{number}", lines, agreed, 0, way)


def _looked_at(
    context: Context, company: Company, gateway: Gateway, target: Target
) -> tuple[UndoReport, list[Intent], list[PlanRow]]:
    """The report before anything is done, with the writes and plans that can be undone."""
    report = UndoReport(target.what, sent=target.sent, restores=target.way == "restore")
    report.left += target.over
    with reading(context.engine) as conn:
        gone = undos.gone(conn, company.id)
    writes = []
    lines = [one for one in target.writes if _is_line(one)]
    documents = gateway.live((), sorted({one.plan["invoice_id"] for one in lines})).documents if lines else {}
    for one in target.writes:
        if (origin(one) in gone) is (target.way == "remove"):
            report.already += 1
            continue
        why = None
        if _is_line(one):
            document = documents.get(one.plan["invoice_id"])
            what = line_of(one, target.way)
            if document is None:
                why = undo_notes.GONE
            elif undo_notes.changed_memo(what, document.private_note) is None:
                why = undo_notes.FULL if report.restores else undo_notes.CHANGED
        if why is None:
            writes.append(one)
        else:
            report.left.append(f"The note (ref {one.plan['ref']}) stays: {why}")
    agreed = []
    for row in target.plans:
        stands = None if report.restores else _stands_on(context, company, gateway, row)
        if stands is None:
            agreed.append(row)
        else:
            report.left.append(stands)
            labels = {one.id for one in writes if one.plan_id == row.id}
            writes = [one for one in writes if one.id not in labels]
    report.notes, report.plans = len(writes), len(agreed)
    return report, writes, agreed


def _stands_on(context: Context, company: Company, gateway: Gateway, row: PlanRow) -> str | None:
    """Why a plan cannot be undone: somebody has built on it."""
    if row.form == "overlay":
        return None
    with reading(context.engine) as conn:
        steps = intents.of_plan(conn, company.id, row.id)
    seen = plan_picture.read(gateway, row, steps)
    if seen.picture.paid or seen.blocked:
        return (
            f"Plan {row.label} stays: money has come on its installments since. "
            f"End it instead: plan cancel {row.label}"
        )
    return None


def _is_line(one: Intent) -> bool:
    return one.kind is IntentKind.NOTE or one.plan.get("what") == "note"


def origin(one: Intent) -> int:
    """The write that an undoing effect is about; a write is about itself."""
    return int(one.plan["of"]) if one.kind is IntentKind.UNDO else one.id


def line_of(one: Intent, way: str) -> dict[str, Any]:
    """The words that we wrote, exactly, and where."""
    what = one.plan
    if one.kind is IntentKind.UNDO:
        line = what["line"]
    elif one.kind is IntentKind.NOTE:
        line = (one.inverse or {}).get("remove_line") or what.get("text", "")
    else:
        line = (one.body or {}).get("text", "")
    return {
        "what": "note" if _is_line(one) else "attachment",
        "way": way,
        "of": origin(one),
        "invoice_id": what["invoice_id"],
        "customer_id": what.get("customer_id"),
        "ref": what["ref"],
        "line": line,
        "id": one.external_id,
    }


def _wanted(
    number: int,
    way: str,
    writes: Sequence[Intent],
    agreed: Sequence[PlanRow],
    now: datetime,
    by: str,
) -> list[PlannedIntent]:
    wanted = [
        PlannedIntent(
            f"undo:{number}:plan:{row.label}",
            IntentKind.UNDO,
            now,
            {
                "what": "plan",
                "way": way,
                "of": -row.id,
                "of_plan": row.id,
                "customer_id": row.customer_id,
                "by": by,
                "undo": number,
            },
        )
        for row in agreed
    ]
    return wanted + [
        PlannedIntent(
            f"undo:{number}:write:{origin(one)}",
            IntentKind.UNDO,
            now,
            line_of(one, way) | {"undo": number, "by": by},
        )
        for one in writes
    ]


def _done(context: Context, company: Company, target: Target, number: int, before: UndoReport) -> UndoReport:
    with reading(context.engine) as conn:
        mine = undos.of_number(conn, company.id, number)
    report = UndoReport(target.what, number, sent=target.sent, already=before.already)
    report.restores = before.restores
    report.left = [*before.left]
    for one in mine:
        is_plan = one.plan["what"] == "plan"
        if one.state is State.CONFIRMED:
            report.plans += is_plan
            report.notes += not is_plan
        elif one.state in (State.PLANNED, State.READY, State.UNKNOWN, State.SENDING):
            report.waiting += 1
        else:
            report.left.append(f"{_about(one)}: {one.reason}")
    return report


def _about(one: Intent) -> str:
    """What was not done, as the beginning of a sentence."""
    again = one.plan["way"] == "restore"
    if one.plan["what"] == "plan":
        label = one.key.rpartition(":")[2]
        return f"Plan {label} was not agreed again" if again else f"Plan {label} stays"
    return f"The note (ref {one.plan['ref']}) {'was not put back' if again else 'stays'}"


def summary(company: Company, report: UndoReport) -> list[str]:
    said = [f"{report.what[0].upper()}{report.what[1:]}, {company.name}: {report.lines[0]}."]
    said += report.lines[1:]
    if report.number:
        said.append(f"This is undo U{report.number}; it can be undone itself: undo U{report.number}")
    return said


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
