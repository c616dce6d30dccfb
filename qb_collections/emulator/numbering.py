"""Document numbers: given by QuickBooks, by the user, or by the user's word AUTO_GENERATE."""

import re

from qb_collections.emulator import errors
from qb_collections.emulator.entities.base import Asked
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

AUTO = "AUTO_GENERATE"
_FIRST = "1001"


def assign(work: Work, entity: str, new: Body, old: Body | None, asked: Asked) -> None:
    """Set or check DocNumber.

    Custom numbering off: an omitted number becomes the next one, a sent one is stored even when it is taken.
    On: an omitted number stays empty, AUTO_GENERATE means the next one, and a new number in use is fault 6140
    unless the request says `include=allowduplicatedocnum`.  The next number follows the last one created.
    """
    if "template" in asked.options:  # a recurring template has no number; what it makes gets one
        new.pop("DocNumber", None)
        return
    custom = bool(work.preference("SalesFormsPrefs", "CustomTxnNumbers"))
    number = new.get("DocNumber")
    if number == AUTO or new.pop("AutoDocNumber", False) or (number is None and old is None and not custom):
        new["DocNumber"] = number = next_number(work, entity)
    elif (
        number is not None
        and custom
        and number != (old or {}).get("DocNumber")
        and "allowduplicatedocnum" not in asked.options
    ):
        other = _holder(work, entity, number)
        if other is not None and other != new.get("Id"):
            raise errors.duplicate_number(number, entity, other)
    if number is not None and old is None:
        work.set_counter(_counter(entity), number)


def next_number(work: Work, entity: str) -> str:
    """Return the number after the last one saved in the sequence; one that is taken is passed over."""
    last = work.counter(_counter(entity))
    number = _FIRST if last is None else _after(last)
    while _holder(work, entity, number) is not None:
        number = _after(number)
    return number


def _counter(entity: str) -> str:
    """Name a sequence: invoices, memos and receipts share one (Intuit's sample company shows them mixed)."""
    return f"number:{entity}" if entity in ("Estimate", "PurchaseOrder") else "number"


def _after(number: str) -> str:
    found = re.search(r"(\d+)(\D*)$", number)
    if found is None:
        return number + "1"
    digits = found.group(1)
    return number[: found.start()] + str(int(digits) + 1).zfill(len(digits)) + found.group(2)


def _holder(work: Work, entity: str, number: str) -> str | None:
    found = work.conn.execute(
        "SELECT id FROM object WHERE realm = ? AND entity = ? AND doc_number = ? AND deleted = 0"
        # The plus sign keeps SQLite from walking all ids in their order instead of looking the number up.
        " ORDER BY +id LIMIT 1",
        (work.realm, entity, number),
    ).fetchone()
    return None if found is None else str(found[0])
