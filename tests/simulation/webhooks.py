"""What QuickBooks pushes: signed bodies to the real receiver, in any order, twice, late or never."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from flask import Flask

from qb_collections.emulator.webhooks_out import delivery_body, signature
from qb_collections.store import inbox
from qb_collections.store.engine import durable
from qb_collections.store.inbox import InboxBusy
from tests.simulation.points import Killed
from webhooks import receiver

PATH = "/webhooks"


class Deliveries:
    """Gathers what changed and delivers it; a body that was not taken comes again."""

    def __init__(self, world: Any) -> None:
        self.world = world
        self.random = Random(f"webhooks {world.script.seed}")
        self.rates = {one.kind: one.rate for one in world.script.faults if one.where == "webhooks"}
        self.fired: dict[tuple[str, str], int] = {}
        self._changes: list[Any] = []
        self._due: list[tuple[datetime, bytes]] = []
        self._keys = world.emulator.front.credentials.webhook_verifier_token
        world.engine.on_change(self._changes.append)

    def next_at(self) -> datetime | None:
        return min((at for at, _ in self._due if at > self.world.clock.now()), default=None)

    def deliver(self, everything: bool = False) -> None:
        """Push what changed since the last time, and what is due again."""
        world, now = self.world, self.world.clock.now()
        if self._changes:
            changes, self._changes[:] = [*self._changes], []
            self._queue(changes, now, everything or world.is_calm)
        due = [item for item in self._due if everything or item[0] <= now]
        taken = False
        for item in due:
            if not self._post(item[1]):
                self._due.remove(item)
                self._due.append((now + timedelta(minutes=20), item[1]))
                continue
            self._due.remove(item)
            taken = True
        if taken:
            self.world.process.queued.append(("inbox", 0))

    def _queue(self, changes: list[Any], now: datetime, calm: bool) -> None:
        if not calm and self._strikes("webhook_lost"):
            return
        if self._strikes("webhook_shuffled"):
            changes = changes[::-1]
        body = delivery_body(changes, self.random.choice(("cloudevents", "legacy")))
        at = now
        if not calm and self._strikes("webhook_late"):
            at = now + timedelta(seconds=self.random.choice((60, 3600, 86_400)))
        self._due.append((at, body))
        if self._strikes("webhook_duplicate"):
            self._due.append((at, body))

    def _strikes(self, kind: str) -> bool:
        strikes = self.random.random() < self.rates.get(kind, 0.0) * 3
        if strikes:
            self.fired[kind, "webhook"] = self.fired.get((kind, "webhook"), 0) + 1
        return strikes

    def _post(self, body: bytes) -> bool:
        """Whether it was answered with 200.  A crash in between leaves the answer open: it comes again."""
        world = self.world
        context = world.context

        def submit(bodies: Any) -> None:
            try:
                with durable(context.engine) as conn:
                    inbox.store(conn, bodies, vault=context.vault, at=context.clock.now())
            except Killed:
                raise
            except Exception as error:
                raise InboxBusy("the database did not take the body") from error

        intake = Flask("webhooks", static_folder=None)
        intake.register_blueprint(receiver(submit, lambda: (self._keys,), context.wake))
        status: list[str] = []
        from io import BytesIO

        environ = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": PATH,
            "QUERY_STRING": "",
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(body),
            "wsgi.errors": None,
            "CONTENT_LENGTH": str(len(body)),
            "CONTENT_TYPE": "application/json",
            "HTTP_INTUIT_SIGNATURE": signature(body, self._keys.encode()),
        }
        list(intake.wsgi_app(environ, lambda line, headers, *_: status.append(line)))
        if status[0].startswith("200"):
            world.acked.append(body)
            return True
        world.note(f"QuickBooks pushes what changed, and the service answers {status[0]}")
        return False
