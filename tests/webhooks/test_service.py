"""The running service takes webhooks: the first while verifiers are read, the others in waitress's loop."""

import threading

import pytest
import requests

from qb_collections import config, server
from qb_collections.store import inbox
from qb_collections.store.engine import reading
from qb_collections.store.inbox import InboxWriter
from tests.webhooks.test_receiver import EVENTS, VERIFIER, sign


@pytest.fixture
def submitted(monkeypatch):
    """Bodies that a thread waited for."""
    seen = []
    submit = InboxWriter.submit
    monkeypatch.setattr(
        InboxWriter, "submit", lambda writer, bodies: (seen.extend(bodies), submit(writer, bodies))[1]
    )
    return seen


@pytest.fixture
def service(tmp_path, submitted):
    settings = config.read({}, data_dir=tmp_path, port=0, log_level="error", webhook_verifier=VERIFIER)
    listening = server.listen(settings)
    running = server.build(server.at_port(settings, listening), tick=False)
    thread = threading.Thread(target=running.serve, args=(listening,))
    thread.start()
    yield running
    running.stop()
    thread.join(30)
    assert not thread.is_alive()


def test_signed_bodies_are_in_the_inbox_when_they_are_answered_and_no_thread_waits(service, submitted):
    address = f"{service.context.settings.base_url}/webhooks"
    send = requests.Session()

    answers = [
        send.post(address, body, headers={"intuit-signature": signature}).status_code
        for body, signature in ((EVENTS, sign(EVENTS)), (b"second", sign(b"second")), (b"third", "wrong"))
    ]

    with reading(service.context.engine) as conn:
        stored = [one.body for one in inbox.unsplit(conn, vault=service.context.vault)]
    assert answers == [200, 200, 401]
    assert stored == [EVENTS, b"second"]
    assert submitted == [EVENTS]
