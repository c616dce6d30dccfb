"""Answers that arrive late, in pieces, in another spelling, or with what a later QuickBooks might add."""

from __future__ import annotations

import http.client
import json
import threading
import time
from urllib.parse import urlsplit

import pytest
import requests

CUSTOMER = {"DisplayName": "Harbour Street Bakery"}
CREATES = {"entity": "customer", "operation": "create"}


@pytest.fixture
def app(emulator):
    emulator.sign_in()
    return emulator


@pytest.mark.parametrize("status", [502, 503, 504])
def test_the_edge_may_fail_after_the_work_is_done(app, status):
    app.inject(f"http_{status}_after", match=CREATES)

    answer = app.post("customer", CUSTOMER)

    assert (answer.status_code, answer.content) == (status, b"")
    assert app.count("Customer") == 1


def test_an_answer_may_come_after_the_caller_has_gone(app):
    app.inject("late_answer", match=CREATES, seconds=0.4)

    with pytest.raises(requests.Timeout):
        app.session.post(f"{app.company_url}/customer", json=CUSTOMER, timeout=0.1)

    # The work came first, and only then the wait.
    assert app.count("Customer") == 1


def test_a_body_may_drip(app):
    app.inject("trickle", match={"operation": "query"}, seconds=0.4)
    connection = http.client.HTTPConnection(urlsplit(app.company_url).netloc)
    headers = {"Authorization": app.session.headers["Authorization"], "Accept": "application/json"}
    began = time.monotonic()

    connection.request(
        "GET", f"/v3/company/{app.realm_id}/query?query=select%20*%20from%20Account", headers=headers
    )
    answer = connection.getresponse()
    headed_after = time.monotonic() - began
    body = answer.read()
    whole_after = time.monotonic() - began
    connection.close()

    assert json.loads(body)["QueryResponse"]["Account"]
    assert headed_after < 0.35 < whole_after


def test_a_body_may_begin_with_a_mark_or_be_in_another_charset(app):
    app.inject("bom", match={"operation": "query"})
    marked = app.query("select * from Account")
    app.inject("wrong_charset", match={"operation": "query"})
    foreign = app.query("select * from Account")

    assert marked.content.startswith(b"\xef\xbb\xbf{")
    assert foreign.headers["Content-Type"].lower().endswith("charset=utf-8")
    assert "QueryResponse" in json.loads(foreign.content.decode("utf-16"))


def test_a_corrupt_body_is_no_json(app):
    app.inject("corrupt_json", match={"operation": "query"})

    answer = app.query("select * from Account")

    assert answer.status_code == 200
    with pytest.raises(ValueError):
        json.loads(answer.content)


def test_json_may_be_odd_and_still_be_json(app):
    app.post("customer", CUSTOMER)
    app.inject("odd_json", match={"operation": "query"})

    text = app.query("select * from Customer").text

    assert text.count('"SameKey"') == 2
    assert "1E+400" in text
    assert '"Balance":NaN' in text


def test_a_later_quickbooks_may_add_properties_and_words(app):
    app.inject("new_fields", match={"operation": "query"})

    answer = app.query("select * from Account maxresults 1").json()

    [account] = answer["QueryResponse"]["Account"]
    assert account["NewSince2027"] == {"value": "1", "name": "New"}
    assert "NewSince2027" not in answer


def test_a_session_may_have_ended_in_a_login_page(app):
    app.inject("login_302", match={"operation": "query"})

    answer = app.query("select * from Account")

    assert answer.history[0].status_code == 302
    assert answer.status_code == 200
    assert "Sign in" in answer.text


@pytest.mark.parametrize(
    ("code", "message"),
    [
        (5030, "Feature Not Supported Error"),
        (6190, "Invalid Company Status"),
        (6000, "A business validation error has occurred while processing your request"),
    ],
)
def test_any_refusal_can_be_asked_for_by_its_code(app, code, message):
    app.inject("fault_400", match=CREATES, code=code)

    answer = app.post("customer", CUSTOMER)

    [error] = answer.json()["Fault"]["Error"]
    assert (answer.status_code, error["code"], error["Message"]) == (400, str(code), message)
    assert app.count("Customer") == 0


def test_the_date_may_be_days_off(app):
    app.inject("skewed_date", match={"operation": "query"}, seconds=-172800)

    skewed = app.query("select * from Account").headers["Date"]

    assert skewed == "Wed, 28 Oct 2026 12:00:00 GMT"
    assert app.query("select * from Account").headers["Date"] == "Fri, 30 Oct 2026 12:00:00 GMT"


def names(answer):
    return [row["DisplayName"] for row in answer.json()["QueryResponse"].get("Customer", [])]


