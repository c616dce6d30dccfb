"""What contradicts itself in a policy is refused; each rule on both sides of its boundary."""

import pytest

from qb_collections.core.policy import PolicyRefused, parse

from .making import STANDARD, TEXT, nov


def step(code, after, *more, channel="email"):
    lines = [
        "[[ladder]]",
        f'code = "{code}"',
        f'name = "step {code}"',
        f"after_due_days = {after}",
        f'channel = "{channel}"',
        'template = "monthly"',
        *more,
    ]
    return "\n".join(lines) + "\n"


def policy(*parts):
    return 'name = "Trial"\n' + "\n".join(parts)


def told(text):
    """The problems as (path, line's own text, message)."""
    try:
        parse(text)
    except PolicyRefused as refused:
        lines = text.splitlines()
        return [(one.path, lines[one.line - 1] if one.line else "", one.message) for one in refused.problems]
    return []


A, B = step("A", 3), step("B", 10)


@pytest.mark.parametrize(
    ("first", "second", "refused"),
    [
        (
            step("A", 3),
            step("B", 3),
            "3 days: out of order; B must come later than A, so after more than 3 days",
        ),
        (step("A", 3), step("B", 4), None),
        # Five business days are a week of seven days.
        (step("A", 5, "business = true"), step("B", 7), "so after more than 5 business days"),
        (step("A", 5, "business = true"), step("B", 8), None),
        (step("A", 7), step("B", 5, "business = true"), "5 business days: out of order"),
        (step("A", 6), step("B", 5, "business = true"), None),
        (step("A", 5, "business = true"), step("B", 6, "business = true"), None),
        (step("A", -7), step("B", -3), "only one step comes before the due date, and A is it"),
        (step("A", -7), step("B", 0), None),
    ],
)
def test_steps_come_in_the_order_of_the_calendar(first, second, refused):
    found = told(policy(first, second))

    if refused is None:
        assert found == []
    else:
        path, line, message = found[0]
        assert (path, line.split(" = ")[0]) == ("ladder[1].after_due_days", "after_due_days")
        assert refused in message


def test_with_a_six_day_week_five_business_days_are_sooner_than_six_days():
    hours = '[contact_hours]\ndays = ["mon", "tue", "wed", "thu", "fri", "sat"]\n'
    steps = step("A", 5, "business = true"), step("B", 6)

    assert told(policy(*steps, hours)) == []
    assert told(policy(*steps)) != []


@pytest.mark.parametrize(
    ("days", "gap", "cap_of_30", "refused"),
    [
        (5, 6, 10, "5: contacts are at least 6 days apart (contact_gap_days), so 6 or more is needed"),
        (6, 6, 10, None),
        # Two in thirty days: every fifteen days keeps it, every fourteen does not.
        (
            14,
            6,
            2,
            "14: with at most 2 contacts in 30 days (at_most_in_30_days) it cannot repeat so often; 15",
        ),
        (15, 6, 2, None),
    ],
)
def test_a_repeat_keeps_the_gap_and_the_caps(days, gap, cap_of_30, refused):
    limits = (
        f"[limits]\ncontact_gap_days = {gap}\nat_most_in_7_days = 2\n"
        f"at_most_in_14_days = {min(3, cap_of_30)}\nat_most_in_21_days = {min(4, cap_of_30)}\n"
        f"at_most_in_30_days = {cap_of_30}\n"
    )

    found = told(policy(A, step("B", 10, f"repeat_every_days = {days}"), limits))

    if refused is None:
        assert found == []
    else:
        assert [(path, line) for path, line, _ in found] == [
            ("ladder[1].repeat_every_days", f"repeat_every_days = {days}")
        ]
        assert refused in found[0][2]


def test_a_number_of_repeats_needs_a_rhythm():
    with_rhythm = step("A", 3, "repeat_at_most = 6", "repeat_every_days = 30")

    found = told(policy(step("A", 3, "repeat_at_most = 6")))

    assert [(path, line) for path, line, _ in found] == [("ladder[0].repeat_at_most", "repeat_at_most = 6")]
    assert "write repeat_every_days too" in found[0][2]
    assert told(policy(with_rhythm)) == []


@pytest.mark.parametrize("name", [7, 14, 21, 30])
def test_a_cap_of_nothing_is_refused_and_a_cap_of_one_is_not(name):
    def limits(most):
        return policy(A, f"[limits]\nat_most_in_{name}_days = {most}\n")

    assert told(limits(1)) == []
    ((path, line, message),) = told(limits(0))
    assert (path, line) == (f"limits.at_most_in_{name}_days", f"at_most_in_{name}_days = 0")
    assert message == "0: at least 1 is needed; with less, no step could ever go out"


