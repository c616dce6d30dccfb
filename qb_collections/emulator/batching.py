"""Batches: up to thirty operations in one request, each on its own feet."""

from typing import TYPE_CHECKING, Any

from qb_collections.emulator import cdc, errors, reports, selecting
from qb_collections.emulator.entities import registry
from qb_collections.emulator.errors import Fault
from qb_collections.emulator.wire import Body

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

MOST_ITEMS = 30
_KEYS = frozenset({"bId", "operation", "optionsData"})


def run(engine: "Engine", realm: str, body: Body, *, raw: bool) -> Body:
    """Return {"BatchItemResponse": [...]}, one answer per item; a Fault when the batch itself is wrong."""
    items = body.get("BatchItemRequest")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise errors.missing("BatchItemRequest")
    if len(items) > MOST_ITEMS:
        raise errors.business(
            f"The number of items in the batch, {len(items)}, exceeds the maximum of {MOST_ITEMS}."
        )
    return {"BatchItemResponse": [_one(engine, realm, item, raw=raw) for item in items]}


def _one(engine: "Engine", realm: str, item: Body, *, raw: bool) -> Body:
    named = {"bId": item["bId"]} if "bId" in item else {}
    try:
        return _do(engine, realm, item, raw=raw) | named
    except Fault as fault:
        return {"Fault": fault.body()} | named


def _do(engine: "Engine", realm: str, item: Body, *, raw: bool) -> Body:
    if "Query" in item:
        with engine.reading(realm) as work:
            return {"QueryResponse": selecting.answer(work, str(item["Query"]), raw=raw)}
    if "CDCQuery" in item:
        asked = _object(item, "CDCQuery")
        names = asked.get("Entities", "")
        with engine.reading(realm) as work:
            return cdc.changes(
                work,
                names if isinstance(names, list) else str(names).split(","),
                str(asked.get("ChangedSince", "")),
                raw=raw,
            )
    if "ReportQuery" in item:
        with engine.reading(realm) as work:
            asked = _object(item, "ReportQuery")
            return {"Report": reports.render(work, str(asked.get("Name", "")), {})}
    names = [name for name in item if name not in _KEYS]
    if len(names) != 1 or not isinstance(item[names[0]], dict):
        raise errors.missing("an entity")
    return _write(engine, realm, item, names[0])


def _object(item: Body, name: str) -> Body:
    if not isinstance(item[name], dict):
        raise errors.unreadable(f"{name} should be an object, and it")
    found: Body = item[name]
    return found


def _write(engine: "Engine", realm: str, item: Body, name: str) -> Body:
    body: Any = item[name]
    options = str(item.get("optionsData") or "")
    spec = registry.spec(name)
    # node-quickbooks' own tests create twenty-five records without naming an operation.
    match str(item.get("operation") or "create").lower():
        case "create" | "update" if options.lower() != "void":
            found = engine.save(realm, spec.name, body, params={"include": options})
        case "delete":
            found = engine.delete(realm, spec.name, body)
        case "update" | "void":
            found = engine.void(realm, spec.name, body)
        case other:
            raise errors.invalid_enum("operation", other)
    return {spec.shown_name: found}
