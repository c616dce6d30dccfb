"""What the owner finds who looks a delivery up in QuickBooks or in the mailbox, and answers."""

from __future__ import annotations

from datetime import timedelta

from qb_collections.services import leasing, tasks
from qb_collections.services.outcomes import Report
from qb_collections.store import intents
from qb_collections.store.engine import reading
from tests.simulation.hostile_world import HostileWorld


def settle_parked(world: HostileWorld) -> None:
    """The owner looks each open question up in QuickBooks and answers it."""
    for place, (company_id, _) in enumerate(world.companies):
        company = world.company(place)
        for task in tasks.list_open(world.context, company):
            if task.kind == "parked" and task.intent_id is not None:
                outcome = "was-sent" if was_sent(world, place, task) else "was-not-sent"
                with leasing.held(world.context, company, 5.0) as lease:
                    tasks.done(world.context, company, lease, task.id, Report(outcome, "Sam"))
                found = "left" if outcome == "was-sent" else "did not leave"
                world.note(f"the owner of company {company_id} looks it up and answers that it {found}")


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
