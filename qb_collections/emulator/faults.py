"""Faults on demand: rules that make the emulator misbehave the way QuickBooks and networks do.

A rule names a fault, says which calls it meets, and how often: `times` (the first so many
matches; 1 when nothing is said) or `rate` (a seeded share of the matches, so that a run can
be repeated).  Faults of the first group strike before anything is stored, those of the
second after QuickBooks has done the work: that difference is what they are for.

The fault `any` draws one of several for each call that it strikes, also from the seed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from random import Random
from threading import Lock
from typing import Any

from qb_collections.emulator.calls import KINDS, Call

# Nothing is stored; the answer is invented, or there is none.
BEFORE = (
    "refuse_before",
    "html_200",
    "html_503",
    "http_500",
    "http_502",
    "http_503",
    "http_504",
    "xml_429",
    "json_429",
    "lower_401",
    "403_3100",
    "fault_in_200",
    "fault_400",
    "login_302",
    "invalid_grant",
    "invalid_client",
)
# The work is done; the answer is lost, late or spoilt.
AFTER = (
    "lose_answer",
    "late_answer",
    "trickle",
    "http_500_after",
    "http_502_after",
    "http_503_after",
    "http_504_after",
    "cut_off",
    "empty_body",
    "corrupt_json",
    "bom",
    "wrong_charset",
    "odd_json",
    "new_fields",
)
# The call itself is changed, and answered in earnest.
AROUND = ("slow", "forget_requestid", "lagging_queries", "changing_pages", "half_batch", "skewed_date")
# These strike deliveries of webhooks, not calls.
WEBHOOK = (
    "webhook_lost",
    "webhook_duplicate",
    "webhook_late",
    "webhook_shuffled",
    "webhook_bad_signature",
    "webhook_unsigned",
    "webhook_unknown_company",
    "webhook_other_form",
)
FAULTS = (*BEFORE, *AFTER, *AROUND, *WEBHOOK, "any")

# What `any` draws from when it is not told: all of it passes, and none says that a grant has ended.
PASSING = (
    "refuse_before",
    "html_503",
    "http_500",
    "http_502",
    "http_503",
    "http_504",
    "xml_429",
    "json_429",
    "lose_answer",
    "http_500_after",
    "http_503_after",
    "cut_off",
    "empty_body",
)

_TIMED = ("slow", "lagging_queries", "late_answer", "trickle", "skewed_date", "webhook_late")
_SECONDS_MAX = {"lagging_queries": 3600.0, "skewed_date": 172_800.0, "webhook_late": 2_592_000.0}
# Faults that make sense for some calls only: a rule passes over the others without counting them.
_ONLY_KINDS = {
    "lagging_queries": ("query", "batch", "cdc"),
    "changing_pages": ("query",),
    "half_batch": ("batch",),
    "invalid_grant": ("oauth",),
    "invalid_client": ("oauth",),
}

START_POSITION = re.compile(r"(\bstartposition\s+)(\d{1,9})\b", re.IGNORECASE)

RULES_MAX = 200
SECONDS_MAX = 120.0
_MATCH_KEYS = ("method", "path", "entity", "operation", "realm", "nth")
_RULE_KEYS = ("fault", "match", "times", "rate", "seed", "seconds", "retry_after", "code", "shift", "among")


class ConnectionLost(Exception):
    """The connection ends here without an answer.

    Raised out of the WSGI callable; the HTTP server closes the socket, and a caller
    in the same process treats it as the network failing.
    """


class BadRule(ValueError):
    """The rule makes no sense; the message is a sentence for the person who wrote it."""


@dataclass(slots=True)
class Rule:
    """One fault, the calls it meets, and how often it has struck."""

    id: int
    fault: str
    match: Mapping[str, Any]
    times: int | None
    rate: float | None
    seed: int
    seconds: float
    retry_after: int | None
    code: str = "6000"  # of fault_400
    shift: int = 1  # of changing_pages: how many rows of earlier pages are gone, or below zero are new
    among: tuple[str, ...] = ()  # of any
    matched: int = 0
    struck: int = 0
    _random: Random = field(default_factory=Random, repr=False)

    def strikes(self, call: Call) -> bool:
        """Count the call if it matches, and say whether this rule strikes it."""
        return self._meets(call) and self._counts()

    def strikes_delivery(self) -> bool:
        """Count a delivery of webhooks, and say whether this rule strikes it."""
        return self.fault in WEBHOOK and self._counts()

    def as_struck(self) -> Rule:
        """Return what strikes: this rule, or for `any` the same rule with the fault that was drawn."""
        return replace(self, fault=self._random.choice(self.among)) if self.fault == "any" else self

    def _counts(self) -> bool:
        self.matched += 1
        nth = self.match.get("nth")
        if nth is not None and self.matched != nth:
            return False
        if self.times is not None and self.struck >= self.times:
            return False
        if self.rate is not None and self._random.random() >= self.rate:
            return False
        self.struck += 1
        return True

    def _meets(self, call: Call) -> bool:
        match = self.match
        if self.fault in WEBHOOK or not _makes_sense(self.fault, call):
            return False
        return (
            match.get("method", call.method).upper() == call.method
            and match.get("operation", call.kind) == call.kind
            and match.get("realm", call.realm_id) == call.realm_id
            and ("entity" not in match or match["entity"].lower() == call.entity)
            and ("path" not in match or _path_meets(match["path"], call.path))
        )

    def as_json(self) -> dict[str, Any]:
        """The rule as the control surface shows it."""
        return {
            "id": self.id,
            "fault": self.fault,
            "match": dict(self.match),
            "times": self.times,
            "rate": self.rate,
            "seed": self.seed,
            "seconds": self.seconds if self.fault in _TIMED else None,
            "retry_after": self.retry_after,
            **({"code": self.code} if self.fault == "fault_400" else {}),
            **({"shift": self.shift} if self.fault == "changing_pages" else {}),
            **({"among": list(self.among)} if self.fault == "any" else {}),
            "matched": self.matched,
            "struck": self.struck,
        }


def _makes_sense(fault: str, call: Call) -> bool:
    if call.kind not in _ONLY_KINDS.get(fault, KINDS):
        return False
    if fault == "changing_pages":
        return (start_position(call) or 1) > 1
    return fault != "forget_requestid" or bool(call.params.get("requestid"))


def start_position(call: Call) -> int | None:
    """Return a query's STARTPOSITION, None where it names none."""
    found = START_POSITION.search(call.params.get("query") or call.body.decode("utf-8", "replace"))
    return int(found[2]) if found else None


