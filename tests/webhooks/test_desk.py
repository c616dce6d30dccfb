"""Webhooks that prove themselves are answered by waitress's loop, a group at a time, once they are stored."""

import http.client
import socket
import threading

import pytest
from waitress import wasyncore
from waitress.server import create_server

from qb_collections.store.inbox import InboxBusy
from tests.webhooks.test_receiver import EVENTS, VERIFIER, sign
from webhooks import Channel, Desk


class Writer:
    """Takes bodies, and stores them when the test says so."""

    def __init__(self):
        self.posts = []
        self.came = threading.Semaphore(0)
        self.is_full = False

    def post(self, bodies, done):
        if self.is_full:
            raise InboxBusy("too many bodies are waiting")
        self.posts.append((list(bodies), done))
        self.came.release()

    def next(self):
        assert self.came.acquire(timeout=5)
        return self.posts.pop(0)

    def store_next(self, failure=None):
        bodies, done = self.next()
        done(failure)
        return bodies


class Served:
    """Waitress with a desk, and an application that says which body it was given."""

    def __init__(self, timeout_seconds=5.0):
        self.writer = Writer()
        self.verifiers = (VERIFIER,)
        self.woken = []
        self.desk = Desk(
            self.writer.post, lambda: self.verifiers, lambda *job: self.woken.append(job), timeout_seconds
        )
        self.desk.set_thread_count(1)
        self._sockets = {}
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        server = create_server(
            self._application, map=self._sockets, _dispatcher=self.desk, sockets=[listening], ident=None
        )
        server.channel_class = Channel
        self._ends = threading.Event()
        self._thread = threading.Thread(target=self._loop)
        self._thread.start()

    def _application(self, environ, start_response):
        body = environ["wsgi.input"].read()
        start_response("202 Accepted", [("Content-Length", str(len(body)))])
        return [body]

    def _loop(self):
        while not self._ends.is_set():
            wasyncore.loop(timeout=0.02, map=self._sockets, use_poll=True, count=1)
            self.desk.turn()

    def end(self):
        self._ends.set()
        self._thread.join()
        self.desk.shutdown()
        wasyncore.close_all(map=self._sockets)

    def connect(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)

    def begin(self, body, signature=None, *, method="POST", path="/webhooks"):
        conn = self.connect()
        conn.request(method, path, body, {"intuit-signature": sign(body) if signature is None else signature})
        return conn


def answer(conn):
    response = conn.getresponse()
    return response.status, response.read()


@pytest.fixture
def served():
    made = Served()
    yield made
    made.end()


def test_a_signed_body_is_answered_when_it_is_stored_and_not_before(served):
    conn = served.begin(EVENTS)
    bodies, done = served.writer.next()
    woken_before = list(served.woken)

    done(None)

    assert answer(conn) == (200, b"stored\n")
    assert bodies == [EVENTS]
    assert (woken_before, served.woken) == ([], [("inbox", 0)])
    conn.close()


def test_one_connection_is_answered_again_and_again(served):
    conn = served.connect()
    for number in range(3):
        body = b"%d" % number
        conn.request("POST", "/webhooks", body, {"intuit-signature": sign(body)})
        assert served.writer.store_next() == [body]

        assert answer(conn) == (200, b"stored\n")
    conn.close()


def test_two_requests_sent_in_one_breath_are_answered_in_their_order(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as conn:
        conn.sendall(
            b"".join(
                b"POST /webhooks HTTP/1.1\r\nHost: h\r\nintuit-signature: %s\r\nContent-Length: 1\r\n\r\n%s"
                % (sign(body).encode(), body)
                for body in (b"1", b"2")
            )
        )
        first = served.writer.store_next()
        second, done = served.writer.next()
        assert conn.recv(4096).startswith(b"HTTP/1.1 200 OK")

        done(InboxBusy("disk full"))

        assert (first, second) == ([b"1"], [b"2"])
        assert conn.recv(4096).startswith(b"HTTP/1.1 503")


@pytest.mark.parametrize(
    ("method", "path", "signature"),
    [
        ("POST", "/webhooks", "wrong"),
        ("POST", "/webhooks", ""),
        ("POST", "/elsewhere", None),
        ("PUT", "/webhooks", None),
    ],
)
def test_whatever_does_not_prove_itself_reaches_the_application_with_its_body(
    served, method, path, signature
):
    conn = served.begin(EVENTS, signature, method=method, path=path)

    assert answer(conn) == (202, EVENTS)
    assert served.writer.posts == []
    conn.close()


def test_without_verifiers_at_hand_the_application_decides(served):
    served.verifiers = ()

    conn = served.begin(EVENTS)

    assert answer(conn) == (202, EVENTS)
    conn.close()


def test_a_body_over_one_mebibyte_is_left_to_the_application(served):
    body = b"x" * 1_048_577

    conn = served.begin(body)

    assert answer(conn) == (202, body)
    conn.close()


def test_what_the_database_did_not_take_is_answered_503(served):
    conn = served.begin(EVENTS)
    served.writer.store_next(OSError("disk full"))

    assert answer(conn) == (503, b"it could not be stored; please send it again\n")
    assert served.woken == []
    conn.close()


def test_when_too_many_bodies_wait_already_it_is_503_at_once(served):
    served.writer.is_full = True

    conn = served.begin(EVENTS)

    assert answer(conn)[0] == 503
    conn.close()


def test_what_is_not_stored_in_time_is_answered_503_once():
    served = Served(timeout_seconds=0.01)
    conn = served.begin(EVENTS)
    _, late = served.writer.next()
    assert answer(conn)[0] == 503

    late(None)  # too late: the connection has gone on to its next request

    conn.request("POST", "/webhooks", b"more", {"intuit-signature": "wrong"})
    assert answer(conn) == (202, b"more")
    assert served.woken == []
    conn.close()
    served.end()


def test_pages_are_answered_while_webhooks_wait_for_the_disk(served):
    waiting = [served.begin(b"%d" % number) for number in range(3)]
    page = served.begin(b"page", path="/elsewhere")

    assert answer(page) == (202, b"page")
    for conn in (*waiting, page):
        conn.close()


def test_while_a_webhook_waits_the_desk_is_not_idle(served):
    conn = served.begin(EVENTS)
    _, done = served.writer.next()
    was_idle = served.desk.is_idle()

    done(None)
    answer(conn)

    assert not was_idle
    conn.close()
