"""Many changes, heavy pages, a slow far side, and our own notes: what they cost and that nothing is lost."""

import threading
import time
from datetime import timedelta

import pytest

from qb_collections.quickbooks import ahead, capture, client, scanning
from qb_collections.quickbooks import errors as e
from qb_collections.services import full_sync, own_writes, windows
from qb_collections.services.leasing import held
from qb_collections.services.sync import OVERLAP
from qb_collections.store import cursors, mirror
from qb_collections.store.engine import derived, reading

DAY = timedelta(days=1)


@pytest.fixture
def amy(books):
    return books.customer("Amy")


def open_ids(context, company):
    with reading(context.engine) as conn:
        return {one.id for one in mirror.open_invoices(conn, company.id)}


def kinds(calls):
    return [(call["kind"], call["entity"]) for call in calls]


def test_windows_end_with_a_comparison_of_ids(context, company, books, amy, synced, clock, monkeypatch):
    """Five invoices of six are touched and one is deleted; a window holds two rows."""
    invoices = [books.invoice(amy, amount) for amount in (10, 20, 30, 40, 50, 60)]
    synced()
    clock.advance(DAY)
    books.delete("Invoice", invoices[0])
    for number, invoice in enumerate(invoices[1:]):
        clock.advance(timedelta(seconds=number + 1))
        books.act("redate", invoice={"id": invoice}, due="2027-02-01")
    monkeypatch.setattr(capture, "CAPTURE_ROWS", 3)
    monkeypatch.setattr(scanning, "PAGE_ROWS", 2)

    report = synced()

    assert (report.deleted, report.invoices) == (1, 6)  # the one that is gone counts too
    assert open_ids(context, company) == set(invoices[1:])


def test_rows_of_one_second_that_fill_a_window_are_all_read(
    context, company, books, amy, synced, monkeypatch
):
    monkeypatch.setattr(scanning, "PAGE_ROWS", 2)
    synced()
    invoices = {books.invoice(amy, amount) for amount in range(10, 17)}
    monkeypatch.setattr(capture, "CAPTURE_ROWS", 3)

    synced()

    assert open_ids(context, company) == invoices


@pytest.mark.parametrize("fault", ["http_504"])
def test_a_heavy_page_is_asked_for_in_halves_and_the_company_remembers(
    context, company, books, amy, synced, monkeypatch, fault
):
    invoices = {books.invoice(amy, amount) for amount in range(10, 19)}
    monkeypatch.setattr(scanning, "PAGE_ROWS", 8)
    real = client.Client.read_query
    asked = []

    def heavy(self, statement, **more):
        rows = int(statement.rpartition(" ")[2]) if "MAXRESULTS" in statement else 0
        asked.append(rows)
        if "FROM Invoice" in statement and rows > 2:
            raise e.TooHeavy(status=504)
        return real(self, statement, **more)

    monkeypatch.setattr(client.Client, "read_query", heavy)
    synced()
    first, remembered = list(asked), dict(context.limiters.of(company.id, context.clock).page_rows)
    asked.clear()
    with held(context, company) as lease:
        windows.repair(context, company, lease, context.gateway(company, lease))

    assert open_ids(context, company) == invoices
    assert remembered == {"Invoice": 2}
    assert first[:4] == [8, 8, 4, 2]  # a page of customers, then invoices
    assert max(asked) == 2


@pytest.mark.parametrize("fault", ["http_504", "timeout", "large"])
def test_a_capture_that_is_too_heavy_becomes_windows(
    context, company, books, amy, synced, clock, monkeypatch, fault
):
    synced()
    clock.advance(DAY)
    invoice = books.invoice(amy, 120)
    if fault == "http_504":
        books.fault("http_504", match={"path": "*cdc*"}, times=1)
    elif fault == "timeout":
        monkeypatch.setattr(client, "READ_SECONDS", 0.3)
        books.fault("slow", match={"path": "*cdc*"}, times=1, seconds=1)
    else:
        books.save("Invoice", **long_memo(books, invoice))
        monkeypatch.setattr(client, "PAGE_BYTES_MAX", 2000)

    report = synced()

    assert open_ids(context, company) == {invoice}
    assert report.calls > 1


def long_memo(books, invoice):
    found = books.emulator.engine.read(books.realm_id, "Invoice", invoice)
    return {"Id": invoice, "SyncToken": found["SyncToken"], "sparse": True, "PrivateNote": "x" * 3000}


