"""Goods that are counted: quantities on hand, and what the sold ones cost.

QuickBooks Online values inventory first in, first out (Intuit's help: "QuickBooks Online uses the FIFO
method").  What is sold is debited to the item's expense account and credited to its asset account at the
cost of the oldest units left.  These postings stand beside those of the document itself, because a document
entered later with an earlier date changes what later ones cost, in closed books too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from qb_collections.emulator import currencies, errors
from qb_collections.emulator.entities import registry
from qb_collections.emulator.fifo import Kind, Shelf
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import ZERO, Body, money, units
from qb_collections.emulator.work import Work

_NONE = Decimal(0)


@dataclass(frozen=True, slots=True)
class Move:
    """One line of a document that moves goods; booked is what the document itself puts on their account."""

    item: str
    kind: Kind
    qty: Decimal
    booked: Decimal = ZERO
    customer: str | None = None
    class_: str | None = None
    department: str | None = None


def counted(work: Work, item_id: str) -> Body | None:
    """Return the item when its goods are counted, else None."""
    item = work.body("Item", item_id)
    return item if item is not None and item["Type"] == "Inventory" else None


def record(work: Work, entity: str, id_: str, on: str, moves: Sequence[Move], *, fresh: bool = False) -> None:
    """Replace the moves of one document and bring every cost and quantity up to date that they change."""
    if fresh and not moves:
        return
    place = (work.realm, entity, int(id_))
    touched = {move.item for move in moves}
    if not fresh:
        where = "WHERE realm = ? AND entity = ? AND txn_id = ?"
        touched |= {item for (item,) in work.conn.execute(f"SELECT item FROM stock_move {where}", place)}
        if not touched:
            return
        work.conn.execute(f"DELETE FROM stock_move {where}", place)
        work.post(entity, id_, on, [], costs=True)
    work.conn.executemany(
        "INSERT INTO stock_move VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
        [
            (
                *(*place, line, on, move.item, move.kind, str(move.qty), units(move.booked)),
                *(move.customer, move.class_, move.department),
            )
            for line, move in enumerate(moves)
        ],
    )
    _settle(work, touched)


def quantity(work: Work, item: str) -> Decimal:
    """Return how many are on hand by the documents; below zero where more were sold than bought."""
    return sum(
        (
            Decimal(qty) if kind != "out" else -Decimal(qty)
            for kind, qty in work.conn.execute(
                "SELECT kind, qty FROM stock_move WHERE realm = ? AND item = ?", (work.realm, item)
            )
        ),
        _NONE,
    )


def moved(work: Work, item: str) -> bool:
    """Say whether any document moves this item's goods."""
    found = work.conn.execute(
        "SELECT 1 FROM stock_move WHERE realm = ? AND item = ? LIMIT 1", (work.realm, item)
    ).fetchone()
    return found is not None


def value_again(work: Work, item: str) -> None:
    """Bring the costs up to date after the item's own estimate has changed."""
    _settle(work, {item})


def value(work: Work, item: str) -> Decimal:
    """Return what an item's goods are worth by their layers."""
    return _replayed(work, item)[1].value()


def _settle(work: Work, items: Iterable[str]) -> None:
    changed: dict[tuple[str, int], str] = {}
    for item in sorted(items):
        rows, shelf = _replayed(work, item)
        for (entity, id_, line, on, *_, booked, cost), taken in zip(rows, shelf.costs, strict=True):
            needed = -units(taken) - booked  # what the document has not put on the asset account itself
            if needed != cost:
                changed[entity, id_] = on
                work.conn.execute(
                    "UPDATE stock_move SET cost = ? WHERE realm = ? AND entity = ? AND txn_id = ?"
                    " AND line = ?",
                    (needed, work.realm, entity, id_, line),
                )
    for (entity, id_), on in changed.items():
        work.post(entity, str(id_), on, _costs(work, entity, id_), costs=True)
    for item in sorted(items):
        _show(work, item)


def _replayed(work: Work, item: str) -> tuple[list[tuple[Any, ...]], Shelf]:
    """Return an item's moves in their order (of one day, what comes in first), and the shelf after them."""
    rows = work.conn.execute(
        "SELECT entity, txn_id, line, txn_on, kind, qty, booked, cost FROM stock_move"
        " WHERE realm = ? AND item = ? ORDER BY txn_on, kind <> 'in', entity <> 'Item', txn_id, line",
        (work.realm, item),
    ).fetchall()
    estimate = (work.body("Item", item) or {}).get("PurchaseCost", _NONE)
    latest = work.switches.returns_cost == "latest"
    shelf = Shelf(estimate, money(currencies.home_unit(work)), latest_returns=latest)
    for _, _, _, _, kind, qty, booked, _ in rows:
        shelf.move(kind, Decimal(qty), money(booked))
    return rows, shelf


def _costs(work: Work, entity: str, id_: int) -> list[Posting]:
    """Return one document's postings between its goods' asset and expense accounts."""
    found = []
    for item, customer, class_, department, cost in work.conn.execute(
        "SELECT item, customer, class, department, cost FROM stock_move"
        " WHERE realm = ? AND entity = ? AND txn_id = ? AND cost <> 0 ORDER BY line",
        (work.realm, entity, id_),
    ).fetchall():
        record_ = work.body("Item", item) or {}
        for ref, amount in (("ExpenseAccountRef", -money(cost)), ("AssetAccountRef", money(cost))):
            found.append(
                Posting(
                    record_[ref]["value"],
                    amount,
                    customer,
                    class_,
                    department,
                    item,
                    currency=work.home_currency,
                )
            )
    return found


def _show(work: Work, item: str) -> None:
    """Keep the record's QtyOnHand; like a customer's balance it moves the time and not the token."""
    body = work.body("Item", item)
    on_hand = quantity(work, item)
    if on_hand < 0 and work.switches.overselling == "reject" and body is not None:
        raise errors.business(f"You don't have enough of {body['Name']} on hand: {-on_hand} are missing.")
    if body is not None and body.get("QtyOnHand") != on_hand:
        work.put(registry.spec("Item"), body | {"QtyOnHand": on_hand}, "Update", bump=False)
