"""One request's work on one company: what it read, what it writes, whom it touched.

Everything an entity needs from the books goes through here, so that each request reads a document once,
writes it once per change, and brings exactly the touched customers' balances up to date at the end.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Literal

from qb_collections.emulator import errors, ledger
from qb_collections.emulator.switches import Switches
from qb_collections.emulator.wire import Body, decode, encode, micros, stamp, units, zone

if TYPE_CHECKING:
    from decimal import Decimal

    from qb_collections.emulator.entities.base import Entity

Operation = Literal["Create", "Update", "Delete", "Void", "Merge", "Emailed"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a committed request did to one entity; webhooks are made of these."""

    realm_id: str
    entity: str
    id: str
    operation: Operation
    at: datetime
    deleted_id: str | None = None  # of a merge: the entry that is gone


@dataclass(slots=True)
class Row:
    """One stored entity as it stands now.  The body is shared: copy it before changing it."""

    key: int
    entity: str
    id: str
    sync_token: int
    created_at: int
    updated_at: int
    active: bool
    deleted: bool
    body: Body


@dataclass(frozen=True, slots=True)
class Columns:
    """What of a body queries filter and sort on."""

    name: str | None = None
    doc_number: str | None = None
    customer: str | None = None
    parent: str | None = None
    txn_on: str | None = None
    due_on: str | None = None
    total: "Decimal | None" = None
    balance: "Decimal | None" = None


