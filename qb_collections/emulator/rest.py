"""The accounting API as requests and answers, without sockets: everything under /v3/company/{realm}/."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from qb_collections.emulator import (
    batching,
    cdc,
    currencies,
    errors,
    invoice_links,
    pdf,
    selecting,
    tax_service,
    uploads,
)
from qb_collections.emulator.engine import Engine
from qb_collections.emulator.entities import registry
from qb_collections.emulator.errors import Fault
from qb_collections.emulator.wire import Body, decode, encode, envelope_time, micros

JSON = "application/json;charset=utf-8"
_MOST_REQUEST_ID = 50  # QuickBooks allows 50 characters in requestid (Intuit developer blog, 2015-04-06)
_MOST_BATCH_REQUEST_ID = 36
# Records that clients update without an Id at the top.
_NAMED_OTHERWISE = ("RecurringTransaction", "ExchangeRate")


@dataclass(frozen=True, slots=True)
class Request:
    """One request; path is what follows the realm, headers have lower-case names."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back; the front adds the headers that every answer has."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)


def answer(engine: Engine, realm_id: str, request: Request) -> Answer:
    """Answer one request.  A request id that was seen before gets the first answer again, byte for byte.

    That answer is stored in the transaction of the write: there is never the one without the other.
    """
    request_id = request.params.get("requestid")
    if not request_id or request.method != "POST" or request.path.strip("/").lower() == "query":
        return _answer(engine, realm_id, request)
    most = _MOST_BATCH_REQUEST_ID if request.path.strip("/").lower() == "batch" else _MOST_REQUEST_ID
    if len(request_id) > most:
        return _fault(engine, errors.too_long("requestid", most, len(request_id)))
    with engine.store.transaction() as conn:
        seen = conn.execute(
            "SELECT status, body, content_type FROM answered WHERE realm = ? AND request_id = ?",
            (realm_id, request_id),
        ).fetchone()
        if seen is not None:
            return Answer(*seen)
        found = _answer(engine, realm_id, request)
        if found.status == 200 or engine.switches.requestid_replays_faults:
            conn.execute(
                "INSERT INTO answered VALUES (?, ?, ?, ?, ?, ?)",
                (
                    realm_id,
                    request_id,
                    micros(engine.clock.now()),
                    found.status,
                    found.content_type,
                    found.body,
                ),
            )
        return found


def _answer(engine: Engine, realm_id: str, request: Request) -> Answer:
    # The envelope's time is that of the request's arrival: it can be before what it returns.
    time = envelope_time(engine.clock.now(), engine.switches.zone)
    try:
        found = _route(engine, realm_id, request)
    except Fault as fault:
        return _fault(engine, fault)
    if isinstance(found, Answer):
        return found
    return Answer(200, encode(found | {"time": time}), JSON)


def _fault(engine: Engine, fault: Fault) -> Answer:
    body: Body = {"Fault": fault.body()}
    if fault.timed:
        body["time"] = envelope_time(engine.clock.now(), engine.switches.zone)
    return Answer(fault.status, encode(body), JSON)


def _route(engine: Engine, realm: str, request: Request) -> Body | Answer:
    parts = [part for part in request.path.strip("/").split("/") if part]
    head = parts[0].lower() if parts else ""
    match (request.method, head, len(parts)):
        case ("GET" | "POST", "query", 1):
            return _query(engine, realm, request)
        case ("GET", "cdc", 1):
            names = request.params.get("entities", "").split(",")
            with engine.reading(realm) as work:
                return cdc.changes(work, names, request.params.get("changedSince", ""), raw=True)
        case ("POST", "batch", 1):
            with engine.store.transaction():
                return batching.run(engine, realm, _json(request), raw=True)
        case ("GET", "reports", 2):
            return engine.report(realm, parts[1], request.params)
        case ("GET", "preferences", 1):
            return {"Preferences": engine.read(realm, "Preferences", "1")}
        case ("POST", "upload", 1):
            return uploads.upload(engine, realm, request.headers.get("content-type", ""), request.body)
        case ("GET", "download", 2 | 3):
            return _download(engine, realm, request, parts[1:])
        case ("POST", "taxservice", 2) if parts[1].lower() == "taxcode":
            return tax_service.create(engine, realm, _json(request))
        case ("GET", "exchangerate", 1):
            return _exchange_rate(engine, realm, request)
        case ("GET", "companyinfo", 1 | 2):
            return {"CompanyInfo": engine.read(realm, "CompanyInfo", "1")}
        case (method, _, count) if registry.known(head):
            return _entity(engine, realm, request, registry.spec(head).name, method, parts[1:count])
    raise _unsupported(realm, request)


