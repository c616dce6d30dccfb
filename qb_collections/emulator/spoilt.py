"""What a struck call gets: an answer invented before the work, or a real one spoilt after it."""

from __future__ import annotations

from datetime import datetime

from qb_collections.emulator import gateway
from qb_collections.emulator.answers import Headers, Reply
from qb_collections.emulator.faults import ConnectionLost, Rule
from qb_collections.emulator.oauth import oauth_error

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
        case "cut_off":
            return Reply(reply.status, reply.body[: len(reply.body) // 2], reply.content_type, reply.headers)
        case "empty_body":
            return Reply(reply.status, b"", reply.content_type, reply.headers)
    raise AssertionError(f"{rule.fault} does not strike after the work")
