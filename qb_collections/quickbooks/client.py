"""The transport: python-quickbooks builds the request, this sends it.

`process_request` is the only place of the library where bytes leave; here it
takes its turn at the limiter, carries the current token, looks at the status
before the body, and retries what may be retried.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from typing import Any

import requests
import structlog
from quickbooks import QuickBooks
from requests.exceptions import ContentDecodingError
from urllib3.exceptions import (
    ConnectTimeoutError,
    MaxRetryError,
    NameResolutionError,
    NewConnectionError,
)
from urllib3.exceptions import SSLError as TlsError

from qb_collections.clock import Clock
from qb_collections.quickbooks import answers
from qb_collections.quickbooks.errors import (
    AnswerLost,
    QuickBooksError,
    ServerTrouble,
    Throttled,
    TooHeavy,
    Unauthorized,
    Unreachable,
    Unreadable,
)
from qb_collections.quickbooks.intuit import Connection
from qb_collections.quickbooks.limits import Limiter
from qb_collections.quickbooks.oauth import Access

MINOR_VERSION = 75  # everything below is ignored since 2025-08-01 (Intuit developer blog, 2025-01-21)
CONNECT_SECONDS = 3.05
READ_SECONDS = 60.0
REPORT_SECONDS = 120.0  # QuickBooks gives up on a request after 120 s
ATTEMPTS_MAX = 4
RETRIES_MAX = 30  # of one client: trouble that lasts is for the next run
PAUSE_SECONDS_MAX = 8.0
ANSWER_BYTES_MAX = 64 * 1024 * 1024
PAGE_BYTES_MAX = 20 * 1024 * 1024  # a page beyond this is asked for in halves (plan-accounting.md, 33)
CHUNK_BYTES = 256 * 1024
TIMED_OUT = "ReadTimeout"  # the name of the library's error, as it stands in a detail
USER_AGENT = "qb-collections"

_log = structlog.get_logger("quickbooks")


class Client(QuickBooks):  # type: ignore[misc]  # the library has no types
    """One company's client.  Safe to share between threads."""

    def __new__(cls, *, connection: Connection, **_: Any) -> Client:
        # Without an auth_client the library does no network call and keeps no token.
        client: Client = super().__new__(
            cls, company_id=connection.realm_id, minorversion=MINOR_VERSION, use_decimal=True
        )
        return client

    def __init__(
        self,
        *,
        connection: Connection,
        http: requests.Session,
        access: Access,
        limiter: Limiter,
        clock: Clock,
        random: random.Random,
    ) -> None:
        self.session = http
        self.connection = connection
        self.access = access
        self.limiter = limiter
        self.clock = clock
        self.retries = 0  # of this client: one piece of work has one
        self.calls = 0  # requests to the accounting API, answered or not
        self._counting = threading.Lock()  # pages may be fetched side by side
        self._random = random

    @property
    def api_url(self) -> str:
        # The library knows two hosts and takes anything else for production.
        return self.connection.base_url

    def company_url(self, path: str) -> str:
        return f"{self.api_url}/company/{self.connection.realm_id}/{path}"

    def process_request(
        self,
        request_type: str,
        url: str,
        headers: Any = "",
        params: Any = "",
        data: Any = "",
    ) -> requests.Response:
        """What the library calls.  A response that comes back has status 200 and no fault in it."""
        effect = request_type != "GET" and not url.endswith("/query")
        response = self.exchange(
            request_type, url, headers=headers or {}, params=params or {}, data=data, effect=effect
        )
        if "application/pdf" not in (headers or {}).get("Accept", ""):
            try:
                if "Fault" in answers.document(response):  # null: the library would look into it
                    response._content = answers.without_fault(response.content)
            except Unreadable as error:
                if effect:
                    raise AnswerLost(detail=error.detail, status=200, intuit_tid=error.intuit_tid) from None
                raise
        return response

    def exchange(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        params: Mapping[str, Any],
        data: Any,
        effect: bool,
        reads: int = 1,
        batch: bool = False,
        divisible: bool = False,
    ) -> requests.Response:
        """Send one request and answer its 200, not yet looked into.

        A read is tried up to four times; a request with an effect exactly once,
        because only the one who stored it may repeat it.  Raises the errors of
        quickbooks/errors.py.  reads is what Intuit meters it as.  What is divisible raises
        TooHeavy at the first time-out, 504 or more than 20 MB, to be asked for in parts.
        """
        if isinstance(data, str):
            data = data.encode()
        attempts = 1 if effect else ATTEMPTS_MAX
        for attempt in range(1, attempts + 1):
            try:
                response = self._authorised(method, url, headers, params, data, effect, batch, divisible)
            except (Unreachable, ServerTrouble, Throttled) as error:
                if divisible and (error.status == 504 or error.detail == TIMED_OUT):
                    raise TooHeavy(
                        detail=error.detail, status=error.status, intuit_tid=error.intuit_tid
                    ) from None
                untold = isinstance(error, Throttled) and error.status is None
                if attempt == attempts or untold or self.retries >= RETRIES_MAX:
                    raise
                self.retries += 1
                self._pause(attempt, error)
            else:
                if not effect:
                    self.limiter.count_reads(reads)
                return response
        raise AssertionError("the loop returns or raises")

    def read_batch(self, body: str, queries: int) -> requests.Response:
        """A batch of nothing but queries: a read."""
        return self.exchange(
            "POST",
            self.company_url("batch"),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
            params={"minorversion": MINOR_VERSION},
            data=body,
            effect=False,
            reads=queries,
            batch=True,
        )

    def read_query(self, statement: str, *, divisible: bool = False) -> requests.Response:
        """One query, its answer not yet looked into; the way of the long scans."""
        return self.exchange(
            "POST",
            self.company_url("query"),
            headers={"Content-Type": "application/text", "Accept": "application/json"},
            params={"minorversion": MINOR_VERSION},
            data=statement,
            effect=False,
            divisible=divisible,
        )

    def read_changes(self, entities: str, since: str) -> requests.Response:
        return self.exchange(
            "GET",
            self.company_url("cdc"),
            headers={"Accept": "application/json"},
            params={"entities": entities, "changedSince": since, "minorversion": MINOR_VERSION},
            data=None,
            effect=False,
            divisible=True,
        )

    def _authorised(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, Any],
        data: Any,
        effect: bool,
        batch: bool,
        divisible: bool,
    ) -> requests.Response:
        """One try; a second one with a fresh token after a 401, which had no effect."""
        tokens = self.access.tokens()
        try:
            return self._once(method, url, headers, params, data, effect, batch, divisible, tokens.access)
        except Unauthorized:
            tokens = self.access.refreshed(tokens.generation)
            return self._once(method, url, headers, params, data, effect, batch, divisible, tokens.access)

    def _once(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        params: Mapping[str, Any],
        data: Any,
        effect: bool,
        batch: bool,
        divisible: bool,
        token: str,
    ) -> requests.Response:
        sent = {**headers, "User-Agent": USER_AGENT, "Authorization": f"Bearer {token}"}
        slow = REPORT_SECONDS if "/reports/" in url else READ_SECONDS
        with self.limiter.call(batch=batch or url.endswith("/batch")):
            with self._counting:
                self.calls += 1
            try:
                response = self.session.request(
                    method,
                    url,
                    headers=sent,
                    params=dict(params),
                    data=data,
                    timeout=(CONNECT_SECONDS, slow),
                    allow_redirects=False,
                    stream=True,
                )
                _read_body(response, PAGE_BYTES_MAX if divisible else ANSWER_BYTES_MAX)
            except _TooLarge as error:
                if divisible:
                    raise TooHeavy(detail=str(error)) from None
                raise _lost(error, effect) from None
            except requests.RequestException as error:
                raise _lost(error, effect) from None
        refusal = answers.refusal(response, self.clock.now())
        _log.debug(
            "quickbooks call",
            company_id=self.connection.company_id,
            method=method,
            operation=_operation(url),
            status=response.status_code,
            ms=round(response.elapsed.total_seconds() * 1000),
            intuit_tid=answers.tid(response),
            request_id=params.get("requestid"),
        )
        if refusal is not None:
            if isinstance(refusal, Throttled):
                self.limiter.throttled(refusal.retry_after)
            raise refusal
        return response

    def _pause(self, attempt: int, error: QuickBooksError) -> None:
        """Full jitter.  After a 429 the limiter does the waiting."""
        if isinstance(error, Throttled):
            return
        ceiling = min(PAUSE_SECONDS_MAX, 0.5 * 2**attempt)
        self.limiter.wait(max(self._random.uniform(0.0, ceiling), min(error.retry_after or 0.0, 60.0)))


