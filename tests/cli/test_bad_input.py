"""What bad input gets: a clear sentence, an exit code, and nothing lost."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import timedelta

import pytest
from click.testing import CliRunner

from qb_collections.cli import main
from tests.cli.conftest import FRIDAY, OWED, ROOT

PRESET = "qb_collections/presets/standard.toml"


def refused(world, *words, code=1):
    """The sentence with which the command ends."""
    told = world.told(*words, code=code)
    assert told["exit_code"] == code
    return told["error"]["message"]


def test_an_unknown_company_is_answered_with_the_nearest_name(connected):
    said = refused(connected, "sync", "Harbour Lite Supply")

    assert said == 'There is no company "Harbour Lite Supply". The nearest is Harbor Light Supply.'


def test_without_any_company_the_way_to_one_is_named(world):
    assert refused(world, "sync") == "No company is connected yet. Connect one with: qb-collections connect"


def test_an_unknown_invoice_is_answered_with_the_nearest_numbers(connected):
    said = refused(connected, "explain", "1093")

    assert said.startswith('Harbor Light Supply has no invoice "1093" that we know of. The nearest are 1003')


@pytest.mark.parametrize(
    ("until", "sentence"),
    [
        ("2026-11-31", "'2026-11-31' is not a day of the calendar. Write year-month-day, as in 2026-11-06."),
        ("06.11.2026", "'06.11.2026' is not a day of the calendar. Write year-month-day, as in 2026-11-06."),
    ],
)
def test_an_impossible_day_is_wrong_usage(connected, until, sentence):
    words = ("hold", "add", "promise", "--invoice", "1003", "--reason", "said so", "--until", until)

    assert sentence in refused(connected, *words, code=2)
    assert connected.told("hold", "list")["holds"] == []


def test_a_day_that_is_past_is_refused(connected):
    words = ("hold", "add", "promise", "--invoice", "1003", "--reason", "said so", "--until", "2026-11-01")

    assert refused(connected, *words) == "November 1, 2026 is past. Give today or a later day."


@pytest.mark.parametrize(
    ("amount", "sentence"),
    [
        ("12.345", "12.345 has more decimals than USD has. Write it with 2 decimals, as in 1240.00."),
        ("1e-400", "1E-400 has more decimals than USD has. Write it with 2 decimals, as in 1240.00."),
        ("1e400", "'1e400' is more than anybody owes here; at most 1,000,000,000,000 can be kept."),
        ("-5", "'-5' is not an amount that somebody can pay. Write it as in 1240.00."),
        ("0", "'0' is not an amount that somebody can pay. Write it as in 1240.00."),
        ("NaN", "'NaN' is not an amount that somebody can pay. Write it as in 1240.00."),
        ("Infinity", "'Infinity' is not an amount that somebody can pay. Write it as in 1240.00."),
        ("a lot", "'a lot' is not an amount. Write it as in 1240.00."),
    ],
)
def test_an_impossible_amount_is_wrong_usage(connected, amount, sentence):
    words = ("hold", "add", "promise", "--invoice", "1003", "--reason", "so", "--until", "2026-11-09")

    told = connected.run(*words, "--amount", amount)

    assert told.exit_code == 2
    assert sentence in told.stderr
    assert connected.told("hold", "list")["holds"] == []


def test_a_malformed_policy_names_path_and_line_and_changes_nothing(connected, tmp_path):
    file = tmp_path / "mine.toml"
    lines = connected.told("policy", "show")["text"].splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("contact_gap_days"))
    lines[at] = "contact_gap_days = 1"
    file.write_text("\n".join(lines), encoding="utf-8")

    told = connected.told("policy", "set", str(file), "--note", "shorter", code=2)

    assert [(one["path"], one["line"]) for one in told["problems"]] == [("limits.contact_gap_days", at + 1)]
    assert connected.run("policy", "check", str(file)).stdout.startswith(f"{file}: line {at + 1}: ")
    assert [one["version"] for one in connected.told("policy", "show")["versions"]] == [1]


@pytest.mark.parametrize(
    ("setting", "value", "says"),
    [
        ("contact_gap_days", '"x"', 'limits.contact_gap_days: "x": a whole number without quotes is needed'),
        ("contact_gap_days", "1", "limits.contact_gap_days: 1: at least 3 is needed"),
        ("days", "[]", 'contact_hours.days: it is empty; allowed are one or more of "mon", "tue", "wed"'),
    ],
)
def test_a_malformed_policy_is_told_in_our_own_words(tmp_path, setting, value, says):
    file = tmp_path / "mine.toml"
    lines = (ROOT / PRESET).read_text(encoding="utf-8").splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith(f"{setting} ="))
    lines[at] = f"{setting} = {value}"
    file.write_text("\n".join(lines), encoding="utf-8")

    told = CliRunner().invoke(main, ["policy", "check", str(file)])

    assert f"{file}: line {at + 1}: {says}" in told.stdout


def test_an_emulator_where_nothing_answers_is_named_by_its_address(world):
    told = world.run("connect", "--emulator", "http://127.0.0.1:1")

    assert "Nothing answers at http://127.0.0.1:1." in told.output
    assert "ConnectionError" not in told.output


def test_what_messages_still_need_is_named_with_the_command_that_says_it(connected):
    said = connected.run("company", "contact", "--name", "Dana Ruiz", "--phone", "(423) 555-0100")
    whole = connected.run("company", "contact", "--pay", "By check")

    assert "Still missing: how they can pay you." in said.stdout
    assert "Still missing" not in whole.stdout


def test_a_good_policy_becomes_the_next_version_with_who_and_why(connected, tmp_path):
    file = tmp_path / "mine.toml"
    text = connected.told("policy", "show")["text"]
    file.write_text(text.replace("smallest_balance = 25", "smallest_balance = 40"), encoding="utf-8")

    assert connected.told("policy", "set", str(file), "--note", "40 is our floor")["version"] == 2
    same = refused(connected, "policy", "set", str(file), "--note", "again")
    versions = connected.told("policy", "show")["versions"]

    assert same.startswith("That is word for word the policy in force, version 2.")
    assert [(one["version"], one["note"]) for one in versions][1] == (2, "40 is our floor")
    assert versions[1]["author"].endswith(("(command line)", "someone at the command line"))


def test_when_quickbooks_cannot_be_reached_it_says_what_was_not_done_and_when_it_is_tried_again(connected):
    connected.server.stop()

    said = refused(connected, "sync", code=2)

    assert "could not be reached" in said
    assert "not lost" in said
    assert "tried again" in said


@pytest.mark.parametrize("fault", ["html_200", "cut_off"])
def test_an_answer_that_is_no_answer_stops_the_night_before_anything_leaves(live, fault):
    live.server.front.faults.add({"fault": fault, "match": {"path": "/cdc"}, "times": 50})

    said = refused(live, "night", code=2)

    assert "QuickBooks" in said
    assert live.sends() == []
    assert len(live.told("preview")["invoices"]) == len(OWED)  # our copy is as it was
    live.server.front.faults.clear()
    live.told("night", "--until-delivered")
    assert len(live.sends()) == len(OWED)


def test_trouble_in_the_middle_is_reported_and_the_rest_leaves_later(live):
    """From the third send on QuickBooks asks us to wait: two are out, nothing is doubled afterwards."""
    for nth in range(3, 40):
        live.server.front.faults.add(
            {"fault": "json_429", "retry_after": 1, "match": {"path": "/send", "nth": nth}}
        )

    told = live.told("night", code=2)
    assert told["delivery"]["trouble"] is not None
    assert told["delivery"]["retry_at"] is not None
    assert len(live.sends()) == 2

    live.server.front.faults.clear()
    live.told("night", "--until-delivered")
    assert live.sends() == [f"/v3/company/{live.realm_id}/invoice/{number}/send" for number in "123456"]


def test_a_send_whose_fate_nobody_knows_waits_for_a_person_and_is_not_repeated(live):
    """A 503 to a send says nothing, and QuickBooks does not show it as delivered: a person looks."""
    live.server.front.faults.add({"fault": "http_503", "match": {"path": "/send", "nth": 3}})

    live.told("night", code=2)
    live.told("night", "--until-delivered")
    (task,) = [one for one in live.told("task", "list")["tasks"] if one["kind"] == "parked"]

    assert len(live.sends()) == 5
    assert task["customer"] == "Cedar & Sons"
    assert task["outcomes"] == ["was-sent", "was-not-sent"]
    live.told("task", "done", str(task["id"]), "--outcome", "was-not-sent")
    assert [one for one in live.told("task", "list")["tasks"] if one["kind"] == "parked"] == []


def digest(folder):
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in folder.iterdir()
        if file.is_file()
    }


@pytest.mark.parametrize("words", [("companies",), ("night",), ("db", "upgrade"), ("serve", "--port", "0")])
def test_a_database_of_a_newer_version_is_refused_and_not_touched(connected, words):
    database = connected.folder / "qb-collections.sqlite3"
    with sqlite3.connect(database) as conn:
        conn.execute("UPDATE alembic_version SET version_num = '9999_from_the_future'")
    conn.execute("PRAGMA journal_mode = DELETE")
    conn.close()
    before = digest(connected.folder)

    said = refused(connected, *words, code=2)

    assert "newer version" in said
    assert "Nothing was changed" in said
    assert digest(connected.folder) == before


def test_connecting_without_keys_names_the_six_steps(world):
    said = refused(world, "connect")

    assert [line.strip()[:2] for line in said.splitlines()[1:7]] == ["1.", "2.", "3.", "4.", "5.", "6."]
    assert "http://127.0.0.1:5000/connect/callback" in said


def test_connecting_with_keys_while_nothing_serves_says_to_start_it(world):
    told = world.run("connect", QBC_INTUIT_CLIENT_ID="id", QBC_INTUIT_CLIENT_SECRET="secret", QBC_PORT="1")

    assert told.exit_code == 1
    assert "qb-collections serve" in told.stderr


def test_an_emulator_that_is_none_is_refused(world):
    assert "is not an emulator on this machine" in refused(
        world, "connect", "--emulator", "https://quickbooks.example.com"
    )


def test_the_only_company_is_disconnected_without_its_name_and_support_numbers_are_in_the_log(connected):
    """Intuit's refusal has a status and a number; the person reads that it could not be told."""
    connected.server.front.faults.add({"fault": "http_503", "match": {"path": "/revoke"}, "times": 9})

    told = connected.run("disconnect")

    assert told.exit_code == 0
    assert told.stdout.startswith(
        "Harbor Light Supply is disconnected and our keys are destroyed, but Intuit could not be told ("
    )
    assert not any(word in told.stdout for word in ("HTTP", "503", "intuit_tid"))
    (line,) = [json.loads(line) for line in told.stderr.splitlines() if "permission not revoked" in line]
    assert line["status"] == 503


