"""Who bought most in twelve months."""

from datetime import date

import pytest

from qb_collections.store import mirror, plans, sales
from qb_collections.store.engine import durable
from qb_collections.store.plans import Installment, Original
from tests.store.conftest import NOW
from tests.store.samples import customer, invoice, usd

SINCE = date(2026, 9, 1)


def buy(conn, company, id, customer_id, amount, **more):
    mirror.put_invoices(
        conn, company.id, [invoice(id, customer_id, **({"total": usd(amount), "balance": "0.00"} | more))]
    )


@pytest.mark.parametrize(
    ("buyers", "percent", "expected"), [(9, 10, 0), (10, 10, 1), (20, 10, 2), (10, 0, 0)]
)
def test_one_in_ten_of_those_who_bought(engine, company, buyers, percent, expected):
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer(f"c{n}") for n in range(buyers)])
        for n in range(buyers):
            buy(conn, company, f"i{n}", f"c{n}", f"{n + 1}.00")

        found = sales.bought_most(conn, company.id, SINCE, percent)

    assert found == {(f"c{buyers - 1 - place}", "USD") for place in range(expected)}


def test_old_voided_and_planned_invoices_are_no_sales_and_sites_count_for_their_parent(engine, company):
    with durable(engine) as conn:
        mirror.put_customers(conn, company.id, [customer(f"c{n}") for n in range(10)])
        mirror.put_customers(conn, company.id, [customer("site", parent_id="c0", bill_with_parent=True)])
        for n in range(10):
            buy(conn, company, f"i{n}", f"c{n}", "100.00")
        buy(conn, company, "old", "c1", "9000.00", issued_on=date(2026, 8, 31))
        buy(conn, company, "void", "c2", "9000.00", voided=True)
        buy(conn, company, "planned", "c3", "9000.00")
        buy(conn, company, "at-site", "site", "1.00")
        plan_id = plans.create(
            conn,
            company.id,
            customer_id="c3",
            form="installment_invoices",
            agreed_on=SINCE,
            originals=[Original("i3", usd("9000.00"))],
            installments=[Installment(1, date(2026, 12, 1), usd("9000.00"), invoice_id="planned")],
            by="Ann",
            at=NOW,
        )

        found = sales.bought_most(conn, company.id, SINCE, 10)

    assert plan_id is not None
    assert found == {("c0", "USD")}
