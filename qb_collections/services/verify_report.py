"""What a verification found: what differs, what was put right by us, what waits for a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that QuickBooks says otherwise than we believe."""

    kind: str  # note, send, plan, mirror, tie_out, audit
    subject: str  # what it is about; with kind the name of its task
    sentence: str
    repaired: bool = False  # it was ours to put right, and is
    customer_id: str | None = None


@dataclass(slots=True)
class VerifyReport:
    """How a verification ended.  calls: requests to QuickBooks."""

    differences: list[Difference] = field(default_factory=list)
    notes: int = 0
    sends: int = 0
    plans: int = 0
    open_invoices: int | None = None  # in QuickBooks; None: not asked
    tie_out: str | None = None  # the sentence; None: not asked
    audit_entries: int | None = None
    calls: int = 0

    @property
    def agrees(self) -> bool:
        """Whether nothing is left that a person has to look at."""
        return all(one.repaired for one in self.differences)

    @property
    def lines(self) -> list[str]:
        """The report as sentences, differences first."""
        said = [f"{one.sentence}{' Put right here.' if one.repaired else ''}" for one in self.differences]
        said.append(
            f"Read back: {_count(self.notes, 'note')}, {_count(self.sends, 'copy', 'copies')} sent by "
            f"QuickBooks and {_count(self.plans, 'payment plan')}, in {_count(self.calls, 'call')}."
        )
        if self.open_invoices is not None:
            said.append(f"QuickBooks has {_count(self.open_invoices, 'open invoice')}, and so have we.")
        if self.tie_out is not None:
            said.append(self.tie_out)
        if self.audit_entries is not None:
            said.append(f"The record of {_count(self.audit_entries, 'change')} is whole.")
        return said if self.differences else [*said, "QuickBooks says what we believe it says."]

    def as_json(self) -> dict[str, Any]:
        return {
            "agrees": self.agrees,
            "differences": [
                {
                    "kind": one.kind,
                    "subject": one.subject,
                    "sentence": one.sentence,
                    "repaired": one.repaired,
                }
                for one in self.differences
            ],
            "notes": self.notes,
            "sends": self.sends,
            "plans": self.plans,
            "open_invoices": self.open_invoices,
            "tie_out": self.tie_out,
            "audit_entries": self.audit_entries,
            "calls": self.calls,
        }


def _count(number: int, noun: str, several: str | None = None) -> str:
    return f"{number} {noun if number == 1 else several or noun + 's'}"
