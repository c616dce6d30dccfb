"""A policy is text: what it says, and how a mistake in it is named."""

import json
import tomllib
from datetime import date, time
from decimal import Decimal

import jsonschema
import pytest

from qb_collections.core.policy import ContactHours, PolicyRefused, parse, schema
from qb_collections.core.policy_text import line_of, path_text

from .making import STANDARD, TEXT, nov

SHORT = """
name = "Two steps"
[[ladder]]
code = "A"
name = "first message"
after_due_days = 3
channel = "email"
template = "ask"
[[ladder]]
code = "B"
name = "call"
after_due_days = 9
channel = "call"
template = "call"
"""


def line_with(text, part):
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


def refused(text):
    with pytest.raises(PolicyRefused) as caught:
        parse(text)
    return caught.value.problems


def test_the_standard_policy_says_what_the_house_rules_say():
    assert [stage.code for stage in STANDARD.ladder] == ["S0", "S1", "S2", "S3", "S4", "S5", "S6"]
    assert [stage.after_due_days for stage in STANDARD.ladder] == [-5, 3, 10, 17, 25, 35, 45]
    assert [stage.code for stage in STANDARD.ladder if stage.business] == ["S1"]
    assert [stage.code for stage in STANDARD.ladder if stage.firm] == ["S4", "S5", "S6"]
    assert [stage.code for stage in STANDARD.ladder if stage.approval] == ["S5"]
    assert STANDARD.limits.caps == ((7, 2), (14, 3), (21, 3), (30, 5))
    assert STANDARD.limits.contact_gap_days == 6
    assert STANDARD.limits.smallest("USD") == Decimal(25)
    assert (STANDARD.contact_hours.opens, STANDARD.contact_hours.closes) == (time(9), time(17))
    assert STANDARD.contact_hours.weekend == frozenset({5, 6})
    assert STANDARD.promises.grace_business_days == 2
    assert (STANDARD.holidays.country, STANDARD.holidays.subdivision) == (None, None)


def test_the_preset_writes_out_the_defaults():
    """What a short policy leaves out is what Standard says."""
    short = parse(SHORT)

    for section in (
        *("limits", "private_persons", "contact_hours", "promises", "plans", "backlog", "first_night"),
        *("brake", "credits", "thresholds", "approvals", "traits"),
    ):
        assert getattr(short, section) == getattr(STANDARD, section)
    assert short.de_escalation == STANDARD.de_escalation


def test_equal_policies_are_equal_values_with_one_hash():
    assert hash(parse(TEXT)) == hash(STANDARD)
    assert parse(TEXT) == STANDARD


def test_the_calendar_joins_holidays_extra_days_contact_days_and_seasons():
    policy = parse(
        TEXT.replace('country = ""  ', 'extra = [2026-11-27]\ncountry = ""').replace('"mon", "tue"', '"tue"')
    )

    calendar = policy.calendar(frozenset({nov(26)}))

    assert calendar.next_open(nov(26)) == date(2026, 12, 1)  # the 30th is a Monday
    assert calendar.next_open(date(2026, 12, 24)) == date(2027, 1, 5)


