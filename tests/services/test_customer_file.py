"""What a person reads from QuickBooks on a customer's and an invoice's page, asked of a real emulator."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.services import (
    contact_people,
    customer_page,
    documents,
    invoice_page,
    invoice_reading,
    leasing,
)
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, mirror
from qb_collections.store.engine import reading
from tests.world import World

ISSUED, DUE = date(2026, 2, 2), date(2026, 2, 25)


@pytest.fixture(scope="module")
def world():
    """One late invoice of two lines' worth, with a memo; a contract on its customer, two things on it."""
    world = World()
    world.them = world.customer("Lookout Bakery", "ap@lookout.example")
    made = world.invoice(world.them, "640.00", ISSUED, DUE, PrivateNote="Called the site first.\n2 Mar: ours")
    world.bill = made["Id"]
    other = world.customer("Somebody Else", "x@else.example")
    for about, name in (("Customer", "Service Agreement 2026.pdf"), ("Invoice", "signed_delivery-note.pdf")):
        attach(world, world.them if about == "Customer" else world.bill, about, FileName=name)
    attach(world, world.bill, "Invoice", Note="2 Mar: Copy of this invoice e-mailed. (ref 7F3A9C)")
    attach(world, other, "Customer", FileName="not theirs.pdf")
    world.connect()
    world.settled_in()
    yield world
    world.close()


def attach(world, id, kind, **what):
    ref = {"EntityRef": {"type": kind, "value": id}, "IncludeOnSend": False}
    return world.engine.save(world.realm, "Attachable", {"AttachableRef": [ref], **what})


def page(world):
    return customer_page.of(world.context, world.company, world.them)


def test_documents_are_listed_with_what_they_hang_on_and_our_own_notes_are_none(world):
    said = documents.look(world.context, world.company, world.them)

    listed = page(world).on_file.listed
    assert said == "QuickBooks has 2 documents for them."
    assert {(one.name, one.invoice_id) for one in listed.documents} == {
        ("Service Agreement 2026.pdf", None),
        ("signed_delivery-note.pdf", world.bill),
    }
    assert listed.read_at == world.clock.now() and listed.whole


def test_the_file_is_complete_once_a_person_said_what_was_agreed_and_what_was_delivered(world):
    documents.look(world.context, world.company, world.them)
    before = page(world).on_file
    by_name = {one.name: one for one in before.listed.documents}
    agreement, signed = by_name["Service Agreement 2026.pdf"], by_name["signed_delivery-note.pdf"]

    documents.say(world.context, world.company, agreement.id, "contract", by="Dana")
    between = page(world).on_file
    documents.say(world.context, world.company, signed.id, "delivery", by="Dana")
    documents.look(world.context, world.company, world.them)  # what was said stays
    after = page(world).on_file

    assert (before.suggestion(agreement), before.suggestion(signed)) == ("contract", "delivery")
    assert "2 documents wait for somebody to say what they are" in before.says and not before.complete
    assert between.says.startswith("Missing: proof that it was delivered.")
    assert after.complete and after.says.startswith("Complete:")


def test_the_sheet_of_a_call_asks_again_only_after_a_day(world):
    documents.look(world.context, world.company, world.them)
    looked_at = page(world).on_file.listed.read_at
    seen = {}

    for hours in (23, 24):
        world.clock.set(max(world.clock.now(), looked_at + timedelta(hours=hours)))
        with leasing.held(world.context, world.company) as lease:
            documents.refresh(world.context, world.company, lease, world.them)
        seen[hours] = page(world).on_file.listed.read_at

    assert seen[23] == looked_at
    assert seen[24] >= looked_at + timedelta(hours=24)


def test_an_invoice_is_read_once_and_stays_true_while_the_mirror_knows_of_no_change(world):
    with reading(world.context.engine) as conn:
        known = mirror.invoice(conn, world.company_id, world.bill)
    assert invoice_page.of(world.context, world.company, world.bill).stands is None

    said = invoice_reading.read(world.context, world.company, known)

    found = invoice_page.of(world.context, world.company, world.bill)
    assert said == "Read from QuickBooks just now."
    assert [(str(one.amount.amount), one.quantity) for one in found.stands.lines] == [("640.00", None)]
    assert found.stands.memo == ("Called the site first.", "2 Mar: ours")
    assert found.stands.current and found.stands.tax.amount == Decimal(0)
    assert found.opens_at is None  # an emulator has no pages


def test_when_quickbooks_does_not_answer_the_page_says_so_and_keeps_what_it_had(world):
    with reading(world.context.engine) as conn:
        known = mirror.invoice(conn, world.company_id, world.bill)
    invoice_reading.read(world.context, world.company, known)
    before = invoice_page.of(world.context, world.company, world.bill).stands

    gone = invoice_reading.read(world.context, world.company, replace(known, id="99999"))

    assert isinstance(gone, Refusal) and "does not have this invoice any more" in gone.message
    assert invoice_page.of(world.context, world.company, world.bill).stands == before


def test_whom_the_company_names_gets_the_next_message_and_is_greeted_by_name(world):
    said = contact_people.add(
        world.context,
        world.company,
        world.them,
        name="Jo  Price",
        role="accounts payable",
        email="jo@lookout.example",
        phone="",
        written_to="every",
        by="Dana",
    )

    why = invoice_page.of(world.context, world.company, world.bill).why
    assert said == "Jo Price gets every message to Lookout Bakery from now on, at jo@lookout.example."
    assert why.draft is not None and why.draft.to == "jo@lookout.example"
    with reading(world.context.engine) as conn:
        last = audit.entries(conn, world.company_id, limit=1)[0]
    assert (last.actor, last.action, last.subject) == (
        "Dana",
        "contact person added",
        f"customer {world.them}",
    )
