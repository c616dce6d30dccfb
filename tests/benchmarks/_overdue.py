"""A company whose mirror is full: many open invoices, five a customer, some of them due tonight."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.core.company_gates import Mode
from qb_collections.services import presets
from qb_collections.services.context import Context
from qb_collections.store import companies, policies
from qb_collections.store.companies import Company
from qb_collections.store.engine import derived, durable

AT = datetime(2026, 11, 3, 7, 30, tzinfo=UTC)  # Tuesday, 2:30 in New York
TODAY = date(2026, 11, 3)
FIVE = 5  # invoices of each customer
_FAR = (TODAY + timedelta(days=30)).isoformat()

# Amounts of 120.00 to 3,000.00; due 5 to 200 days ago; every customer has an address.
CUSTOMERS = """
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :customers)
INSERT INTO mirror_customer (company_id, id, name, currency, balance, active, first_name, full_name,
  company_name, emails, bill_with_parent, city, region, country, postal_code)
SELECT :company, 'C' || i, 'Riverbend Kitchens ' || i, 'USD', 0, 1, 'Alma', 'Alma Reyes ' || i,
  'Riverbend Kitchens ' || i, '["ap' || i || '@riverbend.example"]', 0, 'Chattanooga', 'TN', 'US', '37402'
FROM n
"""
INVOICES = """
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :invoices)
INSERT INTO mirror_invoice (company_id, id, sync_token, customer_id, number, issued_on, due_on, currency,
  total, balance, terms, voided)
SELECT :company, 'I' || i, '0', 'C' || (i / 5 + 1), CAST(10000 + i AS TEXT),
  date(:today, '-' || (35 + (i * 37) % 196) || ' days'), date(:today, '-' || (5 + (i * 37) % 196) || ' days'),
  'USD', 1200000 + (i * 7919) % 288000 * 100, 1200000 + (i * 7919) % 288000 * 100, 'Net 30', 0
FROM n
"""
BALANCES = """
UPDATE mirror_customer SET balance = (SELECT sum(balance) FROM mirror_invoice
  WHERE mirror_invoice.company_id = :company AND mirror_invoice.customer_id = mirror_customer.id)
  WHERE company_id = :company
"""
LOOKS = """
INSERT INTO look (company_id, customer_id, currency, next_look_on, is_backlog, important, buys_most)
SELECT company_id, id, currency,
  CASE WHEN CAST(substr(id, 2) AS INTEGER) % :every = 0 THEN :today ELSE :far END, 0, 0, 0
FROM mirror_customer WHERE company_id = :company
"""


def company_with(folder: Path, *, invoices: int, due: int) -> tuple[Context, Company]:
    """So many open invoices, all overdue; those of every so-manieth customer are due to be looked at."""
    context = app.build(config.read({}, data_dir=folder, file=None, log_level="error"), ManualClock(AT))
    return context, company_in(context, invoices=invoices, due=due)


def company_in(context: Context, *, invoices: int, due: int) -> Company:
    """The same, beside whatever companies there are."""
    with durable(context.engine) as conn:
        company = companies.create(
            conn,
            name="Ridgeline Refrigeration",
            zone="America/New_York",
            currency="USD",
            country="US",
            environment="production",
            base_url="http://127.0.0.1:9",
            created_at=AT,
        )
        policies.add(conn, company.id, presets.text(presets.STANDARD), "bench", "", AT)
        company = companies.update(
            conn,
            company.id,
            mode=Mode.AUTOMATIC,
            live_since_on=date(2025, 1, 1),
            contact_name="Dana Whitlock",
            contact_phone="423-555-0143",
            reply_to="dana@ridgeline.example",
            payment_instructions="Check or bank transfer.",
        )
    values = {
        "company": company.id,
        "customers": invoices // FIVE,
        "invoices": invoices,
        "today": TODAY.isoformat(),
        "far": _FAR,
        "every": invoices // due,
    }
    with derived(context.engine) as conn:
        for statement in (CUSTOMERS, INVOICES, BALANCES, LOOKS):
            conn.execute(text(statement), {k: v for k, v in values.items() if f":{k}" in statement})
    return company
