"""What QuickBooks pushes: which companies a body is about.  Both forms, cut apart by company.

The present form is a JSON array of CloudEvents with `intuitaccountid`; the older one is an
envelope with `eventNotifications`, each with `realmId` (developer.intuit.com, "Webhooks", 2025).
One body may be about several companies.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_KINDS = {"customer": "Customer", "invoice": "Invoice", "payment": "Payment", "creditmemo": "CreditMemo"}
# The two forms word them differently.
_OPERATIONS = {"created": "create", "updated": "update", "merged": "merge"}
EVENTS_MAX = 10_000  # events in one body; Intuit sends batches of at most some hundreds


class Unreadable(ValueError):
    """The body is in neither form.  Its text is a short reason without anything from the body."""


def parts_of(body: bytes) -> dict[str, bytes]:
    """Each company's part of a body, by realm id, in the form that it came in.  Raises Unreadable."""
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("it is not JSON") from None
    if isinstance(told, list):
        return {realm: _text(events) for realm, events in _by_realm(told, "intuitaccountid").items()}
    if isinstance(told, dict) and isinstance(told.get("eventNotifications"), list):
        found = _by_realm(told["eventNotifications"], "realmId")
        return {realm: _text({"eventNotifications": events}) for realm, events in found.items()}
    raise Unreadable("it is neither CloudEvents nor an envelope of notifications")


@dataclass(frozen=True, slots=True)
class Event:
    """One change as it was pushed.  There is no version in it: only whose, what and when."""

    kind: str  # Invoice, Customer, ...
    id: str
    operation: str  # create, update, emailed, delete, merge, void, ...
    at: datetime
    gone: str | None = None  # of a merge: the entry that became this one; nothing else tells of it


def events_of(part: bytes) -> list[Event] | None:
    """The events of one company's part, in either form.  None: one of them does not say what it is about."""
    told = json.loads(part)
    try:
        if isinstance(told, list):
            return [
                _event(
                    *_typed(one["type"]),
                    one["intuitentityid"],
                    one["time"],
                    (one.get("data") or {}).get("deletedid"),
                )
                for one in told
            ]
        return [
            _event(one["name"], one["operation"], one["id"], one["lastUpdated"], one.get("deletedId"))
            for notice in told["eventNotifications"]
            for one in notice["dataChangeEvent"]["entities"]
        ]
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return None


def _typed(name: str) -> tuple[str, str]:
    """(invoice, updated) of "qbo.invoice.updated.v1"."""
    _, kind, operation, _ = name.split(".")
    return kind, operation


def _event(kind: str, operation: str, id: str, at: str, gone: object = None) -> Event:
    when = datetime.fromisoformat(at)
    if when.tzinfo is None or not isinstance(id, str) or not isinstance(gone, str | None):
        raise ValueError("an event without its id, or with a time that means nothing")
    if not (kind + id + (gone or "")).isascii():
        raise ValueError("QuickBooks names and numbers its entries in ASCII")
    done = operation.lower()
    return Event(_KINDS.get(kind.lower(), kind), id, _OPERATIONS.get(done, done), when.astimezone(UTC), gone)


def _by_realm(events: list[Any], name: str) -> dict[str, list[Any]]:
    if len(events) > EVENTS_MAX:
        raise Unreadable("it has too many events")
    found: dict[str, list[Any]] = {}
    for event in events:
        realm = event.get(name) if isinstance(event, dict) else None
        if not isinstance(realm, str) or not realm.isascii() or not realm.isdigit() or len(realm) > 30:
            raise Unreadable("an event does not say which company it is about")
        found.setdefault(realm, []).append(event)
    return found


def _text(value: Any) -> bytes:
    # Half a surrogate pair is JSON and no text: json.loads reads it back as it was.
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
