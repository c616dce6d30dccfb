"""E-mail came back between the night and the hour of sending: nothing leaves to that address."""

from __future__ import annotations

from datetime import date

from qb_collections.core.case import HoldKind
from qb_collections.services import holds, report, tasks
from tests.world import World


def test_an_address_that_bounced_is_not_used_and_another_one_goes_on_by_itself():
    world = World()
    try:
        bakery = world.customer("Lookout Bakery", "ap@lookout.example")
        invoice = world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
        world.connect()
        world.settled_in()
        world.to_next_night()
        waiting = world.night()["intents"]
        holds.add(
            world.context,
            world.company,
            HoldKind.BOUNCED,
            reason="no such mailbox",
            by="Dana",
            customer="Lookout Bakery",
        )

        world.until_delivered()
        unsent = world.sends()
        stopped = world.day()
        open_tasks = [(one.kind, one.text) for one in tasks.list_open(world.context, world.company)]
        row = world.engine.read(world.realm, "Customer", bakery)
        world.engine.save(
            world.realm, "Customer", row | {"PrimaryEmailAddr": {"Address": "june@lookout.example"}}
        )
        world.day()

        assert [one["kind"] for one in waiting] == ["send_invoice"]
        assert unsent == {}
        assert stopped["customers"][0]["reason"].startswith(
            "Can't reach them: e-mail to ap@lookout.example came back on Tuesday, March 3, and "
            "Lookout Bakery "
            "has no other address."
        )
        [(kind, text)] = open_tasks
        assert kind == "add_email"
        assert "e-mail to ap@lookout.example came back on March 3" in text
        assert world.sends() == {invoice["Id"]: 1}
        assert tasks.list_open(world.context, world.company) == []
        sent = world.read_invoice(invoice["Id"])
        assert sent["BillEmail"]["Address"] == "june@lookout.example"
    finally:
        world.close()


def test_a_copy_on_its_way_to_a_bounced_address_is_held_and_goes_to_the_other_one():
    world = World()
    try:
        bakery = world.customer("Lookout Bakery", "ap@lookout.example, june@lookout.example")
        invoice = world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
        world.connect()
        world.settled_in()
        world.to_next_night()
        night = world.night()
        reason = "ap@lookout.example: no such mailbox"
        holds.add(
            world.context,
            world.company,
            HoldKind.BOUNCED,
            reason=reason,
            by="Dana",
            customer="Lookout Bakery",
        )

        world.until_delivered()
        unsent = world.sends()
        [held] = report.run_report(world.context, world.company, night["run"]["id"])["intents"]
        world.day()

        assert unsent == {}
        assert (held["state"], held["reason"]) == (
            "cancelled",
            "E-mail to that address came back, or QuickBooks has another one now; we look again tonight.",
        )
        assert world.sends() == {invoice["Id"]: 1}
        assert world.read_invoice(invoice["Id"])["BillEmail"]["Address"] == "june@lookout.example"
    finally:
        world.close()
