"""A company on the emulator, and one whose other side is scripted: both over real HTTP."""

from __future__ import annotations

import random
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import requests

from qb_collections.quickbooks import oauth
from qb_collections.quickbooks.gateway import open_gateway
from qb_collections.quickbooks.intuit import Connection, IntuitApp, http_session
from qb_collections.quickbooks.limits import Limiter
from qb_collections.quickbooks.oauth import Access, Credentials
from tests.quickbooks.scripted import Scripted

START = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)


class MemoryTokens:
    """A token store in memory that remembers what was done to it."""

    def __init__(self, tokens):
        self.tokens = tokens
        self.saved = []
        self.reconnect = False

    def load(self, company_id):
        return self.tokens

    def save(self, company_id, tokens):
        self.tokens = tokens
        self.saved.append(tokens)

    def mark_reconnect(self, company_id):
        self.reconnect = True

    def is_ended(self, company_id):
        return self.reconnect


class World:
    """One company of the emulator and our gateway to it."""

    def __init__(self, emulator, clock, kind="empty-us"):
        self.emulator = emulator
        self.clock = clock
        self.company = emulator.open_company(kind)
        keys = requests.get(f"{emulator.base_url}/emulator/credentials", timeout=5).json()
        self.control_url = keys["control_url"]
        credentials = Credentials(keys["client_id"], keys["client_secret"])
        self.app = IntuitApp(http_session(), credentials, "http://127.0.0.1:5000/connect/callback")
        self.endpoints = self.app.endpoints("emulator", keys["discovery_url"])
        self.connection = Connection(
            company_id=1,
            realm_id=self.company.realm_id,
            base_url=f"{emulator.base_url}/v3",
            credentials=credentials,
            endpoints=self.endpoints,
        )
        self.store = MemoryTokens(self.authorise())
        self.limiter = Limiter(clock)
        self.gateway = self.open(self.connection)

    def authorise(self):
        intuit = self.app.auth(self.connection.credentials, self.endpoints)
        url = oauth.authorization_url(intuit, "state-1")
        page = requests.get(
            f"{url}&emulator_decision=approve&realm={self.company.realm_id}", allow_redirects=False, timeout=5
        )
        answer = parse_qs(urlsplit(page.headers["Location"]).query)
        return oauth.exchange(intuit, answer["code"][0], answer["realmId"][0], self.clock)

    def open(self, connection, **changes):
        connection = replace(connection, **changes)
        access = Access(
            connection.company_id,
            self.store,
            lambda: self.app.auth(connection.credentials, connection.endpoints),
            self.clock,
            threading.Lock(),
        )
        return open_gateway(
            connection,
            access,
            http=self.app.http,
            limiter=self.limiter,
            clock=self.clock,
            random=random.Random(7),
            home_currency="USD",
        )

    def control(self, method, path, body=None):
        answer = requests.request(method, f"{self.control_url}/{path}", json=body, timeout=5)
        assert answer.ok, answer.text
        return answer.json()

    def act(self, **act):
        return self.control("POST", f"companies/{self.company.realm_id}/acts", act)

    def calls(self):
        """Requests to the company's API so far, oldest first."""
        found = self.control("GET", "requests?after=0")
        return [call for call in found["requests"] if "/company/" in call["path"]]


class ScriptedCompany:
    """A gateway whose other side answers what the test tells it to."""

    def __init__(self, clock):
        self.server = Scripted()
        self.clock = clock
        endpoints = oauth.Endpoints(
            authorization=f"{self.server.url}/authorize",
            token=f"{self.server.url}/token",
            revocation=f"{self.server.url}/revoke",
            issuer="issuer",
            jwks="jwks",
            userinfo="userinfo",
        )
        credentials = Credentials("client-id", "client-secret")
        self.app = IntuitApp(http_session(), credentials, "http://127.0.0.1:5000/connect/callback")
        self.connection = Connection(1, "99", f"{self.server.url}/v3", credentials, endpoints)
        self.store = MemoryTokens(self.tokens("access-1", "refresh-1", 1))
        self.limiter = Limiter(clock)
        self.access = Access(
            1, self.store, lambda: self.app.auth(credentials, endpoints), clock, threading.Lock()
        )
        self.gateway = open_gateway(
            self.connection,
            self.access,
            http=self.app.http,
            limiter=self.limiter,
            clock=clock,
            random=random.Random(7),
            home_currency="USD",
        )

    def tokens(self, access, refresh, generation, minutes=60):
        now = self.clock.now()
        return oauth.Tokens(
            access, refresh, now + timedelta(minutes=minutes), now + timedelta(days=100), None, generation
        )

    def answers(self, *answers):
        self.server.answers = list(answers)
        self.server.asked.clear()

    @property
    def asked(self):
        return self.server.asked
