"""From what is owed as an answer to the effect that gives it: queued once, beside a run's other messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection

from qb_collections.core import addresses
from qb_collections.core.answers import AnswerKind
from qb_collections.core.case import Case, HoldKind
from qb_collections.core.company_gates import Mode
from qb_collections.core.decision import Channel, Outcome
from qb_collections.core.intents import Approval, IntentKind, PlannedIntent, State
from qb_collections.services import answer_words, hours
from qb_collections.services.answer_words import Made, Objection
from qb_collections.services.effects import SLACK, Draft
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_library import Voices
from qb_collections.store import answers, audit, cases, intents, runs, tasks
from qb_collections.store.answers import Answer
from qb_collections.store.companies import Company

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Owed:
    """One answer with the words that it would have now."""

    one: Answer
    case: Case
    made: Made
    draft: Draft


def look(
    conn: Connection, company: Company, book: Rulebook, wanted: Sequence[Answer], at: datetime
) -> tuple[list[Owed], list[tuple[Answer, str]]]:
    """What is owed still, also what lacks a setting; and what must not be given any more, with the reason."""
    today = company.today(at)
    keys = sorted({(one.customer_id, one.currency) for one in wanted})
    voices = Voices(conn, company)
    known = {
        (case.customer.id, case.currency): case
        for start in range(0, len(keys), cases.CUSTOMERS_AT_ONCE)
        for case in cases.load(conn, company.id, keys[start : start + cases.CUSTOMERS_AT_ONCE], today)
    }
    owed, over = [], []
    for one in wanted:
        case = known.get((one.customer_id, one.currency))
        if case is None:
            over.append((one, "Not sent: QuickBooks has no such customer any more."))
            continue
        found = answer_words.made(conn, company, book, case, one, at, voices.of(case.customer.id))
        if isinstance(found, Objection):
            over.append((one, found.because))
        else:
            owed.append(Owed(one, case, found, _draft(found)))
    return owed, over


def queue(
    conn: Connection,
    company: Company,
    book: Rulebook,
    run_id: int,
    wanted: Sequence[Answer],
    now: datetime,
    *,
    held: bool,
) -> int:
    """Queue what can be given and drop what must not be; return how many are queued.

    held: the run waits for a person, and so do its answers.
    """
    owed, over = look(conn, company, book, wanted, now)
    for one, because in over:
        drop(conn, company, one.key, because, now)
    approval = Approval.NEEDED if held or company.mode is not Mode.AUTOMATIC else Approval.NOT_NEEDED
    planned = []
    for found in owed:
        before = intents.by_key(conn, company.id, found.one.key)
        theirs = tasks.by_key(conn, company.id, found.one.key)
        refused = before is not None and before.state is State.REJECTED
        # What a person was given to send may be on its way already.
        by_hand = refused or (theirs is not None and theirs.state == "open")
        planned.append(effect(company, book, found, approval, now, by_hand=by_hand))
    intents.plan(conn, company.id, run_id, planned)
    return len(owed)


def queue_now(conn: Connection, company: Company, key: str, now: datetime) -> None:
    """Let it go today where today's run lets messages go by themselves; else it waits for the night."""
    run = runs.latest(conn, company.id, "night")
    today = company.today(now)
    one = answers.by_key(conn, company.id, key)
    if one is None or one.state != "wanted" or run is None or run.on != today:
        return
    if company.mode is not Mode.AUTOMATIC or run.state != "released":
        return
    queue(conn, company, Rulebook(conn, company, today), run.id, [one], now, held=False)


def drop(
    conn: Connection, company: Company, key: str, because: str, now: datetime, *, by: str = "system"
) -> None:
    """It will not be given: not by a task that is open either."""
    if not answers.settle(conn, company.id, key, "dropped", because=because, at=now):
        return
    task = tasks.by_key(conn, company.id, key)
    if task is not None:
        tasks.close(conn, company.id, task.id, state="closed", outcome=because, by=by, at=now)
    audit.append(conn, company.id, by, "answer dropped", key, {"because": because}, now)


def effect(
    company: Company,
    book: Rulebook,
    owed: Owed,
    approval: Approval,
    now: datetime,
    *,
    by_hand: bool = False,
) -> PlannedIntent:
    """by_hand: a person sends it, since the mail server would not take it or they have it already."""
    rule = book.in_force(owed.case)
    opens_at = hours.opens_at(company, rule.policy, rule.calendar, owed.case.customer, now)
    mailed = owed.made.message is not None and not by_hand and is_mailed(book, owed.case)
    return PlannedIntent(
        key=owed.one.key,
        kind=IntentKind.EMAIL if mailed else IntentKind.TASK,
        due_at=opens_at if opens_at > now else now - SLACK,
        plan=plan_of(owed, rule.version, mailed=mailed),
        approval=approval,
    )


def _draft(made: Made) -> Draft:
    """The words; where a setting is missing, which one, in their place."""
    if made.message is None:
        said = f"This text needs {made.lacking}. Add it, and the text is complete.\n"
        return Draft(made.facts.customer.email, "", said)
    return Draft(made.message.to, made.message.subject, made.message.text)


def is_mailed(book: Rulebook, case: Case) -> bool:
    """Whether it leaves by itself, through the company's own mail account."""
    if not case.own_mail or book.in_force(case).policy.mail.by_hand:
        return False
    if any(hold.kind is HoldKind.PEOPLE_ONLY for hold in case.holds):
        return False
    return bool(addresses.mailable(case, case.invoices))


def plan_of(owed: Owed, policy_version: int, *, mailed: bool) -> dict[str, Any]:
    """In the shape of a reminder's plan; what makes it an answer stands under "answer"."""
    facts, made = owed.made.facts, owed.made
    return {
        "answer": owed.one.kind,
        "reminder": owed.one.key,
        "customer_id": owed.one.customer_id,
        "customer": owed.case.customer.name,
        "currency": owed.one.currency,
        "outcome": Outcome.REMIND.value,
        "task_kind": None,
        "stage": None,
        "template": made.message.template if made.message else None,
        "channel": (Channel.EMAIL if mailed else Channel.PERSON).value,
        "cycle": owed.one.about.get("cycle"),
        "number": None,
        "backlog": False,
        "policy_version": policy_version,
        "invoice_ids": list(made.invoice_ids),
        "amount": str(made.amount.amount) if made.amount else None,
        "reply_by_on": _day(facts.reply_by),
        "act_by_on": None,
        "reason": owed.one.reason,
        "draft": owed.draft.as_json(),
    }


def kind_of(plan: dict[str, Any]) -> AnswerKind | None:
    """Which answer an effect gives; None for any other effect."""
    return AnswerKind(plan["answer"]) if plan.get("answer") else None


def _day(day: date | None) -> str | None:
    return day.isoformat() if day else None
