"""What people do: customers and bookkeepers in the books, the owner in the service.

Each act draws its details from a seed of its own and from what stands in the books at that moment, so that
leaving another act out changes nothing about it.
"""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal
from random import Random

from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Link, Mode
from qb_collections.core.intents import IntentKind, State
from qb_collections.emulator import acts
from qb_collections.emulator.errors import Fault
from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import (
    connect,
    disconnect,
    holds,
    leasing,
    modes,
    night,
    plans,
    policies,
    replies,
    runs,
    tasks,
    undo,
)
from qb_collections.services.company_time import on_company_time
from qb_collections.services.outcomes import Report, outcomes_of
from qb_collections.services.refusal import Refusal
from qb_collections.store import intents, undos
from qb_collections.store import plans as stored_plans
from qb_collections.store import runs as stored_runs
from qb_collections.store.engine import reading
from qb_collections.store.leases import Leased, LeaseLost
from tests.simulation.hostile_world import HostileWorld
from tests.simulation.script import APP_ACTS, POLICIES, Act
from tests.simulation.templates import ADDRESS

ZERO = Decimal(0)


def perform(world: HostileWorld, act: Act) -> None:
    place = act.company % len(world.companies)
    if world.companies[place][0] in world.absent:
        return
    random = Random(act.seed)
    if act.kind in APP_ACTS and act.kind != "connect_first" and not world.is_connected(place):
        return
    if act.kind not in APP_ACTS:
        _in_the_books(world, world.companies[place][1], act.kind, random)
        return
    try:
        if act.kind == "connect_first":
            connect_first(world, place)
            return
        _in_the_service(world, place, act.kind, random)
    except (Leased, LeaseLost, QuickBooksError) as error:
        world.note(f"the owner asks for {act.kind} and is told: {error}")


# In the books


def _in_the_books(world: HostileWorld, realm: str, kind: str, random: Random) -> None:
    wanted: dict | None = None
    try:
        wanted = _books_act(world, realm, kind, random)
        if wanted is None:
            return
        ids = _ids_of_merged(world, realm, wanted) if kind == "merge" else None
        acts.perform(world.engine, realm, wanted)
        if ids is not None:
            world.said.merged(realm, *ids)
    except (ValueError, Fault) as refused:
        world.note(f"in the books of {realm[-4:]}: {wanted} was refused: {str(refused)[:80]}")
        return
    world.note(f"in the books of {realm[-4:]}: {_told(wanted)}")


def _told(act: dict) -> str:
    return " ".join(f"{name}={value}" if name != "act" else str(value) for name, value in act.items())


