"""How customers have paid: what was worked out last is what a case carries."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from qb_collections.core.case import Habit
from qb_collections.core.habits import Habits, Known
from qb_collections.store import cases, habits, mirror
from qb_collections.store.engine import durable, reading
from tests.store.conftest import add_company
from tests.store.samples import customer, invoice, usd

TODAY = date(2026, 10, 30)  # a Friday
SUNDAY, SINCE = date(2026, 10, 25), date(2024, 10, 30)
DUE = date(2026, 11, 4)
ALDER = Known(Habit(12, -1, 8), 6, 3, "1")
BIRCH = Known(Habit(None, None, 2), 2, 0, "3")


def put(conn, company, customers, **totals):
    found = Habits(customers, {currency: Decimal(total) for currency, total in totals.items()})
    habits.put(conn, company.id, found, "USD", since_on=SINCE, on=SUNDAY)


def owing(conn, company):
    mirror.put_customers(conn, company.id, [customer("1"), customer("2")])
    mirror.put_invoices(
        conn,
        company.id,
        [
            invoice("2", "1", "500.00", due_on=DUE, total=usd("500.00")),
            invoice("3", "2", "500.00", due_on=DUE, total=usd("500.00")),
            invoice("4", "2", "500.00", due_on=DUE, total=usd("500.00")),
        ],
    )


def loaded(conn, company):
    found = cases.load(conn, company.id, [("1", "USD"), ("2", "USD")], TODAY)
    return {case.customer.id: (case.habit, case.early_ids) for case in found}


def test_a_case_carries_the_habit_and_whose_copy_is_a_courtesy(engine, company):
    with durable(engine) as conn:
        owing(conn, company)
        put(conn, company, {("1", "USD"): ALDER, ("2", "USD"): BIRCH}, USD="500.00")

        found = loaded(conn, company)

    # Alder was late on half of the last six; of Birch only the first invoice gets one.
    assert found == {
        "1": (ALDER.habit, frozenset({"2"})),
        "2": (BIRCH.habit, frozenset({"3"})),
    }


def test_before_anything_is_worked_out_a_case_knows_nothing(engine, company):
    with durable(engine) as conn:
        owing(conn, company)

        assert habits.worked_out_on(conn, company.id) is None
        assert loaded(conn, company) == {"1": (None, None), "2": (None, None)}


def test_what_is_worked_out_anew_takes_the_place_of_all_that_was(engine, company):
    with durable(engine) as conn:
        owing(conn, company)
        put(conn, company, {("1", "USD"): ALDER, ("2", "USD"): BIRCH}, USD="100.00", EUR="7.50")
        put(conn, company, {("2", "USD"): BIRCH}, USD="500.01")

        stored = habits.of_customers(conn, company.id)
        found = loaded(conn, company)

    assert stored == Habits({("2", "USD"): BIRCH}, {"USD": Decimal("500.01")})
    assert found == {"1": (None, frozenset()), "2": (BIRCH.habit, frozenset())}


def test_a_company_without_an_invoice_has_been_looked_at_too(engine, company):
    with durable(engine) as conn:
        put(conn, company, {})

        assert habits.worked_out_on(conn, company.id) == SUNDAY
        assert habits.of_customers(conn, company.id) == Habits({}, {"USD": None})


def test_no_company_sees_anothers_habits(engine, company):
    other = add_company(engine)
    with durable(engine) as conn:
        owing(conn, company)
        put(conn, other, {("1", "USD"): ALDER}, USD="1.00")

    with reading(engine) as conn:
        assert loaded(conn, company) == {"1": (None, None), "2": (None, None)}
        assert habits.of_customers(conn, company.id) == Habits()
        assert habits.of_customers(conn, other.id, ["2"]) == Habits({}, {"USD": Decimal(1)})
