"""Before anything is said to anybody: are the books current, and do the receivables add up?"""

from datetime import date, timedelta

import pytest

from qb_collections.services import aged_receivables, books_current, leasing, tasks, tie_out
from qb_collections.store import audit, runs
from qb_collections.store.engine import reading
from tests.journeys.story import Story

DAY = timedelta(days=1)


@pytest.fixture
def world():
    made = Story()
    yield made
    made.close()


def calls(world, after):
    path = f"/v3/company/{world.realm}/"
    return [one["path"] for one in world.emulator.front.log.after(after, limit=1000) if path in one["path"]]


def last(world):
    return max(one["seq"] for one in world.emulator.front.log.after(0, limit=10_000))


def amy_is_late(world):
    amy = world.customer("Amy's Bird Sanctuary", "amy@birds.example")
    world.invoice(amy, "600.00", date(2026, 1, 20), date(2026, 2, 20))
    return amy


def weekly_payments(world, weeks):
    """Somebody pays every second day, recorded at once."""
    payer = world.customer("Paying Paul")
    for _ in range(weeks):
        world.act("pay_on_account", customer="Paying Paul", amount="1.00")
        world.clock.advance(2 * DAY)
    return payer


def test_the_first_sync_ties_out_and_keeps_the_sentence_with_its_time(world):
    amy_is_late(world)
    world.connect()

    found = tie_out.latest(world.context, world.company)

    assert found.sentence == "QuickBooks' receivables of $600.00 are its documents to the cent."
    assert (found.state, found.tied_on, found.at) == ("equal", date(2026, 3, 2), world.clock.now())


def test_money_used_for_an_invoice_of_a_later_date_is_no_cent_unexplained(world):
    amy = amy_is_late(world)
    ahead = world.invoice(amy, "75.00", date(2026, 3, 20), date(2026, 4, 20))
    world.connect()
    world.settled_in()
    world.act("pay", invoice={"id": ahead["Id"]})

    with leasing.held(world.context, world.company) as lease:
        found = tie_out.tie_out(world.context, world.company, lease)

    # As of today the aging has the payment as open credit, and not yet the invoice: 600.00 less 75.00.
    assert found.said == "QuickBooks' receivables of $525.00 are its documents to the cent."


def test_a_night_with_contacts_compares_before_the_first_of_them_and_a_quiet_one_does_not(world):
    amy_is_late(world)
    world.connect()
    world.settled_in()
    world.to_next_night()
    before = last(world)
    world.night()
    with_contacts = [one.partition(world.realm)[2] for one in calls(world, before)]
    world.until_delivered()
    world.clock.advance(DAY)
    world.to_next_night()
    before = last(world)

    world.night()

    assert [one.split("?")[0] for one in with_contacts][:2] == ["/cdc", "/reports/AgedReceivables"]
    assert with_contacts.count("/reports/AgedReceivables") == 1
    assert len(calls(world, before)) == 1


def test_a_journal_entry_is_named_and_keeps_nobody_from_being_reminded(world):
    amy_is_late(world)
    world.customer("Bob")
    world.connect()
    world.settled_in()
    entry = world.act("journal_receivable", customer="Bob", amount="41.50")
    world.to_next_night()

    made = world.night()

    said = tie_out.latest(world.context, world.company).sentence
    assert said == (
        "QuickBooks' receivables are $641.50, its invoices and credits $600.00. The difference of $41.50 is "
        f"journal entry {entry.get('DocNumber') or entry['Id']} ($41.50), with no invoice behind it. "
        "We don't remind anyone about it."
    )
    assert made["run"]["heading"] is None


def test_an_unexplained_cent_keeps_contacts_off_until_it_is_explained(world, monkeypatch):
    """QuickBooks' summary has 41.50 that its own list of documents does not show."""
    amy_is_late(world)
    world.customer("Bob")
    world.connect()
    world.settled_in()
    world.act("journal_receivable", customer="Bob", amount="41.50")
    monkeypatch.setattr(aged_receivables, "documents", lambda *_: [])
    made = world.day()
    held, sent = made["run"]["heading"], world.sends()
    monkeypatch.undo()

    world.day()

    assert held.endswith("We can't explain $41.50 of the difference yet, so sending stays off.")
    assert sent == {}
    assert sum(world.sends().values()) == 1


