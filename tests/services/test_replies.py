"""Replies by hand: what each holds, what words may mean more, and what dealing with one sets free."""

from __future__ import annotations

from datetime import date

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.stop_words import Firm, meaning
from qb_collections.services import deciding, holds, leasing, replies, tasks, timeline
from qb_collections.services.refusal import Refusal
from qb_collections.store import answers, audit, mail_accounts
from qb_collections.store import holds as stored_holds
from qb_collections.store import replies as stored
from qb_collections.store.engine import durable, reading
from tests.world import World

pytestmark = pytest.mark.xdist_group("replies")  # one world, lived once

ISSUED, DUE = date(2026, 2, 2), date(2026, 2, 25)
MONDAY = date(2026, 3, 2)
NAMES = (
    "Paid",
    "Question",
    "Dispute",
    "Wrong",
    "Stop",
    "Returned",
    "Promise",
    "Other",
    "Lawyer",
    "Done",
    "Refused",
)


@pytest.fixture(scope="module")
def world():
    """Ten customers, each with an invoice of $640.00 that is due for its first message today."""
    world = World()
    ids = {name: world.customer(name, f"ap@{name.lower()}.example") for name in NAMES}
    invoices = {name: world.invoice(ids[name], "640.00", ISSUED, DUE) for name in NAMES}
    world.other = world.invoice(ids["Dispute"], "80.00", ISSUED, DUE)
    world.connect()
    world.settled_in()
    world.ids, world.invoices = ids, invoices
    yield world
    world.close()


def record(world, name, kind, said="as they wrote it", **details):
    return replies.record(
        world.context, world.company, customer=name, kind=kind, said=said, by="Dana", **details
    )


def marks(world, name):
    found = holds.standing(world.context, world.company, world.ids[name])
    return sorted(one.hold.kind.value for one in found)


def decided(world, name):
    night = deciding.decide_company(world.context, world.company, MONDAY, everybody=True)
    return next(one.decision for one in night.decided if one.case.customer.id == world.ids[name])


def left(world, name):
    every = tasks.list_open(world.context, world.company)
    return [one for one in every if one.customer_id == world.ids[name] and one.kind == "follow_up"]


def owed(world, name):
    with reading(world.context.engine) as conn:
        return [one.kind for one in answers.list(conn, world.company_id, [world.ids[name]])]


@pytest.mark.parametrize(
    ("name", "kind", "title"),
    [
        ("Paid", "paid", "Find the payment of Paid"),
        ("Question", "question", "Answer Question"),
        ("Wrong", "wrong_person", "Find the right person at Wrong"),
        ("Other", "other", "Deal with what Other said"),
    ],
)
def test_an_answer_holds_everything_until_somebody_has_dealt_with_it(world, name, kind, title):
    before = decided(world, name)

    told = record(world, name, kind)

    assert before.outcome.value == "remind"
    assert (decided(world, name).outcome.value, decided(world, name).gate) == ("silence", "open_reply")
    assert marks(world, name) == ["open_reply"]
    [task] = left(world, name)
    assert (task.title, task.due_on) == (title, date(2026, 3, 3))  # one business day
    assert "What they said: as they wrote it" in task.text
    assert told.asks is None
    assert "until somebody has dealt with it" in told.message


def test_a_dispute_leaves_that_invoice_alone_and_lets_the_others_keep_their_dates(world):
    number = world.invoices["Dispute"]["DocNumber"]

    told = record(world, "Dispute", "dispute", "cooler failed again", invoice=number)

    assert marks(world, "Dispute") == ["dispute"]
    assert decided(world, "Dispute").invoice_ids == (world.other["Id"],)
    assert owed(world, "Dispute") == ["dispute_received"]
    assert left(world, "Dispute") == []
    assert "the others keep their dates" in told.message


def test_a_promise_holds_through_its_grace_and_is_confirmed(world):
    told = record(world, "Promise", "promise", "by Friday", on=date(2026, 3, 6))

    assert marks(world, "Promise") == ["promise"]
    # Friday 6 March and two business days: Tuesday 10 March, so we look again on the 11th.
    assert (decided(world, "Promise").gate, decided(world, "Promise").review_on) == (
        "promise",
        date(2026, 3, 11),
    )
    assert owed(world, "Promise") == ["promise_noted"]
    assert told.message == (
        "Recorded. We wait for Friday, March 6 and two business days more, and confirm it to them in a line."
    )


def test_stop_means_no_e_mail_by_itself_to_that_address_and_the_debt_stays(world):
    told = record(world, "Stop", "stop", "Stop")

    with reading(world.context.engine) as conn:
        _, stopped = mail_accounts.standing(conn, world.company_id)
    assert stopped == {"ap@stop.example"}
    # Its first message would have been a copy that QuickBooks sends: now it waits for a person.
    assert (decided(world, "Stop").outcome.value, decided(world, "Stop").channel.value) == ("remind", "email")
    assert marks(world, "Stop") == []
    [task] = left(world, "Stop")
    assert task.title == "Stop asks for no more automatic e-mail"
    assert "Nothing goes to ap@stop.example by itself any more" in told.message
    assert told.asks is None


