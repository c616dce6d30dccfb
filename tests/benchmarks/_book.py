"""A company with a past: 50,000 open invoices, a million findings of twenty nights, and what hangs on them.

The last night and tonight's preview are decided and written by the product; the nights before are
copies of them with earlier dates.  Nothing here is asked of QuickBooks.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from unittest import mock

from sqlalchemy import Connection, text

from qb_collections.services import leasing, night, report_figures
from qb_collections.services.context import Context
from qb_collections.store import companies, cursors, people
from qb_collections.store.companies import Company
from qb_collections.store.cursors import Cursor
from qb_collections.store.engine import derived, durable
from qb_collections.store.people import Role, User
from tests.benchmarks._overdue import AT, FIVE, TODAY, company_with

OPEN, FINDINGS = 50_000, 1_000_000
CUSTOMERS = OPEN // FIVE
EARLIER = FINDINGS // OPEN - 2  # nights before the last one; the preview has findings too
PAID = 40_000  # invoices of two years
EMAIL, PASSWORD = "owner@ridgeline.example", "bench bench bench"

PAID_INVOICES = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :paid)
INSERT INTO mirror_invoice (company_id, id, sync_token, customer_id, number, issued_on, due_on, currency,
  total, balance, terms, voided)
SELECT :company, 'P' || i, '0', 'C' || (i % :customers + 1), CAST(70000 + i AS TEXT),
  date(:today, '-' || (100 + (i * 31) % 620) || ' days'),
  date(:today, '-' || (70 + (i * 31) % 620) || ' days'),
  'USD', 1000000 + (i * 7907) % 9000000, 0, 'Net 30', 0
FROM n
"""
PAYMENTS = """
INSERT INTO mirror_payment (company_id, id, customer_id, received_on, currency, total, unapplied, created_at)
SELECT company_id, 'R' || substr(id, 2), customer_id,
  date(due_on, (CAST(substr(id, 2) AS INTEGER) * 17 % 40 - 5) || ' days'), currency, total,
  CASE WHEN CAST(substr(id, 2) AS INTEGER) % 400 = 0 THEN 250000 ELSE 0 END,
  date(due_on, (CAST(substr(id, 2) AS INTEGER) * 17 % 40 - 5) || ' days') || 'T15:00:00.000000Z'
FROM mirror_invoice WHERE company_id = :company AND balance = 0
"""
LINKS = """
INSERT INTO mirror_link (company_id, payment_id, position, document_kind, document_id, currency, amount)
SELECT company_id, 'R' || substr(id, 2), 0, 'Invoice', id, currency, total
FROM mirror_invoice WHERE company_id = :company AND balance = 0
"""
# Fifty of a thousand open invoices are not due yet, so that there is something in every bucket.
NOT_DUE = """
UPDATE mirror_invoice SET due_on = date(:today, '+' || (CAST(substr(id, 2) AS INTEGER) % 28) || ' days')
WHERE company_id = :company AND balance > 0 AND CAST(substr(id, 2) AS INTEGER) % 20 = 3
"""
PROMISES = """
INSERT INTO hold (company_id, customer_id, kind, reason, placed_by, placed_on, until_on)
SELECT :company, id, 'promise', 'on the phone', 'Dana', date(:today, '-12 days'),
  date(:today, (CAST(substr(id, 2) AS INTEGER) / 50 % 14 - 9) || ' days')
FROM mirror_customer WHERE company_id = :company AND CAST(substr(id, 2) AS INTEGER) % 50 = 7
"""
TASKS = """
INSERT INTO task (company_id, "key", kind, customer_id, currency, title, text, payload, due_on, state,
  opened_at)
SELECT :company, 'bench:' || id,
  CASE CAST(substr(id, 2) AS INTEGER) % 3 WHEN 0 THEN 'call' WHEN 1 THEN 'message' ELSE 'add_email' END,
  id, 'USD', 'See to ' || name, 'Subject: Invoices\n\n' || printf('%.1200c', 'x'), '{}',
  date(:today, '-' || (CAST(substr(id, 2) AS INTEGER) % 9) || ' days'), 'open', :at
FROM mirror_customer WHERE company_id = :company AND CAST(substr(id, 2) AS INTEGER) % 25 = 4
"""
RUNS = """
INSERT INTO run (company_id, kind, run_on, state, heading, counts, started_at, ended_at)
SELECT company_id, 'night', date(run_on, '-' || :back || ' days'), 'ended', heading, counts, started_at,
  started_at
FROM run WHERE id = :run
"""
DECISIONS = """
INSERT INTO decision (company_id, run_id, customer_id, currency, outcome, gate, reason, review_on, stage,
  channel, approval, cycle, number, amount, credits, details, trace, text, facts_hash, decided_at)
SELECT company_id, :new, customer_id, currency, outcome, gate, reason, review_on, stage, channel, approval,
  cycle, number, amount, credits, details, trace, text, facts_hash, decided_at
FROM decision WHERE company_id = :company AND run_id = :run
"""
FINDINGS_OF = """
INSERT INTO finding (company_id, decision_id, invoice_id, gate, because, stops, review_on)
SELECT f.company_id, new.id, f.invoice_id, f.gate, f.because, f.stops, f.review_on
FROM decision old JOIN decision new ON new.company_id = old.company_id AND new.run_id = :new
  AND new.customer_id = old.customer_id AND new.currency = old.currency
JOIN finding f ON f.company_id = old.company_id AND f.decision_id = old.id
WHERE old.company_id = :company AND old.run_id = :run ORDER BY new.id, f.invoice_id
"""
CONTACTS = """
INSERT INTO contact (company_id, customer_id, currency, contacted_on, "at", kind, channel, stage, cycle,
  number, invoice_ids, backlog, text)
SELECT :company, id, 'USD',
  date(:today, '-' || (:back + CAST(substr(id, 2) AS INTEGER) % 20) || ' days'), :at,
  'reminder', 'email', 'S1', NULL, NULL, '[]', 0, printf('%.600c', 'x')
FROM mirror_customer WHERE company_id = :company
"""


