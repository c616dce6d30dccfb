"""One Chromium for every journey, and a Monday morning of a company and its people, from which all go on."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from argon2 import PasswordHasher
from playwright.sync_api import sync_playwright

from qb_collections import server
from qb_collections.core.case import Contact, ContactKind, Cycle
from qb_collections.core.company_gates import Mode
from qb_collections.core.decision import Channel
from qb_collections.jobs.runner import Runner
from qb_collections.server import Service
from qb_collections.services import connect, leasing, runs, sync
from qb_collections.store import companies, contacts, cycles, people
from qb_collections.store.engine import durable
from qb_collections.store.people import Role
from tests.web.conftest import Browser
from tests.world import START, World

DESK, PHONE = {"width": 1280, "height": 860}, {"width": 390, "height": 844}
PASSWORD = "warm copper leaf"
LATE = date(2026, 2, 25)  # three business days before Monday, 2 March: the day of the first message
LATER = date(2026, 2, 4)  # asked about twice already: the call is due
PATIENCE = 20_000  # milliseconds


@pytest.fixture(scope="package")
def chrome(chromium):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield browser
        browser.close()


@dataclass
class Morning:
    """A service that runs, and who works there."""

    world: World
    service: Service
    chrome: Any
    complaints: list[str] = field(default_factory=list)

    @property
    def base(self) -> str:
        return self.service.context.settings.base_url

    @property
    def company(self) -> str:
        return f"{self.base}/companies/{self.world.company_id}"

    @contextmanager
    def signed_in(self, who: str, viewport: dict[str, int] = DESK, **options: Any):
        """A page in a browser of its own, in which this person is signed in."""
        client = self.service.web.test_client()
        Browser(client).post("/sign-in", email=f"{who}@ours.example", password=PASSWORD)
        name = self.service.web.config["SESSION_COOKIE_NAME"]
        cookie = client.get_cookie(name)
        assert cookie is not None
        context = self.chrome.new_context(viewport=viewport, **options)
        context.add_cookies([{"name": name, "value": cookie.value, "url": self.base}])
        page = context.new_page()
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self._complain(page.url, message.text))
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        yield page
        context.close()
        assert self.complaints == []

    def _complain(self, url: str, text: str) -> None:
        if "status of 422" not in text:  # a form that was refused comes back with the reason: no fault
            self.complaints.append(f"{url}: {text}")

    def settle(self) -> None:
        """What a press of a button set going is done."""
        assert self.service.runner.wait(PATIENCE / 1000)
        self.world.until_delivered()


@pytest.fixture(scope="package")
def morning(chrome):
    world = World()
    ids = {}
    for number, (name, invoices) in enumerate(
        {
            "Alder Bakery": [("900.00", LATER)],
            "Birch Dental": [("900.00", LATER)],
            "Amy's Bird Sanctuary": [("600.00", LATE), ("300.00", LATE)],
            "Cedar Café": [("80.00", LATE), ("70.00", LATE)],
            "Dogwood Deli": [("45.00", LATE), ("40.00", LATE)],
            "Elm Street Gym": [("500.00", LATE)],
            "Fir Hill Farm": [("1200.00", LATER)],
        }.items()
    ):
        phone = {"PrimaryPhone": {"FreeFormNumber": "423-555-0118"}, "GivenName": "Ana"}
        ids[name] = world.customer(name, f"ap{number}@customers.example", **phone)
        made = [world.invoice(ids[name], amount, date(2026, 1, 5), due_on) for amount, due_on in invoices]
        world.found = getattr(world, "found", {}) | {name: (ids[name], made)}
    company = world.connect(Mode.APPROVE)
    world.settled_in()
    with durable(world.context.engine) as conn:
        for name in ("Alder Bakery", "Birch Dental"):
            _asked_twice(conn, world, name)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(
                people, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
            )
            for role in Role:
                person = people.add_user(
                    conn, f"{role}@ours.example", f"Our {role}", at=START, password=PASSWORD
                )
                people.join(conn, person.id, company.practice_id, role, at=START)
    run_id = world.night()["run"]["id"]
    calls = {ids["Alder Bakery"], ids["Birch Dental"]}
    runs.approve(world.context, world.company, run_id, by="Our owner", among=calls)
    world.deliver()
    world.run_id = run_id

    runner = Runner()
    listening = server.listen(world.context.settings.model_copy(update={"port": 0}))
    context = replace(
        world.context, settings=server.at_port(world.context.settings, listening), wake=runner.enqueue
    )
    service = Service(context, runner, tick=False)
    service.start()
    thread = threading.Thread(target=service.serve, args=(listening,))
    thread.start()
    yield Morning(world, service, chrome)
    service.stop()
    thread.join(30)
    world.close()


def _asked_twice(conn: Any, world: World, name: str) -> None:
    customer_id, [invoice] = world.found[name]
    for number, stage, on in ((1, "S1", date(2026, 2, 9)), (2, "S2", date(2026, 2, 17))):
        said = Contact(on, ContactKind.REMINDER, stage, 1, number, (invoice["Id"],))
        at = datetime(on.year, on.month, on.day, 15, tzinfo=UTC)
        contacts.record(
            conn, world.company_id, customer_id, "USD", said, at=at, channel=Channel.EMAIL, text="words"
        )
    cycles.save(conn, world.company_id, customer_id, "USD", Cycle(1, date(2026, 2, 5), "S2", 2, 1))


def add_client(world: World, number: int) -> int:
    """Another company of the same practice, read once, with one customer who is late; its id."""
    realm = world.emulator.open_company("empty-us", realm_id=f"93414500000{number:05}").realm_id
    customer = world.engine.save(realm, "Customer", {"DisplayName": f"Larch {number}"})
    item = world.engine.query(realm, "SELECT * FROM Item WHERE Type = 'Service' MAXRESULTS 1")["Item"][0]
    detail = {"ItemRef": {"value": item["Id"]}, "TaxCodeRef": {"value": "NON"}}
    line = {"Amount": 250, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
    days = {"TxnDate": "2026-01-05", "DueDate": LATE.isoformat()}
    world.engine.save(realm, "Invoice", {"CustomerRef": {"value": customer["Id"]}, "Line": [line], **days})
    made = connect.connect_emulator(world.context, world.emulator.base_url, realm, "test")
    with durable(world.context.engine) as conn:
        companies.update(
            conn,
            made.id,
            name=f"Client {number}",
            contact_name=f"Clara {number}",
            contact_phone="423-555-0150",
            payment_instructions="Check.",
        )
    with leasing.held(world.context, made) as lease:
        sync.sync(world.context, made, lease)
    return made.id
