"""What an owner settles before the first message, each with the reason it is asked and what was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from qb_collections.core.first_look import CHOICES, Answer, FirstLook, Given, Question
from qb_collections.core.wording import list_text
from qb_collections.messages.wording import weekday_near
from qb_collections.services import about_you, night
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, companies, first_look, mirror, runs
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease

ASKED: Mapping[Question, str] = {
    Question.REMINDERS: "Does QuickBooks already send its own reminders?",
    Question.LATE_FEES: "Does QuickBooks add late fees by itself?",
    Question.BOOKS: "Is everything you've received entered?",
    Question.CONTACT: "Who should customers call, and how do they pay?",
    Question.NOTES: "Where may we note that a message went out?",
}
WHY: Mapping[Question, str] = {
    Question.REMINDERS: "We can't see that setting, and two reminders about one invoice are one too many.",
    Question.LATE_FEES: "We can't see that setting either. We always name the balance that QuickBooks shows "
    "when the message leaves, fees included.",
    Question.BOOKS: "A reminder about something that was paid and not entered is the worst one.",
    Question.CONTACT: "Name, phone and payment instructions go under every message.",
    Question.NOTES: "One line on the invoice says what the customer got, and when. Look at it as it stands "
    "on a statement.",
}
LABELS: Mapping[Question, Mapping[Answer, str]] = {
    Question.REMINDERS: {Answer.OFF: "It's off", Answer.ON: "It's on"},
    Question.LATE_FEES: {Answer.OFF: "No", Answer.ON: "Yes"},
    Question.BOOKS: {Answer.YES: "Yes", Answer.NOT_YET: "I'll match my bank first"},
    Question.CONTACT: {Answer.COPIES_ONLY: "Later: only copies that QuickBooks e-mails"},
    Question.NOTES: {
        Answer.MEMO: "In the invoice's memo",
        Answer.ATTACHMENT: "As an attachment",
        Answer.NEITHER: "Nowhere",
    },
}
SAID: Mapping[tuple[Question, Answer], str] = {
    (Question.REMINDERS, Answer.OFF): "QuickBooks sends no reminders of its own",
    (Question.REMINDERS, Answer.ON): "QuickBooks sends its own reminders: turn them off there, then say so",
    (Question.LATE_FEES, Answer.OFF): "QuickBooks adds no late fees",
    (Question.LATE_FEES, Answer.ON): "QuickBooks adds late fees by itself",
    (Question.BOOKS, Answer.YES): "Everything received is entered",
    (Question.BOOKS, Answer.NOT_YET): "Not yet: match your bank first, then say yes",
    (Question.CONTACT, Answer.COPIES_ONLY): "Nobody is named: only copies that QuickBooks e-mails leave",
    (Question.NOTES, Answer.MEMO): "In the invoice's memo",
    (Question.NOTES, Answer.ATTACHMENT): "As an attachment to the invoice",
    (Question.NOTES, Answer.NEITHER): "Nowhere: nothing is noted in QuickBooks",
}
# What each place means for the customer and for the books.
NOTES_MEAN: Mapping[Answer, str] = {
    Answer.MEMO: "The line stands in the invoice's memo. QuickBooks prints memos on statements, so customers "
    "may read it.",
    Answer.ATTACHMENT: "The line is a note attached to the invoice. It is never sent along, so only you see "
    "it, in QuickBooks.",
    Answer.NEITHER: "Nothing is written into QuickBooks; what was sent is kept here only.",
}
VOUCHED = "Settled when sending was turned on"


@dataclass(frozen=True, slots=True)
class Asked:
    """One question as a page shows it.  choices is empty where a form of its own asks."""

    question: Question
    title: str
    why: str
    choices: tuple[tuple[Answer, str], ...]
    settled: bool
    said: str | None = None  # the answer in words, also one that lets nothing leave
    given: Given | None = None


@dataclass(frozen=True, slots=True)
class FirstSteps:
    """Where the company stands on its way to the first message."""

    look: FirstLook
    asked: tuple[Asked, ...]
    newest_payment_on: date | None

    @property
    def waiting(self) -> tuple[Asked, ...]:
        return tuple(one for one in self.asked if not one.settled)

    @property
    def settled(self) -> tuple[Asked, ...]:
        return tuple(one for one in self.asked if one.settled)

    @property
    def minutes(self) -> int:
        """About how long settling the rest takes."""
        return max(1, len(self.waiting))


def first_steps(context: Context, company: Company) -> FirstSteps | None:
    """What is left to do before the first message; None once all is settled, or nothing was ever asked.

    Two statements at most.  context is the one on the company's time.
    """
    found = steps(context, company)
    return None if found is None or found.look.is_over else found


def steps(context: Context, company: Company) -> FirstSteps | None:
    """The same also once everything is settled; None only where nothing was ever asked."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        look = first_look.of(conn, company.id)
        if look is None:
            return None
        newest_on = None if look.is_over else mirror.newest_payment_on(conn, company.id)
    asked = tuple(_asked(company, look, one, newest_on, today) for one in Question)
    return FirstSteps(look, asked, newest_on)


