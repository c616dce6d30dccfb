"""What people do to the app's access: disconnect it, end its tokens, let the subscription lapse."""

from __future__ import annotations

import pytest

CUSTOMER = {"DisplayName": "Harbour Street Bakery"}


@pytest.fixture
def app(emulator):
    emulator.sign_in()
    return emulator


def act(app, **told):
    return app.control("POST", f"companies/{app.realm_id}/acts", told)


def test_a_disconnected_company_refuses_access_and_refresh(app):
    done = act(app, act="disconnect").json()

    assert done == {"grants_ended": 1}
    assert app.query("select * from Account").status_code == 401
    assert app.refresh(app.keys["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_company_can_be_connected_again_after_a_disconnection(app):
    act(app, act="disconnect")

    pair = app.exchange(app.code()).json()
    app.session.headers["Authorization"] = f"Bearer {pair['access_token']}"

    assert app.query("select * from Account").status_code == 200


def test_access_may_end_before_its_hour_while_refreshing_goes_on(app):
    # One came with the consent, one with the refresh that signed the test in.
    assert act(app, act="end_access").json() == {"access_tokens_ended": 2}

    refused = app.query("select * from Account")
    app.sign_in()

    assert refused.status_code == 401
    assert refused.json()["fault"]["error"][0]["code"] == "3200"
    assert app.query("select * from Account").status_code == 200


def test_another_company_keeps_its_access(app):
    other = app.server.open_company("empty-us", realm_id="9341450000000099").realm_id

    app.control("POST", f"companies/{other}/acts", {"act": "disconnect"})

    assert app.query("select * from Account").status_code == 200


def test_a_lapsed_subscription_reads_and_does_not_write_until_it_is_paid(app):
    lapsed = act(app, act="lapse").json()
    refused = app.post("customer", CUSTOMER)
    read = app.query("select * from Account")
    resumed = act(app, act="resume").json()

    assert (lapsed, resumed) == ({"subscription": "lapsed"}, {"subscription": "active"})
    assert (refused.status_code, refused.json()["Fault"]["Error"][0]["code"]) == (400, "6190")
    assert read.status_code == 200
    assert app.post("customer", CUSTOMER).status_code == 200


def test_an_act_on_access_takes_nothing_else(app):
    answer = act(app, act="lapse", until="tomorrow")

    assert answer.status_code == 400
    assert answer.json() == {"error": "The act lapse needs nothing else, got until."}


def test_counters_show_how_full_each_bucket_is_without_refusing(app):
    for _ in range(3):
        app.query("select * from Account")
    app.post("batch", {"BatchItemRequest": []})

    throttle = app.control("GET", "counters").json()["throttle"]

    assert throttle["refuses"] is False
    assert throttle["buckets"] == {
        app.realm_id: {
            "per_minute": {"now": 4, "limit": 500},
            "per_second": {"now": 4, "limit": 10},
            "batches_per_minute": {"now": 1, "limit": 40},
            "company_batches_per_minute": {"now": 1, "limit": 120},
        }
    }
    assert throttle["over"] == dict.fromkeys(throttle["buckets"][app.realm_id], 0)
