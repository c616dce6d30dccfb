"""Who is signed in, and which companies exist for them.

Every page asks for a signed-in person unless it says otherwise here; a page that is
forgotten is closed, not open.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, g, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, current_user, login_user, logout_user

from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services.company_time import on_company_time
from qb_collections.services.context import Context
from qb_collections.store import companies, people
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.people import Role, User

OPEN = frozenset(
    {
        "static",
        "auth.sign_in",
        "auth.enter",
        "auth.follow",
        "auth.welcome",
        "auth.choose",
        "health.show",
        "pages.disconnected",
    }
)
IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)  # also for somebody who never pauses (ASVS 5.0, 7.3.2)


class Person:
    """The signed-in user, as Flask-Login wants to see one."""

    is_authenticated = True
    is_anonymous = False

    def __init__(self, user: User) -> None:
        self.user = user
        self.is_active = user.active

    def get_id(self) -> str:
        return f"{self.user.id}:{self.user.session_epoch}"


def install(app: Flask, *, open_to_all: Collection[str]) -> None:
    manager = LoginManager(app)
    manager.session_protection = None  # it ties a session to the browser's name, which proves nothing
    manager.user_loader(_load)

    def gate() -> ResponseReturnValue | None:
        if request.endpoint is None or request.endpoint in OPEN or request.blueprint in open_to_all:
            return None
        if not current_user.is_authenticated:
            return redirect(url_for("auth.sign_in", next=_here()), 303)
        session["seen_at"] = context().clock.now().isoformat()
        return None

    app.before_request(gate)


def context() -> Context:
    found: Context = current_app.extensions["qbc_context"]
    return found


def user() -> User:
    """The signed-in user.  On a page that is open to all there may be none: that is our mistake."""
    person: Person = current_user
    return person.user


def begin_session(found: User) -> None:
    """Sign in with a new session: nothing of an earlier one is carried over."""
    session.clear()
    now = context().clock.now().isoformat()
    session["key"] = secrets.token_urlsafe(32)
    session["began_at"] = session["seen_at"] = now
    login_user(Person(found))


def end_session() -> None:
    logout_user()
    session.clear()


def session_key() -> str:
    """What an authorisation at Intuit is bound to."""
    key: str = session.setdefault("key", secrets.token_urlsafe(32))
    return key


def company_for_user(company_id: int, role: str = "viewer") -> Company:
    """The company, if it exists for the signed-in user: 404 if not, 403 when their role is too small."""
    with reading(context().engine) as conn:
        allowed = companies.find_for(conn, user().id, company_id)
    if allowed is None:
        abort(404)
    found, held = allowed
    g.company, g.role = found, held
    if not held.covers(Role(role)):
        abort(403)
    return found


def may(role: str) -> bool:
    """Whether the page may offer what needs this role."""
    held: Role | None = g.get("role")
    return held is not None and held.covers(Role(role))


def context_of(company: Company) -> Context:
    """The context on the company's time; when its emulator does not answer, on ours, and the page says so."""
    try:
        return on_company_time(context(), company)
    except QuickBooksError:
        g.emulator_silent = True
        return context()


def safe_next(address: str | None) -> str:
    """The address to go on to after signing in, if it is a path of ours; else the first page."""
    home = url_for("companies.home")
    if not address or not address.startswith("/") or address.startswith(("//", "/\\")):
        return home
    # Browsers take a backslash for a slash, drop tabs and newlines, and some servers decode %2f.
    if "\\" in address or "%2f" in address.lower() or "%5c" in address.lower() or not address.isprintable():
        return home
    parts = urlsplit(address)
    return address if not parts.scheme and not parts.netloc else home


def _here() -> str | None:
    if request.method != "GET" or request.path == "/":
        return None
    return request.full_path.rstrip("?")


def _load(stored: str) -> Person | None:
    """The user of the session; none when it is too old or was ended."""
    user_id, _, epoch = stored.partition(":")
    if not user_id.isdigit() or not _fresh():
        return None
    with reading(context().engine) as conn:
        found = people.get(conn, int(user_id))
    if found is None or not found.active or str(found.session_epoch) != epoch:
        return None
    return Person(found)


def _fresh() -> bool:
    try:
        began = datetime.fromisoformat(session["began_at"])
        seen = datetime.fromisoformat(session["seen_at"])
    except (KeyError, ValueError):
        return False
    now = context().clock.now()
    return now - seen <= IDLE and now - began <= LONGEST