def test_what_the_mirror_missed_is_put_right_by_the_comparison(world):
    from qb_collections.store import mirror
    from qb_collections.store.engine import derived

    amy = amy_is_late(world)
    world.connect()
    with derived(world.context.engine) as conn:
        [lost] = mirror.open_invoices(conn, world.company_id)
        mirror.delete_invoices(conn, world.company_id, [lost.id])

    with leasing.held(world.context, world.company) as lease:
        found = tie_out.tie_out(world.context, world.company, lease)

    assert found.state == "equal"
    with reading(world.context.engine) as conn:
        assert [one.customer_id for one in mirror.open_invoices(conn, world.company_id)] == [amy]


def test_books_that_fell_silent_hold_the_run_until_a_person_says_that_they_are_current(world):
    amy_is_late(world)
    world.connect()
    world.settled_in()
    weekly_payments(world, 12)
    world.clock.advance(10 * DAY)

    made = world.day()
    held = made["run"]["heading"]
    assert held.startswith("On hold: the newest payment in your books was recorded on Tuesday, March 24, 1")
    assert world.sends() == {}
    said = books_current.confirm(world.context, world.company, made["run"]["id"], by="Dana")
    world.until_delivered()

    assert said.startswith("Noted: your books are up to date.")
    assert sum(world.sends().values()) == 1
    with reading(world.context.engine) as conn:
        assert runs.get(conn, world.company_id, made["run"]["id"]).state == "released"
        assert any(one.action == "books up to date" for one in audit.entries(conn, world.company_id))


def test_a_deposit_since_then_shows_that_somebody_works_on_the_books(world):
    amy_is_late(world)
    world.connect()
    world.settled_in()
    weekly_payments(world, 12)
    world.clock.advance(10 * DAY)
    payment = world.engine.query(world.realm, "SELECT * FROM Payment MAXRESULTS 1")["Payment"][0]["Id"]
    world.act("deposit", payments=[{"id": payment}])

    made = world.day()

    assert made["run"]["heading"] is None
    assert sum(world.sends().values()) == 1


def test_a_comparison_that_quickbooks_does_not_answer_holds_the_contacts(world, monkeypatch):
    from qb_collections.quickbooks.errors import ServerTrouble

    amy_is_late(world)
    world.connect()
    world.settled_in()

    def fails(*_):
        raise ServerTrouble(status=503)

    monkeypatch.setattr(aged_receivables, "per_customer", fails)
    made = world.day()

    assert made["run"]["heading"].startswith("On hold: QuickBooks did not answer when we compared")
    assert world.sends() == {}


def test_current_books_release_no_run_that_waits_for_another_reason(world):
    amy_is_late(world)
    world.connect()
    world.settled_in()
    world.to_next_night()
    run = world.night()["run"]

    said = books_current.confirm(world.context, world.company, run["id"], by="Dana")

    assert str(said) == (
        "The run of March 3, 2026 was not held for your books, so there is nothing to answer."
    )


def test_whoever_said_that_a_copy_did_not_leave_is_asked_again_when_the_next_one_is_unclear_too():
    """The same contact, a second time: what nobody can see is on somebody's list again."""
    world = Story()
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    world.invoice(customer, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect()
    world.settled_in()
    unclear = {"fault": "http_500", "match": {"operation": "send"}, "times": 1}

    world.emulator.front.faults.add(unclear)
    world.day()
    world.report_task("parked", "was-not-sent")
    world.day()  # it rests a day, and is decided again
    world.emulator.front.faults.add(unclear)
    world.day()
    asked = [task.title for task in tasks.list_open(world.context, world.company)]

    assert asked == ["Was it sent? Lookout Bakery"]
    assert world.sends() == {}
    world.close()
