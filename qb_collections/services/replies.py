"""What a customer answered, as a person records it: it holds the steps until somebody has dealt with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from qb_collections.core import addresses
from qb_collections.core.books import Customer
from qb_collections.core.case import Case, HoldKind
from qb_collections.core.money import Money
from qb_collections.core.stop_words import Firm, meaning
from qb_collections.core.wording import count_text, list_text, short
from qb_collections.services import finding, follow_ups, placing, wanting
from qb_collections.services.context import Context
from qb_collections.services.following import Following
from qb_collections.services.placing import Wanted
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import audit, cases, mail_accounts, replies, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.replies import Reply

SAID_MAX = 4000
KINDS = {
    "paid": "They say it is paid",
    "question": "They ask something",
    "dispute": "They question an invoice",
    "wrong_person": "We wrote to the wrong person",
    "stop": "They want no more automatic e-mail",
    "promise": "They name a day",
    "other": "Something else",
}
_ASKS = {
    Firm.REPRESENTED: "Their words may mean that somebody else speaks for them: a lawyer, a court or an "
    "administrator. If so, mark the customer so.",
    Firm.STOP: "They may want no more e-mail. If so, record that they asked for no more of it.",
    Firm.DISPUTE: "They may question what is owed. If so, mark the invoice as questioned.",
}
_AT_COMMAND = {
    Firm.REPRESENTED: 'qb-collections hold add insolvent --customer "{name}" --reason "…"',
    Firm.STOP: 'qb-collections reply record "{name}" --kind stop --said "…"',
    Firm.DISPUTE: 'qb-collections hold add dispute --invoice NUMBER --reason "…"',
}
_WAITS = ("paid", "question", "wrong_person", "other")  # nothing goes out until it was dealt with
_MATCHING = {Firm.STOP: "stop", Firm.DISPUTE: "dispute"}


@dataclass(frozen=True, slots=True)
class Recorded:
    """What was recorded and what follows; asks: a firm stop that the words may mean.

    at_command: how whoever types commands says that it is one.
    """

    reply_id: int
    message: str
    asks: str | None = None
    at_command: str | None = None


def record(
    context: Context,
    company: Company,
    *,
    customer: str,
    kind: str,
    said: str,
    by: str,
    invoice: str | None = None,
    on: date | None = None,
    amount: Money | None = None,
) -> Recorded | Refusal:
    """Keep what they said, mark what follows from it, and say so.  It is in force at once.

    paid, question, wrong_person, other: nothing goes out until somebody has dealt with it (done).
    dispute: that invoice only.  promise: through its day and grace.  stop: no e-mail by itself to their
    addresses, and a task.  Words that may mean more hold everything back and ask a person.
    """
    now = context.clock.now()
    today = company.today(now)
    said = said.strip()
    refusal = _refusal(kind, said, invoice, on) or placing.too_far(company, today, on)
    if refusal is not None:
        return refusal
    with durable(context.engine) as conn:
        found = _who(conn, company, customer, invoice, today)
        if isinstance(found, Refusal):
            return found
        who, invoice_id, case = found
        firm = _firm(kind, said)
        book = Rulebook(conn, company, today)
        following = Following(book.policy, book.calendar, today, company.locale)
        marks, waits = _mark(conn, company, who, invoice_id, kind, firm, said, on, amount, by, now)
        reply_id = replies.add(
            conn,
            company.id,
            case.customer.id,
            case.currency,
            kind,
            said=said,
            by=by,
            on=today,
            at=now,
            invoice_id=invoice_id,
            promised_on=on if kind == "promise" else None,
            amount=amount,
            hold_ids=marks,
        )
        stopped = _stop(conn, company, case, by, now) if kind == "stop" else ()
        _task(conn, company, case, kind, firm, said, reply_id, waits, following, now)
        cases.touch(conn, company.id, [case.customer.id], today)
        detail = {"kind": kind, "customer": case.customer.id, "invoice": invoice_id, "stopped": list(stopped)}
        audit.append(conn, company.id, by, "reply recorded", f"reply {reply_id}", detail, now)
    context.wake("deliver", company.id)
    name = short(case.customer.name, 60)
    told = _told(kind, name, stopped, firm, following, on)
    if firm is None:
        return Recorded(reply_id, told)
    return Recorded(reply_id, told, _ASKS[firm], _AT_COMMAND[firm].format(name=name))


def done(
    context: Context, company: Company, reply_id: int, *, by: str, because: str | None = None
) -> str | Refusal:
    """Somebody has dealt with it: what waited for that goes on in its turn."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        try:
            found = replies.get(conn, company.id, reply_id)
        except LookupError:
            return Refusal(
                f"{company.name} has no reply {reply_id}.", "See them with: qb-collections reply list"
            )
        if not replies.done(conn, company.id, reply_id, by=by, because=because, at=now):
            return Refusal(f"Reply {reply_id} was dealt with already, by {found.done_by}.")
        task = tasks.by_key(conn, company.id, _key(reply_id))
        waits: tuple[int, ...] = ()
        if task is not None:
            waits = tuple(task.payload.get("hold_ids", ()))
            tasks.close(conn, company.id, task.id, state="done", outcome="done", by=by, at=now)
        reason = because or "dealt with"
        said = follow_ups.lifted(conn, company, waits, by=by, because=reason, now=now)
        audit.append(conn, company.id, by, "reply dealt with", f"reply {reply_id}", {"because": because}, now)
    return said


def list_open(context: Context, company: Company) -> list[Reply]:
    """Replies that nobody has dealt with, oldest first."""
    with reading(context.engine) as conn:
        return replies.list(conn, company.id)


