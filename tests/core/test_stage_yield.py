"""What was paid in the fourteen days after each step, by hand."""

from datetime import date, timedelta
from decimal import Decimal

from qb_collections.core.case import Contact, ContactKind
from qb_collections.core.stage_yield import StageYield, stage_yields
from tests.core.pasts import Books

ON = date(2026, 6, 30)
TOLD = date(2026, 6, 1)


def said(stage="S1", on=TOLD, ids=("1",), kind=ContactKind.REMINDER):
    return Contact(on, kind, stage, 1, 1, ids)


def books():
    made = Books().invoice("1", date(2026, 4, 1), date(2026, 5, 1), "100")
    return made.invoice("2", date(2026, 4, 1), date(2026, 5, 1), "60")


def found(made, *contacts, currency="USD"):
    return stage_yields(made.past(), contacts, currency, ON)


def test_money_of_the_fourteenth_day_counts_and_that_of_the_fifteenth_or_the_day_itself_does_not():
    made = books().pay(TOLD, ("1", "10")).pay(TOLD + timedelta(days=14), ("1", "30"))
    made.pay(TOLD + timedelta(days=15), ("1", "20")).credit("c", TOLD + timedelta(days=3), "5", ("2", "5"))

    (one,) = found(made, said(ids=("1", "2")))

    assert one == StageYield("S1", 1, 2, Decimal(150), Decimal(30))  # 90 and 60 were owed that evening
    assert one.share == Decimal("0.2")


def test_steps_are_apart_and_two_contacts_of_one_count_twice():
    made = books().pay(TOLD + timedelta(days=2), ("2", "60"))

    rows = found(
        made, said(), said(on=TOLD + timedelta(days=7)), said("S3", ids=("2",), kind=ContactKind.CALL)
    )

    assert rows == (
        StageYield("S1", 2, 2, Decimal(200), Decimal(0)),
        StageYield("S3", 1, 1, Decimal(60), Decimal(60)),
    )


def test_what_is_too_young_too_old_no_step_or_in_another_currency_is_left_out():
    made = books()
    last, first = ON - timedelta(days=14), ON - timedelta(days=180)
    kept = found(made, said(on=last), said(on=first))

    out = found(
        made,
        said(on=last + timedelta(days=1)),
        said(on=first - timedelta(days=1)),
        said(stage=None),
        said(kind=ContactKind.ANSWER),
        said(ids=("unknown",)),
    )

    assert [one.contacts for one in kept] == [2]
    assert out == ()
    assert found(made, said(), currency="EUR") == ()


def test_a_step_that_named_only_what_was_paid_has_no_share():
    made = books().pay(TOLD - timedelta(days=1), ("1", "100"))

    (one,) = found(made, said())

    assert (one.invoices, one.asked, one.share) == (0, 0, None)
