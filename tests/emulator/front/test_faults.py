"""Faults on demand: what each does to the books, and what the caller sees."""

from __future__ import annotations

import io
import time
from datetime import timedelta

import pytest
import requests

from qb_collections.emulator.calls import read_call
from qb_collections.emulator.faults import FAULTS, ConnectionLost, FaultRules

CUSTOMER = {"DisplayName": "Harbour Street Bakery"}


@pytest.fixture
def app(emulator):
    emulator.sign_in()
    return emulator


def test_a_lost_answer_was_stored_and_its_replay_returns_the_original(app):
    app.inject("lose_answer", match={"entity": "customer", "operation": "create"})

    with pytest.raises(requests.ConnectionError):
        app.post("customer", CUSTOMER, requestid="r-1")
    stored = app.count("Customer")
    replay = app.post("customer", CUSTOMER, requestid="r-1")

    assert stored == 1
    assert replay.status_code == 200
    assert replay.json()["Customer"]["DisplayName"] == "Harbour Street Bakery"
    assert app.count("Customer") == 1


def test_a_refused_connection_stored_nothing(app):
    app.inject("refuse_before", match={"entity": "customer"})

    with pytest.raises(requests.ConnectionError):
        app.post("customer", CUSTOMER, requestid="r-1")

    assert app.count("Customer") == 0
    lost = app.control("GET", "requests").json()["requests"][-2]
    assert (lost["status"], lost["fault"], lost["requestid"]) == (None, "refuse_before", "r-1")


@pytest.mark.parametrize(("fault", "stored"), [("http_500", 0), ("http_500_after", 1)])
def test_a_500_may_come_before_or_after_the_work(app, fault, stored):
    app.inject(fault, match={"entity": "customer"})

    answer = app.post("customer", CUSTOMER)

    assert answer.status_code == 500
    assert answer.json()["Fault"]["Error"][0]["code"] == "10000"
    assert app.count("Customer") == stored


@pytest.mark.parametrize(
    ("fault", "status", "beginning"),
    [
        ("html_200", 200, "<!DOCTYPE html>"),
        ("html_503", 503, "<!DOCTYPE html>"),
        ("http_502", 502, ""),
        ("http_503", 503, ""),
        ("http_504", 504, ""),
        ("xml_429", 429, "<IntuitResponse "),
        ("json_429", 429, '{"fault":'),
        ("lower_401", 401, '{"warnings":'),
        ("403_3100", 403, '{"fault":'),
        ("fault_in_200", 200, '{"Fault":'),
    ],
)
def test_an_invented_answer_has_its_status_and_shape_and_stores_nothing(app, fault, status, beginning):
    app.inject(fault, match={"method": "POST", "path": "*/customer"})

    answer = app.post("customer", CUSTOMER)

    assert answer.status_code == status
    assert answer.text.replace(" ", "").startswith(beginning.replace(" ", ""))
    assert app.count("Customer") == 0


def test_a_throttle_may_say_when_to_come_back(app):
    app.inject("json_429", retry_after=17, times=1)
    app.inject("xml_429", times=1)

    with_time, without = app.query("select * from Invoice"), app.query("select * from Invoice")

    assert with_time.headers["Retry-After"] == "17"
    assert "Retry-After" not in without.headers


