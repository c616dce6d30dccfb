"""python-quickbooks as anyone would use it in a sandbox; only the two addresses are others."""

from __future__ import annotations

import pytest
from intuitlib.client import AuthClient
from quickbooks import QuickBooks

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
    client = QuickBooks(
        auth_client=auth_client,
        refresh_token=keys["refresh_token"],
        company_id=keys["realm_id"],
        minorversion=75,
        verifier_token=keys["webhook_verifier_token"],
    )
    client.sandbox = True
    return client
