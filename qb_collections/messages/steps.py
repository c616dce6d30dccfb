"""What a final notice may announce, and what may follow it: sentences that a person chooses.

A legal step stands here only for somebody who confirmed within the last 30 days that it will be taken;
announcing one that nobody means to take is a threat, and in places forbidden (California Civil Code 1788.10).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from qb_collections.messages.clean import clean_line
from qb_collections.messages.facts import Choice
from qb_collections.messages.template import TemplateRefused, parse
from qb_collections.messages.wording import language_of, long_date

LEGAL_CONFIRMATION_DAYS = 30


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    label: str  # on the card on which a person chooses
    sentence: str
    legal: bool = False
    in_language: Mapping[str, str] = field(default_factory=dict, hash=False)


def _de(sentence: str) -> Mapping[str, str]:
    return {"de": sentence}


# "If neither has reached us by then, …"; „Ist weder das eine noch das andere geschehen, …“
CONSEQUENCES = (
    Step(
        "prepay",
        "Ask for payment in advance",
        "we will ask for payment in advance for any further work",
        in_language=_de("führen wir weitere Arbeiten nur noch gegen Vorauszahlung aus"),
    ),
    Step(
        "pause_work",
        "Stop new work",
        "we will stop new work and deliveries from {on} until the account is settled",
        in_language=_de(
            "stellen wir neue Arbeiten und Lieferungen ab dem {on} ein, bis das Konto ausgeglichen ist"
        ),
    ),
    Step(
        "mediation",
        "Propose mediation",
        "I will propose mediation and ask you to share its cost",
        in_language=_de("schlage ich eine Mediation vor und bitte Sie, die Kosten mit mir zu teilen"),
    ),
    Step(
        "hand_over",
        "Hand over (legal step)",
        "I will place the account with {who}",
        legal=True,
        in_language=_de("übergebe ich das Konto an {who}"),
    ),
)
# "I have decided that …"; „Ab dem 16. November …“
DECISIONS = (
    Step(
        "pause_work",
        "Stop new work",
        "we will take on no new work for you until the account is settled",
        in_language=_de("nehmen wir keine neuen Aufträge von Ihnen an, bis das Konto ausgeglichen ist"),
    ),
    Step(
        "monthly",
        "Write once a month and wait",
        "we will send you a statement once a month and otherwise wait",
        in_language=_de("schicken wir Ihnen einmal im Monat eine Übersicht und warten sonst ab"),
    ),
    Step(
        "mediation",
        "Propose mediation",
        "I will propose mediation through {who}",
        in_language=_de("schlage ich eine Mediation mit {who} vor"),
    ),
    Step(
        "hand_over",
        "Hand over to an agency",
        "{who} will look after this account",
        legal=True,
        in_language=_de("kümmert sich {who} um dieses Konto"),
    ),
    Step(
        "claim",
        "Make a claim at a court",
        "we will make a claim at {who}",
        legal=True,
        in_language=_de("machen wir unsere Forderung bei {who} geltend"),
    ),
)
DEFAULT_CONSEQUENCE = Choice("prepay")


def sentence(steps: tuple[Step, ...], choice: Choice, today: date, locale: str) -> str:
    """The chosen step in words.

    Raises TemplateRefused for a code that is not in the list, a missing day or name, or a legal step
    that nobody has confirmed within 30 days.
    """
    step = next((step for step in steps if step.code == choice.code), None)
    if step is None:
        allowed = ", ".join(step.code for step in steps)
        raise TemplateRefused("steps", 1, f'"{choice.code[:40]}" is not a step to choose.', allowed, "choice")
    if step.legal and not legal_is_confirmed(choice, today):
        what = f'"{step.label}" needs a person\'s confirmation that it will be done, not older than 30 days.'
        raise TemplateRefused("steps", 1, what, "", "legal_confirmed_on")
    words = step.in_language.get(language_of(locale), step.sentence)
    fields = {"on": long_date(choice.on, locale) if choice.on else None, "who": clean_line(choice.who)}
    return parse(f"steps ({step.code})", words).render(fields)


def legal_is_confirmed(choice: Choice | None, today: date) -> bool:
    """True through the 30th day after the confirmation, and not for one dated in the future."""
    if choice is None or choice.legal_confirmed_on is None:
        return False
    return timedelta(0) <= today - choice.legal_confirmed_on <= timedelta(days=LEGAL_CONFIRMATION_DAYS)