@pytest.mark.parametrize("section", ["limits", "private_persons"])
def test_a_cap_that_a_longer_one_makes_impossible_is_refused(section):
    def caps(short, long):
        return policy(A, f"[{section}]\nat_most_in_7_days = {short}\nat_most_in_30_days = {long}\n")

    ((path, line, message),) = told(caps(3, 2))

    assert (path, line) == (f"{section}.at_most_in_7_days", "at_most_in_7_days = 3")
    assert message.startswith("3: no steps could ever reach that, because at_most_in_30_days allows only 2")
    assert "write 2 or less here, or at least 3 there" in message
    assert told(caps(2, 2)) == []


def test_a_default_that_a_written_cap_makes_smaller_is_no_mistake():
    """One number is enough to write less often: the shorter caps are then simply not reached."""
    assert told(policy(A, "[limits]\nat_most_in_30_days = 1\n")) == []


@pytest.mark.parametrize(
    ("first", "last", "refused"),
    [
        ("01-01", "12-31", True),
        ("01-01", "12-18", True),  # 13 days are left
        ("01-01", "12-17", False),  # 14 days are left
        ("01-08", "12-24", False),  # a week on either side of New Year
        ("01-08", "12-25", True),
    ],
)
def test_quiet_seasons_leave_two_weeks_in_a_row(first, last, refused):
    season = f'[[quiet]]\nname = "Nearly always"\nfirst = "{first}"\nlast = "{last}"\n'

    found = told(policy(A, season))

    assert [(path, line) for path, line, _ in found] == ([("quiet[0]", "[[quiet]]")] if refused else [])


def test_the_tone_of_the_steps_never_falls():
    firm = step("A", 3, 'tone = "firm"')

    ((path, line, message),) = told(policy(firm, step("B", 10, 'tone = "cooperative"')))

    assert (path, line) == ("ladder[1].tone", 'tone = "cooperative"')
    assert message == '"cooperative" is softer than A before it, which is "firm"; allowed are firm, final'
    assert told(policy(firm, step("B", 10, 'tone = "firm"'))) == []
    assert told(policy(firm, step("B", 10, 'tone = "helpful"', channel="statement"))) == []


def test_a_firm_step_speaks_firmly_and_a_step_after_it_is_firm():
    soft = step("A", 3, "firm = true", 'tone = "helpful"')
    after = policy(step("A", 3, "firm = true"), step("B", 10))

    assert [(path, line) for path, line, _ in told(policy(soft))] == [("ladder[0].tone", 'tone = "helpful"')]
    assert [path for path, _, _ in told(after)] == ["ladder[1].firm"]
    assert told(policy(step("A", 3, "firm = true"), step("B", 10, channel="statement"))) == []


def test_what_happens_around_a_plans_payment_comes_in_order():
    def plans(message, call, broken):
        return policy(
            A,
            f"[plans]\nmissed_message_after_days = {message}\nmissed_call_after_days = {call}\n"
            f"broken_after_days = {broken}\n",
        )

    assert told(plans(1, 4, 10)) == []
    assert told(plans(1, 4, 5)) == []
    assert [(path, line) for path, line, _ in told(plans(1, 4, 4))] == [("plans", "[plans]")]
    assert [path for path, _, _ in told(plans(4, 4, 10))] == ["plans"]


def test_a_setting_under_the_wrong_heading_is_told_where_it_belongs():
    found = told(policy(A, "[promises]\nfactor = 3\n"))

    assert found == [("promises.factor", "factor = 3", '"factor" is not a setting; it belongs under [brake]')]


@pytest.mark.parametrize(
    ("setting", "heading"), [('tone = "firm"', "[[ladder]]"), ('last = "01-02"', "[[quiet]]")]
)
def test_a_setting_of_an_entry_of_a_list_is_told_its_double_heading(setting, heading):
    ((_, _, message),) = told(policy(A, f"[promises]\n{setting}\n"))

    assert message == f'"{setting.split()[0]}" is not a setting; it belongs under {heading}'


def test_a_setting_above_the_headings_is_told_where_it_belongs():
    found = told('tolerance = 3\nname = "Trial"\n' + A)

    assert found == [
        ("tolerance", "tolerance = 3", '"tolerance" is not a setting; it belongs under [credits]')
    ]


