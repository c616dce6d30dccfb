"""Runs, decisions, tasks, policies, companies: what is kept, and what doing it twice changes."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select, update

from qb_collections.core.case import Case
from qb_collections.core.company_gates import Mode
from qb_collections.core.customer_gates import PASSED
from qb_collections.core.decision import Announced, Channel, Decision, Finding, Outcome
from qb_collections.store import companies, cursors, decision_rows, json_text, mirror, policies, runs, tasks
from qb_collections.store.cursors import Cursor
from qb_collections.store.engine import durable
from qb_collections.store.runs import Difference
from qb_collections.store.tables.decisions import decision as table
from tests.store.conftest import NOW, add_company
from tests.store.samples import customer, invoice, usd

TODAY = date(2026, 10, 30)
CASE = Case(customer("1"), "USD", ())


def decision(customer_id="1", **more):
    made = Decision(
        customer_id=customer_id,
        currency="USD",
        outcome=Outcome.REMIND,
        reason="Reminded: invoice 1042 was due on 1 October.",
        gate="contact",
        findings=(
            Finding("contact", "named in the message", invoice_id="1"),
            Finding("dispute", "Left alone: disputed.", True, date(2026, 11, 6), "2"),
        ),
        trace=(Finding("gap", "no contact since 1 October"), Finding("stage", "the reminder is due")),
        review_on=date(2026, 11, 4),
        stage="S2",
        channel=Channel.EMAIL,
        approval=True,
        cycle=1,
        number=2,
        invoice_ids=("1",),
        also_open_ids=("3",),
        amount=usd("100.00"),
        credits=usd("0.50"),
        reply_by_on=date(2026, 11, 5),
        act_by_on=date(2026, 11, 9),
        backlog=True,
        task_kind="call",
    )
    return replace(made, **more)


def record(conn, company, run, *made, facts="f1", text="Dear Joe"):
    rows = [(CASE, one, text, facts) for one in made]
    return runs.record(conn, company.id, run.id, rows, decided_at=NOW)


def test_a_decision_comes_back_with_every_reason(engine, company):
    with durable(engine) as conn:
        run = runs.open_run(conn, company.id, "night", TODAY, NOW)
        record(conn, company, run, decision())

        [stored] = runs.of_run(conn, company.id, run.id)

    assert stored.decision == decision()
    assert (stored.text, stored.facts_hash, stored.decided_at) == ("Dear Joe", "f1", NOW)


BARE = Decision("1", "USD", Outcome.SILENCE, "Left alone: disputed.", "dispute", (), (), None)
SAYS_IT_LAST = decision(trace=(PASSED["caps"], Finding("contact", decision().reason)))
FINAL = decision(
    announced=Announced("agency", "Kessler & Co.", "Ann", TODAY), tone="final", sender="owner", mailed=True
)


@pytest.mark.parametrize("made", [BARE, SAYS_IT_LAST, FINAL, decision(offers_plan=False, backlog=False)])
def test_what_is_left_out_of_the_row_is_as_it_was(engine, company, made):
    """A reason that the trace repeats, and what a decision has by itself, are not stored twice."""
    with durable(engine) as conn:
        run = runs.open_run(conn, company.id, "night", TODAY, NOW)
        record(conn, company, run, made)
        mine = table.c.company_id == company.id
        row = conn.execute(select(table.c.details, table.c.trace).where(mine)).one()

        [stored] = runs.of_run(conn, company.id, run.id)

    assert stored.decision == made
    assert made.reason not in str(row.trace) and None not in row.details.values()


def test_a_row_of_before_less_was_stored_is_read(engine, company):
    """As rows were until November 2026: every detail, and each line of the trace with all its parts."""
    made = SAYS_IT_LAST
    details = {
        "invoice_ids": ["1"],
        "also_open_ids": ["3"],
        "reply_by_on": "2026-11-05",
        "act_by_on": "2026-11-09",
        "backlog": True,
        "task_kind": "call",
        "template": None,
        "offers_plan": True,
        "tone": None,
        "sender": "accounts",
        "announced": None,
        "mailed": False,
        "to": "a@b.example",
        "subject": "Hello",
    }
    lines = [
        "caps",
        {"gate": "contact", "because": made.reason, "stops": False, "review_on": None, "invoice_id": None},
    ]
    with durable(engine) as conn:
        run = runs.open_run(conn, company.id, "night", TODAY, NOW)
        record(conn, company, run, made)
        mine = table.c.company_id == company.id
        conn.execute(update(table).where(mine).values(details=details, trace=lines))

        [stored] = runs.of_run(conn, company.id, run.id)

    assert stored.decision == made


def test_what_the_store_vouches_for_is_plain():
    """The quick encoder is given it unlooked: for what is not plain it would write something else."""
    for made in (BARE, SAYS_IT_LAST, FINAL, decision()):
        row = decision_rows.row_of(1, 1, made, "Dear Joe", "f1", NOW, ("a@b.example", "Hello"))

        vouched = [value.document for value in row if isinstance(value, json_text.Plain)]
        assert len(vouched) == 2 and all(map(json_text.is_plain, vouched))


def test_deciding_again_in_the_same_run_replaces_only_what_changed(engine, company):
    with durable(engine) as conn:
        run = runs.open_run(conn, company.id, "night", TODAY, NOW)
        ids = record(conn, company, run, decision("1"), decision("2"))
        runs.edit_draft(conn, company.id, ids["1", "USD"], "Dear Joseph", "Ann")

        again = record(conn, company, run, decision("1"), facts="f1")
        changed = record(
            conn, company, run, decision("2", findings=(), outcome=Outcome.SILENCE), facts="f2", text=None
        )

        first, second = runs.of_run(conn, company.id, run.id)
        assert again | changed == ids
        assert (first.text, first.edited_by) == ("Dear Joseph", "Ann")
        assert (second.decision.outcome, second.decision.findings, second.text) == (Outcome.SILENCE, (), None)


def test_a_night_of_one_date_is_one_run_and_previews_are_many(engine, company):
    with durable(engine) as conn:
        night = runs.open_run(conn, company.id, "night", TODAY, NOW)
        again = runs.open_run(conn, company.id, "night", TODAY, NOW + timedelta(hours=1))
        following = runs.open_run(conn, company.id, "night", TODAY + timedelta(days=1), NOW)
        previews = [runs.open_run(conn, company.id, "preview", TODAY, NOW) for _ in range(2)]

        assert night == again
        assert [run.id for run in runs.unended(conn, company.id, before=following.on)] == [night.id]
        assert runs.preview_of(conn, company.id, TODAY) == previews[1]
        assert runs.latest(conn, company.id, "night") == following


def test_a_run_that_ended_says_when_and_is_not_ended_again(engine, company):
    with durable(engine) as conn:
        run = runs.open_run(conn, company.id, "night", TODAY, NOW)
        runs.close(conn, company.id, run.id, state="waiting", heading="Waits.", counts={"remind": 3}, at=NOW)
        waiting = runs.get(conn, company.id, run.id)
        runs.end(conn, company.id, run.id, at=NOW)

        ended = runs.get(conn, company.id, run.id)
        assert (waiting.state, waiting.heading, waiting.counts) == ("waiting", "Waits.", {"remind": 3})
        assert (ended.state, ended.ended_at) == ("ended", NOW)
        assert runs.unended(conn, company.id, before=date(2027, 1, 1)) == []


def test_the_reason_that_stands_is_the_latest_one_of_each_open_invoice(engine, company):
    with durable(engine) as conn:
        mirror.put_invoices(
            conn, company.id, [invoice("1", "1"), invoice("2", "1"), invoice("3", "1", balance="0.00")]
        )
        first = runs.open_run(conn, company.id, "night", TODAY, NOW)
        paid = Finding("settled", "paid", True, None, "3")
        record(conn, company, first, decision(findings=(*decision().findings, paid)))
        second = runs.open_run(conn, company.id, "night", TODAY + timedelta(days=1), NOW)
        newer = Finding("promise", "Left alone: promised.", True, date(2026, 11, 8), "2")
        record(conn, company, second, decision("4", findings=(newer,)))

        found = runs.latest_findings(conn, company.id)

    assert found == {"1": decision().findings[0], "2": newer}


def test_drafts_keep_a_persons_agreement_and_differences_their_sentences(engine, company):
    with durable(engine) as conn:
        run = runs.open_run(conn, company.id, "preview", TODAY, NOW)
        ids = record(conn, company, run, decision())
        runs.approve_draft(conn, company.id, ids["1", "USD"], "Ann", NOW)
        rows = [Difference("1", "USD", "Reminded.", "Left alone: paid.")]
        runs.add_differences(conn, company.id, run.id, rows)

        draft = runs.drafts(conn, company.id, run.id)["1", "USD"]
        assert (draft.approved_by, draft.approved_at, draft.text) == ("Ann", NOW, "Dear Joe")
        assert runs.differences(conn, company.id, run.id) == rows


def test_a_run_of_another_company_is_not_found(engine, company):
    other = add_company(engine, "Second Street")
    with durable(engine) as conn:
        run = runs.open_run(conn, company.id, "night", TODAY, NOW)

        with pytest.raises(LookupError):
            runs.get(conn, other.id, run.id)
        assert runs.of_run(conn, other.id, run.id) == []


def test_the_same_thing_to_do_is_one_task(engine, company):
    with durable(engine) as conn:
        first = tasks.open_task(
            conn, company.id, key="call:1", kind="call", title="Call Joe", at=NOW, customer_id="1"
        )
        again = tasks.open_task(conn, company.id, key="call:1", kind="call", title="Other", at=NOW)
        closed = tasks.close(conn, company.id, first.id, state="done", outcome="spoke", by="Ann", at=NOW)

        assert first == again
        assert closed is True
        assert tasks.close(conn, company.id, first.id, state="done", outcome="x", by="Bob", at=NOW) is False
        assert tasks.get(conn, company.id, first.id).done_by == "Ann"
        assert tasks.list(conn, company.id) == []


def test_tasks_come_earliest_due_first_and_undated_last(engine, company):
    with durable(engine) as conn:
        for key, due_on in [("none", None), ("later", TODAY + timedelta(days=1)), ("today", TODAY)]:
            tasks.open_task(conn, company.id, key=key, kind="call", title=key, at=NOW, due_on=due_on)

        assert [one.key for one in tasks.list(conn, company.id)] == ["today", "later", "none"]


def test_a_policy_is_kept_in_numbered_versions_and_the_last_one_holds(engine, company):
    with durable(engine) as conn:
        with pytest.raises(LookupError):
            policies.current(conn, company.id)
        policies.add(conn, company.id, "a = 1", "Ann", "first", NOW)
        policies.add(conn, company.id, "a = 2", "Bob", "second", NOW)

        assert policies.current(conn, company.id).text == "a = 2"
        assert policies.version(conn, company.id, 1).author == "Ann"
        assert [one.version for one in policies.versions(conn, company.id)] == [1, 2]


@pytest.mark.parametrize("wanted", ["harbor light", "HARBOR LIGHT ", "1"])
def test_a_company_is_found_by_name_alias_or_id(engine, company, wanted):
    with durable(engine) as conn:
        assert companies.by_name(conn, wanted) == company
        assert companies.by_name(conn, company.alias) == company
        assert companies.by_name(conn, "Harbour") is None


def test_two_companies_of_one_name_are_told_apart_by_alias(engine, company):
    other = add_company(engine, company.name)
    with durable(engine) as conn:
        assert companies.by_name(conn, company.name) is None
        assert companies.by_name(conn, other.alias) == other
        assert companies.names(conn) == [company.alias, other.alias]


def test_a_new_company_is_in_shadow_and_its_alias_says_nothing_of_it(company):
    assert company.mode is Mode.SHADOW
    assert "harbor" not in company.alias
    assert company.today(NOW) == TODAY
    assert company.today(NOW - timedelta(hours=3)) == date(2026, 10, 29)  # 23:30 in Chicago


def test_stopping_everything_names_who_and_is_lifted(engine):
    with durable(engine) as conn:
        before = companies.global_stop(conn)
        companies.set_global_stop(conn, "Ann", NOW)
        stopped = companies.global_stop(conn)
        companies.set_global_stop(conn, None, NOW)

        assert (before, companies.global_stop(conn)) == (None, None)
        assert (stopped.by, stopped.at) == ("Ann", NOW)


def test_only_connected_companies_whose_night_has_come_are_due(engine, company):
    waiting, lost = add_company(engine, "Waiting"), add_company(engine, "Lost")
    with durable(engine) as conn:
        companies.update(conn, company.id, next_night_at=NOW)
        companies.update(conn, waiting.id, next_night_at=NOW + timedelta(minutes=1))
        companies.update(conn, lost.id, next_night_at=NOW, state="reconnect")

        assert [one.id for one in companies.due_nights(conn, NOW)] == [company.id]


def test_the_cursor_comes_back_as_it_was_set(engine, company):
    value = Cursor(NOW, NOW, NOW, TODAY, {"page": 500})
    with durable(engine) as conn:
        assert cursors.cursor(conn, company.id) is None
        cursors.set_cursor(conn, company.id, value)

        assert cursors.cursor(conn, company.id) == value


def test_what_is_owed_is_summed_by_currency(engine, company):
    with durable(engine) as conn:
        yen = replace(usd("100"), currency="JPY")
        mirror.put_invoices(
            conn,
            company.id,
            [
                invoice("1", "1", balance="0.10"),
                invoice("2", "1", balance="0.20"),
                invoice("3", "2", total=yen, balance=yen),
            ],
        )

        found = mirror.totals(conn, company.id)

    assert {name: owed.amount for name, owed in found.items()} == {
        "USD": Decimal("0.30"),
        "JPY": Decimal("100"),
    }
