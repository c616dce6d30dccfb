"""The control surface: the clock, people's acts, ground truth, and what is open without it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import requests

from qb_collections.emulator.clocks import ManualClock, RealClock, ShiftedClock
from qb_collections.emulator.serve import EmulatorServer
from tests.emulator.front.driver import run_server

AT = datetime(2026, 10, 30, 12, 0, tzinfo=UTC)


def test_the_clock_is_read_advanced_and_set(emulator):
    read = emulator.control("GET", "clock").json()
    advanced = emulator.control("POST", "clock", {"advance_seconds": 90}).json()
    moved = emulator.control("POST", "clock", {"now": "2026-11-02T09:30:00-05:00"}).json()

    assert read == {"now": "2026-10-30T12:00:00+00:00", "clock": "manual"}
    assert advanced["now"] == "2026-10-30T12:01:30+00:00"
    assert moved["now"] == "2026-11-02T14:30:00+00:00"
    assert emulator.clock.now() == datetime(2026, 11, 2, 14, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wanted", "word"),
    [
        ({"now": "2026-10-30T11:59:59Z"}, "only moves forward"),
        ({"now": "2026-11-02"}, "time zone"),
        ({"now": "tomorrow"}, "tomorrow"),
        ({"advance_seconds": -1}, "-1"),
        ({"advance_seconds": "60"}, "'60'"),
        ({"advance_seconds": 1, "now": "2026-11-02T00:00:00Z"}, "one of the two"),
        ({}, "one of the two"),
        ([1], "JSON object"),
    ],
)
def test_a_move_that_makes_no_sense_gets_a_sentence_and_moves_nothing(emulator, wanted, word):
    answer = emulator.control("POST", "clock", wanted)

    assert answer.status_code == 400
    assert word in answer.json()["error"]
    assert emulator.clock.now() == AT


def test_a_real_clock_cannot_be_moved():
    server = EmulatorServer(path=None, clock=RealClock(), control=True)
    server.start()
    try:
        answer = requests.post(f"{server.base_url}/emulator/control/clock", json={"advance_seconds": 1})
    finally:
        server.stop()

    assert answer.status_code == 400
    assert "real clock" in answer.json()["error"]


def test_without_control_only_keys_and_time_are_open():
    runs = run_server(control=False)
    emulator = next(runs)
    base = emulator.server.base_url
    try:
        keys = requests.get(f"{base}/emulator/credentials").json()
        clock = requests.get(f"{base}/emulator/clock").json()
        moved = requests.post(f"{base}/emulator/clock", json={"advance_seconds": 1})
        steered = emulator.control("GET", "requests")
        ready = emulator.server.ready_line()
    finally:
        runs.close()

    assert keys["control_url"] is None
    assert ready["control_url"] is None
    assert keys["companies"] == [
        {"realm_id": emulator.realm_id, "name": keys["companies"][0]["name"], "kind": "empty-us"}
    ]
    assert keys["clock"] == "manual"
    assert clock == {"now": "2026-10-30T12:00:00+00:00"}
    assert moved.status_code == 405
    assert steered.status_code == 404
    assert "--control" in steered.json()["error"]


def test_the_published_keys_are_enough_to_connect(emulator):
    keys = requests.get(f"{emulator.server.base_url}/emulator/credentials").json()

    assert keys["base_url"] == emulator.server.base_url
    assert keys["discovery_url"] == emulator.keys["discovery_url"]
    assert keys["client_id"] == emulator.keys["client_id"]
    assert keys["client_secret"] == emulator.keys["client_secret"]
    assert keys["webhook_verifier_token"] == emulator.keys["webhook_verifier_token"]
    assert keys["control_url"] == f"{emulator.server.base_url}/emulator/control"


def test_a_page_that_rebinds_a_name_to_this_machine_gets_no_keys(emulator):
    answer = requests.get(
        f"{emulator.server.base_url}/emulator/credentials", headers={"Host": "rebound.example"}
    )

    assert answer.status_code == 403
    assert "client_secret" not in answer.text


def test_every_call_is_recorded_with_its_instant_and_no_body(emulator):
    emulator.sign_in()
    before = emulator.control("GET", "requests").json()["last"]
    emulator.control("POST", "clock", {"advance_seconds": 60})
    emulator.post("customer", {"DisplayName": "Ada"}, requestid="r-9")

    told = emulator.control("GET", f"requests?after={before}").json()["requests"]

    assert [call["kind"] for call in told] == ["create"]
    call = told[0]
    assert call["at"] == "2026-10-30T12:01:00.000000+00:00"
    assert (call["method"], call["status"], call["requestid"]) == ("POST", 200, "r-9")
    assert call["path"] == f"/v3/company/{emulator.realm_id}/customer"
    assert call["body_bytes"] == len('{"DisplayName": "Ada"}')
    assert call["intuit_tid"].startswith("1-")
    assert "Ada" not in str(call)


def test_counters_tell_the_kinds_of_calls_apart(emulator):
    emulator.sign_in()
    made = emulator.post("customer", {"DisplayName": "Ada"}).json()["Customer"]
    emulator.post(
        "customer", {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True, "Notes": "x"}
    )
    emulator.query("select * from Customer")
    emulator.session.get(f"{emulator.company_url}/customer/{made['Id']}")
    emulator.session.get(
        f"{emulator.company_url}/cdc",
        params={"entities": "Invoice", "changedSince": "2026-10-30T00:00:00Z"},
    )
    emulator.post("batch", {"BatchItemRequest": [{"bId": "1", "Query": "select * from Customer"}]})

    calls = emulator.control("GET", "counters").json()["calls"]

    assert calls == {"oauth": 1, "create": 1, "update": 1, "query": 1, "read": 1, "cdc": 1, "batch": 1}


def test_versions_tell_an_entitys_whole_history(emulator):
    emulator.sign_in()
    made = emulator.post("customer", {"DisplayName": "Ada"}).json()["Customer"]
    emulator.post(
        "customer", {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True, "Notes": "x"}
    )

    told = emulator.control("GET", f"versions/{emulator.realm_id}/Customer/{made['Id']}").json()["versions"]

    assert len(told) == 2


def test_the_trial_balance_of_an_untouched_company_is_nothing(emulator):
    told = emulator.control("GET", f"companies/{emulator.realm_id}/trial-balance?as_of=2026-10-30&basis=cash")

    assert told.status_code == 200
    assert "trial_balance" in told.json()


@pytest.mark.parametrize(
    ("method", "path", "body", "word"),
    [
        ("GET", "companies/77/trial-balance", None, "'77'"),
        ("GET", "companies/{realm}/trial-balance?basis=hearsay", None, "hearsay"),
        ("GET", "companies/{realm}/trial-balance?as_of=31.12.2026", None, "31.12.2026"),
        ("GET", "requests?after=x", None, "after"),
        ("POST", "companies", {"kind": "circus"}, "circus"),
        ("POST", "companies", {}, "demo"),
        ("POST", "companies/{realm}/acts", {"act": "levitate"}, "levitate"),
        ("POST", "companies/{realm}/acts", {}, "act"),
        ("POST", "webhooks", {"url": "http://example.com/hook"}, "this machine"),
        ("POST", "webhooks", {"url": "http://127.0.0.1/", "form": "smoke"}, "smoke"),
    ],
)
def test_a_control_call_that_makes_no_sense_gets_a_sentence(emulator, method, path, body, word):
    answer = emulator.control(method, path.replace("{realm}", emulator.realm_id), body)

    assert answer.status_code == 400
    assert word in answer.json()["error"]


def test_a_further_company_can_be_built(emulator):
    made = emulator.control("POST", "companies", {"kind": "empty-us"})

    assert made.status_code == 201
    listed = requests.get(f"{emulator.server.base_url}/emulator/credentials").json()["companies"]
    assert [company["realm_id"] for company in listed] == [emulator.realm_id, made.json()["realm_id"]]


def test_the_index_says_what_this_is(emulator):
    page = requests.get(emulator.server.base_url + "/")

    assert page.status_code == 200
    assert "This is not Intuit" in page.text
    assert emulator.realm_id in page.text


def test_a_host_other_than_this_machine_is_refused():
    with pytest.raises(ValueError, match=r"'0\.0\.0\.0' is not a loopback address"):
        EmulatorServer(path=None, clock=ManualClock(AT), host="0.0.0.0")


def test_a_shifted_clock_runs_on_from_its_start_and_can_be_moved():
    clock = ShiftedClock(AT)

    first, second = clock.now(), clock.now()
    clock.set(datetime(2027, 1, 1, tzinfo=UTC))

    assert AT <= first <= second
    assert (first - AT).total_seconds() < 5
    assert clock.now() >= datetime(2027, 1, 1, tzinfo=UTC)
    with pytest.raises(ValueError, match="no time zone"):
        clock.set(datetime(2027, 1, 1))  # noqa: DTZ001


def test_a_person_pays_and_a_scheduled_payment_comes_when_the_clock_gets_there():
    runs = run_server()
    emulator = next(runs)
    try:
        demo = emulator.server.open_company("demo")
        emulator.clock.set(demo.start_at)
        engine = emulator.server.engine
        found = engine.query(demo.realm_id, "select * from Invoice where Balance > '500' maxresults 2")
        first, second = found["Invoice"]
        later = {"act": "pay", "invoice": second["DocNumber"]}
        acts = f"companies/{demo.realm_id}/acts"
        due_at = "2026-10-31T15:00:00-04:00"

        paid = emulator.control("POST", acts, {"act": "pay", "invoice": first["DocNumber"]})
        emulator.control("POST", acts, {"act": "schedule", "at": due_at, "then": later})
        emulator.control("POST", "clock", {"now": "2026-10-31T14:59:59-04:00"})
        before = engine.read(demo.realm_id, "Invoice", second["Id"])["Balance"]
        emulator.control("POST", "clock", {"advance_seconds": 1})
        after = engine.read(demo.realm_id, "Invoice", second["Id"])["Balance"]

        assert paid.status_code == 200, paid.text
        assert engine.read(demo.realm_id, "Invoice", first["Id"])["Balance"] == 0
        assert before == second["Balance"]
        assert after == 0
    finally:
        runs.close()


def test_the_demos_trial_balance_balances_and_an_invoice_has_a_page():
    runs = run_server()
    emulator = next(runs)
    try:
        demo = emulator.server.open_company("demo")
        emulator.clock.set(demo.start_at)
        invoice = emulator.server.engine.query(demo.realm_id, "select * from Invoice maxresults 1")[
            "Invoice"
        ][0]

        told = emulator.control("GET", f"companies/{demo.realm_id}/trial-balance?basis=accrual").text
        page = requests.get(
            f"{emulator.server.base_url}/app/invoice",
            params={"txnId": invoice["Id"], "realm": demo.realm_id},
        )

        rows = json.loads(told, parse_float=Decimal)["trial_balance"]
        debits = sum((row["debit"] for row in rows), Decimal(0))
        assert debits == sum((row["credit"] for row in rows), Decimal(0))
        assert debits > 100_000
        assert page.status_code == 200
        assert invoice["DocNumber"] in page.text
    finally:
        runs.close()


def test_a_restarted_emulator_knows_where_its_clock_was(tmp_path):
    path = str(tmp_path / "emulator.db")
    first_run = run_server(path)
    emulator = next(first_run)
    emulator.control("POST", "clock", {"now": "2026-12-24T18:00:00Z"})
    first_run.close()

    second_run = run_server(path)
    resumed = next(second_run).server.resume_at()
    second_run.close()

    assert resumed == datetime(2026, 12, 24, 18, tzinfo=UTC)


@pytest.mark.parametrize("realm_id", ["12a", "", "-1", "1" * 20])
def test_a_realm_id_is_a_number(emulator, realm_id):
    answer = emulator.control("POST", "companies", {"kind": "empty-us", "realm_id": realm_id})

    assert answer.status_code == 400
    assert "at most 19 digits" in answer.json()["error"]


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("uk-vat", {}),
        ("multicurrency", {}),
        ("long-invoices", {"invoices": 1}),
        ("many-invoices", {"invoices": 20}),
    ],
)
def test_every_kind_of_company_is_built_and_its_books_balance(emulator, kind, options):
    made = emulator.control("POST", "companies", {"kind": kind, **options})

    assert made.status_code == 201, made.text
    realm_id = made.json()["realm_id"]
    rows = emulator.control("GET", f"companies/{realm_id}/trial-balance").json()["trial_balance"]
    assert rows
    assert sum(Decimal(str(row["debit"])) - Decimal(str(row["credit"])) for row in rows) == 0
