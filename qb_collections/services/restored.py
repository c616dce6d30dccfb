"""A database older than the books: after a restored backup, QuickBooks knows of contacts that we do not.

It is told in three ways: by `restore`, which says so; by the books, when an invoice bears a note of ours that
the database has yet to plan; and by the mark beside the database (high_water), when something went out that
it does not know of.  The last two are for a file that was copied back.  From then on the company is in
shadow.  The next sync reads again what was written since the backup's last look, so that nothing is written
or said twice; then a person releases it.

Limits: when the whole data folder is put back, a stretch that left no note in a memo and no payment plan is
told by nothing.  That is so where notes are off or attached.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection

from qb_collections.core import recollection
from qb_collections.core.books import Invoice
from qb_collections.core.company_gates import Mode
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import Changes
from qb_collections.services import answers, high_water, plan_recovered, remembering
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.remembering import Seen
from qb_collections.store import audit, companies, cursors, tasks
from qb_collections.store import restored as stored
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease

TASK = "restored"  # the kind of the task that asks a person to look before anything is sent
EVER = timedelta(days=3650)  # how far back is read where the backup had never looked
_TITLE = "Look before you send again: the records are older than QuickBooks"
_NOTES = "QuickBooks holds notes of ours that these records do not know of"
_EFFECTS = "Something went out that these records do not know of"
_TEXT = (
    "{because}: the database was put back from an earlier day. Sending is off for {name}. What was written "
    "into QuickBooks since is read again; a message that left no note there is not found, so look into your "
    "own sent mail. Then compare with the A/R aging, read tonight's list, and release the company: all three "
    "stand under Today."
)

NOT_YET = (
    "The records of {name} are older than its books, and nobody has released them yet. Nothing was changed. "
    "Read the books again, look at what was found, and release the company."
)

AT_COMMAND = "With: qb-collections sync, then qb-collections company restored --release"

_log = structlog.get_logger("restored")


@dataclass(frozen=True, slots=True)
class RestoredState:
    """What is known of a company whose records were put back, for a page or a command."""

    found_at: datetime
    because: str
    since: datetime  # from when on the books are read again
    read_at: datetime | None  # None: the books have not been read again yet
    contacts: int  # reminders and calls found in the books and recorded
    invoices: int  # invoices on which they stand
    plans: tuple[str, ...]  # payment plans in the books that the records do not know, such as PP3
    released_by: str | None
    released_at: datetime | None

    @property
    def is_held(self) -> bool:
        return self.released_at is None

    @property
    def sentence(self) -> str:
        """What a person reads before they release it."""
        if self.read_at is None:
            return f"{self.because} The books have not been read again yet: the next sync does that."
        found = [
            _many(self.contacts, "contact") + f" on {_many(self.invoices, 'invoice')}",
            *([f"payment plan {', '.join(self.plans)}"] if self.plans else []),
        ]
        nothing = not self.contacts and not self.plans
        told = "nothing that these records did not know" if nothing else " and ".join(found)
        return f"{self.because} In QuickBooks we found {told}."


def state(context: Context, company: Company) -> RestoredState | None:
    """None: the company's records were never older than its books."""
    with reading(context.engine) as conn:
        row = stored.of(conn, company.id)
    return told(row) if row else None


def held(conn: Connection, company_id: int) -> bool:
    """Whether the company waits for a person's release: until then it stays in shadow."""
    row = stored.of(conn, company_id)
    return row is not None and row.released_at is None


def waits(context: Context, company: Company) -> bool:
    """Whether a person has to release the company before its mode can be changed."""
    with reading(context.engine) as conn:
        return held(conn, company.id)


def mark(conn: Connection, company: Company, *, because: str, by: str, at: datetime) -> None:
    """From here on nothing leaves; the next sync reads the books again from this database's last look."""
    cursor = cursors.cursor(conn, company.id)
    since = cursor.since if cursor else at - EVER
    found: dict[str, Any] = {"since": since.isoformat(), "read_at": None}
    earlier = stored.of(conn, company.id)
    if earlier is not None:
        found |= {"plans_until": earlier.found.get("plans_until", 0)}
    stored.note(conn, company.id, at, because, found)
    companies.update(conn, company.id, mode=Mode.SHADOW)
    audit.append(conn, company.id, by, "restored", company.name, {"mode before": company.mode}, at)


def watch(context: Context, company: Company, changes: Changes) -> None:
    """Are these records older than what went out, or than the books?  To be asked before the cursor moves."""
    with reading(context.engine) as conn:
        if held(conn, company.id):
            return
        above = high_water.is_above(context, conn, company)
        ahead = bool(changes.memos) and remembering.any_ahead(conn, company, _seen(changes))
    if ahead:
        _found(context, company, _NOTES)
    elif above:
        _found(context, company, _EFFECTS)


