"""Answers to queries: a parsed statement over the stored rows."""

from typing import Any

import msgspec

from qb_collections.emulator import errors
from qb_collections.emulator.entities import registry
from qb_collections.emulator.entities.base import Entity, Filter
from qb_collections.emulator.entities.tax import PSEUDO_CODES
from qb_collections.emulator.query import Condition, Statement, parse
from qb_collections.emulator.wire import Body, decode, micros, number, parse_day, parse_instant, units
from qb_collections.emulator.work import Work

MOST_ROWS = 1000
_MOST_STORED = 2**63 - 1
# Lists of QuickBooks that no company here has anything in.
_NEVER_ANY = frozenset(
    {"budget", "customertype", "journalcode", "reimbursecharge", "taxpayment", "chargecredit"}
)


def answer(work: Work, statement: str, *, raw: bool, room: int = MOST_ROWS) -> Body:
    """Return the QueryResponse object; with raw, the rows stay JSON text where nothing has to be computed.

    `room` is how many rows the answer may still hold, as in a batch.
    """
    asked = parse(statement)
    if asked.entity.lower() in _NEVER_ANY:
        return {"totalCount": 0} if asked.is_count else {}
    if not registry.known(asked.entity):
        raise errors.bad_query(f"Invalid context declaration: {asked.entity}")
    spec = registry.spec(asked.entity)
    where, values = _where(work, spec, asked)
    if asked.is_count:
        found = work.conn.execute(f"SELECT count(*) FROM object WHERE {where}", values).fetchone()
        return {"totalCount": found[0] + len(_pseudo(work, spec, asked))}
    if asked.most > MOST_ROWS and work.switches.max_results_above_limit == "reject":
        raise errors.bad_query(f"value {asked.most} is too large. Max allowed value is {MOST_ROWS}")
    order = _order(work, spec, asked)
    keys = [
        key
        for (key,) in work.conn.execute(
            f"SELECT key FROM object WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?",
            (*values, min(asked.most, room), asked.start - 1),
        )
    ]
    columns = _projection(spec, asked)
    rows = [*_pseudo(work, spec, asked), *_rows(work, spec, keys, columns, raw=raw)]
    if not rows:
        return {}
    return {spec.shown_name: rows, "startPosition": asked.start, "maxResults": len(rows)}


def _pseudo(work: Work, spec: Entity, asked: Statement) -> list[Body]:
    """US companies list TAX, NON and CustomSalesTax before their codes, beyond MAXRESULTS.

    Known from python-quickbooks' integration tests, where MAXRESULTS 1 gives four rows.
    """
    us = work.country in ("US", "USA")
    if spec.name != "TaxCode" or asked.start > 1 or not us or not work.switches.pseudo_tax_codes:
        return []
    return [code for code in PSEUDO_CODES if all(_fits(code, one) for one in asked.conditions)]


def _fits(code: Body, condition: Condition) -> bool:
    value = str({name.lower(): held for name, held in code.items()}.get(condition.name.lower(), ""))
    wanted = [text.lower() for text in condition.values]
    match condition.operator:
        case "=" | "in":
            return value.lower() in wanted
        case "!=":
            return value.lower() not in wanted
        case _:
            return False


def _rows(
    work: Work, spec: Entity, keys: list[int], columns: tuple[str, ...] | None, *, raw: bool
) -> list[Any]:
    texts: dict[int, str] = {}
    for begin in range(0, len(keys), 500):
        part = keys[begin : begin + 500]
        marks = ", ".join("?" for _ in part)
        texts.update(work.conn.execute(f"SELECT key, body FROM object WHERE key IN ({marks})", part))
    if raw and columns is None and not spec.is_live:
        return [msgspec.Raw(texts[key]) for key in keys]
    bodies: list[Body] = [decode(texts[key]) for key in keys]
    if spec.is_live:
        bodies = [spec.show(work, body) for body in bodies]
    if columns is not None:
        bodies = [_project(body, columns) for body in bodies]
    return bodies


