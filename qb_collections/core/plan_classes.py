"""A plan's lines by class: pro rata of what its originals say, so that no class gains or loses.

Where no class is used there is one line without any; where some lines have none, their share has none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from qb_collections.core.money import Money, quantum

# (class or None, weight).  Empty: no class anywhere.
Weights = tuple[tuple[str | None, Decimal], ...]
_ZERO = Decimal(0)


def weights(originals: Iterable[tuple[Mapping[str, Any], Money]]) -> Weights:
    """By class, what of the balances that a plan takes in stands on its lines.

    originals: each invoice's record with the amount taken in.  A line without a class has the document's.
    """
    found: dict[str | None, Decimal] = {}
    for record, taken in originals:
        lines = [(_class_of(line, record), line.get("Amount") or _ZERO) for line in record.get("Line") or ()]
        sold = [
            (class_id, amount)
            for (class_id, amount), line in zip(lines, record.get("Line") or (), strict=True)
            if line.get("DetailType") == "SalesItemLineDetail" and amount > 0
        ]
        whole = sum((amount for _, amount in sold), _ZERO)
        for class_id, amount in sold:
            found[class_id] = found.get(class_id, _ZERO) + taken.amount * amount / whole
        if not whole:
            found[None] = found.get(None, _ZERO) + taken.amount
    if set(found) <= {None}:
        return ()
    return tuple(sorted(found.items(), key=lambda one: one[0] or ""))


def shared(amount: Money, by: Weights) -> list[tuple[str | None, Money]]:
    """The amount in parts by weight, each in whole units; their sum is exactly the amount.

    The units that rounding leaves over go to the largest remainders.  Parts of nothing are left out.
    """
    whole = sum((weight for _, weight in by), _ZERO)
    if not whole:
        return [(None, amount)]
    unit = quantum(amount.currency)
    units = int(amount.amount / unit)
    exact = [units * weight / whole for _, weight in by]
    given = [int(one) for one in exact]
    order = sorted(range(len(by)), key=lambda place: (given[place] - exact[place], place))
    for place in order[: units - sum(given)]:
        given[place] += 1
    return [
        (class_id, Money(count * unit, amount.currency))
        for (class_id, _), count in zip(by, given, strict=True)
        if count
    ] or [(None, amount)]


def _class_of(line: Mapping[str, Any], record: Mapping[str, Any]) -> str | None:
    detail = line.get("SalesItemLineDetail") or {}
    ref = detail.get("ClassRef") or record.get("ClassRef") or {}
    return str(ref["value"]) if ref.get("value") else None
