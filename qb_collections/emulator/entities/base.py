"""What every entity answers for; a new entity is a subclass in its own file and one line in the registry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from qb_collections.emulator.fields import COMMON, Fields
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Columns, Work

if TYPE_CHECKING:
    from qb_collections.emulator.stock import Move


@dataclass(frozen=True, slots=True)
class Filter:
    """A property that queries may use: the SQL that gives its value, and how a literal is read."""

    sql: str
    kind: Literal["text", "money", "number", "day", "instant", "flag", "id"]


Filters = Mapping[str, Filter]


def column(name: str, kind: Literal["text", "money", "day", "id"]) -> Filter:
    return Filter(name, kind)


def inside(path: str, kind: Literal["text", "number", "day", "flag"] = "text") -> Filter:
    """A property that stands only in the body."""
    sql = f"json_extract(body, '$.{path}')"
    return Filter(f"{sql} COLLATE NOCASE" if kind == "text" else sql, kind)


COMMON_FILTERS: dict[str, Filter] = {
    "Id": Filter("id", "id"),
    "SyncToken": Filter("sync_token", "number"),
    "MetaData.CreateTime": Filter("created_at", "instant"),
    "MetaData.LastUpdatedTime": Filter("updated_at", "instant"),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One application that a transaction makes to another: how much of it, with its sign as sent."""

    line: int
    entity: str
    id: str
    to_line: str
    amount_units: int


@dataclass(frozen=True, slots=True)
class Asked:
    """How a record is being saved: the properties that the request names, and its `include` options."""

    names: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()


class Entity:
    """One kind of record.  The methods see a request's work and never the wire."""

    name: ClassVar[str]
    fields: ClassVar[Fields] = COMMON
    filters: ClassVar[Filters] = COMMON_FILTERS
    sequence: ClassVar[str]  # entities of one sequence share their ids' counter
    first_id: ClassVar[int] = 1
    is_transaction: ClassVar[bool] = False
    applies: ClassVar[bool] = False  # it is applied to others: links() may return some
    can_delete: ClassVar[bool] = False
    can_void: ClassVar[bool] = False
    can_send: ClassVar[bool] = False
    can_create: ClassVar[bool] = True
    in_cdc: ClassVar[bool] = True
    is_live: ClassVar[bool] = False  # shown with values that are computed when it is read
    json_name: ClassVar[str] = ""  # its name in JSON, where that is not the entity's

    @property
    def path(self) -> str:
        return self.name.lower()

    @property
    def shown_name(self) -> str:
        return self.json_name or self.name

    def lookup(self, work: Work, id_: str) -> Body | None:
        """Return what is read under an id that no stored record of this kind has."""
        return None

    def unwrap(self, work: Work, body: Body) -> Body:
        """Return what a request's body says about one record, where the wire's form is another."""
        return body

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        """Check the new state and fill in what QuickBooks computes; `new` holds the merged properties."""
        return new

    def columns(self, body: Body) -> Columns:
        return Columns()

    def postings(self, work: Work, body: Body) -> list[Posting]:
        return []

    def moves(self, work: Work, body: Body, posted: Sequence[Posting]) -> "list[Move]":
        """Return the goods that a transaction moves; posted are its postings in home currency."""
        return []

    def links(self, work: Work, body: Body) -> list[Link]:
        return []

    def saved(self, work: Work, body: Body, old: Body | None) -> None:
        """Bring other records up to date after this one is stored."""

    def guard_change(self, work: Work, old: Body, new: Body | None) -> None:
        """Raise when the stored record may not be changed; new is None when it is to be deleted or voided."""

    def voided(self, work: Work, body: Body) -> Body:
        """Return the voided form of a transaction."""
        return body

    def guard_delete(self, work: Work, body: Body) -> None:
        """Raise when the stored record may not be deleted."""

    def removed(self, work: Work, body: Body) -> None:
        """Bring other records up to date after this one was deleted."""

    def voiding(self, work: Work, body: Body) -> None:
        """Prepare other records for this one's void."""

    def sent(self, work: Work, body: Body, send_to: str | None) -> Body:
        """Return the form as it stands after it was e-mailed, where `can_send`."""
        return body

    def show(self, work: Work, body: Body) -> Body:
        """Return the body as it is read, where `is_live`."""
        return body


def merge_note(note: str | None) -> str:
    """Return the private note of a voided transaction: QuickBooks puts "Voided" before what stood there."""
    return f"Voided - {note}" if note else "Voided"