def _entity(
    engine: Engine, realm: str, request: Request, name: str, method: str, rest: list[str]
) -> Body | Answer:
    shown = registry.spec(name).shown_name
    match (method, rest):
        case ("POST", []):
            return _write(engine, realm, request, name)
        case ("GET", [id_]):
            return {shown: engine.read(realm, name, id_, params=request.params)}
        case ("POST", [id_, "send"]):
            return {shown: engine.send(realm, name, id_, request.params.get("sendTo") or None)}
        case ("GET", [id_, "pdf"]) if registry.spec(name).can_send:
            body = engine.read(realm, name, id_)
            company = engine.read(realm, "CompanyInfo", "1")
            return Answer(200, pdf.render(name, body, company), "application/pdf")
    raise _unsupported(realm, request)


def _write(engine: Engine, realm: str, request: Request, name: str) -> Body:
    body = _json(request)
    shown = registry.spec(name).shown_name
    for wrapper in (name, shown):
        if len(body) == 1 and isinstance(body.get(wrapper), dict):
            body = body[wrapper]
    operation = request.params.get("operation", "").lower()
    if operation == "delete":
        return {shown: engine.delete(realm, name, body)}
    if operation == "void" or (operation == "update" and request.params.get("include", "").lower() == "void"):
        return {shown: engine.void(realm, name, body)}
    if operation not in ("", "update", "create"):
        raise _unsupported(realm, request)
    if operation == "update" and not body.get("Id") and name not in _NAMED_OTHERWISE:
        raise errors.missing("Id")
    return {shown: engine.save(realm, name, body, params=request.params)}


def _query(engine: Engine, realm: str, request: Request) -> Body:
    statement = request.params.get("query", "")
    if request.method == "POST" and request.body:
        statement = _text(request)
    if not statement.strip():
        raise errors.missing("query")
    linked = invoice_links.wanted(request.params)
    with engine.reading(realm) as work:
        found = selecting.answer(work, statement, raw=not linked)
        if linked and "Invoice" in found:
            found["Invoice"] = invoice_links.add(work, found["Invoice"])
        return {"QueryResponse": found}


def _download(engine: Engine, realm: str, request: Request, rest: list[str]) -> Answer:
    """Answer the address of a file as plain text, or with /content the file itself."""
    data, kind = uploads.content(engine, realm, rest[0])
    if rest[1:] == ["content"]:
        return Answer(
            200, data, kind, {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
        )
    if rest[1:]:
        raise _unsupported(realm, request)
    host = request.headers.get("host", "127.0.0.1")
    address = f"http://{host}/v3/company/{realm}/download/{rest[0]}/content"
    return Answer(200, address.encode(), "text/plain;charset=UTF-8")


def _exchange_rate(engine: Engine, realm: str, request: Request) -> Body:
    asked = {name.lower(): value for name, value in request.params.items()}
    code = asked.get("sourcecurrencycode", "").upper()
    if not code:
        raise errors.missing("sourcecurrencycode")
    with engine.reading(realm) as work:
        day = asked.get("asofdate") or work.today().isoformat()
        rate = {
            "SourceCurrencyCode": code,
            "TargetCurrencyCode": work.home_currency,
            "Rate": currencies.rate_on(work, code, day),
            "AsOfDate": day,
            "domain": "QBO",
            "sparse": False,
        }
    return {"ExchangeRate": rate}


def _text(request: Request) -> str:
    try:
        return request.body.decode()
    except UnicodeDecodeError as error:
        raise errors.Fault("500", "Unsupported Operation", "The body is not UTF-8", element=None) from error


def _json(request: Request) -> Body:
    text = _text(request)
    try:
        found: Any = decode(text)
    except ValueError as error:
        raise errors.unreadable(f"Unexpected text in the body ({error}): it") from error
    if not isinstance(found, dict):
        raise errors.unreadable("The body should be an object: it")
    return found


def _unsupported(realm: str, request: Request) -> Fault:
    path = f"/v3/company/{realm}/{request.path.strip('/')}"
    host = request.headers.get("host", "quickbooks.api.intuit.com")
    return errors.unsupported(f"{path} of full path: https://{host}{path}")
