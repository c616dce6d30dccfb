"""A run as its page reads it: counted by what it is filtered by, what needs somebody first, and effects."""

from dataclasses import replace
from datetime import date

import pytest

from qb_collections.core.case import Case, Cycle
from qb_collections.core.decision import Channel, Decision, Finding, Outcome
from qb_collections.core.intents import Approval, IntentKind, PlannedIntent, State
from qb_collections.store import cycles, intents, mirror, run_effects, run_rows, runs
from qb_collections.store.engine import durable
from qb_collections.store.run_choice import Choice
from qb_collections.store.runs import Difference
from tests.store.conftest import NOW
from tests.store.samples import customer, invoice, usd

TODAY = date(2026, 10, 30)


def decision(customer_id, outcome=Outcome.REMIND, gate="contact", amount="100.00", **more):
    found = Finding(gate, "why", invoice_id=f"i{customer_id}")
    made = Decision(customer_id, "USD", outcome, "why", gate, (found,), (), None, amount=usd(amount))
    return replace(made, channel=Channel.EMAIL if outcome is Outcome.REMIND else None, **more)


@pytest.fixture
def stored(engine, company):
    """Ash and Birch are written to, Birch waits for a yes; Cedar is left alone, Dogwood has nothing late."""
    names = {"1": "Ash", "2": "Birch", "3": "Cedar", "4": "Dogwood"}
    with durable(engine) as conn:
        mirror.put_customers(
            conn, company.id, [replace(customer(id), name=name) for id, name in names.items()]
        )
        mirror.put_invoices(conn, company.id, [invoice("i1", "1", number="1042")])
        preview = runs.open_run(conn, company.id, "preview", TODAY, NOW)
        run = runs.open_run(conn, company.id, "night", TODAY, NOW)
        made = [
            decision("1", amount="900.00"),
            decision("2", amount="20.00", approval=True),
            decision("3", Outcome.SILENCE, "promise"),
            decision("4", Outcome.SILENCE, "not_overdue"),
        ]
        rows = [(Case(customer(one.customer_id), "USD", ()), one, "Dear you", "f") for one in made]
        ids = runs.record(
            conn,
            company.id,
            run.id,
            rows,
            decided_at=NOW,
            addressed={("1", "USD"): ("ash@b.example", "Hello")},
        )
        plan = {"currency": "USD", "customer_id": "2"}
        intents.plan(
            conn,
            company.id,
            run.id,
            [
                PlannedIntent("a:2", IntentKind.EMAIL, NOW, plan, Approval.NEEDED),
                PlannedIntent("note:2", IntentKind.NOTE, NOW, {"customer_id": "2", "invoice_id": "i2"}),
                PlannedIntent("thanks:1", IntentKind.EMAIL, NOW, {"customer_id": "1", "answer": "thank_you"}),
            ],
            decision_ids={"a:2": ids["2", "USD"]},
        )
        runs.add_differences(conn, company.id, run.id, [Difference("3", "USD", "before", "now")])
        yield conn, company, preview, run


def names(conn, company, run, choice=Choice(), **more):  # noqa: B008
    found = run_rows.rows(conn, company.id, run.id, choice, acted=True, limit=50, **more)
    return [one.name for one in found]


def test_what_waits_for_a_yes_comes_first_then_contacts_and_nothing_late_last(stored):
    conn, company, _, run = stored

    assert names(conn, company, run) == ["Birch", "Ash", "Cedar", "Dogwood"]
    assert names(conn, company, run, offset=3) == ["Dogwood"]
    [ash] = run_rows.rows(conn, company.id, run.id, Choice(customer_id="1"), acted=True, limit=1)
    assert (ash.details["to"], ash.details["subject"]) == ("ash@b.example", "Hello")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice(outcomes=(Outcome.SILENCE,)), ["Cedar", "Dogwood"]),
        (Choice(gates=("promise",)), ["Cedar"]),
        (Choice(outcomes=(Outcome.SILENCE,), gates_not=("not_overdue",)), ["Cedar"]),
        (Choice(approvals=(Approval.NEEDED,), states=(State.PLANNED,)), ["Birch"]),
        (Choice(needs_yes=True), ["Birch"]),
        (Choice(differs=True), ["Cedar"]),
        (Choice(unapproved=True, not_opened=True, states=(State.PLANNED,)), ["Birch"]),
    ],
)
def test_a_choice_leaves_those_that_it_is_about(stored, choice, expected):
    conn, company, _, run = stored

    assert names(conn, company, run, choice) == expected


