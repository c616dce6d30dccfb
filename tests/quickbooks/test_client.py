"""The transport against a server that misbehaves as QuickBooks and networks do."""

import io
import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from qb_collections import logs
from qb_collections.quickbooks import errors as e
from qb_collections.quickbooks.client import Client
from qb_collections.quickbooks.oauth import Intuit
from tests.quickbooks.scripted import RESET, Answer, answer

INVOICE = {
    "Id": "130",
    "SyncToken": "4",
    "CustomerRef": {"value": "7", "name": "Amy"},
    "DocNumber": "1037",
    "TxnDate": "2026-10-01",
    "DueDate": "2026-10-15",
    "TotalAmt": 100.10,
    "Balance": 50,
    "PrivateNote": "Hello",
    "Line": [{"Id": "1", "Amount": 100.10, "DetailType": "SalesItemLineDetail"}],
    "MetaData": {"LastUpdatedTime": "2026-10-02T01:02:03-07:00"},
}
GOOD = answer({"Invoice": INVOICE, "time": "2026-10-30T08:00:00.000-07:00"})
EXPIRED = Answer(401, b'{"fault":{"error":[{"code":"3200","detail":"Token expired: access-1"}]}}')
STALE = answer({"Fault": {"Error": [{"Message": "Stale Object Error", "Detail": "d", "code": "5010"}]}}, 400)
THROTTLED = Answer(429, b"", {"Retry-After": "7"})
PAGE = answer({"QueryResponse": {"Invoice": [INVOICE]}, "time": "2026-10-30T08:00:00.000-07:00"})


def write(scripted):
    return scripted.gateway.write_note("130", "3", "Hello", "REQUEST-1")


def fresh_tokens(number):
    return answer(
        {
            "access_token": f"access-{number}",
            "refresh_token": f"refresh-{number}",
            "expires_in": 3600,
            "x_refresh_token_expires_in": 8726400,
            "token_type": "bearer",
        }
    )


def test_a_note_goes_over_the_wire_as_one_field(scripted):
    scripted.answers(GOOD)

    document = write(scripted)

    [asked] = scripted.asked
    assert (asked.method, asked.path) == ("POST", "/v3/company/99/invoice")
    assert asked.params == {"minorversion": "75", "requestid": "REQUEST-1"}
    assert asked.body == b'{"Id":"130","PrivateNote":"Hello","SyncToken":"3","sparse":true}'
    assert asked.headers["Content-Type"] == "application/json"
    assert document.invoice.sync_token == "4"


def test_a_batch_carries_one_request_id_and_short_item_ids(scripted):
    scripted.answers(answer({"BatchItemResponse": [{"bId": "1", "Invoice": INVOICE}]}))

    scripted.gateway.write_notes([("130", "3", "Hello")], "REQUEST-2")

    [asked] = scripted.asked
    assert asked.path == "/v3/company/99/batch"
    assert asked.params["requestid"] == "REQUEST-2"
    assert [len(item["bId"]) <= 10 for item in json.loads(asked.body)["BatchItemRequest"]] == [True]


def test_sending_names_the_recipient_and_has_no_body(scripted):
    scripted.answers(GOOD)

    scripted.gateway.send_invoice("130", "amy+bills@birds.example", "REQUEST-3")

    [asked] = scripted.asked
    assert asked.path == "/v3/company/99/invoice/130/send"
    assert asked.params["sendTo"] == "amy+bills@birds.example"
    assert asked.params["requestid"] == "REQUEST-3"
    assert asked.headers["Content-Type"] == "application/octet-stream"
    assert asked.body == b""


@pytest.mark.parametrize(
    ("kind", "params", "body"),
    [
        ("Invoice", {"operation": "void"}, b'{"Id":"5","SyncToken":"2"}'),
        ("Payment", {"operation": "update", "include": "void"}, b'{"Id":"5","SyncToken":"2","sparse":true}'),
    ],
)
def test_each_kind_is_voided_in_its_own_way(scripted, kind, params, body):
    scripted.answers(answer({kind: {"Id": "5", "TotalAmt": 0}}))

    scripted.gateway.void(kind, "5", "2", "REQUEST-4")

    [asked] = scripted.asked
    assert asked.path == f"/v3/company/99/{kind.lower()}"
    assert asked.params == {"minorversion": "75", "requestid": "REQUEST-4", **params}
    assert asked.body == body


def test_a_deletion_names_the_record_and_its_version(scripted):
    scripted.answers(answer({"CreditMemo": {"status": "Deleted", "Id": "5"}}))

    scripted.gateway.delete("CreditMemo", "5", "2", "REQUEST-5")

    [asked] = scripted.asked
    assert asked.params == {"minorversion": "75", "requestid": "REQUEST-5", "operation": "delete"}
    assert asked.body == b'{"Id":"5","SyncToken":"2"}'