def _projection(spec: Entity, asked: Statement) -> tuple[str, ...] | None:
    """Return the named properties, or None for all of them."""
    names = {name.lower(): name for name in spec.fields}
    chosen = []
    for name in asked.columns:
        if name == "*":
            continue
        head, _, rest = name.partition(".")
        if head.lower() not in names:
            raise errors.bad_query(f"Property {name} not found for Entity {spec.name}")
        chosen.append(names[head.lower()] + (f".{rest}" if rest else ""))
    return None if "*" in asked.columns else tuple(chosen)


def _project(body: Body, columns: tuple[str, ...]) -> Body:
    found: Body = {"domain": "QBO", "sparse": True} | ({"Id": body["Id"]} if "Id" in body else {})
    for name in columns:
        head, _, rest = name.partition(".")
        if head not in body:
            continue
        if rest and isinstance(body[head], dict):
            inner = {key: value for key, value in body[head].items() if key.lower() == rest.lower()}
            found[head] = {**found.get(head, {}), **inner}
        else:
            found[head] = body[head]
    return found


def _where(work: Work, spec: Entity, asked: Statement) -> tuple[str, list[Any]]:
    parts = ["realm = ?", "entity = ?", "deleted = 0"]
    values: list[Any] = [work.realm, spec.name]
    if "Active" in spec.filters and not any(each.name.lower() == "active" for each in asked.conditions):
        parts.append("active = 1")
    for condition in asked.conditions:
        sql, extra = _compare(work, _filter(spec, condition.name), condition)
        parts.append(sql)
        values += extra
    return " AND ".join(parts), values


def _filter(spec: Entity, name: str) -> Filter:
    for known, shown in spec.filters.items():
        if known.lower() == name.lower():
            return shown
    raise errors.bad_query(f"Property {name} not found for Entity {spec.name}")


def _compare(work: Work, shown: Filter, condition: Condition) -> tuple[str, list[Any]]:
    if condition.operator == "like":
        # Only the percent sign is a wildcard.
        pattern = condition.values[0].replace("\\", "\\\\").replace("_", "\\_")
        return f"{shown.sql.removesuffix(' COLLATE NOCASE')} LIKE ? ESCAPE '\\'", [pattern]
    values = [_literal(work, shown, condition.name, value) for value in condition.values]
    if condition.operator == "in":
        return f"{shown.sql} IN ({', '.join('?' for _ in values)})", values
    if condition.operator == "!=":
        return f"{shown.sql} IS NOT ?", values
    return f"{shown.sql} {condition.operator} ?", values


def _literal(work: Work, shown: Filter, name: str, value: str) -> Any:
    found = _read(work, shown, name, value)
    if isinstance(found, int) and abs(found) > _MOST_STORED:
        raise errors.bad_query(f"Invalid value '{value}' for property {name}")
    return found


def _read(work: Work, shown: Filter, name: str, value: str) -> Any:
    try:
        match shown.kind:
            case "money":
                return units(number(value))
            case "number":
                return float(number(value))  # compared with what JSON in the database gives
            case "id":
                return int(value)
            case "flag":
                return {"true": 1, "false": 0}[value.lower()]
            case "day":
                return parse_day(value).isoformat()
            case "instant":
                return micros(parse_instant(value, work.switches.zone))
            case _:
                return value
    except (ValueError, KeyError, OverflowError) as error:
        raise errors.bad_query(f"Invalid value '{value}' for property {name}") from error


def _order(work: Work, spec: Entity, asked: Statement) -> str:
    parts = []
    for name, descending in asked.order:
        if name.lower() == "id" and not work.switches.id_is_sortable:
            raise errors.bad_query("Property Id is not sortable")
        parts.append(f"{_filter(spec, name).sql}{' DESC' if descending else ''}")
    # With a condition the plus sign lets SQLite look it up instead of walking all ids in their order.
    return ", ".join([*parts, "+id" if asked.conditions else "id"])
