"""What is wrong with a setting, word for word: the value, what is allowed, and how it is written."""

import pytest

from qb_collections.core.policy_words import said, without_echoes

from .test_policy_checks import A, policy, step, told

NEEDS = "are needed, as in"
CODE = f'one capital letter and up to seven more capital letters or digits {NEEDS} "S2"'
DAYS = 'one or more of "mon", "tue", "wed", "thu", "fri", "sat", "sun", as in days = ["mon", "tue"]'
STEPS = "one or more steps, each under its own [[ladder]]"
SEASONS = "seasons, each under its own [[quiet]]"
YES_NO = "true or false is needed, without quotes"


def one(text):
    """The only problem of a text, as (path, message)."""
    ((path, _, message),) = told(text)
    return path, message


@pytest.mark.parametrize(
    ("section", "setting", "message"),
    [
        ("limits", 'contact_gap_days = "6"', '"6": a whole number without quotes is needed, as in 6'),
        ("limits", "contact_gap_days = 2", "2: at least 3 is needed"),
        ("limits", "contact_gap_days = 366", "366: at most 365 is possible"),
        ("limits", "oldest_debt_days = 5000", "5000: at most 3,660 is possible"),
        ("limits", "smallest_balance = -0.5", "-0.5: at least 0 is needed"),
        (
            "limits",
            "smallest_balance = 1000000000001",
            "1000000000001: at most 1,000,000,000,000 is possible",
        ),
        ("limits", "smallest_balance = inf", "Infinity: an ordinary number is needed, as in 25.50"),
        (
            "limits",
            'smallest_balance = "25"',
            '"25": must be a number without quotes, for example 25 or 25.50',
        ),
        (
            "limits",
            "smallest_balance = true",
            "true: must be a number without quotes, for example 25 or 25.50",
        ),
        (
            "limits",
            "smallest_balance_in = 3",
            "3: that is no section; "
            "write [limits.smallest_balance_in] on its own line and its settings below",
        ),
        ("promises", "broken_one_step_firmer = 3", f"3: {YES_NO}"),
        ("promises", "broken_one_step_firmer = [1]", YES_NO),
        ("promises", "broken_one_step_firmer = 1", f"1: {YES_NO}"),
        ("promises", 'broken_one_step_firmer = "yes"', f'"yes": {YES_NO}'),
        ("de_escalation", 'thank_you = "false"', f'"false": {YES_NO}'),
        ("contact_hours", "days = []", f"it is empty; allowed are {DAYS}"),
        ("contact_hours", 'days = "mon"', f'"mon": that is not a list; allowed are {DAYS}'),
        ("contact_hours", "opens = [9]", "a time of day is needed, as in 09:00:00"),
        ("contact_hours", 'opens = "9"', '"9": a time of day is needed, as in 09:00:00'),
        ("holidays", 'country = "usa"', f'"usa": a country\'s two capital letters {NEEDS} "US"'),
        ("holidays", "country = 7", '7: a text in quotes is needed, as in "first message"'),
        ("holidays", 'subdivision = "tenn"', f'"tenn": the letters of a state or province {NEEDS} "TN"'),
        (
            "holidays",
            'extra = "2026-12-24"',
            '"2026-12-24": that is not a list; allowed are days in brackets, as in extra = [2026-12-24]',
        ),
        ("approvals", 'important_from = "x"', f'"x": {CODE}'),
        ("approvals", "important_top_percent = 101", "101: at most 100 is possible"),
    ],
)
def test_a_setting_is_told_what_it_may_be(section, setting, message):
    assert one(policy(A, f"[{section}]\n{setting}\n")) == (f"{section}.{setting.split(' = ')[0]}", message)


@pytest.mark.parametrize(
    ("setting", "path", "message"),
    [
        (
            'days = ["mond"]',
            "contact_hours.days[0]",
            "\"mond\": it is one of 'mon', 'tue', 'wed', 'thu', 'fri', 'sat' or 'sun'; did you mean \"mon\"?",
        ),
        (
            "opens = 07:59:59",
            "contact_hours",
            "07:59:59 to 17:00:00: opens must be before closes, both between 08:00 and 21:00",
        ),
        (
            "closes = 21:00:01",
            "contact_hours",
            "09:00:00 to 21:00:01: opens must be before closes, both between 08:00 and 21:00",
        ),
        (
            "opens = 10:00:00\ncloses = 10:00:00",
            "contact_hours",
            "10:00:00 to 10:00:00: opens must be before closes, both between 08:00 and 21:00",
        ),
    ],
)
def test_contact_hours_are_told_what_they_may_be(setting, path, message):
    assert one(policy(A, f"[contact_hours]\n{setting}\n")) == (path, message)


def test_the_widest_contact_hours_are_allowed():
    assert told(policy(A, "[contact_hours]\nopens = 08:00:00\ncloses = 21:00:00\n")) == []


