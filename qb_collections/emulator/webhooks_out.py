"""Webhooks as Intuit sends them: signed, gathered, in order, and tried again on its ladder.

One delivery holds what changed within a moment.  A delivery that is not answered with 200
within three seconds is tried again after 10 s, 20 s, 30 s, 5 min, 20 min, 2 h, 4 h, 6 h and
then every 6 h, and holds up those behind it (Intuit's webhook documentation, February 2026).
The ladder runs on the emulator's clock; only gathering runs on real time.

Fault rules that strike deliveries may lose one, send it twice, hold it back past later ones, turn its
events around, spoil or leave out its signature, or tell it in the other form or for another company.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
import time
import uuid
from collections import deque
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import requests

from qb_collections.emulator.clock import EmulatorClock
from qb_collections.emulator.consent import is_loopback
from qb_collections.emulator.faults import FaultRules
from qb_collections.emulator.wire import encode
from qb_collections.emulator.work import Change

GATHER_SECONDS = 0.3
ANSWER_SECONDS = 3.0
EVENTS_MAX = 20_000
EVENTS_PER_DELIVERY = 500
FORMS = ("cloudevents", "legacy")
LADDER = tuple(timedelta(seconds=s) for s in (10, 20, 30, 300, 1200, 7200, 14_400, 21_600))
UNKNOWN_REALM = "9999999999999999"
_POLL_SECONDS = 0.1
_PAST_TENSE = {
    "Create": "created",
    "Update": "updated",
    "Delete": "deleted",
    "Merge": "merged",
    "Void": "voided",
    "Emailed": "emailed",
}


@dataclass(slots=True)
class _Delivery:
    """One body on its way, and when it may next be tried."""

    body: bytes
    due_at: datetime
    tries: int = 0
    signed: str = "well"  # or "badly" or "not"
    copies: int = 1


class WebhookSender:
    """Takes changes, sends them from a thread of its own.  Without an address it forgets them."""

    def __init__(
        self, clock: EmulatorClock, verifier_token: str, *, faults: FaultRules | None = None
    ) -> None:
        self._clock = clock
        self._faults = faults or FaultRules()
        self._late: list[_Delivery] = []
        self._key = verifier_token.encode()
        self._lock = threading.Condition()
        self._events: deque[tuple[float, Change]] = deque()
        self._blocked: _Delivery | None = None
        self._url: str | None = None
        self._form = "cloudevents"
        self._stopping = False
        self._thread: threading.Thread | None = None
        self._counts = {"delivered": 0, "failed_tries": 0, "dropped_events": 0, "lost_by_fault": 0}

    def configure(self, url: object, *, form: object = "cloudevents") -> None:
        """Send to this address from now on, or to none.  Raises ValueError with a sentence."""
        if form not in FORMS:
            raise ValueError(f"A webhook's form is cloudevents or legacy, got {form!r}.")
        if url is not None:
            parts = urlsplit(url) if isinstance(url, str) else None
            if parts is None or parts.scheme not in ("http", "https") or not is_loopback(parts.hostname):
                raise ValueError(f"Webhooks go to an http address on this machine, got {url!r}.")
        with self._lock:
            self._url = url if isinstance(url, str) else None
            self._form = str(form)
            if self._url is None:
                self._events.clear()
                self._blocked = None
                self._late.clear()
            self._lock.notify_all()

    def status(self) -> dict[str, Any]:
        """Say where deliveries go, and how they fared."""
        with self._lock:
            return {
                "url": self._url,
                "form": self._form,
                "waiting_events": len(self._events),
                "held_back": len(self._late),
                "blocked_until": self._blocked.due_at.isoformat() if self._blocked else None,
                **self._counts,
            }

    def on_change(self, change: Change) -> None:
        """Queue a change.  A full queue drops its oldest, as a forgotten notification."""
        with self._lock:
            if self._url is None:
                return
            if len(self._events) >= EVENTS_MAX:
                self._events.popleft()
                self._counts["dropped_events"] += 1
            self._events.append((time.monotonic(), change))
            self._lock.notify_all()

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="emulator-webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; what is still queued is lost, as with a service that goes away."""
        with self._lock:
            self._stopping = True
            self._lock.notify_all()
        if self._thread is not None:
            self._thread.join(timeout=ANSWER_SECONDS + 1)

    def _run(self) -> None:
        with requests.Session() as session:
            session.trust_env = False
            while True:
                with self._lock:
                    if self._stopping:
                        return
                    delivery = self._next()
                    url = self._url
                    if delivery is None or url is None:
                        waits = bool(self._events or self._blocked or self._late)
                        self._lock.wait(_POLL_SECONDS if waits else None)
                        continue
                self._settle(delivery, self._try(session, url, delivery))

    def _next(self) -> _Delivery | None:
        """Return what may be sent now: the blocked delivery first, and nothing past it."""
        if self._blocked is not None:
            return self._blocked if self._blocked.due_at <= self._clock.now() else None
        for delivery in self._late:
            if delivery.due_at <= self._clock.now():
                self._late.remove(delivery)
                self._blocked = delivery
                return delivery
        if not self._events or time.monotonic() - self._events[0][0] < GATHER_SECONDS:
            return None
        gathered = [self._events.popleft()[1] for _ in range(min(len(self._events), EVENTS_PER_DELIVERY))]
        # The same thing told twice within a moment is told once.
        told = {
            (event.realm_id, event.entity, event.id, event.operation, event.deleted_id): event
            for event in gathered
        }
        self._blocked = self._delivery(list(told.values()))
        return self._blocked

    def _delivery(self, changes: list[Change]) -> _Delivery | None:
        """Return the delivery of these changes; None where a fault lost it or holds it back."""
        struck = {rule.fault: rule for rule in self._faults.strike_delivery()}
        if "webhook_lost" in struck:
            self._counts["lost_by_fault"] += 1
            return None
        if "webhook_shuffled" in struck:
            changes = changes[::-1]
        if "webhook_unknown_company" in struck:
            changes = [replace(change, realm_id=UNKNOWN_REALM) for change in changes]
        form = self._form
        if "webhook_other_form" in struck:
            form = next(other for other in FORMS if other != form)
        delivery = _Delivery(delivery_body(changes, form), self._clock.now())
        if "webhook_unsigned" in struck:
            delivery.signed = "not"
        elif "webhook_bad_signature" in struck:
            delivery.signed = "badly"
        if "webhook_duplicate" in struck:
            delivery.copies = 2
        if "webhook_late" in struck:
            delivery.due_at += timedelta(seconds=struck["webhook_late"].seconds)
            self._late.append(delivery)
            return None
        return delivery

    def _try(self, session: requests.Session, url: str, delivery: _Delivery) -> bool:
        body = delivery.body
        headers = {
            "Content-Type": "application/json",
            "intuit-t-id": str(uuid.uuid4()),
            "intuit-created-time": self._clock.now().isoformat(),
        }
        if delivery.signed != "not":
            key = self._key if delivery.signed == "well" else b"another " + self._key
            headers["intuit-signature"] = signature(body, key)
        try:
            answer = session.post(
                url, data=body, headers=headers, timeout=ANSWER_SECONDS, allow_redirects=False
            )
        except requests.RequestException:
            return False
        return answer.status_code == 200

    def _settle(self, delivery: _Delivery, delivered: bool) -> None:
        with self._lock:
            if delivered:
                self._counts["delivered"] += 1
                delivery.copies -= 1
                if delivery.copies > 0:
                    delivery.tries = 0
                    return
                if self._blocked is delivery:
                    self._blocked = None
                return
            self._counts["failed_tries"] += 1
            delivery.due_at = self._clock.now() + LADDER[min(delivery.tries, len(LADDER) - 1)]
            delivery.tries += 1


