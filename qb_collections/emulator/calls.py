"""One call as it arrived, and what kind of call it is: the key of counters, log and fault rules."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

# Every kind a counter may name.
KINDS = (
    "oauth",
    "query",
    "read",
    "cdc",
    "batch",
    "create",
    "update",
    "delete",
    "void",
    "send",
    "pdf",
    "upload",
    "download",
    "report",
    "other",
)

_COMPANY = re.compile(r"^/v3/company/([^/]+)(?:/(.*))?$")
_FROM = re.compile(r"\bfrom\s+(\w+)", re.IGNORECASE)
_OAUTH_PREFIXES = (
    "/.well-known/",
    "/connect/oauth2",
    "/oauth2/",
    "/v2/oauth2/",
    "/v1/openid_connect/",
    "/op/",
)


@dataclass(frozen=True, slots=True)
class Call:
    """A request and its reading.  `realm_id` is None outside /v3/company; `entity` is lower case."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    kind: str = "other"
    realm_id: str | None = None
    resource: str = ""  # the path after the realm, without a slash at either end
    entity: str | None = None


def read_call(
    method: str, path: str, params: Mapping[str, str], headers: Mapping[str, str], body: bytes
) -> Call:
    """Classify a request by its address, and where that is not enough by its body."""
    found = _COMPANY.match(path)
    if found is None:
        kind = "oauth" if path.startswith(_OAUTH_PREFIXES) else "other"
        return Call(method, path, params, headers, body, kind)
    resource = (found[2] or "").strip("/")
    kind, entity = _api_kind(method, resource, params, body)
    return Call(method, path, params, headers, body, kind, found[1], resource, entity)


def _api_kind(method: str, resource: str, params: Mapping[str, str], body: bytes) -> tuple[str, str | None]:
    parts = resource.split("/")
    head = parts[0].lower()
    if head == "query":
        statement = params.get("query") or body[:4000].decode("utf-8", "replace")
        named = _FROM.search(statement)
        return "query", named[1].lower() if named else None
    if head in ("cdc", "batch", "upload", "download"):
        return head, None
    if head == "reports":
        return "report", parts[1].lower() if len(parts) > 1 else None
    if parts[-1].lower() in ("pdf", "send") and len(parts) > 1:
        return parts[-1].lower(), head
    if method == "GET":
        return "read", head or None
    return _write_kind(params, body), head or None


def _write_kind(params: Mapping[str, str], body: bytes) -> str:
    operation = params.get("operation", "").lower()
    if operation in ("delete", "void"):
        return operation
    if params.get("include", "").lower() == "void":
        return "void"
    try:
        sent = json.loads(body)
    except ValueError:
        return "other"
    return "update" if isinstance(sent, dict) and sent.get("Id") else "create"
