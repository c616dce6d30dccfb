"""Carries what the real client libraries send to the emulator's front in the same process, without sockets.

It is mounted on the sessions of the one pool, so that requests, python-quickbooks and intuit-oauth run as
they are.  The network's own faults happen here; QuickBooks' faults are the emulator's.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes, urlsplit

import requests
from requests.adapters import BaseAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPResponse
from urllib3.exceptions import MaxRetryError, NewConnectionError, ProtocolError

from qb_collections.emulator.faults import ConnectionLost
from tests.simulation.points import Killed, Points

NETWORK_FAULTS = ("refused", "unresolved", "never_sent", "timed_out", "reset_before", "lost", "late")
LATE_AFTER = 6  # further sends until a request that its caller gave up on arrives after all


@dataclass(slots=True)
class NetworkFault:
    """One kind of trouble between us and QuickBooks, and how often."""

    fault: str
    rate: float
    random: Random
    effects_only: bool = False
    nth: int | None = None  # strikes this request only
    met: int = 0


@dataclass(slots=True)
class Sent:
    """One request as it left, and what became of it."""

    number: int
    at: datetime
    method: str
    path: str
    params: dict[str, str]
    body: bytes
    headers: dict[str, str]
    process: int
    worker: int = 0  # which of its processes, where two of them share one life
    handed_at: datetime | None = None  # when the service let go of it; None: as it left
    status: int | None = None  # None: no answer came back
    answer: bytes = b""
    fault: str | None = None
    ended_at: datetime | None = None
    changes: list[Any] = field(default_factory=list)  # what it did in the books: the truth, answered or not
    known: dict[str, Any] = field(default_factory=dict)  # what watchers noted as it arrived

    @property
    def realm(self) -> str | None:
        parts = self.path.split("/")
        return parts[3] if self.path.startswith("/v3/company/") and len(parts) > 3 else None

    @property
    def resource(self) -> str:
        return "/".join(self.path.split("/")[4:])

    @property
    def has_effect(self) -> bool:
        """Whether QuickBooks may change because of it."""
        if self.realm is None or self.method == "GET" or self.resource == "query":
            return False
        return self.resource != "batch" or b'"Query"' not in self.body


Watcher = Callable[[Sent], None]


@dataclass
class Network:
    """What lies between every process of the service and the emulator; it outlives a crash."""

    front: Any
    clock: Any
    faults: list[NetworkFault] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    fired: dict[tuple[str, str], int] = field(default_factory=dict)  # (fault, kind of request) -> times
    before: list[Watcher] = field(default_factory=list)  # called as a request arrives
    after: list[Watcher] = field(default_factory=list)
    denies: bool = False  # QuickBooks is to forget ids of requests, or to refuse what it could do
    _late: list[tuple[int, Sent]] = field(default_factory=list)
    current: Sent | None = None  # the request that the emulator is working on

    def carry(self, sent: Sent) -> tuple[int, list[tuple[str, str]], bytes]:
        """Hand a request to the emulator.  Raises ConnectionLost where it hangs up."""
        for watcher in self.before:
            watcher(sent)
        started: list[tuple[str, list[tuple[str, str]]]] = []
        self.current = sent
        try:
            chunks = self.front(_environ(sent), lambda status, headers: started.append((status, headers)))
        finally:
            self.current = None
        status, headers = started[-1]
        return int(status.split()[0]), headers, b"".join(chunks)

    def hold_up(self, sent: Sent) -> None:
        """It arrives some requests later; before the next one, where QuickBooks may deny its repetition.

        What is looked for, not found, repeated and forgotten or refused for good, and then comes, is done
        although it must not be, whatever the client does.
        """
        later = 0 if self.denies and sent.has_effect else LATE_AFTER
        self._late.append((len(self.sent) + later, sent))

    def arrive_late(self, *, all_of_them: bool = False) -> None:
        """Let requests arrive whose callers gave up on them long ago."""
        for item in [*self._late]:
            at, sent = item
            if item not in self._late:  # what another one's arrival set off has let it arrive
                continue
            if all_of_them or len(self.sent) >= at:
                self._late.remove(item)
                with suppress(ConnectionLost):
                    self.carry(sent)

    def on_their_way(self) -> list[Sent]:
        """Those that arrive later."""
        return [sent for _, sent in self._late]

    def struck(self, sent: Sent) -> NetworkFault | None:
        for fault in self.faults:
            if fault.effects_only and not sent.has_effect:
                continue
            fault.met += 1
            if fault.met == fault.nth if fault.nth else fault.random.random() < fault.rate:
                self.count(fault.fault, sent)
                return fault
        return None

    def count(self, fault: str, sent: Sent) -> None:
        key = fault, kind_of(sent)
        self.fired[key] = self.fired.get(key, 0) + 1


class MemoryAdapter(BaseAdapter):
    """Mounted by one process; dies with it."""

    def __init__(self, network: Network, points: Points, process: int, worker: int = 0) -> None:
        super().__init__()
        self._network = network
        self._points = points
        self._process = process
        self._worker = worker

    def close(self) -> None:
        """Nothing is open."""

    def send(  # type: ignore[override]
        self, request: requests.PreparedRequest, timeout: Any = None, **_: Any
    ) -> requests.Response:
        network, points = self._network, self._points
        handed_at = network.clock.now()
        points.reach()
        network.arrive_late()
        sent = _sent(request, network.clock, number=len(network.sent), process=self._process)
        sent.worker, sent.handed_at = self._worker, handed_at
        network.sent.append(sent)
        while points.at_send:
            points.at_send.pop(0)()
        fault = network.struck(sent)
        seconds = timeout[1] if isinstance(timeout, tuple) else 60.0
        try:
            if fault is not None:
                sent.fault = fault.fault
                self._before(fault.fault, sent, request, seconds)
            try:
                status, headers, content = network.carry(sent)
            except ConnectionLost:
                raise _hung_up(request) from None
            sent.status, sent.answer = status, content
            points.reach()
            if fault is not None and fault.fault == "lost":
                sent.status = None
                raise requests.ConnectionError(
                    ProtocolError("Connection broken", ConnectionResetError(104, "reset")), request=request
                )
            return _response(request, status, headers, content)
        finally:
            sent.ended_at = network.clock.now()
            for watcher in network.after:
                watcher(sent)

    def _before(self, fault: str, sent: Sent, request: requests.PreparedRequest, seconds: float) -> None:
        clock = self._network.clock
        if fault in ("refused", "unresolved"):
            raise requests.ConnectionError(
                MaxRetryError(None, request.url or "", NewConnectionError(None, fault)), request=request
            )
        if fault == "never_sent":
            clock.advance(timedelta(seconds=3))
            raise requests.ConnectTimeout("connect timed out", request=request)
        if fault == "reset_before":
            raise requests.ConnectionError(
                ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")), request=request
            )
        if fault in ("timed_out", "late"):
            if fault == "late":
                self._network.hold_up(sent)
            clock.advance(timedelta(seconds=seconds))
            raise requests.ReadTimeout("read timed out", request=request)


class Direct(BaseAdapter):
    """Hands each request to the emulator and its answer back, and does nothing else."""

    def __init__(self, front: Any, clock: Any) -> None:
        super().__init__()
        self._network = Network(front, clock)

    def close(self) -> None:
        """Nothing is open."""

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:  # type: ignore[override]
        sent = _sent(request, self._network.clock, number=0, process=0)
        try:
            status, headers, content = self._network.carry(sent)
        except ConnectionLost:
            raise _hung_up(request) from None
        return _response(request, status, headers, content)


def _sent(request: requests.PreparedRequest, clock: Any, *, number: int, process: int) -> Sent:
    parts = urlsplit(request.url or "")
    body = request.body or b""
    return Sent(
        number=number,
        at=clock.now(),
        method=request.method or "GET",
        path=unquote_to_bytes(parts.path).decode("utf-8", "replace"),
        params=dict(parse_qsl(parts.query, keep_blank_values=True)),
        body=body.encode() if isinstance(body, str) else body,
        headers={name: str(value) for name, value in request.headers.items()},
        process=process,
    )


def _hung_up(request: requests.PreparedRequest) -> requests.ConnectionError:
    return requests.ConnectionError(
        ProtocolError("Connection aborted.", ConnectionResetError(104, "reset")), request=request
    )


def kind_of(sent: Sent) -> str:
    """The kind of a request in a coverage table's words."""
    if sent.realm is None:
        return "token" if "tokens/bearer" in sent.path else "oauth"
    head = sent.resource.split("/")[0]
    if not sent.has_effect:
        return "read"
    if sent.resource.endswith("/send"):
        return "send"
    if head == "batch":
        return "batch"
    operation = sent.params.get("operation") or ("void" if sent.params.get("include") else "")
    return f"{operation or 'write'} {head}"


