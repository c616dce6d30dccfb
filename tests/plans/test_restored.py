"""A backup from before or amid a payment plan is put back: no document of the plan is made twice."""

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Mode
from qb_collections.services import backup, leasing, modes, restored, sync
from qb_collections.store import holds, plans
from qb_collections.store.engine import reading
from tests.journeys.test_restored import copied_back
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
