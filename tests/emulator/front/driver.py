"""An emulator over real HTTP on loopback, and a driver that talks to it as an app and a test's control do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests

from qb_collections.emulator.clocks import ManualClock
from qb_collections.emulator.serve import EmulatorServer

START_AT = datetime(2026, 10, 30, 12, 0, tzinfo=UTC)
CALLBACK = "http://127.0.0.1:5000/connect/callback"
SCOPE = "com.intuit.quickbooks.accounting"


@dataclass
class Driver:
    """One running emulator with one company."""

    server: EmulatorServer
    clock: ManualClock
    realm_id: str
    session: requests.Session

    @property
    def keys(self) -> dict[str, Any]:
        return self.server.ready_line()

    @property
    def company_url(self) -> str:
        return f"{self.server.base_url}/v3/company/{self.realm_id}"

    def authorize(self, **changed: str) -> requests.Response:
        """Ask for consent as a browser does, without following the redirect."""
        params = {
            "client_id": self.keys["client_id"],
            "response_type": "code",
            "scope": SCOPE,
            "redirect_uri": CALLBACK,
            "state": "state-1",
            **changed,
        }
        return self.session.get(
            f"{self.server.base_url}/connect/oauth2", params=params, allow_redirects=False
        )

    def code(self) -> str:
        return callback_of(self.authorize(emulator_decision="approve"))["code"]

    def token(self, *, headers: dict[str, str] | None = None, **form: str) -> requests.Response:
        keys = self.keys
        return self.session.post(
            f"{self.server.base_url}/oauth2/v1/tokens/bearer",
            data=form,
            headers=headers,
            auth=(keys["client_id"], keys["client_secret"]),
        )

    def exchange(self, code: str, redirect_uri: str = CALLBACK) -> requests.Response:
        return self.token(grant_type="authorization_code", code=code, redirect_uri=redirect_uri)

    def refresh(self, refresh_token: str, **headers: str) -> requests.Response:
        return self.token(headers=headers, grant_type="refresh_token", refresh_token=refresh_token)

    def sign_in(self) -> str:
        """Get an access token and use it from now on."""
        access = self.refresh(self.keys["refresh_token"]).json()["access_token"]
        self.session.headers["Authorization"] = f"Bearer {access}"
        self.session.headers["Accept"] = "application/json"
        return str(access)

    def query(self, statement: str) -> requests.Response:
        return self.session.get(f"{self.company_url}/query", params={"query": statement})

    def post(self, resource: str, body: dict[str, Any], **params: str) -> requests.Response:
        return self.session.post(f"{self.company_url}/{resource}", json=body, params=params)

    def count(self, entity: str) -> int:
        return int(self.query(f"select count(*) from {entity}").json()["QueryResponse"]["totalCount"])

    def control(self, method: str, path: str, body: object = None) -> requests.Response:
        data = None if body is None else json.dumps(body)
        return requests.request(method, f"{self.server.base_url}/emulator/control/{path}", data=data)

    def inject(self, fault: str, **rule: Any) -> dict[str, Any]:
        answer = self.control("POST", "faults", {"fault": fault, **rule})
        assert answer.status_code == 201, answer.text
        return answer.json()


def callback_of(answer: requests.Response) -> dict[str, str]:
    """Return the parameters with which the browser was sent back."""
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["Location"])
    assert f"{parts.scheme}://{parts.netloc}{parts.path}" == CALLBACK
    return {name: values[0] for name, values in parse_qs(parts.query).items()}


def run_server(path: str | None = None, **options: Any) -> Iterator[Driver]:
    clock = ManualClock(START_AT)
    server = EmulatorServer(path=path, clock=clock, **{"control": True, "throttle": False, **options})
    server.start()
    try:
        known = server.front.companies.all()
        realm_id = known[0].realm_id if known else server.open_company("empty-us").realm_id
        with requests.Session() as session:
            yield Driver(server, clock, realm_id, session)
    finally:
        server.stop()
