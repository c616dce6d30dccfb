"""Draw the demo's invoices from a seed: contracts, service calls, equipment and larger jobs.

Pure: the same seed gives the same list, from the first invoice in May 2025 to
the last one the company will issue after the nights that a demonstration lasts.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from qb_collections.emulator.companies.chart import TERM_DAYS
from qb_collections.emulator.companies.demo import open_items, wording
from qb_collections.emulator.companies.demo.bills import CENT, Bill, Line, with_parts
from qb_collections.emulator.companies.demo.days import FRIDAY, months, weekday_before
from qb_collections.emulator.companies.demo.habits import PAYS
from qb_collections.emulator.companies.demo.roster import CUSTOMERS, SITES, SITES_PARENT, Contract, Customer

FIRST_DAY = date(2025, 5, 1)
DAY_ZERO = date(2026, 10, 30)
LAST_DAY = date(2027, 1, 29)
FIRST_NUMBER = 10231

_BY_NAME = {customer.name: customer for customer in CUSTOMERS}


def bills(seed: int) -> tuple[Bill, ...]:
    """Return every invoice in the order of its number, those after day 0 too."""
    rng = Random(seed)
    drawn = [
        *open_items.WRITTEN,
        *open_items.VOIDED,
        *_contracts(rng),
        *_calls(rng),
        *_jobs(rng),
        *_progress(rng),
        *_after_day_zero(rng),
    ]
    return tuple(sorted(drawn, key=lambda bill: bill.issued_on))


def _contracts(rng: Random) -> list[Bill]:
    held = [(customer.name, customer, customer.contract) for customer in CUSTOMERS if customer.contract]
    held += [(name, _BY_NAME[SITES_PARENT], contract) for name, contract in SITES]
    found = []
    for year, month in months(FIRST_DAY, LAST_DAY):
        for name, customer, contract in held:
            if month % contract.every != contract.phase % contract.every:
                continue
            issued_on = weekday_before(date(year, month, contract.day))
            if FIRST_DAY <= issued_on <= LAST_DAY:
                found.append(_contract_bill(name, customer, contract, issued_on, rng))
    return found


def _contract_bill(name: str, customer: Customer, contract: Contract, issued_on: date, rng: Random) -> Bill:
    span = "month" if contract.every == 1 else "quarter"
    line = Line("Maintenance contract", f"Maintenance for the {span} from {issued_on:%B %Y}", contract.price)
    return _bill(customer, "contract", issued_on, contract.price, (line,), rng, name=name)


def _calls(rng: Random) -> list[Bill]:
    """Service calls: more in summer, and many in the last weeks before day 0."""
    weeks = (DAY_ZERO - FIRST_DAY).days // 7
    weights = [_busy(FIRST_DAY + timedelta(weeks=week)) for week in range(weeks)]
    return [
        _settled_or_not_due(
            _call(customer, _weekday_of(rng.choices(range(weeks), weights)[0], rng), rng), rng
        )
        for customer in CUSTOMERS
        for _ in range(customer.calls)
    ]


def _busy(week_of: date) -> int:
    if week_of > DAY_ZERO - timedelta(weeks=4):
        return 48
    return 5 if week_of.month in (6, 7, 8, 9) else 3


def _weekday_of(week: int, rng: Random) -> date:
    """A day of a week counted from the first: a Friday seven times in ten."""
    day = FIRST_DAY + timedelta(weeks=week)
    friday = day + timedelta(days=(FRIDAY - day.weekday()) % 7)
    return friday if week == 0 or rng.random() < 0.7 else friday - timedelta(days=rng.randint(1, 4))


def _call(customer: Customer, issued_on: date, rng: Random) -> Bill:
    # The lesser of two draws leans to the small end: few calls cost more than $1,200.
    total = Decimal(min(rng.randint(24000, 190000), rng.randint(24000, 190000))) * CENT
    work, parts = rng.choice(wording.CALLS)
    lines = with_parts(work, parts, total, rng.randint(20, 55), not customer.exempt)
    return _bill(customer, "call", issued_on, total, lines, rng)


def _jobs(rng: Random) -> list[Bill]:
    last_week = (date(2026, 9, 25) - FIRST_DAY).days // 7
    return [
        _settled_or_not_due(_job(customer, _weekday_of(rng.randint(0, last_week), rng), rng), rng)
        for customer in CUSTOMERS
        for _ in range(customer.jobs)
    ]


def _job(customer: Customer, issued_on: date, rng: Random) -> Bill:
    total = Decimal(min(rng.randint(480000, 3800000) for _ in range(5))) * CENT
    work, parts = rng.choice(wording.JOBS)
    lines = with_parts(work, parts, total, rng.randint(50, 65), not customer.exempt)
    return _bill(customer, "job", issued_on, total, lines, rng)


def _settled_or_not_due(bill: Bill, rng: Random) -> Bill:
    """Move a drawn invoice back until it is paid by day 0; lively customers may also owe what is not yet due.

    So whoever is late on day 0 is late because open_items.csv or a contract says so.
    """
    habit = _BY_NAME[bill.customer].habit
    while bill.payings[-1].on > DAY_ZERO and (bill.due_on <= DAY_ZERO or habit not in _LIVELY):
        issued_on, due_on = bill.issued_on - timedelta(weeks=2), bill.due_on - timedelta(weeks=2)
        bill = replace(bill, issued_on=issued_on, due_on=due_on)
        bill = replace(bill, payings=PAYS[habit](issued_on, due_on, bill.total, rng))
    return bill


def _progress(rng: Random) -> list[Bill]:
    found = []
    for name, work, price, days in open_items.PROGRESS:
        customer = _BY_NAME[name]
        whole = Decimal(price)
        first = (whole * 40 / 100).quantize(CENT)
        for part, (total, issued_on) in enumerate(zip((first, first, whole - 2 * first), days, strict=True)):
            text = f"{work}: part {part + 1} of 3 ({(40, 40, 20)[part]} %)"
            lines = (Line("Progress billing", text, total),)
            found.append(_bill(customer, "progress", issued_on, total, lines, rng))
    return found


def _after_day_zero(rng: Random) -> list[Bill]:
    """Three service calls a week and a piece of equipment a month, so that the company lives on."""
    regular = [customer for customer in CUSTOMERS if customer.calls >= 2 and customer.habit in _LIVELY]
    buyers = [customer for customer in regular if customer.jobs]
    found = []
    first = (DAY_ZERO + timedelta(days=1) - FIRST_DAY).days // 7 + 1
    for week in range(first, (LAST_DAY - FIRST_DAY).days // 7):
        found += [_call(rng.choice(regular), _weekday_of(week, rng), rng) for _ in range(3)]
        if week % 4 == 0:
            found.append(_job(rng.choice(buyers), _weekday_of(week, rng), rng))
    return found


# Customers the company goes on working for while others are asked for money.
_LIVELY = ("prompt", "bit late", "month end", "purchase order", "important")


def _bill(
    customer: Customer,
    kind: str,
    issued_on: date,
    total: Decimal,
    lines: tuple[Line, ...],
    rng: Random,
    *,
    name: str | None = None,
) -> Bill:
    due_on = issued_on + timedelta(days=TERM_DAYS[customer.terms])
    payings = PAYS[customer.habit](issued_on, due_on, total, rng)
    po = f"PO {rng.randint(3100, 8999)}" if customer.habit == "purchase order" else None
    return Bill(
        name or customer.name,
        kind,
        issued_on,
        due_on,
        customer.terms,
        total,
        lines,
        payings,
        po,
        customer.email,
    )


def payer_of(bill: Bill) -> str:
    """Who sends the money: Northgate for its sites, else the customer."""
    return bill.customer if bill.customer in _BY_NAME else SITES_PARENT