def test_stop_is_also_about_an_address_that_came_back_before(world):
    """Somebody may lift that mark: it says that the address works again, not that they changed their mind."""
    with durable(world.context.engine) as conn:
        stored_holds.add(
            conn,
            world.company_id,
            world.ids["Returned"],
            HoldKind.BOUNCED,
            reason="E-mail to ap@returned.example came back.",
            placed_by="system",
            placed_on=MONDAY,
        )
    record(world, "Returned", "stop", "Stop")
    [mark] = holds.standing(world.context, world.company, world.ids["Returned"])

    holds.lift(world.context, world.company, mark.hold.id, by="Dana", because="It works again")

    assert marks(world, "Returned") == []
    made = decided(world, "Returned")
    assert (made.outcome.value, made.channel.value) == ("remind", "email")


def test_words_that_may_mean_a_lawyer_hold_everything_and_ask_a_person(world):
    number = world.invoices["Lawyer"]["DocNumber"]

    told = record(
        world, "Lawyer", "dispute", "Our attorneys have taken this over. Invoice is wrong.", invoice=number
    )

    assert marks(world, "Lawyer") == ["dispute", "open_reply"]
    assert decided(world, "Lawyer").gate in ("open_reply", "dispute")
    [task] = left(world, "Lawyer")
    assert task.title == "Look at what Lawyer wrote"
    assert told.asks.startswith("Their words may mean that somebody else speaks for them")
    assert 'hold add insolvent --customer "Lawyer"' in told.at_command


def test_dealing_with_a_reply_sets_the_steps_free_and_closes_its_task(world):
    told = record(world, "Done", "question", "which job was this?")

    said = replies.done(world.context, world.company, told.reply_id, by="Rosa", because="the July job")
    again = replies.done(world.context, world.company, told.reply_id, by="Rosa")

    assert said == "Done. The mark is lifted; the next night decides without it."
    assert marks(world, "Done") == [] and left(world, "Done") == []
    assert decided(world, "Done").outcome.value == "remind"
    assert isinstance(again, Refusal) and "dealt with already, by Rosa" in again.message
    with reading(world.context.engine) as conn:
        [entry] = [
            one for one in timeline.page(conn, world.company, [world.ids["Done"]]).entries if one.way == "in"
        ]
        written = [one.action for one in audit.entries(conn, world.company_id, limit=4)]
    assert (entry.text, entry.follows) == ("which job was this?", "Dealt with by Rosa")
    assert "reply dealt with" in written


def test_the_task_of_a_reply_deals_with_it_too(world):
    told = record(world, "Done", "other", "call me")
    [task] = left(world, "Done")

    with leasing.held(world.context, world.company) as lease:
        tasks.done(world.context, world.company, lease, task.id, tasks.Report("done", "Dana"))

    with reading(world.context.engine) as conn:
        assert stored.get(conn, world.company_id, told.reply_id).done_by == "Dana"
    assert marks(world, "Done") == []


@pytest.mark.parametrize(
    ("kind", "details", "says"),
    [
        ("gossip", {}, '"gossip" is not a kind of reply. It can be: paid, question'),
        ("paid", {"said": "  "}, "Say what they said"),
        ("paid", {"said": "x" * 4001}, "has 4001 characters; up to 4,000 fit"),
        ("promise", {}, "A promise needs the day"),
        ("promise", {"on": date(2026, 3, 1)}, "is past"),
        ("dispute", {}, "A dispute is about one invoice"),
        ("dispute", {"invoice": "77"}, 'has no invoice "77"'),
        ("question", {"on": date(2026, 3, 6)}, "Only a promise has a day"),
        ("dispute", {"invoice": "other"}, "is not one of Refused"),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_is_recorded(world, kind, details, says):
    if details.get("invoice") == "other":
        details = {"invoice": world.other["DocNumber"]}

    refused = record(world, "Refused", kind, **details)

    assert isinstance(refused, Refusal) and says in refused.message
    assert marks(world, "Refused") == []


def test_a_customer_nobody_has_is_answered_with_the_nearest(world):
    refused = record(world, "Promis", "paid")

    assert "The nearest" in refused.message


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Please stop.", Firm.STOP),
        ("STOP", Firm.STOP),
        ("please stop by on Friday", None),
        ("unsubscribe me", Firm.STOP),
        ("Talk to my lawyer", Firm.REPRESENTED),
        ("We filed for Chapter 11 in March", Firm.REPRESENTED),
        ("they went bankrupt", Firm.REPRESENTED),
        ("wir haben Insolvenz angemeldet", Firm.REPRESENTED),
        ("see you in court", Firm.REPRESENTED),
        ("of course, and courteous as ever", None),
        ("I dispute this invoice", Firm.DISPUTE),
        ("we don\u2019t owe that", Firm.DISPUTE),
        ("check goes out on Tuesday", None),
        ("", None),
    ],
)
def test_words_that_ask_for_a_firm_stop_are_found(said, expected):
    assert meaning(said) is expected