@pytest.mark.parametrize(
    "trouble",
    [RESET, Answer(503, b"<html>busy</html>"), Answer(504, b""), answer({"Invoice": INVOICE}, cut_at=30)],
)
def test_a_read_is_tried_again_after_passing_trouble(scripted, trouble):
    scripted.answers(trouble, trouble, trouble, GOOD)

    document = scripted.gateway.invoice("130")

    assert document.invoice.number == "1037"
    assert len(scripted.asked) == 4


def test_a_read_gives_up_after_four_attempts(scripted):
    scripted.answers(Answer(503, b""))

    with pytest.raises(e.ServerTrouble):
        scripted.gateway.invoice("130")

    assert len(scripted.asked) == 4


def test_a_refused_read_is_not_repeated(scripted):
    scripted.answers(answer({"Fault": {"Error": [{"code": "610", "Message": "Object Not Found"}]}}, 400))

    with pytest.raises(e.NotFound):
        scripted.gateway.invoice("130")

    assert len(scripted.asked) == 1


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (RESET, e.AnswerLost),
        (answer({"Invoice": INVOICE}, cut_at=30), e.AnswerLost),
        (Answer(200, b"<html>Sign in</html>", content_type="text/html"), e.AnswerLost),
        (Answer(200, b""), e.AnswerLost),
        (answer({"time": "2026-10-30T08:00:00.000-07:00"}), e.AnswerLost),
        (Answer(503, b""), e.ServerTrouble),
        (THROTTLED, e.Throttled),
        (STALE, e.Stale),
    ],
)
def test_a_write_is_sent_once_and_says_whether_it_may_have_happened(scripted, trouble, kind):
    scripted.answers(trouble)

    with pytest.raises(e.QuickBooksError) as caught:
        write(scripted)

    assert type(caught.value) is kind
    assert caught.value.definite is (kind in (e.Throttled, e.Stale))
    assert len(scripted.asked) == 1


def test_a_write_to_a_closed_door_surely_did_nothing(scripted):
    scripted.server.stop()

    with pytest.raises(e.Unreachable) as caught:
        write(scripted)

    assert caught.value.definite


def test_a_throttled_read_waits_as_long_as_it_is_told(scripted, clock):
    scripted.answers(THROTTLED, GOOD)
    began = clock.now()

    scripted.gateway.invoice("130")

    assert (clock.now() - began).total_seconds() == pytest.approx(7, abs=0.1)


def test_nothing_of_the_company_leaves_before_the_wait_is_over(scripted, clock):
    scripted.answers(THROTTLED)
    with pytest.raises(e.Throttled):
        write(scripted)
    began = clock.now()
    scripted.answers(GOOD)

    scripted.gateway.invoice("130")

    assert (clock.now() - began).total_seconds() == pytest.approx(7, abs=0.1)


def test_an_expired_token_is_refreshed_and_the_write_sent_again(scripted):
    scripted.answers(EXPIRED, fresh_tokens(2), GOOD)

    write(scripted)

    first, refresh, second = scripted.asked
    assert first.headers["Authorization"] == "Bearer access-1"
    assert refresh.path == "/token"
    assert refresh.body == b"grant_type=refresh_token&refresh_token=refresh-1"
    assert second.headers["Authorization"] == "Bearer access-2"
    assert second.body == first.body
    assert second.params["requestid"] == first.params["requestid"]


def test_a_token_that_is_refused_again_is_not_refreshed_again(scripted):
    scripted.answers(EXPIRED, fresh_tokens(2), EXPIRED)

    with pytest.raises(e.Unauthorized):
        scripted.gateway.invoice("130")

    assert [asked.path for asked in scripted.asked].count("/token") == 1


def test_sixteen_threads_with_a_dead_token_refresh_it_once(scripted):
    barrier = threading.Barrier(16)

    def company(asked):
        return GOOD if asked.headers["Authorization"] == "Bearer access-2" else EXPIRED

    def work(_):
        barrier.wait(5)
        return scripted.gateway.invoice("130").invoice.id

    scripted.server.routes = {"/token": fresh_tokens(2), "/130": company}

    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(work, range(16)))

    assert found == ["130"] * 16
    assert [asked.path for asked in scripted.asked].count("/token") == 1
    assert len(scripted.store.saved) == 1


def test_the_new_token_is_stored_before_it_is_used(scripted):
    stored_when_used = []

    def company(asked):
        stored_when_used.append((asked.headers["Authorization"], scripted.store.tokens.access))
        return GOOD if asked.headers["Authorization"] == "Bearer access-2" else EXPIRED

    scripted.server.routes = {"/token": fresh_tokens(2), "/130": company}

    scripted.gateway.invoice("130")

    assert stored_when_used == [("Bearer access-1", "access-1"), ("Bearer access-2", "access-2")]


