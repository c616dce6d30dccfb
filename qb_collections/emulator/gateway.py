"""What Intuit's gateway answers before QuickBooks itself sees a request: 401, 403 and 429.

Its bodies are lower-case where QuickBooks' own faults are upper-case, and a throttle
may come as XML although JSON was asked for.  Shapes are recorded ones: the 401 from
public client test suites, the 3100 and 3001 bodies from public issue threads.
"""

from __future__ import annotations

import json
from datetime import datetime
from xml.sax.saxutils import escape, quoteattr

JSON = "application/json;charset=UTF-8"
XML = "application/xml;charset=UTF-8"
HTML = "text/html;charset=UTF-8"

_THROTTLED = "message=ThrottleExceeded; errorCode=003001; statusCode=429"
_THROTTLED_DETAIL = "The request limit was reached.  Try again later"


def unauthorised(detail: str, now: datetime) -> bytes:
    """The recorded 401 body.  Its detail repeats the token, as the real one does."""
    return _wrapped("message=AuthenticationFailed; errorCode=003200; statusCode=401", detail, "3200", now)


def _wrapped(message: str, detail: str, code: str, now: datetime) -> bytes:
    error = {"message": message, "detail": detail, "code": code, "element": None}
    body: dict[str, object] = {
        "warnings": None,
        "intuitObject": None,
        "fault": {"error": [error], "type": "AUTHENTICATION"},
        "report": None,
        "queryResponse": None,
        "batchItemResponse": [],
        "attachableResponse": [],
        "syncErrorResponse": None,
        "requestId": None,
        "time": int(now.timestamp() * 1000),
        "status": None,
        "cdcresponse": [],
    }
    return json.dumps(body, separators=(",", ":")).encode()


def wrong_company(now: datetime) -> bytes:
    """403 3100: the token does not belong to this company."""
    message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
    return _service_fault(message, None, "3100", now)


def throttled_json(now: datetime) -> bytes:
    """429 as lower-case JSON."""
    return _service_fault(_THROTTLED, _THROTTLED_DETAIL, "3001", now)


def throttled_xml(now: datetime) -> bytes:
    """429 as XML, which QuickBooks has been seen to send even when JSON is asked for."""
    return (
        f"<IntuitResponse time={quoteattr(now.isoformat())}"
        ' xmlns="http://schema.intuit.com/finance/v3"><Fault type="SERVICE"><Error code="3001">'
        f"<Message>{escape(_THROTTLED)}</Message><Detail>{escape(_THROTTLED_DETAIL)}</Detail>"
        "</Error></Fault></IntuitResponse>"
    ).encode()


def _service_fault(message: str, detail: str | None, code: str, now: datetime) -> bytes:
    error = {"message": message, "detail": detail, "code": code, "element": None}
    body = {"fault": {"error": [error], "type": "SERVICE"}, "time": int(now.timestamp() * 1000)}
    return json.dumps(body, separators=(",", ":")).encode()


def system_failure(now: datetime) -> bytes:
    """QuickBooks' own 500: code 10000, a SystemFault."""
    error = {
        "Message": "An application error has occurred while processing your request",
        "Detail": "System Failure Error: Error code: 10000",
        "code": "10000",
    }
    fault = {
        "Fault": {"Error": [error], "type": "SystemFault"},
        "time": now.isoformat(timespec="milliseconds"),
    }
    return json.dumps(fault, separators=(",", ":")).encode()


_BUSINESS = {
    "610": "Object Not Found",
    "2010": "Request has invalid or unsupported property",
    "2020": "Required param missing, need to supply the required value for the API",
    "5010": "Stale Object Error",
    "5020": "Permission Denied Error",
    "5030": "Feature Not Supported Error",
    "6000": "A business validation error has occurred while processing your request",
    "6140": "Duplicate Document Number Error",
    "6190": "Invalid Company Status",
    "6210": "Account Period Closed, Cannot Update Through Services API",
    "6240": "Duplicate Name Exists Error",
    "6540": "Deposited Transaction cannot be changed",
}


def business_fault(code: str, now: datetime) -> bytes:
    """A ValidationFault of this code, with Intuit's message where one is known."""
    message = _BUSINESS.get(code, "A business validation error has occurred while processing your request")
    error = {
        "Message": message,
        "Detail": f"{message} : asked for by a fault rule",
        "code": code,
        "element": "",
    }
    fault = {
        "Fault": {"Error": [error], "type": "ValidationFault"},
        "time": now.isoformat(timespec="milliseconds"),
    }
    return json.dumps(fault, separators=(",", ":")).encode()


def html_page(status: int) -> bytes:
    """What stands between us and QuickBooks when it is down: a page for people."""
    title = {404: "Not Found", 503: "Service Unavailable"}.get(status, "We will be right back")
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title></head>"
        f"<body><h1>{title}</h1><p>Please try again later.</p></body></html>"
    ).encode()
