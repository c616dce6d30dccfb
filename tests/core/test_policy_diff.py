"""Two policies compared: what changed, in the policy's own words."""

from qb_collections.core.policy import parse
from qb_collections.core.policy_diff import changes
from qb_collections.core.policy_stage import Stage

from .making import STANDARD, TEXT


def told(text):
    return [str(one) for one in changes(STANDARD, parse(text))]


def test_each_setting_is_named_with_its_value_before_and_after():
    text = TEXT
    for old, new in (
        ('name = "Standard"', 'name = "Ours"'),
        ("after_due_days = 10\n", "after_due_days = 12\n"),
        ("contact_gap_days = 6         # days", "contact_gap_days = 7 # days"),
        ("opens = 09:00:00", "opens = 08:30:00"),
        ('"thu", "fri"]', '"thu"]'),
        ("tolerance = 1.00", "tolerance = 2.50"),
        ("wait_for_usual_day = false", "wait_for_usual_day = true"),
        ('first = "12-24"', 'first = "12-20"'),
        ('country = ""  ', 'extra = [2026-11-27]\ncountry = "US" '),
    ):
        assert old in text, old
        text = text.replace(old, new)

    assert told(text) == [
        "name: Standard becomes Ours",
        "ladder[S2].after_due_days: 10 becomes 12",
        "limits.contact_gap_days: 6 becomes 7",
        "contact_hours.opens: 09:00 becomes 08:30",
        "contact_hours.days: mon, tue, wed, thu, fri becomes mon, tue, wed, thu",
        "holidays.country: none becomes US",
        "holidays.extra: none becomes 2026-11-27",
        "quiet: End of the year from 12-24 through 01-02 becomes End of the year from 12-20 through 01-02",
        "credits.tolerance: 1 becomes 2.5",
        "traits.wait_for_usual_day: false becomes true",
    ]


def test_amounts_by_currency_are_listed():
    assert told(TEXT + "\n[limits.smallest_balance_in]\nJPY = 2500\nEUR = 20.50\n") == [
        "limits.smallest_balance_in: none becomes EUR 20.5, JPY 2500"
    ]


def test_whole_steps_that_come_and_go_are_named_by_their_code():
    before, after = STANDARD, STANDARD.model_copy(update={"ladder": STANDARD.ladder[1:]})

    assert [str(one) for one in changes(before, after)] == [
        "ladder[S0]: taken out (was copy before the due date, email, 5 days before the due date)"
    ]
    assert [str(one) for one in changes(after, before)] == [
        "ladder[S0]: new, copy before the due date, email, 5 days before the due date"
    ]
    added = Stage(code="S8", name="x", after_due_days=50, business=True, channel="email", template="monthly")
    with_more = STANDARD.model_copy(update={"ladder": (*STANDARD.ladder, added)})
    assert (
        str(changes(STANDARD, with_more)[0])
        == "ladder[S8]: new, x, email, 50 business days after the due date"
    )


def test_remarks_and_defaults_that_are_written_out_are_no_change():
    assert (
        told(
            TEXT.replace("# the steps", "# steps").replace(
                "business = true ", "business = true\nfirm = false "
            )
        )
        == []
    )