def _path_meets(pattern: str, path: str) -> bool:
    """A pattern with * is matched whole; a plain one anywhere in the path."""
    return fnmatchcase(path, pattern) if "*" in pattern else pattern in path


class FaultRules:
    """The rules in force, in the order in which they were made."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._rules: list[Rule] = []
        self._last_id = 0

    def add(self, wanted: object) -> Rule:
        """Read a rule and put it in force.  Raises BadRule with a sentence."""
        with self._lock:
            if len(self._rules) >= RULES_MAX:
                raise BadRule(f"There are already {RULES_MAX} fault rules; delete some first.")
            rule = _read_rule(wanted, self._last_id + 1)
            self._last_id += 1
            self._rules.append(rule)
            return rule

    def all(self) -> list[Rule]:
        with self._lock:
            return list(self._rules)

    def clear(self, rule_id: int | None = None) -> int:
        """Take out one rule, or all of them; return how many went."""
        with self._lock:
            kept = [] if rule_id is None else [rule for rule in self._rules if rule.id != rule_id]
            gone = len(self._rules) - len(kept)
            self._rules = kept
            return gone

    def strike(self, call: Call) -> tuple[Rule, ...]:
        """Return the rules that strike this call: any of AROUND, and at most one other."""
        with self._lock:
            struck: list[Rule] = []
            answered = False
            for rule in self._rules:
                around = rule.fault in AROUND
                if answered and not around:
                    continue
                if rule.strikes(call):
                    struck.append(rule.as_struck())
                    answered = answered or not around
            return tuple(struck)

    def strike_delivery(self) -> tuple[Rule, ...]:
        """Return the rules that strike this delivery of webhooks."""
        with self._lock:
            return tuple(rule for rule in self._rules if rule.strikes_delivery())


def _read_rule(wanted: object, rule_id: int) -> Rule:
    if not isinstance(wanted, dict):
        raise BadRule('A fault rule is a JSON object, for example {"fault": "lose_answer", "times": 1}.')
    unknown = sorted(set(wanted) - set(_RULE_KEYS))
    if unknown:
        raise BadRule(f"A fault rule has no {unknown[0]!r}; it may have {', '.join(_RULE_KEYS)}.")
    fault = wanted.get("fault")
    if fault not in FAULTS:
        raise BadRule(f"There is no fault {fault!r}; there are {', '.join(FAULTS)}.")
    rate = _number(wanted, "rate", 0, 1)
    times = _whole(wanted, "times", 1, 1_000_000)
    match = _read_match(wanted.get("match", {}))
    if times is None and rate is None:
        times = 1
    seed = _whole(wanted, "seed", 0, 2**63) or 0
    if fault in WEBHOOK and set(match) - {"nth"}:
        raise BadRule(f"{fault} strikes deliveries of webhooks; its match may name nth only.")
    most = _SECONDS_MAX.get(fault, SECONDS_MAX)
    seconds = _number(wanted, "seconds", -most if fault == "skewed_date" else 0, most)
    return Rule(
        id=rule_id,
        fault=fault,
        match=match,
        times=times,
        rate=rate,
        seed=seed,
        seconds=seconds or 1.0,
        retry_after=_whole(wanted, "retry_after", 0, 86_400),
        code=str(_whole(wanted, "code", 1, 99_999) or 6000),
        shift=_whole(wanted, "shift", -1000, 1000) or 1,
        among=_among(wanted) if fault == "any" else (),
        _random=Random(seed),
    )


def _read_match(match: object) -> Mapping[str, Any]:
    if not isinstance(match, dict):
        raise BadRule('"match" is a JSON object, for example {"method": "POST", "entity": "invoice"}.')
    unknown = sorted(set(match) - set(_MATCH_KEYS))
    if unknown:
        raise BadRule(f'"match" has no {unknown[0]!r}; it may have {", ".join(_MATCH_KEYS)}.')
    for key in ("method", "path", "entity", "operation", "realm"):
        if key in match and not isinstance(match[key], str):
            raise BadRule(f'"match.{key}" is text, got {match[key]!r}.')
    if "operation" in match and match["operation"] not in KINDS:
        raise BadRule(f"There is no operation {match['operation']!r}; there are {', '.join(KINDS)}.")
    _whole(match, "nth", 1, 1_000_000)
    return match


def _among(wanted: Mapping[str, Any]) -> tuple[str, ...]:
    """Read what `any` draws from; faults of calls only."""
    told = wanted.get("among", PASSING)
    known = (*BEFORE, *AFTER)
    if not isinstance(told, list | tuple) or not told or any(name not in known for name in told):
        raise BadRule(f'"among" is a list of some of these: {", ".join(known)}; got {told!r}.')
    return tuple(told)


def _number(wanted: Mapping[str, Any], key: str, low: float, high: float) -> float | None:
    value = wanted.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise BadRule(f'"{key}" is a number from {low:g} to {high:g}, got {value!r}.')
    return float(value)


def _whole(wanted: Mapping[str, Any], key: str, low: int, high: int) -> int | None:
    value = wanted.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadRule(f'"{key}" is a whole number from {low} to {high}, got {value!r}.')
    return value
