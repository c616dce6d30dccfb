"""What is applied to what: the open amount of invoices, credit memos and journal lines."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from qb_collections.emulator import currencies, errors, expense_lines, ledger
from qb_collections.emulator.entities import registry
from qb_collections.emulator.entities.base import Link
from qb_collections.emulator.wire import ZERO, Body, money, units
from qb_collections.emulator.work import Work

# Targets whose own balance is stored; journal lines and deposits only count what is applied to them.
BALANCED = ("Invoice", "CreditMemo", "Bill", "VendorCredit")
# What may carry receivable lines of its own, and how a payment's link names an expense that does.
BOOKED = ("JournalEntry", "Deposit", "Purchase")
SPENT = ("Expense", "Check", "CreditCardCredit")
# How a link's source is named where the document shows it (Intuit's reference).
_SHOWN = {"Check": "BillPaymentCheck", "CreditCard": "BillPaymentCreditCard"}
_WRITTEN = ("Estimate", "TimeActivity", "PurchaseOrder", "ReimburseCharge")


def record(work: Work, entity: str, id_: str, links: Sequence[Link], *, fresh: bool = False) -> None:
    """Replace the applications that one transaction makes; fresh: it makes none yet."""
    if not fresh:
        work.conn.execute(
            "DELETE FROM link WHERE realm = ? AND entity = ? AND id = ?", (work.realm, entity, int(id_))
        )
    if not links:
        return
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
    # No DISTINCT: for its sake SQLite would walk the other index, from one end to the other.
    found = work.conn.execute(
        "SELECT to_entity, to_id FROM link WHERE realm = ? AND entity = ? AND id = ?",
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
        " AND entity IN ('Payment', 'BillPayment') AND id IS NOT ? AND (? IS NULL OR to_line = ?)",
        (work.realm, entity, int(id_), None if besides is None else int(besides), line, line),
    ).fetchone()
    return money(found[0])


def links_of(work: Work, entity: str, body: Body) -> list[Body]:
    """Return a document's LinkedTxn: what is applied to it, behind the estimates it was made from."""
    written = [link for link in body.get("LinkedTxn") or [] if link.get("TxnType") in _WRITTEN]
    if "Id" not in body:
        return written
    found = sources(work, entity, body["Id"])
    return written + [{"TxnId": id_, "TxnType": _shown(work, name, id_)} for name, id_ in found]


def _shown(work: Work, entity: str, id_: str) -> str:
    if entity != "BillPayment":
        return entity
    return _SHOWN.get(str((work.body(entity, id_) or {}).get("PayType")), entity)


def refresh(work: Work, entity: str, id_: str) -> None:
    """Store a document's balance and links again after something was applied to it or taken off."""
    row = work.row(entity, id_)
    if entity not in BALANCED or row is None or row.deleted:
        return
    spec = registry.spec(entity)
    fresh = {**row.body, "LinkedTxn": links_of(work, entity, row.body)}
    open_amount = total_open(row.body) - applied(work, entity, id_)
    fresh["Balance"] = open_amount
    if not fresh["LinkedTxn"] and "LinkedTxn" not in row.body:
        del fresh["LinkedTxn"]
    if entity == "CreditMemo":
        fresh["RemainingCredit"] = open_amount
    currencies.show_home(work, fresh, HomeBalance="Balance")
    if fresh != row.body:
        work.put(spec, fresh, "Update", bump=work.switches.payment_bumps_invoice_sync_token)
    if currencies.is_foreign(work, row.body):
        repost(work, entity, id_)


def repost(work: Work, entity: str, id_: str) -> None:
    """Post again whatever is applied to a foreign document: its exchange gain or loss may have moved."""
    for name, source in sources(work, entity, id_):
        body = work.body(name, source)
        if body is not None and name in ("Payment", "BillPayment"):
            spec = registry.spec(name)
            postings = currencies.in_home(work, body, spec.postings(work, body))
            work.post(name, source, body["TxnDate"], postings)


