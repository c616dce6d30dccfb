"""One reason for each late invoice: the sums add up to what is late."""

from decimal import Decimal

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.lateness import ORDER, Late, Reason, Told, of_hold, reasons

LATE = (Late("1", "7", Decimal(100)), Late("2", "7", Decimal(50)), Late("3", "8", Decimal(400)))


def test_a_reason_of_an_invoice_is_its_own_and_one_of_a_customer_is_for_all_of_theirs():
    told = (Told("7", "1", "dispute"), Told("7", None, "promise"))

    assert reasons(LATE, told) == (
        Reason("dispute", 1, 1, Decimal(100)),
        Reason("promise", 1, 1, Decimal(50)),
        Reason("unsaid", 1, 1, Decimal(400)),  # last, though it is the largest
    )


def test_where_several_hold_the_first_of_the_order_counts_once():
    told = (
        Told("7", None, "replied"),
        Told("7", None, "plan"),
        Told("8", "3", "bounced"),
        Told("9", None, "promise"),
    )

    assert reasons(LATE, told) == (
        Reason("bounced", 1, 1, Decimal(400)),
        Reason("plan", 1, 2, Decimal(150)),
    )


def test_nothing_late_has_no_reason():
    assert reasons((), (Told("7", None, "promise"),)) == ()


@pytest.mark.parametrize("kind", list(HoldKind))
def test_each_kind_of_hold_has_its_word(kind):
    assert of_hold(kind) in ORDER
