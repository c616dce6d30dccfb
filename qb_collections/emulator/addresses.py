"""Addresses as QuickBooks stores them: each has an Id of its own, and forms share that of the customer's."""

from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

_FIRST = 2  # 1 is the company's own


def number(work: Work, new: Body, old: Body | None) -> None:
    """Give each address an Id; one that is changed keeps what it had."""
    for name in ("BillAddr", "ShipAddr"):
        address = new.get(name)
        if isinstance(address, dict) and address and not address.get("Id"):
            kept = ((old or {}).get(name) or {}).get("Id")
            new[name] = address | {"Id": kept or work.next_id("Address", _FIRST)}
