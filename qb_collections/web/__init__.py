"""The pages: one blueprint per noun, server-rendered, whole without JavaScript."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask
from flask_wtf.csrf import CSRFProtect

from qb_collections.services.context import Context
from qb_collections.web import (
    about_you,
    access,
    auth,
    boards,
    certificates,
    client_policies,
    companies,
    connect,
    customers,
    dashboard,
    drafts,
    errors,
    headers,
    health,
    hygiene,
    invoices,
    letters,
    mail,
    pages,
    plans,
    policies,
    policy_trials,
    preset_choice,
    proxy,
    questions,
    replies,
    reports,
    review,
    runs,
    sending,
    settings,
    stop,
    tasks,
    team,
    texts,
    undoing,
    watching,
    wording,
    worklist,
)

BODY_BYTES_MAX = 1_048_576  # 1 MiB: the largest webhook that is taken, and far more than any form
BLUEPRINTS = (
    auth.bp,
    pages.bp,
    health.bp,
    stop.bp,
    companies.bp,
    client_policies.bp,
    certificates.bp,
    settings.bp,
    connect.bp,
    dashboard.bp,
    customers.bp,
    invoices.bp,
    drafts.bp,
    runs.bp,
    tasks.bp,
    about_you.bp,
    questions.bp,
    review.bp,
    preset_choice.bp,
    hygiene.bp,
    plans.bp,
    boards.bp,
    policies.bp,
    policy_trials.bp,
    letters.bp,
    mail.bp,
    replies.bp,
    reports.bp,
    team.bp,
    texts.bp,
    undoing.bp,
    watching.bp,
    worklist.bp,
)


def create_web_app(
    context: Context,
    *,
    heartbeat: Callable[[], float | None] = lambda: None,
    receivers: Sequence[Blueprint] = (),
) -> Flask:
    """Build the WSGI application.

    heartbeat: seconds since the scheduler last ticked, None while there is none.
    receivers: blueprints that other servers call; they prove who they are
    themselves, so they are exempt from sign-in and from the CSRF token.
    """
    app = Flask("qb_collections", static_folder=None, template_folder=str(template_folder()))
    app.static_folder = str(Path(__file__).resolve().parent.parent / "static")
    app.add_url_rule("/static/<path:filename>", "static", app.send_static_file, methods=["GET"])
    app.config.from_mapping(_config(context))
    app.extensions["qbc_context"] = context
    app.extensions["qbc_heartbeat"] = heartbeat
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.add_extension("jinja2.ext.do")

    csrf = CSRFProtect(app)
    for receiver in receivers:
        csrf.exempt(receiver)
        app.register_blueprint(receiver)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    access.install(app, open_to_all={receiver.name for receiver in receivers})
    for part in (headers, errors, wording, sending):
        part.install(app)
    known = proxy.KnownHosts(app.wsgi_app, _hosts(context))
    app.wsgi_app = proxy.OneTrustedProxy(known, context.settings.trusted_proxy)  # type: ignore[method-assign]
    return app


def _hosts(context: Context) -> set[str]:
    """The names under which the pages answer: the public one, and this machine's own for monitors."""
    own = urlsplit(context.settings.base_url).hostname or "127.0.0.1"
    return {f"[{own}]" if ":" in own else own, "127.0.0.1", "localhost", "[::1]"}


def template_folder() -> Path:
    """In the wheel the templates lie inside the package, in a checkout beside it."""
    package = Path(__file__).resolve().parent.parent
    packed = package / "_templates"
    return packed if packed.is_dir() else package.parent / "templates"


def _config(context: Context) -> dict[str, object]:
    settings = context.settings
    own = urlsplit(settings.base_url)
    https = own.scheme == "https" or settings.trusted_proxy is not None
    key, *older = context.vault.keyed_hashes("session", "cookies")
    return {
        "SECRET_KEY": key,
        "SECRET_KEY_FALLBACKS": older,
        # Browsers share cookies between the ports of a host, and refuse __Host- without https.
        "SESSION_COOKIE_NAME": "__Host-session" if https else f"qbc-session-{settings.port}",
        "SESSION_COOKIE_SECURE": https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",  # the way back from Intuit is a link from another site
        "SESSION_COOKIE_PATH": "/",
        "MAX_CONTENT_LENGTH": BODY_BYTES_MAX,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,  # we send no referrer; SameSite and the token stand in for it
    }