class _TooLarge(ContentDecodingError):
    """The answer has more bytes than we take."""


def _read_body(response: requests.Response, bytes_max: int) -> None:
    """Read it all, within a limit.  Raises requests' errors when it is cut off."""
    parts: list[bytes] = []
    size = 0
    with response:
        for part in response.iter_content(CHUNK_BYTES):
            size += len(part)
            if size > bytes_max:
                raise _TooLarge(f"more than {bytes_max} bytes")
            parts.append(part)
    response._content = b"".join(parts)


def _lost(error: requests.RequestException, effect: bool) -> QuickBooksError:
    """What a broken conversation means: nothing was sent, or it may have been."""
    said = type(error).__name__
    if isinstance(error, ContentDecodingError):
        return AnswerLost(detail=said) if effect else Unreadable(detail=said)
    if not effect:
        return Unreachable("QuickBooks could not be reached", detail=said)
    if _never_sent(error):
        return Unreachable(detail=said)
    return AnswerLost(detail=said)


def _never_sent(error: requests.RequestException) -> bool:
    """Whether the connection failed before anything could go through it."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    if isinstance(reason, TlsError):
        return "CERTIFICATE_VERIFY_FAILED" in str(reason)
    return isinstance(reason, NewConnectionError | NameResolutionError | ConnectTimeoutError)


def _operation(url: str) -> str:
    """The address without company and ids, for the log: invoice/#/send."""
    path = url.partition("/company/")[2].split("/")[1:]
    return "/".join(part if part.isalpha() else "#" for part in path)