@pytest.mark.parametrize(
    ("old", "new", "path", "says"),
    [
        (
            "after_due_days = 10\n",
            "after_due_day = 10\n",
            "ladder[2].after_due_day",
            'did you mean "after_due_days"?',
        ),
        (
            "contact_gap_days = 6 ",
            "contact_gap = 6 ",
            "limits.contact_gap",
            'did you mean "contact_gap_days"?',
        ),
        ("factor = 3", "zzz = 3", "brake.zzz", "known here: factor, after_nights"),
        ("[promises]", "[promise]", "promise", 'did you mean "promises"?'),
        ('channel = "call" ', 'channel = "cal" ', "ladder[3].channel", 'did you mean "call"?'),
        (
            'channel = "call" ',
            'channel = "pigeon" ',
            "ladder[3].channel",
            "'email', 'call', 'letter', 'statement' or 'decision'",
        ),
        (
            "contact_gap_days = 6 ",
            "contact_gap_days = 2 ",
            "limits.contact_gap_days",
            "at least 3 is needed",
        ),
        (
            "contact_gap_days = 6 ",
            "contact_gap_days = true ",
            "limits.contact_gap_days",
            "whole number without quotes",
        ),
        ("smallest_balance = 25 ", 'smallest_balance = "25" ', "limits.smallest_balance", "without quotes"),
        (
            "smallest_balance = 25 ",
            "smallest_balance = -1 ",
            "limits.smallest_balance",
            "at least 0 is needed",
        ),
        ("closes = 17:00:00", "closes = 22:00:00", "contact_hours", "between 08:00 and 21:00"),
        ("closes = 17:00:00", "closes = 08:30:00", "contact_hours", "opens must be before closes"),
        ('first = "12-24"', 'first = "12-44"', "quiet[0].first", 'for example "12-24"'),
        ('first = "12-24"', "first = 12", "quiet[0].first", 'for example "12-24"'),
        ('enter_at_most = "S2"', 'enter_at_most = "S22"', "backlog.enter_at_most", 'did you mean "S2"?'),
        ('important_from = "S4" ', 'important_from = "Q" ', "approvals.important_from", "S0, S1, S2"),
        (
            "after_due_days = 10\n",
            "after_due_days = 3\n",
            "ladder[2].after_due_days",
            "must come later than S1",
        ),
        (
            'days = ["mon", "tue", "wed", "thu", "fri"]',
            "days = []",
            "contact_hours.days",
            'it is empty; allowed are one or more of "mon"',
        ),
        ("opens = 09:00:00", 'opens = "9"', "contact_hours.opens", "a time of day is needed, as in 09:00:00"),
        ('code = "S3"', 'code = "s 3"', "ladder[3].code", 'as in "S2"'),
        ("smallest_balance = 25 ", "smallest_balance = nan ", "limits.smallest_balance", "ordinary number"),
        ('code = "S3"', 'code = "S2"', "ladder[3].code", "used twice"),
    ],
)
def test_a_mistake_is_named_with_path_line_value_and_remedy(old, new, path, says):
    text = TEXT.replace(old, new)
    assert text != TEXT

    problems = refused(text)

    found = next(problem for problem in problems if problem.path == path)
    assert says in found.message
    both = zip(TEXT.splitlines(), text.splitlines(), strict=True)
    changed_line = next(number for number, (before, after) in enumerate(both, 1) if before != after)
    # What concerns a whole section is named at its heading.
    assert found.line == (line_with(text, "[contact_hours]") if path == "contact_hours" else changed_line)


def test_what_is_missing_is_named_at_its_table():
    problems = refused(TEXT.replace("after_due_days = 10\n", ""))

    assert [(one.path, one.message) for one in problems] == [("ladder[2].after_due_days", "is missing")]
    lines = [number for number, line in enumerate(TEXT.splitlines(), 1) if line == "[[ladder]]"]
    assert problems[0].line == lines[2]


def test_a_step_after_a_firm_one_must_be_firm():
    text = TEXT.replace("firm = true\napproval", "approval")

    assert [(one.path, one.line is not None) for one in refused(text)] == [("ladder[5].firm", True)]


def test_every_problem_is_named_in_the_order_of_the_text():
    text = TEXT.replace("factor = 3", "factor = 1").replace("at_most = 25", "at_most = 0")

    assert [one.path for one in refused(text)] == ["first_night.at_most", "brake.factor"]


@pytest.mark.parametrize(
    ("text", "line"), [('name = "a"\nname = "b"\n', 2), ("a = 1\n[x", 2), ("\n\n= 3\n", 3)]
)
def test_text_that_is_not_toml_names_the_line(text, line):
    problem = refused(text)[0]

    assert problem.line == line
    assert str(problem).startswith(f"line {line}: this is not TOML")


def test_an_unknown_code_in_a_default_is_no_mistake_of_the_writer():
    assert parse(SHORT).backlog.enter_at_most == "S2"


def test_an_empty_policy_says_what_it_needs():
    assert [str(one) for one in refused("")] == ["ladder: is missing", "name: is missing"]


def test_a_setting_under_something_that_is_no_table():
    assert refused(SHORT.replace('name = "Two steps"', 'name = "Two steps"\nlimits = 3'))[0].path == "limits"
    assert refused(SHORT.replace('name = "Two steps"', 'name = "Two steps"\nquiet = [{nme = "x"}]'))[
        0
    ].path.startswith("quiet[0]")


def test_the_schema_accepts_the_preset_and_refuses_an_unknown_setting():
    """For editors, which see the text as written."""
    written = json.loads(json.dumps(tomllib.loads(TEXT), default=str))

    jsonschema.validate(written, schema())
    for wrong in (
        {"promise": {}},
        {"quiet": [{"name": "x", "first": 12, "last": "01-02"}]},
        {"credits": {"tolerance": "1"}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate({**written, **wrong}, schema())


def test_lines_are_found_through_dotted_and_quoted_keys():
    text = 'a.b = 1\n["c"]\n"d" = 2\n[[e]]\n[[e]]\nf = 1 # [x]\n'

    assert line_of(text, ("a", "b")) == 1
    assert line_of(text, ("c", "d")) == 3
    assert line_of(text, ("e", 1, "f")) == 6
    assert line_of(text, ("e", 0, "f")) == 4
    assert line_of(text, ("nowhere",)) is None
    assert path_text(("e", 1, "f")) == "e[1].f"


def test_contact_hours_of_weekend_traders():
    assert ContactHours(days=("sat", "sun")).weekend == frozenset(range(5))
