"""Change data capture: what changed since an instant, deletions as stubs."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec

from qb_collections.emulator import errors
from qb_collections.emulator.entities import registry
from qb_collections.emulator.wire import Body, decode, micros, parse_instant
from qb_collections.emulator.work import Work

LOOK_BACK_DAYS = 30
MOST_OBJECTS = 1000  # in one answer, over all entities; there are no pages


def changes(work: Work, entities: Sequence[str], since: str, *, raw: bool, room: int = MOST_OBJECTS) -> Body:
    """Return the CDCResponse: one slot per entity, in the order asked; without changes it is empty.

    Inside a slot the oldest change is first and deletions are last.  `room` is how many objects the answer
    may still hold, as in a batch.
    """
    try:
        at = parse_instant(since, work.switches.zone)
    except ValueError as error:
        raise errors.bad_query(f"Invalid value '{since}' for changedSince") from error
    if at < work.at - timedelta(days=LOOK_BACK_DAYS):
        raise errors.bad_query(f"changedSince cannot be more than {LOOK_BACK_DAYS} days ago")
    if not [name for name in entities if name.strip()]:
        raise errors.missing("entities")
    slots: list[Body] = []
    for name in entities:
        if not registry.known(name.strip()) or not registry.spec(name.strip()).in_cdc:
            raise errors.bad_query(f"Entity {name.strip()} is not supported by change data capture")
        slot = _slot(work, name.strip(), micros(at) // 1_000_000 * 1_000_000, room, raw=raw)
        room -= slot.get("maxResults", 0)
        slots.append(slot)
    return {"CDCResponse": [{"QueryResponse": slots}]}


def _slot(work: Work, name: str, since: int, room: int, *, raw: bool) -> Body:
    spec = registry.spec(name)
    found = work.conn.execute(
        "SELECT body FROM (SELECT body, deleted, updated_at, seq FROM object"
        # An entry that lost a merge is not told of: it was never deleted, and it is no longer there.
        " WHERE realm = ? AND entity = ? AND updated_at >= ?"
        " AND (deleted = 0 OR instr(body, '\"Deleted\"')) ORDER BY updated_at, seq LIMIT ?)"
        " ORDER BY deleted, updated_at, seq",
        (work.realm, spec.name, since, room),
    ).fetchall()
    if not found:
        return {}
    rows: list[Any] = [msgspec.Raw(text) if raw and not spec.is_live else decode(text) for (text,) in found]
    if spec.is_live:
        rows = [row if row.get("status") == "Deleted" else spec.show(work, row) for row in rows]
    return {spec.shown_name: rows, "startPosition": 1, "maxResults": len(rows), "totalCount": len(rows)}
