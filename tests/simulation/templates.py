"""Books that many seeds begin from: one to five companies, connected and read once, without trouble.

Building them costs more than a night.  A seed takes a copy and draws everything else.
"""

from __future__ import annotations

import atexit
import os
import shutil
import sqlite3
import tempfile
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

from qb_collections import app, config, logs
from qb_collections.clock import ManualClock
from qb_collections.core.company_gates import Mode
from qb_collections.emulator.serve import EmulatorServer
from qb_collections.services import connect, leasing, modes, plans, sync
from qb_collections.store import companies
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from tests.simulation.chance import seeded
from tests.simulation.memory_transport import MemoryAdapter, Network
from tests.simulation.points import Points
from tests.simulation.script import FRESH, OWING, SMALL
from tests.world import put, started

ADDRESS = "http://127.0.0.1:9100"
IN_MEMORY = "/dev/shm"
DATABASE = "qb-collections.sqlite3"
ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Los_Angeles",
    "America/Denver",
    "Pacific/Honolulu",
    "America/Anchorage",
)
# Days that ask for care: a plain one, both changes of clock, the year's end, a leap day, a month's end.  Each
# begins before anybody's night in the United States, so that the night and the working day after it fit in.
STARTS = (
    datetime(2026, 3, 3, 5, 0, tzinfo=UTC),
    datetime(2026, 3, 6, 5, 0, tzinfo=UTC),
    datetime(2026, 10, 30, 5, 0, tzinfo=UTC),
    datetime(2026, 12, 29, 5, 0, tzinfo=UTC),
    datetime(2028, 2, 28, 5, 0, tzinfo=UTC),
    datetime(2026, 6, 9, 5, 0, tzinfo=UTC),
    datetime(2026, 9, 29, 5, 0, tzinfo=UTC),
)


def quick_folder(prefix: str) -> Path:
    """A folder in memory where there is one: whether commits reach a disk is not what a seed asks."""
    where = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    return Path(tempfile.mkdtemp(prefix=prefix, dir=where))


def settings(folder: Path):
    return config.read({"QBC_LOG_LEVEL": "error"}, data_dir=folder, file=None)


@dataclass(frozen=True, slots=True)
class Template:
    number: int
    start: datetime
    folder: Path
    books: sqlite3.Connection
    companies: tuple[tuple[int, str], ...]  # our id, realm id


_known: dict[int, Template] = {}


@cache
def _started() -> dict[str, bytes]:
    """Its key is drawn too, and from nothing that was played before."""
    with seeded("started"):
        return started()


def template(number: int) -> Template:
    """Built once, with the modules as they are; forget() makes it anew."""
    if number not in _known:
        _started()
        with seeded(f"template {number}"):
            _known[number] = _built(number)
    return _known[number]


def forget() -> None:
    """For who changes the modules: books that were made with others are nobody's any more."""
    _started()  # this one is made by the modules as they were
    for one in _known.values():
        one.books.close()
        shutil.rmtree(one.folder, ignore_errors=True)
    _known.clear()


def _built(number: int) -> Template:
    small = number in (SMALL, FRESH, OWING)
    random = Random(f"template {SMALL if small else number}")
    start = STARTS[0 if small else number % len(STARTS)]
    clock = ManualClock(start)
    emulator = EmulatorServer(path=None, clock=clock, control=True, throttle=True)
    emulator.front.base_url = ADDRESS
    realms = []
    for place in range(1 if small else random.choice((1, 1, 1, 1, 1, 2, 2, 3, 5))):
        realm = f"93414500{number:03d}{place:02d}77"
        emulator.open_company(
            "empty-us", realm_id=realm, name=f"Company {word(realm)}", zone=random.choice(ZONES)
        )
        fill(emulator.engine, realm, random, start.date(), 5 if small else None, number == OWING)
        realms.append(realm)
    folder = quick_folder("qbc-template-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    put(_started(), folder)
    context = app.build(settings(folder), clock, shared_clock=clock)
    logs.configure("error")
    context.intuit.http.mount("http://", MemoryAdapter(Network(emulator.front, clock), Points(random), 0))
    known = []
    for place, realm in enumerate(realms):
        if number == FRESH:
            known.append((place + 1, realm))
            continue
        company = connect.connect_emulator(context, ADDRESS, realm, "test")
        assert isinstance(company, Company), company
        with durable(context.engine) as conn:
            companies.update(
                conn,
                company.id,
                contact_name="Dana Whitlock",
                contact_phone="423-555-0143",
                payment_instructions="Check or bank transfer.",
            )
        modes.set_mode(context, company, Mode.AUTOMATIC, by="test", confirmed=True)
        with leasing.held(context, company) as lease:
            sync.sync(context, company, lease)
            plans.confirm_basis(
                context, company, lease, income_on_accrual=True, sales_tax_on_accrual=True, by="Sam"
            )
        known.append((company.id, realm))
    context.engine.dispose()
    context.executor.shutdown()
    books = sqlite3.connect(":memory:", check_same_thread=False)
    with emulator.store.reading() as conn:
        conn.backup(books)
    emulator.store.close()
    return Template(number, start, folder, books, tuple(known))


def word(realm: str) -> str:
    """A word that stands in every name of one company's books and in no other's."""
    return f"Canary{int(realm) % 1_000_000:06d}x"


def fill(
    engine, realm: str, random: Random, today: date, count: int | None = None, owing: bool = False
) -> None:
    """Five to sixty invoices: most late, some paid, some not due; few customers with many."""
    count = count or random.choice((5, 5, 8, 8, 12, 20, 30, 60))
    ids = []
    customers = max(2, count * random.choice((1, 2, 4)) // 4)
    for place in range(2 if owing else customers):
        body = {"DisplayName": f"{word(realm)} Customer {place}"}
        if random.random() < 0.9:
            body["PrimaryEmailAddr"] = {"Address": f"ap{place}@{word(realm).lower()}.example"}
        if random.random() < 0.2:
            body["BillAddr"] = {"CountrySubDivisionCode": random.choice(("CA", "NY", "HI")), "Country": "US"}
        ids.append(engine.save(realm, "Customer", body)["Id"])
    item = engine.query(realm, "SELECT * FROM Item WHERE Type = 'Service' MAXRESULTS 1")["Item"][0]["Id"]
    for number in range(count):
        late = random.choice((10, 15) if owing else (-12, -3, 0, 1, 2, 3, 4, 7, 8, 10, 15, 22, 35, 60, 120))
        due = today - timedelta(days=late)
        amount = Decimal(random.randrange(1_00, 4000_00)) / 100
        body = {
            "CustomerRef": {"value": random.choice(ids)},
            "TxnDate": (due - timedelta(days=30)).isoformat(),
            "DueDate": due.isoformat(),
            "DocNumber": f"K{int(realm) // 100 % 1000:03d}{number:03d}",
            "Line": [
                {
                    "Amount": amount,
                    "DetailType": "SalesItemLineDetail",
                    "SalesItemLineDetail": {
                        "ItemRef": {"value": item},
                        "TaxCodeRef": {"value": random.choice(("NON", "NON", "TAX"))},
                    },
                }
            ],
        }
        if random.random() < 0.3:
            body["PrivateNote"] = f"asked for a copy, {word(realm)}"
        engine.save(realm, "Invoice", body)


def copy_files(source: Path) -> Path:
    folder = quick_folder("qbc-night-")
    for name in (DATABASE, "key"):
        shutil.copy(source / name, folder / name)
    return folder
