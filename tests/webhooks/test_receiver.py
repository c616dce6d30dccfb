"""POST /webhooks: signature first, then the disk, then 200."""

import base64
import gzip
import hashlib
import hmac
import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from qb_collections.clock import ManualClock
from qb_collections.store import companies, connections, inbox, schema
from qb_collections.store.engine import Moment, durable, interpose, open_engine, reading
from qb_collections.store.inbox import InboxBusy, InboxWriter
from qb_collections.store.vault import Key, Vault
from webhooks import Verifiers, receiver

NOW = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
VERIFIER = "2d9f0b1e-the-operators-own"
EVENTS = json.dumps(
    [
        {
            "specversion": "1.0",
            "id": "88cd52aa-33b6-4351-9aa4-47572edbd068",
            "source": "intuit.abc",
            "type": "qbo.invoice.created.v1",
            "time": "2026-11-02T15:29:31.179851517Z",
            "intuitentityid": "1234",
            "intuitaccountid": "310687",
            "data": {},
        }
    ]
).encode()
ENVELOPE = (
    b'{"eventNotifications":[{"realmId":"310687","dataChangeEvent":{"entities":'
    b'[{"name":"Invoice","id":"1234","operation":"Create","lastUpdated":"2026-11-02T15:29:31.657Z"}]}}]}'
)


class Post:
    """The receiver alone, on a database of its own."""

    def __init__(self, folder):
        self.engine = open_engine(f"sqlite:///{folder / 'db.sqlite3'}")
        schema.upgrade(self.engine)
        self.vault = Vault([Key("k1", b"k" * 32)])
        self.writer = InboxWriter(self.engine, self.vault, ManualClock(NOW))
        self.verifiers = [VERIFIER]
        self.woken = []
        app = Flask("receiver")
        app.register_blueprint(
            receiver(self.writer.submit, lambda: self.verifiers, lambda *job: self.woken.append(job))
        )
        self.client = app.test_client()

    def send(self, body, signature=None, **headers):
        signed = sign(body) if signature is None else signature
        return self.client.post("/webhooks", data=body, headers={"intuit-signature": signed, **headers})

    def stored(self):
        with reading(self.engine) as conn:
            return [one.body for one in inbox.unsplit(conn, vault=self.vault)]


def sign(body, verifier=VERIFIER):
    return base64.b64encode(hmac.new(verifier.encode(), body, hashlib.sha256).digest()).decode()


@pytest.fixture
def post(tmp_path):
    made = Post(tmp_path)
    yield made
    made.writer.close()


@pytest.mark.parametrize("body", [EVENTS, ENVELOPE, b"not JSON at all", b"", "Café Ñandú 夜".encode()])
def test_a_signed_body_is_stored_and_answered_200(post, body):
    answer = post.send(body)

    assert answer.status_code == 200
    assert post.stored() == [body]
    assert post.woken == [("inbox", 0)]


def test_the_signature_is_the_one_that_intuit_computes(post):
    # base64(HMAC-SHA256("key", "The quick brown fox jumps over the lazy dog")), a published example.
    post.verifiers = ["key"]

    answer = post.send(
        b"The quick brown fox jumps over the lazy dog", "97yD9DBThCSxMpjmqm+xQ+9NWaFJRhdZl0edvC0aPNg="
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    "signature",
    [
        "",
        "wrong",
        sign(EVENTS, "another verifier"),
        "A" + sign(EVENTS)[1:],
        sign(EVENTS).lower(),
        sign(EVENTS) + " ",
        "é" * 44,
        "A" * 10_000,
    ],
)
def test_a_wrong_or_missing_signature_is_401_and_nothing_is_stored(post, signature):
    answer = post.send(EVENTS, signature)

    assert answer.status_code == 401
    assert post.stored() == []
    assert post.woken == []


def test_the_same_json_written_otherwise_does_not_fit_the_signature(post):
    written_otherwise = json.dumps(json.loads(EVENTS), indent=1).encode()

    assert post.send(written_otherwise, sign(EVENTS)).status_code == 401


