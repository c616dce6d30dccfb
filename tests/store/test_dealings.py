"""Calls, replies and answers as they are kept: written once, told of the right customer, owed once."""

from __future__ import annotations

from datetime import UTC, date, datetime

from qb_collections.store import answers, calls, merged, replies
from qb_collections.store.answers import Answer
from qb_collections.store.engine import durable, reading

AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)
ON = date(2026, 11, 2)


def call(customer, at=AT):
    return calls.Call(
        customer,
        "USD",
        at.date(),
        at,
        "no-answer",
        False,
        True,
        None,
        "It counts as an attempt only.",
        "Dana",
    )


def owed(key, customer="7"):
    return Answer(key, "promise_noted", customer, "USD", {"hold_id": 3}, "They promised.", "Dana", ON)


def test_calls_are_counted_by_customer_and_day(engine, company):
    with durable(engine) as conn:
        calls.record(conn, company.id, call("7"))
        calls.record(conn, company.id, call("7", AT.replace(day=1)))
        calls.record(conn, company.id, call("8"))

    with reading(engine) as conn:
        assert list(calls.days_of(conn, company.id, ["7"], ON)) == [("7", ON, False)]
        assert [one.on.day for one in calls.latest(conn, company.id, ["7"], 5)] == [2, 1]
        assert calls.latest(conn, company.id + 1, ["7"], 5) == []


def test_an_answer_is_owed_once_whatever_became_of_it(engine, company):
    with durable(engine) as conn:
        answers.want(conn, company.id, [owed("a"), owed("b")], AT)
        first = answers.settle(conn, company.id, "a", "dropped", because="Dana decided", at=AT)
        answers.want(conn, company.id, [owed("a")], AT)
        again = answers.settle(conn, company.id, "a", "given", at=AT)

    with reading(engine) as conn:
        kept = answers.by_key(conn, company.id, "a")
        waiting = [one.key for one in answers.wanted(conn, company.id)]
        known = answers.keys_of(conn, company.id, ["a", "c"])
    assert (first, again) == (True, False)
    assert (kept.state, kept.because) == ("dropped", "Dana decided")
    assert waiting == ["b"]
    assert known == {"a"}


def test_a_reply_is_dealt_with_once(engine, company):
    with durable(engine) as conn:
        reply_id = replies.add(
            conn, company.id, "7", "USD", "question", said="which job?", by="Dana", on=ON, at=AT, hold_ids=[4]
        )
        before = [one.id for one in replies.list(conn, company.id)]
        done = [
            replies.done(conn, company.id, reply_id, by=by, because=None, at=AT) for by in ("Rosa", "Sam")
        ]
        kept = replies.get(conn, company.id, reply_id)

        assert before == [reply_id] and replies.list(conn, company.id) == []
    assert done == [True, False]
    assert (kept.done_by, kept.hold_ids, kept.said) == ("Rosa", (4,), "which job?")


def test_what_passed_with_a_customer_who_was_merged_is_told_of_the_other(engine, company):
    with durable(engine) as conn:
        calls.record(conn, company.id, call("7"))
        replies.add(conn, company.id, "7", "USD", "paid", said="paid", by="Dana", on=ON, at=AT)
        answers.want(conn, company.id, [owed("a"), owed("b")], AT)
        answers.settle(conn, company.id, "b", "given", at=AT)

        merged.hand_on_dealings(conn, company.id, "7", "8")

        assert [one.customer_id for one in calls.latest(conn, company.id, ["7", "8"], 5)] == ["8"]
        assert [one.customer_id for one in replies.latest(conn, company.id, ["7", "8"], 5)] == ["8"]
        found = answers.list(conn, company.id, ["7", "8"])
    assert {one.key: one.customer_id for one in found} == {"a": "8", "b": "7"}
