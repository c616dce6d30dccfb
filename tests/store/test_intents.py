"""The write protocol's rows: nothing twice, nothing out of order, nothing forgotten."""

import itertools
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from qb_collections.core.intents import Approval, IntentKind, PlannedIntent, State
from qb_collections.store import intents, leases, runs, transitions
from qb_collections.store.engine import durable
from qb_collections.store.leases import LeaseLost
from tests.store.conftest import NOW, add_company


def planned(key, kind=IntentKind.SEND_INVOICE, due_at=NOW, **more):
    return PlannedIntent(key, kind, due_at, {"customer_id": "1"}, **more)


def due_keys(conn, lease, at_most=10):
    return [one.key for one in intents.next_due(conn, lease, now=NOW, at_most=at_most)]


def queue(conn, lease, *wanted):
    run = runs.open_run(conn, lease.company_id, "night", NOW.date(), NOW)
    intents.plan(conn, lease.company_id, run.id, wanted)
    return run


def make_ready(conn, lease, key, round=0):
    one = intents.by_key(conn, lease.company_id, key)
    intents.ready(
        conn, lease, one, body={"of": key}, body_hash=f"hash of {key}", before={"balance": "1"}, round=round
    )
    return intents.by_key(conn, lease.company_id, key)


def send(conn, lease, *keys, request_id="request-1"):
    members = [make_ready(conn, lease, key) for key in keys]
    return intents.open_attempt(conn, lease, members, request_id, NOW)


def test_planning_the_same_key_twice_changes_nothing(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("a"))
        first = intents.by_key(conn, lease.company_id, "a")
        queue(conn, lease, planned("a", kind=IntentKind.NOTE, due_at=NOW + timedelta(days=1)))

        assert intents.by_key(conn, lease.company_id, "a") == first


def test_a_contact_that_was_not_begun_takes_on_what_is_planned_now_and_keeps_a_yes_to_the_same_figures(
    engine, lease
):
    def contact(invoice, approval):
        plan = {"customer_id": "1", "invoice_ids": [invoice], "amount": "5.00"}
        return PlannedIntent("a", IntentKind.SEND_INVOICE, NOW, plan, approval)

    with durable(engine) as conn:
        queue(conn, lease, contact("7", Approval.NEEDED))
        queue(conn, lease, contact("7", Approval.NOT_NEEDED))
        lifted = intents.by_key(conn, lease.company_id, "a").approval
        queue(conn, lease, contact("7", Approval.NEEDED))
        intents.approve(conn, lease.company_id, [intents.by_key(conn, lease.company_id, "a").id], "Dana", NOW)
        queue(conn, lease, contact("7", Approval.NEEDED))
        kept = intents.by_key(conn, lease.company_id, "a").approval
        queue(conn, lease, contact("8", Approval.NEEDED))
        other = intents.by_key(conn, lease.company_id, "a")

    assert (lifted, kept, other.approval) == (Approval.NOT_NEEDED, Approval.GIVEN, Approval.NEEDED)
    assert other.plan["invoice_ids"] == ["8"]


def test_what_a_person_declined_is_not_planned_again_in_the_same_run(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("a", approval=Approval.NEEDED))
        intents.decline(conn, lease.company_id, [intents.by_key(conn, lease.company_id, "a").id], "Dana", NOW)
        queue(conn, lease, planned("a", approval=Approval.NEEDED))

        assert intents.by_key(conn, lease.company_id, "a").state is State.CANCELLED


def test_the_same_key_in_two_companies_is_two_effects(engine, lease):
    other = add_company(engine, "Second Street")
    with durable(engine) as conn:
        intents.plan(conn, lease.company_id, None, [planned("a")])
        intents.plan(conn, other.id, None, [planned("a")])

        assert intents.by_key(conn, other.id, "a").company_id == other.id
        assert due_keys(conn, lease) == ["a"]


def test_due_intents_come_oldest_first_and_those_of_later_not_at_all(engine, lease):
    with durable(engine) as conn:
        queue(
            conn,
            lease,
            planned("now", due_at=NOW),
            planned("earlier", due_at=NOW - timedelta(hours=1)),
            planned("later", due_at=NOW + timedelta(microseconds=1)),
        )

        assert due_keys(conn, lease) == ["earlier", "now"]
        assert due_keys(conn, lease, at_most=1) == ["earlier"]


