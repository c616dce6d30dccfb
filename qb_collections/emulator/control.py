"""The addresses that are not Intuit's: development keys, the time, and the control surface.

Keys and time are always readable, from this machine only.  What moves the clock, acts as a
person, injects faults or shows ground truth is mounted only where the emulator was started
with control.  A call that makes no sense gets 400 and {"error": "a sentence"}.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from qb_collections.emulator import acts
from qb_collections.emulator.answers import Reply, html_reply, json_reply, refusal
from qb_collections.emulator.calls import Call
from qb_collections.emulator.clocks import MovableClock, kind_of
from qb_collections.emulator.consent import is_loopback
from qb_collections.emulator.errors import Fault
from qb_collections.emulator.faults import FAULTS, BadRule
from qb_collections.emulator.oauth import DISCOVERY_PATH
from qb_collections.emulator.pages import index, invoice_page, page
from qb_collections.emulator.request_log import PAGE_MAX
from qb_collections.emulator.spoilt import LOGIN_PATH

if TYPE_CHECKING:
    from qb_collections.emulator.front import Front

PREFIX = "/emulator/control"
ADVANCE_MAX = timedelta(days=3660)
# Acts of people that end or change the app's access: the app is disconnected, its tokens end early, the
# company's subscription lapses (reads go on, writes are refused with 6190) and is paid again.
ACCESS_ACTS = ("disconnect", "end_access", "lapse", "resume")


class Nonsense(ValueError):
    """A control call cannot be carried out; the message is the sentence to answer with."""


class Control:
    """Answers everything under /emulator/, the index page and the invoice page."""

    def __init__(self, front: Front, *, control_open: bool) -> None:
        self._front = front
        self._open = control_open

    @property
    def url(self) -> str | None:
        """The control surface's address, or None where it is not mounted."""
        return self._front.base_url + PREFIX if self._open else None

    def owns(self, call: Call) -> bool:
        return call.path == "/" or call.path.startswith(("/emulator/", "/app/"))

    def answer(self, call: Call, environ: Mapping[str, Any]) -> Reply:
        """Answer a call of this surface; callers from elsewhere are turned away."""
        if not _from_this_machine(environ):
            return refusal(
                "The emulator's own addresses answer only on this machine, under a loopback name.", 403
            )
        try:
            return self._routed(call)
        except (Nonsense, BadRule) as problem:
            return refusal(str(problem))
        except Fault as fault:
            return refusal(f"{fault.message}: {fault.detail}")

    def _routed(self, call: Call) -> Reply:
        path = call.path.rstrip("/")
        if call.path == "/":
            return html_reply(index(self._front.companies.all(), self._now()))
        if path == "/emulator/credentials":
            return json_reply(self.credentials()) if call.method == "GET" else _only(call, "GET")
        if path == "/emulator/clock":
            return json_reply({"now": self._now()}) if call.method == "GET" else _only(call, "GET")
        if path == LOGIN_PATH:
            return html_reply(page("Sign in", "<p>Your session has ended. Sign in to go on.</p>"))
        if path == "/app/invoice":
            return self._invoice_page(call)
        if path == PREFIX or path.startswith(PREFIX + "/"):
            if not self._open:
                return refusal("This emulator was started without --control, so it cannot be steered.", 404)
            return self._steer(call, path[len(PREFIX) + 1 :].split("/"))
        return refusal(f"There is nothing at {call.path}.", 404)

    def credentials(self) -> dict[str, Any]:
        """All that an app on this machine needs to connect."""
        keys = self._front.credentials
        return {
            "client_id": keys.client_id,
            "client_secret": keys.client_secret,
            "webhook_verifier_token": keys.webhook_verifier_token,
            "discovery_url": self._front.base_url + DISCOVERY_PATH,
            "base_url": self._front.base_url,
            "control_url": self.url,
            "now": self._now(),
            "clock": kind_of(self._front.clock),
            "companies": [
                {"realm_id": company.realm_id, "name": company.name, "kind": company.kind}
                for company in self._front.companies.all()
            ],
        }

    def _steer(self, call: Call, parts: list[str]) -> Reply:
        match (call.method, parts):
            case ("GET", ["clock"]):
                return self._clock()
            case ("POST", ["clock"]):
                return self._move_clock(_object(call))
            case ("GET", ["companies"]):
                return json_reply({"companies": self.credentials()["companies"]})
            case ("POST", ["companies"]):
                return self._build(_object(call))
            case ("POST", ["companies", realm_id, "acts"]):
                return self._act(self._known(realm_id), _object(call))
            case ("GET", ["companies", realm_id, "trial-balance"]):
                return self._trial_balance(self._known(realm_id), call)
            case ("GET", ["requests"]):
                return self._requests(call)
            case ("GET", ["versions", realm_id, entity, entity_id]):
                return self._versions(self._known(realm_id), entity, entity_id)
            case ("GET", ["counters"]):
                return json_reply({"calls": self._front.log.counters(), "throttle": self._throttle()})
            case (_, ["faults", *rest_of_path]):
                return self._faults(call, rest_of_path)
            case (_, ["webhooks"]):
                return self._webhooks(call)
        known = (
            "clock, companies, companies/{realm}/acts, companies/{realm}/trial-balance, requests, faults, "
        )
        known += "versions/{realm}/{entity}/{id}, counters, webhooks"
        return refusal(f"There is no {call.method} {'/'.join(parts)} here; there are {known}.", 404)

    # The clock

    def _now(self) -> str:
        return self._front.clock.now().isoformat()

    def _clock(self) -> Reply:
        return json_reply({"now": self._now(), "clock": kind_of(self._front.clock)})

    def _move_clock(self, wanted: dict[str, Any]) -> Reply:
        clock = self._front.clock
        if not isinstance(clock, MovableClock):
            raise Nonsense(
                f"The {kind_of(clock)} clock of this emulator cannot be moved;"
                " start it with --clock shifted or --clock manual."
            )
        now = clock.now()
        if set(wanted) == {"advance_seconds"}:
            by = _seconds(wanted["advance_seconds"])
            clock.advance(by)
        elif set(wanted) == {"now"}:
            to = _instant(wanted["now"])
            if to < now:
                raise Nonsense(
                    f"The clock only moves forward: it is {now.isoformat()}, asked for {to.isoformat()}."
                )
            if to - now > ADVANCE_MAX:
                raise Nonsense(f"One step moves the clock by at most {ADVANCE_MAX.days} days.")
            clock.set(to)
        else:
            raise Nonsense(
                'Say {"now": "2026-11-02T08:00:00Z"} or {"advance_seconds": 3600}, one of the two.'
            )
        self._front.clock_moved()
        return self._clock()

    # Companies and the people in them

    def _known(self, realm_id: str) -> str:
        if not self._front.companies.has(realm_id):
            named = ", ".join(company.realm_id for company in self._front.companies.all()) or "none"
            raise Nonsense(f"There is no company {realm_id!r} here; open are: {named}.")
        return realm_id

    def _build(self, wanted: dict[str, Any]) -> Reply:
        options = dict(wanted)
        kind = options.pop("kind", None)
        realm_id = options.pop("realm_id", None)
        if not isinstance(kind, str) or not (realm_id is None or isinstance(realm_id, str)):
            raise Nonsense('Say which company to build, for example {"kind": "demo"}; a realm_id is text.')
        try:
            handle = self._front.open_company(kind, realm_id=realm_id, **options)
        except (ValueError, TypeError) as problem:
            raise Nonsense(str(problem)) from problem
        return json_reply({"realm_id": handle.realm_id, "name": handle.name, "kind": handle.kind}, 201)

    def _act(self, realm_id: str, act: dict[str, Any]) -> Reply:
        if act.get("act") in ACCESS_ACTS:
            return self._act_on_access(realm_id, act)
        acts.run_due(self._front.engine, realm_id)
        try:
            return json_reply(acts.perform(self._front.engine, realm_id, act))
        except (ValueError, KeyError, TypeError) as problem:
            raise Nonsense(_sentence(problem)) from problem

    def _act_on_access(self, realm_id: str, act: dict[str, Any]) -> Reply:
        """Do what changes the app's way in, and not the books."""
        if set(act) != {"act"}:
            raise Nonsense(
                f"The act {act['act']} needs nothing else, got {', '.join(sorted(set(act) - {'act'}))}."
            )
        match act["act"]:
            case "disconnect":
                return json_reply({"grants_ended": self._front.tokens.disconnect(realm_id)})
            case "end_access":
                return json_reply({"access_tokens_ended": self._front.tokens.end_access(realm_id)})
            case lapses:
                self._front.engine.set_lapsed(realm_id, lapses == "lapse")
                return json_reply({"subscription": "lapsed" if lapses == "lapse" else "active"})

    def _trial_balance(self, realm_id: str, call: Call) -> Reply:
        as_of = call.params.get("as_of")
        basis = call.params.get("basis", "accrual").lower()
        if basis not in ("accrual", "cash"):
            raise Nonsense(f"The basis is accrual or cash, got {basis!r}.")
        day = None if as_of is None else _day(as_of)
        acts.run_due(self._front.engine, realm_id)
        return json_reply(
            {"trial_balance": self._front.engine.trial_balance(realm_id, as_of=day, basis=basis)}
        )

    # Ground truth and faults

    def _versions(self, realm_id: str, entity: str, entity_id: str) -> Reply:
        _whole(entity_id, "the entity's id")
        acts.run_due(self._front.engine, realm_id)
        return json_reply({"versions": self._front.engine.versions(realm_id, entity, entity_id)})

    def _throttle(self) -> dict[str, Any]:
        """How often each bucket was full, and how full it is now."""
        throttle = self._front.throttle
        return {
            "refuses": throttle.refuses,
            "over": throttle.over(),
            "buckets": throttle.levels(self._front.clock.now()),
        }

    def _requests(self, call: Call) -> Reply:
        after = _whole(call.params.get("after", "0"), "after")
        limit = min(_whole(call.params.get("limit", str(PAGE_MAX)), "limit"), PAGE_MAX)
        found = self._front.log.after(after, limit=limit)
        return json_reply({"requests": found, "last": found[-1]["seq"] if found else after})

    def _faults(self, call: Call, parts: list[str]) -> Reply:
        rules = self._front.faults
        if call.method == "GET" and not parts:
            return json_reply({"rules": [rule.as_json() for rule in rules.all()], "faults": FAULTS})
        if call.method == "POST" and not parts:
            return json_reply(rules.add(_object(call)).as_json(), 201)
        if call.method == "DELETE" and len(parts) <= 1:
            rule_id = _whole(parts[0], "the rule's id") if parts else None
            return json_reply({"deleted": rules.clear(rule_id)})
        return _only(call, "GET, POST, DELETE")

    def _webhooks(self, call: Call) -> Reply:
        sender = self._front.webhooks
        if sender is None:
            raise Nonsense("This emulator sends no webhooks: it runs inside another program.")
        if call.method == "POST":
            wanted = _object(call)
            try:
                sender.configure(wanted.get("url"), form=wanted.get("form", "cloudevents"))
            except ValueError as problem:
                raise Nonsense(str(problem)) from problem
        elif call.method == "DELETE":
            sender.configure(None)
        elif call.method != "GET":
            return _only(call, "GET, POST, DELETE")
        return json_reply(sender.status())

    def _invoice_page(self, call: Call) -> Reply:
        wanted = call.params.get("realm")
        number = call.params.get("txnId", "")
        for company in self._front.companies.all():
            if wanted not in (None, company.realm_id) or not number.isdigit():
                continue
            with suppress(Fault):
                invoice = self._front.engine.read(company.realm_id, "Invoice", number)
                return html_reply(invoice_page(company, invoice))
        return html_reply(page("No such invoice", "<p>No company here has an invoice with this id.</p>"), 404)


