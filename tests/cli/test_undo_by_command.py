"""A night's notes are taken back by command, counted before, and put back again."""

from __future__ import annotations


def test_a_nights_notes_are_counted_taken_back_and_put_back(live):
    live.told("night", "--until-delivered")
    shown = live.run("run", "show").stdout
    run = next(line.split()[-2] for line in shown.splitlines() if "To take notes back" in line)

    counted = live.told("undo", run, "--preview")
    refused = live.told("undo", run, code=1)
    done = live.told("undo", run, "--yes")
    again = live.told("undo", done["undo"], "--yes")
    checked = live.told("verify")

    assert counted["notes"] > 0 and counted["cannot_be_unsent"] > 0
    assert "--yes" in refused["error"]["message"]
    assert (done["notes"], done["left"], done["waiting"]) == (counted["notes"], [], 0)
    assert again["notes"] == counted["notes"]
    assert checked["agrees"] is True


def test_an_undo_reads_well_for_a_person(live):
    live.told("night", "--until-delivered")
    shown = live.run("run", "show").stdout
    run = next(line.split()[-2] for line in shown.splitlines() if "To take notes back" in line)

    said = live.run("undo", run, "--yes").stdout

    assert said.startswith("The night of November 6, 2026, Harbor Light Supply: ")
    assert "notes removed, 0 plans reversed" in said and "cannot be unsent" in said
    assert "This is undo U1; it can be undone itself: undo U1" in said
