"""Every shape of refusal that QuickBooks is known to send becomes one typed error."""

import json
from datetime import UTC, datetime

import pytest
import requests

from qb_collections.quickbooks import answers
from qb_collections.quickbooks import errors as e

NOW = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)

RECORDED_401 = {
    "warnings": None,
    "intuitObject": None,
    "fault": {
        "error": [
            {
                "message": "message=AuthenticationFailed; errorCode=003200; statusCode=401",
                "detail": "Token expired: AB01163975",
                "code": "3200",
                "element": None,
            }
        ],
        "type": "AUTHENTICATION",
    },
    "time": 1601391072830,
}
XML_429 = (
    b'<IntuitResponse time="2016-01-01" xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE">'
    b'<Error code="3001"><Message>message=ThrottleExceeded; errorCode=003001; statusCode=429</Message>'
    b"<Detail>The request limit was reached.  Try again later</Detail></Error></Fault></IntuitResponse>"
)


def response(status, body, **headers):
    made = requests.Response()
    made.status_code = status
    made._content = body if isinstance(body, bytes) else json.dumps(body).encode()
    made.headers.update({"intuit_tid": "1-abc", **headers})
    return made


def fault(code, message="Message", detail="Detail"):
    return {
        "Fault": {"Error": [{"Message": message, "Detail": detail, "code": code}], "type": "ValidationFault"}
    }


def gateway_fault(code):
    return {"fault": {"error": [{"message": "m", "detail": None, "code": code, "element": None}]}}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (401, RECORDED_401, e.Unauthorized),
        (401, b"", e.Unauthorized),
        (401, fault("120"), e.Forbidden),
        (403, gateway_fault("3100"), e.Forbidden),
        (403, fault("5020"), e.Forbidden),
        (403, b"<html>no</html>", e.Forbidden),
        (429, gateway_fault("3001"), e.Throttled),
        (429, fault("3001"), e.Throttled),
        (429, XML_429, e.Throttled),
        (429, b"", e.Throttled),
        (403, gateway_fault("3001"), e.Throttled),
        (400, fault("610"), e.NotFound),
        (400, fault("2010"), e.Refused),
        (400, fault("2500"), e.BadReference),
        (400, fault("5010"), e.Stale),
        (400, fault("6000"), e.Refused),
        (400, fault("6140"), e.DuplicateNumber),
        (400, fault("6190"), e.SubscriptionEnded),
        (400, fault("6210"), e.BooksClosed),
        (400, fault("6240"), e.Refused),
        (400, fault("not a number"), e.Refused),
        (500, fault("10000"), e.ServerTrouble),
        (503, b"<html><body>Service Unavailable</body></html>", e.ServerTrouble),
        (504, b"", e.ServerTrouble),
        (400, b"<html>proxy</html>", e.Unreadable),
        (404, b"", e.Unreadable),
        (302, b"", e.Unreadable),
        (201, b'{"Invoice":{}}', e.Unreadable),
        (204, b"", e.Unreadable),
    ],
)
def test_the_status_and_the_first_known_code_tell_what_happened(status, body, kind):
    error = answers.refusal(response(status, body), NOW)

    assert type(error) is kind
    assert error.status == status
    assert error.intuit_tid == "1-abc"


def test_a_200_is_no_refusal():
    assert answers.refusal(response(200, b"anything"), NOW) is None


def test_every_error_of_a_fault_is_kept_and_a_known_code_wins():
    body = {
        "Fault": {
            "Error": [
                {"Message": "Business rule", "Detail": "first", "code": "6000", "element": ""},
                {"Message": "Stale", "Detail": "second", "code": "5010"},
            ]
        }
    }

    error = answers.refusal(response(400, body), NOW)

    assert isinstance(error, e.Stale)
    assert [one.code for one in error.errors] == ["6000", "5010"]
    assert error.code == "5010"
    assert error.detail == "second"


def test_the_token_that_a_401_quotes_is_nowhere_in_the_error():
    error = answers.refusal(response(401, RECORDED_401), NOW)

    assert "AB01163975" not in f"{error} {error!r} {error.errors} {error.detail} {vars(error)}"


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (fault("5010"), e.Stale),
        (gateway_fault("3001"), e.Throttled),
        ({"Fault": {"Error": []}}, e.Unreadable),
        ({"Fault": {}}, e.Unreadable),
        ({"fault": "odd"}, e.Unreadable),
        (b"<html>Sign in to the hotel's network</html>", e.Unreadable),
        (b'{"Invoice":{"Id":"1","Bal', e.Unreadable),
        (b'{"Invoice":{"Balance":NaN}}', e.Unreadable),
        ("Ünal".encode("latin-1").join([b'{"Invoice":{"DocNumber":"', b'"}}']), e.Unreadable),
        (b"[]", e.Unreadable),
        (b"", e.Unreadable),
        (b"null", e.Unreadable),
    ],
)
def test_a_200_that_holds_no_answer_is_a_typed_error(body, kind):
    with pytest.raises(e.QuickBooksError) as caught:
        answers.document(response(200, body))

    assert type(caught.value) is kind
    assert caught.value.intuit_tid == "1-abc"


def test_what_cannot_be_read_is_described_and_never_quoted():
    error = answers.unreadable(response(200, b"<html>secret words</html>", **{"Content-Type": "text/html"}))

    assert "25 bytes of text/html" in str(error)
    assert "secret" not in str(error)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("30", 30.0),
        ("0", 0.0),
        ("Fri, 30 Oct 2026 15:00:45 GMT", 45.0),
        ("Fri, 30 Oct 2026 14:00:00 GMT", 0.0),
        ("99999999999", 86_400.0),
        ("soon", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(header, seconds):
    assert answers.retry_after(response(429, b"", **{"Retry-After": header}), NOW) == seconds


@pytest.mark.parametrize(
    "body",
    [
        b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]><Fault><Error code='3001'>&a;</Error></Fault>",
        b"<Fault><Error code='3001'>",
        b"<\xff\xfe>",
        b"{" * 100_000,
    ],
)
def test_a_hostile_body_has_no_errors_in_it(body):
    assert answers.fault_errors(body) == ()


@pytest.mark.parametrize(
    ("kind", "retryable", "definite"),
    [
        (e.Unreachable, True, True),
        (e.AnswerLost, True, False),
        (e.ServerTrouble, True, False),
        (e.Throttled, True, True),
        (e.Unreadable, True, True),
        (e.Unauthorized, False, True),
        (e.ReconnectNeeded, False, True),
        (e.OperatorSetting, False, True),
        (e.Stale, False, True),
        (e.BooksClosed, False, True),
    ],
)
def test_each_error_says_whether_trying_again_helps_and_whether_something_may_have_happened(
    kind, retryable, definite
):
    assert (kind.retryable, kind.definite) == (retryable, definite)


def test_code_written_for_the_library_still_catches_our_errors():
    from quickbooks.exceptions import QuickbooksException

    error = e.Stale(code="5010", detail="Stale Object Error")

    assert isinstance(error, QuickbooksException)
    assert error.error_code == 5010