def allows(context: Context, company: Company) -> bool:
    """To be asked before something goes out.  False: the records turn out to be older; nothing leaves now."""
    with reading(context.engine) as conn:
        if held(conn, company.id):
            return False
        above = high_water.is_above(context, conn, company)
        if not above:
            high_water.keep(context, conn, company)
    if above:
        _found(context, company, _EFFECTS)
    return not above


def read_again(context: Context, company: Company, lease: Lease, gateway: Gateway) -> None:
    """After a sync: where a restored company's books were not read again yet, do it now.

    Costs ceil(changed invoices / 1000) calls and three more, and up to four for each plan with documents of
    its own; nothing for a company that was not restored.
    """
    with reading(context.engine) as conn:
        row = stored.of(conn, company.id)
    if row is None or row.released_at is not None or row.found.get("read_at"):
        return
    since = datetime.fromisoformat(row.found["since"])
    seen: dict[str, Seen] = {}
    gateway.changed_invoices(since, lambda changes: seen.update(_seen(changes)))
    others = [one for kind in ("CreditMemo", "Payment") for one in gateway.marked_since(kind, since)]
    attached = gateway.marked_since("Attachable", since)
    ended = plan_recovered.close_ended(context, company, lease, gateway)
    now = context.clock.now()
    with durable(context.engine) as conn:
        lease.check(conn)
        made = remembering.take_over(conn, context, company, lease, seen, others, attached, since)
        answers.drop_what_may_have_left(conn, company, company.today(now), now)
        before = max(row.found.get("plans_until", 0), made.plans_until)
        found = row.found | {
            "read_at": now.isoformat(),
            "contacts": made.contacts,
            "invoices": made.invoices,
            "plans": list(made.plans),
            "plans_until": before,
        }
        stored.note(conn, company.id, row.found_at, row.because, found)
        detail = {"contacts": made.contacts, "invoices": made.invoices, "plans": list(made.plans)}
        audit.append(conn, company.id, "system", "books read again", company.name, detail, now)
    _log.info(
        "books read again",
        company=company.alias,
        contacts=made.contacts,
        plans=len(made.plans),
        ended=len(ended),
    )


def release(context: Context, company: Company, by: str) -> RestoredState | Refusal:
    """A person has looked: the mode may be set again.  The company stays in shadow until it is."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        row = stored.of(conn, company.id)
        if row is None or row.released_at is not None:
            return Refusal(
                f"{company.name} does not wait for a release: its records are as new as its books."
            )
        if not row.found.get("read_at"):
            return Refusal(
                f"The books of {company.name} have not been read again yet. Please read them first.",
                "With: qb-collections sync",
            )
        stored.release(conn, company.id, by, now)
        for task in tasks.list(conn, company.id, kinds=(TASK,), limit=100):
            tasks.close(conn, company.id, task.id, state="done", outcome="released", by=by, at=now)
        audit.append(conn, company.id, by, "released", company.name, dict(row.found), now)
        high_water.keep(context, conn, company)
        done = stored.of(conn, company.id)
    assert done is not None, "it was there in the same transaction"
    return told(done)


def _found(context: Context, company: Company, because: str) -> None:
    now = context.clock.now()
    with durable(context.engine) as conn:
        mark(conn, company, because=f"{because}.", by="system", at=now)
        tasks.open_task(
            conn,
            company.id,
            key=f"{TASK}:{now.isoformat()}",
            kind=TASK,
            title=_TITLE,
            text=_TEXT.format(because=because, name=company.name),
            at=now,
            due_on=company.today(now),
        )
    _log.warning("the database is older than what was done", company=company.alias)


def _seen(changes: Changes) -> Mapping[str, Seen]:
    by_id: dict[str, Invoice] = {one.id: one for one in changes.invoices}
    return {
        id: Seen(by_id[id], tuple(recollection.marked_lines(memo)))
        for id, memo in changes.memos.items()
        if id in by_id
    }


def told(row: stored.Restored) -> RestoredState:
    found = row.found
    read_at = found.get("read_at")
    return RestoredState(
        found_at=row.found_at,
        because=row.because,
        since=datetime.fromisoformat(found["since"]),
        read_at=datetime.fromisoformat(read_at) if read_at else None,
        contacts=found.get("contacts", 0),
        invoices=found.get("invoices", 0),
        plans=tuple(found.get("plans", ())),
        released_by=row.released_by,
        released_at=row.released_at,
    )


def _many(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
