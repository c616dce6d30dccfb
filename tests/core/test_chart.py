"""The chart of contacts per week: readable to a program, a screen reader and an eye."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest

from qb_collections.core.backtest import Backtest, Spread, WeekOfContacts
from qb_collections.core.chart import WIDTH, contacts_per_week

SVG = "{http://www.w3.org/2000/svg}"
MONDAY = date(2026, 3, 2)
NAMES = {"S1": "first message", "S2": "second message"}


def backtest_of(*weeks, policy="Standard"):
    made = tuple(WeekOfContacts(MONDAY + timedelta(days=7 * n), by) for n, by in enumerate(weeks))
    count = sum(week.contacts for week in made)
    last = MONDAY + timedelta(days=7 * len(weeks) - 1)
    return Backtest(
        *(policy, MONDAY, last, ("S1", "S2"), made, count, 3, 4, 0, 0, Spread(0, None, None, None)),
        *(0, 0, 0, 0, 0, 0, {}, ()),
    )


def drawn(*tests, title="Harbor Light: contacts per week"):
    return ElementTree.fromstring(contacts_per_week(tests, title, NAMES))


def bars(root):
    return [one for one in root.iter(f"{SVG}rect") if one.find(f"{SVG}title") is not None]


def test_it_says_in_words_what_it_shows():
    root = drawn(backtest_of({"S1": 3}, {"S1": 1, "S2": 2}))

    assert root.get("role") == "img"
    assert root.get("aria-labelledby") == "title description"
    assert root.findtext(f"{SVG}title") == "Harbor Light: contacts per week"
    assert root.findtext(f"{SVG}desc") == (
        "Contacts per week from March 2, 2026 to March 15, 2026. Policy Standard: 6 contacts, 0 of them "
        "by telephone (4 × first message, 2 × second message). Most in one week: 3, from March 2, 2026."
    )


def test_bars_are_as_high_as_their_contacts_and_stand_on_each_other():
    """The scale reaches to four on 200 pixels: 50 for each contact."""
    found = bars(drawn(backtest_of({"S1": 3}, {"S1": 1, "S2": 2})))

    assert [int(one.get("height")) for one in found] == [150, 50, 100]
    first, low, high = found
    base = int(first.get("y")) + 150
    assert int(low.get("y")) + 50 == base
    assert int(high.get("y")) + 100 == int(low.get("y"))
    assert int(low.get("x")) == int(high.get("x")) > int(first.get("x")) + int(first.get("width"))
    assert low.findtext(f"{SVG}title") == "Week of March 9, 2026: 1 × first message"


def test_two_policies_share_one_scale():
    """Eight in a week of the one make the single contact of the other 25 pixels high."""
    root = drawn(backtest_of({"S1": 8}), backtest_of({"S1": 1}, policy="Gentle"))

    assert [int(one.get("height")) for one in bars(root)] == [200, 25]
    headings = [one.text for one in root.iter(f"{SVG}text") if one.get("font-weight") == "bold"]
    assert headings[1:] == [
        "Standard: 8 contacts, 0 of them by telephone",
        "Gentle: 1 contact, 0 of them by telephone",
    ]


def test_names_cannot_break_out_of_the_drawing():
    root = drawn(backtest_of({"S1": 1}, policy="<script>"), title="A & B <Co>")

    assert root.findtext(f"{SVG}title") == "A & B <Co>"
    assert not list(root.iter(f"{SVG}script"))


@pytest.mark.parametrize("weeks", [1, 5, 53, 105, 157])
def test_nothing_runs_over_the_edge_or_into_its_neighbour(weeks):
    root = drawn(backtest_of(*({"S1": 1, "S2": 1} for _ in range(weeks))))

    assert all(
        int(one.get("x")) > 0 and int(one.get("x")) + int(one.get("width")) <= WIDTH for one in bars(root)
    )
    months = [
        one for one in root.iter(f"{SVG}text") if one.text and one.text[:3] in ("Jan", "Mar", "Jul", "Oct")
    ]
    places = sorted(int(one.get("x")) for one in months)
    assert all(later - earlier >= 76 for earlier, later in pairwise(places))


def test_a_policy_that_contacts_nobody_is_an_empty_panel():
    root = drawn(backtest_of({}, {}))

    assert bars(root) == []
    assert "(none)" in root.findtext(f"{SVG}desc")


def test_many_steps_stand_in_two_rows_of_the_legend_and_a_busy_week_gets_a_round_scale():
    codes = [f"S{n}" for n in range(8)]
    busy = replace(backtest_of(dict.fromkeys(codes, 200)), stages=tuple(codes))

    root = ElementTree.fromstring(
        contacts_per_week([busy], "Busy", {code: f"message number {code}" for code in codes})
    )

    legend = [one for one in root.iter(f"{SVG}text") if one.text and one.text.startswith("message number")]
    assert len({one.get("y") for one in legend}) == 2
    assert max(int(one.get("x")) for one in legend) < WIDTH
    ticks = [one.text for one in root.iter(f"{SVG}text") if one.get("text-anchor") == "end"]
    assert ticks == ["0", "500", "1000", "1500", "2000"]


def test_the_whole_drawing_is_as_it_was_looked_at():
    """Three weeks over a month's end, two policies: read in a browser once, then kept."""
    weeks = [
        WeekOfContacts(date(2026, 3, 16) + timedelta(days=7 * n), by)
        for n, by in enumerate(({"S1": 3}, {"S1": 1, "S2": 2}, {"S2": 5}))
    ]
    first = replace(backtest_of(), weeks=tuple(weeks), contacts=11, calls=2)
    second = replace(backtest_of(policy="Gentle"), weeks=tuple(weeks[:1] * 3), contacts=9)

    drawn_now = contacts_per_week([first, second], "Harbor Light", NAMES)

    assert drawn_now == (Path(__file__).parent / "golden" / "chart.svg").read_text(encoding="utf-8")
