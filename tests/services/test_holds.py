"""What people know and the books don't: placed, changed, lifted, each in the audit; and who is asked when."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Mode
from qb_collections.services import hold_days, hold_import, holds, leasing, tasks
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit
from qb_collections.store.engine import durable, reading
from tests.world import World

MONDAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def world():
    """Invoice 1001 of the bakery and 1002 of the printer, late since February.  Sending is off."""
    world = World()
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    press = world.customer("Marlow Print", "ap@marlow.example")
    world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25), DocNumber="1001")
    world.invoice(press, "900.00", date(2026, 1, 5), date(2026, 2, 4), DocNumber="1002")
    world.connect(Mode.SHADOW)
    yield world
    world.close()


@pytest.fixture(autouse=True)
def lifted(world):
    """Each test begins with no hold and no task."""
    yield
    for one in holds.standing(world.context, world.company):
        holds.lift(world.context, world.company, one.hold.id, by="test")


def placed(world, kind=HoldKind.DISPUTE, **details):
    if "customer" not in details:
        details.setdefault("invoice", "1001")
    made = holds.add(
        world.context, world.company, kind, by="Dana", **{"reason": "cooler failed again"} | details
    )
    assert not isinstance(made, Refusal), made
    return made


def asked(world, on):
    """The tasks of holds that are open after the night of that day."""
    with durable(world.context.engine) as conn:
        hold_days.ask(conn, world.company, on, world.clock.now())
    return [one for one in tasks.list_open(world.context, world.company) if one.kind in hold_days.KINDS]


def report(world, task, outcome, **details):
    with leasing.held(world.context, world.company) as lease:
        return tasks.done(
            world.context, world.company, lease, task.id, tasks.Report(outcome, "Dana", **details)
        )


def one_hold(world):
    [found] = holds.standing(world.context, world.company)
    return found.hold


def test_a_dispute_is_the_placers_to_answer_within_five_business_days(world):
    made = placed(world)

    assert (made.owner, made.answer_by_on) == ("Dana", date(2026, 3, 9))  # from Monday to Monday
    assert holds.sentence(world.context, world.company, made) == (
        "Invoice 1001 is marked as disputed. Nothing goes out about it meanwhile. "
        "Dana is to answer by March 9, 2026 (five business days, where no other day is named); "
        "after that a task says so."
    )


@pytest.mark.parametrize(
    ("until_on", "expected"),
    [(date(2026, 3, 9), date(2026, 3, 9)), (date(2026, 3, 5), date(2026, 3, 5))],
)
def test_no_answer_is_expected_after_the_disputes_own_last_day(world, until_on, expected):
    assert placed(world, until_on=until_on).answer_by_on == expected


def test_an_owner_and_a_day_that_are_named_are_kept(world):
    made = placed(world, owner="Ray", answer_by_on=date(2026, 3, 4), code="quality")

    assert (made.owner, made.answer_by_on, made.code) == ("Ray", date(2026, 3, 4), "quality")
    assert said_of(world, made).endswith(" Ray is to answer by March 4, 2026; after that a task says so.")


@pytest.mark.parametrize(
    ("by", "owner"),
    [("ray (command line)", "ray"), ("someone at the command line", "Dana Whitlock")],
)
def test_who_placed_it_by_command_is_named_as_people_call_them(world, by, owner):
    made = holds.add(world.context, world.company, HoldKind.DISPUTE, reason="x", by=by, invoice="1001")

    assert made.owner == owner


@pytest.mark.parametrize(
    ("kind", "details", "says"),
    [
        (HoldKind.DISPUTE, {"code": "qualty"}, "The nearest are quality, quantity."),
        (HoldKind.EXCLUSION, {"code": "quality"}, "Only a dispute has a code"),
        (HoldKind.EXCLUSION, {"answer_by_on": date(2026, 3, 9)}, "Only a dispute is answered by a day"),
        (HoldKind.BOUNCED, {"until_on": date(2026, 3, 9)}, "leave the last day out"),
        (HoldKind.DISPUTE, {"owner": "x" * 121}, "up to 120 fit"),
        (HoldKind.DISPUTE, {"answer_by_on": date(2026, 3, 1)}, "March 1, 2026 is past"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_would_help(world, kind, details, says):
    answer = holds.add(world.context, world.company, kind, reason="x", by="Dana", invoice="1001", **details)

    assert isinstance(answer, Refusal)
    assert says in answer.message
    assert holds.standing(world.context, world.company) == []


def test_a_bounce_is_about_the_addresses_of_that_day(world):
    made = placed(world, HoldKind.BOUNCED, customer="Lookout Bakery", reason="mailbox is full")
    named = placed(world, HoldKind.BOUNCED, customer="Lookout Bakery", reason="old@lookout.example is gone")

    assert made.reason == "mailbox is full (ap@lookout.example)"
    assert named.reason == "old@lookout.example is gone"


def test_a_change_is_kept_with_what_was_before(world):
    made = placed(world)

    said = holds.change(
        world.context,
        world.company,
        made.id,
        by="Ray",
        owner="Ray",
        answer_by_on=date(2026, 3, 12),
        code="quality",
    )

    assert said == (
        f"Hold {made.id} is changed: owner Ray, answer by March 12, 2026, about quality. "
        "The next night decides with that."
    )
    changed = one_hold(world)
    assert (changed.owner, changed.answer_by_on, changed.code) == ("Ray", date(2026, 3, 12), "quality")
    with reading(world.context.engine) as conn:
        [last, *_] = audit.entries(conn, world.company_id, subject=f"hold {made.id}")
        chain = audit.verify_chain(conn, world.company_id)
    assert (last.action, last.actor) == ("hold changed", "Ray")
    assert last.detail == {
        "owner": ["Dana", "Ray"],
        "answer by": ["2026-03-09", "2026-03-12"],
        "about": [None, "quality"],
    }
    assert chain.problem is None


def test_a_last_day_can_be_moved_and_taken_away(world):
    made = placed(world, HoldKind.EXCLUSION, until_on=date(2026, 3, 10))

    holds.change(world.context, world.company, made.id, by="Ray", until_on=date(2026, 3, 20))
    moved = one_hold(world).until_on
    said = holds.change(world.context, world.company, made.id, by="Ray", open_end=True)

    assert moved == date(2026, 3, 20)
    assert one_hold(world).until_on is None
    assert "last day none" in said


@pytest.mark.parametrize(
    ("kind", "details", "change", "says"),
    [
        (HoldKind.PROMISE, {"until_on": date(2026, 3, 6)}, {"open_end": True}, "A promise needs the day"),
        (HoldKind.EXCLUSION, {}, {"code": "quality"}, "Only a dispute has a code"),
        (HoldKind.EXCLUSION, {}, {"until_on": date(2026, 3, 1)}, "March 1, 2026 is past"),
        (HoldKind.EXCLUSION, {}, {}, "Nothing would change"),
        (HoldKind.DISPUTE, {"code": "price"}, {"code": "price"}, "Nothing would change"),
    ],
)
def test_a_change_that_makes_no_sense_is_refused(world, kind, details, change, says):
    made = placed(world, kind, **details)

    answer = holds.change(world.context, world.company, made.id, by="Ray", **change)

    assert isinstance(answer, Refusal)
    assert says in answer.message
    assert one_hold(world) == made


def test_what_was_lifted_or_never_was_cannot_be_changed(world):
    made = placed(world)
    holds.lift(world.context, world.company, made.id, by="Ray")

    gone = holds.change(world.context, world.company, made.id, by="Ray", owner="Ray")
    never = holds.change(world.context, world.company, 99_999, by="Ray", owner="Ray")

    assert gone == Refusal(f"Hold {made.id} was lifted already, by Ray.")
    assert "has no hold 99999" in never.message


# Who is asked, and when


def test_a_late_answer_is_asked_for_once_from_the_day_after(world):
    placed(world, owner="Ray", code="quality")  # to be answered by Monday 9 March

    before = asked(world, date(2026, 3, 9))
    [task] = asked(world, date(2026, 3, 10))
    again = asked(world, date(2026, 3, 11))

    assert before == []
    assert task.title == "Answer Lookout Bakery about invoice 1001: Ray"
    assert task.text.startswith(
        "Ray was to answer Lookout Bakery by March 9, 2026. They question invoice 1001 ($640.00), "
        "about: quality. What they said: cooler failed again\n"
    )
    assert [one.id for one in again] == [task.id]


def test_a_late_answer_is_not_asked_for_twice_once_somebody_said_when(world):
    made = placed(world)
    [task] = asked(world, date(2026, 3, 10))

    said = report(world, task, "later", on=date(2026, 3, 12))

    assert said == "Noted. We ask you again if it is still open after March 12, 2026."
    assert one_hold(world).answer_by_on == date(2026, 3, 12)
    assert asked(world, date(2026, 3, 12)) == []
    [second] = asked(world, date(2026, 3, 13))
    assert second.id != task.id
    assert second.payload == {"hold_id": made.id}


def test_a_settled_dispute_is_lifted_with_the_reason(world):
    made = placed(world)
    [task] = asked(world, date(2026, 3, 10))

    said = report(world, task, "settled", reason="credit memo written")

    assert said == "Noted. The mark is lifted; the next night decides without it."
    assert holds.standing(world.context, world.company) == []
    assert asked(world, date(2026, 3, 11)) == []
    with reading(world.context.engine) as conn:
        [last, *_] = audit.entries(conn, world.company_id, subject=f"hold {made.id}")
    assert (last.action, last.detail) == ("hold lifted", {"because": "credit memo written"})


def test_lifting_a_dispute_ends_its_task(world):
    made = placed(world)
    [task] = asked(world, date(2026, 3, 10))

    holds.lift(world.context, world.company, made.id, by="Ray")

    assert tasks.list_open(world.context, world.company) == []
    assert isinstance(report(world, task, "settled"), Refusal)


def test_nothing_is_asked_about_a_dispute_that_has_ended_by_itself(world):
    placed(world, until_on=date(2026, 3, 10))  # to be answered by Monday 9 March

    assert len(asked(world, date(2026, 3, 10))) == 1
    assert asked(world, date(2026, 3, 11)) == []


def test_a_hardship_is_looked_at_again_on_its_last_day(world):
    made = placed(
        world, HoldKind.HARDSHIP, customer="Marlow Print", reason="press broke", until_on=date(2026, 3, 12)
    )

    before = asked(world, date(2026, 3, 11))
    [task] = asked(world, date(2026, 3, 12))
    said = report(world, task, "still", on=date(2026, 4, 13))

    assert before == []
    assert task.title == "Look again at the difficulty of Marlow Print"
    assert task.text.startswith(
        "Dana noted on March 2, 2026 that Marlow Print is in difficulty: press broke\n\n$900.00 is open. "
        "Nothing goes out by itself through March 12, 2026; after that day the steps go on."
    )
    assert said == "Noted. We ask you again if it is still open after April 13, 2026."
    assert one_hold(world).until_on == date(2026, 4, 13)
    assert one_hold(world).id == made.id


def test_things_are_better_so_the_steps_go_on(world):
    placed(world, HoldKind.HARDSHIP, customer="Marlow Print", until_on=MONDAY)
    [task] = asked(world, MONDAY)

    report(world, task, "better")

    assert holds.standing(world.context, world.company) == []


@pytest.mark.parametrize("outcome", ["later", "done"])
def test_a_late_answer_has_no_vague_outcome(world, outcome):
    placed(world)
    [task] = asked(world, MONDAY + timedelta(days=8))

    answer = report(world, task, outcome)

    assert isinstance(answer, Refusal)
    assert ("the day." if outcome == "later" else "It can be: settled, later") in answer.message


def test_what_each_mark_means_is_said_to_who_places_it(world):
    card = placed(world, HoldKind.AUTOPAY, customer="Lookout Bakery", reason="card on file")
    bounce = placed(world, HoldKind.BOUNCED, customer="Lookout Bakery", reason="mailbox is full")
    hard = placed(world, HoldKind.HARDSHIP, customer="Lookout Bakery", until_on=date(2026, 3, 12))

    assert "if nothing has come by then, it is asked for as usual" in said_of(world, card)
    assert "Another address is used if QuickBooks has one" in said_of(world, bounce)
    assert said_of(world, hard) == (
        "This customer is marked as in difficulty until March 12, 2026. Nothing goes out about it meanwhile. "
        "On that day a task asks you to look at it again; after it the steps go on."
    )


def said_of(world, hold):
    return holds.sentence(world.context, world.company, hold)


def test_what_somebody_else_placed_while_a_list_was_read_is_not_placed_twice(world, monkeypatch):
    placed(world, HoldKind.EXCLUSION, customer="Lookout Bakery", reason="my sister")
    as_it_is, looks = hold_import._standing, []
    monkeypatch.setattr(
        hold_import, "_standing", lambda *place: as_it_is(*place) if looks else looks.append(1) or {}
    )

    found = hold_import.place_all(
        world.context,
        world.company,
        b"kind,customer,reason\nexclusion,Lookout Bakery,my sister\nexclusion,Marlow Print,mine\n",
        by="Ray",
        source="list.csv",
    )

    assert [one.says for one in found.known] == ["was placed by somebody else meanwhile"]
    assert [one.customer for one in found.placed] == ["Marlow Print"]
    assert len(holds.standing(world.context, world.company)) == 2


def test_each_hold_of_a_list_is_in_the_audit_with_its_line(world):
    rows = b"kind,customer,reason\nexclusion,Lookout Bakery,my sister\nhardship,Marlow Print,press broke\n"

    hold_import.place_all(world.context, world.company, rows, by="Ray", source="list.csv")

    with reading(world.context.engine) as conn:
        lines = audit.entries(conn, world.company_id)[:3]
        chain = audit.verify_chain(conn, world.company_id)
    assert [(one.action, one.actor, one.detail["from"]) for one in lines] == [
        ("holds imported", "Ray", "list.csv"),
        ("hold placed", "Ray", "list.csv, line 3"),
        ("hold placed", "Ray", "list.csv, line 2"),
    ]
    assert chain.problem is None


def test_a_night_asks_for_the_answer_that_is_late(world):
    placed(world)
    world.clock.set(datetime(2026, 3, 10, 14, 0, tzinfo=UTC))

    world.night()

    [task] = tasks.list_open(world.context, world.company)
    assert (task.kind, task.due_on) == ("answer_dispute", date(2026, 3, 9))


def test_the_same_hold_said_again_stands_already(world):
    first = placed(world, HoldKind.EXCLUSION, customer="Lookout Bakery", reason="leave them to me")

    again = holds.add(
        world.context,
        world.company,
        HoldKind.EXCLUSION,
        by="Sam",
        reason="Leave  them to me",
        customer="Lookout Bakery",
    )

    assert isinstance(again, Refusal)
    assert again.message == (
        f"That stands already as hold {first.id}. Nothing was changed; give it another owner or day."
    )
    assert again.at_command == f"With: qb-collections hold change {first.id}"
    assert len(holds.standing(world.context, world.company)) == 1


def test_a_promise_for_another_day_is_another_promise(world):
    today = world.company.today(world.clock.now())
    placed(world, HoldKind.PROMISE, reason="by phone", until_on=today + timedelta(days=3))

    placed(world, HoldKind.PROMISE, reason="by phone", until_on=today + timedelta(days=4))

    assert len(holds.standing(world.context, world.company)) == 2


def test_a_day_years_away_is_refused_with_the_furthest_one(world):
    refused = holds.add(
        world.context,
        world.company,
        HoldKind.EXCLUSION,
        by="Dana",
        reason="later",
        customer="Lookout Bakery",
        until_on=date(9999, 12, 31),
    )

    assert refused == Refusal(
        "December 31, 9999 is years away; the furthest day that can be given is December 31, 2028. "
        "Is the year right?"
    )


def test_what_a_dispute_is_about_is_named_in_words(world):
    refused = holds.add(
        world.context, world.company, HoldKind.DISPUTE, by="Dana", reason="x", invoice="1001", code="late"
    )

    assert isinstance(refused, Refusal) and "not delivered" in refused.message
    assert "_" not in refused.message


@pytest.mark.parametrize(
    ("kind", "again"), [(HoldKind.IN_TRANSIT, True), (HoldKind.UPSET, True), (HoldKind.HARDSHIP, False)]
)
def test_what_runs_out_by_itself_can_be_said_again_the_day_after(world, kind, again):
    about = {"by": "Dana", "reason": "they said so", "customer": "Lookout Bakery"}
    placed(world, kind, customer="Lookout Bakery", reason="they said so")
    assert isinstance(holds.add(world.context, world.company, kind, **about), Refusal)
    world.clock.advance(timedelta(days=1))

    later = holds.add(world.context, world.company, kind, **about)

    assert isinstance(later, Refusal) != again