def test_a_disconnected_company_is_not_worked_for_and_keeps_its_records(connected):
    connected.told("disconnect", "Harbor Light Supply")

    said = refused(connected, "night", code=2)

    assert "disconnected" in said
    assert [one["state"] for one in connected.told("companies")["companies"]] == ["disconnected"]
    assert "Harbor Light Supply (emulator): DISCONNECTED." in connected.run("companies").stdout
    assert connected.told("run", "list")["runs"] == []


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("task", "done", "99", "--outcome", "sent"), "has no task 99"),
        (("hold", "lift", "99"), "has no hold 99"),
        (("run", "show", "99"), "has no run 99"),
        (("plan", "show", "P99"), "There is no payment plan P99"),
        (("policy", "show", "--version", "9"), "there are 1 to 1"),
        (("company", "mode", "automatic"), "--yes"),
    ],
)
def test_what_is_not_there_or_not_confirmed_is_refused_with_a_sentence(connected, words, sentence):
    told = connected.run(*words)

    assert told.exit_code == 1
    assert sentence in told.output
    assert "Traceback" not in told.output


def test_errors_in_json_are_one_object_too(connected):
    told = connected.run("explain", "1093", "--json")

    assert json.loads(told.stdout)["error"]["kind"] == "refused"
    assert told.stderr.startswith("Harbor Light Supply has no invoice")