def test_a_redirect_is_not_followed(scripted):
    scripted.answers(Answer(302, b"", {"Location": "http://127.0.0.1:1/elsewhere"}))

    with pytest.raises(e.Unreadable):
        scripted.gateway.invoice("130")

    assert len(scripted.asked) == 1


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Sign in</html>",
        b'{"QueryResponse":{"Invoice":[{"Id":130}]}}',
        b'{"QueryResponse":{"Invoice":[{"Id":"130"}]}}',
        b'{"QueryResponse":{"Invoice":"all"}}',
        b'{"time":"2026-10-30T08:00:00-07:00"}',
        json.dumps({"QueryResponse": {"Invoice": [INVOICE | {"DueDate": "soon"}]}}).encode(),
        json.dumps({"QueryResponse": {"Invoice": [INVOICE | {"Balance": "much"}]}}).encode(),
        json.dumps({"QueryResponse": {"Invoice": [INVOICE | {"Balance": "NaN"}]}}).encode(),
        json.dumps({"QueryResponse": {"Invoice": [INVOICE]}, "Fault": {"Error": []}}).encode(),
        b'{"QueryResponse":{"Invoice":[{"Id":"1","Balance":NaN}]}}',
    ],
)
def test_a_page_that_is_not_a_page_is_unreadable(scripted, body):
    scripted.answers(Answer(200, body))
    pages = []

    with pytest.raises(e.Unreadable) as caught:
        scripted.gateway.open_invoices(pages.append)

    assert pages == []
    assert caught.value.intuit_tid is not None


def test_a_fault_inside_a_page_is_that_fault(scripted):
    scripted.answers(Answer(200, STALE.body))

    with pytest.raises(e.Stale):
        scripted.gateway.open_invoices(lambda page: None)


def test_unknown_fields_and_words_are_tolerated(scripted):
    odd = INVOICE | {"EmailStatus": "Pondered", "CustomExtensions": [{}], "TaxClassificationRef": {}}
    scripted.answers(
        answer({"QueryResponse": {"Invoice": [odd], "maxResults": 1001}, "new": 1, "time": None})
    )
    pages = []

    scripted.gateway.open_invoices(pages.append)

    [invoice] = pages[0].rows
    assert invoice.email_status == "Pondered"


def test_another_record_than_the_one_asked_for_is_unreadable(scripted):
    scripted.answers(GOOD)

    with pytest.raises(e.Unreadable):
        scripted.gateway.invoice("131")


def test_no_token_address_or_name_reaches_the_log_at_debug(scripted):
    """Everything that logs is turned up; the canaries stand in tokens, address, name and note."""
    stream = io.StringIO()
    logs.configure("debug", stream)
    handler = logging.StreamHandler(stream)
    logging.getLogger().addHandler(handler)
    canary = INVOICE | {"CustomerRef": {"value": "7", "name": "canary-name"}, "PrivateNote": "canary-note"}
    scripted.answers(EXPIRED, fresh_tokens(2), answer({"Invoice": canary}))
    try:
        scripted.gateway.send_invoice("130", "canary-address@birds.example", "REQUEST-6")
    finally:
        logging.getLogger().removeHandler(handler)
        logs.configure("info")

    written = stream.getvalue()
    assert '"operation": "invoice/#/send"' in written
    assert '"intuit_tid": "1-tid-3"' in written
    for secret in ("access-1", "access-2", "refresh-1", "refresh-2", "client-secret", "canary", "Bearer"):
        assert secret not in written


@pytest.mark.parametrize(
    "name", ["process_request", "make_request", "api_url", "create_object", "update_object"]
)
def test_the_library_still_has_the_seams_that_we_use(name):
    from quickbooks import QuickBooks

    assert hasattr(QuickBooks, name)
    assert hasattr(Client, name)


def test_the_authorisation_library_still_has_the_seams_that_we_use():
    from intuitlib.client import AuthClient

    for name in ("get_authorization_url", "get_bearer_token", "refresh", "revoke", "request"):
        assert hasattr(AuthClient, name)
        assert hasattr(Intuit, name)


def test_trouble_that_lasts_uses_up_the_retries_of_one_piece_of_work(scripted):
    """Thirty retries: ten reads of four tries each; from then on each read is tried once."""
    scripted.answers(answer({}, status=503))
    for _ in range(12):
        with pytest.raises(e.ServerTrouble):
            scripted.gateway.query("SELECT * FROM Term")

    assert len(scripted.asked) == 10 * 4 + 2
