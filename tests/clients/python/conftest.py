"""python-quickbooks as anyone would use it in a sandbox; only the two addresses are others."""

from __future__ import annotations

import pytest
from intuitlib.client import AuthClient
from quickbooks import QuickBooks

from qb_collections.emulator.oauth import SCOPE

CALLBACK = "http://localhost:8000/callback"


@pytest.fixture
def auth_client(emulator):
    keys = emulator.ready_line()
    return AuthClient(keys["client_id"], keys["client_secret"], CALLBACK, keys["discovery_url"])


@pytest.fixture
def qb(emulator, auth_client, monkeypatch):
    """A fresh client.  Each begins with the same refresh token, as that library's own test suite does."""
    keys = emulator.ready_line()
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr(QuickBooks, "sandbox_api_url_v3", f"{keys['base_url']}/v3")
    return connected(auth_client, keys["refresh_token"], keys["realm_id"], keys["webhook_verifier_token"])


@pytest.fixture
def qb_abroad(emulator, auth_client, monkeypatch):
    """A client of the company that bills in several currencies."""
    keys = emulator.ready_line()
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    monkeypatch.setattr(QuickBooks, "sandbox_api_url_v3", f"{keys['base_url']}/v3")
    [abroad] = [one.realm_id for one in emulator.front.companies.all() if one.kind == "multicurrency"]
    granted = emulator.front.tokens.grant(abroad, scope=SCOPE)
    return connected(auth_client, granted.refresh_token, abroad)


def connected(auth_client, refresh_token, realm_id, verifier=None):
    client = QuickBooks(
        auth_client=auth_client,
        refresh_token=refresh_token,
        company_id=realm_id,
        minorversion=75,
        verifier_token=verifier,
    )
    client.sandbox = True
    return client