def _environ(sent: Sent) -> dict[str, Any]:
    environ: dict[str, Any] = {
        "REQUEST_METHOD": sent.method,
        "PATH_INFO": sent.path.encode("utf-8").decode("latin-1"),
        "QUERY_STRING": "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in sent.params.items()),
        "CONTENT_TYPE": sent.headers.get("Content-Type", ""),
        "CONTENT_LENGTH": str(len(sent.body)),
        "wsgi.input": BytesIO(sent.body),
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "127.0.0.1",
    }
    for name, value in sent.headers.items():
        key = name.upper().replace("-", "_")
        if key not in ("CONTENT_TYPE", "CONTENT_LENGTH", "ACCEPT_ENCODING"):
            environ[f"HTTP_{key}"] = value
    return environ


def _quoted(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def _response(
    request: requests.PreparedRequest, status: int, headers: list[tuple[str, str]], content: bytes
) -> requests.Response:
    response = requests.Response()
    response.status_code = status
    response.headers = CaseInsensitiveDict(headers)
    response.raw = HTTPResponse(
        body=BytesIO(content), headers=dict(headers), status=status, preload_content=False
    )
    response.url = request.url or ""
    response.request = request
    response.encoding = requests.utils.get_encoding_from_headers(response.headers)
    response.reason = ""
    return response


__all__ = ["Direct", "Killed", "MemoryAdapter", "Network", "NetworkFault", "Sent", "kind_of"]
