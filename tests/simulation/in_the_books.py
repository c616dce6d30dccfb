"""What customers and bookkeepers do in the books, each act drawn from what stands there at that moment."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from random import Random

from qb_collections.emulator import acts
from qb_collections.emulator.errors import Fault
from tests.simulation import telling
from tests.simulation.hostile_world import HostileWorld

FULL_MEMO = 3_950  # of the 4,000 characters that QuickBooks takes


def happens(world: HostileWorld, realm: str, kind: str, random: Random) -> None:
    told = "somebody tries something in QuickBooks"
    try:
        wanted = _books_act(world, realm, kind, random)
        if wanted is None:
            return
        ids = _ids_of_merged(world, realm, wanted) if kind == "merge" else None
        told = telling.in_the_books(world, realm, wanted)  # by the number that it still has
        acts.perform(world.engine, realm, wanted)
        if ids is not None:
            world.said.merged(realm, *ids)
    except (ValueError, Fault) as refused:
        world.note(f"{told}, and QuickBooks refuses: {str(refused)[:80]}")
        return
    world.note(told)


def _books_act(world: HostileWorld, realm: str, kind: str, random: Random) -> dict | None:
    rows = world.open_invoices(realm)
    if not rows:
        return None
    id_, number, customer, balance = one_of(world, realm, rows, random)
    today = world.clock.now().date()
    amount = Decimal(balance) / 10_000
    if kind == "pay":
        return {"act": "pay", "invoice": number}
    if kind == "part_pay":
        return {
            "act": "part_pay",
            "invoice": number,
            "amount": str((amount / 3).quantize(Decimal("0.01")) or amount),
        }
    if kind == "void":
        return {"act": "void", "invoice": number}
    if kind == "edit_amount":
        body = world.engine.read(realm, "Invoice", id_)
        line = {name: value for name, value in body["Line"][0].items() if name not in ("Id", "LineNum")}
        line["Amount"] = line["Amount"] + Decimal("10.00")
        line["SalesItemLineDetail"] = {
            name: value
            for name, value in line["SalesItemLineDetail"].items()
            if name not in ("UnitPrice", "Qty")
        }
        return {"act": "edit", "entity": "Invoice", "id": id_, "fields": {"Line": [line]}}
    if kind == "redate":
        return {
            "act": "redate",
            "invoice": number,
            "due": (today + timedelta(days=random.randint(-20, 20))).isoformat(),
        }
    if kind == "add_note":
        return {"act": "add_note", "invoice": number, "text": _a_note(random.randrange(10**6))}
    if kind == "rewrite_note":
        fields = {"PrivateNote": f"rewritten by hand {random.randrange(10**6)}"}
        return {"act": "edit", "entity": "Invoice", "id": id_, "fields": fields}
    if kind == "remove_our_line":
        return {"act": "edit", "entity": "Invoice", "id": id_, "fields": {"PrivateNote": ""}}
    if kind == "change_email":
        address = {"Address": f"new{random.randrange(1000)}@example.com"}
        return {"act": "edit", "entity": "Customer", "id": customer, "fields": {"PrimaryEmailAddr": address}}
    if kind == "merge":
        others = sorted({row[2] for row in rows} - {customer})
        if not others:
            return None
        return {
            "act": "merge",
            "entity": "Customer",
            "from": name_of(world, realm, customer),
            "into": name_of(world, realm, random.choice(others)),
        }
    if kind in ("return_payment", "unapply"):
        paid = _payments(world, realm)
        return {"act": kind, "payment": random.choice(paid)} if paid else None
    if kind == "credit_memo":
        item = world.engine.query(realm, "SELECT * FROM Item WHERE Type = 'Service' MAXRESULTS 1")["Item"][0]
        line = {
            "Amount": (amount / 2).quantize(Decimal("0.01")),
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": item["Id"]}},
        }
        body = {"CustomerRef": {"value": customer}, "Line": [line], "TxnDate": today.isoformat()}
        world.engine.save(realm, "CreditMemo", body)
        at = telling.company(world, realm)
        world.note(f"in QuickBooks, somebody at {at} makes a credit memo for customer {customer}")
        return None
    if kind == "pay_on_account":
        if random.random() < 0.5:  # all that they owe, and nobody has applied it yet
            amount = Decimal(sum(row[3] for row in rows if row[2] == customer)) / 10_000
        return {"act": "pay_on_account", "customer": name_of(world, realm, customer), "amount": str(amount)}
    if kind == "delete_invoice":
        return {"act": "delete", "entity": "Invoice", "id": id_}
    if kind == "new_invoice":
        return {
            "act": "create_invoice",
            "customer": name_of(world, realm, customer),
            "amount": "321.09",
            "due": today.isoformat(),
        }
    if kind == "close_books":
        return {"act": "close_books", "through": (today - timedelta(days=random.choice((1, 20)))).isoformat()}
    if kind == "open_books":
        return {"act": "close_books", "through": None}
    if kind == "deactivate":
        return {"act": "deactivate", "entity": "Customer", "id": customer}
    if kind == "send_by_hand":
        return {"act": "auto_reminder", "invoice": number}
    raise AssertionError(f"nobody knows how to {kind}")


def _a_note(which: int) -> str:
    """What somebody writes into a memo; every fourth leaves no room for a line of ours."""
    text = f"spoke to them, {which}"
    return text if which % 4 else text.ljust(FULL_MEMO, ".")


def name_of(world: HostileWorld, realm: str, customer: str) -> str:
    with world.emulator.store.reading() as conn:
        [name] = conn.execute(
            "SELECT name FROM object WHERE realm = ? AND entity = 'Customer' AND id = ?",
            (realm, int(customer)),
        ).fetchone()
    return str(name)


def one_of(world: HostileWorld, realm: str, rows: list[tuple], random: Random) -> tuple:
    """An open invoice: mostly of somebody who has just heard from us or is about to; the races are there."""
    choice = random.random()
    if choice < 0.3:
        recent = _lately_written(world, realm)
        near = [row for row in rows if row[0] in recent]
    elif choice < 0.8:
        soon = _about_to_hear(world, realm)
        near = [row for row in rows if row[2] in soon]
    else:
        near = []
    chosen = random.choice(near or rows)
    meant = _being_written(world, realm)
    written = [row for row in rows if row[0] in meant]
    return written[int(chosen[0]) % len(written)] if written else chosen


def _being_written(world: HostileWorld, realm: str) -> set[str]:
    """The invoices that a batch on its way writes to: whoever acts meanwhile acts on one of these."""
    sent = world.network.sent[-1] if world.meanwhile and world.network.sent else None
    if sent is None or sent.realm != realm or sent.resource != "batch" or not sent.has_effect:
        return set()
    try:
        items = json.loads(sent.body)["BatchItemRequest"]
    except (ValueError, KeyError):
        return set()
    return {str(item["Invoice"]["Id"]) for item in items if "Id" in item.get("Invoice", {})}


def _about_to_hear(world: HostileWorld, realm: str) -> set[str]:
    company_id = next(ours for ours, theirs in world.companies if theirs == realm)
    found = world.journal.execute(
        "SELECT plan FROM intent WHERE company_id = ? AND kind IN ('send_invoice', 'email')"
        " AND state IN ('planned', 'ready')",
        (company_id,),
    )
    return {json.loads(plan)["customer_id"] for (plan,) in found}


def _ids_of_merged(world: HostileWorld, realm: str, act: dict) -> tuple[str, str]:
    with world.emulator.store.reading() as conn:
        gone, into = (
            conn.execute(
                "SELECT id FROM object WHERE realm = ? AND entity = 'Customer' AND name = ? AND deleted = 0",
                (realm, act[side]),
            ).fetchone()[0]
            for side in ("from", "into")
        )
    return str(gone), str(into)


def _lately_written(world: HostileWorld, realm: str) -> set[str]:
    return {
        change.id
        for sent in world.network.sent[-40:]
        if sent.realm == realm
        for change in sent.changes
        if change.entity == "Invoice"
    }


def _payments(world: HostileWorld, realm: str) -> list[str]:
    with world.emulator.store.reading() as conn:
        rows = conn.execute(
            "SELECT id FROM object WHERE realm = ? AND entity = 'Payment'"
            " AND deleted = 0 AND total > 0 ORDER BY id",
            (realm,),
        )
        return [str(id_) for (id_,) in rows]
