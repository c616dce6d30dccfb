"""What really happened: the emulator's versions, the requests that reached it, and the files' bytes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tests.simulation.memory_transport import Sent, kind_of

MARKER = re.compile(r"\(ref ([A-Z0-9]{6})\)")


@dataclass(frozen=True, slots=True)
class Copy:
    """QuickBooks e-mailed one invoice because the service asked."""

    realm: str
    invoice_id: str
    customer_id: str
    at: datetime
    request_id: str
    number: int


def row(world: Any, realm: str, entity: str, id_: str) -> dict[str, Any] | None:
    """A record as it stands, with customer, due day, balance and body; None where it is gone."""
    with world.emulator.store.reading() as conn:
        found = conn.execute(
            "SELECT customer, due_on, total, balance, deleted, body FROM object"
            " WHERE realm = ? AND entity = ? AND id = ?",
            (realm, entity, int(id_)),
        ).fetchone()
    if found is None or found[4]:
        return None
    customer, due_on, total, balance, _, body = found
    return {"customer": customer, "due_on": due_on, "total": total, "balance": balance, "body": body}


def memos(world: Any, realm: str, id_: str) -> list[str]:
    """An invoice's memo in each of its versions, oldest first."""
    with world.emulator.store.reading() as conn:
        rows = conn.execute(
            "SELECT body FROM version WHERE realm = ? AND entity = 'Invoice' AND id = ? ORDER BY seq",
            (realm, int(id_)),
        ).fetchall()
    return [str(json.loads(body).get("PrivateNote") or "") for (body,) in rows]


def copies(world: Any) -> Iterator[Copy]:
    """Every e-mail that QuickBooks really sent for the service."""
    for sent in world.network.sent:
        if kind_of(sent) != "send":
            continue
        for change in sent.changes:
            if change.operation == "Emailed":
                yield Copy(
                    change.realm_id,
                    change.id,
                    str(sent.known.get("customer")),
                    change.at,
                    sent.params.get("requestid", ""),
                    sent.number,
                )


def read_before(world: Any, sent: Sent, id_: str) -> Sent | None:
    """The look before a contact: the last answered batch of queries that names this invoice."""
    return look_at(world, sent.realm, id_, sent.number, sent.at)


def look_at(
    world: Any, realm: str | None, id_: str, before: int, at: datetime, *, spoilt_too: bool = False
) -> Sent | None:
    """The last answered batch of queries about this invoice, before the request of that number.

    It names it, or has it in its answer: what was paid and is open again is found by its customer.
    A fault may have made its answer an old one: such a look proves nothing, though the service did look.
    """
    named = f"'{id_}'".encode()
    for one in reversed(world.network.sent[:before]):
        is_look = one.realm == realm and one.resource == "batch" and not one.has_effect and one.status == 200
        if (
            is_look
            and (named in one.body or _answered(one, id_))
            and (spoilt_too or not one.known.get("spoilt"))
        ):
            return one
        if one.at < at - timedelta(hours=2):
            return None
    return None


def _answered(look: Sent, id_: str) -> bool:
    if f'"Id":"{id_}"'.encode() not in (look.answer or b""):
        return False
    try:
        parts = json.loads(look.answer or b"").get("BatchItemResponse", [])
        found = [one for part in parts for one in part.get("QueryResponse", {}).get("Invoice", [])]
    except (ValueError, AttributeError):
        return False  # it was spoilt on its way
    return any(one.get("Id") == id_ for one in found)


def last_work(world: Any, realm: str | None, before: int, request_id: str | None = None) -> int:
    """The last look or write of a company before that request; earlier tries of the same do not count."""
    for one in reversed(world.network.sent[:before]):
        again = request_id is not None and one.params.get("requestid") == request_id
        if one.realm == realm and not again and (one.resource == "batch" or one.has_effect):
            return int(one.number)
    return -1


def invoice_numbered(world: Any, realm: str, number: str) -> tuple[str, str] | None:
    """Id and customer of the invoice with that number, also of one that was deleted."""
    with world.emulator.store.reading() as conn:
        found = conn.execute(
            "SELECT id, customer FROM object WHERE realm = ? AND entity = 'Invoice' AND doc_number = ?",
            (realm, number),
        ).fetchone()
    return None if found is None else (str(found[0]), str(found[1]))


def customer_of_mail(world: Any, realm: str, mail: Any) -> str | None:
    for number in sorted(mail.invoices):
        found = invoice_numbered(world, realm, number)
        if found is not None:
            return found[1]
    return None


def addresses(world: Any, realm: str, invoice_id: str, customer: str | None) -> set[str]:
    """Where QuickBooks would write to about an invoice: in small letters, its customer's and its own."""
    found = [
        json.loads(one["body"]).get(name, {}).get("Address", "")
        for entity, id_, name in (
            ("Invoice", invoice_id, "BillEmail"),
            ("Customer", customer, "PrimaryEmailAddr"),
        )
        if id_ and (one := row(world, realm, entity, id_)) is not None
    ]
    return {part.casefold() for text in found for part in re.split(r"[\s,;]+", text) if "@" in part}