@pytest.mark.parametrize(
    ("approval", "goes"),
    [
        (Approval.NOT_NEEDED, True),
        (Approval.NEEDED, False),
        (Approval.GIVEN, True),
        (Approval.DECLINED, False),
    ],
)
def test_only_what_needs_no_agreement_or_has_it_is_due(engine, lease, approval, goes):
    with durable(engine) as conn:
        queue(conn, lease, planned("a", approval=approval))

        assert due_keys(conn, lease) == (["a"] if goes else [])


def test_agreeing_counts_only_what_was_waiting(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("a", approval=Approval.NEEDED), planned("b"))
        ids = [one.id for one in intents.list(conn, lease.company_id)]

        assert intents.approve(conn, lease.company_id, ids, "Ann", NOW) == 1
        assert intents.approve(conn, lease.company_id, ids, "Ann", NOW) == 0
        assert sorted(due_keys(conn, lease)) == ["a", "b"]


def test_declining_cancels_with_the_persons_name_and_what_follows(engine, lease):
    with durable(engine) as conn:
        queue(
            conn,
            lease,
            planned("a", approval=Approval.NEEDED),
            planned("note", kind=IntentKind.NOTE, depends_on_keys=("a",)),
        )
        one = intents.by_key(conn, lease.company_id, "a")

        intents.decline(conn, lease.company_id, [one.id], "Ann", NOW)

        assert intents.by_key(conn, lease.company_id, "a").reason == "Ann decided against it"
        assert intents.by_key(conn, lease.company_id, "note").state is State.CANCELLED


def test_a_note_waits_until_the_contact_that_it_records_is_confirmed(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("mail"), planned("note", kind=IntentKind.NOTE, depends_on_keys=("mail",)))
        seen = [due_keys(conn, lease)]
        send(conn, lease, "mail")
        seen.append(due_keys(conn, lease))
        mail = intents.by_key(conn, lease.company_id, "mail")
        intents.settle(conn, lease, mail.id, State.CONFIRMED)
        seen.append(due_keys(conn, lease))

        assert seen == [["mail"], [], ["note"]]
        assert intents.by_key(conn, lease.company_id, "note").depends_on == (mail.id,)


def test_a_rejected_contact_takes_along_all_that_was_to_follow_it(engine, lease):
    with durable(engine) as conn:
        queue(
            conn,
            lease,
            planned("mail"),
            planned("note", kind=IntentKind.NOTE, depends_on_keys=("mail",)),
            planned("second note", kind=IntentKind.NOTE, depends_on_keys=("note",)),
            planned("other"),
        )
        send(conn, lease, "mail")
        mail = intents.by_key(conn, lease.company_id, "mail")

        intents.settle(conn, lease, mail.id, State.REJECTED, reason="no such address")

        states = {one.key: one.state for one in intents.list(conn, lease.company_id)}
        assert states == {
            "mail": State.REJECTED,
            "note": State.CANCELLED,
            "second note": State.CANCELLED,
            "other": State.PLANNED,
        }


def test_depending_on_an_intent_that_does_not_exist_is_our_mistake(engine, lease):
    with pytest.raises(AssertionError, match="do not exist"), durable(engine) as conn:
        queue(conn, lease, planned("note", depends_on_keys=("missing",)))


def test_an_opened_task_waits_for_a_person_and_blocks_nobody(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("call", kind=IntentKind.TASK), planned("mail"))
        make_ready(conn, lease, "call")

        assert due_keys(conn, lease, at_most=1) == ["mail"]


def test_what_a_dead_holder_left_in_sending_comes_back_as_unknown(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("a"), planned("b"))
        send(conn, lease, "a")

    with durable(engine) as conn:
        recovered = intents.recover(conn, lease)

        assert recovered == 1
        assert [(one.key, one.state) for one in intents.next_due(conn, lease, now=NOW, at_most=5)] == [
            ("a", State.UNKNOWN),
            ("b", State.PLANNED),
        ]


def test_an_attempt_keeps_its_members_in_the_order_of_the_request(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("a"), planned("b"), planned("c"))
        attempt_id = send(conn, lease, "c", "a", "b")
        wanted = [intents.by_key(conn, lease.company_id, key) for key in "cab"]

        attempt = intents.last_attempt(conn, lease.company_id, wanted[0].id)

        assert attempt.id == attempt_id
        assert attempt.intent_ids == tuple(one.id for one in wanted)
        assert (attempt.fence, attempt.sent_at, attempt.sends) == (lease.fence, NOW, 1)
        assert {one.state for one in intents.list(conn, lease.company_id)} == {State.SENDING}