@pytest.mark.parametrize("value", ["9" * 5000, "[" * 50_000, "{a=" * 50_000])
def test_what_cannot_even_be_read_is_refused_in_a_sentence(value):
    with pytest.raises(PolicyRefused) as caught:
        parse(f"name = {value}\n")

    assert len(caught.value.problems) == 1


def test_all_contradictions_are_named_at_once_in_the_order_of_the_text():
    text = TEXT.replace("at_most_in_7_days = 2", "at_most_in_7_days = 3").replace(
        "at_most_in_14_days = 3", "at_most_in_14_days = 2"
    )
    text = text.replace("after_due_days = 10\n", "after_due_days = 3\n")

    assert [path for path, _, _ in told(text)] == ["ladder[2].after_due_days", "limits.at_most_in_7_days"]


@pytest.mark.parametrize(
    "section", ["limits.smallest_balance_in", "thresholds.call_in", "thresholds.plan_offer_in"]
)
def test_a_currency_is_three_capital_letters(section):
    found = told(policy(A, f"[{section}]\njpy = 2500\n"))

    assert told(policy(A, f"[{section}]\nJPY = 2500\n")) == []
    assert [path for path, _, _ in found] == [f"{section}.jpy"]
    assert "a currency's three capital letters are needed" in found[0][2]


def test_a_steps_rest_after_a_contact_counts_days_or_business_days():
    """From Thursday 5 November 2026: six days on is Wednesday the 11th, six business days Friday the 13th."""
    calendar = STANDARD.calendar(frozenset())
    plain = parse(policy(step("A", 3, "after_last_days = 6"))).ladder[0]
    business = parse(policy(step("A", 3, "after_last_days = 6", "after_last_business = true"))).ladder[0]

    assert plain.rested_on(nov(5), calendar) == nov(11)
    assert business.rested_on(nov(5), calendar) == nov(13)


def test_a_step_without_a_tone_speaks_firmly_where_it_is_firm():
    soft, firm = parse(policy(A, step("B", 10, "firm = true"))).ladder

    assert (soft.voice, firm.voice) == ("cooperative", "firm")


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("[contact_hours]\nopens = 32400", "a time of day is needed, as in 09:00:00"),
        ('[contact_hours]\nopens = "09:00Z"', "a time of day without a zone is needed"),
        ("[holidays]\nextra = [0]", "a day is needed, as in 2026-12-24"),
    ],
)
def test_a_number_is_no_time_and_no_day(setting, says):
    ((_, line, message),) = told(policy(A, setting + "\n"))

    assert line == setting.splitlines()[1]
    assert says in message
    assert told(policy(A, '[contact_hours]\nopens = "09:00"\n[holidays]\nextra = ["2026-12-24"]\n')) == []


@pytest.mark.parametrize(
    ("text", "path", "says"),
    [
        (policy("ladder = 3"), "ladder", "that is not a list; allowed are one or more steps"),
        (policy("[ladder]\ncode = 3"), "ladder", "that is not a list; allowed are one or more steps"),
        (
            policy(A, "[[quiet]]\nname = ''\nfirst = '12-24'\nlast = '01-02'"),
            "quiet[0].name",
            "must not be empty",
        ),
        ('name = "' + "x" * 61 + '"\n' + A, "name", "it may have 60 letters at most"),
        ("brake = 3\n" + policy(A), "brake", "that is no section; write [brake] on its own line"),
        (policy("quiet = [3]", A), "quiet[0]", "that is not a list; allowed are seasons"),
        (
            policy(*(step(f"A{n}", n) for n in range(1, 22))),
            "ladder",
            "at most 20 are possible, and there are 21",
        ),
        (policy(A, "[brake]\nfactor = 101"), "brake.factor", "101: at most 100 is possible"),
        (policy(A.replace('"A"', '"a"')), "ladder[0].code", "one capital letter and up to seven more"),
    ],
)
def test_every_kind_of_mistake_has_its_sentence(text, path, says):
    found = told(text)

    assert path in [one[0] for one in found]
    assert any(says in message for where, _, message in found if where == path)


def test_a_step_reaches_an_invoice_on_calendar_or_business_days():
    """Due on Friday 6 November 2026: three days on is Monday, three business days Wednesday."""
    calendar = STANDARD.calendar(frozenset())
    plain, business = parse(policy(A, step("B", 3, "business = true"))).ladder

    assert plain.reached_on(nov(6), calendar) == nov(9)
    assert business.reached_on(nov(6), calendar) == nov(11)
