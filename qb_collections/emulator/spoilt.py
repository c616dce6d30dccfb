"""What a struck call gets: an answer invented before the work, or a real one spoilt after it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any

from qb_collections.emulator import gateway
from qb_collections.emulator.answers import Headers, Reply
from qb_collections.emulator.faults import ConnectionLost, Rule
from qb_collections.emulator.oauth import oauth_error
from qb_collections.emulator.wire import decode, encode

LOGIN_PATH = "/emulator/login"  # a page for people, as where a session has ended

_WWW_AUTHENTICATE: Headers = (("WWW-Authenticate", 'Bearer realm="Intuit", error="invalid_token"'),)


def struck_before(rule: Rule, now: datetime) -> Reply:
    """Return the invented answer; nothing has been stored.  Raises ConnectionLost for refuse_before."""
    retry: Headers = () if rule.retry_after is None else (("Retry-After", str(rule.retry_after)),)
    match rule.fault:
        case "refuse_before":
            raise ConnectionLost("the connection was reset before QuickBooks saw the request")
        case "html_200":
            return Reply(200, gateway.html_page(200), gateway.HTML)
        case "html_503":
            return Reply(503, gateway.html_page(503), gateway.HTML, retry)
        case "http_500":
            return Reply(500, gateway.system_failure(now))
        case "http_502" | "http_503" | "http_504":
            # The edge answers these, with nothing in the body.
            return Reply(int(rule.fault[-3:]), b"", gateway.HTML, retry)
        case "xml_429":
            return Reply(429, gateway.throttled_xml(now), gateway.XML, retry)
        case "json_429":
            return Reply(429, gateway.throttled_json(now), headers=retry)
        case "lower_401":
            return Reply(401, gateway.unauthorised("Token expired", now), headers=_WWW_AUTHENTICATE)
        case "403_3100":
            return Reply(403, gateway.wrong_company(now))
        case "fault_in_200":
            return Reply(200, gateway.system_failure(now))
        case "fault_400":
            return Reply(400, gateway.business_fault(rule.code, now))
        case "login_302":
            return Reply(302, b"", gateway.HTML, (("Location", LOGIN_PATH),))
        case "invalid_grant":
            return oauth_error("invalid_grant", "Incorrect or invalid refresh token")
        case "invalid_client":
            return oauth_error("invalid_client", status=401)
    raise AssertionError(f"{rule.fault} does not strike before the work")


def spoil(rule: Rule, reply: Reply, now: datetime) -> Reply:
    """Spoil an answer whose work is done.  Raises ConnectionLost for lose_answer."""
    match rule.fault:
        case "lose_answer":
            raise ConnectionLost("the work was done and the answer was lost on the way")
        case "http_500_after":
            return Reply(500, gateway.system_failure(now))
        case "http_502_after" | "http_503_after" | "http_504_after":
            return Reply(int(rule.fault[5:8]), b"", gateway.HTML)
        case "late_answer":
            return reply  # the front has waited
        case "trickle":
            return replace(reply, drip_seconds=rule.seconds)
    return replace(reply, body=_spoilt_body(rule.fault, reply.body))


def _spoilt_body(fault: str, body: bytes) -> bytes:
    half = len(body) // 2
    match fault:
        case "cut_off":
            return body[:half]
        case "empty_body":
            return b""
        case "corrupt_json":
            return body[:half] + b"\x00\xff" + body[half:]
        case "bom":
            return b"\xef\xbb\xbf" + body
        case "wrong_charset":
            # The header still says UTF-8.
            return body.decode("utf-8", "replace").encode("utf-16")
        case "odd_json":
            return _odd(body)
        case "new_fields":
            return encode(_with_news(decode(body))) if body.startswith(b"{") else body
    raise AssertionError(f"{fault} does not strike after the work")


def _odd(body: bytes) -> bytes:
    """Add a key twice and a number past any float, and make the first amount NaN."""
    odd = re.sub(rb'("(?:TotalAmt|Balance|Amount)":)-?[0-9.]+', rb"\1NaN", body, count=1)
    return odd.replace(b"{", b'{"SameKey":1,"SameKey":"two","Huge":1E+400,', 1)


def _with_news(value: Any, depth: int = 0) -> Any:
    """Add what a later QuickBooks might: unknown properties everywhere, and an unknown e-mail status."""
    if isinstance(value, list):
        return [_with_news(one, depth + 1) for one in value]
    if not isinstance(value, dict):
        return value
    told = {name: _with_news(one, depth + 1) for name, one in value.items()}
    if "EmailStatus" in told:
        told["EmailStatus"] = "SentByPigeon"
    return told | {"NewSince2027": {"value": "1", "name": "New"}} if depth else told
