"""The way to the first message: what a person settles, whose row they saw, a trial with one customer."""

from datetime import date

import pytest

from qb_collections.core.company_gates import Mode
from qb_collections.core.first_look import Question, Review
from qb_collections.services import explain, first_steps, modes, review, runs
from qb_collections.services.refusal import Refusal
from qb_collections.services.report import run_report
from qb_collections.store import audit, cases, companies, first_look
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from tests.world import World

SETTLING = [("reminders", "off"), ("late_fees", "off"), ("books", "yes"), ("notes", "memo")]


@pytest.fixture(scope="module")
def connected():
    """Two customers long late, connected and read; sending is off and nothing is settled."""
    world = World()
    for name, amount in (("Lookout Bakery", "640.00"), ("Marlow Print Works", "90.00")):
        customer = world.customer(name, f"ap@{name.split()[0].lower()}.example")
        world.invoice(customer, amount, date(2026, 2, 2), date(2026, 2, 20))
    world.connect(Mode.SHADOW)
    return world.saved()


@pytest.fixture
def world(connected):
    world = World(saved=connected)
    yield world
    world.close()


def look_of(world):
    with reading(world.context.engine) as conn:
        return first_look.of(conn, world.company_id)


def settle(world):
    for question, said in SETTLING:
        answer = first_steps.answer(world.context, world.company, question, said, by="Dana")
        assert isinstance(answer, str), answer


def switch(world, mode, vouched=False):
    done = modes.set_mode(world.context, world.company, mode, by="Dana", confirmed=True, vouched=vouched)
    assert isinstance(done, Company), done


def test_a_new_company_is_asked_everything_that_the_books_do_not_say(world):
    found = first_steps.first_steps(world.context, world.company)

    assert [one.question for one in found.waiting] == [
        Question.REMINDERS,
        Question.LATE_FEES,
        Question.BOOKS,
        Question.NOTES,
    ]
    [contact] = found.settled  # the world's company has a name, a phone number and a way to pay
    assert (contact.question, contact.said) == (Question.CONTACT, "Dana Whitlock, 423-555-0143")


def test_sending_is_not_turned_on_from_a_page_while_something_is_to_be_settled(world):
    refused = modes.set_mode(
        world.context, world.company, Mode.APPROVE, by="Dana", confirmed=True, vouched=False
    )

    assert refused == Refusal(
        "Nothing leaves yet: four things are to be settled first, QuickBooks' own reminders, its late fees, "
        "whether your books are up to date and where notes go. Nothing was changed."
    )
    assert world.company.mode is Mode.SHADOW


def test_answers_are_kept_with_who_and_when_and_then_sending_can_be_turned_on(world):
    settle(world)

    switch(world, Mode.APPROVE)

    given = look_of(world).answers[Question.REMINDERS]
    assert (given.answer.value, given.by, given.at) == ("off", "Dana", world.clock.now())
    with reading(world.context.engine) as conn:
        told = [
            one for one in audit.entries(conn, world.company_id) if one.action == "first question answered"
        ]
    assert len(told) == 4
    assert world.company.note_place == "memo"


def test_who_switches_by_command_takes_the_answers_on_themselves(world):
    asked = modes.set_mode(world.context, world.company, Mode.AUTOMATIC, by="Sam", confirmed=False)
    switch(world, Mode.AUTOMATIC, vouched=True)

    assert (
        "It settles in your name what is asked before the first message (QuickBooks' own reminders, its late "
        "fees, whether your books are up to date and where notes go) and that everybody on the first list "
        "may be contacted."
    ) in asked.question
    assert look_of(world).is_over
    assert {one.answer.value for one in look_of(world).answers.values()} == {"vouched"}


def test_nothing_leaves_while_quickbooks_sends_its_own_reminders(world):
    settle(world)
    switch(world, Mode.APPROVE)
    world.settled_in()
    world.to_next_night()
    report = world.night()
    runs.approve(world.context, world.company, report["run"]["id"], by="Dana")

    assert look_of(world).seen == 2  # whose message was approved, their row was seen

    first_steps.answer(world.context, world.company, "reminders", "on", by="Dana")
    world.clock.set(world.clock.now().replace(hour=15))
    held = world.deliver()
    because = held.held.because
    said = explain.explain(world.context, world.company, _number(world, "Marlow"))
    first_steps.answer(world.context, world.company, "reminders", "off", by="Dana")
    world.deliver()

    assert because == ("Nothing leaves yet: one thing is to be settled first, QuickBooks' own reminders.")
    assert said.held_by.because == because
    assert len(world.sends()) == 2


