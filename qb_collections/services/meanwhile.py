"""What happened between a plan and now: the one comparison of what was planned with what is decided now.

The delivery asks it about every contact at the moment it leaves, and every page about the words that lie
before a person.  What leaves by itself is written again from what was just read; words before a person
stand as they were written, and must be true to the letter.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum, auto
from typing import Any

from qb_collections.core.decision import Decision
from qb_collections.core.silence import CONTACTS
from qb_collections.core.wording import fit, money_text

NOTHING_OPEN = "Nothing of this customer is open any more."


class Words(Enum):
    """What becomes of the words of a plan."""

    WRITTEN_AGAIN = auto()  # with the figures of this moment
    AGREED = auto()  # a person said yes to these figures
    STANDING = auto()  # as they are, by a person's hand or mouth


def objection(
    plan: Mapping[str, Any],
    decision: Decision,
    words: Words,
    *,
    locale: str = "en_US",
    label_of: Callable[[str], str] = str,
) -> str | None:
    """Why what was planned must not take place any more, as the sentence that explains it; None: it may.

    plan: as the effect keeps it (effects.plan_of).  For standing words: locale, in which the company reads
    amounts, and label_of, how people call an invoice that is not open any more.
    """
    because = _named_meanwhile(plan, decision, label_of) if words is Words.STANDING else None
    return because or _other_step(plan, decision, words) or _other_figures(plan, decision, words, locale)


def _named_meanwhile(
    plan: Mapping[str, Any], decision: Decision, label_of: Callable[[str], str]
) -> str | None:
    """An invoice of the words that is settled, or that has a reason of its own to be left out."""
    findings = {one.invoice_id: one for one in decision.findings}
    for invoice_id in plan["invoice_ids"]:
        found = findings.get(invoice_id)
        if found is None:
            return f"Invoice {label_of(invoice_id)} is not open any more."
        if found.stops and found.because != decision.reason:
            return found.because
    return None


def _other_step(plan: Mapping[str, Any], decision: Decision, words: Words) -> str | None:
    same_work = decision.outcome.value == plan["outcome"] and decision.task_kind == plan["task_kind"]
    # A call that reached nobody may be tried again, although its e-mail would be written tonight.
    by_a_person = words is Words.STANDING and decision.outcome in CONTACTS
    if not (same_work or by_a_person):
        return decision.reason
    if (decision.cycle, decision.number) != (plan["cycle"], plan["number"]):
        return "Another contact took place meanwhile."
    if decision.stage != plan["stage"]:
        return "Another step has come due for this customer meanwhile; it is decided again tonight."
    return None


def _other_figures(plan: Mapping[str, Any], decision: Decision, words: Words, locale: str) -> str | None:
    amount = str(decision.amount.amount) if decision.amount is not None else None
    if words is Words.AGREED and (list(decision.invoice_ids), amount) != (
        plan["invoice_ids"],
        plan["amount"],
    ):
        return "The figures have changed since a person approved this; it is decided again tonight."
    if words is Words.STANDING and decision.amount is not None and amount != plan["amount"]:
        about = money_text(decision.amount, locale)
        return fit(f"The figures have changed since these words were written: it is about {about} now.")
    return None
