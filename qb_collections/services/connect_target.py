"""Whose permission is asked for: Intuit's own, or that of an emulator with the keys that it publishes."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from sqlalchemy import Connection

from qb_collections.config import is_loopback
from qb_collections.quickbooks.errors import Unreachable, Unreadable
from qb_collections.quickbooks.intuit import API_ROOTS
from qb_collections.quickbooks.oauth import Credentials
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import settings

TIMEOUT_SECONDS = (3.05, 15.0)
KEPT_MAX = 100
_EMULATORS = "authorisations_at_emulators"


@dataclass(frozen=True, slots=True)
class Target:
    environment: str
    base_url: str
    discovery_url: str | None
    emulator_url: str | None
    credentials: Credentials
    verifier: str | None
    companies: tuple[tuple[str, str], ...] = ()  # an emulator's: realm id and name

    @property
    def sealed(self) -> dict[str, str] | None:
        """What is stored with the connection: an emulator's keys, never the operator's own."""
        if self.emulator_url is None:
            return None
        keys = {"client_id": self.credentials.client_id, "client_secret": self.credentials.client_secret}
        return keys | ({"verifier": self.verifier} if self.verifier else {})


def target_of(context: Context, emulator_url: str | None) -> Target:
    """Raises OperatorSetting without keys of our own, Unreachable when the emulator does not answer."""
    if emulator_url is None:
        environment = context.settings.intuit_environment
        return Target(environment, API_ROOTS[environment], None, None, context.intuit.credentials, None)
    told = context.intuit.get_json(f"{emulator_url}/emulator/credentials")
    if not {"discovery_url", "client_id", "client_secret"} <= told.keys():
        raise Unreadable(detail=f"{emulator_url} does not publish an emulator's credentials")
    names = told.get("companies")
    found = [one for one in names if isinstance(one, dict)] if isinstance(names, list) else []
    verifier = told.get("webhook_verifier_token")
    return Target(
        environment="emulator",
        base_url=f"{emulator_url}/v3",
        discovery_url=str(told["discovery_url"]),
        emulator_url=emulator_url,
        credentials=Credentials(str(told["client_id"]), str(told["client_secret"])),
        verifier=str(verifier) if verifier else None,
        companies=tuple((str(one.get("realm_id")), str(one.get("name"))) for one in found),
    )


def redirect_uri(context: Context, target: Target) -> str:
    """Ours; an emulator takes any loopback address, so there it works behind a public address too."""
    own = context.settings.redirect_uri
    host = urlsplit(own).hostname or ""
    if target.emulator_url is None or is_loopback(host):
        return own
    return f"http://127.0.0.1:{context.settings.port}/connect/callback"


def pick(target: Target, wanted: str | None) -> str | Refusal:
    known = ", ".join(name for _, name in target.companies)
    if wanted is not None:
        key = wanted.strip().casefold()
        matches = [realm for realm, name in target.companies if key in (realm, name.casefold())]
        if len(matches) == 1:
            return matches[0]
        return Refusal(f"The emulator has no company {wanted!r}. It has: {known or 'none'}.")
    if len(target.companies) == 1:
        return target.companies[0][0]
    if not target.companies:
        return Refusal("The emulator has no company to connect.")
    return Refusal(f"The emulator has several companies; choose one with --company. It has: {known}.")


def approve(context: Context, url: str, realm_id: str) -> dict[str, str]:
    """Give the permission as a person would in the browser, and read the address it is sent back to."""
    decision = urlencode({"emulator_decision": "approve", "realm": realm_id})
    try:
        page = context.intuit.http.get(f"{url}&{decision}", timeout=TIMEOUT_SECONDS, allow_redirects=False)
    except requests.RequestException as error:
        raise Unreachable(detail=type(error).__name__) from None
    answer = parse_qs(urlsplit(page.headers.get("Location", "")).query)
    return {name: values[0] for name, values in answer.items()}


def keep_emulator(conn: Connection, state: str, emulator_url: str, at: datetime) -> None:
    """Remember which emulator an authorisation was begun at, until it comes back; a day at most."""
    kept = _kept(conn, at)
    kept[_digest(state)] = {"url": emulator_url, "at": at.isoformat()}
    settings.put(conn, _EMULATORS, dict(list(kept.items())[-KEPT_MAX:]), at)


def take_emulator(conn: Connection, state: str, at: datetime) -> str | None:
    """The emulator that this authorisation was begun at, once.  None: it was begun at Intuit."""
    kept = _kept(conn, at)
    found = kept.pop(_digest(state), None)
    if found is not None:
        settings.put(conn, _EMULATORS, kept, at)
    return found["url"] if found else None


def _kept(conn: Connection, at: datetime) -> dict[str, dict[str, str]]:
    kept: dict[str, dict[str, str]] = settings.get(conn, _EMULATORS) or {}
    oldest = at - timedelta(days=1)
    return {key: one for key, one in kept.items() if datetime.fromisoformat(one["at"]) > oldest}


def _digest(state: str) -> str:
    return hashlib.sha256(state.encode()).hexdigest()
