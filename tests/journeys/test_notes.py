"""Note lines in people's books: they move no money, keep what people wrote, and find their place."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qb_collections.core.intents import IntentKind
from qb_collections.emulator.switches import Switches
from qb_collections.store import companies, intents
from qb_collections.store.engine import durable, reading
from tests.journeys.story import Story

DUE = date(2026, 2, 25)
ISSUED = date(2026, 2, 2)


def _world(**options) -> Story:
    return Story(**options)


def _kinds(world: Story) -> list[tuple[str, str]]:
    with reading(world.context.engine) as conn:
        found = intents.list(conn, world.company_id, kinds=(IntentKind.NOTE, IntentKind.NOTE_ATTACHMENT))
    return sorted((intent.kind.value, intent.state.value) for intent in found)


def test_what_people_wrote_in_the_memo_stays_above_our_line():
    world = _world()
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(customer, "640.00", ISSUED, DUE, PrivateNote="Ask for Tilda.\nGate code 12")
    world.connect()
    world.settled_in()

    world.night()

    lines = world.read_invoice(invoice["Id"])["PrivateNote"].split("\n")
    assert lines[:2] == ["Ask for Tilda.", "Gate code 12"]
    assert lines[2].startswith("Mar 2, 2026: Copy of this invoice e-mailed.")
    assert len(lines) == 3
    world.close()


def test_a_note_that_moves_money_stops_the_notes_of_that_company():
    """QuickBooks computes the tax anew on any save: what a person had set by hand is gone."""
    world = _world(switches=Switches(tax_recomputed_on_any_save=True))
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    found = world.engine.query(world.realm, "SELECT * FROM Item WHERE Type = 'Service' MAXRESULTS 1")
    line = {
        "Amount": Decimal("640.00"),
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": found["Item"][0]["Id"]}, "TaxCodeRef": {"value": "TAX"}},
    }
    invoice = world.invoice(
        customer, "640.00", ISSUED, DUE, Line=[line], TxnTaxDetail={"TotalTax": Decimal("5.00")}
    )
    world.connect()
    world.settled_in()

    world.night()

    changed = world.read_invoice(invoice["Id"])
    assert changed["TotalAmt"] != invoice["TotalAmt"]
    assert world.company.notes_stopped is not None
    assert "changed the total, the tax of invoice" in world.company.notes_stopped
    world.close()


def test_when_the_memo_has_six_lines_of_ours_the_seventh_is_attached_beside_it():
    world = _world()
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    full = "\n".join(f"{day} Jan 2026: Copy sent as requested. (ref ABCDE{day})" for day in range(2, 8))
    invoice = world.invoice(customer, "640.00", ISSUED, DUE, PrivateNote=full)
    world.connect()
    world.settled_in()

    world.night()

    assert world.read_invoice(invoice["Id"])["PrivateNote"] == full
    attached = world.engine.query(world.realm, "SELECT * FROM Attachable")["Attachable"]
    assert [one["AttachableRef"][0]["EntityRef"]["value"] for one in attached] == [invoice["Id"]]
    assert "Copy of this invoice e-mailed." in attached[0]["Note"]
    assert _kinds(world) == [("note", "cancelled"), ("note_attachment", "confirmed")]
    world.close()


def test_where_the_books_are_closed_the_note_is_attached_instead():
    world = _world()
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(customer, "640.00", ISSUED, DUE)
    world.connect()
    world.settled_in()
    world.act("close_books", through="2026-02-28")

    world.night()

    assert "PrivateNote" not in world.read_invoice(invoice["Id"])
    attached = world.engine.query(world.realm, "SELECT * FROM Attachable").get("Attachable", [])
    assert len(attached) == 1
    world.close()


def test_a_note_beside_an_invoice_waits_while_quickbooks_denies_the_app_and_is_written_once():
    """A 403 says nothing of the note: it stays due, and nobody else's work stops at it."""
    world = _world()
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    world.invoice(customer, "640.00", ISSUED, DUE)
    world.connect()
    world.settled_in()
    world.act("close_books", through="2026-02-28")
    world.emulator.front.faults.add({"fault": "403_3100", "match": {"path": "attachable"}, "times": 1})

    world.night()
    before = _kinds(world)
    world.until_delivered()

    assert before == [("note", "rejected"), ("note_attachment", "ready")]
    assert len(world.engine.query(world.realm, "SELECT * FROM Attachable")["Attachable"]) == 1
    world.close()


def test_an_owner_who_wants_no_notes_gets_none():
    world = _world()
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(customer, "640.00", ISSUED, DUE)
    world.connect()
    world.settled_in()
    with durable(world.context.engine) as conn:
        companies.update(conn, world.company_id, note_place="neither")

    world.night()

    assert world.sends() == {invoice["Id"]: 1}
    assert world.notes() == {}
    world.close()


def test_an_edit_between_our_reading_and_our_writing_is_kept_and_the_line_still_comes():
    world = _world()
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(customer, "640.00", ISSUED, DUE)
    world.connect()
    world.settled_in()
    gateway = world.context.gateway
    edited = []

    def interfering(company, lease):
        opened = gateway(company, lease)
        write = opened.write_notes

        def write_notes(notes, request_id):
            if not edited:
                edited.append(world.act("add_note", invoice=invoice["DocNumber"], text="Tilda is on leave."))
            return write(notes, request_id)

        opened.write_notes = write_notes
        return opened

    object.__setattr__(world.context, "gateway", interfering)

    world.night()
    world.until_delivered()

    memo = world.read_invoice(invoice["Id"])["PrivateNote"]
    assert "Tilda is on leave." in memo
    assert world.notes() == {invoice["Id"]: 1}
    world.close()
