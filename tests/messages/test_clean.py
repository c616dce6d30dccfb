"""What people type into names comes out as one readable line, or as nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.messages.clean import clean_line, clean_lines


@pytest.mark.parametrize(
    ("typed", "line"),
    [
        (None, None),
        ("", None),
        (" \r\n\t ", None),
        ("\u202e\u2066\u200b\ufeff", None),
        ("Bluebird\r\nRow\u2028Café", "Bluebird Row Café"),
        ("Cafe\u0301", "Café"),  # composed, so that lengths count what one sees
        ("abc\u202egpj.exe\u0000", "abcgpj.exe"),
        ("\U000e0041hidden tag", "hidden tag"),
        ("می\u200cخواهم", "می\u200cخواهم"),  # the joiner belongs to the spelling
        ('"><svg onload=alert(1)>', '"><svg onload=alert(1)>'),  # plain text: nothing to run
        ("x" * 80, "x" * 80),
        ("x" * 81, "x" * 79 + "…"),
    ],
)
def test_a_name_becomes_one_readable_line(typed, line):
    assert clean_line(typed) == line


@given(st.text(max_size=400), st.integers(1, 100))
def test_cleaning_twice_changes_nothing_more(typed, most):
    once = clean_line(typed, most)

    assert clean_line(once, most) == once
    assert once is None or (len(once) <= most and once.splitlines() == [once])


def test_instructions_keep_their_lines_and_no_more_than_twelve():
    assert clean_lines("Check to\r\n\r\n  Copperleaf \u202e\n") == "Check to\nCopperleaf"
    assert clean_lines("\n".join(map(str, range(40)))).splitlines() == [str(n) for n in range(12)]
    assert clean_lines(" \n ") is None


def test_a_name_of_a_million_characters_costs_nothing():
    assert len(clean_line("\u0301" * 1_000_000 + "x")) == 80