def test_a_resend_is_the_same_attempt_and_repeats_its_members_in_order(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("a"), planned("b"))
        first = send(conn, lease, "a", "b")
        intents.recover(conn, lease)
        a, b = (intents.by_key(conn, lease.company_id, key) for key in "ab")

        with pytest.raises(AssertionError, match="repeats its members"):
            intents.open_attempt(conn, lease, [b, a], "request-1", NOW)
        again = intents.open_attempt(conn, lease, [a, b], "request-1", NOW + timedelta(minutes=1))

        assert again == first
        assert intents.last_attempt(conn, lease.company_id, a.id).sends == 2


def test_an_attempt_of_a_holder_that_lost_the_lease_is_not_stored(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("a"))
        one = make_ready(conn, lease, "a")
    leases.release(engine, lease)
    other = leases.acquire(engine, lease.company_id, leases.this_process(), wait_seconds=0)

    with pytest.raises(LeaseLost), durable(engine) as conn:
        intents.open_attempt(conn, lease, [one], "request-1", NOW)

    with durable(engine) as conn:
        assert intents.attempts_of(conn, lease.company_id, one.id) == []
        assert intents.get(conn, lease.company_id, one.id).state is State.READY
    leases.release(engine, other)


def test_an_intent_of_another_company_cannot_be_sent(engine, lease):
    other = add_company(engine, "Second Street")
    with durable(engine) as conn:
        intents.plan(conn, other.id, None, [planned("a")])
        foreign = intents.by_key(conn, other.id, "a")

    with pytest.raises(AssertionError, match="own company"), durable(engine) as conn:
        intents.open_attempt(conn, lease, [foreign], "request-1", NOW)


def test_the_answer_of_an_attempt_is_kept_beside_it(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("a"))
        attempt_id = send(conn, lease, "a")
        intents.close_attempt(
            conn, attempt_id, 503, "tid-1", "ServerTrouble", company_id=lease.company_id, answered_at=NOW
        )
        one = intents.by_key(conn, lease.company_id, "a")

        [attempt] = intents.attempts_of(conn, lease.company_id, one.id)

        assert (attempt.status, attempt.intuit_tid, attempt.error) == (503, "tid-1", "ServerTrouble")
        assert attempt.answered_at == NOW


def test_body_images_and_external_id_come_back_as_they_were(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("a"))
        send(conn, lease, "a")
        one = intents.by_key(conn, lease.company_id, "a")
        intents.settle(
            conn, lease, one.id, State.CONFIRMED, after={"x": 2}, inverse={"x": 1}, external_id="77"
        )

        back = intents.get(conn, lease.company_id, one.id)

        assert (back.body, back.body_hash, back.before) == ({"of": "a"}, "hash of a", {"balance": "1"})
        assert (back.after, back.inverse, back.external_id) == ({"x": 2}, {"x": 1}, "77")


# Written out a second time, by hand: every other pair is refused.
LEGAL = {
    "planned": "ready cancelled parked",
    "ready": "ready sending confirmed cancelled parked",
    "sending": "confirmed rejected unknown ready parked",
    "unknown": "confirmed ready parked sending",
    "parked": "confirmed ready rejected cancelled",
    "confirmed": "",
    "rejected": "",
    "cancelled": "",
}


@pytest.mark.parametrize(("earlier", "later"), [*itertools.product(State, State)])
def test_only_the_written_changes_of_state_are_allowed(earlier, later):
    allowed = later.value in LEGAL[earlier.value].split()

    try:
        transitions.check(earlier, later, IntentKind.NOTE)
        went = True
    except AssertionError:
        went = False

    assert went is allowed


def test_an_illegal_change_of_state_leaves_the_row_as_it_was(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("a"))
        one = intents.by_key(conn, lease.company_id, "a")

        with pytest.raises(AssertionError, match="planned"):
            intents.settle(conn, lease, one.id, State.CONFIRMED)

        assert intents.get(conn, lease.company_id, one.id) == one


def test_the_database_lets_nothing_be_sent_without_a_body(engine, lease):
    with durable(engine) as conn:
        queue(conn, lease, planned("a"))

    with pytest.raises(IntegrityError), durable(engine) as conn:
        conn.exec_driver_sql("UPDATE intent SET state = 'sending'")
