"""A plan whose customer is merged into another in QuickBooks, or whose invoice is given to somebody else."""

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.services import leasing, sync, tasks
from qb_collections.store import holds
from qb_collections.store.engine import reading


@pytest.fixture(params=["overlay", "installments"])
def planned(books, request):
    books.form = request.param
    books.create()
    books.settled_in()
    books.other = books.customer("Second Name", "second@riverbend.example")
    read(books)
    return books


def read(books):
    with leasing.held(books.context, books.company) as lease:
        sync.sync(books.context, books.company, lease)


def asked_about(books):
    every = tasks.list_open(books.context, books.company)
    return {*books.sends(), *(id for one in every for id in one.payload.get("invoice_ids", ()))}


def test_a_plan_goes_on_with_whom_its_customer_was_merged_into_and_can_be_ended(planned):
    before = planned.trial_balance()
    planned.act("merge", entity="Customer", **{"from": {"id": planned.grill}, "into": {"id": planned.other}})

    planned.day()
    assert asked_about(planned) == set()
    assert planned.plan().customer_id == planned.other
    planned.end("cancel")

    assert planned.plan().state == "cancelled"
    assert planned.trial_balance() == before
    assert [planned.balance(one) for one in planned.invoices] == [one["TotalAmt"] for one in planned.invoices]


def test_an_invoice_on_a_plan_that_is_given_to_another_customer_waits_for_a_person(planned):
    given = planned.invoices[0] if planned.form == "overlay" else planned.installments()[0]
    fields = {"CustomerRef": {"value": planned.other}}
    planned.act("edit", entity="Invoice", id=given["Id"], fields=fields)

    planned.day()

    assert asked_about(planned) == set()
    assert planned.plan().customer_id == planned.grill
    with reading(planned.context.engine) as conn:
        [held] = holds.active(conn, planned.company_id, planned.other)
    assert (held.kind, held.invoice_id) == (HoldKind.EXCLUSION, given["Id"])
    assert held.reason.startswith(
        "This invoice is on payment plan PP1, which was agreed with another customer"
    )
