"""Batches: up to thirty operations in one request, each on its own feet."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from qb_collections.emulator import cdc, errors, reports, selecting
from qb_collections.emulator.entities import registry
from qb_collections.emulator.errors import Fault
from qb_collections.emulator.wire import Body

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

MOST_ITEMS = 30
MOST_OBJECTS = 1000  # in one answer, over all its queries and captures (Intuit's page on batches)
_KEYS = frozenset({"bId", "operation", "optionsData"})
_READING = ("Query", "CDCQuery", "ReportQuery")


def run(engine: "Engine", realm: str, body: Body, *, raw: bool) -> Body:
    """Return {"BatchItemResponse": [...]}, one answer per item; a Fault when the batch itself is wrong.

    Items do not see what the others do: those that read are answered before anything is written.
    """
    items = body.get("BatchItemRequest")
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise errors.missing("BatchItemRequest")
    if len(items) > MOST_ITEMS:
        raise errors.business(
            f"The number of items in the batch, {len(items)}, exceeds the maximum of {MOST_ITEMS}."
        )
    answers: dict[int, Body] = {}
    room = MOST_OBJECTS
    for index, item in enumerate(items):
        if any(name in item for name in _READING):
            answers[index] = found = _one(item, partial(_read, engine, realm, room, raw))
            room -= _count(found)
    for index, item in enumerate(items):
        if index not in answers:
            answers[index] = _one(item, partial(_write, engine, realm))
    return {"BatchItemResponse": [answers[index] for index in range(len(items))]}


def _one(item: Body, do: Callable[[Body], Body]) -> Body:
    named = {"bId": item["bId"]} if "bId" in item else {}
    try:
        return do(item) | named
    except Fault as fault:
        return {"Fault": fault.body()} | named


def _count(found: Body) -> int:
    """Return how many objects an answer holds."""
    slots = [slot for part in found.get("CDCResponse", []) for slot in part["QueryResponse"]]
    return sum(int(slot.get("maxResults", 0)) for slot in [found.get("QueryResponse", {}), *slots])


def _read(engine: "Engine", realm: str, room: int, raw: bool, item: Body) -> Body:
    with engine.reading(realm) as work:
        if "Query" in item:
            return {"QueryResponse": selecting.answer(work, str(item["Query"]), raw=raw, room=room)}
        if "CDCQuery" in item:
            asked = _object(item, "CDCQuery")
            given = asked.get("Entities", "")
            names = given if isinstance(given, list) else str(given).split(",")
            return cdc.changes(work, names, str(asked.get("ChangedSince", "")), raw=raw, room=room)
        asked = _object(item, "ReportQuery")
        return {"Report": reports.render(work, str(asked.get("Name", "")), {})}


def _object(item: Body, name: str) -> Body:
    if not isinstance(item[name], dict):
        raise errors.unreadable(f"{name} should be an object, and it")
    found: Body = item[name]
    return found


def _write(engine: "Engine", realm: str, item: Body) -> Body:
    names = [name for name in item if name not in _KEYS]
    if len(names) != 1 or not isinstance(item[names[0]], dict):
        raise errors.missing("an entity")
    name = names[0]
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
