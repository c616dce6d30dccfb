"""What needs a person, in its order: who comes first, why, and what comes after an outcome."""

import re
from dataclasses import replace
from datetime import date
from html import unescape

import pytest

from qb_collections.core.case import HoldKind
from qb_collections.services import worklist
from qb_collections.store import companies, holds, mirror, tasks
from qb_collections.store.engine import durable
from qb_collections.store.tables.habits import habit
from tests.web.conftest import NOW, company, customer, invoice
from tests.web.statements import MOST, statements, statements_of

TODAY = date(2026, 11, 2)


def usd_task(conn, company_id, customer_id, kind="call", **more):
    return tasks.open_task(
        conn,
        company_id,
        key=f"{kind}:{customer_id}",
        kind=kind,
        title=f"{kind} {customer_id}",
        at=NOW,
        customer_id=customer_id,
        currency="USD" if customer_id else None,
        **more,
    ).id


@pytest.fixture
def listed(house):
    """Beside the hostile one (130.00, ten days): Ash, Birch with a broken promise, Cedar with a site."""
    with durable(house.context.engine) as conn:
        ours = house.ours.id
        known = [customer("A", name="Ash"), customer("B", name="Birch"), customer("C", name="Cedar")]
        site = replace(customer("C1", name="Cedar, north"), parent_id="C", bill_with_parent=True)
        mirror.put_customers(conn, ours, [*known, site])
        mirror.put_invoices(
            conn,
            ours,
            [
                invoice("a", "A", "1", date(2026, 10, 20), "500.00"),  # 13 days late: 500
                invoice("b", "B", "2", date(2026, 10, 20), "300.00"),  # x 2 for the promise: 600
                invoice("c", "C", "3", date(2026, 10, 30), "100.00"),
                invoice("c1", "C1", "4", date(2026, 10, 25), "450.00"),  # with its site: 550
                invoice("c2", "C1", "5", date(2026, 11, 30), "99.00"),  # not late
            ],
        )
        holds.add(
            conn,
            ours,
            "B",
            HoldKind.PROMISE,
            reason="on the phone",
            placed_by="Dana",
            placed_on=date(2026, 10, 21),
            until_on=date(2026, 10, 27),
        )
        ids = {one: usd_task(conn, ours, one) for one in ("A", "B", "C", "7")}
        ids["A email"] = usd_task(conn, ours, "A", "add_email")
    return house, ids


def names(found):
    return [row.name for row in found.rows]


def of(house, *more):
    return worklist.of(house.context, [house.ours, *more])


def test_the_list_is_in_the_order_of_the_weights(listed):
    house, _ = listed

    found = of(house)

    # Birch 300 x 2 = 600, Cedar 550 with its site, Ash 500, the hostile one 130.
    assert names(found)[:3] == ["Birch", "Cedar", "Ash"]
    assert [row.why for row in found.rows][:3] == [
        "$300.00 late, the oldest for 13 days · promised for Tuesday, October 27, not kept",
        "$550.00 late, the oldest for eight days",
        "$500.00 late, the oldest for 13 days",
    ]


def test_two_tasks_of_one_customer_are_one_row_the_longer_one_first(listed):
    house, _ = listed

    ash = of(house).rows[2]

    assert [todo.title for todo in ash.todos] == ["call A", "add_email A"]
    assert ash.minutes == 8


@pytest.mark.parametrize(("minutes", "fits"), [(5, 1), (6, 1), (12, 2), (19, 2), (20, 3), (25, 3), (26, 4)])
def test_what_fits_is_counted_from_the_top_and_is_never_nothing(listed, minutes, fits):
    house, _ = listed

    found = worklist.of(house.context, [house.ours], minutes=minutes)

    # 6, 6, 8 and 6 minutes
    assert [row.minutes for row in found.rows] == [6, 6, 8, 6]
    assert found.fits == fits


@pytest.mark.parametrize(
    ("received_on", "amount", "first"),
    [
        (date(2026, 10, 29), "300.00", "Cedar"),  # the second business day after: it was kept
        (date(2026, 10, 30), "300.00", "Birch"),  # a day later it was not
    ],
)
def test_a_promise_that_was_kept_in_its_grace_moves_nobody_up(listed, received_on, amount, first):
    house, _ = listed
    from qb_collections.core.books import Payment
    from tests.web.conftest import usd

    with durable(house.context.engine) as conn:
        conn.exec_driver_sql("UPDATE hold SET amount = 3000000, amount_currency = 'USD'")
        mirror.put_payments(
            conn, house.ours.id, [Payment("p", "B", received_on, usd(amount), usd("0.00"), None)]
        )

    assert names(of(house))[0] == first


def test_a_promise_about_what_was_paid_since_moves_nobody_up(listed):
    house, _ = listed
    with durable(house.context.engine) as conn:
        conn.exec_driver_sql("UPDATE hold SET invoice_id = 'b0', amount = 3000000, amount_currency = 'USD'")
        paid = invoice("b0", "B", "9", date(2026, 10, 20), "0.00")
        mirror.put_invoices(conn, house.ours.id, [paid])

    assert names(of(house))[0] == "Cedar"


