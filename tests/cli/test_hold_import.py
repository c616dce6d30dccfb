"""hold import: what the owner knows from a list, all of it or nothing, and never twice."""

from __future__ import annotations

import json

import pytest

HEADER = "kind,customer,invoice,reason,until,amount,owner,answer_by,code\n"
GOOD = (
    HEADER
    + "promise,Birch Street Diner,,on the telephone,2026-11-06,120.50,,,\n"
    + "dispute,,1003,cooler failed again,,,,,quality\n"
    + "bounced,Fir Hill Farm,,mailbox is full,,,,,\n"
)


@pytest.fixture
def listed(tmp_path):
    def write(text):
        file = tmp_path / "what we know.csv"
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return str(file)

    return write


def kinds(world):
    return [one["kind"] for one in world.told("hold", "list")["holds"]]


def test_a_list_is_placed_once_however_often_it_is_read(connected, listed):
    first = connected.run("hold", "import", listed(GOOD))
    again = connected.run("hold", "import", listed(GOOD.replace("\n", "\r\n").replace(",", ";")))

    assert first.exit_code == 0, first.output
    assert first.stdout.splitlines() == [
        "3 holds placed, in force at once.",
        "line 2: hold 1, promise until 6 November 2026: Birch Street Diner (on the telephone)",
        "line 3: hold 2, dispute: invoice 1003 of Cedar & Sons (cooler failed again); "
        f"{owner(connected)} is to answer by 9 November 2026",
        "line 4: hold 3, bounced: Fir Hill Farm (mailbox is full (fir@customers.example))",
    ]
    assert again.stdout.splitlines() == [
        "0 holds placed, in force at once. 3 rows placed nothing: see below.",
        "line 2: stands already as hold 1.",
        "line 3: stands already as hold 2.",
        "line 4: stands already as hold 3.",
    ]
    assert kinds(connected) == ["promise", "dispute", "bounced"]


def owner(world):
    return world.told("hold", "list")["holds"][1]["owner"]


def test_one_bad_row_keeps_all_from_being_placed(connected, listed):
    text = GOOD + "promis,Birch Street Diner,,x,,,,,\npromise,Birch Stret Diner,,x,2026-11-06,,,,\n"

    told = connected.run("hold", "import", listed(text))

    assert told.exit_code == 1
    lines = told.stdout.splitlines()
    assert lines[0] == (
        "2 rows cannot be placed, so nothing was placed. Mend them, or leave them out with --skip-bad-rows."
    )
    assert lines[1].startswith('line 5: kind "promis" is not one of dispute, promise,')
    assert lines[2] == 'line 6: there is no customer "Birch Stret Diner". The nearest is Birch Street Diner.'
    assert kinds(connected) == []


def test_the_others_are_placed_when_bad_rows_are_left_out(connected, listed):
    told = connected.told("hold", "import", listed(GOOD + "promis,A,,x,,,,,\n"), "--skip-bad-rows")

    assert told["placed"] is True
    assert [one["line"] for one in told["bad"]] == [5]
    assert kinds(connected) == ["promise", "dispute", "bounced"]


def test_a_dry_run_says_all_and_writes_nothing(connected, listed):
    told = connected.told("hold", "import", listed(GOOD), "--dry-run")

    assert (told["placed"], told["dry_run"]) == (False, True)
    assert [(one["id"], one["kind"]) for one in told["holds"]] == [
        (None, "promise"),
        (None, "dispute"),
        (None, "bounced"),
    ]
    assert kinds(connected) == []


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ("exclusion,,9999,x,,,,,", 'there is no invoice "9999" that we know of.'),
        (
            "exclusion,Elm Court Hotel,1003,x,,,,,",
            "invoice 1003 is one of Cedar & Sons, not of Elm Court Hotel",
        ),
        ("dispute,Elm Court Hotel,,x,,,,,", "A dispute is about one invoice"),
        ("promise,Elm Court Hotel,,x,,,,,", "A promise needs the day"),
        ("promise,Elm Court Hotel,,x,2026-11-01,,,,", "November 1, 2026 is past"),
        ("promise,Elm Court Hotel,,x,2062-11-06,,,,", "Is the year right?"),
        ("promise,Elm Court Hotel,,x,2026-11-06,1.001,,,", "more decimals than USD has"),
        ("exclusion,Elm Court Hotel,,,,,,,", "A hold needs a reason"),
        (f"exclusion,Elm Court Hotel,,{'y' * 201},,,,,", "up to 200 fit"),
        ("exclusion,Elm Court Hotel,,x,,,,,quality", "Only a dispute has a code"),
        ("bounced,Elm Court Hotel,,x,2026-11-20,,,,", "leave the last day out"),
    ],
)
def test_what_no_hold_can_be_is_named_with_its_line(connected, listed, row, says):
    told = connected.told("hold", "import", listed(f"{HEADER}{row}\n"), code=1)

    [bad] = told["bad"]
    assert bad["line"] == 2
    assert says in bad["problem"]
    assert kinds(connected) == []


