"""One emulator as a server: its store, engine, front, webhook sender and HTTP thread together."""

from __future__ import annotations

import threading
from datetime import datetime
from typing import Any

from qb_collections.emulator.clock import EmulatorClock
from qb_collections.emulator.companies import CompanyHandle
from qb_collections.emulator.consent import is_loopback
from qb_collections.emulator.engine import Engine
from qb_collections.emulator.front import Front
from qb_collections.emulator.http_server import HttpServer
from qb_collections.emulator.oauth import OPENID_SCOPES, SCOPE
from qb_collections.emulator.store import Store
from qb_collections.emulator.switches import Switches
from qb_collections.emulator.webhooks_out import WebhookSender


class EmulatorServer:
    """A local QuickBooks Online.

    Listens once `start` or `run_forever` has been called; `port` 0 picks a free one.  A
    store at `path` keeps companies, keys and tokens over restarts; None keeps all in memory.
    Raises ValueError for a host that is not loopback: what it serves is open to its callers.
    """

    def __init__(
        self,
        *,
        path: str | None,
        clock: EmulatorClock,
        host: str = "127.0.0.1",
        port: int = 0,
        control: bool = False,
        throttle: bool = False,
        webhooks_url: str | None = None,
        webhooks_form: str = "cloudevents",
        verifier: str | None = None,
        switches: Switches | None = None,
        debug: bool = False,
    ) -> None:
        if not is_loopback(host):
            raise ValueError(f"The emulator serves this machine only; {host!r} is not a loopback address.")
        self.clock = clock
        self.store = Store(path)
        self.engine = Engine(self.store, clock, switches=switches or Switches(), debug=debug)
        self.front = Front(
            self.store, self.engine, clock, control=control, throttle=throttle, verifier=verifier
        )
        self.webhooks = WebhookSender(
            clock, self.front.credentials.webhook_verifier_token, faults=self.front.faults
        )
        self.webhooks.configure(webhooks_url, form=webhooks_form)
        self.front.webhooks = self.webhooks
        self.engine.on_change(self.webhooks.on_change)
        self._address = ("127.0.0.1" if host == "localhost" else host, port)
        self._http: HttpServer | None = None
        self._thread: threading.Thread | None = None
        self._serving = False
        self._stopped = False
        self._refresh_token: str | None = None

    @property
    def base_url(self) -> str:
        """Where this server answers, without a slash at the end; known once it listens."""
        return self.front.base_url

    def open_company(self, kind: str, *, realm_id: str | None = None, **options: Any) -> CompanyHandle:
        """Build a company of this kind and list it under it.  Raises ValueError with a sentence."""
        return self.front.open_company(kind, realm_id=realm_id, **options)

    def resume_at(self) -> datetime | None:
        """Return the latest instant that the store remembers: a restarted emulator goes on from there.

        None for a fresh store, whose clock begins at its company's first day.
        """
        known = (self.front.companies.latest_at(), self.front.log.latest_at(), self.front.moved_to())
        return max((at for at in known if at is not None), default=None)

    def listen(self) -> None:
        """Take the address; answering begins with `start` or `run_forever`."""
        if self._http is None:
            self._http = HttpServer(*self._address, app=self.front)
            host = self._address[0]
            named = f"[{host}]" if ":" in host else host
            self.front.base_url = f"http://{named}:{self._http.port}"
            self.webhooks.start()

    def start(self) -> None:
        """Answer on a thread of its own; on return the server listens."""
        self.listen()
        assert self._http is not None
        self._serving = True
        self._thread = threading.Thread(
            target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, name="emulator-http", daemon=True
        )
        self._thread.start()

    def run_forever(self) -> None:
        """Answer on this thread until `stop` is called from another."""
        self.listen()
        assert self._http is not None
        self._serving = True
        self._http.serve_forever(poll_interval=0.2)

    def stop(self) -> None:
        """Stop answering, end open connections, close the store.  A second call does nothing."""
        if self._stopped:
            return
        self._stopped = True
        if self._http is not None:
            if self._serving:
                self._http.shutdown()
            self._http.close()
        if self._thread is not None:
            self._thread.join(timeout=5)
        self.webhooks.stop()
        self.store.close()

    def ready_line(self) -> dict[str, str | None]:
        """What a script needs to begin: keys, addresses, and a refresh token for the first company.

        The token opens the books and, as if the person had signed in too, the user info address.
        """
        told = self.front.control.credentials()
        open_now = self.front.companies.all()
        realm_id = open_now[0].realm_id if open_now else None
        if realm_id is not None and self._refresh_token is None:
            self._refresh_token = self.front.tokens.grant(
                realm_id, scope=" ".join((SCOPE, *OPENID_SCOPES))
            ).refresh_token
        names = (
            "base_url",
            "discovery_url",
            "client_id",
            "client_secret",
            "webhook_verifier_token",
            "control_url",
        )
        return {
            **{name: told[name] for name in names},
            "realm_id": realm_id,
            "refresh_token": self._refresh_token,
        }
