"""What a final notice may announce, and what may follow it: sentences that a person chooses.

A consequence stands in a message only where somebody confirmed within the policy's days, 30 at most, that
it is meant; announcing one that nobody means is a threat, and in places forbidden (California Civil Code
1788.10).  Without a confirmation the notice says what is true anyway: a person looks, and decides.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from qb_collections.messages.clean import clean_line
from qb_collections.messages.facts import Choice
from qb_collections.messages.template import TemplateRefused, parse
from qb_collections.messages.wording import language_of, long_date

CONFIRMED_DAYS_MAX = 30


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    label: str  # on the card on which a person chooses
    sentence: str
    legal: bool = False  # its words stand in no message but one that announces it
    confirmed: bool = True  # a person has to confirm that it will be done
    marks: tuple[str, ...] = ()  # words by which it is known in a text that a person wrote, each language's
    in_language: Mapping[str, str] = field(default_factory=dict, hash=False)


def _de(sentence: str) -> Mapping[str, str]:
    return {"de": sentence}


# "If neither has reached us by then, …"; „Ist weder das eine noch das andere geschehen, …“
CONSEQUENCES = (
    Step(
        "person",
        "Look at the account yourself",
        "I will look at your account myself and decide what comes next",
        confirmed=False,
        in_language=_de("sehe ich mir Ihr Konto selbst an und entscheide, wie es weitergeht"),
    ),
    Step(
        "prepay",
        "Ask for payment in advance",
        "we will ask for payment in advance for any further work",
        marks=("payment in advance", "pay in advance", "prepay", "vorauszahlung", "vorkasse"),
        in_language=_de("führen wir weitere Arbeiten nur noch gegen Vorauszahlung aus"),
    ),
    Step(
        "pause_work",
        "Stop new work",
        "we will stop new work and deliveries from {on} until the account is settled",
        marks=("stop new work", "stop work", "stop deliver", "stop all work", "lieferstopp"),
        in_language=_de(
            "stellen wir neue Arbeiten und Lieferungen ab dem {on} ein, bis das Konto ausgeglichen ist"
        ),
    ),
    Step(
        "mediation",
        "Propose mediation",
        "I will propose mediation and ask you to share its cost",
        marks=("share its cost", "share the cost", "kosten mit mir zu teilen"),
        in_language=_de("schlage ich eine Mediation vor und bitte Sie, die Kosten mit mir zu teilen"),
    ),
    Step(
        "hand_over",
        "Hand over (legal step)",
        "I will place the account with {who}",
        legal=True,
        marks=("place the account with", "place your account with", "übergebe ich das konto"),
        in_language=_de("übergebe ich das Konto an {who}"),
    ),
)
# "I have decided that …"; „Ab dem 16. November …“
DECISIONS = (
    Step(
        "pause_work",
        "Stop new work",
        "we will take on no new work for you until the account is settled",
        confirmed=False,
        in_language=_de("nehmen wir keine neuen Aufträge von Ihnen an, bis das Konto ausgeglichen ist"),
    ),
    Step(
        "monthly",
        "Write once a month and wait",
        "we will send you a statement once a month and otherwise wait",
        confirmed=False,
        in_language=_de("schicken wir Ihnen einmal im Monat eine Übersicht und warten sonst ab"),
    ),
    Step(
        "mediation",
        "Propose mediation",
        "I will propose mediation through {who}",
        confirmed=False,
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
DEFAULT_CONSEQUENCE = Choice("person")


def sentence(steps: tuple[Step, ...], choice: Choice, today: date, locale: str) -> str:
    """The chosen step in words.

    Raises TemplateRefused for a code that is not in the list, a missing day or name, or a step that has
    to be confirmed and was not in time.
    """
    step = next((step for step in steps if step.code == choice.code), None)
    if step is None:
        allowed = ", ".join(step.code for step in steps)
        raise TemplateRefused("steps", 1, f'"{choice.code[:40]}" is not a step to choose.', allowed, "choice")
    if step.confirmed and not is_confirmed(choice, today):
        what = (
            f'"{step.label}" needs a person\'s confirmation that it will be done, '
            f"not older than {_days(choice)} days."
        )
        raise TemplateRefused("steps", 1, what, "", "confirmed_on")
    words = step.in_language.get(language_of(locale), step.sentence)
    fields = {"on": long_date(choice.on, locale) if choice.on else None, "who": clean_line(choice.who)}
    return parse(f"steps ({step.code})", words).render(fields)


def is_confirmed(choice: Choice | None, today: date) -> bool:
    """True through the last day after the confirmation, and not for one dated in the future."""
    if choice is None or choice.confirmed_on is None:
        return False
    return timedelta(0) <= today - choice.confirmed_on <= timedelta(days=_days(choice))


def legal_is_confirmed(choice: Choice | None, today: date) -> bool:
    """Whether the words of a legal step may stand in a message: it was chosen, and confirmed in time."""
    legal = {step.code for step in (*CONSEQUENCES, *DECISIONS) if step.legal}
    return choice is not None and choice.code in legal and is_confirmed(choice, today)


def unconfirmed(text: str, choice: Choice | None, today: date) -> Iterator[tuple[str, str]]:
    """(words, label) of each consequence that a text names and nobody has confirmed."""
    said = text.lower()
    for step in CONSEQUENCES:
        if choice is not None and choice.code == step.code and is_confirmed(choice, today):
            continue
        yield from ((mark, step.label) for mark in step.marks if mark in said)


def _days(choice: Choice) -> int:
    return min(choice.confirmed_days, CONFIRMED_DAYS_MAX)
