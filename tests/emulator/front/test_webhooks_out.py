"""Webhooks out: signed, in both forms, in order, and on Intuit's ladder when nobody answers."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from qb_collections.emulator import webhooks_out

WAIT_SECONDS = 5.0


class Receiver:
    """An endpoint that keeps what it gets, and answers with `status`."""

    def __init__(self) -> None:
        self.got: list[tuple[str, bytes]] = []
        self.status = 200
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((self.headers["intuit-signature"], body))
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/webhooks"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver():
    made = Receiver()
    yield made
    made.close()


def wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.02)


def configure(emulator, receiver, **more):
    assert emulator.control("POST", "webhooks", {"url": receiver.url, **more}).status_code == 200


def test_changes_of_one_moment_arrive_together_signed_as_cloud_events(emulator, receiver, monkeypatch):
    """The moment lasts until both are written, however busy this machine is."""
    emulator.sign_in()
    configure(emulator, receiver)
    monkeypatch.setattr(webhooks_out, "GATHER_SECONDS", 3600.0)

    ada = emulator.post("customer", {"DisplayName": "Ada"}).json()["Customer"]["Id"]
    bob = emulator.post("customer", {"DisplayName": "Bob"}).json()["Customer"]["Id"]
    monkeypatch.setattr(webhooks_out, "GATHER_SECONDS", 0.0)
    wait_for(lambda: bool(receiver.got))

    assert len(receiver.got) == 1
    signature, body = receiver.got[0]
    key = emulator.keys["webhook_verifier_token"].encode()
    assert signature == base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()
    events = json.loads(body)
    assert [(event["type"], event["intuitentityid"]) for event in events] == [
        ("qbo.customer.created.v1", ada),
        ("qbo.customer.created.v1", bob),
    ]
    assert {event["intuitaccountid"] for event in events} == {emulator.realm_id}
    assert {event["time"] for event in events} == {"2026-10-30T12:00:00.000Z"}
    assert len({event["id"] for event in events}) == 2


def test_the_older_envelope_groups_by_company(emulator, receiver):
    emulator.sign_in()
    configure(emulator, receiver, form="legacy")

    ada = emulator.post("customer", {"DisplayName": "Ada"}).json()["Customer"]["Id"]
    wait_for(lambda: bool(receiver.got))

    assert json.loads(receiver.got[0][1]) == {
        "eventNotifications": [
            {
                "realmId": emulator.realm_id,
                "dataChangeEvent": {
                    "entities": [
                        {
                            "name": "Customer",
                            "id": ada,
                            "operation": "Create",
                            "lastUpdated": "2026-10-30T12:00:00.000Z",
                        }
                    ]
                },
            }
        ]
    }


@pytest.mark.parametrize("form", ["cloudevents", "legacy"])
def test_a_merge_tells_who_is_gone(emulator, receiver, form):
    emulator.sign_in()
    ada = emulator.post("customer", {"DisplayName": "Ada"}).json()["Customer"]["Id"]
    bob = emulator.post("customer", {"DisplayName": "Bob"}).json()["Customer"]["Id"]
    configure(emulator, receiver, form=form)

    act = {"act": "merge", "entity": "Customer", "from": "Ada", "into": "Bob"}
    assert emulator.control("POST", f"companies/{emulator.realm_id}/acts", act).status_code == 200
    wait_for(lambda: bool(receiver.got))

    told = json.loads(receiver.got[0][1])
    if form == "cloudevents":
        [event] = [event for event in told if event["type"] == "qbo.customer.merged.v1"]
        assert (event["intuitentityid"], event["data"]) == (bob, {"deletedid": ada})
    else:
        entities = told["eventNotifications"][0]["dataChangeEvent"]["entities"]
        [event] = [event for event in entities if event["operation"] == "Merge"]
        assert (event["id"], event["deletedId"]) == (bob, ada)


def test_an_unanswered_delivery_is_tried_again_after_10_then_20_seconds_and_holds_up_the_next(
    emulator, receiver
):
    def noted(tries: int) -> bool:
        """The sender has seen the answer too, and knows from which instant it waits."""
        return emulator.control("GET", "webhooks").json()["failed_tries"] == tries

    emulator.sign_in()
    configure(emulator, receiver)
    receiver.status = 503
    ada = emulator.post("customer", {"DisplayName": "Ada"}).json()["Customer"]["Id"]
    wait_for(lambda: noted(1))
    bob = emulator.post("customer", {"DisplayName": "Bob"}).json()["Customer"]["Id"]

    emulator.clock.advance(timedelta(seconds=9))
    time.sleep(0.6)
    after_9_seconds = len(receiver.got)
    emulator.clock.advance(timedelta(seconds=1))
    wait_for(lambda: noted(2))
    receiver.status = 200
    emulator.clock.advance(timedelta(seconds=20))
    wait_for(lambda: emulator.control("GET", "webhooks").json()["delivered"] == 2)

    told = [[event["intuitentityid"] for event in json.loads(body)] for _, body in receiver.got]
    assert after_9_seconds == 1
    assert told == [[ada], [ada], [ada], [bob]]
    assert receiver.got[0] == receiver.got[1] == receiver.got[2]
    status = emulator.control("GET", "webhooks").json()
    assert (status["delivered"], status["failed_tries"], status["waiting_events"]) == (2, 2, 0)


def test_without_an_address_nothing_is_kept(emulator, receiver):
    emulator.sign_in()
    emulator.post("customer", {"DisplayName": "Ada"})
    configure(emulator, receiver)

    bob = emulator.post("customer", {"DisplayName": "Bob"}).json()["Customer"]["Id"]
    wait_for(lambda: bool(receiver.got))

    assert [event["intuitentityid"] for event in json.loads(receiver.got[0][1])] == [bob]
    assert emulator.control("DELETE", "webhooks").json()["url"] is None
