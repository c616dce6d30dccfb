"""The invoices the demo's story is told with, written by hand: who owes what on 30 October 2026, and why.

They stand in open_items.csv.  Payments on or before that day are history; later ones arrive as the nights
pass.  What depends on when somebody is spoken to stands in story.py instead.
"""

from __future__ import annotations

from datetime import date, time, timedelta
from decimal import Decimal

from qb_collections.emulator.companies.chart import TERM_DAYS
from qb_collections.emulator.companies.demo.bills import Bill, Line, Paying, with_parts
from qb_collections.emulator.companies.demo.roster import CUSTOMERS, rows

_BY_NAME = {customer.name: customer for customer in CUSTOMERS}


def _bill(row: dict[str, str]) -> Bill:
    customer = _BY_NAME[row["customer"]]
    issued_on, total = date.fromisoformat(row["issued"]), Decimal(row["total"])
    return Bill(
        customer.name,
        row["kind"],
        issued_on,
        issued_on + timedelta(days=TERM_DAYS[customer.terms]),
        customer.terms,
        total,
        with_parts(row["work"], row["parts"], total, int(row["parts_share"]), taxed=not customer.exempt),
        tuple(_paying(text) for text in row["paid"].split("; ") if text),
        sent=row["sent"] == "yes",
        story=True,
    )


def _paying(text: str) -> Paying:
    """Read "2026-09-30=2000" or a day alone for all that is left; the day may carry its hour."""
    when, _, amount = text.partition("=")
    day, _, hour = when.partition("T")
    return Paying(
        date.fromisoformat(day),
        Decimal(amount) if amount else None,
        time.fromisoformat(hour) if hour else None,
    )


WRITTEN: tuple[Bill, ...] = tuple(_bill(row) for row in rows("open_items.csv"))

# Two invoices written twice by mistake and voided the next working day: the gaps in the numbers.
VOIDED: tuple[Bill, ...] = tuple(
    Bill(
        name,
        "call",
        day,
        day + timedelta(days=30),
        "Net 30",
        Decimal(total),
        (Line("Service labor", text, Decimal(total)),),
        sent=False,
        voided=True,
        story=True,
    )
    for name, day, total, text in (
        ("Quarry Lane Credit Union", date(2025, 10, 3), "415.00", "Vault room: air handler checked"),
        ("Greenfern Pharmacy", date(2026, 5, 15), "388.60", "Vaccine refrigerator: alarm test"),
    )
)


def _days(*texts: str) -> tuple[date, ...]:
    return tuple(date.fromisoformat(text) for text in texts)


# Larger jobs are billed 40/40/20; labor and materials of a building contract are not taxed on the invoice.
PROGRESS: tuple[tuple[str, str, str, tuple[date, ...]], ...] = (
    (
        "Laurel Ridge Senior Homes",
        "Kitchen refrigeration, new wing",
        "71486.25",
        _days("2025-06-13", "2025-08-22", "2025-10-10"),
    ),
    (
        "Cumberland Cold Storage",
        "Blast freezer, bay 4",
        "108945.50",
        _days("2025-08-08", "2025-10-17", "2025-12-19"),
    ),
    (
        "Hightower Facilities Group",
        "Chilled water, floors 3 to 5",
        "74218.75",
        _days("2025-09-19", "2025-11-21", "2026-01-23"),
    ),
    (
        "Stonecutter Construction",
        "Riverside clinic: air conditioning",
        "72760.00",
        _days("2025-11-07", "2026-01-30", "2026-04-10"),
    ),
    (
        "Three Forks Builders",
        "Nine townhouses: heat pumps",
        "70389.45",
        _days("2026-01-16", "2026-03-20", "2026-05-08"),
    ),
    (
        "Kestrel Medical Plaza",
        "Rooftop units, west building",
        "73912.30",
        _days("2026-03-13", "2026-05-22", "2026-07-17"),
    ),
    (
        "Cumberland Cold Storage",
        "Ammonia to CO2, engine room B",
        "89884.60",
        _days("2026-07-10", "2026-09-25", "2026-12-11"),
    ),
)
