"""The figures of the reports: due once for each reading of a night, the same when they are read again."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.lateness import Reason
from qb_collections.services import report_figures
from qb_collections.services.refusal import Refusal
from qb_collections.store import companies, cursors, holds, mirror, replies
from qb_collections.store import report_figures as stored
from qb_collections.store.cursors import Cursor
from qb_collections.store.engine import durable, reading
from tests.web.conftest import NOW, customer, furnished_once, house, invoice, quick_passwords  # noqa: F401

pytestmark = pytest.mark.usefixtures("quick_passwords")


def due(house):  # noqa: F811
    with reading(house.context.engine) as conn:
        return stored.due(conn)


def read_at(house, at):  # noqa: F811
    with durable(house.context.engine) as conn:
        cursors.set_cursor(conn, house.ours.id, Cursor(at, at, NOW))


def test_they_are_due_until_made_and_again_with_the_next_nights_reading(house):  # noqa: F811
    before = due(house)
    report_figures.refresh(house.context, house.ours)
    report_figures.refresh(house.context, house.theirs)
    made = due(house)
    read_at(house, NOW + timedelta(hours=19, minutes=59))
    by_day = due(house)
    read_at(house, NOW + timedelta(hours=20))
    by_night = due(house)

    assert before == [house.ours.id, house.theirs.id]
    assert (made, by_day, by_night) == ([], [], [house.ours.id])


def test_they_are_due_when_payment_history_is_complete(house):  # noqa: F811
    report_figures.refresh(house.context, house.ours)
    with durable(house.context.engine) as conn:
        companies.update(conn, house.ours.id, history_since=date(2024, 11, 2))

    assert house.ours.id in due(house)


def test_they_are_read_as_they_were_made(house):  # noqa: F811
    made = report_figures.refresh(house.context, house.ours)

    with reading(house.context.engine) as conn:
        assert report_figures.latest(conn, house.ours) == made
        assert report_figures.latest(conn, house.theirs) is None


def test_a_company_that_was_never_read_has_none(house):  # noqa: F811
    with durable(house.context.engine) as conn:
        cursors.forget(conn, house.ours.id)

    assert isinstance(report_figures.refresh(house.context, house.ours), Refusal)


def test_late_invoices_have_the_reason_that_somebody_gave(house):  # noqa: F811
    """130 of customer 7 are in the house: they answered.  17's dispute is about one invoice of two."""
    late = date(2026, 10, 1)
    with durable(house.context.engine) as conn:
        mirror.put_customers(conn, house.ours.id, [customer("17", name="Pinnacle", balance="70.00")])
        mirror.put_invoices(
            conn,
            house.ours.id,
            [invoice("91", "17", "1", late, "50.00"), invoice("92", "17", "2", late, "20.00")],
        )
        said = {"reason": "the cooler failed again", "placed_by": "Dana", "placed_on": NOW.date()}
        holds.add(conn, house.ours.id, "17", HoldKind.DISPUTE, invoice_id="91", **said)
        replies.add(
            conn, house.ours.id, "7", "USD", "question", said="Which one?", by="Dana", on=NOW.date(), at=NOW
        )

    (one,) = report_figures.refresh(house.context, house.ours).currencies

    assert one.reasons == (
        Reason("replied", 1, 1, Decimal("130.00")),
        Reason("dispute", 1, 1, Decimal("50.00")),
        Reason("unsaid", 1, 1, Decimal("20.00")),
    )
