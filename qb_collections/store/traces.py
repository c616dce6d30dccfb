"""A trace as it is kept: what was looked at, in order, up to what stopped.

A gate that let pass is kept by its name alone: what it says then is always the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from qb_collections.core.customer_gates import PASSED
from qb_collections.core.decision import Finding, Trace


def kept(trace: Trace) -> list[str | Finding]:
    return [line.gate if PASSED.get(line.gate) is line else line for line in trace]


def trace_of(lines: Iterable[dict[str, Any] | str]) -> Trace:
    """What was kept, as it was."""
    return tuple(_passed(line) if isinstance(line, str) else _stopped(line) for line in lines)


def _passed(gate: str) -> Finding:
    return PASSED.get(gate) or Finding(gate, "Nothing stood against it.")


def _stopped(line: dict[str, Any]) -> Finding:
    review_on = date.fromisoformat(line["review_on"]) if line["review_on"] else None
    return Finding(line["gate"], line["because"], line["stops"], review_on, line["invoice_id"])
