"""Authorising as at Intuit: consent, codes, tokens that age, rotation, revocation."""

from __future__ import annotations

from datetime import timedelta

import pytest
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError

from tests.emulator.front.driver import CALLBACK, callback_of, run_server

DAY = timedelta(hours=24)
SECOND = timedelta(seconds=1)


@pytest.fixture
def client(emulator):
    keys = emulator.keys
    return AuthClient(keys["client_id"], keys["client_secret"], CALLBACK, keys["discovery_url"])


def test_intuits_own_client_connects_refreshes_and_revokes(emulator, client):
    url = client.get_authorization_url([Scopes.ACCOUNTING], "my-state")
    sent_back = callback_of(emulator.session.get(f"{url}&emulator_decision=approve", allow_redirects=False))

    client.get_bearer_token(sent_back["code"], sent_back["realmId"])
    first = client.access_token
    client.refresh()
    client.revoke()

    assert sent_back["state"] == "my-state"
    assert sent_back["realmId"] == emulator.realm_id
    assert client.expires_in == 3600
    assert client.x_refresh_token_expires_in == 8726400
    assert client.access_token != first
    with pytest.raises(AuthClientError) as refused:
        client.refresh()
    assert refused.value.status_code == 400
    assert "invalid_grant" in str(refused.value.content)
    assert refused.value.intuit_tid.startswith("1-")


@pytest.mark.parametrize(
    "path",
    [
        "openid_sandbox_configuration",
        "openid_sandbox_configuration/",
        "openid_configuration",
        "openid_configuration/",
    ],
)
def test_each_discovery_address_names_this_server(emulator, path):
    found = emulator.session.get(f"{emulator.server.base_url}/.well-known/{path}").json()

    base = emulator.server.base_url
    assert found["authorization_endpoint"] == f"{base}/connect/oauth2"
    assert found["token_endpoint"] == f"{base}/oauth2/v1/tokens/bearer"
    assert found["revocation_endpoint"] == f"{base}/v2/oauth2/tokens/revoke"
    assert {"issuer", "jwks_uri", "userinfo_endpoint"} <= set(found)


def test_the_consent_page_is_a_form_that_names_the_company(emulator):
    page = emulator.authorize()

    assert page.status_code == 200
    assert 'name="emulator_decision" value="approve"' in page.text
    assert f'value="{emulator.realm_id}" checked' in page.text


def test_a_posted_approval_redirects_with_code_and_company(emulator):
    form = {
        "client_id": emulator.keys["client_id"],
        "response_type": "code",
        "scope": "com.intuit.quickbooks.accounting",
        "redirect_uri": CALLBACK,
        "state": "state-1",
        "realm": emulator.realm_id,
        "emulator_decision": "approve",
    }

    answer = emulator.session.post(
        f"{emulator.server.base_url}/connect/oauth2", data=form, allow_redirects=False
    )

    sent_back = callback_of(answer)
    assert sent_back["realmId"] == emulator.realm_id
    assert emulator.exchange(sent_back["code"]).status_code == 200


def test_denying_sends_back_access_denied_and_the_state(emulator):
    sent_back = callback_of(emulator.authorize(emulator_decision="deny"))

    assert sent_back == {"error": "access_denied", "state": "state-1"}


def test_an_unknown_app_gets_a_page_and_no_redirect(emulator):
    answer = emulator.authorize(client_id="ABsomebodyelse", emulator_decision="approve")

    assert answer.status_code == 400
    assert "Location" not in answer.headers
    assert "ABsomebodyelse" in answer.text


@pytest.mark.parametrize(
    "address",
    ["http://example.com/callback", "https://127.0.0.1.example.com/", "ftp://127.0.0.1/", "/callback", ""],
)
def test_a_redirect_address_off_this_machine_is_refused(emulator, address):
    answer = emulator.authorize(redirect_uri=address, emulator_decision="approve")

    assert answer.status_code == 400
    assert "Location" not in answer.headers


def test_with_two_companies_the_approval_must_name_one(emulator):
    other = emulator.server.open_company("empty-us", realm_id="9341450000000099").realm_id

    unnamed = emulator.authorize(emulator_decision="approve")
    named = callback_of(emulator.authorize(emulator_decision="approve", realm=other))

    assert unnamed.status_code == 400
    assert emulator.realm_id in unnamed.text
    assert named["realmId"] == other


def test_a_code_is_good_once_and_for_ten_minutes(emulator):
    used, old, young = emulator.code(), emulator.code(), emulator.code()
    assert emulator.exchange(used).status_code == 200

    again = emulator.exchange(used)
    emulator.clock.advance(timedelta(minutes=10) - SECOND)
    in_time = emulator.exchange(young)
    emulator.clock.advance(SECOND)
    too_late = emulator.exchange(old)

    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert in_time.status_code == 200
    assert (too_late.status_code, too_late.json()["error"]) == (400, "invalid_grant")


def test_a_code_is_good_only_with_the_redirect_address_it_was_asked_with(emulator):
    answer = emulator.exchange(emulator.code(), redirect_uri="http://127.0.0.1:5001/elsewhere")

    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_wrong_secret_is_invalid_client(emulator):
    answer = emulator.session.post(
        f"{emulator.server.base_url}/oauth2/v1/tokens/bearer",
        data={"grant_type": "refresh_token", "refresh_token": emulator.keys["refresh_token"]},
        auth=(emulator.keys["client_id"], "wrong"),
    )

    assert answer.status_code == 401
    assert answer.json() == {"error": "invalid_client"}
    assert answer.headers["intuit_tid"]


