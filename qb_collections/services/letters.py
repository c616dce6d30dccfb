"""Letters that wait to be posted: set as PDF from what QuickBooks says now, one by one or all in one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from qb_collections.core.decide import decide
from qb_collections.core.wording import short
from qb_collections.messages import letters as printing
from qb_collections.messages.check import check
from qb_collections.messages.letters import Letter
from qb_collections.messages.reminders import STEPS, TEMPLATES, compose, missing_setting
from qb_collections.messages.statements import statement_of
from qb_collections.messages.template import TemplateRefused
from qb_collections.messages.typesetting import LETTERS_MAX, LetterRefused
from qb_collections.messages.words import say
from qb_collections.services import composing, guards, logos, meanwhile, statements, still_true
from qb_collections.services.context import Context
from qb_collections.services.deciding import in_cycle
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_library import Voices
from qb_collections.store import cases, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.leases import Lease
from qb_collections.store.tasks import Task


@dataclass(frozen=True, slots=True)
class Printed:
    """content: the letters, each with its statement.  left_out: a sentence for each that must not go now."""

    content: bytes
    task_ids: tuple[int, ...]
    left_out: tuple[str, ...]


def waiting(context: Context, company: Company) -> list[Task]:
    """Letters that a person is to post, the oldest task first."""
    with reading(context.engine) as conn:
        found = tasks.list(conn, company.id, kinds=["message"])
    return [task for task in found if is_letter(task)]


def is_letter(task: Task) -> bool:
    """Whether its step has a text for paper."""
    step = STEPS.get(str(task.payload.get("template")))
    return task.kind == "message" and not task.payload.get("answer") and (step, "letter") in TEMPLATES


def printed(
    context: Context, company: Company, lease: Lease, task_ids: Sequence[int] | None = None
) -> Printed | Refusal:
    """Read the customers again, and set those letters that may still go; None: all that wait.

    Raises QuickBooksError: nothing was printed.  That a letter was posted is reported on its task.
    """
    open_ones = [task for task in waiting(context, company) if task_ids is None or task.id in task_ids]
    if not open_ones:
        return Refusal("No letter waits to be posted.")
    if len(open_ones) > LETTERS_MAX:
        open_ones = open_ones[:LETTERS_MAX]
    gateway = context.gateway(company, lease)
    keys = sorted({(task.customer_id or "", task.currency or "") for task in open_ones})
    live = guards.reread(context, company, lease, gateway, keys)
    stale = still_true.objections(context, company, open_ones)
    pages: list[Letter] = []
    ready: list[int] = []
    left_out: list[str] = []
    for task in open_ones:
        name = short(str(task.payload.get("customer", "")), 60)
        because = stale.get(task.id)
        made = because or _pages(context, company, task, live.postal.get(task.customer_id or "", ()))
        if isinstance(made, str):
            left_out.append(f"{name}: {made}")
        else:
            pages += made
            ready.append(task.id)
    if not pages:
        return Refusal(" ".join(left_out))
    with reading(context.engine) as conn:
        look = logos.look_for(conn, company)
        library = Voices(conn, company).library
    try:
        content = printing.batch_pdf(pages, look, country=company.country, library=library)
    except LetterRefused as refused:
        return Refusal(str(refused))
    return Printed(content, tuple(ready), tuple(left_out))


def _pages(context: Context, company: Company, task: Task, postal: Sequence[str]) -> list[Letter] | str:
    """The letter and the statement it encloses, or the sentence that says what keeps it back."""
    if not postal:
        return "QuickBooks has no street address of theirs. Add it there, and print again."
    now = context.clock.now()
    today = company.today(now)
    with reading(context.engine) as conn:
        book = Rulebook(conn, company, today)
        loaded = cases.load(conn, company.id, [(task.customer_id or "", task.currency or "")], today)
        voice = Voices(conn, company).of(task.customer_id or "")
    if not loaded:
        return meanwhile.NOTHING_OPEN
    case = in_cycle(book, loaded[0], today)
    decision = decide(case, book.rules(case), today)
    facts = composing.facts_of(company, case, decision, now, voice=voice)
    facts = replace(
        facts,
        customer=replace(facts.customer, address="\n".join(postal)),
        attachments=(say("statement_enclosed", facts.locale, voice.library),),
    )
    step = STEPS[str(task.payload["template"])]
    try:
        message = compose(step, "letter", facts, library=voice.library)
        whole = statements.facts_of(company, case, decision, now, voice)
        statement = statement_of(replace(whole, customer=facts.customer), voice.library)
    except TemplateRefused as refused:
        wanted = missing_setting(refused)
        return f"This letter needs {wanted}." if wanted else str(refused)
    faults = check(message, facts, is_business_day=book.calendar.is_business_day)
    if faults:
        return f"These words cannot go out yet: {faults[0].what}"
    return [Letter(message, facts), statement]