def _books_act(world: HostileWorld, realm: str, kind: str, random: Random) -> dict | None:
    rows = world.open_invoices(realm)
    if not rows:
        return None
    id_, number, customer, balance = _one_of(world, realm, rows, random)
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
        return {"act": "add_note", "invoice": number, "text": f"spoke to them, {random.randrange(10**6)}"}
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
            "from": _name(world, realm, customer),
            "into": _name(world, realm, random.choice(others)),
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
        world.note(f"in the books of {realm[-4:]}: credit memo for customer {customer}")
        return None
    if kind == "pay_on_account":
        if random.random() < 0.5:  # all that they owe, and nobody has applied it yet
            amount = Decimal(sum(row[3] for row in rows if row[2] == customer)) / 10_000
        return {"act": "pay_on_account", "customer": _name(world, realm, customer), "amount": str(amount)}
    if kind == "delete_invoice":
        return {"act": "delete", "entity": "Invoice", "id": id_}
    if kind == "new_invoice":
        return {
            "act": "create_invoice",
            "customer": _name(world, realm, customer),
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


def _name(world: HostileWorld, realm: str, customer: str) -> str:
    with world.emulator.store.reading() as conn:
        [name] = conn.execute(
            "SELECT name FROM object WHERE realm = ? AND entity = 'Customer' AND id = ?",
            (realm, int(customer)),
        ).fetchone()
    return str(name)


def _one_of(world: HostileWorld, realm: str, rows: list[tuple], random: Random) -> tuple:
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
    return random.choice(near or rows)


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


# In the service


def connect_first(world: HostileWorld, place: int) -> None:
    """The owner connects, looks at a first run and turns sending on."""
    made = connect.connect_emulator(world.context, ADDRESS, world.companies[place][1], "Sam")
    if isinstance(made, Refusal):
        world.note(f"the owner connects and is told: {made.message}")
        return
    if made.mode is Mode.SHADOW:
        modes.set_mode(world.context, made, Mode.AUTOMATIC, by="Sam", confirmed=True)
    world.note("the owner has connected")
    world.context.wake("sync", made.id)


def _in_the_service(world: HostileWorld, place: int, kind: str, random: Random) -> None:
    context, company, realm = world.context, world.company(place), world.companies[place][1]
    rows = world.open_invoices(realm)
    said: object = None
    if kind in ("hold", "promise", "dispute"):
        if not rows:
            return
        said = _place_a_hold(world, place, kind, _one_of(world, realm, rows, random), random)
    elif kind == "reply":
        if not rows:
            return
        said = _record_a_reply(world, place, _one_of(world, realm, rows, random), random)
    elif kind == "lift_hold":
        standing = holds.standing(context, company)
        if standing:
            chosen = random.choice(standing)
            world.said.hold_lifted(place, chosen.hold.id)
            said = holds.lift(context, company, chosen.hold.id, because="over", by="Sam")
    elif kind == "approve":
        world.said.agreed_to(place)
        said = runs.approve(context, company, by="Sam")
    elif kind == "stop":
        said = modes.stop(context, company, by="Sam")
        world.said.stopped(place)
    elif kind == "lift_stop":
        world.said.stop_lifted(place)
        said = modes.lift(context, company, by="Sam")
    elif kind == "set_mode":
        mode = random.choice([Mode.SHADOW, *Mode])
        if mode is not Mode.SHADOW:
            world.said.stop_lifted(place)
        said = modes.set_mode(context, company, mode, by="Sam", confirmed=True)
        if not isinstance(said, Refusal):
            world.said.mode_set(place, mode.value)
        if mode is Mode.SHADOW and not isinstance(said, Refusal):
            world.said.stopped(place)
    elif kind == "use_policy":
        policy = random.choice(POLICIES)
        said = policies.use(context, company, policy, author="Sam")
        if not isinstance(said, Refusal):
            world.said.policy_used(place, policy)
            said = f"{policy} is used"
    elif kind == "disconnect":
        said = disconnect.disconnect(context, company, "Sam")
        if not isinstance(said, Refusal):
            world.said.disconnected(place)
            said = said.message
    elif kind == "connect_first":
        raise AssertionError("it has no company yet")
    elif kind == "reconnect":
        if company.state is not Link.CONNECTED:
            world.said.connected(place)
            said = connect.connect_emulator(context, ADDRESS, realm, "Sam")
    elif kind in ("preview", "night_by_hand", "sync", "plan_create", "plan_end", "undo", "do_task"):
        here = on_company_time(context, company)
        if kind == "do_task":
            said = _do_a_task(world, here, place, random)
        elif kind in ("sync", "night_by_hand"):
            world.context.wake("sync" if kind == "sync" else "night by hand", company.id)
            said = "queued"
        elif company.state is Link.CONNECTED:
            with leasing.held(here, company, 5.0) as lease:
                if kind == "preview":
                    said = night.preview(here, company, lease)
                elif kind == "undo":
                    said = _undo_something(world, place, here, company, lease, random)
                elif kind == "plan_end":
                    said = _end_a_plan(world, place, here, company, lease, random)
                elif rows:
                    said = _agree_on_a_plan(world, here, place, lease, rows, random)
    text = said.message if isinstance(said, Refusal) else str(said)
    world.note(f"the owner of {realm[-4:]}: {kind}: {text[:90]}")


ABOUT_AN_INVOICE = (HoldKind.EXCLUSION, HoldKind.IN_TRANSIT)
ABOUT_A_CUSTOMER = (
    HoldKind.EXCLUSION,
    HoldKind.PEOPLE_ONLY,
    HoldKind.INSOLVENT,
    HoldKind.HARDSHIP,
    HoldKind.HANDED_OVER,
)


def _place_a_hold(world: HostileWorld, place: int, kind: str, row: tuple, random: Random):
    """A dispute is about an invoice; a promise is about one or all; other marks are either."""
    context, company, realm = world.context, world.company(place), world.companies[place][1]
    _, number, customer, _ = row
    of_all = kind != "dispute" and random.random() < 0.5
    hold = (
        HoldKind(kind) if kind != "hold" else random.choice(ABOUT_A_CUSTOMER if of_all else ABOUT_AN_INVOICE)
    )
    until = None
    if hold is HoldKind.PROMISE:
        until = company.today(context.clock.now()) + timedelta(days=random.randint(1, 9))
    name = _name(world, realm, customer)
    said = holds.add(
        context,
        company,
        hold,
        reason="as they said",
        by="Sam",
        customer=name if of_all else None,
        invoice=None if of_all else number,
        until_on=until,
        owner="Sam" if hold is HoldKind.HANDED_OVER else None,
    )
    if isinstance(said, Refusal):
        return said
    world.said.hold_placed(place, said, name if of_all else number, customer)
    return f"{said.kind} on {name if of_all else number}, hold {said.id}"


def _record_a_reply(world: HostileWorld, place: int, row: tuple, random: Random):
    """A customer answered: whatever it was, nothing leaves by itself before a person has dealt with it."""
    context, company, realm = world.context, world.company(place), world.companies[place][1]
    _, number, customer, _ = row
    kind = random.choice(("paid", "question", "dispute", "wrong_person", "stop", "stop", "promise", "other"))
    before = {one.hold.id for one in holds.standing(context, company)}
    name = _name(world, realm, customer)
    said = replies.record(
        context,
        company,
        customer=name,
        kind=kind,
        said="They wrote back.",
        by="Sam",
        invoice=number if kind == "dispute" else None,
        on=company.today(context.clock.now()) + timedelta(days=random.randint(1, 9))
        if kind == "promise"
        else None,
    )
    if isinstance(said, Refusal):
        return said
    for one in holds.standing(context, company):
        if one.hold.id not in before:
            world.said.hold_placed(place, one.hold, name, customer)
    if kind == "stop":
        world.said.asked_to_stop(place, customer, _first_address(world, realm, customer))
    return f"{name}: {kind}"


def _first_address(world: HostileWorld, realm: str, customer: str) -> frozenset[str]:
    """The address that a customer had before all this: one of today the service may not have read yet."""
    address = world.engine.read(realm, "Customer", customer).get("PrimaryEmailAddr", {}).get("Address", "")
    ours = world.words[realm].decode().lower()
    return frozenset({address} if address.endswith(f"@{ours}.example") else ())


def _undo_something(world: HostileWorld, place: int, here, company, lease, random: Random):
    """A run, a note, a plan or an earlier undo, as it is named on the screen."""
    with reading(here.engine) as conn:
        names = [str(one.id) for one in stored_runs.list(conn, company.id, kind="night")]
        names += [one.label for one in stored_plans.list(conn, company.id)]
        undone = {one.plan["undo"] for one in undos.every(conn, company.id)}
        wrote = intents.list(conn, company.id, states=(State.CONFIRMED,), kinds=(IntentKind.NOTE,))
    groups = [names, [one.plan["ref"] for one in wrote], [f"U{number}" for number in sorted(undone)] * 2]
    some = [group for group in groups if group]
    if not some:
        return "there is nothing to undo"
    name = random.choice(random.choice(some))
    with reading(here.engine) as conn:
        for one in stored_plans.list(conn, company.id):
            world.said.plan_ends(place, one.label)  # a run or an undo may have plans in it
    said = undo.undo(here, company, lease, name, by="Sam", confirm=True)
    return said if isinstance(said, Refusal) else f"{name}: {said.lines[0]}"


def _agree_on_a_plan(world, here, place, lease, rows, random: Random):
    company = world.company(place)
    customer = _one_of(world, world.companies[place][1], rows, random)[2]
    numbers = [row[1] for row in rows if row[2] == customer][:4]
    made = plans.create(
        here,
        company,
        lease,
        plans.Asked(
            tuple(numbers),
            form=random.choice(("overlay", "installments", "installments")),
            payments=random.randint(2, 5),
            every=random.choice(("week", "month")),
            first_on=company.today(here.clock.now()) + timedelta(days=random.randint(7, 20)),
        ),
        by="Sam",
        confirm=True,
    )
    if not isinstance(made, Refusal) and made.state == "active":
        world.said.plan_agreed(place, made)
    return (
        made if isinstance(made, Refusal) else f"plan {made.label} ({made.form}) over {numbers}: {made.state}"
    )


def _end_a_plan(world: HostileWorld, place: int, here, company, lease, random: Random):
    with reading(here.engine) as conn:
        active = [one for one in stored_plans.list(conn, company.id) if one.state == "active"]
    if not active:
        return "there is no plan to end"
    chosen = random.choice(active)
    world.said.plan_ends(place, chosen.label)
    ended = plans.cancel(here, company, lease, chosen.id, by="Sam", confirm=True)
    return ended if isinstance(ended, Refusal) else f"plan {chosen.label} ends: {ended.state}"


def _do_a_task(world: HostileWorld, here, place: int, random: Random):
    company = world.company(place)
    found = tasks.list_open(here, company)
    if not found:
        return "nothing is to do"
    task = random.choice(found)
    outcome = random.choice(list(outcomes_of(task.kind)))
    if task.kind == "message" and random.random() < 0.6:
        outcome = "sent"
    if task.kind == "parked":
        outcome = "was-sent" if was_sent(world, place, task) else "was-not-sent"
    today = company.today(here.clock.now())
    number = _a_number(world, place, task.customer_id, random)
    report = Report(
        outcome,
        "Sam",
        on=today + timedelta(days=random.randint(1, 9)),
        invoice=number,
        reason="as they said",
        owner="Sam",
    )
    with leasing.held(here, company, 5.0) as lease:
        world.said.task_reported(place, task, outcome)
        said = tasks.done(here, company, lease, task.id, report)
    return said if isinstance(said, Refusal) else f"{task.kind} {outcome}: {said}"


def settle_parked(world: HostileWorld) -> None:
    """The owner looks each open question up in QuickBooks and answers it."""
    for place, (company_id, _) in enumerate(world.companies):
        company = world.company(place)
        for task in tasks.list_open(world.context, company):
            if task.kind == "parked" and task.intent_id is not None:
                outcome = "was-sent" if was_sent(world, place, task) else "was-not-sent"
                with leasing.held(world.context, company, 5.0) as lease:
                    said = tasks.done(world.context, company, lease, task.id, Report(outcome, "Sam"))
                world.note(f"the owner of company {company_id} answers: {outcome}: {said}")


def was_sent(world: HostileWorld, place: int, task) -> bool:
    """What the owner finds when looking at the invoice's delivery in QuickBooks."""
    world.network.arrive_late(all_of_them=True)
    company_id, realm = world.companies[place]
    with reading(world.context.engine) as conn:
        intent = intents.get(conn, company_id, task.intent_id)
    if intent.body is None:
        return False
    if "message_id" in intent.body:
        return any(mail.message_id == intent.body["message_id"] for mail in world.office.arrived)
    id_ = intent.body.get("invoice_id")
    return any(
        change.entity == "Invoice" and change.id == id_ and change.operation == "Emailed"
        for sent in world.network.sent
        if sent.realm == realm and sent.known.get("intent") in (None, intent.id)
        for change in sent.changes
        if sent.at >= intent.due_at - timedelta(days=1)
    )


def _a_number(world: HostileWorld, place: int, customer: str | None, random: Random) -> str | None:
    rows = [row for row in world.open_invoices(world.companies[place][1]) if row[2] == customer]
    return random.choice(rows)[1] if rows else None
