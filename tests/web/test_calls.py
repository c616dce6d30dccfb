"""A call's page: the sheet with its time, an outcome that cannot be left out, what follows beside each."""

import html
from datetime import timedelta

import pytest

from qb_collections.services.outcomes import CALL_OUTCOMES
from qb_collections.store import calls, holds, tasks
from qb_collections.store.engine import durable, reading
from tests.web.conftest import HOSTILE, NOW
from tests.web.test_drafts import TODAY
from tests.web.test_texts import owing  # noqa: F401


@pytest.fixture
def ringing(owing):  # noqa: F811
    """A call to a hostile customer waits; nothing answers where QuickBooks would be."""
    with durable(owing.context.engine) as conn:
        owing.task_id = tasks.open_task(
            conn,
            owing.ours.id,
            key="call:17",
            kind="call",
            title=f"Call {HOSTILE}: $450.00",
            customer_id="17",
            currency="USD",
            text="Subject: Call them\n\nChecked with QuickBooks at 9:00 AM: $450.00 open.\n",
            payload={"invoice_ids": ["95"], "amount": "450.00", "reminder": "17:USD:1:3"},
            due_on=TODAY,
            at=NOW - timedelta(hours=1),
        ).id
    return owing


def path(house, rest=""):
    return f"/companies/{house.ours.id}/tasks/{house.task_id}{rest}"


def test_without_quickbooks_the_page_shows_the_last_figures_with_their_time(ringing):
    page = html.unescape(ringing.browser("viewer@ours.example").get(path(ringing)).text)

    assert "These figures are of 9:30" in page.replace("\u202f", " ")  # an hour before 10:30
    assert "ask before you name an amount" in page
    assert "$450.00 open." in page
    assert "Subject:" not in page


def test_beside_each_outcome_stands_what_follows_and_none_is_chosen_before(ringing):
    sent = ringing.browser("collector@ours.example").get(path(ringing)).text
    page = html.unescape(sent)

    assert page.count('name="outcome"') == len(CALL_OUTCOMES) == page.count("Then: ")
    assert "checked" not in page.partition('name="outcome"')[2].partition("</ul>")[0]
    # Two business days on from Monday 2 November.
    assert "Then: Nothing goes out before; the call comes back on Wednesday, November 4." in page
    assert HOSTILE not in sent


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "Please choose what came of it. Nothing was noted."),
        ({"outcome": "promise", "on": "soon"}, "'soon' is not a day"),
        ({"outcome": "part", "amount": "NaN", "rest_on": "2026-11-20"}, "is not an amount"),
        ({"outcome": "part", "amount": "100"}, "please add the day of the rest"),
        ({"outcome": "spoke", "said": "x" * 2001}, "What they said has 2001 characters"),
        ({"outcome": "gossip"}, '"gossip" is not an outcome of this task.'),
    ],
)
def test_what_says_too_little_is_asked_for_again_and_the_call_stays(ringing, form, says):
    collector = ringing.browser("collector@ours.example")

    collector.post(path(ringing, "/done"), **form)

    assert says in html.unescape(collector.get(path(ringing)).text)
    with reading(ringing.context.engine) as conn:
        assert tasks.get(conn, ringing.ours.id, ringing.task_id).state == "open"
        assert calls.latest(conn, ringing.ours.id, ["17"], 5) == []


def test_part_now_and_the_rest_on_a_day_are_noted_with_what_they_said(ringing):
    ringing.browser("collector@ours.example").post(
        path(ringing, "/done"),
        outcome="part",
        amount="200.00",
        on="2026-11-06",
        rest_on="2026-11-20",
        said=f"half this week {HOSTILE}",
    )

    with reading(ringing.context.engine) as conn:
        [call] = calls.latest(conn, ringing.ours.id, ["17"], 5)
        found = [one for _, one in holds.active_of(conn, ringing.ours.id, ["17"])]
    assert (call.outcome, call.said, call.by) == ("part", f"half this week {HOSTILE}", "Our collector")
    assert [(one.kind.value, str(one.until_on), one.amount and str(one.amount.amount)) for one in found] == [
        ("promise", "2026-11-06", "200.00"),
        ("promise", "2026-11-20", None),
    ]


def test_who_may_only_look_cannot_say_what_came_of_it(ringing):
    viewer = ringing.browser("viewer@ours.example")

    assert viewer.post(path(ringing, "/done"), outcome="spoke").status_code == 403
    assert "Note it" not in viewer.get(path(ringing)).text
