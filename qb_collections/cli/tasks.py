"""task list, show, done: what waits for a person, and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import click

from qb_collections.cli.answers import Answer, accepted
from qb_collections.cli.holds import CODE_HELP, with_code
from qb_collections.cli.opening import actor, company_on_its_clock, working
from qb_collections.cli.verbs import ROW_ID, noun, verb
from qb_collections.cli.words import AMOUNT, DAY, company_option, day_text, money, name_argument
from qb_collections.services import call_sheet, still_true, tasks
from qb_collections.services.leasing import COMMAND_SECONDS
from qb_collections.store import mirror
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.tasks import Task

# What a task asks for that somebody's answer left behind, as a command.
_FOLLOWING = {
    "plan": "plan offer {customer}",
    "firm": 'hold add insolvent --customer {customer} --reason "…"',
}


def add_to(main: click.Group) -> None:
    @noun(main, "task", "task list")
    def task() -> None:
        """Do what needs you: messages to send, calls to make, questions to decide."""

    @verb(task, "list", "task list", 'task list "Bright Dental" --text')
    @name_argument
    @click.option("--text", "with_text", is_flag=True, help="With the words to be sent or said.")
    def list_(name: str | None, with_text: bool) -> Answer:
        """Show what needs you, the earliest first, with the outcomes that each can have."""
        context, company = company_on_its_clock(name)
        found = tasks.list_open(context, company)
        stale = still_true.objections(context, company, found)
        with reading(context.engine) as conn:
            known = mirror.customers(conn, company.id, {one.customer_id for one in found if one.customer_id})
        names = {key: one.name for key, one in known.items()}
        lines = [line for one in found for line in _lines(one, with_text, stale.get(one.id))]
        return Answer(
            {"company": company.name, "tasks": [_row(one, names, stale.get(one.id)) for one in found]},
            lines or [f"Nothing of {company.name} needs you."],
        )

    @verb(task, "show", "task show 13")
    @click.argument("task_id", metavar="ID", type=ROW_ID)
    @company_option
    def show(name: str | None, task_id: int) -> Answer:
        """Show one task with its words; a call's sheet is filled with what QuickBooks says this moment.

        Beside each outcome of a call stands what follows from it.
        """
        context, company = company_on_its_clock(name)
        found = accepted(tasks.find(context, company, task_id))
        if found.kind != call_sheet.CALL or found.state != "open":
            stale = still_true.objection(context, company, found)
            return Answer(
                {"company": company.name, "task": _row(found, {}, stale)}, _lines(found, True, stale)
            )
        answer = call_sheet.open(context, company, task_id, wait_seconds=COMMAND_SECONDS)
        if isinstance(answer, call_sheet.PaidMeanwhile):
            closed = {"id": task_id, "closed": answer.message}
            return Answer({"company": company.name, "task": closed}, [answer.message])
        opened = accepted(answer)
        then = tasks.following(context, company).sentences(tasks.outcomes_of(found.kind))
        row = _row(opened.task, {}, opened.not_now) | {
            "text": opened.text,
            "checked_at": opened.checked_at,
            "notice": opened.notice,
            "then": then,
        }
        return Answer({"company": company.name, "task": row}, _sheet(opened, company, then))

    @verb(
        task,
        "done",
        "task done 12 --outcome sent",
        "task done 13 --outcome promise --on 2026-11-06 --amount 1240.00",
        "task done 14 --outcome dispute --invoice 10588 --reason 'cooler failed again' --code quality",
        "task done 15 --outcome agency --owner 'Ridge & Co'",
        "task done 16 --outcome part --amount 300.00 --on 2026-11-06 --rest-on 2026-11-20",
        "task done 17 --outcome no-answer --voicemail",
    )
    @click.argument("task_id", metavar="ID", type=ROW_ID)
    @click.option("--outcome", required=True, help="What came of it; `task list` names what is possible.")
    @click.option("--on", type=DAY, help="The promised or expected day, or when to call back.")
    @click.option("--amount", type=AMOUNT, help="What is promised.")
    @click.option("--invoice", metavar="NUMBER", help="Which invoice is questioned.")
    @click.option("--reason", help="Why, in a few words.")
    @click.option("--owner", metavar="PERSON", help="Who answers it, or takes it from here.")
    @click.option("--answer-by", "answer_by_on", type=DAY, help="By when it is to be answered.")
    @click.option("--code", metavar="CODE", help=CODE_HELP)
    @click.option("--rest-on", type=DAY, help="Of a part that is paid now: the day of the rest.")
    @click.option("--reference", metavar="WORDS", help="Of money on its way: a check number or the like.")
    @click.option("--voicemail", is_flag=True, help="Nobody answered, and a message was left.")
    @click.option("--said", metavar="WORDS", help="What they said: kept for you, never sent.")
    @company_option
    def done(name: str | None, task_id: int, outcome: str, amount: Decimal | None, **given: Any) -> Answer:
        """Report what came of a task; what follows from it is in force at once."""
        with working(name, f"Task {task_id}") as work:
            report = tasks.Report(
                outcome=outcome,
                by=actor(),
                amount=money(amount, work.company.currency),
                **with_code(given),
            )
            said = accepted(tasks.done(work.context, work.company, work.lease, task_id, report))
        data = {"company": work.company.name, "task_id": task_id, "outcome": outcome, "message": said}
        return Answer(data, [said])


def _row(task: Task, names: Mapping[str, str], stale: str | None) -> dict[str, Any]:
    return {
        "id": task.id,
        "kind": task.kind,
        "title": task.title,
        "text": None if stale else task.text,
        "not_now": stale,
        "customer": names.get(task.customer_id or "", task.customer_id),
        "customer_id": task.customer_id,
        "stage": task.payload.get("stage"),
        "due_on": task.due_on,
        "outcomes": list(tasks.outcomes_of(task.kind)),
    }


def _sheet(opened: call_sheet.Sheet, company: Company, then: Mapping[str, str]) -> list[str]:
    """The sheet as it is read while ringing: warnings first, then the words, then what to choose from."""
    said = [opened.stamp(company)]
    said += [one for one in (opened.notice, opened.not_now and f"Not now: {opened.not_now}") if one]
    said += ["", *opened.text.splitlines(), "", "Say what came of it with: qb-collections task done"]
    return said + [f"  {name}: {sentence}" for name, sentence in then.items()]


def _lines(task: Task, with_text: bool, stale: str | None) -> list[str]:
    due: date | None = task.due_on
    when = f" (since {day_text(due)})" if due else ""
    said = [f"{task.id}  {task.title}{when}", f"    outcomes: {', '.join(tasks.outcomes_of(task.kind))}"]
    if stale:
        said.append(f"    {'Not now' if task.kind == 'call' else 'Do not send it'}: {stale}")
    elif with_text and task.text:
        said += ["", *(f"    {line}" for line in task.text.splitlines()), ""]
        if command := _FOLLOWING.get(task.payload.get("about", "")):
            said += [f"    With: qb-collections {command.format(customer=task.customer_id)}", ""]
    return said
