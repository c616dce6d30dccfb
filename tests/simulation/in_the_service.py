"""What the owner does in the service: marks, answers, plans, undo, stops, modes, connections."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Link, Mode
from qb_collections.core.intents import IntentKind, State
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
from tests.simulation.hostile_world import HostileWorld
from tests.simulation.in_the_books import name_of, one_of
from tests.simulation.script import POLICIES
from tests.simulation.templates import ADDRESS
from tests.simulation.was_sent import was_sent


def asks_for(world: HostileWorld, place: int, kind: str, random: Random) -> None:
    context, company, realm = world.context, world.company(place), world.companies[place][1]
    rows = world.open_invoices(realm)
    said: object = None
    entries = _entries(world, company.id)
    if kind in ("hold", "promise", "dispute"):
        if not rows:
            return
        said = _place_a_hold(world, place, kind, one_of(world, realm, rows, random), random)
    elif kind == "reply":
        if not rows:
            return
        said = _record_a_reply(world, place, one_of(world, realm, rows, random), random)
    elif kind == "lift_hold":
        standing = holds.standing(context, company)
        if standing:
            chosen = random.choice(standing)
            world.said.hold_lifted(place, chosen.hold.id)
            lifted = holds.lift(context, company, chosen.hold.id, because="over", by="Sam")
            said = lifted if isinstance(lifted, Refusal) else f"{chosen.hold.kind.value}, {chosen.hold.id}"
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
            said = mode.value
            if mode is Mode.SHADOW:
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
            kept = context.tokens.load(company.id)
            if kept is not None:
                world.wrong("INV-10", f"company {company.id} is disconnected, and its tokens are still here")
    elif kind == "reconnect":
        if company.state is not Link.CONNECTED:
            world.said.connected(place)
            said = connect.connect_emulator(context, ADDRESS, realm, "Sam")
            if not isinstance(said, Refusal):
                world.said.connected_again(place)
    elif kind == "tend":
        said = _tend(world, place)
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
    world.note(f"the owner of company {company.id} {ASKED[kind]}: {_answer(said)}")
    did = not isinstance(said, Refusal) and not str(said).startswith(("nothing", "there is no", "None"))
    if kind in RECORDED and did and _entries(world, company.id) == entries:
        who = f"the owner of company {company.id}"
        world.wrong("INV-12", f"{who} {ASKED[kind]}, and the audit has no entry of it")


def _entries(world: HostileWorld, company_id: int) -> int:
    """What the audit has of the owner's acts."""
    return world.journal.execute(
        "SELECT count(*) FROM audit WHERE company_id = ? AND actor = 'Sam'", (company_id,)
    ).fetchone()[0]


# What leaves an entry in the audit whenever it was done.
RECORDED = (
    "hold",
    "promise",
    "dispute",
    "reply",
    "lift_hold",
    "approve",
    "stop",
    "lift_stop",
    "disconnect",
    "reconnect",
    "plan_end",
    "do_task",
)


# What an owner does, in words; what came of it follows.
ASKED = {
    "hold": "marks a customer or an invoice",
    "promise": "records a promise to pay",
    "dispute": "records a dispute",
    "reply": "records a customer's reply",
    "lift_hold": "lifts a mark",
    "approve": "says yes to tonight's messages",
    "stop": "presses stop",
    "lift_stop": "lifts the stop",
    "set_mode": "chooses another way of sending",
    "use_policy": "chooses another policy",
    "disconnect": "disconnects QuickBooks",
    "reconnect": "connects QuickBooks again",
    "preview": "looks at a preview",
    "night_by_hand": "starts tonight's run by hand",
    "sync": "asks for the newest from QuickBooks",
    "plan_create": "agrees on a payment plan",
    "plan_end": "ends a payment plan",
    "undo": "undoes something",
    "do_task": "does a task",
    "tend": "looks after the service",
}


def _answer(said: object) -> str:
    if isinstance(said, Refusal):
        return f"it is refused, {said.message[:120]}"
    if said is None:
        return "nothing to do"
    told = getattr(said, "message", None) or (said if isinstance(said, str) else "done")
    return str(told)[:120]


def _tend(world: HostileWorld, place: int) -> str:
    """Connect again where that ended, and let things go on where they were stopped."""
    context, company = world.context, world.company(place)
    done = []
    if company.state is not Link.CONNECTED:
        world.said.connected(place)
        made = connect.connect_emulator(context, ADDRESS, world.companies[place][1], "Sam")
        if not isinstance(made, Refusal):
            world.said.connected_again(place)
        company = world.company(place)
        done.append("connects again")
    if company.mode is Mode.SHADOW:
        world.said.stop_lifted(place)
        said = modes.set_mode(context, company, Mode.AUTOMATIC, by="Sam", confirmed=True)
        if not isinstance(said, Refusal):
            world.said.mode_set(place, "automatic")
        done.append("turns sending on")
    elif company.stopped_by is not None:
        world.said.stop_lifted(place)
        modes.lift(context, company, by="Sam")
        done.append("lifts the stop")
    return " and ".join(done) or "finds everything in order"


_ANSWERS = "'answer', 'notice'"  # what we owe back, a plan's notices among it
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
    name = name_of(world, realm, customer)
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
    name = name_of(world, realm, customer)
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
    customer = one_of(world, world.companies[place][1], rows, random)[2]
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
        before = _contacts(world, company.id, task.customer_id)
        answered = _contacts(world, company.id, task.customer_id, _ANSWERS)
        said = tasks.done(here, company, lease, task.id, report)
    recorded = _contacts(world, company.id, task.customer_id) > before
    if recorded and task.kind != "parked":  # that one was heard when it left
        world.said.spoken_with(world.companies[place][1], task.customer_id or "")
    if not recorded and str(said).startswith(
        ("Noted as sent. The line", "Noted as sent. QuickBooks gets no line")
    ):
        world.wrong("INV-01", f"company {company.id}: {said!r} is said, and no contact is recorded")
    again = _contacts(world, company.id, task.customer_id, _ANSWERS) > answered  # no step, and no line
    if not again and str(said).startswith("Noted as sent. It stands"):
        world.wrong("INV-01", f"company {company.id}: {said!r} is said, and no answer is recorded")
    return said if isinstance(said, Refusal) else f"{task.kind} {outcome}: {said}"


def _contacts(
    world: HostileWorld, company_id: int, customer: str | None, kinds: str = "'reminder', 'call'"
) -> int:
    """How often the customer has heard from us, as it is recorded."""
    return world.journal.execute(
        f"SELECT count(*) FROM contact WHERE company_id = ? AND customer_id = ? AND kind IN ({kinds})",
        (company_id, customer),
    ).fetchone()[0]


def _a_number(world: HostileWorld, place: int, customer: str | None, random: Random) -> str | None:
    rows = [row for row in world.open_invoices(world.companies[place][1]) if row[2] == customer]
    return random.choice(rows)[1] if rows else None
