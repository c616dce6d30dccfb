"""Create, update, delete, void: the same rules for every entity."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from qb_collections.emulator import applications, currencies, errors, fields, ledger, stock
from qb_collections.emulator.entities import registry
from qb_collections.emulator.entities.base import Asked, Entity
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Operation, Row, Work


def save(work: Work, entity: str, body: Body, params: Mapping[str, str]) -> Body:
    """Create when the body has no Id; otherwise update, fully or sparsely.

    A full update sets omitted writable properties to nothing; a sparse one leaves them.  Raises Fault.
    """
    spec = registry.spec(entity)
    guard_subscription(work)
    body = spec.unwrap(work, body)
    if body.get("Id") in (None, "", 0):
        return _create(work, spec, body, params)
    return _update(work, spec, body, params)


def _create(work: Work, spec: Entity, body: Body, params: Mapping[str, str]) -> Body:
    if not spec.can_create:
        raise errors.unsupported(f"create of {spec.name}")
    given = fields.read(spec.name, spec.fields, body)
    new = spec.prepare(work, {**given.values}, None, _asked(given, params))
    if spec.is_transaction:
        work.guard_period(new["TxnDate"])
    new |= {"Id": work.next_id(spec.sequence, spec.first_id), "domain": "QBO", "sparse": False}
    work.expect_none(spec.name, new["Id"])
    return _store(work, spec, new, None, "Create")


def _update(work: Work, spec: Entity, body: Body, params: Mapping[str, str]) -> Body:
    row = current(work, spec, body)
    old = row.body
    kept = deepcopy(old)  # references in it are renamed on the way
    given = fields.read(spec.name, spec.fields, body)
    sparse = body.get("sparse") in (True, "true")
    if sparse:
        new = {name: value for name, value in kept.items() if name not in given.cleared} | given.values
    else:
        new = {name: value for name, value in kept.items() if _is_answer(spec, name)} | given.values
    new = spec.prepare(work, new, old, _asked(given, params))
    if _same(old, new) and work.switches.noop_update_is_silent and sparse:
        return old
    if spec.is_transaction and not (work.switches.closed_period_allows_note and _only_note(old, new)):
        work.guard_period(old.get("TxnDate"), new.get("TxnDate"))
    spec.guard_change(work, old, new)
    return _store(work, spec, new, old, "Update")


def _store(work: Work, spec: Entity, new: Body, old: Body | None, operation: Operation) -> Body:
    row = work.put(spec, new, operation)
    if spec.is_transaction:
        before = applications.targets(work, spec.name, row.id) if old is not None else set()
        fresh = old is None
        applications.record(work, spec.name, row.id, spec.links(work, row.body), fresh=fresh)
        posted = currencies.in_home(work, row.body, spec.postings(work, row.body))
        work.post(spec.name, row.id, row.body["TxnDate"], posted, fresh=fresh)
        moves = spec.moves(work, row.body, posted)
        stock.record(work, spec.name, row.id, row.body["TxnDate"], moves, fresh=fresh)
        after = applications.targets(work, spec.name, row.id) if spec.applies else set()
        for target in sorted(before | after):
            applications.refresh(work, *target)
    spec.saved(work, row.body, old)
    return row_body(work, spec, row.id)


def delete(work: Work, entity: str, body: Body) -> Body:
    """Delete a transaction and return the stub; raises Fault."""
    spec = registry.spec(entity)
    guard_subscription(work)
    if not spec.can_delete:
        raise errors.unsupported(f"delete of {spec.name}")
    row = current(work, spec, spec.unwrap(work, body))
    work.guard_period(row.body.get("TxnDate"))
    spec.guard_change(work, row.body, None)
    spec.guard_delete(work, row.body)
    gone = row.body
    before = applications.targets(work, spec.name, row.id)
    applications.record(work, spec.name, row.id, [])
    if spec.is_transaction:
        work.post(spec.name, row.id, gone["TxnDate"], [])
        stock.record(work, spec.name, row.id, gone["TxnDate"], [])
    work.bury(spec, row)
    for target in sorted(before):
        applications.refresh(work, *target)
    spec.removed(work, gone)
    return {"domain": "QBO", "status": "Deleted", "Id": row.id}


def void(work: Work, entity: str, body: Body) -> Body:
    """Void a transaction: it keeps its number and dates, and is worth nothing from here on."""
    spec = registry.spec(entity)
    guard_subscription(work)
    if not spec.can_void:
        raise errors.unsupported(f"void of {spec.name}")
    row = current(work, spec, body)
    work.guard_period(row.body.get("TxnDate"))
    spec.guard_change(work, row.body, None)
    spec.voiding(work, row.body)
    fresh = row_body(work, spec, row.id)
    return _store(work, spec, spec.voided(work, deepcopy(fresh)), fresh, "Void")


def send(work: Work, entity: str, id_: str, send_to: str | None) -> Body:
    """E-mail a form: only how and when it was delivered changes on it."""
    spec = registry.spec(entity)
    guard_subscription(work)
    if not spec.can_send:
        raise errors.unsupported(f"send of {spec.name}")
    body = work.body(spec.name, check_id(id_))
    if body is None:
        raise errors.not_found()
    sent = spec.sent(work, body, send_to)
    if sent is not body:
        work.put(spec, sent, "Emailed", bump=work.switches.send_bumps_sync_token)
    return row_body(work, spec, id_)


def rewrite(work: Work, entity: str, body: Body) -> None:
    """Store a record that the server itself changes: no closing date, no stale check."""
    spec = registry.spec(entity)
    old = work.body(entity, body["Id"])
    _store(work, spec, spec.prepare(work, {**body}, old, Asked()), old, "Update")


def current(work: Work, spec: Entity, body: Body) -> Row:
    """Return the row that the body's Id and SyncToken name; raises Fault 2030, 2020, 610 or 5010."""
    id_ = check_id(body.get("Id"))
    row = work.row(spec.name, id_)
    if row is None:
        raise errors.not_found()
    if row.deleted:
        raise errors.deleted_by_another()
    token = body.get("SyncToken")
    if token is None or token == "":
        raise errors.missing("SyncToken")
    if str(token) != str(row.sync_token):
        raise errors.stale()
    return row


