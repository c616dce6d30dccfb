"""A service without QuickBooks behind it: two companies of two practices, their people, and browsers."""

import re
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.core.books import Customer, Invoice
from qb_collections.core.money import Money
from qb_collections.services import presets
from qb_collections.services.context import Context
from qb_collections.store import cases, companies, mirror, people, policies
from qb_collections.store.companies import Company
from qb_collections.store.cursors import Cursor, set_cursor
from qb_collections.store.engine import durable
from qb_collections.store.people import Role
from qb_collections.store.tables.people import practice
from qb_collections.web import create_web_app
from tests.kept import Kept

NOW = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)  # a Monday, 10:30 in Chattanooga
PASSWORD = "warm copper leaf"
HOSTILE = '"><svg onload=x>'


@dataclass
class House:
    """The running service with what a test needs to know of it."""

    context: Context
    clock: ManualClock
    web: Flask
    ours: Company
    theirs: Company
    woken: list[tuple[str, int]] = field(default_factory=list)

    def browser(self, email: str | None = None) -> "Browser":
        browser = Browser(self.web.test_client())
        if email is not None:
            browser.post("/sign-in", email=email, password=PASSWORD)
        return browser

    def dump(self) -> str:
        """Everything in the database, as text."""
        conn = sqlite3.connect(self.context.settings.data_dir / "qb-collections.sqlite3")
        try:
            return "\n".join(conn.iterdump())
        finally:
            conn.close()


class Browser:
    """A person's browser: it keeps cookies, and sends the token that a page gave it."""

    def __init__(self, client: FlaskClient) -> None:
        self.client = client
        self._token: str | None = None  # good until the session is another one

    def get(self, path: str, **options: object) -> TestResponse:
        return self.client.get(path, **options)

    def token(self) -> str:
        if self._token is None:
            found = re.search(r'name="csrf_token" value="([^"]+)"', self.get("/sign-in").text)
            assert found is not None
            self._token = found[1]
        return self._token

    def post(self, path: str, **form: str) -> TestResponse:
        answer = self.client.post(path, data={"csrf_token": self.token(), **form})
        if path.startswith(("/sign-", "/welcome")):
            self._token = None
        return answer


@pytest.fixture(scope="session", autouse=True)
def quick_passwords():
    """Hashing that takes no time: what it costs is store/people's own business."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people, "_hasher", lambda: PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture(scope="session")
def furnished_once(tmp_path_factory) -> tuple[House, Kept]:
    """The house, and its database before anybody came in."""
    folder = tmp_path_factory.mktemp("house")
    made = furnished(config.read({}, data_dir=folder, log_level="error"))
    return made, Kept(folder / "qb-collections.sqlite3")


@pytest.fixture
def house(furnished_once) -> House:
    """Each test finds it as it was built: database, clock and woken work."""
    made, kept = furnished_once
    kept.put_back()
    made.clock.set(NOW)
    made.woken.clear()
    return made


@pytest.fixture(scope="session")
def hostile(tmp_path_factory) -> House:
    """A house whose every name means harm, with the preview of a night.  Whoever looks changes nothing."""
    from tests.web.hostile_house import fill

    house = furnished(config.read({}, data_dir=tmp_path_factory.mktemp("hostile"), log_level="error"))
    fill(house)
    made = house.browser("hostile@ours.example").post(f"/companies/{house.ours.id}/preview")
    assert made.location.endswith("/runs/1")
    return house


def furnished(settings: config.Settings) -> House:
    woken: list[tuple[str, int]] = []
    clock = ManualClock(NOW)
    context = app.build(settings, clock, wake=lambda kind, company_id: woken.append((kind, company_id)))
    with durable(context.engine) as conn:
        people.ensure_first_practice(conn, NOW)
        ours = company(conn, "Copperleaf", people.first_practice(conn, NOW))
        other = conn.execute(practice.insert().values(name="Another", created_at=NOW)).inserted_primary_key
        theirs = company(conn, "Elsewhere", other[0])
        for role in Role:
            person = people.add_user(conn, f"{role}@ours.example", f"Our {role}", at=NOW, password=PASSWORD)
            people.join(conn, person.id, ours.practice_id, role, at=NOW, company_id=ours.id)
        stranger = people.add_user(conn, "owner@theirs.example", "Their owner", at=NOW, password=PASSWORD)
        people.join(conn, stranger.id, theirs.practice_id, Role.OWNER, at=NOW)
    web = create_web_app(context)
    return House(context, clock, web, ours, theirs, woken)


def company(conn, name: str, practice_id: int) -> Company:
    """Connected and read, with one customer who is ten days late."""
    made = companies.create(
        conn,
        name=name,
        zone="America/New_York",
        currency="USD",
        country="US",
        environment="sandbox",
        base_url="https://sandbox-quickbooks.api.intuit.com/v3",
        created_at=NOW,
        practice_id=practice_id,
        next_night_at=datetime(2026, 11, 3, 7, 30, tzinfo=UTC),
    )
    policies.add(conn, made.id, presets.text(presets.STANDARD), "system", "standard", NOW)
    mirror.put_customers(conn, made.id, [customer("7", name=f"{HOSTILE} of {name}", balance="130.00")])
    mirror.put_invoices(conn, made.id, [invoice("70", "7", "10612", date(2026, 10, 23), "130.00")])
    set_cursor(conn, made.id, Cursor(NOW, NOW, NOW))
    cases.touch(conn, made.id, ["7"], date(2026, 11, 2))
    return made


def customer(customer_id: str, *, name: str = "Bluebird Row Café", balance: str = "0.00", **more) -> Customer:
    return Customer(customer_id, name, "USD", usd(balance), emails=("a@b.example",), **more)


def invoice(invoice_id: str, customer_id: str, number: str, due_on: date | None, balance: str) -> Invoice:
    return Invoice(invoice_id, "0", customer_id, number, date(2026, 6, 1), due_on, usd(balance), usd(balance))


def usd(amount: str) -> Money:
    return Money(Decimal(amount), "USD")
