"""Editing one value of a policy keeps everything else byte for byte."""

import tomllib
from datetime import date, time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qb_collections.core.policy import parse
from qb_collections.core.policy_edit import with_value

from .making import TEXT

DAYS = st.integers(0, 3660)
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=30)
# Settings that the Standard policy writes, with values of their kind.
SETTINGS = st.one_of(
    st.tuples(st.sampled_from([f"ladder[{n}].after_due_days" for n in range(7)]), DAYS),
    st.tuples(st.sampled_from([f"ladder[{n}].name" for n in range(7)]), WORDS),
    st.tuples(
        st.sampled_from(["limits.contact_gap_days", "promises.grace_business_days", "brake.factor"]), DAYS
    ),
    st.tuples(
        st.sampled_from(["limits.smallest_balance", "credits.tolerance", "thresholds.call"]),
        st.decimals(0, 10**9, places=2),
    ),
    st.tuples(st.sampled_from(["plans.offered", "traits.wait_for_usual_day"]), st.booleans()),
    st.tuples(st.just("contact_hours.opens"), st.times().map(lambda one: one.replace(microsecond=0))),
    st.tuples(st.just("contact_hours.days"), st.lists(st.sampled_from(["mon", "tue", "sat"]), max_size=3)),
)


def read(text):
    return tomllib.loads(text, parse_float=Decimal)


def at(text, path):
    """The value that a reader of TOML finds there."""
    value = read(text)
    for part in path.replace("]", "").replace("[", ".").split("."):
        value = value[int(part) if part.isdecimal() else part]
    return value


@settings(max_examples=25, deadline=None)
@given(setting=SETTINGS, windows=st.booleans())
def test_only_the_value_changes_and_every_other_byte_stays(setting, windows):
    path, value = setting
    text = TEXT.replace("\n", "\r\n") if windows else TEXT

    edited = with_value(text, path, value)

    assert at(edited, path) == value
    before, after = text.split("\n"), edited.split("\n")
    assert len(before) == len(after)
    differ = [number for number, pair in enumerate(zip(before, after, strict=True)) if pair[0] != pair[1]]
    assert len(differ) == (0 if edited == text else 1)
    for number in differ:
        key, _, rest = before[number].partition("=")
        comment = rest[rest.index("#") :] if "#" in rest else rest[len(rest.rstrip()) :]
        assert after[number].startswith(f"{key}= ")
        assert after[number].endswith(comment)


@settings(max_examples=5, deadline=None)
@given(chosen=st.lists(SETTINGS, min_size=1, max_size=4))
def test_setting_every_value_back_gives_the_text_back(chosen):
    text = TEXT
    for path, value in chosen:
        text = with_value(text, path, value)
    for path, _ in chosen:
        text = with_value(text, path, at(TEXT, path))

    assert text == TEXT


def test_a_value_that_is_there_already_changes_nothing():
    assert with_value(TEXT, "credits.tolerance", Decimal("1.00")) is TEXT


def test_a_setting_that_is_not_written_yet_stands_first_under_its_heading():
    edited = with_value(TEXT, "ladder[3].min_balance", Decimal("250.50"))

    assert parse(edited).ladder[3].min_balance == Decimal("250.50")
    added = edited.splitlines()
    line = added.index("min_balance = 250.50")
    assert added[line - 1 : line + 2] == ["[[ladder]]", "min_balance = 250.50", 'code = "S3"']
    assert added[:line] + added[line + 1 :] == TEXT.splitlines()


def test_a_heading_that_is_not_written_yet_comes_last():
    edited = with_value(TEXT, "limits.smallest_balance_in.JPY", 2500)

    assert edited == f"{TEXT}\n[limits.smallest_balance_in]\nJPY = 2500\n"
    assert parse(edited).limits.smallest("JPY") == 2500


def test_text_without_a_last_line_end_and_text_from_windows_keep_theirs():
    assert with_value("a = 1\r\n[b]", "b.c", True) == "a = 1\r\n[b]\r\nc = true\r\n"
    assert with_value("[b]\nc = 1", "b.c", 2) == "[b]\nc = 2"
    assert with_value("", "name", "x") == 'name = "x"\n'


def test_tables_written_in_one_line_are_edited_in_place():
    text = "limits = { contact_gap_days = 6, at_most_in_7_days = 2 } # short\nbrake.factor = 3\n"

    edited = with_value(text, "limits.contact_gap_days", 9)
    edited = with_value(edited, "limits.at_most_in_30_days", 4)
    edited = with_value(edited, "brake.factor", 4)

    assert read(edited) == {
        "limits": {"contact_gap_days": 9, "at_most_in_7_days": 2, "at_most_in_30_days": 4},
        "brake": {"factor": 4},
    }
    assert edited.splitlines()[0].endswith("} # short")


def test_days_and_times_are_written_as_toml_writes_them():
    edited = with_value(TEXT, "holidays.extra", [date(2026, 11, 27), date(2026, 12, 23)])
    edited = with_value(edited, "contact_hours.opens", time(8, 30))

    assert "extra = [2026-11-27, 2026-12-23]\n" in edited
    assert "opens = 08:30:00\n" in edited
    assert parse(edited).holidays.extra == (date(2026, 11, 27), date(2026, 12, 23))


@pytest.mark.parametrize("path", ["", "limits.", "ladder[x].name", "limits contact", "[0]"])
def test_what_is_no_path_is_refused(path):
    with pytest.raises(ValueError, match="is not a setting"):
        with_value(TEXT, path, 1)


@pytest.mark.parametrize(
    "path", ["ladder[7].name", "quiet[1].first", "name.first", "limits.oldest_debt_days.x"]
)
def test_a_path_to_what_is_not_there_is_refused(path):
    with pytest.raises(LookupError):
        with_value(TEXT, path, "x")
