"""Queries that lag behind writes: what was stored a moment ago is not found yet.

Applied to the rows that a query found: a record younger than the lag is left out, one changed within it
shows its version before.  A record that a change has just taken out of the result stays out, and counts
are those of now, since the query itself ran on the present state.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from qb_collections.emulator.engine import Engine
from qb_collections.emulator.wire import decode, encode


def as_of(engine: Engine, realm_id: str, body: bytes, behind: datetime) -> bytes:
    """Return a query's, batch's or capture's answer with its rows as they stood at an earlier instant."""
    answer = decode(body)
    for item in (answer, *answer.get("BatchItemResponse", ())):
        if item.get("QueryResponse"):
            item["QueryResponse"] = _response_as_of(engine, realm_id, item["QueryResponse"], behind)
    for captured in answer.get("CDCResponse", ()):
        slots = captured["QueryResponse"]
        captured["QueryResponse"] = [_response_as_of(engine, realm_id, slot, behind) for slot in slots]
    return encode(answer)


def _response_as_of(
    engine: Engine, realm_id: str, response: dict[str, Any], behind: datetime
) -> dict[str, Any]:
    """Return one QueryResponse; {} when nothing is left, as for any empty page."""
    entity = next((name for name, value in response.items() if isinstance(value, list)), None)
    if entity is None:
        return response
    rows = [_row_as_of(engine, realm_id, entity, row, behind) for row in response[entity]]
    seen = [row for row in rows if row is not None]
    return {**response, entity: seen, "maxResults": len(seen)} if seen else {}


def _row_as_of(
    engine: Engine, realm_id: str, entity: str, row: dict[str, Any], behind: datetime
) -> dict[str, Any] | None:
    if "Id" not in row:
        return row
    versions = engine.versions(realm_id, entity, row["Id"])
    if not versions or datetime.fromisoformat(versions[-1]["at"]) <= behind:
        return row
    older = [version["body"] for version in versions if datetime.fromisoformat(version["at"]) <= behind]
    if not older:
        return None
    whole = "MetaData" in row  # a projection shows only the properties it asked for
    return dict(older[-1]) if whole else {name: older[-1][name] for name in row if name in older[-1]}