def check_id(value: Any) -> str:
    """Return an Id as text; raises Fault 2030 unless it is a whole number."""
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal() and len(text) < 20):
        raise errors.invalid_id(value)
    return text


def guard_subscription(work: Work) -> None:
    """Raise Fault 6190 when the company's subscription has lapsed: reads go on, writes do not."""
    if not work.may_write():
        raise errors.lapsed()


def row_body(work: Work, spec: Entity, id_: str) -> Body:
    row = work.row(spec.name, id_)
    assert row is not None
    return row.body


def finish(work: Work) -> None:
    """Bring the touched customers' balances, and their parents', and the vendors' up to date."""
    _finish_vendors(work)
    spec = registry.spec("Customer")
    due = sorted(work.touched_customers)
    work.touched_customers = set()
    seen: set[str] = set()
    while due:
        id_ = due.pop(0)
        row = work.row("Customer", id_)
        if row is None or row.deleted or id_ in seen:
            continue
        seen.add(id_)
        owed = _owed(work, id_)
        whole = owed + sum((_whole(work, child) for child in children(work, "Customer", id_)), start=owed * 0)
        if (row.body.get("Balance"), row.body.get("BalanceWithJobs")) != (owed, whole):
            # Recorded: the time moves with the balance, the SyncToken does not.
            work.put(spec, row.body | {"Balance": owed, "BalanceWithJobs": whole}, "Update", bump=False)
        parent = (row.body.get("ParentRef") or {}).get("value")
        if parent:
            due.append(parent)


def children(work: Work, entity: str, id_: str) -> list[str]:
    found = work.conn.execute(
        "SELECT id FROM object WHERE realm = ? AND entity = ? AND parent = ? AND deleted = 0",
        (work.realm, entity, id_),
    )
    return [str(child) for (child,) in found]


def _finish_vendors(work: Work) -> None:
    spec = registry.spec("Vendor")
    due, work.touched_vendors = sorted(work.touched_vendors), set()
    for id_ in due:
        row = work.row("Vendor", id_)
        owed = ledger.vendor_balance(work.conn, work.realm, id_)
        if row is not None and not row.deleted and row.body.get("Balance") != owed:
            work.put(spec, row.body | {"Balance": owed}, "Update", bump=False)


def _owed(work: Work, id_: str) -> Any:
    if work.switches.customer_balance_in_home_currency:
        return ledger.customer_home_balance(work.conn, work.realm, id_)
    return ledger.customer_balance(work.conn, work.realm, id_)


def _whole(work: Work, id_: str) -> Any:
    owed = _owed(work, id_)
    return owed + sum((_whole(work, child) for child in children(work, "Customer", id_)), start=owed * 0)


def _is_answer(spec: Entity, name: str) -> bool:
    field = spec.fields.get(name)
    return field is None or field.kind == "answer"


def _asked(given: fields.Given, params: Mapping[str, str]) -> Asked:
    return Asked(frozenset(given.values), frozenset(params.get("include", "").lower().split(",")))


_MOVING = frozenset({"SyncToken", "MetaData", "sparse"})


def _same(old: Body, new: Body) -> bool:
    return {k: v for k, v in old.items() if k not in _MOVING} == {
        k: v for k, v in new.items() if k not in _MOVING
    }


def _only_note(old: Body, new: Body) -> bool:
    return _same({**old, "PrivateNote": None}, {**new, "PrivateNote": None})
