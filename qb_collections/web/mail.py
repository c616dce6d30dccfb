"""E-mail of the company's own: the account it leaves by, who wants none, and every message that left."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from flask import Blueprint, Response, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from qb_collections.messages.outgoing import Security
from qb_collections.services import mail_archive, mail_doctor, mail_settings, stopping
from qb_collections.services.mail_archive import Kept
from qb_collections.services.mail_settings import WantedAccount
from qb_collections.services.refusal import Refusal
from qb_collections.store import mail_accounts, mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.web.access import company_for_user, context_of, user

bp = Blueprint("mail", __name__, url_prefix="/companies/<int:company_id>/mail")

SECURITY = {
    Security.STARTTLS: "STARTTLS, usually port 587",
    Security.TLS: "TLS from the start, usually port 465",
    Security.LOOPBACK: "None, only for a test server on this machine",
}
FIELDS = ("host", "port", "security", "login", "from_name", "from_address", "reply_to", "per_minute")
STATES = {
    "ready": "Not sent",
    "sending": "Being sent",
    "accepted": "Sent",
    "refused": "Refused",
    "put_back": "Tried again later",
    "unknown": "Nobody knows whether it left",
}


@bp.get("/")
def show(company_id: int) -> str:
    """The account, what was sent last, and who asked for no automatic e-mail."""
    company = company_for_user(company_id)
    here = context_of(company)
    account = mail_settings.find(here, company)
    messages = mail_archive.listed(here, company)
    assert not isinstance(messages, Refusal)
    with reading(here.engine) as conn:
        stopped = mail_accounts.stopped(conn, company.id)
        names = mirror.customers(conn, company.id, sorted({one.customer_id for one in messages}))
    return render_template(
        "web/mail.html", account=account, messages=messages, names=names, stopped=stopped, states=STATES
    )


@bp.get("/account")
def edit(company_id: int) -> str:
    company = company_for_user(company_id, role="owner")
    account = mail_settings.find(context_of(company), company)
    form = {name: str(getattr(account, name) or "") for name in FIELDS} if account else {}
    return _form(form, has_account=account is not None)


@bp.post("/account")
def save(company_id: int) -> ResponseReturnValue:
    """Store the account, turned off: a test message turns it on."""
    company = company_for_user(company_id, role="owner")
    here = context_of(company)
    form = {name: request.form.get(name, "").strip() for name in FIELDS}
    try:
        port = int(form["port"][:6]) if form["port"] else None
        per_minute = int(form["per_minute"][:6]) if form["per_minute"] else mail_settings.PER_MINUTE
    except ValueError:
        return _form(form, problem="A port and a number of messages are whole numbers."), 422
    wanted = WantedAccount(
        host=form["host"],
        from_address=form["from_address"],
        from_name=form["from_name"] or None,
        port=port,
        security=form["security"],
        login=form["login"] or None,
        password=request.form.get("password") or None,
        reply_to=form["reply_to"] or None,
        per_minute=per_minute,
    )
    done = mail_settings.put(here, company, wanted, by=user().name)
    if isinstance(done, Refusal):
        return _form(form, problem=done.message), 422
    flash("Saved, and turned off. Send yourself a test: when it arrives, turn it on.")
    return redirect(url_for(".show", company_id=company.id), 303)


@bp.post("/test")
def test(company_id: int) -> ResponseReturnValue:
    """One message to an address of one's own; once it is taken, the account may be turned on."""
    company = company_for_user(company_id, role="owner")
    to = request.form.get("to", "")[:254]
    return _said(company, mail_doctor.send_test(context_of(company), company, to, by=user().name))


@bp.post("/allow")
def allow(company_id: int) -> ResponseReturnValue:
    """They want automatic e-mail again."""
    company = company_for_user(company_id, role="manager")
    address = request.form.get("address", "")[:254]
    if stopping.allow(context_of(company), company, address, by=user().name):
        flash(f"E-mail may go to {address} by itself again.")
    else:
        flash("Nothing keeps e-mail from that address.", "refused")
    return redirect(url_for(".show", company_id=company.id), 303)


@bp.post("/on")
def turn_on(company_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="owner")
    return _said(company, mail_settings.turn_on(context_of(company), company, by=user().name))


@bp.post("/off")
def turn_off(company_id: int) -> ResponseReturnValue:
    company = company_for_user(company_id, role="manager")
    return _said(company, mail_settings.turn_off(context_of(company), company, by=user().name))


@bp.get("/messages/<int:message_id>")
def read(company_id: int, message_id: int) -> str:
    """One message as it left, and the figures that it was made of."""
    company = company_for_user(company_id)
    kept = _kept(company, message_id)
    parsed = _parsed(kept)
    return render_template(
        "web/mail_message.html",
        message=kept.message,
        text=mail_archive.text_of(kept),
        headers=[(name, str(value)) for name, value in parsed.items()] if parsed is not None else [],
        enclosed=[part.get_filename() or "" for part in parsed.iter_attachments()]
        if parsed is not None
        else [],
        snapshot=kept.snapshot,
        states=STATES,
    )


@bp.get("/messages/<int:message_id>.eml")
def download(company_id: int, message_id: int) -> Response:
    """The exact bytes, for a mail program."""
    company = company_for_user(company_id)
    kept = _kept(company, message_id)
    if kept.content is None:
        abort(404)
    headers = {"Content-Disposition": f'attachment; filename="message-{message_id}.eml"'}
    return Response(kept.content, mimetype="message/rfc822", headers=headers)


def _kept(company: Company, message_id: int) -> Kept:
    kept = mail_archive.read(context_of(company), company, message_id)
    if kept is None:
        abort(404)
    return kept


def _parsed(kept: Kept) -> EmailMessage | None:
    if kept.content is None:
        return None
    found = message_from_bytes(kept.content, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def _form(form: dict[str, str], *, problem: str | None = None, has_account: bool = True) -> str:
    return render_template(
        "web/mail_account.html", form=form, problem=problem, security=SECURITY, has_account=has_account
    )


def _said(company: Company, done: str | Refusal) -> ResponseReturnValue:
    flash(str(done), "refused" if isinstance(done, Refusal) else "message")
    return redirect(url_for(".show", company_id=company.id), 303)
