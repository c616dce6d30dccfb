"""How customers have paid so far, worked out once a week: what a night may rest on."""

from __future__ import annotations

from sqlalchemy import Column, Integer, String, Table

from qb_collections.store.metadata import company_id, count, day, metadata, units

habit = Table(
    "habit",
    metadata,
    company_id(primary_key=True),
    Column("customer_id", String(40), primary_key=True),  # the head of a case
    Column("currency", String(3), primary_key=True),
    Column("usual_day", Integer, nullable=True),  # days from the due date, negative before it
    Column("latest_day", Integer, nullable=True),
    count("invoices"),  # paid ones that the days rest on
    day("since_on", nullable=False),  # issued from that day on
    count("known_of_last"),  # of the last six: paid, or open and late
    count("late_of_last"),
    Column("first_invoice_id", String(40), nullable=True),  # the earliest one that is known
)

# What an invoice usually comes to: the median of the company's own, by currency.
usual_total = Table(
    "usual_total",
    metadata,
    company_id(primary_key=True),
    Column("currency", String(3), primary_key=True),
    units("total", nullable=True),  # None: no invoice is known
    day("worked_out_on", nullable=False),  # what was known at the end of that day
)
