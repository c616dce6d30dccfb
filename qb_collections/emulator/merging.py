"""Two entries of a list made one, as a person does on its page: the losing one is gone, its documents move.

The documents keep their tokens and times, and nobody is told of them (only of the merge itself).
"""

from typing import Any

from qb_collections.emulator import errors
from qb_collections.emulator.entities import registry
from qb_collections.emulator.entities.lists import NameList
from qb_collections.emulator.wire import Body, decode, encode
from qb_collections.emulator.work import Work

# Entity -> (the references that name it, the column of postings that does)
_NAMED: dict[str, tuple[frozenset[str], str | None]] = {
    "Customer": (frozenset({"CustomerRef", "ProjectRef", "ParentRef", "EntityRef", "Entity"}), "customer"),
    "Vendor": (frozenset({"VendorRef", "EntityRef", "Entity", "PrefVendorRef"}), "customer"),
    "Account": (frozenset(), "account"),
    "Item": (frozenset({"ItemRef", "ParentRef", "GroupItemRef"}), "item"),
    "Class": (frozenset({"ClassRef", "ParentRef"}), "class"),
    "Department": (frozenset({"DepartmentRef", "ParentRef"}), "department"),
}
_NESTED = frozenset({"Customer", "Account", "Item", "Class", "Department"})  # who has parents of its own kind


def merge(work: Work, entity: str, losing: str, surviving: str) -> Body:
    """Merge one entry into another of its list and return the survivor.

    Raises ValueError where the list does not merge or the two are one, Fault 610 where one is missing, 6000
    where QuickBooks would refuse it.
    """
    name = registry.spec(entity).name
    if name not in _NAMED:
        raise ValueError(f"{name} entries cannot be merged; {', '.join(_NAMED)} can.")
    if losing == surviving:
        raise ValueError(f"{name} {losing} cannot be merged with itself.")
    lost, kept = work.row(name, losing), work.row(name, surviving)
    if lost is None or kept is None or lost.deleted or kept.deleted:
        raise errors.not_found()
    _check(work, name, lost.body, kept.body)
    _rewrite(work, name, losing, kept.body)
    _repost(work, name, losing, surviving)
    work.forget()
    row = work.row(name, losing)
    assert row is not None
    work.conn.execute("UPDATE object SET deleted = 1, active = 0, name = NULL WHERE key = ?", (row.key,))
    work.forget()
    spec = registry.spec(name)
    if isinstance(spec, NameList) and "FullyQualifiedName" in spec.fields:
        spec.renest(work, surviving)
    fresh = work.put(spec, {**kept.body}, "Merge", announce=False)
    work.announce(name, surviving, "Merge", deleted_id=losing)
    return fresh.body


def _check(work: Work, entity: str, lost: Body, kept: Body) -> None:
    if lost.get("CurrencyRef") != kept.get("CurrencyRef"):
        raise errors.business("Entries in different currencies cannot be merged.")
    if entity == "Account" and lost["AccountType"] != kept["AccountType"]:
        raise errors.business("Accounts of different types cannot be merged.")
    if entity == "Item" and "Inventory" in (lost["Type"], kept["Type"]):
        raise errors.business("Inventory items cannot be merged.")
    spec = registry.spec(entity)
    if isinstance(spec, NameList) and lost["Id"] in spec.ancestors(work, kept):
        raise errors.business("An entry cannot be merged into one that stands under it.")


def _rewrite(work: Work, entity: str, losing: str, kept: Body) -> None:
    name = str(kept.get("DisplayName") or kept.get("FullyQualifiedName") or kept.get("Name"))
    ref = {"value": kept["Id"], "name": name}
    for key, kind, text in work.conn.execute(
        "SELECT key, entity, body FROM object WHERE realm = ? AND deleted = 0 AND instr(body, ?)",
        (work.realm, f'"value":"{losing}"'),
    ).fetchall():
        before = decode(text)
        after = _renamed(before, kind, entity, losing, ref)
        if after != before:
            columns = registry.spec(kind).columns(after)
            work.conn.execute(
                "UPDATE object SET body = ?, customer = ?, parent = ? WHERE key = ?",
                (encode(after).decode(), columns.customer, columns.parent, key),
            )


def _renamed(value: Any, holder: str, entity: str, losing: str, ref: Body) -> Any:
    """Return the value with every reference to the losing entry turned to the survivor."""
    if isinstance(value, list):
        return [_renamed(part, holder, entity, losing, ref) for part in value]
    if not isinstance(value, dict):
        return value
    found = {}
    for name, inner in value.items():
        if (
            isinstance(inner, dict)
            and inner.get("value") == losing
            and _names(name, inner, value, holder, entity)
        ):
            found[name] = {**inner, **ref}
        else:
            found[name] = _renamed(inner, holder, entity, losing, ref)
    return found


def _names(name: str, inner: Body, around: Body, holder: str, entity: str) -> bool:
    """Whether a reference of this name means an entry of this list."""
    if name == "ParentRef":
        return holder == entity and entity in _NESTED
    if name in ("EntityRef", "Entity"):
        kind = str(inner.get("type") or around.get("Type") or around.get("type") or "Customer")
        return kind.lower() == entity.lower()
    if entity == "Account":
        return name.endswith("AccountRef") and name != "TaxAccountRef"
    return name in _NAMED[entity][0]


def _repost(work: Work, entity: str, losing: str, surviving: str) -> None:
    column = _NAMED[entity][1]
    if column is None:
        return
    work.conn.execute(
        f"UPDATE posting SET {column} = ? WHERE realm = ? AND {column} = ?", (surviving, work.realm, losing)
    )
    if column in ("customer", "class", "department"):
        work.conn.execute(
            f"UPDATE stock_move SET {column} = ? WHERE realm = ? AND {column} = ?",
            (surviving, work.realm, losing),
        )
    for table, holder in (
        ("account_balance", "account"),
        ("customer_balance", "customer"),
        ("vendor_balance", "vendor"),
    ):
        if holder != {"Customer": "customer", "Vendor": "vendor", "Account": "account"}.get(entity):
            continue
        work.conn.execute(
            f"INSERT INTO {table} SELECT realm, ?, amount FROM {table} WHERE realm = ? AND {holder} = ?"
            f" ON CONFLICT (realm, {holder}) DO UPDATE SET amount = amount + excluded.amount",
            (surviving, work.realm, losing),
        )
        work.conn.execute(f"DELETE FROM {table} WHERE realm = ? AND {holder} = ?", (work.realm, losing))
    if entity == "Account":
        work.roles.clear()
    if entity == "Customer":
        work.touched_customers.add(surviving)
        above = ((work.body("Customer", losing) or {}).get("ParentRef") or {}).get("value")
        work.touched_customers |= {above} if above else set()
    if entity == "Vendor":
        work.touched_vendors.add(surviving)