@pytest.mark.parametrize(("shift", "second"), [(1, ["D"]), (-1, ["B", "C"])])
def test_pages_may_change_between_two_reads(app, shift, second):
    """A row of an earlier page has gone: one is missed.  One has come: one is seen twice."""
    for name in "ABCD":
        app.post("customer", {"DisplayName": name})
    app.inject("changing_pages", shift=shift)
    page = "select * from Customer orderby DisplayName startposition {} maxresults 2"

    first_read, second_read = app.query(page.format(1)), app.query(page.format(3))

    assert names(first_read) == ["A", "B"]
    assert names(second_read) == second
    assert second_read.json()["QueryResponse"]["startPosition"] == 3


def test_a_batch_may_end_halfway_and_its_repetition_says_how_far_it_came(app):
    items = [
        {"bId": str(number), "operation": "create", "Customer": {"DisplayName": f"Customer {number}"}}
        for number in range(4)
    ]
    app.inject("half_batch")

    with pytest.raises(requests.ConnectionError):
        app.post("batch", {"BatchItemRequest": items}, requestid="b-1")
    again = app.post("batch", {"BatchItemRequest": items}, requestid="b-1")

    assert app.count("Customer") == 2
    assert [item["bId"] for item in again.json()["BatchItemResponse"]] == ["0", "1"]


def test_change_data_capture_may_lag_too(app):
    app.post("customer", CUSTOMER)
    app.inject("lagging_queries", match={"operation": "cdc"}, seconds=30)

    def captured():
        params = {"entities": "Customer", "changedSince": "2026-10-30T00:00:00Z"}
        answer = app.session.get(f"{app.company_url}/cdc", params=params).json()
        return answer["CDCResponse"][0]["QueryResponse"]

    assert captured() == [{}]
    assert len(captured()[0]["Customer"]) == 1


def test_a_repeated_request_id_gets_the_first_answer_though_it_was_edited_since(app):
    made = app.post("customer", CUSTOMER, requestid="r-1").json()["Customer"]
    app.post("customer", {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Notes": "edited"})

    replay = app.post("customer", CUSTOMER, requestid="r-1").json()["Customer"]

    assert replay == made
    assert replay["SyncToken"] == "0"


def test_faults_are_drawn_from_a_seed_at_a_rate(app):
    drawn = []
    for _ in range(2):
        app.control("DELETE", "faults")
        among = ["http_500", "http_503", "json_429", "empty_body"]
        app.inject("any", rate=0.5, seed=11, among=among, match={"operation": "query"})
        last = app.control("GET", "requests").json()["last"]
        for _ in range(40):
            app.query("select count(*) from Customer")
        told = app.control("GET", f"requests?after={last}").json()["requests"]
        drawn.append([request["fault"] for request in told])

    assert drawn[0] == drawn[1]
    assert 10 <= sum(fault is not None for fault in drawn[0]) <= 30
    assert set(drawn[0]) == {None, "http_500", "http_503", "json_429", "empty_body"}


def test_a_fault_passes_over_calls_that_it_cannot_strike(app):
    app.inject("invalid_grant", times=1)
    app.inject("forget_requestid", times=1)

    answer = app.query("select * from Account")

    assert answer.status_code == 200
    rules = app.control("GET", "faults").json()["rules"]
    assert [(rule["fault"], rule["matched"]) for rule in rules] == [
        ("invalid_grant", 0),
        ("forget_requestid", 0),
    ]


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        (
            {"fault": "any", "among": ["slow"]},
            '"among" is a list of some of these',
        ),
        ({"fault": "any", "among": []}, '"among" is a list of some of these'),
        ({"fault": "fault_400", "code": "stale"}, '"code" is a whole number from 1 to 99999'),
        ({"fault": "skewed_date", "seconds": 999999}, '"seconds" is a number from -172800 to 172800'),
        (
            {"fault": "webhook_lost", "match": {"entity": "invoice"}},
            "webhook_lost strikes deliveries of webhooks; its match may name nth only.",
        ),
    ],
)
def test_a_rule_that_makes_no_sense_gets_a_sentence(app, rule, sentence):
    answer = app.control("POST", "faults", rule)

    assert answer.status_code == 400
    assert answer.json()["error"].startswith(sentence)


def test_calls_go_on_beside_a_slow_one(app):
    app.inject("late_answer", match={"operation": "query"}, seconds=2)
    slow = threading.Thread(target=app.query, args=("select * from Account",))
    slow.start()
    time.sleep(0.05)

    app.post("customer", CUSTOMER)

    assert slow.is_alive()  # answered while the slow one still waits
    slow.join()
