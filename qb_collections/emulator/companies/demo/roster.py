"""The sixty customers of Copperleaf Refrigeration & Air LLC, and how each of them pays.

They stand in roster.csv, one a line.  Names, people and streets are invented; addresses end in .example and
telephone numbers are 555-01xx, both kept free for made-up use (RFC 2606; North American Numbering Plan).
"""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources


@dataclass(frozen=True, slots=True)
class Contract:
    """Maintenance billed every so many months at a fixed price.

    phase is the remainder of its months (month % every); day is the day of the month on which it is billed,
    moved back to a weekday.
    """

    every: int
    phase: int
    day: int
    price: Decimal


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer, as the office manager would describe it."""

    name: str
    person: str
    habit: str  # a name in habits.PAYS
    terms: str | None  # a name in chart.TERM_DAYS
    street: str
    town: str  # "Town, ST 12345"
    calls: int  # service calls drawn for the eighteen months, beside those in open_items.csv
    jobs: int  # pieces of equipment sold and installed, likewise
    contract: Contract | None
    email: bool
    exempt: bool  # pays no sales tax: public, a church, a school, or outside Tennessee

    @property
    def address(self) -> str | None:
        """The e-mail address in QuickBooks; None when nobody ever wrote one down."""
        if not self.email:
            return None
        words = re.findall(r"[a-z]+", self.name.lower().replace("é", "e").replace("&", "and"))
        return f"{self.person.split()[-1].lower()}@{'-'.join(words[:3])}.example"


def rows(name: str) -> list[dict[str, str]]:
    """Return the lines of a table that lies beside this module."""
    text = resources.files(__package__).joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


def _customer(row: dict[str, str]) -> Customer:
    contract = None
    if row["every"]:
        contract = Contract(int(row["every"]), int(row["phase"]), int(row["day"]), Decimal(row["price"]))
    return Customer(
        name=row["name"],
        person=row["person"],
        habit=row["habit"],
        terms=row["terms"] or None,
        street=row["street"],
        town=row["town"],
        calls=int(row["calls"]),
        jobs=int(row["jobs"]),
        contract=contract,
        email=row["email"] == "yes",
        exempt=row["exempt"] == "yes",
    )


CUSTOMERS: tuple[Customer, ...] = tuple(_customer(row) for row in rows("roster.csv"))

# Northgate's six sites are sub-customers, billed with the parent.
SITES_PARENT = "Northgate Property Management"
SITES: tuple[tuple[str, Contract], ...] = tuple(
    (name, Contract(3, 0, 25, Decimal(price)))
    for name, price in (
        ("Northgate Commons", "412.50"),
        ("Northgate Square", "385.00"),
        ("Falling Leaf Apartments", "468.25"),
        ("Hamill Row Offices", "329.00"),
        ("Pine Ridge Townhomes", "385.00"),
        ("The Arbors at Lake Street", "512.75"),
    )
)


def phone(position: int) -> str:
    """The telephone number of the customer at a position, counted from 0."""
    return f"423-555-{101 + position:04d}"
