"""The emulator's HTTP front: one WSGI callable for OAuth, the REST interface and the control surface.

A call to the interface passes, in this order: scheduled acts that have fallen due, fault rules, bearer
check, company check, throttle, QuickBooks itself.  Every such call is recorded with the instant at which
it arrived, also those that get no answer.
"""

from __future__ import annotations

import gzip
import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qsl

from qb_collections.emulator import acts, companies, gateway, lagging, oauth, rest
from qb_collections.emulator.answers import Reply
from qb_collections.emulator.calls import Call, read_call
from qb_collections.emulator.changed_calls import half_of_batch, page_as_asked, shifted_page
from qb_collections.emulator.clock import EmulatorClock
from qb_collections.emulator.companies import CompanyHandle
from qb_collections.emulator.companies_open import Companies
from qb_collections.emulator.consent import authorize
from qb_collections.emulator.control import Control
from qb_collections.emulator.credentials import Credentials, Settings, load_credentials
from qb_collections.emulator.engine import Engine
from qb_collections.emulator.faults import AROUND, BEFORE, ConnectionLost, FaultRules, Rule
from qb_collections.emulator.file_links import FileLinks
from qb_collections.emulator.openid import IdTokens
from qb_collections.emulator.request_log import Outcome, RequestLog
from qb_collections.emulator.spoilt import spoil, struck_before
from qb_collections.emulator.store import Store
from qb_collections.emulator.throttle import Throttle
from qb_collections.emulator.tokens import Tokens
from qb_collections.emulator.webhooks_out import WebhookSender

StartResponse = Callable[..., object]

GZIP_FROM_BYTES = 600
DRIP_PIECES = 20
_METHODS = ("GET", "POST", "HEAD", "DELETE", "PUT", "PATCH", "OPTIONS")


