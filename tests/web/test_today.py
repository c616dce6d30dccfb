"""The first page of a morning: each figure worked by hand, in a handful of statements."""

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape

import msgspec
import pytest

from qb_collections.core.case import HoldKind
from qb_collections.core.company_gates import Mode
from qb_collections.core.expected import Forecast, Week
from qb_collections.core.intents import Approval, IntentKind, PlannedIntent
from qb_collections.services import report_figures, today
from qb_collections.services.report_figures import OfCurrency, ReportFigures
from qb_collections.store import companies, holds, intents, mirror, runs, tasks
from qb_collections.store import report_figures as stored_figures
from qb_collections.store.engine import durable, reading
from tests.web.conftest import NOW, customer, invoice, usd
from tests.web.statements import MOST, statements_of

TODAY = date(2026, 11, 2)  # a Monday
ZERO = usd("0.00")


def words(answer):
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.text)).replace("\xa0", " ").split())


def first_page(house, role="owner"):
    return words(house.browser(f"{role}@ours.example").get(f"/companies/{house.ours.id}/"))


def promised(conn, house, until_on, amount=None, customer_id="7"):
    holds.add(
        conn,
        house.ours.id,
        customer_id,
        HoldKind.PROMISE,
        reason="on the phone",
        placed_by="Dana",
        placed_on=date(2026, 10, 20),
        until_on=until_on,
        amount=amount,
    )


def worked_out(conn, house, on, weeks, **more):
    ahead = Forecast("USD", usd("130.00"), tuple(weeks), ZERO, ZERO, ZERO)
    of = OfCurrency("USD", ahead, (), (), (), (), **more)
    made = ReportFigures(on, NOW, NOW, 40, "Since then.", {}, (of,))
    stored_figures.put(
        conn,
        house.ours.id,
        on=on,
        made_at=NOW,
        read_at=NOW,
        history_since=None,
        figures=msgspec.to_builtins(made),
    )


def week(first, last, expected):
    return Week(first, last, usd(expected), usd("100.00"), usd("900.00"))


def test_expected_is_the_week_that_today_is_in(house):
    sunday = [
        week(date(2026, 11, 1), date(2026, 11, 1), "11.00"),  # worked out on Sunday: its week is over
        week(date(2026, 11, 2), date(2026, 11, 8), "512.40"),
    ]
    with durable(house.context.engine) as conn:
        worked_out(conn, house, date(2026, 11, 1), sunday)

    text = first_page(house)

    assert "Expected this week $512.40 By Sunday, November 8" in text
    assert "Eight weeks in ten bring between $100.00 and $900.00" in text


def test_figures_of_long_ago_say_nothing_of_this_week(house):
    with durable(house.context.engine) as conn:
        worked_out(conn, house, date(2026, 7, 1), [week(date(2026, 7, 1), date(2026, 7, 5), "512.40")])

    assert "Expected this week" not in first_page(house)


@pytest.mark.parametrize(
    ("after", "terms", "said"),
    [
        ("41.4", 30, "after 41 days Your terms allow 30: 11 days more than that."),
        ("41.5", 30, "after 42 days Your terms allow 30: 12 days more than that."),
        ("29.0", 30, "after 29 days Your terms allow 30: they keep to them."),
        ("29.0", None, "after 29 days Counted from"),
    ],
)
def test_how_long_customers_take_stands_beside_what_their_terms_allow(house, after, terms, said):
    with durable(house.context.engine) as conn:
        worked_out(conn, house, TODAY, [], pay_after_days=Decimal(after), terms_days=terms)

    assert f"Customers pay you {said}" in first_page(house)


@pytest.mark.parametrize(
    ("until_on", "said"),
    [
        # Two business days of grace: Wednesday's promise is over on the Saturday, Thursday's today.
        (date(2026, 10, 28), "0 due , 1 not kept"),
        (date(2026, 10, 29), "1 due"),
        (date(2026, 11, 9), "1 due"),  # a week ahead
        (date(2026, 11, 10), None),
    ],
)
def test_promises_are_due_from_a_week_before_and_not_kept_after_their_grace(house, until_on, said):
    with durable(house.context.engine) as conn:
        promised(conn, house, until_on, usd("50.00"))

    text = first_page(house)

    assert ("Promises" in text) is (said is not None)
    assert said is None or f"Promises {said} " in text


