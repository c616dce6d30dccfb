"""Permission to use a company's books: authorise, exchange, refresh, revoke, all through intuit-oauth."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import requests
from intuitlib.client import AuthClient
from intuitlib.enums import Scopes
from intuitlib.exceptions import AuthClientError

from qb_collections.clock import Clock
from qb_collections.quickbooks import answers
from qb_collections.quickbooks.errors import (
    OperatorSetting,
    QuickBooksError,
    ReconnectNeeded,
    Refused,
    ServerTrouble,
    Throttled,
    Unreachable,
    Unreadable,
)

TIMEOUT_SECONDS = (3.05, 15.0)
ANSWER_BYTES_MAX = 65_536
EARLY = timedelta(minutes=5)  # refreshed when less than this is left
REFRESH_LIFE = timedelta(days=100)  # where the answer does not say

# What a token answer may set on the library's client, which takes any key (intuitlib.utils.set_attributes).
TOKEN_KEYS = (
    "access_token",
    "refresh_token",
    "expires_in",
    "x_refresh_token_expires_in",
    "x_refresh_token_hard_expires_in",
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An app registered at Intuit."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The part of a discovery document that the library uses."""

    authorization: str
    token: str
    revocation: str
    issuer: str
    jwks: str
    userinfo: str

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Endpoints:
        """Raises Unreadable when something is missing."""
        try:
            return cls(
                authorization=str(document["authorization_endpoint"]),
                token=str(document["token_endpoint"]),
                revocation=str(document["revocation_endpoint"]),
                issuer=str(document["issuer"]),
                jwks=str(document["jwks_uri"]),
                userinfo=str(document["userinfo_endpoint"]),
            )
        except KeyError as error:
            raise Unreadable(detail=f"the discovery document has no {error.args[0]}") from None


# The discovery documents' content, captured 2026-09-16 and unchanged for years.
PRODUCTION = Endpoints(
    authorization="https://appcenter.intuit.com/connect/oauth2",
    token="https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer",
    revocation="https://developer.api.intuit.com/v2/oauth2/tokens/revoke",
    issuer="https://oauth.platform.intuit.com/op/v1",
    jwks="https://oauth.platform.intuit.com/op/v1/jwks",
    userinfo="https://accounts.platform.intuit.com/v1/openid_connect/userinfo",
)
SANDBOX = Endpoints(
    authorization=PRODUCTION.authorization,
    token=PRODUCTION.token,
    revocation=PRODUCTION.revocation,
    issuer=PRODUCTION.issuer,
    jwks=PRODUCTION.jwks,
    userinfo="https://sandbox-accounts.platform.intuit.com/v1/openid_connect/userinfo",
)


@dataclass(frozen=True, slots=True)
class Tokens:
    """Both tokens, with absolute expiries.  generation rises with every refresh that is stored."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime
    hard_expires_at: datetime | None  # when only a person can connect again; None: Intuit did not say
    generation: int = 1


class StoredTokens(Protocol):
    """What a token store answers; Tokens is one, the store's own row another."""

    @property
    def access(self) -> str: ...
    @property
    def refresh(self) -> str: ...
    @property
    def access_expires_at(self) -> datetime: ...
    @property
    def refresh_expires_at(self) -> datetime: ...
    @property
    def hard_expires_at(self) -> datetime | None: ...
    @property
    def generation(self) -> int: ...


class TokenStore(Protocol):
    """Where tokens live.  Saving is durable before it returns."""

    def load(self, company_id: int) -> StoredTokens | None:
        """None: the company is not connected."""
        ...

    def save(self, company_id: int, tokens: StoredTokens) -> None:
        """Replace the company's tokens with a newer generation."""
        ...

    def mark_reconnect(self, company_id: int) -> None:
        """Intuit ended the permission for good: only that company stops, until a person connects again."""
        ...

    def is_ended(self, company_id: int) -> bool:
        """Whether it was marked so and nobody has connected again."""
        ...


