"""What documents made from estimates and orders do to them: they are closed, and name the document."""

from qb_collections.emulator.entities import registry
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

# Linked record -> (the property that says where it stands, made use of, free again)
_STATES = {"Estimate": ("TxnStatus", "Closed", "Pending"), "PurchaseOrder": ("POStatus", "Closed", "Open")}


def follow(work: Work, entity: str, body: Body, old: Body | None) -> None:
    """Bring the estimates and orders that a document names, or no longer names, up to date.

    Recorded: the estimate's time moves and its SyncToken does not.
    """
    before, after = _named(old or {}), _named(body)
    for kind, id_ in sorted(before ^ after):
        record = work.body(kind, id_)
        if record is None:
            continue
        state, used, free = _STATES[kind]
        link = {"TxnId": body["Id"], "TxnType": entity}
        links = [one for one in record.get("LinkedTxn") or [] if one != link]
        taken = (kind, id_) in after
        fresh = record | {state: used if taken else free, "LinkedTxn": [*links, link] if taken else links}
        work.put(registry.spec(kind), fresh, "Update", bump=False)


def _named(body: Body) -> set[tuple[str, str]]:
    return {
        (link["TxnType"], str(link.get("TxnId", "")))
        for link in body.get("LinkedTxn") or []
        if link.get("TxnType") in _STATES
    }
