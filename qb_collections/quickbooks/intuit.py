"""The app registered at Intuit and the shared connections to it."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import dataclass

import requests
from requests.adapters import HTTPAdapter

from qb_collections.quickbooks import answers
from qb_collections.quickbooks.errors import OperatorSetting, Unreachable
from qb_collections.quickbooks.oauth import PRODUCTION, SANDBOX, Credentials, Endpoints, Intuit

API_ROOTS = {
    "production": "https://quickbooks.api.intuit.com/v3",
    "sandbox": "https://sandbox-quickbooks.api.intuit.com/v3",
}
TIMEOUT_SECONDS = (3.05, 15.0)
DOCUMENTS_MAX = 64


@dataclass(frozen=True, slots=True)
class Connection:
    """Where one company's books are, and as whom we ask for them."""

    company_id: int
    realm_id: str
    base_url: str  # the API's root, ending in /v3
    credentials: Credentials
    endpoints: Endpoints


def http_session() -> requests.Session:
    """The pool of connections that everything shares.  The environment's proxies and netrc stay out."""
    session = requests.Session()
    session.trust_env = False
    for prefix in ("https://", "http://"):
        session.mount(prefix, HTTPAdapter(pool_connections=8, pool_maxsize=32, pool_block=True))
    return session


class IntuitApp:
    """Our own app, if the operator registered one, and every discovery document read so far."""

    def __init__(self, http: requests.Session, credentials: Credentials | None, redirect_uri: str) -> None:
        self.http = http
        self.redirect_uri = redirect_uri
        self._credentials = credentials
        self._documents: dict[str, Endpoints] = {}
        self._locks: defaultdict[int, threading.Lock] = defaultdict(threading.Lock)
        self._lock = threading.Lock()

    @property
    def credentials(self) -> Credentials:
        """Raises OperatorSetting when the operator has not set any."""
        if self._credentials is None:
            raise OperatorSetting(
                "Connecting to QuickBooks needs your own Intuit keys: set QBC_INTUIT_CLIENT_ID and "
                "QBC_INTUIT_CLIENT_SECRET, or connect to the emulator"
            )
        return self._credentials

    def endpoints(self, environment: str, discovery_url: str | None = None) -> Endpoints:
        """Intuit's own are known; those of an emulator are read once.  Raises Unreachable, Unreadable."""
        if discovery_url is None:
            return PRODUCTION if environment == "production" else SANDBOX
        known = self._documents.get(discovery_url)
        if known is None:
            known = Endpoints.of(self.get_json(discovery_url))
            if len(self._documents) >= DOCUMENTS_MAX:
                self._documents.clear()
            self._documents[discovery_url] = known
        return known

    def get_json(self, url: str) -> dict[str, object]:
        """One short GET outside the API: discovery, and an emulator's own addresses."""
        try:
            response = self.http.get(url, timeout=TIMEOUT_SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            raise Unreachable(detail=f"{url}: {type(error).__name__}") from None
        if response.status_code != 200:
            raise answers.unreadable(response)
        return answers.document(response)

    def auth(self, credentials: Credentials, endpoints: Endpoints, redirect_uri: str | None = None) -> Intuit:
        """A client for one exchange, refresh or revocation, on the shared connections."""
        return Intuit(credentials, endpoints, redirect_uri or self.redirect_uri, self.http.adapters)

    def lock_of(self, company_id: int) -> threading.Lock:
        """The lock under which this process refreshes that company's tokens."""
        with self._lock:
            return self._locks[company_id]