def test_everybody_is_counted_once_whatever_is_planned_for_them(stored):
    conn, company, _, run = stored

    groups = run_rows.groups(conn, company.id, run.id, acted=True)

    assert sum(one.customers for one in groups) == 4
    [birch] = [one for one in groups if one.approval is Approval.NEEDED]
    assert (birch.kind, birch.state, birch.needs_yes, birch.differs) == (
        IntentKind.EMAIL,
        State.PLANNED,
        True,
        False,
    )
    assert [one.gate for one in groups if one.differs] == ["promise"]


def test_a_preview_reads_the_same_whether_effects_are_looked_for_or_not(stored):
    """Equal amounts as they were decided; who is left alone by name."""
    conn, company, preview, _ = stored
    silent = {"amount": None, "outcome": Outcome.SILENCE, "gate": "promise"}
    made = [
        decision("4", amount="20.00"),
        replace(decision("3"), **silent),
        replace(decision("2"), **silent),
        decision("1", amount="20.00"),
    ]
    rows = [(Case(customer(one.customer_id), "USD", ()), one, None, "f") for one in made]
    runs.record(conn, company.id, preview.id, rows, decided_at=NOW)

    looked = run_rows.rows(conn, company.id, preview.id, Choice(), acted=True, limit=50)
    alone = run_rows.rows(conn, company.id, preview.id, Choice(), acted=False, limit=50)

    assert looked == alone
    assert [one.name for one in alone] == ["Dogwood", "Ash", "Birch", "Cedar"]
    groups = [run_rows.groups(conn, company.id, preview.id, acted=acted) for acted in (True, False)]
    assert groups[0] == groups[1]
    assert sum(one.customers for one in groups[1]) == 4


def test_a_run_knows_its_other_half_and_a_newer_one(stored):
    conn, company, preview, run = stored

    assert run_rows.head(conn, company.id, run.id).other_id == preview.id
    assert run_rows.head(conn, company.id, preview.id).other_id == run.id
    again = runs.open_run(conn, company.id, "preview", TODAY, NOW)
    assert run_rows.head(conn, company.id, preview.id).newer_id == again.id
    assert run_rows.head(conn, company.id, again.id).newer_id is None
    with pytest.raises(LookupError):
        run_rows.head(conn, company.id, 999)


def test_effects_are_those_of_the_customers_asked_for_and_answers_stand_apart(stored):
    conn, company, _, run = stored

    mine = run_effects.effects(conn, company.id, run.id, ["1", "2"])

    assert [one.kind for one in mine] == [IntentKind.EMAIL, IntentKind.NOTE]
    assert {one.customer_id for one in mine} == {"2"}
    assert [one.customer_id for one in run_effects.answers(conn, company.id, run.id, limit=9)] == ["1"]
    assert sum(one.count for one in run_effects.totals(conn, company.id, run.id)) == 3
    [other] = run_effects.differences(conn, company.id, run.id, limit=9)
    assert (other.name, other.was, other.now) == ("Cedar", "before", "now")
    [ash] = run_rows.rows(conn, company.id, run.id, Choice(customer_id="1"), acted=True, limit=1)
    [line] = run_effects.lines(conn, company.id, [ash.decision_id])
    assert (line.number, line.found.because) == ("1042", "why")


def test_running_cycles_are_counted_by_the_version_whose_steps_they_keep(stored):
    conn, company, _, _ = stored
    for who, version in (("1", 1), ("2", 1), ("3", 2)):
        cycles.save(conn, company.id, who, "USD", Cycle(1, TODAY, None, 0, version))
    cycles.end(conn, company.id, "2", "USD", TODAY)

    assert cycles.running_under(conn, company.id, [1], limit=9) == (1, [("1", "USD")])
    assert cycles.running_under(conn, company.id, [1, 2], limit=1) == (2, [("1", "USD")])
    assert cycles.running_under(conn, company.id, [], limit=9) == (0, [])