@dataclass(slots=True)
class Work:
    """The state of one request."""

    conn: sqlite3.Connection
    realm: str
    at: datetime
    switches: Switches
    roles: dict[tuple[str, str], str]  # (realm, role) -> account id; shared by the engine's requests
    kept: dict[str, tuple[int, list["ledger.Entry"]]] = field(
        default_factory=dict
    )  # cash ledgers; shared too
    changes: list[Change] = field(default_factory=list)
    touched_customers: set[str] = field(default_factory=set)
    touched_vendors: set[str] = field(default_factory=set)
    scratch: Body = field(default_factory=dict)  # what an entity's steps hand to each other
    gather: "ledger.Gathered | None" = None  # a load writes balances at its end
    counters: dict[str, str] | None = None  # and counters too: name -> value
    _rows: dict[tuple[str, str], Row | None] = field(default_factory=dict)
    _announced: set[tuple[str, str, str]] = field(default_factory=set)
    _places: "ledger.Places | None" = None
    _lapsed: bool | None = None
    _home: str | None = None  # read once: it is asked for with every amount

    # Reading

    def row(self, entity: str, id_: str) -> Row | None:
        """Return the stored entity, deleted ones too, or None."""
        key = (entity, id_)
        if key not in self._rows:
            self._rows[key] = self._load(entity, id_)
        return self._rows[key]

    def _load(self, entity: str, id_: str) -> Row | None:
        if not (id_.isascii() and id_.isdecimal() and int(id_) < 2**63):
            return None
        found = self.conn.execute(
            "SELECT key, sync_token, created_at, updated_at, active, deleted, body FROM object"
            " WHERE realm = ? AND entity = ? AND id = ?",
            (self.realm, entity, int(id_)),
        ).fetchone()
        if found is None:
            return None
        key, token, created_at, updated_at, active, deleted, body = found
        return Row(key, entity, id_, token, created_at, updated_at, bool(active), bool(deleted), decode(body))

    def forget(self, entities: frozenset[str] | None = None) -> None:
        """Read everything (of these kinds) again, after rows were changed by a statement of their own."""
        self._home = None
        if entities is None:
            self._rows.clear()
        else:
            self._rows = {key: row for key, row in self._rows.items() if key[0] not in entities}

    def expect_none(self, entity: str, id_: str) -> None:
        """Say that no record has this id: it has just been given out."""
        self._rows[entity, id_] = None

    def places(self) -> "ledger.Places":
        """Return the receivables and payables accounts; forget_places after one was added."""
        if self._places is None:
            self._places = ledger.places(self.conn, self.realm)
        return self._places

    def forget_places(self) -> None:
        self._places = None

    def may_write(self) -> bool:
        """Whether the company's subscription is running; raises LookupError where there is no company."""
        if self._lapsed is None:
            found = self.conn.execute("SELECT lapsed FROM company WHERE realm = ?", (self.realm,)).fetchone()
            if found is None:
                raise LookupError(f"there is no company {self.realm}")
            self._lapsed = bool(found[0])
        return not self._lapsed

    def body(self, entity: str, id_: str) -> Body | None:
        """Return the body of an entity that exists and is not deleted."""
        row = self.row(entity, id_)
        return None if row is None or row.deleted else row.body

    def referred(self, entity: str, ref: Body, name: str, *, inactive: bool = False) -> Body:
        """Return what a reference points to; raises Fault 2500 when it is missing or inactive."""
        row = self.row(entity, str(ref["value"]))
        if row is None or row.deleted or not (row.active or inactive):
            raise errors.invalid_reference(name)
        return row.body

    @property
    def preferences(self) -> Body:
        return self.body("Preferences", "1") or {}

    def preference(self, group: str, name: str) -> Any:
        """Return one preference, or None when the company does not have it."""
        return self.preferences.get(group, {}).get(name)

    @property
    def country(self) -> str:
        return str((self.body("CompanyInfo", "1") or {}).get("Country", "US"))

    @property
    def home_currency(self) -> str:
        if self._home is None:
            ref = self.preference("CurrencyPrefs", "HomeCurrency") or {}
            self._home = str(ref.get("value", "USD"))
        return self._home

    def today(self) -> date:
        """The day an omitted TxnDate gets: the server's, which is Pacific."""
        return self.at.astimezone(zone(self.switches.zone)).date()

    def guard_period(self, *days: str | None) -> None:
        """Raise Fault 6210 when one of the days lies in closed books."""
        closed_on = self.preference("AccountingInfoPrefs", "BookCloseDate")
        if closed_on and any(day is not None and day <= closed_on for day in days):
            raise errors.books_closed()

    # Counting

    def counter(self, name: str) -> str | None:
        if self.counters is not None and name in self.counters:
            return self.counters[name]
        found = self.conn.execute(
            "SELECT value FROM counter WHERE realm = ? AND name = ?", (self.realm, name)
        ).fetchone()
        return None if found is None else str(found[0])

    def set_counter(self, name: str, value: str) -> None:
        if self.counters is not None:
            self.counters[name] = value
            return
        self.conn.execute(
            "INSERT INTO counter (realm, name, value) VALUES (?, ?, ?)"
            " ON CONFLICT (realm, name) DO UPDATE SET value = excluded.value",
            (self.realm, name, value),
        )

    def next_id(self, sequence: str, first: int) -> str:
        if self.counters is not None:
            last = self.counter(f"id:{sequence}")
            self.counters[f"id:{sequence}"] = str(first if last is None else int(last) + 1)
            return self.counters[f"id:{sequence}"]
        (value,) = self.conn.execute(
            "INSERT INTO counter (realm, name, value) VALUES (?, ?, ?)"
            " ON CONFLICT (realm, name) DO UPDATE SET value = CAST(value AS INTEGER) + 1 RETURNING value",
            (self.realm, f"id:{sequence}", str(first)),
        ).fetchone()
        return str(value)

    # Writing

    def put(
        self, spec: "Entity", body: Body, operation: Operation, *, bump: bool = True, announce: bool = True
    ) -> Row:
        """Store a new version.  Without bump the SyncToken stays, as for balances that move by themselves."""
        self._home = None if spec.name == "Preferences" else self._home
        id_ = str(body["Id"])
        old = self.row(spec.name, id_)
        now = micros(self.at.replace(microsecond=0))
        created_at = now if old is None else old.created_at
        token = 0 if old is None else old.sync_token + bump
        body["SyncToken"] = str(token)
        meta = body.get("MetaData") or {}
        body["MetaData"] = {
            "CreateTime": meta.get("CreateTime") or stamp(self.at, self.switches.zone),
            "LastUpdatedTime": stamp(self.at, self.switches.zone),
        }
        row = Row(
            old.key if old else 0,
            spec.name,
            id_,
            token,
            created_at,
            now,
            body.get("Active") is not False,
            False,
            body,
        )
        self._write(row, spec.columns(body), operation)
        if announce:
            self.announce(spec.name, id_, operation)
        return row

    def bury(self, spec: "Entity", row: Row) -> None:
        """Delete a transaction: its number and text go, a stub stays for change data capture."""
        now = micros(self.at.replace(microsecond=0))
        stub = {
            "domain": "QBO",
            "status": "Deleted",
            "Id": row.id,
            "MetaData": {"LastUpdatedTime": stamp(self.at, self.switches.zone)},
        }
        gone = Row(row.key, spec.name, row.id, row.sync_token, row.created_at, now, row.active, True, stub)
        self._write(gone, Columns(), "Delete")
        self.announce(spec.name, row.id, "Delete")

    def _write(self, row: Row, columns: Columns, operation: Operation) -> None:
        text = encode(row.body).decode()
        seq = self.conn.execute(
            "INSERT INTO version (realm, entity, id, at, operation, body) VALUES (?, ?, ?, ?, ?, ?)",
            (self.realm, row.entity, int(row.id), micros(self.at), operation, text),
        ).lastrowid
        values = (
            row.sync_token,
            row.updated_at,
            seq,
            row.active,
            row.deleted,
            columns.name,
            columns.doc_number,
            columns.customer,
            columns.parent,
            columns.txn_on,
            columns.due_on,
            None if columns.total is None else units(columns.total),
            None if columns.balance is None else units(columns.balance),
            text,
        )
        if row.key:
            self.conn.execute(
                "UPDATE object SET sync_token = ?, updated_at = ?, seq = ?, active = ?, deleted = ?,"
                " name = ?, doc_number = ?, customer = ?, parent = ?, txn_on = ?, due_on = ?, total = ?,"
                " balance = ?, body = ? WHERE key = ?",
                (*values, row.key),
            )
        else:
            row.key = (
                self.conn.execute(
                    "INSERT INTO object (sync_token, updated_at, seq, active, deleted, name, doc_number,"
                    " customer, parent, txn_on, due_on, total, balance, body, realm, entity, id, created_at)"
                    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (*values, self.realm, row.entity, int(row.id), row.created_at),
                ).lastrowid
                or 0
            )
        self._rows[row.entity, row.id] = row

    def announce(self, entity: str, id_: str, operation: Operation, *, deleted_id: str | None = None) -> None:
        """Note a change for the listeners; one per entity and operation and request."""
        if (entity, id_, operation) not in self._announced:
            self._announced.add((entity, id_, operation))
            self.changes.append(Change(self.realm, entity, id_, operation, self.at, deleted_id))

    def post(
        self,
        entity: str,
        id_: str,
        txn_on: str,
        postings: Sequence["ledger.Posting"],
        *,
        fresh: bool = False,
        costs: bool = False,
    ) -> None:
        """Replace a transaction's postings (fresh: it has none); AssertionError when they do not balance.

        With costs it is the postings of what its goods cost that are replaced, not its own.
        """
        customers, vendors = ledger.post(
            self.conn,
            ledger.Transaction(self.realm, entity, id_, txn_on, fresh, costs),
            postings,
            places=self.places(),
            home=self.home_currency,
            gather=self.gather,
        )
        self.touched_customers |= customers
        self.touched_vendors |= vendors