def signature(body: bytes, key: bytes) -> str:
    """Return what the intuit-signature header holds: base64 of HMAC-SHA256 over the raw body."""
    return base64.b64encode(hmac.new(key, body, hashlib.sha256).digest()).decode()


def delivery_body(changes: list[Change], form: str) -> bytes:
    """Return the body that tells these changes, as CloudEvents or in the older envelope."""
    if form == "legacy":
        return encode({"eventNotifications": _legacy(changes)})
    return encode([_cloud_event(change) for change in changes])


def _cloud_event(change: Change) -> dict[str, Any]:
    source = base64.b64encode(hashlib.sha256(b"emulator").digest()).decode()
    return {
        "specversion": "1.0",
        "id": f"{uuid.uuid4()}-{change.entity}-{change.id}",
        "source": f"intuit.{source}",
        "type": f"qbo.{change.entity.lower()}.{_PAST_TENSE[change.operation]}.v1",
        "datacontenttype": "application/json",
        "time": _zulu(change.at),
        "intuitentityid": change.id,
        "intuitaccountid": change.realm_id,
        "data": {} if change.deleted_id is None else {"deletedid": change.deleted_id},
    }


def _legacy(changes: list[Change]) -> list[dict[str, Any]]:
    by_realm: dict[str, list[dict[str, str]]] = {}
    for change in changes:
        by_realm.setdefault(change.realm_id, []).append(
            {
                "name": change.entity,
                "id": change.id,
                "operation": change.operation,
                "lastUpdated": _zulu(change.at),
                **({} if change.deleted_id is None else {"deletedId": change.deleted_id}),
            }
        )
    return [{"realmId": realm, "dataChangeEvent": {"entities": told}} for realm, told in by_realm.items()]


def _zulu(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
