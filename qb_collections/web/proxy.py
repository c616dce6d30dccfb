"""Forwarded headers count only when they come from the one proxy that the operator named."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from werkzeug.middleware.proxy_fix import ProxyFix

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
