"""Signing in as at Intuit: the ID token, its key, and who the person is."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import timedelta

import jwt
import pytest
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError

from qb_collections.emulator.clocks import RealClock
from qb_collections.emulator.serve import EmulatorServer
from tests.emulator.front.driver import CALLBACK, SCOPE, START_AT, callback_of, run_server

ALL = f"{SCOPE} openid profile email phone address"


def sign_in(emulator, scope):
    code = callback_of(emulator.authorize(emulator_decision="approve", scope=scope))["code"]
    return emulator.exchange(code).json()


def part(text):
    return json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))


def userinfo(emulator, access_token):
    return emulator.session.get(
        f"{emulator.server.base_url}/v1/openid_connect/userinfo",
        headers={"Authorization": f"Bearer {access_token}"},
    )


def test_the_id_token_has_the_recorded_claims(emulator):
    header, payload, _ = sign_in(emulator, ALL)["id_token"].split(".")

    now = int(START_AT.timestamp())
    [key] = emulator.session.get(f"{emulator.server.base_url}/op/v1/jwks").json()["keys"]
    assert part(header) == {"kid": key["kid"], "alg": "RS256"}
    claims = part(payload)
    assert len(claims.pop("sub")) == 36
    assert claims == {
        "aud": [emulator.keys["client_id"]],
        "realmid": emulator.realm_id,
        "auth_time": now,
        "iss": "https://oauth.platform.intuit.com/op/v1",
        "exp": now + 3600,
        "iat": now,
    }


def test_the_key_set_verifies_the_id_token_and_no_other(emulator):
    id_token = sign_in(emulator, ALL)["id_token"]
    [key] = emulator.session.get(f"{emulator.server.base_url}/op/v1/jwks").json()["keys"]

    said = {"algorithms": ["RS256"], "audience": emulator.keys["client_id"]}
    public = jwt.PyJWK.from_dict(key).key
    unaged = {"verify_exp": False, "verify_iat": False}

    assert {name: key[name] for name in ("kty", "e", "use", "alg")} == {
        "kty": "RSA",
        "e": "AQAB",
        "use": "sig",
        "alg": "RS256",
    }
    assert jwt.decode(id_token, public, options=unaged, **said)["realmid"] == emulator.realm_id
    head, body, _ = id_token.split(".")
    emulator.clock.advance(timedelta(seconds=1))
    signature = sign_in(emulator, ALL)["id_token"].split(".")[2]
    with pytest.raises(jwt.InvalidSignatureError):
        jwt.decode(f"{head}.{body}.{signature}", public, options=unaged, **said)


def test_an_id_token_comes_only_with_the_scope_and_only_with_the_code(emulator):
    without = sign_in(emulator, SCOPE)
    with_it = sign_in(emulator, f"{SCOPE} openid")

    refreshed = emulator.refresh(with_it["refresh_token"]).json()

    assert "id_token" not in without
    assert "id_token" in with_it
    assert "id_token" not in refreshed


def test_intuits_own_client_believes_the_id_token_and_reads_who_it_is():
    server = EmulatorServer(path=None, clock=RealClock())
    server.open_company("empty-us")
    server.start()
    try:
        keys = server.ready_line()
        client = AuthClient(keys["client_id"], keys["client_secret"], CALLBACK, keys["discovery_url"])
        url = client.get_authorization_url([Scopes.ACCOUNTING, Scopes.OPENID, Scopes.EMAIL], "state-1")
        sent_back = callback_of(client.get(f"{url}&emulator_decision=approve", allow_redirects=False))

        client.get_bearer_token(sent_back["code"], sent_back["realmId"])
        person = client.get_user_info().json()
    finally:
        server.stop()

    # The client keeps an ID token only once it has verified it.
    assert client.id_token is not None
    assert person["email"] == "owner@example.com"
    assert person["sub"] == part(client.id_token.split(".")[1])["sub"]


def test_user_info_goes_as_far_as_the_scopes(emulator):
    whole = userinfo(emulator, sign_in(emulator, ALL)["access_token"]).json()
    bare = userinfo(emulator, sign_in(emulator, f"{SCOPE} openid")["access_token"]).json()
    none = userinfo(emulator, sign_in(emulator, SCOPE)["access_token"])

    assert set(whole) == {
        "sub",
        "email",
        "emailVerified",
        "givenName",
        "familyName",
        "phoneNumber",
        "phoneNumberVerified",
        "address",
    }
    assert set(whole["address"]) == {"streetAddress", "locality", "region", "postalCode", "country"}
    assert set(bare) == {"sub"}
    assert (none.status_code, none.json()["error"]) == (403, "insufficient_scope")


def test_user_info_without_a_good_token_is_refused(emulator):
    answer = userinfo(emulator, "made-up")

    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_token"})


def test_the_ready_lines_token_reads_user_info_too(emulator):
    access = emulator.sign_in()

    assert userinfo(emulator, access).json()["givenName"] == "Emulated"


def test_signing_in_alone_connects_no_company(emulator):
    sent_back = callback_of(emulator.authorize(emulator_decision="approve", scope="openid email"))

    pair = emulator.exchange(sent_back["code"]).json()
    emulator.session.headers["Authorization"] = f"Bearer {pair['access_token']}"

    assert set(sent_back) == {"code", "state"}
    assert "realmid" not in part(pair["id_token"].split(".")[1])
    assert userinfo(emulator, pair["access_token"]).json()["email"] == "owner@example.com"
    assert emulator.query("select * from Invoice").status_code == 403


@pytest.mark.parametrize("scope", ["", "email", "com.intuit.quickbooks.everything", f"{SCOPE} made.up"])
def test_a_scope_that_intuit_has_not_is_refused(emulator, scope):
    sent_back = callback_of(emulator.authorize(emulator_decision="approve", scope=scope))

    assert sent_back == {"error": "invalid_scope", "state": "state-1"}


def test_the_key_survives_a_restart(tmp_path):
    path = str(tmp_path / "emulator.db")
    first_run = run_server(path)
    before = next(first_run)
    keys = before.session.get(f"{before.server.base_url}/op/v1/jwks").json()
    first_run.close()

    second_run = run_server(path)
    after = next(second_run)
    keys_after = after.session.get(f"{after.server.base_url}/op/v1/jwks").json()
    second_run.close()

    assert keys_after == keys


def test_intuits_client_is_told_why_a_code_is_refused(emulator):
    keys = emulator.keys
    client = AuthClient(keys["client_id"], keys["client_secret"], CALLBACK, keys["discovery_url"])

    with pytest.raises(AuthClientError) as refused:
        client.get_bearer_token("made-up", emulator.realm_id)

    assert refused.value.status_code == 400
    assert json.loads(refused.value.content) == {
        "error_description": "Token invalid",
        "error": "invalid_grant",
    }