def test_the_refresh_token_keeps_its_value_for_a_day_and_then_changes(emulator):
    first = emulator.exchange(emulator.code()).json()["refresh_token"]

    emulator.clock.advance(DAY - SECOND)
    same_day = emulator.refresh(first).json()["refresh_token"]
    emulator.clock.advance(SECOND)
    next_day = emulator.refresh(first).json()["refresh_token"]

    assert same_day == first
    assert next_day != first


def test_the_value_before_a_rotation_is_good_for_one_more_day(emulator):
    first = emulator.exchange(emulator.code()).json()["refresh_token"]
    emulator.clock.advance(DAY)
    second = emulator.refresh(first).json()["refresh_token"]

    emulator.clock.advance(DAY - SECOND)
    within_grace = emulator.refresh(first)
    emulator.clock.advance(SECOND)
    after_grace = emulator.refresh(first)
    present = emulator.refresh(second)

    assert within_grace.json()["refresh_token"] == second
    assert after_grace.status_code == 400
    assert after_grace.json() == {
        "error": "invalid_grant",
        "error_description": "Incorrect or invalid refresh token",
    }
    assert present.status_code == 200


def test_a_refresh_token_unused_for_101_days_has_ended(emulator):
    kept, left = emulator.exchange(emulator.code()).json(), emulator.exchange(emulator.code()).json()

    emulator.clock.advance(timedelta(days=101) - SECOND)
    last_moment = emulator.refresh(kept["refresh_token"])
    emulator.clock.advance(SECOND)
    too_late = emulator.refresh(left["refresh_token"])

    assert last_moment.status_code == 200
    assert too_late.status_code == 400


def test_the_five_year_end_is_told_only_to_who_asks(emulator):
    pair = emulator.exchange(emulator.code()).json()
    emulator.clock.advance(timedelta(hours=1))

    asked = emulator.refresh(
        pair["refresh_token"], **{"x-include-refresh-token-hard-expires-in": "true"}
    ).json()

    assert "x_refresh_token_hard_expires_in" not in pair
    assert asked["x_refresh_token_hard_expires_in"] == 5 * 365 * 86400 - 3600


@pytest.mark.parametrize("as_json", [True, False])
def test_revoking_ends_refresh_and_access(emulator, as_json):
    pair = emulator.exchange(emulator.code()).json()
    keys, told = emulator.keys, {"token": pair["refresh_token"]}

    answer = emulator.session.post(
        f"{emulator.server.base_url}/v2/oauth2/tokens/revoke",
        **({"json": told} if as_json else {"data": told}),
        auth=(keys["client_id"], keys["client_secret"]),
    )

    assert (answer.status_code, answer.content) == (200, b"")
    assert emulator.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"
    emulator.session.headers["Authorization"] = f"Bearer {pair['access_token']}"
    assert emulator.query("select * from Invoice").status_code == 401


def test_keys_and_tokens_survive_a_restart(tmp_path):
    path = str(tmp_path / "emulator.db")
    first_run = run_server(path)
    before = next(first_run)
    keys, refresh_token = before.keys, before.keys["refresh_token"]
    first_run.close()

    second_run = run_server(path)
    after = next(second_run)
    answer = after.refresh(refresh_token)
    keys_after = after.keys
    second_run.close()

    assert keys_after["client_id"] == keys["client_id"]
    assert keys_after["client_secret"] == keys["client_secret"]
    assert answer.status_code == 200


def test_five_years_after_the_consent_refreshing_is_over_however_often_it_was_done(emulator):
    token = emulator.exchange(emulator.code()).json()["refresh_token"]
    for _ in range(18):
        emulator.clock.advance(timedelta(days=100))
        token = emulator.refresh(token).json()["refresh_token"]

    # 1,825 days in all: 1,800 are over.
    emulator.clock.advance(timedelta(days=25) - SECOND)
    last_moment = emulator.refresh(token)
    emulator.clock.advance(SECOND)
    too_late = emulator.refresh(last_moment.json()["refresh_token"])

    assert last_moment.status_code == 200
    assert (too_late.status_code, too_late.json()["error"]) == (400, "invalid_grant")


def test_the_page_offers_every_company_and_the_picked_one_is_connected(emulator):
    other = emulator.server.open_company("empty-us", realm_id="9341450000000099").realm_id
    page = emulator.authorize().text

    offered = [realm for realm in (emulator.realm_id, other) if f'value="{realm}"' in page]
    code = callback_of(emulator.authorize(emulator_decision="approve", realm=other))["code"]
    emulator.session.headers["Authorization"] = f"Bearer {emulator.exchange(code).json()['access_token']}"

    assert offered == [emulator.realm_id, other]
    assert emulator.query("select * from Account").status_code == 403
    emulator.realm_id = other
    assert emulator.query("select * from Account").status_code == 200


@pytest.mark.parametrize(
    ("form", "error"),
    [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code", "redirect_uri": CALLBACK}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "AB1"}, "invalid_request"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "RT1-made-up"}, "invalid_grant"),
    ],
)
def test_a_token_request_that_makes_no_sense_gets_a_flat_error(emulator, form, error):
    answer = emulator.token(**form)

    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert answer.headers["intuit_tid"]
    assert "no-store" in answer.headers["Cache-Control"]


def test_revoking_an_access_token_ends_its_grant_and_an_unknown_one_is_refused(emulator):
    pair = emulator.exchange(emulator.code()).json()
    keys = emulator.keys

    def revoke(token):
        return emulator.session.post(
            f"{emulator.server.base_url}/v2/oauth2/tokens/revoke",
            json={"token": token},
            auth=(keys["client_id"], keys["client_secret"]),
        )

    assert revoke(pair["access_token"]).status_code == 200
    assert emulator.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"
    assert (revoke("made-up").status_code, revoke("made-up").json()["error"]) == (400, "invalid_request")
    assert revoke("").json()["error"] == "invalid_request"