def test_a_cut_off_answer_is_half_of_the_json_and_the_work_is_done(app):
    whole = app.query("select * from Account").content
    app.inject("cut_off", match={"entity": "account", "operation": "query"})
    app.inject("empty_body", match={"entity": "customer", "operation": "create"})

    half = app.query("select * from Account").content
    empty = app.post("customer", CUSTOMER)

    assert abs(len(half) - len(whole) // 2) <= 1
    assert half[:50] == whole[:50]
    assert (empty.status_code, empty.content) == (200, b"")
    assert app.count("Customer") == 1


def test_a_forgotten_request_id_is_carried_out_again(app):
    app.inject("forget_requestid", match={"entity": "invoice", "nth": 2})
    customer = app.post("customer", CUSTOMER).json()["Customer"]["Id"]
    item = app.query("select * from Item maxresults 1").json()["QueryResponse"]["Item"][0]["Id"]
    invoice = {
        "CustomerRef": {"value": customer},
        "Line": [
            {
                "Amount": 100.00,
                "DetailType": "SalesItemLineDetail",
                "SalesItemLineDetail": {"ItemRef": {"value": item}},
            }
        ],
    }

    first = app.post("invoice", invoice, requestid="r-1").json()["Invoice"]["Id"]
    second = app.post("invoice", invoice, requestid="r-1").json()["Invoice"]["Id"]

    assert first != second


def test_a_slow_answer_takes_its_time_and_is_right(app):
    app.inject("slow", seconds=0.3, match={"operation": "query"})

    began = time.monotonic()
    answer = app.query("select * from Account")

    assert time.monotonic() - began >= 0.3
    assert answer.status_code == 200


def test_a_refresh_whose_answer_is_lost_can_be_repeated_with_the_old_token(emulator):
    token = emulator.keys["refresh_token"]
    emulator.inject("lose_answer", match={"path": "/oauth2/v1/tokens/bearer"})

    with pytest.raises(requests.ConnectionError):
        emulator.refresh(token)

    assert emulator.refresh(token).status_code == 200


def test_times_bounds_how_often_a_rule_strikes(app):
    app.inject("http_503", times=2)

    statuses = [app.query("select * from Invoice").status_code for _ in range(4)]

    assert statuses == [503, 503, 200, 200]


def test_a_rate_is_repeatable_from_its_seed():
    call = read_call("GET", "/v3/company/1/query", {"query": "select * from Invoice"}, {}, b"")

    def strikes(seed: int) -> list[bool]:
        rules = FaultRules()
        rules.add({"fault": "http_503", "rate": 0.3, "seed": seed})
        return [bool(rules.strike(call)) for _ in range(200)]

    assert strikes(7) == strikes(7)
    assert strikes(7) != strikes(8)
    assert 30 <= sum(strikes(7)) <= 90


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_strikes_by_rule_and_by_seed(fault):
    """On the kind of call that it is for: a refresh, a batch, a page, or any other."""
    page = {"query": "select * from Invoice startposition 101", "requestid": "r1"}
    calls = [
        read_call("POST", "/oauth2/v1/tokens/bearer", {}, {}, b""),
        read_call("POST", "/v3/company/1/batch", {"requestid": "r2"}, {}, b"{}"),
        read_call("GET", "/v3/company/1/query", page, {}, b""),
        read_call("POST", "/v3/company/1/invoice", {"requestid": "r3"}, {}, b"{}"),
    ]

    def struck(rule):
        rules = FaultRules()
        rules.add({"fault": fault, **rule})
        if fault.startswith("webhook_"):
            return sum(bool(rules.strike_delivery()) for _ in range(50))
        return sum(bool(rules.strike(call)) for call in calls * 50)

    assert struck({}) == 1
    assert struck({"times": 3}) == 3
    assert 5 <= struck({"rate": 0.3, "seed": 7}) <= 100


def test_rules_can_be_listed_and_taken_out(app):
    first = app.inject("http_503", times=5)
    app.inject("http_500", times=5)

    one_gone = app.control("DELETE", f"faults/{first['id']}").json()
    left = [rule["fault"] for rule in app.control("GET", "faults").json()["rules"]]
    rest_gone = app.control("DELETE", "faults").json()

    assert (one_gone, left, rest_gone) == ({"deleted": 1}, ["http_500"], {"deleted": 1})
    assert app.query("select * from Invoice").status_code == 200


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ({"fault": "gremlins"}, "gremlins"),
        ({}, "None"),
        ([], "JSON object"),
        ({"fault": "slow", "often": 3}, "often"),
        ({"fault": "slow", "rate": 1.5}, "rate"),
        ({"fault": "slow", "times": 0}, "times"),
        ({"fault": "slow", "times": True}, "times"),
        ({"fault": "slow", "seconds": "long"}, "seconds"),
        ({"fault": "slow", "match": {"colour": "red"}}, "colour"),
        ({"fault": "slow", "match": {"operation": "dance"}}, "dance"),
        ({"fault": "slow", "match": {"entity": 7}}, "entity"),
    ],
)
def test_a_rule_that_makes_no_sense_gets_a_sentence(emulator, rule, word):
    answer = emulator.control("POST", "faults", rule)

    assert answer.status_code == 400
    assert word in answer.json()["error"]
    assert emulator.control("GET", "faults").json()["rules"] == []


def test_a_caller_in_the_same_process_sees_the_lost_connection_as_an_exception(emulator):
    emulator.inject("lose_answer")
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/.well-known/openid_configuration",
        "QUERY_STRING": "",
        "wsgi.input": io.BytesIO(),
    }

    with pytest.raises(ConnectionLost):
        emulator.server.front(environ, lambda status, headers: None)


def test_nth_strikes_only_that_match(app):
    app.inject("http_503", match={"operation": "query", "nth": 3})

    statuses = [app.query("select * from Invoice").status_code for _ in range(5)]

    assert statuses == [200, 200, 503, 200, 200]


def test_lagging_queries_show_records_as_they_stood(app):
    made = app.post("customer", {"DisplayName": "Ada"}).json()["Customer"]
    app.clock.advance(timedelta(seconds=60))
    change = {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True, "Notes": "calls back"}
    app.post("customer", change)
    app.post("customer", {"DisplayName": "Bob"})
    app.clock.advance(timedelta(seconds=19))
    app.inject("lagging_queries", seconds=20, times=100)

    too_early = app.query("select * from Customer").json()["QueryResponse"]
    unseen = app.query("select * from Customer where DisplayName = 'Bob'").json()["QueryResponse"]
    read = app.session.get(f"{app.company_url}/customer/{made['Id']}").json()["Customer"]
    app.clock.advance(timedelta(seconds=1))
    in_step = app.query("select * from Customer").json()["QueryResponse"]["Customer"]

    assert [(row["DisplayName"], row.get("Notes")) for row in too_early["Customer"]] == [("Ada", None)]
    assert too_early["maxResults"] == 1
    assert unseen == {}
    assert read["Notes"] == "calls back"
    assert [(row["DisplayName"], row.get("Notes")) for row in in_step] == [
        ("Ada", "calls back"),
        ("Bob", None),
    ]
