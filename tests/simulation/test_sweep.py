"""The sweep forks where something may go wrong and lives nothing twice; here: that nothing is lost by it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import pytest

from tests.simulation import sweep
from tests.simulation.forked import Forked
from tests.simulation.looks import plain_row
from tests.simulation.planted import bank, in_memory

# Planted bugs that break nothing without trouble, a scenario, and a step at which its thin sample meets each.
SHOWN_BY_TROUBLE = [
    ("acknowledged_before_the_disk", "webhook", 48),
    ("lost_answer_is_sent_again", "reminder", 12),
    ("unanswered_mail_is_sent_again", "e-mail", 7),
]


def _promises(found: Sequence[str]) -> set[str]:
    return {name for one in found for name in re.findall(r"INV-\d\d", one)}


@pytest.mark.soak
@pytest.mark.parametrize(("name", "scenario", "every"), SHOWN_BY_TROUBLE)
def test_lives_that_end_where_another_has_been_hide_no_bug(name, scenario, every):
    [bug] = bank.bugs([name])

    with in_memory.planted(bug):
        short = sweep.sweep(scenario, every=every)
        script = sweep.SCENARIOS[scenario]
        whole = Forked(script, again=False, every=every, joins=False, alike=False).run()

    assert short.joined > 0
    assert whole.joined == whole.alike == 0
    assert _promises(short.found) == _promises(whole.found) == {bug.breaks}


def test_moments_look_alike_in_spite_of_minutes_and_names_drawn_by_chance():
    first = plain_row((7, "2026-03-03T11:30:00.000000Z", "v1.k994748e1.24ylUj8H9Lp=", "9f21cb5e00aa77", None))
    later = plain_row((7, "2026-03-03T11:31:09.000000Z", "v1.k994748e1.KJEq9oxgJZg=", "77aa00e5bc12f9", None))
    other = plain_row((8, "2026-03-03T11:30:00.000000Z", "v1.k994748e1.24ylUj8H9Lp=", "9f21cb5e00aa77", None))
    next_hour = plain_row(
        (7, "2026-03-03T12:30:00.000000Z", "v1.k994748e1.24ylUj8H9Lp=", "9f21cb5e00aa77", None)
    )

    assert first[0] == later[0] == "7|2026-03-03T11|sealed|*|None"
    assert (first[1], later[1]) == (["2026-03-03T11:30"], ["2026-03-03T11:31"])
    assert other[0] != first[0] != next_hour[0]
