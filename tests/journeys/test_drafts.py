"""A person's hand on one draft: other words, not this time, not before a day."""

from datetime import date, timedelta
from functools import cache

import pytest

from qb_collections.core.company_gates import Mode
from qb_collections.services import drafts, explain, leasing, night, report, runs, tasks
from qb_collections.services.refusal import Refusal
from qb_collections.store import companies, mirror
from qb_collections.store import runs as stored
from qb_collections.store.engine import durable, reading
from tests.journeys.story import Story
from tests.world import Saved

DUE = date(2026, 3, 2)
DAY = timedelta(days=1)


@cache
def thursday() -> Saved:
    """Two invoices of Amy's are late on Thursday 5 March: a list, in our words.  Nights wait for a person."""
    made = Story()
    amy = made.customer("Amy's Bird Sanctuary", "amy@birds.example")
    made.invoice(amy, "600.00", date(2026, 2, 2), DUE)
    made.invoice(amy, "300.00", date(2026, 2, 2), DUE)
    made.connect(Mode.APPROVE)
    made.settled_in()
    made.day()  # Tuesday
    made.day()  # Wednesday: quiet; it ends in the first hours of Thursday
    return made.saved()


@pytest.fixture
def world():
    made = Story(saved=thursday())
    yield made
    made.close()


AMY = "Amy's Bird Sanctuary"


def preview(world):
    with leasing.held(world.context, world.company) as lease:
        return night.preview(world.context, world.company, lease)


def text_of(told):
    [one] = told["customers"]
    return one["text"]


def edited(world, text):
    return drafts.edit(world.context, world.company, None, customer=AMY, subject=None, text=text, by="Dana")


def open_tasks(world):
    return tasks.list_open(world.context, world.company)


def test_who_skipped_is_told_with_the_day_as_the_company_writes_it():
    assert " on Thursday 5 March." in drafts.skipped_because("Dana", date(2026, 3, 5), "en_GB")


def test_words_edited_in_the_preview_are_the_words_that_the_person_finds_to_send(world):
    run_id = preview(world)
    words = text_of_preview(world).replace("Hello", "Hello again, and good morning,", 1)

    edited(world, words.replace("good", "a very good"))
    said = edited(world, words)
    shown = text_of_preview(world)
    runs.approve(world.context, world.company, run_id, by="Dana")
    told = world.day()

    assert said == "Your words to Amy's Bird Sanctuary take the place of ours."
    [task] = open_tasks(world)
    assert shown == words
    assert "Hello again, and good morning," in task.text
    assert "as of March 5, 2026, 9:00 AM" in task.text  # and not the noon of the draft
    assert told["differences"] == []


def text_of_preview(world):
    with reading(world.context.engine) as conn:
        latest = stored.latest(conn, world.company_id)
    return text_of(report.run_report(world.context, world.company, latest.id))


def test_other_figures_bring_our_words_back(world):
    preview(world)
    edited(world, text_of_preview(world).replace("Hello", "Good morning", 1))
    world.act("part_pay", invoice="1001", amount="100.00")

    world.to_next_night()
    world.night()
    runs.approve(world.context, world.company, by="Dana")
    world.until_delivered()

    [task] = open_tasks(world)
    assert "Good morning" not in task.text
    assert "$800.00" in task.text


def test_words_that_fail_our_own_checks_are_refused_with_the_reason(world):
    preview(world)

    said = edited(world, text_of_preview(world).replace("$900.00", "$950.00"))

    assert isinstance(said, Refusal)
    assert "950" in said.message


def test_an_edit_after_the_night_reaches_the_task(world):
    world.to_next_night()
    world.night()
    words = text_of_preview(world).replace("Hello", "Good morning", 1)

    assert not isinstance(edited(world, words), Refusal)
    runs.approve(world.context, world.company, by="Dana")
    world.until_delivered()

    [task] = open_tasks(world)
    assert "Good morning" in task.text


