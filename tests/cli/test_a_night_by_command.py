"""The whole path as a person walks it: connect, sync, preview, sending on, the night, why."""

from __future__ import annotations

import json

import jsonschema

from tests.cli.conftest import FRIDAY, OWED, ROOT

SCHEMA = json.loads((ROOT / "docs/run.schema.json").read_text(encoding="utf-8"))
NUMBERS = ["1001", "1002", "1003", "1004", "1005", "1006"]


def fits(told):
    jsonschema.validate(
        told, SCHEMA, cls=jsonschema.Draft202012Validator, format_checker=jsonschema.FormatChecker()
    )


def test_from_connecting_to_the_reason_with_every_note_and_send_exactly_once(world):
    base_url = world.server.base_url
    assert world.told("connect", "--emulator", base_url)["mode"] == "shadow"
    first = world.told("sync")
    assert (first["first"], first["invoices"], first["customers"]) == (True, 6, 6)
    assert world.told("preview")["run"]["counts"]["contacts"] == 0
    assert world.told("company", "mode", "automatic", "--yes")["mode"] == "automatic"
    assert world.told("night")["intents"] == []

    world.move_to(FRIDAY)
    night = world.told("night", "--until-delivered")
    why = world.told("explain", "1003")
    again = world.told("night", "--until-delivered")

    contacted = {(one["customer"], one["stage"], one["outcome"]) for one in night["customers"]}
    assert contacted == {(customer, "S1", "remind") for customer in OWED}
    assert world.sends() == [f"/v3/company/{world.realm_id}/invoice/{number}/send" for number in "123456"]
    assert {customer: len(lines) for customer, lines in world.notes().items()} == dict.fromkeys(OWED, 1)
    assert world.notes()["Cedar & Sons"][0].startswith("Nov 6, 2026: Copy of this invoice e-mailed.")
    assert [one["recipient"] for one in night["contacts"]] == [
        *("alder@customers.example", "birch@customers.example", "cedar@customers.example"),
        *("dogwood@customers.example", "elm@customers.example", "fir@customers.example"),
    ]
    assert why["customer"] == "Cedar & Sons"
    assert "Friday, November 6: we wrote about it." in why["lines"]
    assert again["run"]["id"] == night["run"]["id"]
    assert again["delivery"]["units"] == 0


def test_a_second_night_leaves_the_books_byte_for_byte(live):
    live.told("night", "--until-delivered")
    before = {customer: live.invoice(customer) for customer in OWED}

    live.told("night", "--until-delivered")

    assert {customer: live.invoice(customer) for customer in OWED} == before


def test_preview_and_night_print_the_one_shape_of_the_schema(live):
    preview, night = live.told("preview"), live.told("night", "--until-delivered")

    fits(preview)
    fits(night)
    assert (preview["run"]["kind"], preview["delivery"]) == ("preview", None)
    assert (night["run"]["kind"], night["delivery"]["units"] > 0) == ("night", True)
    fits(live.told("run", "show"))


def test_every_open_invoice_has_one_finding_in_both(live):
    preview, night = live.told("preview"), live.told("night")

    assert sorted(one["invoice"] for one in preview["invoices"]) == NUMBERS
    assert sorted(one["invoice"] for one in night["invoices"]) == NUMBERS
    assert all(one["finding"] for one in night["invoices"])


def test_a_night_in_shadow_is_held_says_so_and_touches_nothing(connected):
    connected.move_to(FRIDAY)

    told = connected.told("night", code=1)

    fits(told)
    assert told["run"]["heading"].startswith("Sending is off")
    assert told["delivery"]["held"].startswith("Sending is off")
    assert (connected.sends(), any(connected.notes().values())) == ([], False)


def test_what_comes_due_outside_contact_hours_waits_and_is_delivered_by_moving_the_clock(live):
    """Friday 18:30 in New York is past 17:00, and the next open hour is Monday at 9:00: 14:00 UTC."""
    live.move_to(FRIDAY.replace(hour=23, minute=30))

    waits = live.told("night")
    assert waits["delivery"]["waits_until"] == "2026-11-09T14:00:00+00:00"
    assert live.sends() == []

    done = live.told("night", "--until-delivered")
    assert len(live.sends()) == 6
    assert done["delivery"]["moves"] == 1
    assert done["delivery"]["waits_until"] is None
    assert live.clock.now().isoformat() == "2026-11-09T14:00:00+00:00"


def test_without_control_the_clock_cannot_be_moved_and_nothing_is_done(tmp_path):
    from tests.cli.conftest import build

    world = build(tmp_path / "data", control=False)
    try:
        world.told("connect", "--emulator", world.server.base_url)
        told = world.told("night", "--until-delivered", code=2)
        assert "started without" in told["error"]["message"]
        assert "emulator serve --control" in told["error"]["message"]
        assert world.told("run", "list")["runs"] == []
    finally:
        world.server.stop()


def test_in_approve_mode_contacts_leave_after_a_persons_word_and_not_before(connected):
    connected.told("company", "mode", "approve", "--yes")
    connected.told("night")
    connected.move_to(FRIDAY)

    waiting = connected.told("night")
    assert connected.sends() == []
    assert {one["approval"] for one in waiting["intents"]} == {"needed"}

    connected.told("run", "approve", "--customer", "Cedar & Sons")
    connected.told("night")
    assert connected.sends() == [f"/v3/company/{connected.realm_id}/invoice/3/send"]


def test_the_stop_holds_every_message_until_it_is_lifted(live):
    live.told("stop")
    held = live.told("night", code=1)
    assert held["delivery"]["held"].startswith("Everything is stopped by")
    assert live.sends() == []

    live.told("stop", "--lift")
    live.told("night")
    assert len(live.sends()) == 6


def test_a_disputed_invoice_is_left_alone_and_says_why(live):
    placed = live.told("hold", "add", "dispute", "--invoice", "1003", "--reason", "cooler failed again")
    live.told("night")
    why = live.told("explain", "1003")

    assert len(live.sends()) == 5
    assert live.notes()["Cedar & Sons"] == []
    assert "disputed" in why["reason"]
    assert [one["invoice"] for one in live.told("hold", "list")["holds"]] == ["1003"]
    assert "lifted" in live.told("hold", "lift", str(placed["hold"]["id"]))["message"]
    assert live.told("hold", "list")["holds"] == []


def test_without_json_standard_output_is_sentences(live):
    for words in (("preview",), ("night",), ("run", "show"), ("companies",), ("doctor",)):
        shown = live.run(*words)

        assert shown.exit_code == 0
        assert not shown.stdout.lstrip().startswith("{")
        assert "Harbor Light Supply" in shown.stdout


def test_whom_customers_can_call_is_set_and_shown(connected):
    words = ("--name", "Dana Ruiz", "--phone", "(423) 555-0100", "--role", "Accounts", "--pay", "By card")
    connected.told("company", "contact", *words)

    wrong = connected.told("company", "contact", "--reply-to", "nobody", code=2)
    told = connected.told("company", "contact")

    assert (told["contact_name"], told["contact_phone"]) == ("Dana Ruiz", "(423) 555-0100")
    assert (told["contact_role"], told["payment_instructions"]) == ("Accounts", "By card")
    assert "is not an e-mail address" in wrong["error"]["message"]
