"""Policies on the command line: kind sentences, one JSON object, and nothing changed where it says so."""

from pathlib import Path

import pytest

from qb_collections.services import presets

TEXT = presets.text(presets.STANDARD)


@pytest.fixture
def file(tmp_path):
    """Write a policy file and answer its name."""

    def written(text, name="ours.toml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return str(path)

    return written


def test_a_policy_goes_into_force_is_compared_and_rolled_back(connected, file):
    calmer = file(TEXT.replace("factor = 3", "factor = 4"))

    added = connected.told("policy", "set", calmer, "--note", "calmer", "--author", "Dana")
    compared = connected.told("policy", "diff", "1", "2")
    back = connected.told("policy", "roll-back", "1", "--note", "too calm")
    told = connected.told("policy", "history")

    assert (added["version"], added["author"], added["note"], added["name"]) == (2, "Dana", "calmer", None)
    assert compared["changes"] == [{"path": "brake.factor", "before": "3", "after": "4"}]
    assert back["version"] == 3
    assert [(one["version"], one["in_force"]) for one in told["versions"]] == [
        (1, False),
        (2, False),
        (3, True),
    ]
    assert connected.told("policy", "show")["text"] == TEXT


def test_history_and_differences_read_well(connected, file):
    connected.told(
        "policy",
        "set",
        file(TEXT.replace("factor = 3", "factor = 4")),
        "--note",
        "calmer",
        "--author",
        "Dana",
    )

    history = connected.run("policy", "history").output.splitlines()
    differences = connected.run("policy", "diff", "1", "2").output
    lines = connected.run("policy", "diff", "1", "2", "--text").output
    same = connected.run("policy", "diff", "2", "2").output

    assert history == [
        "    1  2 November 2026, when the company was connected: the standard policy, on connection",
        "*   2  2 November 2026, Dana: calmer",
    ]
    assert differences == "brake.factor: 3 becomes 4\n"
    assert "-factor = 3\n+factor = 4\n" in lines
    assert same == "Versions 2 and 2 say the same. The texts are the same.\n"


def test_presets_are_listed_printed_and_used(connected):
    listed = connected.told("policy", "presets")["presets"]
    printed = connected.run("policy", "presets", "gentle").output
    used = connected.run("policy", "use", "Small balances").output
    unknown = connected.run("policy", "use", "Gentel")

    assert len(listed) == 7
    assert printed == presets.text("gentle")
    assert used.splitlines()[0] == "Version 2 is the policy of Harbor Light Supply from now on."
    assert unknown.exit_code == 1
    assert 'No policy called "Gentel" ships. Did you mean "Gentle"?' in unknown.output
    assert connected.told("policy", "show")["version"] == 2


def test_customers_and_groups_have_policies_of_their_own(connected, file):
    connected.told("policy", "group", "Schools", "--add", "Alder Grove School", "--add", "Dogwood Dental")
    connected.told("policy", "set", file(TEXT), "--as", "Our schools", "--note", "the same, for now")
    grouped = connected.run("policy", "assign", "our schools", "--group", "schools").output
    one = connected.told(
        "policy", "assign", "People only", "--customer", "fir hill farm", "--note", "a friend"
    )
    who = connected.run("policy", "who").output.splitlines()

    assert grouped.startswith(
        "Schools (2 customers) are treated by Our schools (version 2) from the next night on."
    )
    assert (one["whom"], one["policy"], one["version"]) == ("Fir Hill Farm", "People only", 3)
    assert who == [
        "Harbor Light Supply: version 1, for everybody not named below.",
        "Group Schools (2 customers), by Our schools: Alder Grove School, Dogwood Dental.",
        "Fir Hill Farm: People only",
    ]
    assert connected.told("policy", "who")["customers"] == [
        {"customer": "Fir Hill Farm", "policy": "People only", "note": "a friend"}
    ]
    assert connected.run("policy", "unassign", "--customer", "Fir Hill Farm").exit_code == 0
    assert connected.told("policy", "who")["customers"] == []


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("assign", "Gentle"), 1, "Say for whom: one customer, or one group of customers."),
        (("assign", "Gentle", "--customer", "Fir Hill Form"), 1, "The nearest"),
        (("assign", "Gentle", "--group", "Schools"), 1, "Begin one with: qb-collections policy group"),
        (("unassign", "--customer", "Fir Hill Farm"), 1, "has no policy of its own. Nothing was changed."),
        (("group", "Schools"), 2, "Say what to do: --add CUSTOMER or --remove CUSTOMER."),
        (("roll-back", "9", "--note", "x"), 1, "has no policy version 9; there are 1 to 1."),
        (("move",), 2, "Look first with --preview, or say why with --note."),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(connected, words, code, says):
    result = connected.run("policy", *words)

    assert (result.exit_code, says in result.output) == (code, True), result.output
    assert len(connected.told("policy", "history")["versions"]) == 1


def test_a_file_with_the_mark_of_some_editors_is_read(connected, tmp_path):
    path = Path(tmp_path / "marked.toml")
    path.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())

    assert connected.run("policy", "check", str(path)).exit_code == 0


def test_running_cycles_are_moved_after_a_look(live, file):
    """All six have had the first message; a version with other steps is put in force."""
    live.told("night")
    quicker = file(TEXT.replace("after_due_days = 10\n", "after_due_days = 8\n"))
    live.told("policy", "set", quicker, "--note", "quicker")

    shown = live.told("policy", "move", "--preview")
    moved = live.told("policy", "move", "--customer", "Dogwood Dental", "--note", "the new steps")
    left = live.run("policy", "move", "--preview").output

    assert len(shown["customers"]) == 6
    assert shown["moved"] is False
    assert shown["customers"][0]["before"]["version"] == 1
    assert shown["customers"][0]["after"]["version"] == 2
    assert [(one["customer"], moved["moved"]) for one in moved["customers"]] == [("Dogwood Dental", True)]
    assert left.splitlines()[-1].startswith("5 customers would move to the steps in force")


def test_one_setting_is_changed_by_command(connected):
    done = connected.run("policy", "change", "ladder[S2].after_due_days", "12", "--note", "more time")
    refused = connected.run("policy", "change", "limits.contact_gap", "8", "--note", "x")

    assert done.output.splitlines()[0] == "Version 2 is the policy of Harbor Light Supply from now on."
    assert connected.told("policy", "diff", "1", "2")["changes"] == [
        {"path": "ladder[S2].after_due_days", "before": "10", "after": "12"}
    ]
    assert refused.exit_code == 2
    assert 'did you mean "contact_gap_days"?' in refused.output
    assert refused.output.endswith("1 problem. Nothing was changed.\n")
