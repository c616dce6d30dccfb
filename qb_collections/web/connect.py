"""Connect a company: the page that says what we do, the way to Intuit, and the way back."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, abort, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from qb_collections.config import is_loopback
from qb_collections.services import connect
from qb_collections.services.connect import Authorisation, Connected
from qb_collections.store import team
from qb_collections.store.engine import reading
from qb_collections.web import headers
from qb_collections.web.access import context, session_key, user

bp = Blueprint("connect", __name__)

NOT_LOCAL = (
    "That is not an emulator on this machine. Please give its address as it printed it, "
    "for example http://127.0.0.1:9100"
)


@bp.get("/connect")
def show() -> str:
    """What is read, what is written, what is never touched; then one button."""
    emulator = session.get("emulator_url")
    if emulator:
        headers.allow_form_to(emulator)
    return render_template(
        "web/connect.html",
        emulator=emulator,
        has_keys=context().settings.intuit_client_id is not None,
        may_connect=own_practice() is not None,
        environment=context().settings.intuit_environment,
    )


@bp.post("/connect")
def begin() -> ResponseReturnValue:
    """An owner's act: the company comes into their own practice."""
    if own_practice() is None:
        abort(403)
    emulator = session.get("emulator_url") if "emulator" in request.form else None
    began = connect.begin(context(), session_key(), emulator_url=emulator)
    if isinstance(began, Authorisation):
        return leave_for(began, emulator)
    flash(began.message, "refused")
    return redirect(url_for("connect.show"), 303)


@bp.post("/connect/emulator")
def choose_emulator() -> ResponseReturnValue:
    """Remember the emulator for this session, so that the next page's button may lead there."""
    if own_practice() is None:
        abort(403)
    address = request.form.get("address", "").strip().rstrip("/")
    if address and not _is_local(address):
        flash(NOT_LOCAL, "refused")
    elif address:
        refusal = connect.look_at_emulator(context(), address)
        if refusal is None:
            session["emulator_url"] = address
        else:
            flash(refusal.message, "refused")
    else:
        session.pop("emulator_url", None)
    return redirect(url_for("connect.show"), 303)


@bp.get("/connect/callback")
def callback() -> ResponseReturnValue:
    """Take what Intuit sent in the address, and lead on to an address without it, whatever happened."""
    told = request.args
    done = connect.complete(
        context(),
        state=told.get("state", ""),
        session_key=session_key(),
        code=told.get("code"),
        realm_id=told.get("realmId"),
        error=told.get("error"),
        actor=user().name,
        practice_id=own_practice(),
    )
    if not isinstance(done, Connected):
        flash(done.message, "refused")
        return _nowhere_else(url_for("connect.show"))
    session.pop("emulator_url", None)
    context().wake("sync", done.company.id)
    if done.is_new:
        flash(f"{done.company.name} is connected. We are only reading; sending is off.")
    else:
        flash(f"{done.company.name} is connected again, with all its records. It goes on with sending off.")
    return _nowhere_else(url_for("dashboard.show", company_id=done.company.id))


def own_practice() -> int | None:
    """Where a company goes that this person connects; None: they own no practice as a whole."""
    with reading(context().engine) as conn:
        owned = team.practices_owned(conn, user().id)
    return owned[0].id if owned else None


def leave_for(began: Authorisation, emulator_url: str | None) -> ResponseReturnValue:
    """Send the browser to the consent page."""
    if emulator_url is not None:
        headers.allow_form_to(emulator_url)
    return redirect(began.url, 303)


def _nowhere_else(address: str) -> ResponseReturnValue:
    """A redirect without a page: what came in the address is shown to nobody."""
    response = redirect(address, 302)
    response.set_data(b"")
    return response


def _is_local(address: str) -> bool:
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    plain = not (parts.path or parts.query or parts.fragment or parts.username or parts.password)
    host = parts.hostname or ""
    return parts.scheme == "http" and plain and port is not None and is_loopback(host)
