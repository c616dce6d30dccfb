"""What comes before the application: whose forwarded headers count, and which hosts are ours."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from werkzeug.exceptions import SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wsgi import get_host

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

FORWARDED = ("FOR", "HOST", "PROTO", "PORT", "PREFIX", "SERVER", "BY")


class OneTrustedProxy:
    """Takes the client's address, scheme and host from the trusted proxy, and drops them from anyone else."""

    def __init__(self, app: WSGIApplication, trusted: str | None) -> None:
        self._app = app
        self._behind_proxy = ProxyFix(app, x_for=1, x_proto=1, x_host=1)
        self._trusted = trusted

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if self._trusted is not None and environ.get("REMOTE_ADDR") == self._trusted:
            return self._behind_proxy(environ, start_response)
        for name in FORWARDED:
            environ.pop(f"HTTP_X_FORWARDED_{name}", None)
        environ.pop("HTTP_FORWARDED", None)
        return self._app(environ, start_response)


class KnownHosts:
    """Refuses a request for a host that is not ours, so that no link can be made to lead elsewhere."""

    def __init__(self, app: WSGIApplication, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = sorted(hosts)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        try:
            get_host(environ, self._hosts)
        except SecurityError:
            return _refuse(start_response)
        return self._app(environ, start_response)


def _refuse(start_response: StartResponse) -> Iterable[bytes]:
    words = b"This service does not answer under that name. QBC_PUBLIC_URL says under which one it does.\n"
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(words))),
        ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
        ("X-Content-Type-Options", "nosniff"),
        ("Cache-Control", "no-cache, no-store"),
    ]
    start_response("400 Bad Request", headers)
    return [words]
