"""Whole kinds of rows for looking back, and the times at which documents were entered."""

from dataclasses import replace
from datetime import date, timedelta

from qb_collections.core.books import Link
from qb_collections.core.case import CustomerKind, Cycle, HoldKind
from qb_collections.store import audit, cases, cycles, holds, mirror, past
from qb_collections.store.engine import durable, reading
from tests.store.conftest import NOW, add_company
from tests.store.samples import customer, invoice, memo, payment, usd


def test_the_time_of_entry_is_kept_beside_the_invoice_and_stays(engine, company):
    first = invoice("1", "7", created_at=NOW)
    with durable(engine) as conn:
        mirror.put_invoices(conn, company.id, [first, invoice("2", "7")])
        # Read again later, from an answer without the time, and from one with another time.
        mirror.put_invoices(conn, company.id, [invoice("1", "7", balance="40.00")])
        mirror.put_invoices(conn, company.id, [replace(first, created_at=NOW + timedelta(days=1))])

        found = {one.id: one for one in past.invoices(conn, company.id)}

    assert (found["1"].created_at, found["2"].created_at) == (NOW, None)


def test_credit_memos_keep_theirs_apart_from_invoices_of_the_same_id(engine, company):
    later = NOW + timedelta(hours=1)
    with durable(engine) as conn:
        mirror.put_invoices(conn, company.id, [invoice("1", "7", created_at=NOW)])
        mirror.put_credit_memos(conn, company.id, [replace(memo("1", "7", "5.00"), created_at=later)])

        [kept] = past.credit_memos(conn, company.id)
        [bill] = past.invoices(conn, company.id)

    assert (kept.created_at, bill.created_at) == (later, NOW)


def test_two_readings_that_differ_in_the_time_of_entry_only_are_equal():
    assert invoice("1", "7", created_at=NOW) == invoice("1", "7")


def test_another_companys_rows_are_not_there(engine, company):
    other = add_company(engine, "Other")
    with durable(engine) as conn:
        mirror.put_invoices(conn, other.id, [invoice("1", "7", created_at=NOW)])
        mirror.put_payments(conn, other.id, [payment("p", "7", "5.00")])
        mirror.put_links(conn, other.id, [Link("p", "Invoice", "1", usd("5"))])
        mirror.put_credit_memos(conn, other.id, [memo("m", "7", "5.00")])

        found = [
            past.invoices(conn, company.id),
            past.payments(conn, company.id),
            past.links(conn, company.id),
            past.credit_memos(conn, company.id),
            past.cycles(conn, company.id),
            past.looks(conn, company.id),
            past.holds_placed_at(conn, company.id),
        ]

    assert not any(found)


def test_every_cycle_is_told_with_the_day_it_ended(engine, company):
    first = Cycle(1, date(2026, 9, 1), "S2", 2, 1)
    second = Cycle(2, date(2026, 10, 1), None, 0, 1)
    with durable(engine) as conn:
        cycles.save(conn, company.id, "7", "USD", first)
        cycles.end(conn, company.id, "7", "USD", date(2026, 9, 20))
        cycles.save(conn, company.id, "7", "USD", second)

        found = past.cycles(conn, company.id)

    assert found == {("7", "USD"): [(first, date(2026, 9, 20)), (second, None)]}


def test_who_is_important_and_who_owes_is_told_for_all(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer(one) for one in "789"])
        cases.touch(conn, company.id, "789", date(2026, 10, 30))
        cases.set_important(conn, company.id, "7", "USD", True)
        cases.set_kind(conn, company.id, "8", "USD", CustomerKind.PRIVATE)

        found = past.looks(conn, company.id)

    assert found == {
        ("7", "USD"): (True, None),
        ("8", "USD"): (False, CustomerKind.PRIVATE),
        ("9", "USD"): (False, None),
    }


def test_when_a_hold_was_placed_is_known_from_the_audit(engine, company):
    with durable(engine) as conn:
        made = [
            holds.add(
                conn,
                company.id,
                "7",
                HoldKind.EXCLUSION,
                reason="mine",
                placed_by="Dana",
                placed_on=date(2026, 10, 30),
            )
            for _ in range(2)
        ]
        audit.append(conn, company.id, "Dana", "hold placed", f"hold {made[0].id}", {}, NOW)
        audit.append(conn, company.id, "Dana", "hold lifted", f"hold {made[1].id}", {}, NOW)
    with reading(engine) as conn:
        found = past.holds_placed_at(conn, company.id)

    assert found == {made[0].id: NOW}