def test_who_was_never_this_late_comes_earlier(listed):
    house, _ = listed
    row = {
        "company_id": house.ours.id,
        "customer_id": "A",
        "currency": "USD",
        "latest_day": 12,
        "usual_day": 3,
        "invoices": 5,
        "since_on": TODAY,
        "known_of_last": 0,
        "late_of_last": 0,
    }
    with durable(house.context.engine) as conn:
        conn.execute(habit.insert().values(row))

    found = of(house)

    # 500 x 1.5 = 750
    assert names(found)[0] == "Ash"
    assert found.rows[0].why.endswith("unusual for them: so far they paid 12 days late at the latest")


def test_each_row_of_several_companies_knows_whose_it_is(listed):
    house, _ = listed
    with durable(house.context.engine) as conn:
        other = company(conn, "Harbor", house.ours.practice_id)
        other = companies.update(conn, other.id, contact_name="Lena", contact_phone="(555) 010-2000")
        mirror.put_customers(conn, other.id, [customer("A", name="Ash of Harbor")])
        mirror.put_invoices(conn, other.id, [invoice("a", "A", "1", date(2026, 10, 20), "550.50")])
        usd_task(conn, other.id, "A")

    found = of(house, other)

    assert names(found)[:4] == ["Birch", "Ash of Harbor", "Cedar", "Ash"]
    assert [row.company.contact_name for row in found.rows][:3] == [None, "Lena", None]


def test_the_list_costs_the_same_for_one_company_and_for_many(listed):
    house, _ = listed
    with durable(house.context.engine) as conn:
        more = [company(conn, f"Client {n}", house.ours.practice_id) for n in range(5)]
    with statements(house.context.engine) as one:
        of(house)
    with statements(house.context.engine) as many:
        of(house, *more)

    assert len(many) == len(one) == 5


def test_the_page_stays_within_its_statements_however_long_the_list(listed):
    house, _ = listed
    few = len(statements_of(house, "worklist/"))
    with durable(house.context.engine) as conn:
        for n in range(40):
            mirror.put_customers(conn, house.ours.id, [customer(f"x{n}", name=f"Customer {n}")])
            usd_task(conn, house.ours.id, f"x{n}")

    assert len(statements_of(house, "worklist/")) == few <= MOST


def test_the_rest_is_folded_and_says_how_much_it_is(listed):
    house, _ = listed

    text = unescape(house.browser("viewer@ours.example").get(f"/companies/{house.ours.id}/worklist/").text)

    assert "4 things wait for you, about 26 minutes in all" in text
    assert "1 more for another time, about 6 minutes" in text
    assert text.index("Birch") < text.index("Cedar") < text.index("Ash") < text.index("1 more for")


def test_nothing_to_do_says_what_comes_here(house):
    text = house.browser("owner@ours.example").get(f"/companies/{house.ours.id}/worklist/").text

    assert "Nothing waits for you" in text


def noted(house, task_id, **form):
    browser = house.browser("collector@ours.example")
    return browser.post(f"/companies/{house.ours.id}/tasks/{task_id}/done", list="one", **form)


def test_after_an_outcome_the_next_customer_stands_there(listed):
    house, ids = listed

    answer = noted(house, ids["B"], outcome="no-answer")

    assert answer.location == f"/companies/{house.ours.id}/tasks/{ids['C']}?list=one"


def test_a_customers_other_task_comes_before_the_next_customer(listed):
    house, ids = listed

    answer = noted(house, ids["A"], outcome="no-answer")

    assert answer.location == f"/companies/{house.ours.id}/tasks/{ids['A email']}?list=one"


def test_a_call_is_not_left_without_an_outcome(listed):
    house, ids = listed

    answer = noted(house, ids["B"])
    page = house.browser("collector@ours.example").get(
        f"/companies/{house.ours.id}/tasks/{ids['B']}?list=one"
    )

    assert answer.location == f"/companies/{house.ours.id}/tasks/{ids['B']}?list=one"
    assert "Leave it for later" not in page.text
    assert len(re.findall(r'type="radio"[^>]* required', page.text)) == 15


def test_what_is_no_call_can_be_left_for_later(listed):
    house, ids = listed
    browser = house.browser("collector@ours.example")

    page = browser.get(f"/companies/{house.ours.id}/tasks/{ids['A email']}?list=one").text
    [address] = re.findall(r'data-next href="([^"]+)"', page)
    answer = browser.get(unescape(address))

    # Back to the same customer's call: it waits too.
    assert answer.location == f"/companies/{house.ours.id}/tasks/{ids['A']}?list=one"


def test_after_the_last_one_the_list_says_that_nothing_waits(house):
    with durable(house.context.engine) as conn:
        only = usd_task(conn, house.ours.id, None, "mail_paused")

    answer = noted(house, only, outcome="done")

    assert answer.location == f"/companies/{house.ours.id}/worklist/"
