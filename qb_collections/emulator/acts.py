"""What people do in QuickBooks while the service looks on: customers pay, bookkeepers void and close.

An act is a plain object: {"act": "pay", "invoice": "10588"}.  Acts can wait for their time; `run_due` carries
out those whose time has come, each exactly once and as of its own instant.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from qb_collections.emulator import act_documents as documents
from qb_collections.emulator import act_lists as lists
from qb_collections.emulator import act_money as money
from qb_collections.emulator import act_queue
from qb_collections.emulator.act_books import Books
from qb_collections.emulator.errors import Fault
from qb_collections.emulator.wire import Body

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

Act = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of act: what carries it out, and the names it needs and may have."""

    do: Callable[[Books, Act], Body]
    needs: frozenset[str]
    may: frozenset[str]


def _kind(do: Callable[[Books, Act], Body], needs: str, may: str = "") -> Kind:
    return Kind(do, frozenset(needs.split()), frozenset(may.split()))


_PAID = "on method reference deposit_to"
KINDS: dict[str, Kind] = {
    "pay": _kind(money.pay, "", f"customer invoice invoices amount when {_PAID}"),
    "part_pay": _kind(money.part_pay, "invoice amount", _PAID),
    "pay_on_account": _kind(money.pay_on_account, "customer amount", _PAID),
    "return_payment": _kind(money.return_payment, "payment", "how from on"),
    "deposit": _kind(money.deposit, "payments", "on to"),
    "apply": _kind(money.apply, "invoice", "credit_memo payment on"),
    "apply_elsewhere": _kind(money.apply_elsewhere, "payment invoice"),
    "unapply": _kind(money.unapply, "payment"),
    "create_invoice": _kind(
        documents.create_invoice, "customer", "amount lines item text due number on key send fields"
    ),
    "void": _kind(documents.void, "invoice"),
    "edit": _kind(documents.edit, "entity id fields"),
    "redate": _kind(documents.redate, "invoice due"),
    "add_note": _kind(documents.add_note, "invoice text"),
    "late_fee": _kind(documents.late_fee, "invoice amount"),
    "auto_reminder": _kind(documents.auto_reminder, "invoice"),
    "deactivate": _kind(documents.deactivate, "entity id"),
    "journal_receivable": _kind(
        documents.journal_receivable, "customer amount", "credit receivable against on"
    ),
    "merge": _kind(lists.merge, "entity from into"),
    "revalue": _kind(lists.revalue, "currency rate", "on"),
    "statement": _kind(lists.statement, "customer", "kind start end on"),
    "recurring_run": _kind(lists.recurring_run, "template", "on"),
    "delete": _kind(lists.delete, "entity id"),
    "return_by_journal": _kind(lists.return_by_journal, "payment", "amount from on"),
    "close_books": _kind(documents.close_books, "through"),
    "set_preferences": _kind(documents.set_preferences, "preferences"),
}


def perform(engine: Engine, realm_id: str, act: Act) -> Body:
    """Carry out an act now and return the entity it wrote; {"act": "schedule", "at", "act"...} stores one.

    Raises ValueError with a sentence when the act is unknown, incomplete or makes no sense; Fault when
    QuickBooks would refuse a person the same.
    """
    if act.get("act") == "schedule":
        return _schedule_given(engine, realm_id, act)
    with engine.store.transaction():
        return _perform(engine, realm_id, act, engine.clock.now())


def schedule(engine: Engine, realm_id: str, at: datetime, act: Act) -> int:
    """Store an act for an instant and return its id.  Raises ValueError for an act that is misspelt."""
    _checked(act)
    return act_queue.add(engine.store, realm_id, at, act)


def run_due(engine: Engine, realm_id: str) -> int:
    """Carry out every waiting act whose time has come, in order, and return how many.

    Each happens in one transaction with its mark, as of its own instant.  One that no longer makes sense
    (the invoice was paid or voided meanwhile) is marked skipped with the reason.  With nothing due this is
    one index look-up.
    """
    count = 0
    now = engine.clock.now()
    while (due := act_queue.first_due(engine.store, realm_id, now)) is not None:
        with engine.store.transaction():
            try:
                with engine.store.transaction():
                    _perform(engine, realm_id, due.act, due.at)
            except (ValueError, Fault) as refusal:
                act_queue.close(engine.store, due.id, skipped_because=_sentence(refusal))
            else:
                act_queue.close(engine.store, due.id)
        count += 1
    return count


def _perform(engine: Engine, realm_id: str, act: Act, at: datetime) -> Body:
    return _checked(act).do(Books(engine, realm_id, at), act)


def _checked(act: Act) -> Kind:
    name = act.get("act")
    kind = KINDS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise ValueError(f"There is no act {name!r}; there are: {', '.join(sorted([*KINDS, 'schedule']))}.")
    given = set(act) - {"act"}
    missing = sorted(kind.needs - given)
    if missing:
        raise ValueError(f"The act {name} needs {' and '.join(missing)}.")
    unknown = sorted(given - kind.needs - kind.may)
    if unknown:
        known = ", ".join(sorted(kind.needs | kind.may))
        raise ValueError(f"The act {name} does not know {', '.join(unknown)}; it takes {known}.")
    return kind


def _schedule_given(engine: Engine, realm_id: str, act: Act) -> Body:
    given = act.get("then")
    if set(act) != {"act", "at", "then"} or not isinstance(given, Mapping):
        raise ValueError("The act schedule needs at (an instant) and then (the act), and nothing else.")
    try:
        at = datetime.fromisoformat(str(act["at"]))
    except ValueError:
        raise ValueError(f"at must be an instant such as 2026-11-20T15:00:00Z, got {act['at']!r}.") from None
    return {"scheduled": schedule(engine, realm_id, at, given), "at": at.isoformat()}


def _sentence(refusal: ValueError | Fault) -> str:
    return f"{refusal.message}: {refusal.detail}" if isinstance(refusal, Fault) else str(refusal)
