"""policy show, check, schema, set: the rules of contact, as one text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qb_collections.cli import backtest
from qb_collections.cli.answers import CANNOT, Answer, accepted
from qb_collections.cli.opening import actor, company_named, company_on_its_clock, open_context
from qb_collections.cli.verbs import ROW_ID, noun, verb
from qb_collections.cli.words import company_option, name_argument
from qb_collections.services import policies
from qb_collections.services.policies import Checked
from qb_collections.store.policies import StoredPolicy

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


def add_to(main: click.Group) -> None:
    @noun(main, "policy", "policy check my-policy.toml")
    def policy() -> None:
        """Read, check and change the policy: steps, limits, hours, texts' names, approvals."""

    backtest.add_to_policy(policy)

    @verb(policy, "show", "policy show", "policy show > my-policy.toml", "policy show --version 1")
    @name_argument
    @click.option("--version", "number", type=ROW_ID, help="An earlier one.")
    def show(name: str | None, number: int | None) -> Answer:
        """Print the policy in force as TOML, ready to be edited."""
        context = open_context()
        company = company_named(context, name)
        found = (
            policies.current(context, company)
            if number is None
            else accepted(policies.version(context, company, number))
        )
        data = {
            "company": company.name,
            **_row(found),
            "text": found.text,
            "versions": [_row(one) for one in policies.versions(context, company)],
        }
        return Answer(data, found.text.splitlines())

    @verb(policy, "check", "policy check my-policy.toml")
    @click.argument("file", type=FILE)
    def check(file: Path) -> Answer:
        """Check a policy file and change nothing.  Each problem names its line and its place."""
        checked = policies.check(_text(file))
        if checked.policy is None:
            return _problems(file, checked)
        steps = ", ".join(f"{stage.code} ({stage.name})" for stage in checked.policy.ladder)
        data = {"file": file, "valid": True, "problems": [], "name": checked.policy.name}
        return Answer(data, [f"{file} is a good policy, {checked.policy.name!r}. Its steps: {steps}."])

    @verb(policy, "schema", "policy schema")
    def schema() -> Answer:
        """Print the JSON schema of a policy, for an editor that can check while you type."""
        found = Answer(dict(policies.schema()))
        return Answer(found.data, [found.as_text()])

    @verb(policy, "set", "policy set my-policy.toml --note 'first message two days later'")
    @click.argument("file", type=FILE)
    @click.option("--note", required=True, help="What changed and why, in a few words.")
    @company_option
    def set_(name: str | None, file: Path, note: str) -> Answer:
        """Put a policy file in force as the next version.

        A customer in the middle of the steps keeps the steps it began with; all else holds at once.
        """
        context, company = company_on_its_clock(name)
        done = policies.put(context, company, _text(file), author=actor(), note=note)
        if isinstance(done, Checked):
            return _problems(file, done)
        added = accepted(done)
        said = f"Version {added.version} is the policy of {company.name} from now on."
        return Answer({"company": company.name, **_row(added)}, [said])


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise click.UsageError(f"{file} is not a text in UTF-8.") from None


def _problems(file: Path, checked: Checked) -> Answer:
    rows = [{"path": one.path, "line": one.line, "message": one.message} for one in checked.problems]
    count = "1 problem" if len(rows) == 1 else f"{len(rows)} problems"
    lines = [f"{file}: {one}" for one in checked.problems]
    lines.append(f"{count}. Nothing was changed.")
    return Answer({"file": file, "valid": False, "problems": rows}, lines, CANNOT)


def _row(found: StoredPolicy) -> dict[str, Any]:
    return {
        "version": found.version,
        "author": found.author,
        "note": found.note,
        "created_at": found.created_at,
    }
