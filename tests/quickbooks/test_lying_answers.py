"""Answers that lie: whatever arrives with a 200, a call ends in a value or in one of our errors."""

import json
import random
from datetime import UTC, datetime
from decimal import Decimal
from io import BytesIO

import pytest
import requests
from urllib3 import HTTPResponse

from qb_collections import logs
from qb_collections.clock import ManualClock
from qb_collections.quickbooks import errors as e
from qb_collections.quickbooks import oauth
from qb_collections.quickbooks.gateway import open_gateway
from qb_collections.quickbooks.intuit import Connection
from qb_collections.quickbooks.limits import Limiter
from qb_collections.services import aged_receivables

AT = datetime(2026, 10, 30, 15, 0, tzinfo=UTC)
META = {"CreateTime": "2026-10-01T08:00:00-07:00", "LastUpdatedTime": "2026-10-02T08:00:00-07:00"}
CUSTOMER = {
    "Id": "1",
    "DisplayName": "Amy",
    "Active": True,
    "Balance": 120.5,
    "CurrencyRef": {"value": "USD", "name": "United States Dollar"},
    "PrimaryEmailAddr": {"Address": "amy@birds.example"},
    "BillAddr": {"City": "Chattanooga", "CountrySubDivisionCode": "TN"},
    "MetaData": META,
}
INVOICE = {
    "Id": "7",
    "SyncToken": "3",
    "CustomerRef": {"value": "1"},
    "DocNumber": "1007",
    "TxnDate": "2026-10-01",
    "DueDate": "2026-10-31",
    "TotalAmt": 120.5,
    "Balance": 120.5,
    "EmailStatus": "NotSet",
    "DeliveryInfo": {"DeliveryType": "Email", "DeliveryTime": "2026-10-02T08:00:00-07:00"},
    "Line": [{"Id": "1", "Amount": 120.5, "DetailType": "SalesItemLineDetail"}],
    "LinkedTxn": [],
    "MetaData": META,
}
PAYMENT = {
    "Id": "9",
    "CustomerRef": {"value": "1"},
    "TxnDate": "2026-10-05",
    "TotalAmt": 20,
    "UnappliedAmt": 5,
    "Line": [{"Amount": 15, "LinkedTxn": [{"TxnId": "7", "TxnType": "Invoice"}]}],
    "MetaData": META,
}
MEMO = {
    "Id": "11",
    "CustomerRef": {"value": "1"},
    "TxnDate": "2026-10-05",
    "TotalAmt": 20,
    "RemainingCredit": 5,
    "MetaData": META,
}
TIME = "2026-10-30T08:00:00.000-07:00"
SLOTS = [{"Customer": [CUSTOMER]}, {"Invoice": [INVOICE]}, {"Payment": [PAYMENT]}, {"CreditMemo": [MEMO]}]
AGED = {
    "Columns": {
        "Column": [{"ColTitle": "", "ColType": "Customer"}, {"ColTitle": "Total", "ColType": "Money"}]
    },
    "Rows": {"Row": [{"ColData": [{"value": "Amy", "id": "1"}, {"value": "120.50"}]}]},
}
SAVED = [
    (
        {"QueryResponse": {"Invoice": [INVOICE], "maxResults": 1}, "time": TIME},
        lambda g: g.open_invoices(done),
    ),
    ({"QueryResponse": {"Customer": [CUSTOMER]}, "time": TIME}, lambda g: g.customers(done)),
    ({"QueryResponse": {"Payment": [PAYMENT]}, "time": TIME}, lambda g: g.changed_payments(AT, done)),
    ({"CDCResponse": [{"QueryResponse": SLOTS}], "time": TIME}, lambda g: g.changes(AT)),
    (
        {"BatchItemResponse": [{"bId": str(n + 1), "QueryResponse": s} for n, s in enumerate(SLOTS)]},
        lambda g: g.live(["1"]),
    ),
    ({"CompanyInfo": {"CompanyName": "Birds", "MetaData": META}}, lambda g: g.company_info()),
    ({"Preferences": {"CurrencyPrefs": {"HomeCurrency": {"value": "USD"}}}}, lambda g: g.preferences()),
    (AGED, lambda g: aged_receivables.per_customer(g, AT.date())),
    ({"Invoice": INVOICE, "time": TIME}, lambda g: g.write_note("7", "3", "called", "r1")),
    (
        {"BatchItemResponse": [{"bId": "1", "Invoice": INVOICE}], "time": TIME},
        lambda g: g.write_notes([("7", "3", "called")], "r1"),
    ),
    ({"QueryResponse": {"totalCount": 3}, "time": TIME}, lambda g: g.count("Invoice", "Balance > '0'")),
]
WRONG = (
    *(None, True, False, 0, -1, 1.5, 10**30, "", "x", "NaN", "Infinity", "-0.00", [], {}, [None], [[]]),
    *({"Fault": {"Error": []}}, "2026-02-30", "0000-00-00", "2026-10-30T25:00:00Z", "\x00", "é" * 50),
)
TEXTS = (
    b"NaN",
    b"Infinity",
    b"1e999999",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"}",
    b"]",
    b'"',
    b"<html>",
    b"\\u12",
)
WHOLE = (
    b"",
    b"null",
    b"[]",
    b"<html><body>Sign in</body></html>",
    b'{"Fault":{"Error":[]}}',
    b'{"fault":{"error":[]}}',
    b'{"Fault":null,"Error":[]}',
    b'{"Fault":{"Error":[{"code":"10000","Message":"no"}],"type":"SystemFault"}}',
    b'{"Fault":"no"}',
    b'{"Fault":[{"Error":{"code":7}}]}',
    b"[" * 5000,
    '{"QueryResponse":{"Invoice":[{"Id":"é"}]}}'.encode("latin-1"),
)


