"""Words that do not belong into a message, as patterns for whole words."""

from __future__ import annotations

import re
from collections.abc import Iterable

# Words that blame, hurry or talk down.
RUDE = (
    r"kindly",
    r"(friendly|gentle|polite|courteous) reminder",
    r"as per",
    r"fail(ure|ed|ing|s)? to",
    r"immediate(ly)?",
    r"(?<!all )at once",
    r"asap",
    r"urgent(ly)?",
    r"delinquen(t|cy)",
    r"demand(s|ed|ing)?",
    r"ignor(e|ed|ing)",
    r"excuses?",
    r"overdue",
    r"bad debts?",
    r"in default",
    r"you (must|have to|are required)",
    r"last chance",
    r"without delay",
    r"dear sir or madam",
)
# Threats, whoever makes them (Rosenthal Act, FDCPA-like rules): never, at no stage.
THREATS = (
    r"arrest(ed)?",
    r"police",
    r"criminal(ly)?",
    r"prosecut\w+",
    r"credit (score|bureau|rating|report)s?",
    r"garnish\w*",
    r"seiz(e|ed|ure)",
    r"blacklist(ed)?",
    r"legal action has (begun|started)",
    r"consequences",
)
# Only when a person has confirmed that the step will be taken.
LEGAL = (
    r"legal (action|steps?|proceedings?)",
    r"lawyers?",
    r"attorneys?",
    r"solicitors?",
    r"courts?",
    r"sue[ds]?",
    r"lawsuit",
    r"collections? agency",
    r"place the account with",
    r"will look after this account",
    r"make a claim",
)
SUBJECT_SOFT = (r"past due", r"overdue", r"unpaid", r"debt", r"owed", r"late", r"final")

# Capitals that are no shouting.
ACRONYMS = frozenset(
    {"ACH", "AM", "BACS", "BIC", "IBAN", "ID", "LLC", "LLP", "OK", "PDF", "PM", "PO", "SEPA", "SWIFT"}
    | {"CET", "CST", "EST", "MST", "PST", "UK", "US", "USD", "VAT"}
)


def found(patterns: Iterable[str], text: str) -> list[str]:
    """The words as they stand in the text."""
    return [
        match[0] for pattern in patterns for match in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE)
    ]