def test_where_notes_go_is_what_the_owner_chose(world):
    first_steps.answer(world.context, world.company, "notes", "neither", by="Dana")

    assert world.company.note_place == "neither"


@pytest.mark.parametrize(("question", "said"), [("reminders", "memo"), ("weather", "off"), ("notes", "")])
def test_an_answer_that_nobody_asked_for_changes_nothing(world, question, said):
    answer = first_steps.answer(world.context, world.company, question, said, by="Dana")

    assert answer == Refusal("That is no answer to this question. Nothing was changed.")
    assert look_of(world).answers == {}


def test_a_company_that_sent_before_anybody_was_asked_is_asked_nothing(world):
    with durable(world.context.engine) as conn:
        conn.exec_driver_sql("DELETE FROM first_look")
        companies.update(conn, world.company_id, contact_name=None)

    assert first_steps.first_steps(world.context, world.company) is None
    switch(world, Mode.APPROVE)


def test_a_customer_whose_row_nobody_has_seen_waits_even_when_sending_is_on(world):
    settle(world)
    switch(world, Mode.AUTOMATIC)
    world.settled_in()
    bakery = _customer(world, "Lookout")
    with durable(world.context.engine) as conn:
        first_look.see(conn, world.company_id, [(bakery, "USD")], by="Dana", at=world.clock.now())
    world.to_next_night()

    report = world.night()
    waits = {one["customer"]: one["approval"] for one in report["intents"]}
    said = explain.explain(world.context, world.company, _number(world, "Marlow"))

    assert waits == {"Lookout Bakery": "not_needed", "Marlow Print Works": "needed"}
    assert said.held_by.because.startswith("Waiting for you: nobody has looked at this customer")


def _number(world, name):
    with reading(world.context.engine) as conn:
        query = (
            "SELECT i.number FROM mirror_invoice i JOIN mirror_customer c ON c.id = i.customer_id "
            f"WHERE c.name LIKE '{name}%'"
        )
        return conn.exec_driver_sql(query).scalar_one()


def test_on_trial_one_customer_hears_from_us_at_once_and_everybody_else_waits(world):
    settle(world)
    switch(world, Mode.AUTOMATIC)
    with durable(world.context.engine) as conn:
        query = "SELECT id, currency FROM mirror_customer WHERE name LIKE 'Marlow%'"
        key = tuple(conn.exec_driver_sql(query).one())
        first_look.see(conn, world.company_id, [key], by="Dana", at=world.clock.now())
        first_look.review(
            conn, world.company_id, Review.ONE, by="Dana", at=world.clock.now(), key=key, name="Marlow"
        )

    report = world.day()
    reasons = {one["customer"]: one["reason"] for one in report["customers"]}

    assert [one["customer"] for one in report["customers"] if one["outcome"] == "remind"] == [
        "Marlow Print Works"
    ]
    assert reasons["Lookout Bakery"] == (
        "Left alone: Dana is trying it with Marlow first. Everybody else waits until you say to go on."
    )
    assert world.company.live_since_on is None  # the gentle start is still to come

    today = world.company.today(world.clock.now())
    with durable(world.context.engine) as conn:
        first_look.review(conn, world.company_id, Review.ALL, by="Dana", at=world.clock.now())
        cases.touch_all(conn, world.company_id, today)
    world.day()

    assert world.company.live_since_on == date(2026, 3, 4)


def test_a_trial_chosen_after_the_night_keeps_what_that_night_had_planned(world):
    settle(world)
    switch(world, Mode.APPROVE)
    world.settled_in()
    world.to_next_night()
    report = world.night()
    runs.approve(world.context, world.company, report["run"]["id"], by="Dana")

    review.try_one(world.context, world.company, _customer(world, "Marlow"), by="Dana")
    world.until_delivered()

    assert len(world.sends()) == 1
    after = run_report(world.context, world.company, report["run"]["id"])
    [left] = [one for one in after["intents"] if one["customer"] == "Lookout Bakery"]
    assert left["state"] == "cancelled"
    assert left["reason"].startswith("Left alone: Dana is trying it with Marlow Print Works first.")


def _customer(world, name):
    with reading(world.context.engine) as conn:
        query = f"SELECT id FROM mirror_customer WHERE name LIKE '{name}%'"
        return conn.exec_driver_sql(query).scalar_one()