def done(*_):
    """Whatever is read is enough."""


class Lying:
    """A session that answers one body to everything."""

    def __init__(self):
        self.body = b""

    def request(self, *_, **__):
        response = requests.Response()
        response.status_code = 200
        response.headers["Content-Type"] = "application/json;charset=utf-8"
        response.headers["intuit_tid"] = "1-tid"
        response.raw = HTTPResponse(body=BytesIO(self.body), preload_content=False)
        return response


class AccessAlways:
    def tokens(self):
        return oauth.Tokens("access", "refresh", AT, AT, None)


@pytest.fixture
def lying():
    logs.configure("error")
    clock, session = ManualClock(AT), Lying()
    connection = Connection(1, "99", "http://127.0.0.1:1/v3", oauth.Credentials("a", "b"), oauth.SANDBOX)
    gateway = open_gateway(
        connection,
        AccessAlways(),
        http=session,
        limiter=Limiter(clock),
        clock=clock,
        random=random.Random(1),
        home_currency="USD",
    )
    yield session, gateway
    logs.configure("info")


def places(value, path=()):
    """Every place in a document."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


def spoilt(answer, rng):
    """The answer with one thing wrong, sometimes two."""
    kind = rng.randrange(10)
    if kind == 0:
        return rng.choice(WHOLE)
    document = json.loads(json.dumps(answer))
    for _ in range(rng.choice((1, 1, 2))):
        path = rng.choice(list(places(document))[1:] or [()])
        if not path:
            break
        at = document
        for key in path[:-1]:
            at = at[key]
        if rng.random() < 0.2:
            del at[path[-1]]
        else:
            at[path[-1]] = json.loads(json.dumps(rng.choice(WRONG)))
    body = json.dumps(document).encode()
    at = rng.randrange(len(body))
    if kind == 1:
        return body[:at]
    if kind == 2:
        return body[:at] + rng.choice(TEXTS) + body[at + 1 :]
    if kind == 3:
        return body[:at] + bytes([rng.randrange(256)]) + body[at + 1 :]
    return body


def tell_lies(lying, count, seed):
    session, gateway = lying
    rng = random.Random(seed)
    outcomes = {"read": 0, "refused": 0}
    for number in range(count):
        answer, call = SAVED[number % len(SAVED)]
        session.body = spoilt(answer, rng)
        gateway.client.retries = 0
        try:
            call(gateway)
        except e.QuickBooksError as error:
            outcomes["refused"] += 1
            assert error.intuit_tid == "1-tid" or error.status is None, (session.body, error)
        else:
            outcomes["read"] += 1
    return outcomes


@pytest.mark.parametrize(("answer", "call"), SAVED)
def test_the_saved_answers_themselves_are_read(lying, answer, call):
    session, gateway = lying
    session.body = json.dumps(answer).encode()

    call(gateway)


@pytest.mark.parametrize("body", WHOLE)
def test_what_is_no_answer_is_a_typed_error_with_its_number(lying, body):
    session, gateway = lying
    session.body = body

    with pytest.raises(e.QuickBooksError) as caught:
        gateway.changes(AT)

    assert (caught.value.status, caught.value.intuit_tid) == (200, "1-tid")


def test_an_enumeration_that_we_do_not_know_is_tolerated(lying):
    session, gateway = lying
    changed = json.loads(json.dumps({"Invoice": INVOICE}))
    changed["Invoice"]["EmailStatus"] = "SentByPigeon"
    session.body = json.dumps(
        {"CDCResponse": [{"QueryResponse": [{"Invoice": [changed["Invoice"]]}]}], "time": TIME}
    ).encode()

    [invoice] = gateway.changes(AT).invoices

    assert (invoice.email_status, invoice.balance.amount) == ("SentByPigeon", Decimal("120.50"))


def test_sums_beyond_every_number_are_a_typed_error(lying):
    """Read as a number, and too big to be counted with."""
    session, gateway = lying
    line = PAYMENT["Line"][0]
    slots = [*SLOTS[:2], {"Payment": [PAYMENT | {"Line": [line | {"Amount": "HUGE"}]}]}, SLOTS[3]]
    items = [{"bId": str(n + 1), "QueryResponse": slot} for n, slot in enumerate(slots)]
    session.body = json.dumps({"BatchItemResponse": items}).replace('"HUGE"', "1e9999999").encode()

    with pytest.raises(e.Unreadable):
        gateway.live(["1"])


def test_two_thousand_spoilt_answers_end_in_values_or_typed_errors(lying):
    outcomes = tell_lies(lying, 2_000, seed=20261030)

    assert min(outcomes.values()) > 200


@pytest.mark.soak
def test_two_hundred_thousand_spoilt_answers_end_in_values_or_typed_errors(lying):
    outcomes = tell_lies(lying, 200_000, seed=7)

    assert sum(outcomes.values()) == 200_000
