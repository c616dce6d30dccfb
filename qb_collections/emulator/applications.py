"""What is applied to what: the open amount of invoices, credit memos and journal lines."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from qb_collections.emulator import ledger
from qb_collections.emulator.entities import registry
from qb_collections.emulator.entities.base import Link
from qb_collections.emulator.wire import ZERO, Body, money, units
from qb_collections.emulator.work import Work

# Targets whose own balance is stored; journal lines and deposits only count what is applied to them.
BALANCED = ("Invoice", "CreditMemo")


def record(work: Work, entity: str, id_: str, links: Sequence[Link]) -> None:
    """Replace the applications that one transaction makes."""
    work.conn.execute(
        "DELETE FROM link WHERE realm = ? AND entity = ? AND id = ?", (work.realm, entity, int(id_))
    )
    work.conn.executemany(
        "INSERT INTO link VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                work.realm,
                entity,
                int(id_),
                link.line,
                link.entity,
                int(link.id),
                link.to_line,
                link.amount_units,
            )
            for link in links
        ],
    )


def targets(work: Work, entity: str, id_: str) -> set[tuple[str, str]]:
    """Return what a transaction is applied to."""
    found = work.conn.execute(
        "SELECT DISTINCT to_entity, to_id FROM link WHERE realm = ? AND entity = ? AND id = ?",
        (work.realm, entity, int(id_)),
    )
    return {(name, str(target)) for name, target in found}


def sources(work: Work, entity: str, id_: str) -> list[tuple[str, str]]:
    """Return the transactions that are applied to this one, oldest first."""
    found = work.conn.execute(
        "SELECT DISTINCT entity, id FROM link WHERE realm = ? AND to_entity = ? AND to_id = ? ORDER BY id",
        (work.realm, entity, int(id_)),
    )
    return [(name, str(source)) for name, source in found]


def applied(
    work: Work, entity: str, id_: str, *, line: str | None = None, besides: str | None = None
) -> Decimal:
    """Return how much live payments apply to a document (or one line of it), one payment left out."""
    found = work.conn.execute(
        "SELECT coalesce(sum(amount), 0) FROM link WHERE realm = ? AND to_entity = ? AND to_id = ?"
        " AND entity = 'Payment' AND id IS NOT ? AND (? IS NULL OR to_line = ?)",
        (work.realm, entity, int(id_), None if besides is None else int(besides), line, line),
    ).fetchone()
    return money(found[0])


def links_of(work: Work, entity: str, body: Body) -> list[Body]:
    """Return a document's LinkedTxn: what is applied to it, behind the estimates it was made from."""
    written = [
        link for link in body.get("LinkedTxn") or [] if link.get("TxnType") in ("Estimate", "TimeActivity")
    ]
    if "Id" not in body:
        return written
    return written + [{"TxnId": id_, "TxnType": name} for name, id_ in sources(work, entity, body["Id"])]


def refresh(work: Work, entity: str, id_: str) -> None:
    """Store a document's balance and links again after something was applied to it or taken off."""
    row = work.row(entity, id_)
    if entity not in BALANCED or row is None or row.deleted:
        return
    spec = registry.spec(entity)
    fresh = {**row.body, "LinkedTxn": links_of(work, entity, row.body)}
    open_amount = total_open(row.body) - applied(work, entity, id_)
    fresh["Balance"] = open_amount
    if entity == "CreditMemo":
        fresh["RemainingCredit"] = open_amount
    if fresh != row.body:
        work.put(spec, fresh, "Update", bump=work.switches.payment_bumps_invoice_sync_token)


def total_open(body: Body) -> Decimal:
    """Return what a document was open for before anything was applied."""
    total: Decimal = body["TotalAmt"] - body.get("Deposit", ZERO)
    return total


def open_lines(work: Work, entity: str, id_: str) -> dict[str, tuple[str, Decimal]]:
    """Return a journal's or deposit's receivable lines: line id -> (customer, amount; a debit positive)."""
    body = work.body(entity, id_)
    if body is None:
        return {}
    receivables = ledger.receivable_accounts(work.conn, work.realm)
    found: dict[str, tuple[str, Decimal]] = {}
    for line in body.get("Line", []):
        detail = line.get("JournalEntryLineDetail") or line.get("DepositLineDetail") or {}
        holder = detail.get("Entity") or {}
        customer = (holder.get("EntityRef") or holder).get("value")
        if (detail.get("AccountRef") or {}).get("value") in receivables and customer:
            sign = 1 if detail.get("PostingType") == "Debit" else -1
            found[str(line.get("Id", ""))] = (str(customer), sign * line["Amount"])
    return found


def release(work: Work, entity: str, id_: str, keep: Decimal) -> None:
    """Take applications off a document, the latest first, until at most `keep` is applied.

    What a payment loses becomes its unapplied amount; a payment that carried a credit memo across gives the
    memo back as much.
    """
    excess = applied(work, entity, id_) - keep
    for name, source in reversed(sources(work, entity, id_)):
        if excess <= 0:
            return
        row = work.row(name, source)
        assert row is not None
        before = applied(work, entity, id_)
        _shrink(work, row.body, entity, id_, excess)
        excess -= before - applied(work, entity, id_)


def _shrink(work: Work, payment: Body, entity: str, id_: str, excess: Decimal) -> None:
    from qb_collections.emulator import saving  # the payment is stored again like any other

    lines = [{**line} for line in payment["Line"]]
    taken = _reduce(lines, lambda target: (target["TxnType"], target["TxnId"]) == (entity, id_), excess)
    if entity == "Invoice":  # credits that nothing uses any more go back first, cash becomes unapplied
        _reduce(lines, lambda target: target["TxnType"] == "CreditMemo", taken)
    else:  # the credit is gone: cash that is not applied yet stands in for it, then invoices open again
        _reduce(
            lines, lambda target: target["TxnType"] == "Invoice", taken - payment.get("UnappliedAmt", ZERO)
        )
    saving.rewrite(work, "Payment", payment | {"Line": [line for line in lines if line["Amount"] > 0]})


def _reduce(lines: list[Body], chosen: Callable[[Body], bool], most: Decimal) -> Decimal:
    """Take up to `most` off the chosen lines, the last first, and return what was taken."""
    taken = ZERO
    for line in reversed(lines):
        if chosen(line["LinkedTxn"][0]) and taken < most:
            off = min(line["Amount"], most - taken)
            line["Amount"] -= off
            taken += off
    return taken


def as_link(line: int, entity: str, id_: str, to_line: str, amount: Decimal) -> Link:
    return Link(line, entity, id_, to_line, units(amount))