class Intuit(AuthClient):  # type: ignore[misc]  # the library has no types
    """The library's client without its surprises; works on intuit-oauth 1.2.6 and 1.2.7.

    No discovery request in the constructor, a timeout on every request, no
    proxy or netrc from the environment, no redirects, and an answer sets no
    attribute that is not a token's.
    """

    def __init__(
        self,
        credentials: Credentials,
        endpoints: Endpoints,
        redirect_uri: str,
        adapters: Mapping[str, requests.adapters.BaseAdapter] | None = None,
    ) -> None:
        requests.Session.__init__(self)
        self.trust_env = False
        for prefix, adapter in (adapters or {}).items():
            self.mount(prefix, adapter)
        # Asks for x_refresh_token_hard_expires_in (Intuit's refresh token policy, 2025-11-12).
        self.headers["x-include-refresh-token-hard-expires-in"] = "true"
        self.client_id = credentials.client_id
        self.client_secret = credentials.client_secret
        self.redirect_uri = redirect_uri
        self.environment = "cached"
        self.state_token: str | None = None
        self.auth_endpoint = endpoints.authorization
        self.token_endpoint = endpoints.token
        self.revoke_endpoint = endpoints.revocation
        self.issuer_uri = endpoints.issuer
        self.jwks_uri = endpoints.jwks
        self.user_info_url = endpoints.userinfo
        self.realm_id: str | None = None
        self.access_token: str | None = None
        self.refresh_token: str | None = None
        self.id_token: str | None = None
        self.expires_in: Any = None
        self.x_refresh_token_expires_in: Any = None
        self.x_refresh_token_hard_expires_in: Any = None
        self._include_refresh_token_hard_expires_in = False  # read by 1.2.7; the header above does the same

    def request(self, method: str, url: str, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", TIMEOUT_SECONDS)
        kwargs["allow_redirects"] = False
        response: requests.Response = super().request(method, url, **kwargs)
        if response.status_code == 200 and response.content:
            response._content = _tokens_only(response)
        return response


def authorization_url(intuit: Intuit, state: str) -> str:
    """Where the browser goes to ask for permission: accounting only, never openid."""
    return str(intuit.get_authorization_url([Scopes.ACCOUNTING], state))


def exchange(intuit: Intuit, code: str, realm_id: str, clock: Clock) -> Tokens:
    """Turn the authorization code into tokens.  Never repeated: a second use of a code ends the permission.

    Raises ReconnectNeeded when the code is used up or expired, OperatorSetting, Unreachable, ...
    """
    with _typed(clock):
        intuit.get_bearer_token(code, realm_id=realm_id)
    return _tokens(intuit, clock.now(), generation=1, hard_expires_at=None)


def refresh(intuit: Intuit, old: StoredTokens, clock: Clock) -> Tokens:
    """Ask for the next generation.  The caller stores it before it uses it.

    Raises ReconnectNeeded on invalid_grant, OperatorSetting on invalid_client;
    everything else is not final.
    """
    with _typed(clock):
        intuit.refresh(refresh_token=old.refresh)
    return _tokens(intuit, clock.now(), old.generation + 1, old.hard_expires_at)


def revoke(intuit: Intuit, token: str, clock: Clock) -> None:
    """End the permission at Intuit.  Raises what refresh raises."""
    with _typed(clock):
        intuit.revoke(token=token)


class Access:
    """One company's access token: refreshed in time, by one thread, and stored before it is used."""

    def __init__(
        self,
        company_id: int,
        store: TokenStore,
        intuit: Callable[[], Intuit],
        clock: Clock,
        lock: threading.Lock,
    ) -> None:
        self._company_id = company_id
        self._store = store
        self._intuit = intuit
        self._clock = clock
        self._lock = lock
        self._current: StoredTokens | None = None

    def tokens(self) -> StoredTokens:
        """Tokens that are good for five minutes at least.  Raises ReconnectNeeded when there are none."""
        current = self._current or self._load()
        if current.access_expires_at - self._clock.now() < EARLY:
            current = self.refreshed(current.generation)
        self._current = current
        return current

    def refreshed(self, seen_generation: int) -> StoredTokens:
        """Tokens newer than the generation that failed; one refresh however many threads ask."""
        with self._lock:
            stored = self._load()
            if stored.generation == seen_generation:
                stored = self._next(stored)
            self._current = stored
            return stored

    def renew(self) -> StoredTokens:
        """The next generation, whether or not the last one is still good."""
        with self._lock:
            self._current = self._next(self._load())
            return self._current

    def _next(self, stored: StoredTokens) -> StoredTokens:
        if self._store.is_ended(self._company_id):  # work that began before it was marked
            raise ReconnectNeeded("Intuit has ended the permission")
        try:
            fresh = refresh(self._intuit(), stored, self._clock)
        except ReconnectNeeded:
            # Another process may have rotated the token since we read it: then its access token is good.
            again = self._load()
            if again.generation != stored.generation:
                return again
            self._store.mark_reconnect(self._company_id)
            raise
        self._store.save(self._company_id, fresh)
        return fresh

    def _load(self) -> StoredTokens:
        stored = self._store.load(self._company_id)
        if stored is None:
            raise ReconnectNeeded("this company is not connected to QuickBooks")
        return stored


def _tokens_only(response: requests.Response) -> bytes:
    if len(response.content) > ANSWER_BYTES_MAX:
        raise answers.unreadable(response)
    try:
        document = json.loads(response.content)
    except (ValueError, UnicodeDecodeError):
        raise answers.unreadable(response) from None
    if not isinstance(document, dict):
        raise answers.unreadable(response)
    return json.dumps({key: document[key] for key in TOKEN_KEYS if key in document}).encode()


def _tokens(intuit: Intuit, now: datetime, generation: int, hard_expires_at: datetime | None) -> Tokens:
    """The client's attributes as a value.  The numbers may come as text (Intuit's own SDK mocks)."""
    if not isinstance(intuit.access_token, str) or not isinstance(intuit.refresh_token, str):
        raise Unreadable(detail="the token answer has no tokens")
    try:
        access_life = timedelta(seconds=int(intuit.expires_in or 3600))
        refresh_seconds, hard_seconds = (
            intuit.x_refresh_token_expires_in,
            intuit.x_refresh_token_hard_expires_in,
        )
        refresh_life = timedelta(seconds=int(refresh_seconds)) if refresh_seconds else REFRESH_LIFE
        if hard_seconds:
            hard_expires_at = now + timedelta(seconds=int(hard_seconds))
    except (TypeError, ValueError, OverflowError):
        raise Unreadable(detail="the token answer's expiries are not numbers") from None
    return Tokens(
        access=intuit.access_token,
        refresh=intuit.refresh_token,
        access_expires_at=now + access_life,
        refresh_expires_at=now + refresh_life,
        hard_expires_at=hard_expires_at,
        generation=generation,
    )


@contextmanager
def _typed(clock: Clock) -> Iterator[None]:
    """The libraries' exceptions as ours.  Theirs quote bodies that may hold tokens, so no chain."""
    try:
        yield
    except AuthClientError as error:
        raise _oauth_error(error.response, clock.now()) from None
    except requests.RequestException as error:
        raise Unreachable(detail=type(error).__name__) from None


def _oauth_error(response: requests.Response, now: datetime) -> QuickBooksError:
    status, number = response.status_code, answers.tid(response)
    try:
        document = json.loads(response.content[:ANSWER_BYTES_MAX])
        code = str(document.get("error", "")) if isinstance(document, dict) else ""
    except (ValueError, UnicodeDecodeError):
        code = ""
    wait = answers.retry_after(response, now)
    kinds: dict[str, type[QuickBooksError]] = {
        "invalid_grant": ReconnectNeeded,
        "invalid_client": OperatorSetting,
    }
    if code in kinds:
        return kinds[code](status=status, code=code, intuit_tid=number)
    if status == 429:
        return Throttled(status=status, intuit_tid=number, retry_after=wait)
    if status >= 500:
        return ServerTrouble(status=status, intuit_tid=number, retry_after=wait)
    if code:
        return Refused(status=status, code=code, intuit_tid=number)
    return answers.unreadable(response)
