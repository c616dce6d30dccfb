"""policy backtest: what a policy would have done on your own history, or two side by side."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from qb_collections.cli.answers import CANNOT, Answer, Cannot, accepted
from qb_collections.cli.opening import company_on_its_clock
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import DAY, company_option, many
from qb_collections.core import chart
from qb_collections.core.backtest import NO_CLAIM, Backtest, share
from qb_collections.core.wording import date_text
from qb_collections.services import backtest, policies
from qb_collections.services.backtest import Played, Result
from qb_collections.services.knowing import percent
from qb_collections.services.policies import Checked

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
WIDE = 44  # columns of the name of a figure; each policy gets 18 beside it


def add_to_policy(policy: click.Group) -> None:
    @verb(
        policy,
        "backtest",
        "policy backtest my-policy.toml --from 2026-01-01 --to 2026-06-30",
        "policy backtest my-policy.toml --from 2026-01-01 --to 2026-06-30 --against now.toml --chart w.svg",
    )
    @click.argument("file", type=FILE)
    @click.option("--from", "first_on", type=DAY, required=True, help="The first day played.")
    @click.option("--to", "last_on", type=DAY, required=True, help="The last day played, today at most.")
    @click.option("--against", type=FILE, help="Another policy, played on the same days beside it.")
    @click.option(
        "--chart",
        "drawing",
        type=click.Path(path_type=Path, dir_okay=False),
        help="Draw contacts per week here.",
    )
    @company_option
    def backtest_(
        name: str | None,
        file: Path,
        first_on: date,
        last_on: date,
        against: Path | None,
        drawing: Path | None,
    ) -> Answer:
        """Replay a policy on your own history, each night with what was known then.

        Nothing is sent, and QuickBooks is not asked. It says who would have heard from you and when,
        and makes no claim about cash.
        """
        files = [file] if against is None else [file, against]
        read = [policies.check(_text(one)) for one in files]
        for one, checked in zip(files, read, strict=True):
            if checked.policy is None:
                return _problems(one, checked)
        played = [checked.policy for checked in read if checked.policy is not None]
        context, company = company_on_its_clock(name)
        found = accepted(backtest.run(context, company, played, first_on, last_on))
        steps = {stage.code: stage.name for policy in reversed(played) for stage in policy.ladder}
        if drawing is not None:
            title = f"{company.name}: contacts per week"
            _write(drawing, chart.contacts_per_week(found.tests, title, steps, company.locale))
        data = {
            "company": company.name,
            "from": first_on,
            "to": last_on,
            "policies": [_row(one, where) for one, where in zip(found.played, files, strict=True)],
            "known_since": found.known_since,
            "assumed": found.assumed,
            "starts_anew": found.starts_anew,
            "chart": drawing,
            "no_claim": NO_CLAIM,
        }
        return Answer(data, _lines(found, steps, drawing, company.locale))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")  # some editors put a mark before the first line
    except UnicodeDecodeError:
        raise click.UsageError(f"{file} is not a text in UTF-8.") from None


def _write(drawing: Path, text: str) -> None:
    try:
        drawing.write_text(text, encoding="utf-8")
    except OSError as problem:
        raise Cannot(f"The chart could not be written to {drawing}: {problem.strerror}.") from None


def _problems(file: Path, checked: Checked) -> Answer:
    rows = [{"path": one.path, "line": one.line, "message": one.message} for one in checked.problems]
    lines = [
        *(f"{file}: {one}" for one in checked.problems),
        f"{many(len(rows), 'problem')}. Nothing was played.",
    ]
    return Answer({"file": file, "valid": False, "problems": rows}, lines, CANNOT)


def _row(played: Played, file: Path) -> dict[str, Any]:
    test = played.test
    return {
        "file": file,
        "policy": test.policy,
        "contacts": test.contacts,
        "by_stage": {code: test.of_stage(code) for code in test.stages},
        "by_week": [{"week_of": week.first_on, **week.by_stage} for week in test.weeks],
        "customers_contacted": test.customers,
        "customers_late": test.late,
        "already_paid": test.already_paid,
        "paid_within_two_days_anyway": test.paid_anyway,
        "days_to_first_contact": test.first_contact,
        "calls": test.calls,
        "most_calls_in_a_week": test.busiest_calls,
        "approvals": test.approvals,
        "decisions_for_a_person": test.handed,
        "called_off_just_before_sending": test.prevented,
        "nights_that_would_have_waited": test.waiting_nights,
        "tasks": test.tasks,
        "never_contacted": test.not_contacted,
        "log": [
            {
                "on": one.on,
                "customer": one.customer,
                "customer_id": one.key[0],
                "currency": one.key[1],
                "stage": one.stage,
                "outcome": one.outcome,
                "invoice_ids": one.invoice_ids,
                "amount": one.amount,
            }
            for one in played.contacts
        ],
    }


def _lines(found: Result, steps: dict[str, str], drawing: Path | None, locale: str) -> list[str]:
    first = found.tests[0]
    first_on, last_on = (date_text(day, locale) for day in (first.first_on, first.last_on))
    days = (first.last_on - first.first_on).days + 1
    said = [f"{days:,} nights, {first_on} to {last_on}, each with what was known then."]
    if found.starts_anew:
        said.append("Contacting begins on the first of them, as gently as a first night does.")
    said += ["", _columns("", [one.policy for one in found.tests])]
    said += [_columns(name, shown) for name, shown in _figures(found.tests, steps)]
    for one in found.tests:
        said += ["", f"{one.policy}: contacts per week"]
        said += [_week(one, place, steps) for place in range(len(one.weeks)) if one.weeks[place].contacts]
        if one.not_contacted:
            said += ["", f"{one.policy}: late, and never contacted"]
            said += [f"  {many(quiet.customers, 'customer')}: {quiet.why}" for quiet in one.not_contacted]
    said += ["", *found.assumed, found.known_since]
    if drawing is not None:
        said.append(f"The chart is in {drawing}.")
    return [*said, NO_CLAIM]


def _figures(tests: tuple[Backtest, ...], steps: dict[str, str]) -> list[tuple[str, list[str]]]:
    """Name and one value for each policy."""
    codes = [code for code in steps if any(one.of_stage(code) for one in tests)]
    rows = [("Contacts", [f"{one.contacts:,}" for one in tests])]
    rows += [(f"  {steps[code]}", [f"{one.of_stage(code):,}" for one in tests]) for code in sorted(codes)]
    rows += [
        ("Customers contacted", [f"{one.customers:,}" for one in tests]),
        ("Customers with something late", [f"{one.late:,}" for one in tests]),
        ("Had already paid", [_part(one.already_paid, one) for one in tests]),
        ("Paid within two days anyway", [_part(one.paid_anyway, one) for one in tests]),
        ("Days to the first contact, the middle one", [_middle(one) for one in tests]),
        ("Calls for your staff", [f"{one.calls:,}" for one in tests]),
        ("  most in one week", [f"{one.busiest_calls:,}" for one in tests]),
        ("Messages that you approve", [f"{one.approvals:,}" for one in tests]),
        ("Customers left to your decision", [f"{one.handed:,}" for one in tests]),
        ("Nights large enough to wait for you", [f"{one.waiting_nights:,}" for one in tests]),
        ("Late, and never contacted", [f"{sum(r.customers for r in one.not_contacted):,}" for one in tests]),
    ]
    return rows


def _columns(name: str, values: list[str]) -> str:
    return f"{name:<{WIDE}}" + "".join(f"{value[:17]:>18}" for value in values)


def _part(count: int, one: Backtest) -> str:
    part = share(count, one.contacts)
    return f"{count:,}" if part is None or not count else f"{count:,} ({percent(part)})"


def _middle(one: Backtest) -> str:
    return "none" if one.first_contact.middle is None else str(one.first_contact.middle)


def _week(one: Backtest, place: int, steps: dict[str, str]) -> str:
    week = one.weeks[place]
    parts = [f"{steps[code]} {week.by_stage[code]}" for code in one.stages if week.by_stage.get(code)]
    return f"  {week.first_on.isoformat()}  {week.contacts:>4}  {', '.join(parts)}"