def answer(context: Context, company: Company, question: str, said: str, *, by: str) -> str | Refusal:
    """Record a person's answer; where notes go is in force from the next one on."""
    wanted, given = _named(question, said)
    if wanted is None or given is None:
        return Refusal("That is no answer to this question. Nothing was changed.")
    now = context.clock.now()
    with durable(context.engine) as conn:
        look = first_look.of(conn, company.id)
        if look is None:
            return Refusal(f"{company.name} was sending before this was asked. Nothing was changed.")
        first_look.answer(conn, company.id, [(wanted, given)], by=by, at=now)
        if wanted is Question.NOTES:
            companies.update(conn, company.id, note_place=given.value)
        cases.touch_all(conn, company.id, company.today(now))
        detail = {"question": wanted.value, "answer": given.value}
        audit.append(conn, company.id, by, "first question answered", company.name, detail, now)
        left = first_look.of(conn, company.id)
    waiting = left.unsettled if left is not None else ()
    if not CHOICES[wanted][given]:
        return f"Noted. {SAID[wanted, given]}. Nothing leaves until then."
    if not waiting:
        return "Noted. That was the last question; nothing leaves before you turn sending on."
    return f"Noted. {len(waiting)} left to settle."


def preview_once(context: Context, company: Company, lease: Lease) -> int | None:
    """What would happen tonight, for whoever looks for the first time: the number of the run.

    None where anything was decided before, and where a company was never asked anything.
    """
    with reading(context.engine) as conn:
        look = first_look.of(conn, company.id)
        known = runs.latest(conn, company.id)
    if look is None or look.is_over or known is not None:
        return None
    return night.preview(context, company, lease)


def said_of(question: Question, given: Given) -> str:
    """An answer in words."""
    return VOUCHED if given.answer is Answer.VOUCHED else SAID[question, given.answer]


def _asked(
    company: Company, look: FirstLook, question: Question, newest_on: date | None, today: date
) -> Asked:
    given = look.answers.get(question)
    said = said_of(question, given) if given is not None else None
    if question is Question.CONTACT and look.contact_whole:
        said, given = f"{company.contact_name}, {company.contact_phone}", None
    title, why = ASKED[question], WHY[question]
    if question is Question.BOOKS:
        title = f"{_newest(company, newest_on, today)} {title}"
    if question is Question.CONTACT and not look.contact_whole:
        why = f"{why} Still missing: {list_text(about_you.missing(company))}."
    return Asked(
        question, title, why, tuple(LABELS[question].items()), look.is_settled(question), said, given
    )


def _newest(company: Company, newest_on: date | None, today: date) -> str:
    if newest_on is None:
        return "There is no payment in your books that we have seen."
    day = weekday_near(newest_on, company.locale, today)
    return f"The newest payment in your books is from {day}."


def _named(question: str, said: str) -> tuple[Question | None, Answer | None]:
    if question not in [one.value for one in Question]:
        return None, None
    wanted = Question(question)
    return wanted, next((one for one in LABELS[wanted] if one.value == said), None)