def _from_this_machine(environ: Mapping[str, Any]) -> bool:
    """Both the caller's address and the name it called must be loopback (a web page may rebind a name)."""
    host = str(environ.get("HTTP_HOST", "localhost"))
    name = host[1:].partition("]")[0] if host.startswith("[") else host.partition(":")[0]
    return is_loopback(str(environ.get("REMOTE_ADDR", "127.0.0.1"))) and is_loopback(name)


def _only(call: Call, methods: str) -> Reply:
    return refusal(f"{call.path} takes {methods}, not {call.method}.", 405)


def _object(call: Call) -> dict[str, Any]:
    try:
        sent = json.loads(call.body or b"null")
    except ValueError as problem:
        raise Nonsense(f"The body is not JSON: {problem}.") from problem
    if not isinstance(sent, dict):
        raise Nonsense("The body must be a JSON object.")
    return sent


def _seconds(value: Any) -> timedelta:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise Nonsense(f"advance_seconds is a number of seconds, got {value!r}.")
    if not 0 <= value <= ADVANCE_MAX.total_seconds():
        raise Nonsense(f"advance_seconds goes from 0 to {ADVANCE_MAX.days} days' worth, got {value!r}.")
    return timedelta(seconds=value)


def _instant(value: Any) -> datetime:
    try:
        at = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise Nonsense(f"now is an instant such as 2026-11-02T08:00:00Z, got {value!r}.") from None
    if at.tzinfo is None:
        raise Nonsense(f"now needs a time zone, for example {value}Z.")
    return at


def _day(value: str) -> date:
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Nonsense(f"as_of is a date such as 2026-11-30, got {value!r}.") from None


def _whole(value: str, name: str) -> int:
    if not value.isdigit() or len(value) > 15:
        raise Nonsense(f"{name} is a whole number, got {value!r}.")
    return int(value)


def _sentence(problem: Exception) -> str:
    if isinstance(problem, KeyError):
        return f"The act needs {problem.args[0]!r}."
    return str(problem) or type(problem).__name__
