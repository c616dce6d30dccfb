"""Words of a customer that may ask for a firm stop: a lawyer, a court, no more mail, a question of the debt.

Found words decide nothing: nothing goes out meanwhile, and a person is asked what is meant.
"""

from __future__ import annotations

import re
from enum import StrEnum


class Firm(StrEnum):
    """What the words may mean."""

    REPRESENTED = "represented"  # a lawyer, a court or an administrator speaks for them
    STOP = "stop"  # no more messages
    DISPUTE = "dispute"  # they question that it is owed


# In the languages of the templates; a word is meant with its endings, one that ends in a bar without.
_WORDS = {
    Firm.REPRESENTED: (
        *("lawyer", "attorney", "solicitor", "barrister", "counsel", "bankrupt", "insolven", "chapter 7"),
        *("chapter 11", "chapter 13", "receiver", "liquidat", "administrator", "creditors' meeting"),
        *("court|", "courts|", "deceased", "passed away", "anwalt", "insolvenz", "gericht|", "pleite"),
    ),
    Firm.STOP: (
        *(
            "unsubscribe",
            "opt out",
            "opt-out",
            "stop writing",
            "stop e-mail",
            "stop email",
            "stop contacting",
        ),
        *("stop sending", "stop calling", "do not contact", "don't contact", "remove me", "remove us"),
        *("abmelden", "keine e-mails", "keine mails"),
    ),
    Firm.DISPUTE: (
        *("dispute", "not owed", "don't owe", "do not owe", "never ordered", "refuse to pay", "fraud"),
        *("bestreite", "nie bestellt", "widerspr"),
    ),
}


def _pattern(word: str) -> str:
    ending = r"(?!\w)" if word.endswith("|") else ""
    return rf"(?<!\w){re.escape(word.removesuffix('|'))}{ending}"


_FOUND = {firm: re.compile("|".join(map(_pattern, words))) for firm, words in _WORDS.items()}
_ONLY_STOP = re.compile(r"\W*(please )?stop\W*")  # the whole message is "stop"


def meaning(said: str) -> Firm | None:
    """What the firmest of the words may mean; None when there is none."""
    text = " ".join(said.casefold().replace("\u2019", "'").split())
    if _ONLY_STOP.fullmatch(text):
        return Firm.STOP
    return next((firm for firm, pattern in _FOUND.items() if pattern.search(text)), None)