def test_a_promise_about_what_was_paid_since_is_not_held_against_them(house):
    with durable(house.context.engine) as conn:
        promised(conn, house, date(2026, 10, 26), usd("500.00"))
        mirror.put_invoices(conn, house.ours.id, [invoice("70", "7", "10612", date(2026, 10, 23), "0.00")])

    assert "Promises" not in first_page(house)


def test_what_waits_for_a_yes_is_counted_until_its_night_ends(house):
    with durable(house.context.engine) as conn:
        run = runs.open_run(conn, house.ours.id, "night", TODAY, NOW)
        planned = [
            PlannedIntent(f"reminder:{n}", IntentKind.EMAIL, NOW, {}, approval)
            for n, approval in enumerate((Approval.NEEDED, Approval.NEEDED, Approval.GIVEN))
        ]
        intents.plan(conn, house.ours.id, run.id, planned)

    waiting = first_page(house)
    with durable(house.context.engine) as conn:
        runs.end(conn, house.ours.id, run.id, at=NOW)

    assert "Wait for your yes 2 messages" in waiting
    assert "Wait for your yes" not in first_page(house)


def test_the_page_stays_within_its_statements_whatever_there_is_to_tell(house):
    few = len(statements_of(house, ""))
    with durable(house.context.engine) as conn:
        companies.update(conn, house.ours.id, mode=Mode.APPROVE)
        worked_out(conn, house, TODAY, [], pay_after_days=Decimal(41), terms_days=30)
        for n in range(40):
            site = replace(customer(f"s{n}", name=f"Site {n}"), parent_id="7", bill_with_parent=n % 2 == 0)
            mirror.put_customers(conn, house.ours.id, [site])
            mirror.put_invoices(
                conn, house.ours.id, [invoice(f"i{n}", f"s{n}", str(n), date(2026, 9, 1), "5.00")]
            )
            promised(conn, house, date(2026, 10, 12 + n % 12), usd("5.00"), f"s{n}")
            tasks.open_task(conn, house.ours.id, key=f"t{n}", kind="call", title="Call", at=NOW)
        for day in range(3):
            night = runs.open_run(conn, house.ours.id, "night", date(2026, 10, 29 + day), NOW)
            counts = {"contacts": 1}
            runs.close(conn, house.ours.id, night.id, state="released", heading=None, counts=counts, at=NOW)

    many = len(statements_of(house, ""))

    assert few == 8
    assert many == few + 2  # the promises with what came in for them, whether three nights were approved
    assert many <= MOST


def test_late_customers_are_counted_with_their_sites_as_one(house):
    """Northgate is not late itself, its two sites are; a shop is late with a site; and the one there was."""
    with durable(house.context.engine) as conn:
        known = [
            customer("8", name="Northgate"),
            customer("81", name="Mill", parent_id="8", bill_with_parent=True),
            customer("82", name="Quay", parent_id="81", bill_with_parent=True),
            customer("9", name="Shop"),
            customer("91", name="Stall", parent_id="9", bill_with_parent=True),
        ]
        mirror.put_customers(conn, house.ours.id, known)
        late = [invoice(f"x{n}", n, n, date(2026, 10, 1), "10.00") for n in ("81", "82", "9", "91")]
        mirror.put_invoices(conn, house.ours.id, late)

    [owed] = today.today_of(house.context, house.ours).overview.owed

    assert owed.late_customers == 3
    assert owed.late == usd("170.00")


def test_what_was_stored_before_there_were_terms_is_read_still(house):
    old = {"currency": "USD", "forecast": None, "months": [], "yields": [], "reasons": [], "sentences": []}
    figures = {
        "on": "2026-11-01",
        "made_at": NOW.isoformat(),
        "read_at": NOW.isoformat(),
        "rests_on": 4,
        "since": "Since then.",
        "stages": {},
        "currencies": [old],
    }
    with durable(house.context.engine) as conn:
        stored_figures.put(
            conn,
            house.ours.id,
            on=TODAY,
            made_at=NOW,
            read_at=NOW,
            history_since=None,
            figures=figures,
        )

    with reading(house.context.engine) as conn:
        found = report_figures.latest(conn, house.ours)

    assert found is not None
    assert found.currencies[0].terms_days is None