@pytest.mark.parametrize(
    ("day", "message"),
    [
        ('"2026-12-44"', '"2026-12-44": a day is needed, as in 2026-12-24'),
        (
            "2026-12-24T10:00:00",
            "2026-12-24 10:00:00: a day without a time is needed, as in 2026-12-24",
        ),
    ],
)
def test_a_further_day_is_a_day(day, message):
    assert one(policy(A, f"[holidays]\nextra = [{day}]\n")) == ("holidays.extra[0]", message)


@pytest.mark.parametrize(
    ("heading", "example"),
    [
        ("limits.smallest_balance_in", "JPY = 2500"),
        ("thresholds.call_in", "JPY = 75000"),
        ("thresholds.plan_offer_in", "JPY = 75000"),
    ],
)
def test_a_currency_that_is_none_is_told_how_one_is_written(heading, example):
    path, message = one(policy(A, f"[{heading}]\njpy = 2500\n"))

    assert path == f"{heading}.jpy"
    assert message == f'"jpy": a currency\'s three capital letters {NEEDS} {example}'


@pytest.mark.parametrize(
    ("written", "instead", "setting", "message"),
    [
        ('"step A"', "7", "name", '7: a text in quotes is needed, as in "first message"'),
        ('"step A"', '""', "name", '"": it must not be empty'),
        ('"step A"', f'"{"x" * 31}"', "name", f'"{"x" * 31}": it may have 30 letters at most'),
        (
            '"monthly"',
            '"Monthly Text"',
            "template",
            '"Monthly Text": the name of a text is needed: small letters, digits and _, '
            'as in "did_it_reach_you"',
        ),
        ('"A"', '"a b"', "code", f'"a b": {CODE}'),
        (
            '"email"',
            '"mail"',
            "channel",
            "\"mail\": it is one of 'email', 'call', 'letter', 'statement' or 'decision'; "
            'did you mean "email"?',
        ),
        (
            '"email"',
            '"pigeon"',
            "channel",
            "\"pigeon\": it is one of 'email', 'call', 'letter', 'statement' or 'decision'",
        ),
    ],
)
def test_a_step_is_told_what_its_settings_may_be(written, instead, setting, message):
    text = policy(A.replace(written, instead))

    assert one(text) == (f"ladder[0].{setting}", message)


@pytest.mark.parametrize(
    ("text", "path", "message"),
    [
        ('name = "Trial"\nladder = 3\n', "ladder", f"3: that is not a list; allowed are {STEPS}"),
        ('name = "Trial"\nladder = []\n', "ladder", f"it is empty; allowed are {STEPS}"),
        ('name = "Trial"\nladder = ["A"]\n', "ladder[0]", f'"A": that is not a list; allowed are {STEPS}'),
        (
            f'name = "Trial"\nquiet = 3\n{A}',
            "quiet",
            f"3: that is not a list; allowed are {SEASONS}",
        ),
        (
            f'name = "Trial"\nquiet = [3]\n{A}',
            "quiet[0]",
            f"3: that is not a list; allowed are {SEASONS}",
        ),
        (
            f'name = "Trial"\nlimits = 3\n{A}',
            "limits",
            "3: that is no section; write [limits] on its own line and its settings below",
        ),
        (f'name = ""\n{A}', "name", '"": it must not be empty'),
        (
            policy(*(step(f"A{n}", n) for n in range(21))),
            "ladder",
            "at most 20 are possible, and there are 21",
        ),
    ],
)
def test_lists_and_sections_are_told_how_they_are_written(text, path, message):
    assert one(text) == (path, message)


def test_a_long_value_is_shown_by_its_first_sixty_letters():
    assert one(f'name = "{"x" * 61}"\n{A}')[1] == f'"{"x" * 60}": it may have 60 letters at most'


def test_twenty_steps_are_possible():
    assert told(policy(*(step(f"A{n}", n) for n in range(20)))) == []


def test_the_advice_about_a_section_is_followed_by_none_about_its_heading():
    """Whoever writes what the sentence says has a policy that is accepted."""
    assert told(policy(A, "[limits.smallest_balance_in]\nJPY = 3\n")) == []


def test_what_the_words_do_not_know_is_said_as_it_came():
    assert said({"type": "other", "loc": ("a",), "msg": "Value error, so it is"}) == "so it is"
    assert said({"type": "other", "loc": ("a",), "msg": "So it is"}) == "So it is"


def test_a_list_is_not_too_short_where_its_entries_are_refused_one_by_one():
    short = {"type": "too_short", "loc": ("ladder",)}
    entry = {"type": "missing", "loc": ("ladder", 0, "code")}
    elsewhere = {"type": "missing", "loc": ("quiet", 0, "name")}

    assert list(without_echoes([short, entry])) == [entry]
    assert list(without_echoes([short, elsewhere])) == [short, elsewhere]
    assert list(without_echoes([short])) == [short]
    assert list(without_echoes([{"type": "model_type", "loc": ("ladder",)}, entry])) == [
        {"type": "model_type", "loc": ("ladder",)},
        entry,
    ]
