"""What every answer carries: the content security policy, and that nothing of it may be kept.

The list follows Intuit's security requirements (no-cache and no-store on every page that shows
QuickBooks data) and OWASP ASVS 5.0, 3.4.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Flask, Response, g, request

INTUIT = "https://appcenter.intuit.com"
HSTS_SECONDS = 31_536_000  # one year, the least that ASVS 3.4.1 takes


def install(app: Flask) -> None:
    app.after_request(_protect)


def allow_form_to(address: str) -> None:
    """Let this page's forms end at that address too: browsers follow form-action through redirects."""
    parts = urlsplit(address)
    g.form_targets = {*g.get("form_targets", ()), f"{parts.scheme}://{parts.netloc}"}


def sandbox() -> None:
    """This answer is somebody else's file: whatever opens it as a page lets it do nothing."""
    g.is_sandboxed = True


def policy(form_targets: set[str]) -> str:
    targets = " ".join(("'self'", INTUIT, *sorted(form_targets)))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
        f"connect-src 'self'; form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
    )


def _protect(response: Response) -> Response:
    headers = response.headers
    own = "default-src 'none'; sandbox" if g.get("is_sandboxed") else policy(g.get("form_targets", set()))
    headers["Content-Security-Policy"] = own
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if request.is_secure:
        headers["Strict-Transport-Security"] = f"max-age={HSTS_SECONDS}; includeSubDomains"
    if request.endpoint == "static" and response.status_code in (200, 304):
        headers["Cache-Control"] = "public, max-age=3600"
    else:
        headers["Cache-Control"] = "no-cache, no-store"
    return response
