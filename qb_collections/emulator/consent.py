"""The page on which a person picks a company and lets an app in, or does not.

For a person it is a plain HTML form; a command answers it with the parameters
`emulator_decision` (approve or deny) and `realm`.  An unknown app or a redirect address
that is not on this machine gets a page and no redirect, as at Intuit.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from html import escape
from ipaddress import ip_address
from urllib.parse import urlencode, urlsplit

from qb_collections.emulator.answers import Reply, html_reply, redirect
from qb_collections.emulator.companies_open import OpenCompany
from qb_collections.emulator.credentials import Credentials
from qb_collections.emulator.oauth import AUTHORIZE_PATH, SCOPE, SCOPES
from qb_collections.emulator.pages import page
from qb_collections.emulator.tokens import Tokens

_CARRIED = ("client_id", "response_type", "scope", "redirect_uri", "state")


def authorize(
    tokens: Tokens, credentials: Credentials, companies: Sequence[OpenCompany], params: Mapping[str, str]
) -> Reply:
    """Show the page, or act on the decision that came with the request."""
    problem = _unsafe_to_redirect(credentials, params)
    if problem is not None:
        return html_reply(page("This app cannot be connected", f"<p>{escape(problem)}</p>"), 400)
    if params.get("response_type", "code") != "code":
        return _back(params, error="unsupported_response_type")
    asked = set(params.get("scope", "").split())
    if not asked & {SCOPE, "openid"} or asked - SCOPES:
        return _back(params, error="invalid_scope")
    if not params.get("state"):
        return _back(params, error="invalid_request")
    decision = params.get("emulator_decision")
    if decision == "deny":
        return _back(params, error="access_denied")
    if decision == "approve":
        return _approve(tokens, companies, params)
    return html_reply(page("Connect your books", _form(companies, params)))


def is_loopback(host: str | None) -> bool:
    """Say whether a host name or address means this machine."""
    if host is None:
        return False
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _unsafe_to_redirect(credentials: Credentials, params: Mapping[str, str]) -> str | None:
    """Return why the browser must not be sent back, as a sentence."""
    client_id = params.get("client_id", "")
    if not hmac.compare_digest(client_id.encode(), credentials.client_id.encode()):
        return f"No app with the client id {client_id[:80]!r} is known here."
    address = params.get("redirect_uri", "")
    try:
        parts = urlsplit(address)
        on_this_machine = parts.scheme in ("http", "https") and is_loopback(parts.hostname)
    except ValueError:
        on_this_machine = False
    if not on_this_machine or parts.fragment:
        return (
            f"The redirect address {address[:200]!r} is not on this machine. Development keys may only"
            " send people back to a loopback address, for example http://127.0.0.1:5000/callback."
        )
    return None


def _approve(tokens: Tokens, companies: Sequence[OpenCompany], params: Mapping[str, str]) -> Reply:
    if SCOPE not in params["scope"].split():
        # Signing in connects no company, so none comes back.
        return _back(params, code=tokens.issue_code("", params["scope"], params["redirect_uri"]))
    realm_id = params.get("realm") or (companies[0].realm_id if len(companies) == 1 else "")
    if realm_id not in {company.realm_id for company in companies}:
        named = ", ".join(f"{company.realm_id} ({company.name})" for company in companies) or "none"
        sentence = f"Say which company to connect with realm=…; open here: {named}."
        return html_reply(page("Which company?", f"<p>{escape(sentence)}</p>"), 400)
    code = tokens.issue_code(realm_id, params.get("scope", ""), params["redirect_uri"])
    return _back(params, code=code, realmId=realm_id)


def _back(params: Mapping[str, str], **answer: str) -> Reply:
    """Send the browser back with the answer and the state it came with."""
    state = {"state": params["state"]} if params.get("state") else {}
    address = params["redirect_uri"]
    joint = "&" if urlsplit(address).query else "?"
    return redirect(address + joint + urlencode({**answer, **state}))


def _form(companies: Sequence[OpenCompany], params: Mapping[str, str]) -> str:
    connects = SCOPE in params["scope"].split()
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{escape(params[name], quote=True)}">'
        for name in _CARRIED
        if name in params
    )
    choices = "".join(
        f'<p><label><input type="radio" name="realm" value="{escape(company.realm_id, quote=True)}"'
        f"{' checked' if index == 0 else ''}> {escape(company.name)}</label></p>"
        for index, company in enumerate(companies)
    )
    asks = (
        "to read and write the accounting data of one of these companies. They are made up"
        if connects
        else "who you are. The person is made up"
    )
    companies_asked = f"<fieldset><legend>Company</legend>{choices}</fieldset>" if connects else ""
    return (
        f"<p>An app on this machine asks {asks}; nothing leaves this machine.</p>"
        f'<form method="post" action="{AUTHORIZE_PATH}">{hidden}{companies_asked}'
        '<p><button name="emulator_decision" value="approve">Approve</button> '
        '<button name="emulator_decision" value="deny">Deny</button></p></form>'
    )
