"""Intuit's OAuth endpoints: discovery, token, revoke, and the two OpenID addresses discovery names.

Shapes follow the live discovery document and the public clients' recorded bodies; errors
are flat objects, not faults.  An ID token comes with the code exchange, and only with the scope `openid`.
"""

from __future__ import annotations

import hmac
import json
from base64 import b64decode
from urllib.parse import parse_qsl

from qb_collections.emulator.answers import Headers, Reply, json_reply
from qb_collections.emulator.calls import Call
from qb_collections.emulator.credentials import Credentials
from qb_collections.emulator.openid import ISSUER, IdTokens, SignIn, person
from qb_collections.emulator.tokens import ACCESS_SECONDS, REFRESH_SECONDS, Bearer, TokenPair, Tokens

DISCOVERY_PATH = "/.well-known/openid_sandbox_configuration"
AUTHORIZE_PATH = "/connect/oauth2"
TOKEN_PATH = "/oauth2/v1/tokens/bearer"
REVOKE_PATH = "/v2/oauth2/tokens/revoke"
USERINFO_PATH = "/v1/openid_connect/userinfo"
JWKS_PATH = "/op/v1/jwks"
SCOPE = "com.intuit.quickbooks.accounting"
OPENID_SCOPES = ("openid", "profile", "email", "phone", "address")
# What an app may ask for (the scopes of Intuit's Python and JavaScript clients).  All but the accounting and
# OpenID ones are granted and open nothing here.
SCOPES = frozenset(
    {
        SCOPE,
        *OPENID_SCOPES,
        "intuit_name",
        "com.intuit.quickbooks.payment",
        "com.intuit.quickbooks.payroll",
        "com.intuit.quickbooks.payroll.timetracking",
        "com.intuit.quickbooks.payroll.benefits",
        "payroll.compensation.read",
        "project-management.project",
        "time-tracking.time-entry",
        "time-tracking.time-entry.read",
        "indirect-tax.tax-calculation.quickbooks",
        "app-foundations.custom-dimensions.read",
        "app-foundations.custom-field-definitions",
        "app-foundations.custom-field-definitions.read",
    }
)
HARD_EXPIRY_HEADER = "x-include-refresh-token-hard-expires-in"

_NOT_CACHED: Headers = (("Cache-Control", "no-cache, no-store"), ("Pragma", "no-cache"))


def discovery(base_url: str) -> Reply:
    """The document that intuit-oauth reads on every construction, pointing at this server."""
    return json_reply(
        {
            "issuer": ISSUER,
            "authorization_endpoint": base_url + AUTHORIZE_PATH,
            "token_endpoint": base_url + TOKEN_PATH,
            "userinfo_endpoint": base_url + USERINFO_PATH,
            "revocation_endpoint": base_url + REVOKE_PATH,
            "jwks_uri": base_url + JWKS_PATH,
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "scopes_supported": ["openid", "email", "profile", "address", "phone"],
            "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
            "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
        }
    )


def token(tokens: Tokens, credentials: Credentials, id_tokens: IdTokens, call: Call) -> Reply:
    """Exchange a code or refresh; what is wrong comes back as a flat OAuth error."""
    form = dict(parse_qsl(call.body.decode("utf-8", "replace"), keep_blank_values=True))
    if not _is_client(credentials, call, form):
        return oauth_error("invalid_client", status=401)
    grant_type = form.get("grant_type")
    if grant_type == "authorization_code":
        if not form.get("code") or not form.get("redirect_uri"):
            return oauth_error("invalid_request", "code and redirect_uri are required")
        pair = tokens.redeem_code(form["code"], form["redirect_uri"])
        if pair is None:
            return oauth_error("invalid_grant", "Token invalid")
        id_token = None
        if "openid" in pair.scope.split():
            sign_in = SignIn(credentials.client_id, pair.realm_id, pair.authorized_at)
            id_token = id_tokens.issue(sign_in, pair.issued_at)
        return _token_body(pair, call, id_token)
    if grant_type == "refresh_token":
        if not form.get("refresh_token"):
            return oauth_error("invalid_request", "refresh_token is required")
        pair = tokens.refresh(form["refresh_token"])
        if pair is None:
            return oauth_error("invalid_grant", "Incorrect or invalid refresh token")
        return _token_body(pair, call)
    if not grant_type:
        return oauth_error("invalid_request", "grant_type is required")
    return oauth_error("unsupported_grant_type")


def revoke(tokens: Tokens, credentials: Credentials, call: Call) -> Reply:
    """End a grant; the token comes as JSON or as a form.  200 with an empty body."""
    fields = _json_or_form(call)
    if not _is_client(credentials, call, fields):
        return oauth_error("invalid_client", status=401)
    if not fields.get("token"):
        return oauth_error("invalid_request", "token is required")
    if not tokens.revoke(fields["token"]):
        return oauth_error("invalid_request", "Token is not known")
    return Reply(200, b"", headers=_NOT_CACHED)


def userinfo(bearer: Bearer) -> Reply:
    """The person who consented, for a token whose consent had the scope `openid`."""
    if bearer.realm_id is None:
        return oauth_error("invalid_token", status=401)
    scopes = bearer.scope.split()
    if "openid" not in scopes:
        return oauth_error("insufficient_scope", "The token was granted without the scope openid", status=403)
    return json_reply(person(scopes))


def jwks(id_tokens: IdTokens) -> Reply:
    return json_reply(id_tokens.key_set())


def oauth_error(error: str, description: str | None = None, status: int = 400) -> Reply:
    """Intuit's flat error body, for example {"error": "invalid_grant"}."""
    body = {"error": error}
    if description:
        body["error_description"] = description
    return json_reply(body, status, _NOT_CACHED)


def _token_body(pair: TokenPair, call: Call, id_token: str | None = None) -> Reply:
    body: dict[str, object] = {
        "x_refresh_token_expires_in": REFRESH_SECONDS,
        "refresh_token": pair.refresh_token,
        "access_token": pair.access_token,
        "token_type": "bearer",
        "expires_in": ACCESS_SECONDS,
    }
    if id_token is not None:
        body["id_token"] = id_token
    if call.headers.get(HARD_EXPIRY_HEADER, "").lower() == "true":
        body["x_refresh_token_hard_expires_in"] = pair.hard_seconds
    return json_reply(body, headers=_NOT_CACHED)


def _is_client(credentials: Credentials, call: Call, fields: dict[str, str]) -> bool:
    """Accept the client's keys as Basic authentication or in the body."""
    client_id, secret = fields.get("client_id", ""), fields.get("client_secret", "")
    scheme, _, encoded = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            return False
    right_id = hmac.compare_digest(client_id.encode(), credentials.client_id.encode())
    return hmac.compare_digest(secret.encode(), credentials.client_secret.encode()) and right_id


def _json_or_form(call: Call) -> dict[str, str]:
    text = call.body.decode("utf-8", "replace")
    try:
        sent = json.loads(text)
    except ValueError:
        return dict(parse_qsl(text, keep_blank_values=True))
    return (
        {key: value for key, value in sent.items() if isinstance(value, str)}
        if isinstance(sent, dict)
        else {}
    )
