"""A trace as it is kept: what was looked at, in order, up to what stopped.

A gate that let pass is kept by its name alone: what it says then is always the same.  A line that says
what the decision gives as its reason, as the last one does, is kept without its sentence.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from qb_collections.core.customer_gates import PASSED
from qb_collections.core.decision import Finding, Trace


def kept(trace: Trace, reason: str) -> list[str | dict[str, Any]]:
    return [line.gate if PASSED.get(line.gate) is line else _written(line, reason) for line in trace]


def trace_of(lines: Iterable[dict[str, Any] | str], reason: str) -> Trace:
    """What was kept, as it was."""
    return tuple(_passed(line) if isinstance(line, str) else _stopped(line, reason) for line in lines)


def _written(line: Finding, reason: str) -> dict[str, Any]:
    written: dict[str, Any] = {"gate": line.gate}
    if line.because != reason:
        written["because"] = line.because
    if line.stops:
        written["stops"] = True
    if line.review_on is not None:
        written["review_on"] = line.review_on
    if line.invoice_id is not None:
        written["invoice_id"] = line.invoice_id
    return written


def _passed(gate: str) -> Finding:
    return PASSED.get(gate) or Finding(gate, "Nothing stood against it.")


def _stopped(line: dict[str, Any], reason: str) -> Finding:
    on = line.get("review_on")
    return Finding(
        line["gate"],
        line.get("because", reason),
        line.get("stops", False),
        date.fromisoformat(on) if on else None,
        line.get("invoice_id"),
    )
