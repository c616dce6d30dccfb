"""What a person settles before anything leaves for the first time, and how they look at the first list.

QuickBooks does not say whether it sends reminders of its own or adds late fees: those are settings that no
program can read.  Nor can the books say whether they are complete.  So a person is asked once, and until
every needed answer is there nothing leaves.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from qb_collections.core.wording import count_text


class Question(StrEnum):
    """In the order in which they are asked."""

    REMINDERS = "reminders"  # does QuickBooks send its own?
    LATE_FEES = "late_fees"  # does QuickBooks add its own?
    BOOKS = "books"  # is everything received entered?
    CONTACT = "contact"  # who is called, and how is paid
    NOTES = "notes"  # where notes go


class Answer(StrEnum):
    OFF = "off"
    ON = "on"
    YES = "yes"
    NOT_YET = "not_yet"
    COPIES_ONLY = "copies_only"  # nobody to call is named: only copies that QuickBooks e-mails leave
    MEMO = "memo"
    ATTACHMENT = "attachment"
    NEITHER = "neither"
    VOUCHED = "vouched"  # whoever turned sending on took it on themselves


# What may be answered, and which of the answers let something leave.
CHOICES: Mapping[Question, Mapping[Answer, bool]] = {
    Question.REMINDERS: {Answer.OFF: True, Answer.ON: False},
    Question.LATE_FEES: {Answer.OFF: True, Answer.ON: True},
    Question.BOOKS: {Answer.YES: True, Answer.NOT_YET: False},
    Question.CONTACT: {Answer.COPIES_ONLY: True},
    Question.NOTES: {Answer.MEMO: True, Answer.ATTACHMENT: True, Answer.NEITHER: True},
}
_ABOUT: Mapping[Question, str] = {
    Question.REMINDERS: "QuickBooks' own reminders",
    Question.LATE_FEES: "its late fees",
    Question.BOOKS: "whether your books are up to date",
    Question.CONTACT: "who customers call and how they pay",
    Question.NOTES: "where notes go",
}


class Review(StrEnum):
    """Who of the first list may be contacted."""

    OPEN = "open"  # whose row a person has seen
    ONE = "one"  # one customer, on trial; everybody else waits
    ALL = "all"  # a person said: go on with all


@dataclass(frozen=True, slots=True)
class Given:
    """A person's answer."""

    answer: Answer
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FirstLook:
    """Where a company stands on its way to the first message.

    contact_whole: the name, the phone number and the way to pay are filled in, which answers that question.
    """

    review: Review
    answers: Mapping[Question, Given] = field(default_factory=dict)
    contact_whole: bool = False
    customer_id: str | None = None  # with review ONE: whom it is tried with
    currency: str | None = None
    customer: str | None = None  # that one's name
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    seen: int = 0  # rows of the first list that a person has looked at

    def is_settled(self, question: Question) -> bool:
        if question is Question.CONTACT and self.contact_whole:
            return True
        given = self.answers.get(question)
        return given is not None and (
            given.answer is Answer.VOUCHED or CHOICES[question].get(given.answer, False)
        )

    @property
    def unsettled(self) -> tuple[Question, ...]:
        """What still keeps everything here, in the order in which it is asked."""
        return tuple(one for one in Question if not self.is_settled(one))

    @property
    def is_over(self) -> bool:
        """Everything is settled and everybody may be contacted: nothing of this is asked again."""
        return not self.unsettled and self.review is Review.ALL


def held_because(look: FirstLook | None) -> str | None:
    """Why nothing leaves yet, in a sentence; None when nothing is left to settle."""
    waiting = look.unsettled if look is not None else ()
    if not waiting:
        return None
    things = count_text(len(waiting), "thing")
    return (
        f"Nothing leaves yet: {things} {'is' if len(waiting) == 1 else 'are'} to be settled first, "
        f"{about(waiting)}."
    )


def about(questions: Sequence[Question]) -> str:
    """What they are about, as it stands in a sentence; all of them fit into one."""
    words = [_ABOUT[one] for one in questions]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def on_trial(look: FirstLook | None, customer_id: str, currency: str) -> str | None:
    """Why this customer waits while another one is tried; None when it does not."""
    if look is None or look.review is not Review.ONE:
        return None
    if (customer_id, currency) == (look.customer_id, look.currency):
        return None
    return (
        f"Left alone: {look.reviewed_by} is trying it with {look.customer} first. "
        "Everybody else waits until you say to go on."
    )