def book(folder: Path) -> tuple[Context, Company, User]:
    """Takes a minute; every figure in it is the same each time."""
    context, company = company_with(folder, invoices=OPEN, due=OPEN)
    values = {
        "company": company.id,
        "paid": PAID,
        "customers": CUSTOMERS,
        "today": TODAY.isoformat(),
        "at": AT.isoformat(timespec="microseconds").replace("+00:00", "Z"),
    }
    with durable(context.engine) as conn:
        owner = people.add_user(conn, EMAIL, "Owner", at=AT, password=PASSWORD)
        people.join(conn, owner.id, company.practice_id, Role.OWNER, at=AT)
        company = companies.update(
            conn,
            company.id,
            history_since=TODAY - timedelta(days=730),
            next_night_at=AT + timedelta(days=1),
        )
        cursors.set_cursor(conn, company.id, Cursor(AT, AT, AT))
    with derived(context.engine) as conn:
        for statement in (NOT_DUE, PAID_INVOICES, PAYMENTS, LINKS, PROMISES):
            _run(conn, statement, values)
        for back in (5, 25):
            _run(conn, CONTACTS, values | {"back": back})
    with leasing.held(context, company) as lease, _without_quickbooks():
        last = night.night(context, company, lease)
        with context.engine.connect() as conn:
            company = companies.get(conn, company.id)
        night.preview(context, company, lease)
    for back in range(1, EARLIER + 1):
        with derived(context.engine) as conn:
            _run(conn, RUNS, {"run": last, "back": back})
            new = conn.execute(text("SELECT max(id) FROM run")).scalar_one()
            of_run = {"company": company.id, "run": last, "new": new}
            _run(conn, DECISIONS, of_run)
            _run(conn, FINDINGS_OF, of_run)
    with derived(context.engine) as conn:
        _run(conn, TASKS, values)
    report_figures.refresh(context, company)
    with context.engine.connect() as conn:
        company = companies.get(conn, company.id)
    return context, company, owner


def _run(conn: Connection, statement: str, values: dict[str, object]) -> None:
    conn.execute(text(statement), {name: value for name, value in values.items() if f":{name}" in statement})


@contextmanager
def _without_quickbooks() -> Iterator[None]:
    with (
        mock.patch.object(night.sync, "sync"),
        mock.patch.object(night.foreign, "record"),
        mock.patch.object(night.run_gates, "hold", return_value=None),
    ):
        yield
