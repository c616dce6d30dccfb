"""Payment history is read at leisure, goes on where it stopped, and keeps to the month's reads."""

from datetime import date, timedelta
from itertools import count

import pytest

from qb_collections.quickbooks import scanning
from qb_collections.services import history, read_budget, weekly
from qb_collections.services.leasing import held
from qb_collections.store import cases, companies, leases, mirror
from qb_collections.store.engine import derived, durable, reading


@pytest.fixture
def past(books, clock, synced, monkeypatch):
    """Six paid invoices, seconds apart, before the first sync; pages of two."""
    amy = books.customer("Amy")
    ids = []
    for amount in range(10, 16):
        clock.advance(timedelta(seconds=5))
        invoice = books.invoice(amy, amount)
        books.payment(amy, amount, ("Invoice", invoice, amount))
        ids.append(invoice)
    clock.advance(timedelta(hours=1))
    synced()
    monkeypatch.setattr(scanning, "PAGE_ROWS", 2)
    return ids


def read(context, company, enough=lambda: False):
    with held(context, company) as lease:
        return history.read(context, company, lease, enough)


def mirrored(context, company):
    with reading(context.engine) as conn:
        return mirror.counts(conn, company.id)


def test_history_brings_paid_invoices_and_payments_and_says_since_when(context, company, past):
    before = mirrored(context, company)

    assert read(context, company)

    after = mirrored(context, company)
    assert (before["invoices"], before["payments"]) == (0, 0)
    assert (after["invoices"], after["payments"], after["open_invoices"]) == (6, 6, 0)
    with reading(context.engine) as conn:
        assert companies.get(conn, company.id).history_since == date(2024, 10, 29)
    assert history.progress(context, company).sentence == (
        "Payment history is complete from October 29, 2024 on."
    )


def test_history_brings_nobody_forward(context, company, past):
    with durable(context.engine) as conn:
        cases.set_next_look(conn, company.id, [("1", "USD", None)])

    read(context, company)

    with reading(context.engine) as conn:
        assert cases.due(conn, company.id, date(2026, 11, 1), limit=10) == []


def test_history_goes_on_where_it_stopped(context, company, books, past):
    windows = count(1)
    assert read(context, company, lambda: next(windows) >= 2) is False
    some = mirrored(context, company)["invoices"]
    before = books.last_call

    assert read(context, company)

    assert 0 < some < 6
    assert mirrored(context, company)["invoices"] == 6
    statements = len(books.calls(before))
    assert statements <= 3 + 6 + 1 + 2


def test_a_person_stops_history_and_lets_it_go_on(context, company, past):
    history.stop(context, company, by="Dana")
    assert history.may_go_on(context, company) is False
    assert history.progress(context, company).stopped

    history.go_on(context, company, by="Dana")

    assert history.may_go_on(context, company) is True


def used(context, company, reads, environment="production"):
    with durable(context.engine) as conn:
        companies.update(conn, company.id, environment=environment)
    lease = leases.acquire(context.engine, company.id, context.holder, wait_seconds=0)
    leases.release(context.engine, lease, {"reads": {"2026-10": reads}})


@pytest.mark.parametrize(
    ("reads", "warning", "room"),
    [
        (249_999, None, True),
        (250_000, None, False),
        (399_999, None, False),
        (400_000, "400,000 of this month's 500,000 reads are used (80 %).", False),
        (
            500_000,
            "All 500,000 reads of this month are used; QuickBooks answers no more before the next.",
            False,
        ),
    ],
)
def test_a_warning_comes_before_the_months_reads_run_out(context, company, reads, warning, room):
    used(context, company, reads)

    found = read_budget.budget(context)

    assert (found.used, found.warning) == (reads, warning)
    assert [(share.name, share.reads) for share in found.shares] == [(company.name, reads)]
    assert read_budget.leaves_room(context) is room


def test_a_sandbox_or_an_emulator_uses_nothing_of_the_budget(context, company):
    used(context, company, 499_999, "emulator")

    assert (read_budget.budget(context).used, read_budget.budget(context).warning) == (0, None)


def test_the_weekly_look_is_two_calls_and_repairs_drift(context, company, books, past, clock, monkeypatch):
    monkeypatch.setattr(scanning, "PAGE_ROWS", 1000)
    lost = books.invoice("1", 77)
    clock.advance(timedelta(days=7))
    books_before = books.last_call
    with held(context, company) as lease:
        assert weekly.look_if_due(context, company, lease)
        assert weekly.look_if_due(context, company, lease) is False
    with reading(context.engine) as conn:
        assert [one.id for one in mirror.open_invoices(conn, company.id)] == [lost]
    assert len(books.calls(books_before)) > 2
    clock.advance(timedelta(days=7))
    before = books.last_call
    with held(context, company) as lease:
        assert weekly.look_if_due(context, company, lease)

    assert len(books.calls(before)) == 2
    with derived(context.engine) as conn:
        assert mirror.counts(conn, company.id)["open_invoices"] == 1
