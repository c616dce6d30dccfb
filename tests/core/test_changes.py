"""What changed between two readings of the books, and for whom."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from qb_collections.core.changes import Books, diff

from .making import customer, invoice, memo, payment, usd

NOW = datetime(2026, 10, 30, tzinfo=UTC)
BOOKS = Books({"7": customer()}, {"1": invoice()}, {"p1": payment("5")}, {"m1": memo("5")})


def test_equal_readings_change_nobody():
    assert not diff(BOOKS, BOOKS)


def test_tokens_and_stamps_alone_are_no_change():
    again = Books(
        {"7": customer(updated_at=NOW)},
        {"1": invoice(sync_token="9", updated_at=NOW)},
        {"p1": replace(payment("5"), updated_at=NOW)},
        {"m1": replace(memo("5"), updated_at=NOW)},
    )

    assert not diff(BOOKS, again)


@pytest.mark.parametrize(
    "after",
    [
        replace(BOOKS, customers={"7": customer(emails=())}),
        replace(BOOKS, invoices={"1": invoice(balance="1")}),
        replace(BOOKS, invoices={"1": invoice(sent_at=NOW)}),
        replace(BOOKS, invoices={}),
        replace(BOOKS, invoices={**BOOKS.invoices, "2": invoice("2")}),
        replace(BOOKS, payments={"p1": payment("4")}),
        replace(BOOKS, credit_memos={}),
    ],
)
def test_any_fact_that_changes_appears_or_goes_changes_its_customer(after):
    assert diff(BOOKS, after).customer_ids == {"7"}
    assert diff(after, BOOKS).customer_ids == {"7"}


def test_the_ids_are_named_by_kind():
    changes = diff(BOOKS, replace(BOOKS, invoices={"2": invoice("2")}, payments={"p1": payment("4")}))

    assert (changes.customers, changes.invoices, changes.payments) == (frozenset(), {"1", "2"}, {"p1"})
    assert changes.credit_memos == frozenset()


def test_a_document_that_moved_changes_both_customers():
    assert diff(BOOKS, replace(BOOKS, invoices={"1": invoice(customer_id="8")})).customer_ids == {"7", "8"}


def test_a_site_billed_with_its_parent_changes_the_parents_above_it():
    site = customer(id="9", parent_id="8", bill_with_parent=True)
    house = customer(id="8", parent_id="7", bill_with_parent=True)
    family = {"7": customer(), "8": house, "9": site}
    before = Books(family, {"1": invoice(customer_id="9")})

    after = replace(before, invoices={"1": invoice(customer_id="9", balance="1")})
    alone = replace(after, customers={**family, "9": replace(site, bill_with_parent=False)})

    assert diff(before, after).customer_ids == {"9", "8", "7"}
    assert diff(before, alone).customer_ids == {"9", "8", "7"}  # the old parents lose it


def test_a_ring_of_parents_ends():
    ring = {
        one: customer(id=one, parent_id=two, bill_with_parent=True) for one, two in (("8", "9"), ("9", "8"))
    }
    itself = {"5": customer(id="5", parent_id="5", bill_with_parent=True, balance=usd("1"))}

    assert diff(Books(), Books(ring | itself)).customer_ids == {"8", "9", "5"}
