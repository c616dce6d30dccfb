"""What a night says of itself where it is not as the list before it."""

from __future__ import annotations

from types import SimpleNamespace

from qb_collections.services import differences
from qb_collections.store.decisions import DraftRow

KEY = ("7", "USD")


def listed(reason, text=None, to=None):
    return {KEY: DraftRow(1, *KEY, reason, "same", text, to, None, None, None)}


def tonight(reason, text="", to=None, facts="same"):
    draft = SimpleNamespace(text=text, to=to)
    one = SimpleNamespace(key=KEY, decision=SimpleNamespace(reason=reason), draft=draft, facts=facts)
    return SimpleNamespace(decided=[one], settled=[])


def test_a_silence_that_waits_for_another_day_is_told():
    found = differences.since(listed("They promised Monday."), tonight("They promised Wednesday."))

    assert [(one.was, one.now) for one in found] == [("They promised Monday.", "They promised Wednesday.")]


def test_what_is_said_and_done_as_listed_is_no_difference():
    assert differences.since(listed("Not due yet."), tonight("Not due yet.")) == []


def test_the_same_reason_in_other_words_names_the_figure_that_changed():
    before, now = "Hello,\nTotal: $910.41", "Hello again,\nTotal: $865.41\nCredit memo 12: -$45.00"

    found = differences.since(
        listed("Second message.", before), tonight("Second message.", now, facts="other")
    )

    assert [one.now for one in found] == [
        "For the same reason, in other words: a text or a figure has changed meanwhile. New: Total: $865.41"
    ]


def test_a_figure_that_is_gone_is_named():
    found = differences.since(
        listed("Second message.", "Total: $90.00\nCredit: -$5.00"),
        tonight("Second message.", "Total: $90.00", facts="other"),
    )

    assert found[0].now.endswith("has changed meanwhile. Gone: Credit: -$5.00")
