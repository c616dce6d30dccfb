"""Replies, answers and what passed, by command: shown in preview and night, given once, or skipped."""

from __future__ import annotations

from tests.cli.test_a_night_by_command import fits


def test_what_a_customer_said_is_recorded_answered_and_listed(live):
    number = live.invoice("Cedar & Sons")["DocNumber"]
    nameless = live.told("preview")
    live.told("company", "contact", "--name", "Dana Ruiz", "--phone", "(423) 555-0100", "--pay", "By check")

    paid = live.told("reply", "record", "Fir Hill Farm", "--kind", "paid", "--said", "my attorney paid it")
    promised = live.told(
        *("reply", "record", "Alder Grove School", "--kind", "promise"),
        *("--on", "2026-11-20", "--said", "by the 20th"),
    )
    placed = live.told("hold", "add", "dispute", "--invoice", number, "--reason", "too many hours")
    waiting = live.told("reply", "list")["replies"]
    preview = live.told("preview")
    shown = live.run("preview", "--text").output
    night = live.told("night", "--until-delivered")
    listed = live.run("task", "list", "--text").output
    lifted = live.told("hold", "lift", str(placed["hold"]["id"]), "--answered", "taken two hours off")
    done = live.told("reply", "done", str(paid["reply_id"]), "--because", "found it")
    page = live.told("customer", "show", "Cedar & Sons")["timeline"]
    words = live.run("customer", "show", "Fir Hill Farm").output

    assert nameless["answers"] == []
    fits(preview)
    fits(night)
    assert paid["asks"].startswith("Their words may mean that somebody else speaks for them")
    assert [(one["customer"], one["kind"], one["said"]) for one in waiting] == [
        ("Fir Hill Farm", "paid", "my attorney paid it")
    ]
    wanted = [("Alder Grove School", "promise_noted"), ("Cedar & Sons", "dispute_received")]
    assert sorted((one["customer"], one["kind"]) for one in preview["answers"]) == wanted
    assert sorted((one["customer"], one["kind"]) for one in night["answers"]) == wanted
    assert night["run"]["counts"]["answers"] == 2
    assert "Answers (2):" in shown and "Noted: $310.00 by Friday, November 20" in shown
    assert "won't write about it before then" in " ".join(listed.split())
    assert lifted["message"].startswith("Hold ") and "a line tells them what was done" in lifted["message"]
    assert done["message"].startswith("Done. The mark is lifted")
    assert promised["message"].startswith("Recorded. We wait for")
    assert [one["way"] for one in page["entries"]] == ["ours", "ours"]  # marked, and the mark lifted
    assert 'They answered: they say it is paid: "my attorney paid it"' in words


def test_an_answer_is_skipped_by_command_and_a_plan_is_offered(live):
    live.told(
        *("hold", "add", "promise", "--customer", "Elm Court Hotel"),
        *("--until", "2026-11-20", "--reason", "said so"),
    )
    quiet = live.told(
        *("hold", "add", "promise", "--customer", "Birch Street Diner", "--no-answer"),
        *("--until", "2026-11-20", "--reason", "I know them"),
    )

    night = live.told("night", "--until-delivered")
    offered = live.told("plan", "offer", "Cedar & Sons")
    refused = live.run("plan", "offer", "Elm Court Hotel")
    skipped = live.told("run", "skip", "--customer", "Elm Court Hotel")
    after = live.told("run", "show")["answers"]

    assert quiet["hold"]["id"]
    # Nobody has said yet whom customers can turn to: that is told in the place of the words.
    [incomplete] = night["answers"]
    assert incomplete["text"].startswith("This text needs the name of the person customers can turn to.")
    assert len(offered["shapes"]) == 3 and offered["shapes"][0].startswith("2 payments of $490.00")
    assert refused.exit_code == 1 and "no way to spread" in refused.output
    assert skipped["message"] == "The answer to Elm Court Hotel is left out, and not offered again."
    assert [(one["customer"], one["state"]) for one in after if one["kind"] == "promise_noted"] == [
        ("Elm Court Hotel", "cancelled")
    ]