class Front:
    """Call it as a WSGI application; `base_url` is where discovery says this server is."""

    def __init__(
        self,
        store: Store,
        engine: Engine,
        clock: EmulatorClock,
        *,
        base_url: str = "http://127.0.0.1",
        control: bool = False,
        throttle: bool = False,
        verifier: str | None = None,
    ) -> None:
        self.base_url = base_url
        self.engine = engine
        self.clock = clock
        self._settings = Settings(store)
        self.credentials: Credentials = load_credentials(self._settings, verifier=verifier)
        self.tokens = Tokens(store, clock, self.credentials.token_key)
        self.id_tokens = IdTokens(self._settings)
        self.file_links = FileLinks(self.credentials.token_key)
        self.companies = Companies(store)
        self.faults = FaultRules()
        self.throttle = Throttle(refuses=throttle)
        self.log = RequestLog(store)
        self.webhooks: WebhookSender | None = None  # set by the server that sends them
        self.control = Control(self, control_open=control)

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        """Answer one request.  Raises ConnectionLost where the connection is to end without an answer."""
        call = _call_of(environ)
        arrived_at = self.clock.now()
        tid = f"1-{int(arrived_at.timestamp()):08x}-{secrets.token_hex(12)}"
        if call.method not in _METHODS:
            reply = Reply(405, b"", headers=(("Allow", ", ".join(_METHODS)),))
        elif self.control.owns(call):
            reply = self.control.answer(call, environ)
        else:
            reply = self._observed(call, arrived_at, tid)
        return self._send(call, reply, tid, start_response)

    def open_company(self, kind: str, *, realm_id: str | None = None, **options: Any) -> CompanyHandle:
        """Build a company of this kind and list it under it.

        A second one of a kind gets the next free realm id.  Raises ValueError with a sentence for an
        unknown kind or a realm id that is taken, TypeError for an option that the kind does not have.
        """
        if realm_id is not None and not (realm_id.isascii() and realm_id.isdigit() and len(realm_id) <= 19):
            raise ValueError(f"A realm id is a number of at most 19 digits, got {realm_id[:40]!r}.")
        wanted = realm_id or self.companies.free_realm_id(kind)
        if wanted is not None and self.companies.has(wanted):
            raise ValueError(f"There is already a company {wanted}.")
        handle = companies.build(self.engine, kind, realm_id=wanted, **options)
        self.companies.remember_kind(handle.realm_id, handle.kind)
        return handle

    def clock_moved(self) -> None:
        """Remember where the clock was moved to, over a restart too, and let what fell due happen."""
        self._settings.put("moved_to", self.clock.now().isoformat())
        self.run_due()

    def moved_to(self) -> datetime | None:
        """Return where the clock was last moved to, None if it never was."""
        told = self._settings.get("moved_to")
        return None if told is None else datetime.fromisoformat(told)

    def run_due(self) -> None:
        """Let the people's acts happen that have fallen due by now, in every company."""
        for realm_id in self.engine.realms():
            acts.run_due(self.engine, realm_id)

    def _observed(self, call: Call, arrived_at: datetime, tid: str) -> Reply:
        """Answer a call to OAuth or the interface through the fault rules, and record it."""
        struck = self.faults.strike(call)
        named = ", ".join(rule.fault for rule in struck) or None
        slow = sum(rule.seconds for rule in struck if rule.fault == "slow")
        if slow:
            time.sleep(slow)  # real time on purpose: the caller's own timeout is what is tried
        main = next((rule for rule in struck if rule.fault not in AROUND), None)
        status: int | None = None
        try:
            reply = self._with_fault(call, main, struck, arrived_at)
            status = reply.status
            if main is not None and main.fault == "late_answer":
                time.sleep(main.seconds)
            if main is not None and main.fault not in BEFORE:
                reply = spoil(main, reply, arrived_at)
            return _with_skewed_date(reply, struck, arrived_at)
        finally:
            self.log.record(call, arrived_at, Outcome(status, tid, named))

    def _with_fault(self, call: Call, main: Rule | None, struck: Sequence[Rule], now: datetime) -> Reply:
        if main is not None and main.fault in BEFORE:
            return struck_before(main, now)
        if any(rule.fault == "forget_requestid" for rule in struck):
            params = {name: value for name, value in call.params.items() if name != "requestid"}
            call = read_call(call.method, call.path, params, call.headers, call.body)
        if call.realm_id is None:
            return self._oauth(call)
        if any(rule.fault == "half_batch" for rule in struck):
            self._api(half_of_batch(call))
            raise ConnectionLost("the server went away in the middle of the batch")
        shift = next((rule.shift for rule in struck if rule.fault == "changing_pages"), 0)
        reply = self._api(shifted_page(call, shift) if shift else call)
        if shift and reply.status == 200:
            reply = replace(reply, body=page_as_asked(reply.body, call))
        lag = max((rule.seconds for rule in struck if rule.fault == "lagging_queries"), default=0.0)
        if lag and reply.status == 200:
            behind = now - timedelta(seconds=lag)
            return replace(reply, body=lagging.as_of(self.engine, call.realm_id, reply.body, behind))
        return reply

    def _api(self, call: Call) -> Reply:
        """Answer a call to one company's books."""
        assert call.realm_id is not None
        now = self.clock.now()
        refused = self._refused_at_gateway(call, call.realm_id, now)
        if refused is not None:
            return refused
        acts.run_due(self.engine, call.realm_id)
        request = rest.Request(call.method, call.resource, call.params, call.headers, call.body)
        answer = rest.answer(self.engine, call.realm_id, request)
        body = self.file_links.told(call, answer, self.base_url, now)
        return Reply(answer.status, body, answer.content_type, tuple(answer.headers.items()))

    def _refused_at_gateway(self, call: Call, realm_id: str, now: datetime) -> Reply | None:
        """Check token, company and limits; None lets the call through."""
        if self.file_links.opens(call, now) and self.companies.has(realm_id):
            return None
        scheme, _, token = call.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            return _unauthorised("Missing or malformed Authorization header", now)
        bearer = self.tokens.bearer(token.strip())
        if bearer.realm_id is None:
            return _unauthorised(bearer.detail, now)
        if bearer.realm_id != realm_id or not self.companies.has(realm_id):
            return Reply(403, gateway.wrong_company(now))
        if not self.throttle.admit(realm_id, batch=call.kind == "batch", now=now):
            return _throttled(call, now)
        return None

    def _oauth(self, call: Call) -> Reply:
        path = call.path.rstrip("/")
        if path in (oauth.DISCOVERY_PATH, "/.well-known/openid_configuration"):
            return oauth.discovery(self.base_url)
        if path == oauth.AUTHORIZE_PATH:
            posted = dict(parse_qsl(call.body.decode("utf-8", "replace"))) if call.method == "POST" else {}
            return authorize(self.tokens, self.credentials, self.companies.all(), {**call.params, **posted})
        if path == oauth.TOKEN_PATH and call.method == "POST":
            return oauth.token(self.tokens, self.credentials, self.id_tokens, call)
        if path == oauth.REVOKE_PATH and call.method == "POST":
            return oauth.revoke(self.tokens, self.credentials, call)
        if path == oauth.USERINFO_PATH:
            token = call.headers.get("authorization", "").partition(" ")[2]
            return oauth.userinfo(self.tokens.bearer(token.strip()))
        if path == oauth.JWKS_PATH:
            return oauth.jwks(self.id_tokens)
        return Reply(404, gateway.html_page(404), gateway.HTML)

    def _send(self, call: Call, reply: Reply, tid: str, start_response: StartResponse) -> Iterable[bytes]:
        body = reply.body
        given = {name for name, _ in reply.headers}
        headers = [
            ("Content-Type", reply.content_type),
            ("intuit_tid", tid),
            ("Intuit-Tid", tid),
            *reply.headers,
        ]
        if "Date" not in given:
            headers.append(("Date", format_datetime(self.clock.now(), usegmt=True)))
        if "Cache-Control" not in given:
            headers.append(("Cache-Control", "max-age=0, no-cache, no-store, must-revalidate, private"))
        if len(body) >= GZIP_FROM_BYTES and "gzip" in call.headers.get("accept-encoding", ""):
            body = gzip.compress(body, compresslevel=1, mtime=0)
            headers.append(("Content-Encoding", "gzip"))
        headers.append(("Content-Length", str(len(body))))
        start_response(reply.status_line, headers)
        return _dripping(body, reply.drip_seconds) if reply.drip_seconds else [body]