def _refusal(kind: str, said: str, invoice: str | None, on: date | None) -> Refusal | None:
    if kind not in KINDS:
        near = finding.nearest(kind, list(KINDS))
        return Refusal(f'"{kind[:40]}" is not a kind of reply. It can be: {", ".join(KINDS)}.{near}')
    if not said:
        return Refusal("Say what they said, in their words or yours: it is what we show when someone asks.")
    if len(said) > SAID_MAX:
        return Refusal(f"What they said has {len(said)} characters; up to {SAID_MAX:,} fit.")
    if kind == "promise" and on is None:
        return Refusal("A promise needs the day on which the payment is promised.", "With --on.")
    if kind == "dispute" and invoice is None:
        return Refusal("A dispute is about one invoice: say which number.", "With --invoice.")
    if kind != "promise" and on is not None:
        return Refusal("Only a promise has a day: leave it out, or record it as a promise.")
    return None


def _firm(kind: str, said: str) -> Firm | None:
    """What the words may mean beyond the kind that was chosen."""
    firm = meaning(said)
    return None if firm is None or _MATCHING.get(firm) == kind else firm


Who = tuple[Customer, str | None, Case]


def _who(
    conn: Connection, company: Company, customer: str, invoice: str | None, today: date
) -> Who | Refusal:
    """Who was named, the invoice's id, and the case that both belong to."""
    who = finding.customer(conn, company, customer)
    if isinstance(who, Refusal):
        return who
    key = cases.key_of(conn, company.id, who.id)
    loaded = cases.load(conn, company.id, [key], today) if key is not None else []
    if not loaded:
        return Refusal(f"{short(who.name, 60)} is not known any more.", "Read the books: qb-collections sync")
    if invoice is None:
        return who, None, loaded[0]
    found = finding.invoice(conn, company, invoice)
    if isinstance(found, Refusal):
        return found
    if found.customer_id not in loaded[0].members:
        return Refusal(f"Invoice {found.label} is not one of {short(who.name, 60)}. Check the number.")
    return who, found.id, loaded[0]


def _mark(
    conn: Connection,
    company: Company,
    who: Customer,
    invoice_id: str | None,
    kind: str,
    firm: Firm | None,
    said: str,
    on: date | None,
    amount: Money | None,
    by: str,
    now: datetime,
) -> tuple[list[int], list[int]]:
    """What the reply sets: all of it, and those marks that dealing with it lifts."""
    today = company.today(now)
    reason = short(said, placing.REASON_MAX)
    marks, waits = [], []
    if kind in ("dispute", "promise"):
        hold_kind = HoldKind.DISPUTE if kind == "dispute" else HoldKind.PROMISE
        wanted = Wanted(hold_kind, who.id, invoice_id, reason, on, amount)
        hold = placing.put(
            conn, company, placing.filled(conn, company, wanted, by, today), by=by, at=now, source="a reply"
        )
        wanting.after_hold(conn, company, who.id, hold, by=by, at=now)
        marks.append(hold.id)
    if firm is not None or kind in _WAITS:
        wanted = Wanted(HoldKind.OPEN_REPLY, who.id, None, reason)
        waits.append(placing.put(conn, company, wanted, by=by, at=now, source="a reply").id)
    return [*marks, *waits], waits


def _stop(conn: Connection, company: Company, case: Case, by: str, now: datetime) -> tuple[str, ...]:
    """No e-mail goes to any address of theirs by itself any more; what they owe stays.

    Nor to one to which e-mail came back: a person may say that it works again.
    """
    asked = tuple(one for one in addresses.known(case, case.invoices) if one.casefold() not in case.stopped)
    for address in asked:
        mail_accounts.stop(conn, company.id, address, how="person", by=by, because="they asked", at=now)
    return asked


def _task(
    conn: Connection,
    company: Company,
    case: Case,
    kind: str,
    firm: Firm | None,
    said: str,
    reply_id: int,
    waits: Sequence[int],
    following: Following,
    now: datetime,
) -> None:
    """A person sees to it within a business day; a promise and a dispute have days of their own."""
    if not waits and kind in ("dispute", "promise"):
        replies.done(conn, company.id, reply_id, by="system", because="it is marked", at=now)
        return
    follow_ups.open_task(
        conn,
        company,
        key=_key(reply_id),
        about="firm" if firm is not None and kind != "stop" else kind,
        customer_id=case.customer.id,
        currency=case.currency,
        said=said,
        hold_ids=waits,
        due_on=following.follow_up_on,
        at=now,
        reply_id=reply_id,
    )


def _told(
    kind: str, name: str, stopped: Sequence[str], firm: Firm | None, following: Following, on: date | None
) -> str:
    """What follows, for the person who recorded it."""
    by = following.day(following.follow_up_on)
    if firm is not None:
        return f"Recorded. Nothing goes to {name} until somebody has looked; a task asks for it by {by}."
    if kind == "promise":
        assert on is not None
        grace = count_text(following.policy.promises.grace_business_days, "business day")
        return (
            f"Recorded. We wait for {following.day(on)} and {grace} more, and confirm it to them in a line."
        )
    if kind == "dispute":
        return "Recorded. That invoice is left alone until it is answered; the others keep their dates."
    if kind == "stop":
        where = list_text(stopped) if stopped else "them"
        return (
            f"Recorded. Nothing goes to {where} by itself any more; what they owe stays, and their messages "
            "wait for you to send, or to call."
        )
    return f"Recorded. Nothing goes to {name} until somebody has dealt with it; a task asks for it by {by}."


def _key(reply_id: int) -> str:
    return f"reply:{reply_id}"
