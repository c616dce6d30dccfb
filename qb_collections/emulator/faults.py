"""Faults on demand: rules that make the emulator misbehave the way QuickBooks and networks do.

A rule names a fault, says which calls it meets, and how often: `times` (the first so many
matches; 1 when nothing is said) or `rate` (a seeded share of the matches, so that a run can
be repeated).  Faults of the first group strike before anything is stored, those of the
second after QuickBooks has done the work: that difference is what they are for.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
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
    "invalid_grant",
    "invalid_client",
)
# The work is done; the answer is lost or spoilt.
AFTER = ("lose_answer", "http_500_after", "cut_off", "empty_body")
# The call itself is changed, and answered in earnest.
AROUND = ("slow", "forget_requestid", "lagging_queries")
FAULTS = BEFORE + AFTER + AROUND

_TIMED = ("slow", "lagging_queries")

RULES_MAX = 200
SECONDS_MAX = 120.0
_MATCH_KEYS = ("method", "path", "entity", "operation", "realm", "nth")
_RULE_KEYS = ("fault", "match", "times", "rate", "seed", "seconds", "retry_after")


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
    matched: int = 0
    struck: int = 0
    _random: Random = field(default_factory=Random, repr=False)

    def strikes(self, call: Call) -> bool:
        """Count the call if it matches, and say whether this rule strikes it."""
        if not self._meets(call):
            return False
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
            "matched": self.matched,
            "struck": self.struck,
        }


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
                    struck.append(rule)
                    answered = answered or not around
            return tuple(struck)


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
    return Rule(
        id=rule_id,
        fault=fault,
        match=match,
        times=times,
        rate=rate,
        seed=seed,
        seconds=_number(wanted, "seconds", 0, SECONDS_MAX) or 1.0,
        retry_after=_whole(wanted, "retry_after", 0, 86_400),
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
