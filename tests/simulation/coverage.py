"""How often each fault struck, and what kind of request: what a soak has really tried."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from tests.simulation.memory_transport import NETWORK_FAULTS
from tests.simulation.post_office import SMTP_FAULTS
from tests.simulation.script import DATABASE_FAULTS, QUICKBOOKS_FAULTS, WEBHOOK_FAULTS

EVERY = (
    *NETWORK_FAULTS,
    *QUICKBOOKS_FAULTS,
    *DATABASE_FAULTS,
    *WEBHOOK_FAULTS,
    *SMTP_FAULTS,
    "changing_pages",
    "kill",
    "restored",
)
KINDS = ("read", "token", "send", "batch", "e-mail")  # the rest are single writes


def table(fired: Mapping[tuple[str, str], int]) -> str:
    """One line for each fault: how often in all, and for each kind of request."""
    lines = [f"{'fault':24}{'in all':>8}" + "".join(f"{kind:>8}" for kind in (*KINDS, "writes", "else"))]
    for fault in EVERY:
        by_kind: Counter[str] = Counter()
        for (name, kind), times in fired.items():
            if name == fault:
                by_kind[_column(kind)] += times
        columns = "".join(f"{by_kind[kind]:>8}" for kind in (*KINDS, "writes", "else"))
        lines.append(f"{fault:24}{by_kind.total():>8}{columns}")
    return "\n".join(lines)


def never(fired: Mapping[tuple[str, str], int], least: int = 1) -> list[str]:
    """The faults that struck less often than that."""
    times = Counter(dict.fromkeys(EVERY, 0))
    for (fault, _), count in fired.items():
        times[fault] += count
    return [fault for fault in EVERY if times[fault] < least]


def _column(kind: str) -> str:
    if kind in KINDS:
        return kind
    return "writes" if kind.startswith(("write ", "void ", "delete ")) else "else"