def test_a_row_that_is_there_twice_is_placed_once(connected, listed):
    row = "exclusion,Elm Court Hotel,,my sister,,,,,\n"

    told = connected.told("hold", "import", listed(HEADER + row + row.upper()))

    assert [one["says"] for one in told["known"]] == ["says the same as line 2"]
    assert kinds(connected) == ["exclusion"]


def test_other_details_of_the_same_hold_change_nothing_and_say_how_to(connected, listed):
    connected.told("hold", "import", listed(HEADER + "exclusion,Elm Court Hotel,,my sister,,,,,\n"))

    told = connected.told(
        "hold", "import", listed(HEADER + "exclusion,Elm Court Hotel,,my sister,2026-11-20,,,,\n")
    )

    assert told["known"][0]["says"] == (
        "stands already as hold 1, with other details; hold change 1 changes them"
    )
    assert connected.told("hold", "list")["holds"][0]["until_on"] is None


def test_what_the_list_printed_is_known_and_another_day_of_a_promise_is_another_promise(connected, listed):
    connected.told("hold", "import", listed(GOOD))
    printed = connected.run("hold", "list", "--json").stdout
    later = json.loads(printed)
    later["holds"] = [later["holds"][0] | {"until_on": "2026-11-20"}]

    again = connected.told("hold", "import", listed(printed))
    other = connected.told("hold", "import", listed(json.dumps(later)))

    assert (len(again["known"]), again["holds"], again["bad"]) == (3, [], [])
    assert [one["until"] for one in other["holds"]] == ["2026-11-20"]


def test_a_new_address_is_not_taken_for_the_one_that_bounced_when_the_list_is_read_again(connected, listed):
    connected.told("hold", "import", listed(GOOD))
    farm = connected.server.engine.query(
        connected.realm_id, "SELECT * FROM Customer WHERE DisplayName = 'Fir Hill Farm'"
    )["Customer"][0]
    connected.server.engine.save(
        connected.realm_id, "Customer", farm | {"PrimaryEmailAddr": {"Address": "new@customers.example"}}
    )
    connected.told("sync")

    again = connected.told("hold", "import", listed(GOOD))

    assert again["holds"] == []
    assert connected.told("hold", "list")["holds"][2]["reason"] == "mailbox is full (fir@customers.example)"


def test_a_file_that_is_no_list_is_refused_in_one_sentence(connected, listed):
    told = connected.told("hold", "import", listed("kind,reason\nexclusion,x\n"), code=1)

    assert told["error"]["message"] == ("The first line names the columns; missing is customer (or invoice).")


def test_a_hold_is_changed_and_its_code_is_nearly_right(connected):
    connected.told(
        "hold", "add", "dispute", "--invoice", "1003", "--reason", "late", "--code", "Not-Delivered"
    )

    said = connected.told("hold", "change", "1", "--code", "quality", "--answer-by", "2026-11-20")
    wrong = connected.told("hold", "change", "1", "--code", "qualty", code=1)
    both = connected.told("hold", "change", "1", "--no-until", "--until", "2026-11-20", code=2)

    assert said["message"].startswith("Hold 1 is changed: answer by November 20, 2026, about quality.")
    assert "The nearest are quality, quantity." in wrong["error"]["message"]
    assert "choose one" in both["error"]["message"]
    [row] = connected.told("hold", "list")["holds"]
    assert (row["code"], row["answer_by_on"]) == ("quality", "2026-11-20")
