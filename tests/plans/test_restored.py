"""A backup from before or amid a payment plan is put back: no document of the plan is made twice."""

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Mode
from qb_collections.services import backup, leasing, modes, restored, sync, undo
from qb_collections.store import holds, plans
from qb_collections.store.engine import reading
from tests.journeys.test_restored import copied_back
from tests.plans.books import PlanBooks, agreed
from tests.plans.test_trouble import at_creation


def saved(books):
    made = backup.backup(books.context, books.folder / "monday.qbc", by="Dana")
    assert isinstance(made, backup.Backup), made
    return made.path


def restore(books, file):
    books.context.engine.dispose()
    done = backup.restore(books.context.settings, file, books.clock, by="Dana")
    assert isinstance(done, backup.Restored), done
    books.restart()


def read_again(books):
    with leasing.held(books.context, books.company) as lease:
        sync.sync(books.context, books.company, lease)
    return restored.state(books.context, books.company)


def live_again(books):
    assert isinstance(restored.release(books.context, books.company, "Dana"), restored.RestoredState)
    modes.set_mode(books.context, books.company, Mode.AUTOMATIC, by="Dana", confirmed=True)


def test_a_plan_that_the_records_do_not_know_is_found_and_its_customer_is_left_alone(books):
    file = saved(books)
    books.create()
    books.settle()
    books.assert_whole()

    restore(books, file)
    state = read_again(books)

    assert state.plans == ("PP1",)
    with reading(books.context.engine) as conn:
        [kept] = holds.active(conn, books.company_id, books.grill)
        following = plans.next_number(conn, books.company_id)
    assert (kept.kind, kept.invoice_id, kept.until_on) == (HoldKind.EXCLUSION, None, None)
    assert "payment plan PP1" in kept.reason
    assert following == 2
    live_again(books)
    report = books.day()
    assert report["run"]["counts"]["contacts"] == 0
    assert books.notes_on_originals() == [1, 1, 1]
    books.assert_books_unmoved()


@pytest.mark.parametrize("way", [restore, copied_back])
def test_a_plan_that_was_under_way_is_finished_without_a_second_document(books, way):
    """QuickBooks forgets every request id: only reading for our markers keeps the documents single."""
    books.emulator.front.faults.add(
        {"fault": "forget_requestid", "match": {"operation": "create"}, "rate": 1}
    )
    made = []
    at_creation(books, 3, lambda: made.append(saved(books)))  # before the first of three installments
    books.create()
    books.settle()
    books.assert_whole()

    way(books, made[0])
    state = read_again(books)
    with reading(books.context.engine) as conn:
        [building] = plans.list(conn, books.company_id)
    live_again(books)
    books.until_delivered()

    assert building.state == "building"
    assert state.plans == ()
    books.assert_whole()


def paid_once(books):
    """Two payments of 50.01 and 50.00; the first one has come."""
    books.create(payments=2)
    books.act("pay", invoice=books.installments()[0]["DocNumber"])


def books_closed_since(books):
    paid_once(books)
    books.clock.set(books.clock.now().replace(month=12, day=7))
    books.act("close_books", through="2026-11-30")


def documents(books):
    """What stands, with its balances; the numbers of what is void are history."""
    rows = [(kind, one) for kind in ("Invoice", "CreditMemo", "Payment") for one in books.rows(kind)]
    return sorted(
        (kind, str(one["TotalAmt"]), str(one.get("Balance", 0)), str(one.get("RemainingCredit", 0)))
        for kind, one in rows
        if kind != "Invoice" or one["TotalAmt"]
    )


def taken_back(books):
    with leasing.held(books.context, books.company) as lease:
        return undo.undo(books.context, books.company, lease, "PP1", by="Dana", confirm=True)


@pytest.mark.parametrize("way", [restore, pytest.param(copied_back, marks=pytest.mark.soak)])
@pytest.mark.parametrize("until", [paid_once, books_closed_since])
def test_a_plan_that_was_ended_since_the_backup_is_ended_again_without_a_second_document(until, way):
    books = PlanBooks(amounts=("100.01",), until=until)
    file = saved(books)
    books.end("default")
    books.settle()
    after = documents(books), books.trial_balance()

    way(books, file)
    read_again(books)
    live_again(books)
    books.until_delivered()
    between = documents(books), books.trial_balance()
    books.end("default")
    books.settle()

    assert between == after
    assert (documents(books), books.trial_balance()) == after
    assert books.plan().state == "cancelled"
    books.close()


@pytest.mark.parametrize("until", [paid_once, books_closed_since])
@pytest.mark.parametrize("moment", [2, *(pytest.param(one, marks=pytest.mark.soak) for one in (1, 3, 4, 5))])
def test_an_ending_that_was_under_way_comes_to_its_end(until, moment):
    books = PlanBooks(amounts=("100.01",), until=until)
    twin = PlanBooks(amounts=("100.01",), until=until)
    twin.end("cancel")
    twin.settle()
    made = []
    at_change(books, moment, lambda: made.append(saved(books)))
    books.end("cancel")
    books.settle()

    restore(books, made[0])
    read_again(books)
    live_again(books)
    books.until_delivered()

    assert books.plan().state == "cancelled"
    assert documents(books) == documents(twin)
    assert books.trial_balance() == twin.trial_balance()
    books.close()
    twin.close()


def test_a_plan_that_was_undone_since_the_backup_is_taken_back_once():
    books = PlanBooks(until=agreed)
    file = saved(books)
    taken_back(books)
    books.settle()

    restore(books, file)
    read_again(books)
    live_again(books)
    books.until_delivered()
    again = taken_back(books)
    books.settle()

    assert again is not None
    assert books.rows("CreditMemo") == [] and books.installments() == []
    assert books.notes_on_originals() == [0, 0, 0]
    assert books.plan().state == "cancelled"
    books.assert_books_unmoved()
    books.close()


def at_change(books, number, act):
    """Let something happen as soon as the number-th change is in the books, before its answer is read."""
    seen, done = [], []

    def watch(change):
        seen.append(change)
        if len(seen) >= number and not done:
            done.append(True)
            act()

    books.engine.on_change(watch)
