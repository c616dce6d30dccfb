"""What can come of a task, and what a person reports of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from qb_collections.core.case import HoldKind
from qb_collections.core.money import Money
from qb_collections.services import hold_days


@dataclass(frozen=True, slots=True)
class Report:
    """What a person says came of it.  Which parts are needed depends on the outcome."""

    outcome: str
    by: str
    on: date | None = None  # promised, expected or call-back day
    amount: Money | None = None
    invoice: str | None = None  # number of the disputed one
    reason: str | None = None
    owner: str | None = None
    answer_by_on: date | None = None
    code: str | None = None  # what a dispute is about
    rest_on: date | None = None  # part now: the day of the rest
    reference: str | None = None  # in transit: a check number or the like
    voicemail: bool = False  # no answer: a message was left
    said: str | None = None  # what they said: an internal note, never sent

    @property
    def who(self) -> str | None:
        """Who takes it from here."""
        return self.owner or self.reason


@dataclass(frozen=True, slots=True)
class Outcome:
    """spoken: somebody was reached, so it is a delivered contact and advances the steps."""

    says: str
    spoken: bool = False
    hold: HoldKind | None = None
    needs: tuple[str, ...] = ()


CALL_OUTCOMES = {
    "spoke": Outcome("Spoken to, nothing agreed", True),
    "promise": Outcome("They promised to pay", True, HoldKind.PROMISE, ("on",)),
    "part": Outcome("Part now, the rest on a day", True, HoldKind.PROMISE, ("amount", "rest_on")),
    "in-transit": Outcome("The payment is on its way", True, HoldKind.IN_TRANSIT),
    "dispute": Outcome("They question an invoice", True, HoldKind.DISPUTE, ("invoice", "reason")),
    "plan": Outcome("They ask to pay in parts", True, HoldKind.OPEN_REPLY),
    "paid": Outcome("They say it is paid; somebody searches", True, HoldKind.OPEN_REPLY),
    "copy": Outcome("A copy or a PO number is to be sent", True, HoldKind.OPEN_REPLY),
    "hardship": Outcome("They are in difficulty", True, HoldKind.HARDSHIP, ("reason",)),
    "upset": Outcome("They are upset", True, HoldKind.UPSET, ("reason",)),
    "refused": Outcome("They will not pay", True, HoldKind.PEOPLE_ONLY, ("reason",)),
    "represented": Outcome(
        "Somebody else speaks for them, or a court does", True, HoldKind.INSOLVENT, ("reason",)
    ),
    "call-back": Outcome("Call again on a day"),
    "wrong-contact": Outcome("Wrong person", False, HoldKind.PEOPLE_ONLY, ("reason",)),
    "no-answer": Outcome("Nobody answered"),
}
MESSAGE_OUTCOMES = {
    "sent": Outcome("It was sent"),
    "not-sent": Outcome("It was not sent"),
    **{name: CALL_OUTCOMES[name] for name in ("promise", "dispute", "in-transit", "represented")},
}
PARKED_OUTCOMES = {
    "was-sent": Outcome("It did go out"),
    "was-not-sent": Outcome("It did not go out"),
}
# The choices on the card of a decision (templates/calls/decision.txt), in its order.
DECIDE_OUTCOMES = {
    "call-again": Outcome("Call them again yourself, on a day", needs=("on",)),
    "go-on": Outcome("Put the broken promises aside and let the steps go on", needs=("reason",)),
    "plan": Outcome("Agree on a payment plan with them", hold=HoldKind.OPEN_REPLY),
    "mediation": Outcome("Propose mediation, with whom", hold=HoldKind.HANDED_OVER, needs=("who",)),
    "demand-letter": Outcome(
        "Have a demand letter written, by whom", hold=HoldKind.HANDED_OVER, needs=("who",)
    ),
    "agency": Outcome("Hand it to an agency, which one", hold=HoldKind.HANDED_OVER, needs=("who",)),
    "write-off": Outcome("Write it off in QuickBooks", hold=HoldKind.EXCLUSION),
}
ANSWER_OUTCOMES = {
    "settled": Outcome("Answered and settled; the invoice goes on in its turn"),
    "later": Outcome("They will have the answer by a day", needs=("on",)),
}
HARDSHIP_OUTCOMES = {
    "still": Outcome("Still in difficulty; look again on a day", needs=("on",)),
    "better": Outcome("Things are better; the steps go on"),
}
FOLLOW_UP = "follow_up"  # a task that a call or a reply left behind
FOLLOW_UP_OUTCOMES = {"done": Outcome("Dealt with; the steps go on in their turn")}
OLD_OUTCOMES = {
    "go-on": Outcome("Worth asking for; the steps go on with them for 30 days"),
    "done": Outcome("Looked at; they stay with you for 30 days"),
}
ADDRESS_OUTCOMES = {"done": Outcome("Seen to; not asked again for 30 days")}
OTHER_OUTCOMES = {"done": Outcome("Done")}
_BY_KIND = {
    "call": CALL_OUTCOMES,
    "message": MESSAGE_OUTCOMES,
    "parked": PARKED_OUTCOMES,
    "decide": DECIDE_OUTCOMES,
    hold_days.ANSWER: ANSWER_OUTCOMES,
    hold_days.HARDSHIP: HARDSHIP_OUTCOMES,
    FOLLOW_UP: FOLLOW_UP_OUTCOMES,
    "look_at_old": OLD_OUTCOMES,
    "add_email": ADDRESS_OUTCOMES,
}
# What decisions ask of a person: it is closed once a decision no longer asks for it.
AUTOMATIC_TASKS = (
    "message",
    "call",
    "decide",
    "apply_credits",
    "add_email",
    "find_credit",
    "plan_missed",
    "look_at_old",
)
# What is to be added when it is missing, and with which option of the command.
NEEDED = {
    "on": ("the day", "--on"),
    "invoice": ("the invoice", "--invoice"),
    "reason": ("a reason in a few words", "--reason"),
    "who": ("with whom, in a few words", "--owner"),
    "amount": ("the amount", "--amount"),
    "rest_on": ("the day of the rest", "--rest-on"),
}


def outcomes_of(kind: str) -> dict[str, Outcome]:
    """Which outcomes a task of this kind can have."""
    return _BY_KIND.get(kind, OTHER_OUTCOMES)
