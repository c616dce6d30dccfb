"""The HTTP server: kept connections, odd bodies, stopping; and a public client as it comes."""

from __future__ import annotations

import socket
import threading
import time

import pytest
import requests
from intuitlib.client import AuthClient
from quickbooks import QuickBooks
from quickbooks.objects.customer import Customer

from tests.emulator.front.driver import CALLBACK, run_server


def raw(emulator, request: bytes) -> bytes:
    """Send bytes over one connection and return all that comes back."""
    host, port = emulator.server.base_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall(request)
        received = b""
        while piece := connection.recv(65536):
            received += piece
    return received


def test_two_requests_sent_at_once_on_one_connection_are_answered_in_order(emulator):
    first = b"GET /emulator/clock HTTP/1.1\r\nHost: localhost\r\n\r\n"
    second = b"GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"

    received = raw(emulator, first + second)

    assert received.count(b"HTTP/1.1 ") == 2
    assert received.index(b"HTTP/1.1 200 OK") < received.index(b"HTTP/1.1 404 Not Found")


def test_a_body_in_chunks_is_read_whole(emulator):
    emulator.sign_in()

    answer = emulator.session.post(
        f"{emulator.company_url}/customer", data=iter([b'{"Display', b'Name": ', b'"Ada"}'])
    )

    assert answer.json()["Customer"]["DisplayName"] == "Ada"


@pytest.mark.parametrize(
    ("header", "status"),
    [(b"Content-Length: 999999999999", b"413"), (b"Content-Length: many", b"400")],
)
def test_an_impossible_length_is_refused(emulator, header, status):
    request = b"POST /emulator/control/clock HTTP/1.1\r\nHost: localhost\r\n" + header + b"\r\n\r\n"

    assert raw(emulator, request).startswith(b"HTTP/1.1 " + status)


def of_emulators():
    return {thread for thread in threading.enumerate() if thread.name.startswith("emulator-")}


def test_a_stopped_server_answers_nobody_and_leaves_no_thread():
    others = of_emulators()
    running = run_server()
    emulator = next(running)
    emulator.sign_in()
    assert len(of_emulators() - others) == 2
    assert emulator.query("select * from Customer").status_code == 200

    emulator.server.stop()

    with pytest.raises(requests.ConnectionError):
        emulator.query("select * from Customer")
    time.sleep(0.2)
    assert of_emulators() <= others
    running.close()


def test_stopping_lets_an_answer_under_way_go_out(emulator):
    emulator.sign_in()
    emulator.inject("slow", seconds=0.5)
    answers: list[int] = []
    asking = threading.Thread(target=lambda: answers.append(emulator.query("select * from Item").status_code))
    asking.start()
    time.sleep(0.2)

    emulator.server.stop()
    asking.join(timeout=5)

    assert answers == [200]


def test_python_quickbooks_works_as_it_comes(emulator, monkeypatch):
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")  # its session refuses plain http otherwise
    keys = emulator.keys

    class Local(QuickBooks):
        api_url_v3 = f"{emulator.server.base_url}/v3"

    auth = AuthClient(keys["client_id"], keys["client_secret"], CALLBACK, keys["discovery_url"])
    client = Local(
        auth_client=auth, refresh_token=keys["refresh_token"], company_id=emulator.realm_id, minorversion=75
    )
    customer = Customer()
    customer.DisplayName = "Harbour Street Bakery"
    customer.save(qb=client)

    found = Customer.where("DisplayName = 'Harbour Street Bakery'", qb=client)

    assert [one.Id for one in found] == [customer.Id]
    assert Customer.get(customer.Id, qb=client).DisplayName == "Harbour Street Bakery"
