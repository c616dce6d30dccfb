"""policy show, check, schema, set, use, history, diff, roll-back: the rules of contact, as one text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qb_collections.cli import backtest, policy_assigning
from qb_collections.cli.answers import CANNOT, Answer, accepted
from qb_collections.cli.opening import actor, company_named, company_on_its_clock, open_context
from qb_collections.cli.verbs import ROW_ID, noun, verb
from qb_collections.cli.words import company_option, day_text, name_argument
from qb_collections.services import policies, policy_changes, presets
from qb_collections.services.policies import Checked
from qb_collections.services.refusal import Refusal
from qb_collections.store.companies import Company
from qb_collections.store.policies import StoredPolicy

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
AUTHOR = click.option("--author", metavar="NAME", help="Who decided it; left out: you, at this computer.")


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
            return _problems(str(file), checked)
        steps = ", ".join(f"{stage.code} ({stage.name})" for stage in checked.policy.ladder)
        data = {"file": file, "valid": True, "problems": [], "name": checked.policy.name}
        return Answer(data, [f"{file} is a good policy, {checked.policy.name!r}. Its steps: {steps}."])

    @verb(policy, "schema", "policy schema")
    def schema() -> Answer:
        """Print the JSON schema of a policy, for an editor that can check while you type."""
        found = Answer(dict(policies.schema()))
        return Answer(found.data, [found.as_text()])

    @verb(
        policy,
        "set",
        "policy set my-policy.toml --note 'first message two days later'",
        "policy set schools.toml --as Schools --note 'schools pay in June' --author Dana",
    )
    @click.argument("file", type=FILE)
    @click.option("--note", required=True, help="What changed and why, in a few words.")
    @AUTHOR
    @click.option(
        "--as", "kept_as", metavar="NAME", help="Keep it beside your own, for groups and customers."
    )
    @company_option
    def set_(name: str | None, file: Path, note: str, author: str | None, kept_as: str | None) -> Answer:
        """Put a policy file in force as the next version.

        A customer in the middle of the steps keeps the steps it began with; all else holds at once.
        """
        context, company = company_on_its_clock(name)
        text = _text(file)
        done = policies.put(context, company, text, author=author or actor(), note=note, name=kept_as)
        return _added(company, done, str(file))

    @verb(
        policy,
        "change",
        "policy change limits.contact_gap_days 8 --note 'a little slower'",
        "policy change 'ladder[S2].after_due_days' 12 --note 'more time for the first answer'",
    )
    @click.argument("path", metavar="SETTING")
    @click.argument("value")
    @click.option("--note", required=True, help="What changed and why, in a few words.")
    @AUTHOR
    @click.option("--as", "kept_as", metavar="NAME", help="Of a policy that you keep beside your own.")
    @company_option
    def change(
        name: str | None, path: str, value: str, note: str, author: str | None, kept_as: str | None
    ) -> Answer:
        """Change one setting of the policy in force; its remarks stay where they are."""
        context, company = company_on_its_clock(name)
        done = policy_changes.change(
            context, company, path, value, author=author or actor(), note=note, name=kept_as
        )
        return _added(company, done, "The policy with that value")

    @verb(policy, "use", "policy use Brisk", "policy use 'Small balances' --note 'the new year'")
    @click.argument("preset")
    @click.option("--note", help="Why, in a few words.")
    @AUTHOR
    @company_option
    def use(name: str | None, preset: str, note: str | None, author: str | None) -> Answer:
        """Put a policy that ships in force as your own."""
        context, company = company_on_its_clock(name)
        done = policies.use(context, company, preset, author=author or actor(), note=note)
        return _added(company, done, preset)

    @verb(policy, "presets", "policy presets", "policy presets Gentle > my-policy.toml")
    @click.argument("preset", required=False)
    def presets_(preset: str | None) -> Answer:
        """List the policies that ship, or print one of them."""
        if preset is not None:
            found = accepted(presets.find(preset))
            return Answer(
                {"name": found.name, "title": found.title, "about": found.about, "text": found.text},
                found.text.splitlines(),
            )
        every = presets.every()
        rows = [{"name": one.name, "title": one.title, "about": one.about} for one in every]
        return Answer({"presets": rows}, [f"{one.title}: {one.about}" for one in every])

    @verb(policy, "history", "policy history")
    @name_argument
    def history(name: str | None) -> Answer:
        """Every version with its number, day, author and note; * marks what is in force."""
        context = open_context()
        company = company_named(context, name)
        every = policies.versions(context, company)
        latest = {one.name: one.version for one in every} | {None: policies.current(context, company).version}
        rows = [{**_row(one), "in_force": latest[one.name] == one.version} for one in every]
        lines = []
        for one in every:
            mark = "*" if latest[one.name] == one.version else " "
            kept = f" [{one.name}]" if one.name else ""
            day = day_text(one.created_at.date())
            by = "when the company was connected" if one.author == "system" else one.author
            lines.append(f"{mark} {one.version:>3}  {day}, {by}: {one.note}{kept}")
        return Answer({"company": company.name, "versions": rows}, lines)

    @verb(policy, "diff", "policy diff 1 2", "policy diff 1 2 --text")
    @click.argument("before", type=ROW_ID)
    @click.argument("after", type=ROW_ID)
    @click.option("--text", "as_lines", is_flag=True, help="Show the lines of the text instead.")
    @company_option
    def diff(name: str | None, before: int, after: int, as_lines: bool) -> Answer:
        """What differs between two versions, setting by setting."""
        context = open_context()
        company = company_named(context, name)
        found = accepted(policies.compare(context, company, before, after))
        data = {
            "company": company.name,
            "before": _row(found.before),
            "after": _row(found.after),
            "changes": found.changes,
            "lines": found.lines,
        }
        if as_lines:
            return Answer(data, found.lines or ["The texts are the same."])
        if found.changes:
            return Answer(data, [str(one) for one in found.changes])
        same = "Only remarks or their order differ." if found.lines else "The texts are the same."
        return Answer(data, [f"Versions {before} and {after} say the same. {same}"])

    @verb(policy, "roll-back", "policy roll-back 1 --note 'the new steps were too fast'")
    @click.argument("number", type=ROW_ID)
    @click.option("--note", required=True, help="Why, in a few words.")
    @AUTHOR
    @company_option
    def roll_back(name: str | None, number: int, note: str, author: str | None) -> Answer:
        """Put an earlier version in force again, as the next version.  No version is ever rewritten."""
        context, company = company_on_its_clock(name)
        done = policies.roll_back(context, company, number, author=author or actor(), note=note)
        return _added(company, done, f"version {number}")

    policy_assigning.add_to(policy)


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")  # some editors put a mark before the first line
    except UnicodeDecodeError:
        raise click.UsageError(f"{file} is not a text in UTF-8.") from None


def _added(company: Company, done: StoredPolicy | Checked | Refusal, source: str) -> Answer:
    if isinstance(done, Checked):
        return _problems(source, done)
    added = accepted(done)
    if added.name is None:
        said = f"Version {added.version} is the policy of {company.name} from now on."
    else:
        said = (
            f"Version {added.version} is kept as {added.name}. It holds for the customers that have it; "
            f"give it to more with: qb-collections policy assign '{added.name}' --customer NAME"
        )
    kept = "Customers in the middle of the steps keep the steps they began with; all else holds at once."
    return Answer({"company": company.name, **_row(added)}, [said, kept])


def _problems(source: str, checked: Checked) -> Answer:
    rows = [{"path": one.path, "line": one.line, "message": one.message} for one in checked.problems]
    count = "1 problem" if len(rows) == 1 else f"{len(rows)} problems"
    lines = [f"{source}: {one}" for one in checked.problems]
    lines.append(f"{count}. Nothing was changed.")
    return Answer({"file": source, "valid": False, "problems": rows}, lines, CANNOT)


def _row(found: StoredPolicy) -> dict[str, Any]:
    return {
        "version": found.version,
        "name": found.name,
        "author": found.author,
        "note": found.note,
        "created_at": found.created_at,
    }