def test_a_number_longer_than_the_database_counts_names_nothing(live):
    number = "99999999999999999999"

    for words in (
        ["run", "show"],
        ["run", "approve"],
        ["hold", "lift"],
        ["task", "done", "--outcome", "sent"],
    ):
        told = live.run(*words, number)

        assert told.exit_code == 2
        assert number in told.stderr


def test_a_data_folder_that_cannot_be_one_is_named_with_an_example(tmp_path):
    file = tmp_path / "taken"
    file.write_text("not a folder")

    told = CliRunner().invoke(main, ["companies"], env={"QBC_DATA_DIR": str(file)})

    assert told.exit_code == 2
    assert told.stderr.startswith(f"QBC_DATA_DIR: {file} cannot be used as a folder")
    assert "Example: QBC_DATA_DIR=" in told.stderr


def test_a_key_file_that_is_a_folder_is_named_with_an_example(tmp_path):
    told = CliRunner().invoke(
        main, ["companies"], env={"QBC_DATA_DIR": str(tmp_path / "data"), "QBC_KEY_FILE": str(tmp_path)}
    )

    assert told.exit_code == 2
    assert told.stderr.strip() == (
        f"QBC_KEY_FILE: {tmp_path} is a folder; name the file in it that holds the key. "
        "Example: QBC_KEY_FILE=/etc/qb-collections/key"
    )


