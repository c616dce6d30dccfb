"""What pages read grows with what they show, or by a handful of SQLite's own steps for each open invoice.

Counted, never timed.
"""

from contextlib import contextmanager
from datetime import date

from sqlalchemy import select, text

from qb_collections.core.case import Case, HoldKind
from qb_collections.core.decision import Decision, Finding, Outcome
from qb_collections.services import aging_view
from qb_collections.store import holds, promised, run_rows, runs, tasks, today, worklist
from qb_collections.store.engine import durable, reading
from qb_collections.store.run_choice import Choice
from qb_collections.store.tables.mirror import mirror_customer
from tests.benchmarks._overdue import CUSTOMERS, INVOICES
from tests.store.conftest import NOW, add_company, on_sqlite
from tests.store.samples import customer, usd

pytestmark = on_sqlite

TODAY, COMING = date(2026, 10, 30), date(2026, 10, 31)
FEW, MANY = 200, 2000  # open invoices, five a customer
EVERY = 10


@contextmanager
def steps(engine):
    """How many of SQLite's steps the block takes, in the one connection to memory."""
    taken = [0]

    def step():
        taken[0] += EVERY

    with engine.connect() as conn:
        driver = conn.connection.driver_connection
    driver.set_progress_handler(step, EVERY)
    yield taken
    driver.set_progress_handler(None, EVERY)


def filled(engine, invoices):
    """A company where nearly everything is late; ten tasks and ten promises, however large it is."""
    company = add_company(engine)
    values = {"company": company.id, "customers": invoices // 5, "invoices": invoices, "today": TODAY}
    with durable(engine) as conn:
        for statement in (CUSTOMERS, INVOICES):
            conn.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})
        for number in range(1, 11):
            about = {"customer_id": f"C{number}", "currency": "USD"}
            tasks.open_task(
                conn, company.id, key=f"{number}", kind="call", title="Call", at=NOW, due_on=TODAY, **about
            )
            holds.add(
                conn,
                company.id,
                f"C{number}",
                HoldKind.PROMISE,
                reason="on the phone",
                placed_by="Dana",
                placed_on=date(2026, 10, 1),
                until_on=date(2026, 10, 20),
            )
    return company


def growth(engine, look, prepare=lambda conn, company: None):
    """Steps for each invoice more."""
    taken = []
    for invoices in (FEW, MANY):
        company = filled(engine, invoices)
        with durable(engine) as conn:
            prepare(conn, company)
        with reading(engine) as conn:
            look(conn, company)  # the first time SQLite reads what tables there are
            with steps(engine) as counted:
                look(conn, company)
        taken.append(counted[0])
    return (taken[1] - taken[0]) / (MANY - FEW)


def test_todays_figures_cost_at_most_fourteen_steps_for_an_open_invoice(engine):
    """Its amount is added up and its customer counted, each along an index; 24 where they are grouped too."""
    assert growth(engine, lambda conn, company: today.facts(conn, company.id, TODAY, COMING)) <= 14


def test_who_owes_most_costs_at_most_forty_steps_for_an_open_invoice(engine):
    """Two sums for the customer, one for the day, and a customer's place among the others."""
    assert growth(engine, lambda conn, company: aging_view.of_company(conn, company, TODAY)) <= 40


def test_the_list_of_what_waits_costs_the_same_however_many_invoices_are_open(engine):
    def look(conn, company):
        assert len(worklist.waiting(conn, [company.id])) == 10
        assert len(worklist.owed(conn, {company.id: TODAY})) == 10
        found = promised.standing(conn, [company.id], date(2026, 9, 1), TODAY)
        promised.since_then(conn, [(company.id, one.head_id) for one in found], date(2026, 10, 1))
        assert len(found) == 10

    assert growth(engine, look) < 0.1  # deeper trees


def test_a_page_of_a_preview_looks_up_no_name_of_those_that_are_contacted(engine):
    """At most eight steps an invoice, forty a customer, to count everybody and to find the fifty largest."""

    def preview(conn, company):
        run = runs.open_run(conn, company.id, "preview", TODAY, NOW)
        ids = conn.execute(select(mirror_customer.c.id).where(mirror_customer.c.company_id == company.id))
        why = (Finding("contact", "why", invoice_id="I1"),)
        rows = [
            (
                Case(customer(id), "USD", ()),
                Decision(
                    id, "USD", Outcome.REMIND, "why", "contact", why, (), None, amount=usd(f"{place}.00")
                ),
                "Dear you",
                "f",
            )
            for place, id in enumerate(ids.scalars().all(), start=1)
        ]
        runs.record(conn, company.id, run.id, rows, decided_at=NOW)

    def look(conn, company):
        run = runs.latest(conn, company.id, "preview")
        run_rows.groups(conn, company.id, run.id, acted=False)
        found = run_rows.rows(conn, company.id, run.id, Choice(), acted=False, limit=40)
        assert len(found) == 40

    assert growth(engine, look, preview) <= 8
