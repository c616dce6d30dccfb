"""What a final notice may announce, and what may follow it: sentences that a person chooses.

A legal step stands here only for somebody who confirmed within the last 30 days that it will be taken;
announcing one that nobody means to take is a threat, and in places forbidden (California Civil Code 1788.10).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from qb_collections.messages.clean import clean_line
from qb_collections.messages.facts import Choice
from qb_collections.messages.template import TemplateRefused, parse
from qb_collections.messages.wording import long_date

LEGAL_CONFIRMATION_DAYS = 30


@dataclass(frozen=True, slots=True)
class Step:
    code: str
    label: str  # on the card on which a person chooses
    sentence: str
    legal: bool = False


# "If neither has reached us by then, …"
CONSEQUENCES = (
    Step("prepay", "Ask for payment in advance", "we will ask for payment in advance for any further work"),
    Step(
        "pause_work",
        "Stop new work",
        "we will stop new work and deliveries from {on} until the account is settled",
    ),
    Step("mediation", "Propose mediation", "I will propose mediation and ask you to share its cost"),
    Step("hand_over", "Hand over (legal step)", "I will place the account with {who}", legal=True),
)
# "I have decided that …"
DECISIONS = (
    Step("pause_work", "Stop new work", "we will take on no new work for you until the account is settled"),
    Step(
        "monthly",
        "Write once a month and wait",
        "we will send you a statement once a month and otherwise wait",
    ),
    Step("mediation", "Propose mediation", "I will propose mediation through {who}"),
    Step("hand_over", "Hand over to an agency", "{who} will look after this account", legal=True),
    Step("claim", "Make a claim at a court", "we will make a claim at {who}", legal=True),
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
    fields = {"on": long_date(choice.on, locale) if choice.on else None, "who": clean_line(choice.who)}
    return parse(f"steps ({step.code})", step.sentence).render(fields)


def legal_is_confirmed(choice: Choice | None, today: date) -> bool:
    """True through the 30th day after the confirmation, and not for one dated in the future."""
    if choice is None or choice.legal_confirmed_on is None:
        return False
    return timedelta(0) <= today - choice.legal_confirmed_on <= timedelta(days=LEGAL_CONFIRMATION_DAYS)