def test_the_signature_is_over_the_bytes_as_they_came_also_when_they_are_packed(post):
    packed = gzip.compress(EVENTS)

    answer = post.send(packed, **{"Content-Encoding": "gzip", "Content-Type": "application/cloudevents+json"})

    assert answer.status_code == 200
    assert post.stored() == [packed]


def test_a_form_content_type_does_not_eat_the_body(post):
    answer = post.send(EVENTS, **{"Content-Type": "application/x-www-form-urlencoded"})

    assert answer.status_code == 200
    assert post.stored() == [EVENTS]


def test_two_verifiers_count_while_one_takes_over_from_the_other(post):
    post.verifiers = ["the old one", "the new one"]

    assert post.send(EVENTS, sign(EVENTS, "the old one")).status_code == 200
    assert post.send(EVENTS, sign(EVENTS, "the new one")).status_code == 200
    assert post.send(EVENTS, sign(EVENTS)).status_code == 401


def test_without_any_verifier_it_is_503(post):
    post.verifiers = []

    assert post.send(EVENTS).status_code == 503
    assert post.stored() == []


@pytest.mark.parametrize(("size", "status"), [(1_048_576, 200), (1_048_577, 413)])
def test_up_to_one_mebibyte_is_taken(post, size, status):
    body = b"x" * size

    assert post.send(body).status_code == status
    assert len(post.stored()) == (1 if status == 200 else 0)


def test_the_body_is_on_the_disk_before_it_is_answered(post):
    committed = threading.Event()
    interpose(post.engine, lambda moment, mode: committed.set() if moment is Moment.AFTER_COMMIT else None)
    seen = []
    receive = post.client.application.view_functions["webhooks.receive"]

    def watched():
        answer = receive()
        seen.append(committed.is_set())
        return answer

    post.client.application.view_functions["webhooks.receive"] = watched
    post.send(EVENTS)

    assert seen == [True]


def test_a_body_that_could_not_be_stored_is_not_answered_200(post, tmp_path):
    def full(bodies):
        raise InboxBusy("disk full")

    app = Flask("full")
    app.register_blueprint(receiver(full, lambda: [VERIFIER], lambda *job: post.woken.append(job)))

    answer = app.test_client().post("/webhooks", data=EVENTS, headers={"intuit-signature": sign(EVENTS)})

    assert answer.status_code == 503
    assert post.woken == []


def test_nothing_readable_of_a_body_is_in_the_database(post, tmp_path):
    post.send(EVENTS)
    post.writer.close()

    with reading(post.engine) as conn:
        assert inbox.unsplit(conn, vault=post.vault)
    assert not any(b"310687" in file.read_bytes() for file in tmp_path.iterdir())


def test_the_verifier_of_a_connected_emulator_counts_beside_the_operators_own(post):
    with durable(post.engine) as conn:
        made = companies.create(
            conn,
            name="Copperleaf",
            zone="America/New_York",
            currency="USD",
            country="US",
            environment="emulator",
            base_url="http://127.0.0.1:9/v3",
            created_at=NOW,
        )
        connected(
            conn, post.vault, made.id, "310687", {"client_id": "a", "client_secret": "b", "verifier": "em"}
        )

    assert Verifiers(post.engine, post.vault, "own", ManualClock(NOW))() == ("own", "em")
    assert Verifiers(post.engine, post.vault, None, ManualClock(NOW))() == ("em",)


def test_verifiers_are_at_hand_for_ten_seconds_after_the_database_was_asked(post):
    clock = ManualClock(NOW)
    verifiers = Verifiers(post.engine, post.vault, "own", clock)
    assert verifiers.at_hand() == ()
    verifiers()

    clock.advance(timedelta(seconds=9.9))
    at_hand = verifiers.at_hand()
    clock.advance(timedelta(seconds=0.1))

    assert at_hand == ("own",)
    assert verifiers.at_hand() == ()


def connected(conn, vault, company_id, realm_id, credentials=None):
    from qb_collections.quickbooks.oauth import Tokens

    tokens = Tokens("access", "refresh", NOW, NOW, NOW, 1)
    connections.connect(
        conn, vault, company_id, realm_id=realm_id, tokens=tokens, credentials=credentials, at=NOW
    )
