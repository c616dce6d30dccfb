"""What differs between two policies, setting by setting: each with its value before and after."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any

from qb_collections.core.policy import Policy
from qb_collections.core.policy_stage import Stage
from qb_collections.core.policy_values import Section


@dataclass(frozen=True, slots=True)
class Change:
    """One setting.  before is None where it is new, after where it is gone; so also for whole steps."""

    path: str  # limits.contact_gap_days; a step by its code: ladder[S2].after_due_days
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"{self.path}: new, {self.after}"
        if self.after is None:
            return f"{self.path}: taken out (was {self.before})"
        return f"{self.path}: {self.before} becomes {self.after}"


def changes(before: Policy, after: Policy) -> tuple[Change, ...]:
    """What differs in effect, the ladder first.  A default that is written out is no change."""
    if before == after:
        return ()
    return (*_named(before, after), *_ladder(before, after), *_sections(before, after))


def _named(before: Policy, after: Policy) -> Iterator[Change]:
    if before.name != after.name:
        yield Change("name", _shown(before.name), _shown(after.name))


def _ladder(before: Policy, after: Policy) -> Iterator[Change]:
    for stage in before.ladder:
        if after.stage(stage.code) is None:
            yield Change(f"ladder[{stage.code}]", _step(stage), None)
    for stage in after.ladder:
        old = before.stage(stage.code)
        if old is None:
            yield Change(f"ladder[{stage.code}]", None, _step(stage))
        else:
            yield from _fields(f"ladder[{stage.code}]", old, stage)


def _sections(before: Policy, after: Policy) -> Iterator[Change]:
    for name in Policy.model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if isinstance(old, Section):
            yield from _fields(name, old, new)
        elif name == "quiet" and old != new:
            yield Change(name, _shown(old), _shown(new))


def _fields(path: str, before: Section, after: Section) -> Iterator[Change]:
    for name in type(before).model_fields:
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            yield Change(f"{path}.{name}", _shown(old), _shown(new))


def _step(stage: Stage) -> str:
    days = "business days" if stage.business else "days"
    when = "before" if stage.after_due_days < 0 else "after"
    return f"{stage.name}, {stage.channel}, {abs(stage.after_due_days)} {days} {when} the due date"


def _shown(value: Any) -> str:
    """As the policy writes it; what is not written is none."""
    if value is None or value == () or value == {}:
        return "none"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_shown(one)}" for key, one in sorted(value.items()))
    if isinstance(value, Section):  # a quiet season
        return " ".join(_season(value.model_dump()))
    if isinstance(value, tuple):
        return ", ".join(_shown(one) for one in value)
    return str(value)


def _season(value: Mapping[str, Any]) -> Iterator[str]:
    yield str(value["name"])
    yield "from {:02}-{:02}".format(*value["first"])
    yield "through {:02}-{:02}".format(*value["last"])
