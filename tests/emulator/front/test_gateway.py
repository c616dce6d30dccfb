"""What stands before the books: bearer tokens, companies, limits, headers."""

from __future__ import annotations

import gzip
from datetime import timedelta

import pytest
import requests

ASK = "select * from Invoice"


def test_an_access_token_opens_its_company_for_3600_seconds(emulator):
    emulator.sign_in()

    emulator.clock.advance(timedelta(seconds=3599))
    in_time = emulator.query(ASK)
    emulator.clock.advance(timedelta(seconds=1))
    expired = emulator.query(ASK)

    assert in_time.status_code == 200
    assert expired.status_code == 401
    assert expired.headers["WWW-Authenticate"] == 'Bearer realm="Intuit", error="invalid_token"'
    error = expired.json()["fault"]["error"][0]
    assert error["code"] == "3200"
    assert error["message"] == "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    assert error["detail"].startswith("Token expired: eyJhbGciOiJkaXIi")
    assert expired.json()["time"] == 1793365200000  # 2026-10-30T13:00:00Z in milliseconds


def test_no_token_at_all_is_401(emulator):
    assert emulator.query(ASK).status_code == 401


def test_a_token_does_not_open_another_company(emulator):
    emulator.sign_in()
    other = emulator.server.open_company("empty-us", realm_id="9341450000000099").realm_id

    foreign = emulator.session.get(f"{emulator.server.base_url}/v3/company/{other}/companyinfo/{other}")
    unknown = emulator.session.get(f"{emulator.server.base_url}/v3/company/1/companyinfo/1")

    for answer in (foreign, unknown):
        assert answer.status_code == 403
        assert answer.json()["fault"]["error"][0]["code"] == "3100"


def test_answers_carry_both_names_of_the_trace_id_and_the_emulators_date(emulator):
    emulator.sign_in()

    answer = emulator.query(ASK)

    assert answer.headers["intuit_tid"] == answer.headers["Intuit-Tid"]
    assert answer.headers["Date"] == "Fri, 30 Oct 2026 12:00:00 GMT"
    assert answer.headers["Content-Type"].replace(" ", "").lower() == "application/json;charset=utf-8"


def test_a_long_answer_is_compressed_only_for_who_accepts_it(emulator):
    emulator.sign_in()

    packed = emulator.session.get(
        f"{emulator.company_url}/query",
        params={"query": "select * from Account"},
        headers={"Accept-Encoding": "gzip"},
        stream=True,
    )
    plain = emulator.session.get(
        f"{emulator.company_url}/query",
        params={"query": "select * from Account"},
        headers={"Accept-Encoding": "identity"},
    )

    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.raw.read(decode_content=False)) == plain.content
    assert "Content-Encoding" not in plain.headers


def test_every_answer_has_its_trace_id_the_refusals_too(emulator):
    emulator.sign_in()
    asked = [
        *[(method, "/v3/company/{realm}/invoice/1") for method in ("GET", "HEAD", "OPTIONS", "PUT", "TRACE")],
        *[("GET", path) for path in ("/nothing", "/v3/company/{realm}", "/v3/company/1/invoice/1")],
        *[("GET", f"/v3/company/{{realm}}/{path}") for path in ("query", "invoice/1.5", "reports/Nope", "x")],
        *[("POST", f"/v3/company/{{realm}}/{path}") for path in ("invoice", "batch", "upload", "query")],
        *[("POST", path) for path in ("/oauth2/v1/tokens/bearer", "/v2/oauth2/tokens/revoke")],
        ("GET", "/connect/oauth2"),
    ]

    answers = [
        emulator.session.request(method, emulator.server.base_url + path.format(realm=emulator.realm_id))
        for method, path in asked
    ]

    assert [answer.status_code for answer in answers] == [
        *(400, 400, 400, 400, 405),
        *(404, 400, 403),
        *(400, 400, 400, 400),
        *(400, 400, 400, 400),
        *(401, 401),
        400,
    ]
    assert all(answer.headers["intuit_tid"].startswith("1-") for answer in answers)
    assert len({answer.headers["intuit_tid"] for answer in answers}) == len(asked)


@pytest.mark.parametrize("method", ["TRACE", "CONNECTING"])
def test_odd_methods_are_405(emulator, method):
    assert requests.request(method, f"{emulator.company_url}/query").status_code == 405


def test_the_eleventh_request_in_one_second_is_refused_where_throttling_is_on(throttled):
    throttled.sign_in()

    first_ten = [throttled.query(ASK).status_code for _ in range(10)]
    eleventh = throttled.query(ASK)
    throttled.clock.advance(timedelta(seconds=1))
    a_second_later = throttled.query(ASK)

    assert first_ten == [200] * 10
    assert eleventh.status_code == 429
    assert eleventh.json()["fault"]["error"][0]["code"] == "3001"
    assert a_second_later.status_code == 200


def test_who_does_not_ask_for_json_is_throttled_in_xml(throttled):
    throttled.sign_in()
    throttled.session.headers["Accept"] = "*/*"

    answers = [throttled.query(ASK) for _ in range(11)]

    assert answers[-1].status_code == 429
    assert answers[-1].headers["Content-Type"].startswith("application/xml")
    assert '<Error code="3001">' in answers[-1].text


def test_the_forty_first_batch_in_a_minute_is_refused(throttled):
    throttled.sign_in()
    empty = {"BatchItemRequest": [{"bId": "1", "Query": "select count(*) from Invoice"}]}

    statuses = []
    for _ in range(41):
        throttled.clock.advance(timedelta(milliseconds=500))
        statuses.append(throttled.post("batch", empty).status_code)
    throttled.clock.advance(timedelta(seconds=40))
    later = throttled.post("batch", empty).status_code

    assert statuses == [200] * 40 + [429]
    assert later == 200


def test_the_501st_request_in_a_minute_is_refused(throttled):
    throttled.sign_in()

    statuses = []
    for _ in range(501):
        throttled.clock.advance(timedelta(milliseconds=110))
        statuses.append(throttled.session.get(f"{throttled.company_url}/preferences").status_code)

    assert statuses == [200] * 500 + [429]


def test_without_throttling_a_full_bucket_is_counted_and_not_refused(emulator):
    emulator.sign_in()

    statuses = {emulator.query(ASK).status_code for _ in range(12)}

    assert statuses == {200}
    told = emulator.control("GET", "counters").json()["throttle"]
    assert told["refuses"] is False
    assert told["over"] == {
        "per_minute": 0,
        "per_second": 2,
        "batches_per_minute": 0,
        "company_batches_per_minute": 0,
    }
