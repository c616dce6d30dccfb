"""Policies beside the company's own, groups of customers, and which policy each customer has."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from qb_collections.store import mirror, policies, policy_assignments, policy_balances
from qb_collections.store.engine import durable, reading
from qb_collections.store.policy_assignments import Assignment

from .samples import customer, invoice

AT = datetime(2026, 10, 30, 7, 30, tzinfo=UTC)


def given(scope, target, name):
    return Assignment(scope, target, name, "Dana", "why", AT)


def test_a_policy_kept_under_a_name_leaves_the_companys_own_in_force(engine, company):
    with durable(engine) as conn:
        first = policies.add(conn, company.id, "one", "Dana", "first", AT)
        policies.add(conn, company.id, "two", "Dana", "for schools", AT, name="Schools")
        third = policies.add(conn, company.id, "three", "Dana", "for schools, later", AT, name="Schools")

    with reading(engine) as conn:
        assert policies.current(conn, company.id) == first
        assert policies.named(conn, company.id) == {"Schools": third}
        assert [(one.version, one.name) for one in policies.versions(conn, company.id)] == [
            *((1, None), (2, "Schools"), (3, "Schools")),
        ]
        assert policies.version(conn, company.id, 3) == third
        with pytest.raises(LookupError):
            policies.version(conn, company.id, 4)


def test_a_customers_own_policy_goes_before_that_of_its_group(engine, company):
    with durable(engine) as conn:
        policy_assignments.join(conn, company.id, "Schools", ["1", "2"], "Dana", AT)
        policy_assignments.join(conn, company.id, "Farms", ["3"], "Dana", AT)
        policy_assignments.assign(conn, company.id, given("group", "Schools", "Gentle"))
        policy_assignments.assign(conn, company.id, given("customer", "2", "Brisk"))

    with reading(engine) as conn:
        assert policy_assignments.by_customer(conn, company.id) == {"1": "Gentle", "2": "Brisk"}
        assert policy_assignments.by_customer(conn, company.id + 1) == {}
        assert policy_assignments.assignments(conn, company.id) == [
            given("group", "Schools", "Gentle"),
            given("customer", "2", "Brisk"),
        ]


def test_an_assignment_replaces_the_one_before_and_ends(engine, company):
    with durable(engine) as conn:
        policy_assignments.assign(conn, company.id, given("customer", "2", "Brisk"))
        policy_assignments.assign(conn, company.id, given("customer", "2", "Gentle"))
        assert policy_assignments.by_customer(conn, company.id) == {"2": "Gentle"}

        assert policy_assignments.unassign(conn, company.id, "customer", "2") is True
        assert policy_assignments.unassign(conn, company.id, "customer", "2") is False
        assert policy_assignments.by_customer(conn, company.id) == {}


def test_a_customer_is_in_one_group_at_most(engine, company):
    with durable(engine) as conn:
        policy_assignments.join(conn, company.id, "Schools", ["1", "2"], "Dana", AT)
        policy_assignments.join(conn, company.id, "Farms", ["2"], "Dana", AT)
        policy_assignments.leave(conn, company.id, "Schools", ["1", "2"])  # the second is there no more

        assert policy_assignments.groups(conn, company.id) == {"2": "Farms"}


def test_of_two_customers_who_became_one_the_survivor_keeps_its_own_and_takes_what_it_lacks(engine, company):
    with durable(engine) as conn:
        policy_assignments.join(conn, company.id, "Schools", ["1"], "Dana", AT)
        policy_assignments.assign(conn, company.id, given("customer", "1", "Brisk"))
        policy_assignments.assign(conn, company.id, given("customer", "2", "Gentle"))

        policy_assignments.hand_on(conn, company.id, "1", "2")
        kept = policy_assignments.by_customer(conn, company.id), policy_assignments.groups(conn, company.id)
        policy_assignments.hand_on(conn, company.id, "2", "3")
        taken = policy_assignments.by_customer(conn, company.id), policy_assignments.groups(conn, company.id)

    assert kept == ({"2": "Gentle"}, {"2": "Schools"})
    assert taken == ({"3": "Gentle"}, {"3": "Schools"})


def test_what_late_customers_owe_is_one_sum_for_each(engine, company):
    today = date(2026, 10, 30)
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer("1"), customer("2"), customer("3")])
        mirror.put_invoices(
            conn,
            company.id,
            [
                invoice("1", "1", "100.00"),
                invoice("2", "1", "40.25"),
                invoice("3", "2", "60.00"),
                invoice("4", "2", "999.00", due_on=today),  # due today is not late
                invoice("5", "3", "50.00", due_on=None),
                replace(invoice("6", "3", "70.00"), voided=True),
            ],
        )

        assert policy_balances.owed_late(conn, company.id, "USD", today) == [
            Decimal("60.00"),
            Decimal("140.25"),
        ]
        assert policy_balances.owed_late(conn, company.id, "EUR", today) == []
