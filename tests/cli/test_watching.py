"""What the service watches over, by command: receivables, history, permission, books, important customers."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from qb_collections.core import books_rhythm
from qb_collections.core.books_rhythm import Rhythm
from qb_collections.store import runs, tie_outs
from qb_collections.store.engine import durable, open_engine
from qb_collections.store.tables.connections import connection
from tests.cli.conftest import MONDAY

TODAY = date(2026, 11, 2)


@contextmanager
def records(world):
    """The program's own database."""
    engine = open_engine(f"sqlite:///{world.folder / 'qb-collections.sqlite3'}")
    with durable(engine) as conn:
        yield conn
    engine.dispose()


def doctor_says(world, about):
    """Level, sentence and remedy of the one line about it."""
    told = [one for one in world.told("doctor")["lines"] if one["about"] == about]
    assert len(told) == 1
    return told[0]["level"], told[0]["found"], told[0]["remedy"]


def permission_ends(world, at):
    with records(world) as conn:
        conn.execute(update(connection).values(hard_expires_at=at))


def unexplained(world):
    """QuickBooks' aging says 12.50 more than the six invoices of 2,580.85."""
    one = {"currency": "USD", "reported": "2593.35", "ours": "2580.85", "unexplained": "12.50", "parts": []}
    with records(world) as conn:
        tie_outs.add(
            conn,
            1,
            tied_on=TODAY,
            at=MONDAY,
            state="unexplained",
            sentence="We can't explain $12.50 of the difference yet, so sending stays off.",
            currencies=[one],
        )


def held_night(world, heading):
    with records(world) as conn:
        run = runs.open_run(conn, 1, "night", TODAY, MONDAY)
        runs.close(conn, 1, run.id, state="held", heading=heading, at=MONDAY)
    return run.id


def test_companies_say_how_receivables_add_up_and_how_far_history_is(connected):
    """The six invoices are 2,580.85 together."""
    [told] = connected.told("companies")["companies"]
    lines = connected.run("companies").stdout

    assert told["tie_out"]["state"] == "equal"
    assert told["tie_out"]["sums"][0]["reported"] == {"amount": "2580.85", "currency": "USD"}
    assert told["history"] == {
        "complete": False,
        "complete_since": None,
        "reads_back_to": None,
        "rows": 0,
        "stopped": False,
        "rests_until_next_month": False,
    }
    assert told["reconnect_by"] is None
    assert "   Same total as your A/R aging in QuickBooks: $2,580.85. Checked on 2 November 2026.\n" in lines
    assert "   Two years of payments have not been read yet." in lines


def test_a_difference_that_nobody_explains_says_what_waits_and_what_to_do(connected):
    unexplained(connected)

    lines = connected.run("companies").stdout
    level, found, remedy = doctor_says(connected, "Harbor Light Supply: receivables")

    assert (
        "QuickBooks' A/R aging says $2,593.35, we count $2,580.85. We can't explain $12.50 of the difference "
        "yet, so sending stays off."
    ) in lines
    assert "Until it is explained, no message leaves. qb-collections verify compares again" in lines
    assert (level, remedy) == ("warn", "verify: it names the customers")
    assert "We can't explain $12.50" in found


@pytest.mark.parametrize("days", [30, 14, 7, 1])
def test_the_day_by_which_to_reconnect_is_told_by_companies_and_doctor(connected, days):
    by = MONDAY + timedelta(days=days)
    permission_ends(connected, by)

    [told] = connected.told("companies")["companies"]
    level, found, remedy = doctor_says(connected, "Harbor Light Supply: permission")

    assert told["reconnect_by"]["on"] == by.date().isoformat()
    assert told["reconnect_by"]["days_left"] == days
    assert found.startswith(f"Reconnect Harbor Light Supply by {by:%B} {by.day}, 2026")
    assert (level, remedy) == ("warn", "connect it again: qb-collections connect")


def test_the_doctor_says_that_an_emulators_reads_are_free(connected):
    level, found, _ = doctor_says(connected, "reads")

    assert level == "ok"
    assert found.startswith("0 of 500,000 are used in 20")
    assert found.endswith("; emulators and sandboxes are free")


def test_history_is_stopped_and_gone_on_with(connected):
    stopped = connected.told("history", "--stop")
    still = connected.told("history")
    gone_on = connected.told("history", "Harbor Light Supply", "--go-on")

    assert (stopped["stopped"], stopped["message"]) == (True, "Reading payment history is stopped.")
    assert still["message"] == (
        "Reading payment history is stopped after 0 rows; it goes on when you say so."
    )
    assert (gone_on["stopped"], gone_on["message"]) == (False, "Reading payment history goes on.")


def test_the_books_are_confirmed_for_a_night_that_was_held_for_them(connected):
    connected.told("company", "mode", "automatic", "--yes")
    heading = books_rhythm.behind(Rhythm(date(2026, 10, 12), 2, 4), TODAY)
    run_id = held_night(connected, heading)

    told = connected.told("run", "confirm-books")

    assert told["run_id"] == run_id
    assert told["message"] == (
        "Noted: your books are up to date. It holds for this run; the next night looks again."
    )
    [run] = connected.told("run", "list")["runs"]
    assert (run["state"], run["heading"]) == ("released", None)


def test_a_night_that_is_held_for_something_else_is_not_let_go_by_it(connected):
    connected.told("company", "mode", "automatic", "--yes")
    held_night(connected, "Nine contacts are more than three times the usual.")

    told = connected.told("run", "confirm-books", code=1)

    assert "was not held for your books" in told["error"]["message"]
    [run] = connected.told("run", "list")["runs"]
    assert run["state"] == "held"


def test_without_a_night_there_is_nothing_to_confirm(connected):
    told = connected.told("run", "confirm-books", code=1)

    assert told["error"]["message"] == "No night of Harbor Light Supply has run yet."


def test_a_customer_is_marked_important_and_unmarked(connected):
    marked = connected.told("customer", "important", "cedar & sons")
    again = connected.told("customer", "important", "Cedar & Sons")
    lifted = connected.told("customer", "important", "Cedar & Sons", "--lift")
    wrong = connected.told("customer", "important", "Ceder and Sons", code=1)

    assert marked["message"] == (
        "Cedar & Sons is marked as important. From the firm message on, nothing goes to them before you have "
        "approved it."
    )
    assert again["message"] == "Cedar & Sons is marked as important already."
    assert lifted["message"].startswith("Cedar & Sons is treated like everybody else again")
    assert "The nearest are Cedar & Sons," in wrong["error"]["message"]


def test_a_customer_is_said_to_be_a_private_person_and_left_to_quickbooks_again(connected):
    said = connected.told("customer", "kind", "cedar & sons", "private")
    again = connected.told("customer", "kind", "Cedar & Sons", "private")
    left = connected.told("customer", "kind", "Cedar & Sons", "as-quickbooks")
    wrong = connected.told("customer", "kind", "Ceder and Sons", "company", code=1)

    often = "Contacts are at least six days apart, at most 2 in 7 days and 4 in 30 days."
    assert said["message"] == f"Cedar & Sons: a private person. {often}"
    assert again["message"] == f"Cedar & Sons: a private person already. {often}"
    assert left["message"].startswith("Cedar & Sons: as QuickBooks tells, which has ")
    assert "The nearest are Cedar & Sons," in wrong["error"]["message"]
