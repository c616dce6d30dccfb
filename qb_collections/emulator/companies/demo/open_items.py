"""The invoices the demo's story is told with, written by hand: who owes what on 30 October 2026, and why.

Payments on or before that day are history; later ones arrive as the nights pass.
What depends on when somebody is spoken to stands in story.py instead.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from qb_collections.emulator.companies.chart import TERM_DAYS
from qb_collections.emulator.companies.demo.bills import Bill, Line, Paying, with_parts
from qb_collections.emulator.companies.demo.roster import CUSTOMERS

_TERMS = {customer.name: customer.terms for customer in CUSTOMERS}
_EXEMPT = {customer.name for customer in CUSTOMERS if customer.exempt}


def _bill(
    customer: str,
    issued: tuple[int, int],
    total: str,
    work: str,
    parts: str,
    *payings: tuple[date, str | None],
    share: int = 38,
    year: int = 2026,
    kind: str = "call",
    po: str | None = None,
    sent: bool = True,
) -> Bill:
    terms = _TERMS[customer]
    issued_on = date(year, *issued)
    amount = Decimal(total)
    lines = with_parts(work, parts, amount, share, taxed=customer not in _EXEMPT)
    paid = tuple(Paying(on, None if sum_ is None else Decimal(sum_)) for on, sum_ in payings)
    due_on = issued_on + timedelta(days=TERM_DAYS[terms])
    return Bill(customer, kind, issued_on, due_on, terms, amount, lines, paid, po, sent, story=True)


THANKSGIVING_EVE = date(2026, 11, 25)

LATE: tuple[Bill, ...] = (
    _bill(
        "Cumberland Cold Storage",
        (8, 21),
        "8664.74",
        "Dock 2: new condensing unit, crane and two fitters",
        "Condensing unit, 7.5 hp",
        (date(2026, 11, 24), None),
        share=58,
        kind="job",
    ),
    _bill(
        "Three Forks Builders",
        (8, 14),
        "4930.55",
        "Model home on Larkin Street: split system",
        "Heat pump and air handler, 3 ton",
        (date(2026, 11, 20), None),
        share=55,
        kind="job",
    ),
    _bill(
        "Three Forks Builders",
        (9, 11),
        "2318.40",
        "Site office: two wall units moved and recharged",
        "Line sets, R-410A",
        (date(2026, 11, 20), None),
    ),
    _bill(
        "Riverbend Bait & Grill",
        (9, 4),
        "1284.36",
        "Bait cooler: compressor contactor and wiring",
        "Contactor, capacitor",
    ),
    _bill(
        "Riverbend Bait & Grill",
        (9, 18),
        "2106.90",
        "Walk-in freezer: evaporator coil replaced",
        "Evaporator coil",
        share=52,
    ),
    _bill(
        "Riverbend Bait & Grill",
        (10, 2),
        "1947.12",
        "Ice machine: water pump and float, deep clean",
        "Water pump, float switch",
    ),
    _bill(
        "Riverbend Bait & Grill",
        (10, 22),
        "2215.75",
        "Kitchen exhaust and make-up air: belts, motor",
        "Motor, 2 hp",
        share=44,
    ),
    _bill(
        "Riverbend Bait & Grill",
        (10, 29),
        "2085.87",
        "Reach-in coolers, four: gaskets and controls",
        "Gaskets, controllers",
        share=47,
    ),
    _bill(
        "Pinnacle Produce Storage",
        (9, 30),
        "3418.72",
        "Walk-in cooler: compressor replaced a second time",
        "Scroll compressor, 4 hp",
        share=61,
    ),
    _bill(
        "Pinnacle Produce Storage", (9, 18), "642.18", "Loading dock: air curtain repaired", "Blower wheel"
    ),
    _bill(
        "Pinnacle Produce Storage",
        (10, 2),
        "1126.40",
        "Ripening room: humidity control",
        "Humidistat, spray nozzles",
    ),
    _bill(
        "Marlow Print Works",
        (8, 28),
        "5240.80",
        "Press room: rooftop unit replaced",
        "Rooftop unit, 5 ton",
        (date(2026, 9, 30), "2000"),
        (date(2026, 10, 14), "1000"),
        (date(2026, 11, 13), "1000"),
        (date(2026, 11, 27), "500"),
        share=60,
        kind="job",
    ),
    _bill(
        "Hollis County Schools",
        (9, 2),
        "4286.90",
        "Hollis Middle School kitchen: walk-in freezer door and heater",
        "Freezer door, frame heater",
        share=57,
    ),
    _bill(
        "Apex Fitness Group",
        (8, 25),
        "3162.50",
        "Cycling studio: two fan coils replaced",
        "Fan coils",
        share=50,
    ),
    _bill("Apex Fitness Group", (9, 11), "486.75", "Locker rooms: thermostat and sensor", "Thermostat"),
    _bill(
        "Gulf & Grain Deli",
        (6, 19),
        "1394.28",
        "Deli case: evaporator fan and defrost clock",
        "Fan motor, defrost clock",
    ),
    _bill("Gulf & Grain Deli", (7, 31), "612.40", "Sandwich prep table: leak found, recharged", "R-449A"),
    _bill(
        "Lookout Bakery",
        (9, 16),
        "1912.33",
        "Retarder-proofer: control board and door heater",
        "Control board",
        share=46,
    ),
    _bill(
        "Cloverbend Veterinary",
        (9, 18),
        "1038.64",
        "Vaccine refrigerator and surgery air handler",
        "Controller, filters",
    ),
    _bill("Corner Stop Market", (6, 26), "487.20", "Beverage cooler: condenser fan", "Fan motor", sent=False),
    _bill(
        "Tri-River Ice & Oyster",
        (10, 2),
        "268.45",
        "Ice bin: thermostat",
        "Thermostat",
        (date(2026, 11, 20), None),
        sent=False,
    ),
    _bill("Old Mill Brewing", (9, 11), "402.10", "Glycol chiller: pump seal", "Seal kit"),
    _bill(
        "Foundry Street Grill",
        (9, 25),
        "1874.60",
        "Walk-in cooler: condenser coil and fan",
        "Condenser coil",
        share=51,
    ),
    _bill(
        "Honeysuckle Hill Bakery",
        (9, 11),
        "618.20",
        "Display case: lights and defrost",
        "Ballast, heater",
        (date(2026, 9, 18), "600"),
    ),
    _bill(
        "Fort Wren Books & Coffee",
        (8, 28),
        "311.46",
        "Undercounter refrigerator: start relay",
        "Relay",
        (date(2026, 10, 2), "300"),
    ),
    _bill(
        "Harbor Light Fish House",
        (8, 29),
        "1148.60",
        "Ice machine: third visit, condenser",
        "Condenser fan",
        year=2025,
    ),
    _bill(
        "Ridgecut Swim Club",
        (8, 21),
        "738.90",
        "Snack bar: freezer thermostat and gasket",
        "Thermostat, gasket",
    ),
    _bill(
        "Sassafras Kitchen",
        (9, 29),
        "540.18",
        "Hood make-up air: belt and bearings",
        "Belt, bearings",
        (date(2026, 11, 9), None),
        sent=False,
    ),
    _bill(
        "Copperhead Tap Room",
        (10, 13),
        "1263.74",
        "Keg cooler: fan coil and drain",
        "Fan coil",
        (date(2026, 11, 9), None),
    ),
)

# Not due on day 0; its amount brings the whole to what the story says is owed.
UPCOMING: tuple[Bill, ...] = (
    _bill(
        "Larkspur Assisted Living",
        (10, 21),
        "5128.18",
        "Memory care wing: rooftop unit replaced",
        "Packaged rooftop unit, 7.5 ton",
        (date(2026, 11, 19), None),
        share=58,
        kind="job",
    ),
)

# Long paid; it makes Cumberland the customer with 18 % of all sales.
PAID: tuple[Bill, ...] = (
    _bill(
        "Cumberland Cold Storage",
        (4, 17),
        "16884.30",
        "Dock 1: two condensing units, pipework",
        "Condensing units, 10 hp",
        (date(2026, 6, 15), None),
        share=62,
        kind="job",
    ),
)

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

# Larger jobs are billed 40/40/20; labor and materials of a building contract are not taxed on the invoice.
PROGRESS: tuple[tuple[str, str, str, tuple[date, ...]], ...] = (
    (
        "Laurel Ridge Senior Homes",
        "Kitchen refrigeration, new wing",
        "71486.25",
        (date(2025, 6, 13), date(2025, 8, 22), date(2025, 10, 10)),
    ),
    (
        "Cumberland Cold Storage",
        "Blast freezer, bay 4",
        "108945.50",
        (date(2025, 8, 8), date(2025, 10, 17), date(2025, 12, 19)),
    ),
    (
        "Hightower Facilities Group",
        "Chilled water, floors 3 to 5",
        "74218.75",
        (date(2025, 9, 19), date(2025, 11, 21), date(2026, 1, 23)),
    ),
    (
        "Stonecutter Construction",
        "Riverside clinic: air conditioning",
        "72760.00",
        (date(2025, 11, 7), date(2026, 1, 30), date(2026, 4, 10)),
    ),
    (
        "Three Forks Builders",
        "Nine townhouses: heat pumps",
        "70389.45",
        (date(2026, 1, 16), date(2026, 3, 20), date(2026, 5, 8)),
    ),
    (
        "Kestrel Medical Plaza",
        "Rooftop units, west building",
        "73912.30",
        (date(2026, 3, 13), date(2026, 5, 22), date(2026, 7, 17)),
    ),
    (
        "Cumberland Cold Storage",
        "Ammonia to CO2, engine room B",
        "89884.60",
        (date(2026, 7, 10), date(2026, 9, 25), date(2026, 12, 11)),
    ),
)