def settled_since(world: Any, realm: str, id_: str) -> int | None:
    """The number of the request before which people settled, voided or deleted it; None: it is open."""
    now = row(world, realm, "Invoice", id_)
    if now is not None and now["balance"] > 0:
        return None
    for written in reversed(world.by_people):
        change = written.change
        if change.realm_id == realm and change.entity == "Invoice" and change.id == id_:
            return int(written.after_request)
    return 0


def paid_together(world: Any, realm: str, ids: Sequence[str], since: datetime) -> bool:
    """Whether at some moment since then each of these invoices was paid whole; voided ones are not."""
    named = ",".join("?" * len(ids))
    with world.emulator.store.reading() as conn:
        versions = conn.execute(
            f"SELECT id, at, operation, body FROM version WHERE realm = ? AND entity = 'Invoice'"
            f" AND id IN ({named}) ORDER BY seq",
            (realm, *map(int, ids)),
        ).fetchall()
    paid: dict[int, bool] = {}
    for id_, at, operation, body in versions:
        found = json.loads(body)
        paid[id_] = operation != "Delete" and not found.get("Balance") and bool(found.get("TotalAmt"))
        if at >= int(since.timestamp() * 1_000_000) and len(paid) == len(ids) and all(paid.values()):
            return True
    return False


def made_by_us(world: Any) -> dict[str, set[tuple[str, int]]]:
    """By realm, the documents that the service created in the books."""
    found: dict[str, set[tuple[str, int]]] = {}
    for sent in world.network.sent:
        for change in sent.changes:
            if change.operation == "Create" and change.entity in ("Invoice", "CreditMemo", "Payment"):
                found.setdefault(change.realm_id, set()).add((change.entity, int(change.id)))
    return found


def postings(world: Any, realm: str, documents: set[tuple[str, int]]) -> dict[tuple[Any, ...], int]:
    """What these documents book, by account, customer, day, class, place and tax, in 1/10000."""
    sums: dict[tuple[Any, ...], int] = {}
    with world.emulator.store.reading() as conn:
        for entity, id_ in documents:
            for *key, amount in conn.execute(
                "SELECT account, customer, txn_on, class, department, tax_rate, amount FROM posting"
                " WHERE realm = ? AND entity = ? AND txn_id = ?",
                (realm, entity, id_),
            ):
                sums[tuple(key)] = sums.get(tuple(key), 0) + amount
    return {key: amount for key, amount in sums.items() if amount}


def customers_touched(world: Any, realm: str, documents: set[tuple[str, int]]) -> set[str | None] | None:
    """Whose documents of ours people have changed since; None: customers were merged, nobody can be told."""
    touched: set[str | None] = set()
    for written in world.by_people:
        change = written.change
        if change.realm_id != realm:
            continue
        if change.operation == "Merge":
            return None
        if (change.entity, int(change.id)) in documents:
            touched.add(_customer_of(world, realm, change.entity, change.id))
    return touched


def customers_of_unknown(world: Any, realm: str, documents: set[tuple[str, int]]) -> set[str | None]:
    """Whose documents of ours the files do not know: they were put back to an earlier day."""
    [company] = [id_ for id_, its in world.companies if its == realm]
    rows = world.journal.execute("SELECT external_id FROM intent WHERE company_id = ?", (company,))
    known = {id_ for (id_,) in rows.fetchall()}
    return {
        _customer_of(world, realm, entity, str(id_)) for entity, id_ in documents if str(id_) not in known
    }


def _customer_of(world: Any, realm: str, entity: str, id_: str) -> str | None:
    with world.emulator.store.reading() as conn:
        found = conn.execute(
            "SELECT customer FROM object WHERE realm = ? AND entity = ? AND id = ?", (realm, entity, int(id_))
        ).fetchone()
        if found is not None and found[0] is None:  # deleted: whose it was
            found = conn.execute(
                "SELECT max(body ->> '$.CustomerRef.value') FROM version"
                " WHERE realm = ? AND entity = ? AND id = ?",
                (realm, entity, int(id_)),
            ).fetchone()
    return None if found is None else str(found[0])


def secrets_of(world: Any) -> set[bytes]:
    """Every token that was ever handed out, and the companies' own numbers at Intuit."""
    found = {realm.encode() for _, realm in world.companies}
    for sent in world.network.sent:
        if "tokens/bearer" in sent.path and sent.answer.startswith(b"{"):
            try:
                answer = json.loads(sent.answer)
            except ValueError:
                continue
            found |= {
                str(answer[name]).encode() for name in ("access_token", "refresh_token") if name in answer
            }
    return found