def _call_of(environ: dict[str, Any]) -> Call:
    length = int(environ.get("CONTENT_LENGTH") or 0)
    body = environ["wsgi.input"].read(length) if length else b""
    headers = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    for name in ("CONTENT_TYPE", "CONTENT_LENGTH"):
        if environ.get(name):
            headers[name.replace("_", "-").lower()] = environ[name]
    path = str(environ.get("PATH_INFO", "/")).encode("latin-1").decode("utf-8", "replace")
    params = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
    return read_call(environ["REQUEST_METHOD"], path, params, headers, body)


def _dripping(body: bytes, seconds: float) -> Iterator[bytes]:
    """Give a body out in pieces over this much real time."""
    size = max(1, -(-len(body) // DRIP_PIECES))
    for start in range(0, len(body), size):
        time.sleep(seconds / DRIP_PIECES)
        yield body[start : start + size]


def _with_skewed_date(reply: Reply, struck: Sequence[Rule], now: datetime) -> Reply:
    skew = sum(rule.seconds for rule in struck if rule.fault == "skewed_date")
    if not skew:
        return reply
    date = format_datetime(now + timedelta(seconds=skew), usegmt=True)
    return replace(reply, headers=(*reply.headers, ("Date", date)))


def _unauthorised(detail: str, now: datetime) -> Reply:
    challenge = 'Bearer realm="Intuit", error="invalid_token"'
    return Reply(401, gateway.unauthorised(detail, now), headers=(("WWW-Authenticate", challenge),))


def _throttled(call: Call, now: datetime) -> Reply:
    """XML for whoever did not ask for JSON, else lower-case JSON."""
    if "json" in call.headers.get("accept", ""):
        return Reply(429, gateway.throttled_json(now))
    return Reply(429, gateway.throttled_xml(now), gateway.XML)


__all__ = ["ConnectionLost", "Front"]