def test_one_row_that_is_too_heavy_by_itself_is_read_all_the_same(
    context, company, books, amy, synced, monkeypatch
):
    invoice = books.invoice(amy, 120)
    books.save("Invoice", **long_memo(books, invoice))
    monkeypatch.setattr(client, "PAGE_BYTES_MAX", 2000)
    monkeypatch.setattr(scanning, "PAGE_ROWS", 4)

    synced()

    assert open_ids(context, company) == {invoice}
    assert context.limiters.of(company.id, context.clock).page_rows == {"Invoice": 1}


def test_what_is_remembered_of_heavy_pages_travels_with_the_lease(context, company):
    with held(context, company):
        context.limiters.of(company.id, context.clock).halve_page("Invoice", 1000)

    from qb_collections.store.leases import acquire

    assert acquire(context.engine, company.id, "x:1:1", wait_seconds=0).limiter_state["page_rows"] == {
        "Invoice": 500
    }


def test_after_a_night_of_many_notes_of_our_own_the_next_quiet_night_is_one_call(
    context, company, books, amy, synced, clock, monkeypatch
):
    """Twenty notes, where one capture holds ten rows: five windows of four, one capture, one count."""
    invoices = [books.invoice(amy, 10 + number) for number in range(20)]
    clock.advance(DAY)
    synced()
    clock.advance(timedelta(minutes=10))
    for invoice in invoices:
        clock.advance(timedelta(seconds=2))
        books.act("add_note", invoice={"id": invoice}, text="(ref 7F3A9C)")
    returned = books.payment(amy, 5, ("Invoice", invoices[0], 5))
    clock.advance(timedelta(minutes=10))
    monkeypatch.setattr(capture, "CAPTURE_ROWS", 10)
    monkeypatch.setattr(scanning, "PAGE_ROWS", 5)
    monkeypatch.setattr(own_writes, "WRITES_MAX", 10)
    before = books.last_call
    with held(context, company) as lease:
        assert own_writes.written(context, company, lease, 6, OVERLAP) is False
        assert own_writes.written(context, company, lease, 14, OVERLAP) is True
    spent = books.calls(before)
    clock.advance(DAY)
    before = books.last_call

    report = synced()

    assert kinds(spent)[0] == ("cdc", None) and len(spent) <= 2 + 6
    assert len(books.calls(before)) == report.calls == 1
    with reading(context.engine) as conn:
        assert [one.id for one in mirror.payments_of(conn, company.id, [amy])] == [returned]
        assert cursors.OWN_WRITES not in cursors.cursor(conn, company.id).progress


def test_a_weekly_count_sees_drift_and_repairs_it(context, company, books, amy, synced):
    kept, lost = books.invoice(amy, 10), books.invoice(amy, 20)
    synced()
    with held(context, company) as lease:
        gateway = context.gateway(company, lease)
        assert windows.drifted(context, company, gateway) is False
        with derived(context.engine) as conn:
            mirror.delete_invoices(conn, company.id, [lost])
        before = gateway.client.calls
        assert windows.drifted(context, company, gateway) is True
        assert gateway.client.calls - before == 1

        windows.repair(context, company, lease, gateway)

        assert windows.drifted(context, company, gateway) is False
    assert open_ids(context, company) == {kept, lost}


def test_the_first_sync_costs_its_pages_and_at_most_five_calls(books, synced, monkeypatch):
    """Seven customers and five open invoices in pages of three: 3 + 2 pages; no credits anywhere."""
    monkeypatch.setattr(scanning, "PAGE_ROWS", 3)
    customers = [books.customer(f"Customer {number}") for number in range(7)]
    for number in range(5):
        books.invoice(customers[number], 10)
    before = books.last_call

    report = synced(lambda done, total, what: None)

    assert len(books.calls(before)) == report.calls
    assert report.calls - (3 + 2) <= 5


def test_four_pages_at_most_are_in_flight_and_all_arrive_in_order(
    context, company, books, synced, monkeypatch
):
    """Ten pages, each held back until four are under way or none is left to come."""
    monkeypatch.setattr(scanning, "PAGE_ROWS", 2)
    monkeypatch.setattr(full_sync, "SLOW_SECONDS", 0.0)
    amy = books.customer("Amy")
    invoices = {books.invoice(amy, 10 + number) for number in range(20)}
    real = client.Client.read_query
    lock, now, most = threading.Lock(), [0], [0]

    def watched(self, statement, **more):
        with lock:
            now[0] += 1
            most[0] = max(most[0], now[0])
        try:
            time.sleep(0.02)
            return real(self, statement, **more)
        finally:
            with lock:
                now[0] -= 1

    monkeypatch.setattr(client.Client, "read_query", watched)
    seen = []

    synced(lambda done, total, what: seen.append((what, done)))

    assert open_ids(context, company) == invoices
    assert most[0] == ahead.IN_FLIGHT == 4
    assert [done for what, done in seen if what == "open invoices"] == list(range(2, 21, 2))
