"""Stop automatic e-mail: the page behind the link of a message, and the one click of mail programs.

RFC 8058: the POST works without signing in, without a cookie and without a token of a form; opening the
page changes nothing, because scanners open every link.
"""

from __future__ import annotations

from contextlib import suppress

from flask import Blueprint, abort, render_template
from flask.typing import ResponseReturnValue

from qb_collections.quickbooks.errors import QuickBooksError
from qb_collections.services import stopping
from qb_collections.services.company_time import on_company_time
from qb_collections.store.companies import Company
from qb_collections.store.mail_messages import MailMessage
from qb_collections.web.access import context

bp = Blueprint("unsubscribing", __name__)

TOKEN_MAX = 80


@bp.get("/u/<token>")
def show(token: str) -> ResponseReturnValue:
    company, sent = _found(token)
    return render_template("web/unsubscribe.html", who=company.name, address=sent.recipient, done=False)


@bp.post("/u/<token>")
def stop(token: str) -> ResponseReturnValue:
    """Whatever the body holds: mail programs send List-Unsubscribe=One-Click, the page nothing."""
    company, sent = _found(token)
    here = context()
    with suppress(QuickBooksError):  # an emulator that is away tells no time; the wish counts all the same
        here = on_company_time(here, company)
    stopping.unsubscribe(here, company, sent)
    return render_template("web/unsubscribe.html", who=company.name, address=sent.recipient, done=True)


def _found(token: str) -> tuple[Company, MailMessage]:
    found = stopping.found(context(), token) if len(token) <= TOKEN_MAX else None
    if found is None:
        abort(404)
    return found