def released(work: Work, source: str, id_: str) -> dict[tuple[str, str, str], Decimal]:
    """Return what one payment takes off each document in home currency: (entity, id, line) -> amount.

    A document gives its home amount up in the proportion paid, in the order in which cash basis recognises
    it, so that nothing is left of it once it is paid.
    """
    found: dict[tuple[str, str, str], Decimal] = {}
    unit = currencies.home_unit(work)
    linked = work.conn.execute(
        "SELECT to_entity, to_id, to_line FROM link WHERE realm = ? AND entity = ? AND id = ?",
        (work.realm, source, int(id_)),
    )
    for entity, target, line in dict.fromkeys(linked):
        document = work.body(entity, str(target))
        if document is None:
            continue
        whole, home = _whole_of(work, entity, str(target), line, document)
        before = units(document.get("Deposit", ZERO))
        taken = 0
        for name, other, amount in work.conn.execute(
            "SELECT l.entity, l.id, l.amount FROM link l JOIN object p ON p.realm = l.realm"
            " AND p.entity = l.entity AND p.id = l.id WHERE l.realm = ? AND l.to_entity = ? AND l.to_id = ?"
            " AND l.to_line = ? AND l.entity IN ('Payment', 'BillPayment')"
            " ORDER BY max(p.txn_on, ?), l.id, l.line",
            (work.realm, entity, target, line, document["TxnDate"]),
        ).fetchall():
            if (name, str(other)) == (source, id_):
                taken += share(home, before + amount, whole, unit) - share(home, before, whole, unit)
            before += amount
        found[entity, str(target), line] = money(taken)
    return found


def home_total(work: Work, entity: str, id_: str, line: str, document: Body) -> Decimal:
    """Return what a document (or one line of it) put on receivables or payables at home, positive."""
    return money(_whole_of(work, entity, id_, line, document)[1])


def home_open(work: Work, entity: str, id_: str, line: str, document: Body, left: Decimal) -> Decimal:
    """Return what is open at home while `left` is open of a document (or one line of it), both positive.

    It is what payments have not released yet, so that ageings add up to the accounts to the cent.
    """
    if not currencies.is_foreign(work, document):
        return left
    whole, home = _whole_of(work, entity, id_, line, document)
    return money(home - share(home, whole - units(left), whole, currencies.home_unit(work)))


def share(amount: int, done: int, total: int, unit: int) -> int:
    """Return done/total of an amount in whole units (both in the store's; a cent is 100)."""
    if not total:
        return 0
    cut = (2 * abs(amount) * done + total * unit) // (2 * total * unit) * unit
    return cut if amount >= 0 else -cut


def _whole_of(work: Work, entity: str, id_: str, line: str, document: Body) -> tuple[int, int]:
    """Return a document's (or one journal line's) amount in its currency and at home, both positive."""
    if entity not in BALANCED:
        _, amount = open_lines(work, entity, id_).get(line, ("", ZERO))
        return abs(units(amount)), abs(units(currencies.home_amount(work, document, amount)))
    found = work.conn.execute(
        "SELECT amount FROM posting WHERE realm = ? AND entity = ? AND txn_id = ? AND line = 0",
        (work.realm, entity, int(id_)),
    ).fetchone()
    return units(document["TotalAmt"]), abs(found[0]) if found else 0


def total_open(body: Body) -> Decimal:
    """Return what a document was open for before anything was applied."""
    total: Decimal = body["TotalAmt"] - body.get("Deposit", ZERO)
    return total


def target_of(link: Body) -> tuple[str, str, str]:
    """Return what a payment's link means: entity, id, and the line where one is named."""
    named = str(link.get("TxnType", ""))
    entity = "Purchase" if named in SPENT else named
    return entity, str(link.get("TxnId", "")), str(link.get("TxnLineId") or "")


def open_lines(work: Work, entity: str, id_: str) -> dict[str, tuple[str, Decimal]]:
    """Return a journal's, deposit's or expense's receivable lines: line id -> (customer, amount).

    A debit is positive.
    """
    body = work.body(entity, id_)
    return {} if body is None else owed_lines(work, entity, body)


def guard_lines(work: Work, entity: str, old: Body, new: Body | None, named: str) -> None:
    """Raise Fault 6000 when receivable lines that a payment settles would change, or go (new is None)."""
    if not sources(work, entity, old["Id"]):
        return
    if new is None or owed_lines(work, entity, new) != owed_lines(work, entity, old):
        raise errors.business(f"The {named} is linked to a payment; unlink it first.")


def owed_lines(work: Work, entity: str, body: Body) -> dict[str, tuple[str, Decimal]]:
    """Return the receivable lines of this body, which may not be stored yet."""
    receivables = ledger.receivable_accounts(work.conn, work.realm)
    if entity == "Purchase":
        who, spent = (body.get("EntityRef") or {}).get("value", ""), -1 if body["Credit"] else 1
        return {
            line["Id"]: (who, spent * line["Amount"])
            for line, _, account in expense_lines.booked(body["Line"])
            if account in receivables
        }
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
