"""`make bench` runs every bench and ends with what was not reached."""

import sys

from tests.benchmarks import __main__ as bench


def printing(words, code):
    return [sys.executable, "-c", f"print({words!r}); raise SystemExit({code})"]


def test_a_bound_that_was_not_reached_is_named_and_the_others_still_run(capfd):
    found = [
        *bench.missed("first", printing("  ratio: 0.39 (at least 0.50)   NOT REACHED", 1)),
        *bench.missed("second", printing("  ratio: 0.68 (at least 0.50)", 0)),
        *bench.missed("third", printing("it broke", 3)),
    ]

    assert found == ["first: ratio: 0.39 (at least 0.50)", "third ended 3"]
    assert bench.summary(found) == "2 not reached: first: ratio: 0.39 (at least 0.50); third ended 3"
    assert "ratio: 0.68" in capfd.readouterr().out


def test_the_end_says_so_when_all_bounds_were_reached():
    assert bench.summary([]) == "All bounds were reached."