@pytest.mark.parametrize("where", ["preview", "night"])
def test_what_is_skipped_once_stays_in_that_night_and_comes_back_the_next(world, where):
    if where == "preview":
        preview(world)
    else:
        world.to_next_night()
        world.night()

    said = drafts.skip(world.context, world.company, None, customer=AMY, by="Dana")
    if where == "preview":
        world.to_next_night()
    told = world.night()
    [one] = told["customers"]
    world.until_delivered()
    world.clock.advance(DAY)
    world.to_next_night()
    [later] = world.night()["customers"]

    assert said == (
        "Amy's Bird Sanctuary is left out this time. The night after Thursday, March 5 decides again."
    )
    assert one["reason"] == (
        "Left alone: Dana skipped this one on Thursday, March 5. The next night looks at it again."
    )
    assert (one["gate"], one["next_look_on"]) == ("skipped", "2026-03-06")
    assert later["outcome"] == "remind"


def test_snoozed_until_a_day(world):
    said = drafts.snooze(
        world.context,
        world.company,
        customer=AMY,
        until_on=date(2026, 3, 12),
        reason="they are moving",
        by="Dana",
    )

    world.to_next_night()
    [one] = world.night()["customers"]

    assert said == "Nothing goes to Amy's Bird Sanctuary before Thursday, March 12."
    assert (one["outcome"], one["next_look_on"]) == ("silence", "2026-03-12")


def test_nobody_can_edit_what_quickbooks_says_or_what_goes_to_nobody(world):
    bob = world.customer("Bob", "bob@one.example")
    world.invoice(bob, "80.00", date(2026, 2, 2), DUE)
    world.customer("Carol", "carol@two.example")
    world.to_next_night()
    world.night()

    def says(name):
        said = drafts.edit(
            world.context, world.company, None, customer=name, subject=None, text="Hello", by="Dana"
        )
        return said.message

    assert says("Bob") == "QuickBooks sends this copy in its own words; there is nothing of ours to edit."
    assert says("Carol") == "Nothing goes to Carol in the run of Thursday, March 5."


def test_a_text_that_is_not_complete_says_what_it_needs(world):
    with durable(world.context.engine) as conn:
        companies.update(conn, world.company_id, payment_instructions=None)
    preview(world)

    said = edited(world, "Hello")

    assert said.message == "This text needs how customers can pay you. Add it, and the text is complete."


def test_who_is_snoozed_after_the_night_hears_nothing_that_day(world):
    bob = world.customer("Bob", "bob@one.example")
    world.invoice(bob, "80.00", date(2026, 2, 2), DUE)
    world.to_next_night()
    run = world.night()["run"]
    runs.approve(world.context, world.company, run["id"], by="Dana")

    drafts.snooze(
        world.context, world.company, customer="Bob", until_on=date(2026, 3, 9), reason="moving", by="Dana"
    )
    world.until_delivered()

    assert world.sends() == {}


def test_why_an_invoice_is_quiet_names_who_skipped_its_message(world):
    run_id = preview(world)
    with reading(world.context.engine) as conn:
        [invoice, *_] = mirror.open_invoices(conn, world.company.id)
    before = explain.explain(world.context, world.company, invoice.label)

    drafts.skip(world.context, world.company, run_id, customer=AMY, by="Dana")
    after = explain.explain(world.context, world.company, invoice.label)

    assert before.draft is not None
    assert after.draft is None
    assert after.reason.startswith("Left alone: Dana skipped this one on Thursday")
    assert after.review_on == before.on + DAY


def test_what_was_approved_is_not_approved_twice(world):
    run_id = preview(world)

    first = runs.approve(world.context, world.company, run_id, by="Dana")
    second = runs.approve(world.context, world.company, run_id, by="Dana")

    assert first.startswith("Approved")
    assert second == "Nothing more waits for you in this run: 1 of its contacts was approved before."


def test_a_night_looks_at_those_whose_day_has_come(world):
    """The first message waits three business days after Monday's due date."""
    assert night.due_on(world.context, world.company, date(2026, 3, 4)) == 0
    assert night.due_on(world.context, world.company, date(2026, 3, 5)) == 1