def test_a_key_file_where_none_can_be_made_is_named_with_an_example(tmp_path):
    (tmp_path / "taken").write_text("a file")
    key = tmp_path / "taken" / "key"

    told = CliRunner().invoke(
        main, ["companies"], env={"QBC_DATA_DIR": str(tmp_path / "data"), "QBC_KEY_FILE": str(key)}
    )

    assert told.exit_code == 2
    assert told.stderr.startswith(f"QBC_KEY_FILE: {key} cannot be made: {key.parent} is no folder. Example: ")


def test_approving_counts_what_leaves_and_says_what_waits_and_why(connected):
    """QuickBooks e-mails copies first; three weeks later it is our own words, which need a name below."""
    connected.told("company", "mode", "approve", "--yes")
    connected.told("night")
    connected.move_to(FRIDAY)
    connected.told("night")
    copies = connected.run("run", "approve").stdout
    connected.told("night")

    connected.move_to(FRIDAY + timedelta(days=21))
    connected.told("night")
    words = connected.run("run", "approve").stdout

    assert copies == "Approved: 6 contacts leave in the customers' contact hours.\n"
    assert words.startswith(
        "Approved, but nothing leaves yet: 6 messages and calls wait incomplete, because nobody has said "
        "the name of the person customers can turn to and how they can pay you.\n"
    )
    assert "qb-collections company contact --name" in words


@pytest.mark.parametrize("words", [["companies"], ["doctor"]])
def test_a_damaged_database_is_refused_with_the_way_back_and_not_touched(tmp_path, words):
    damaged = tmp_path / "qb-collections.sqlite3"
    damaged.write_bytes(b"\x07" * 8192)

    told = CliRunner().invoke(main, words, env={"QBC_DATA_DIR": str(tmp_path)})

    assert told.exit_code in (1, 2)
    assert "cannot be read as a database. Nothing was changed." in told.output
    assert "did not foresee" not in told.output
    assert damaged.read_bytes() == b"\x07" * 8192
