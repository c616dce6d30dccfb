"""templates list, show, set, check, preview, diff, history, roll-back: the words of every message."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from qb_collections.cli.answers import CANNOT, HELD, Answer, accepted
from qb_collections.cli.opening import actor, company_named, company_on_its_clock, open_context
from qb_collections.cli.verbs import Count, noun, verb
from qb_collections.cli.words import company_option, day_text, name_argument
from qb_collections.messages.template import TEMPLATE_MAX
from qb_collections.services import template_check, template_preview, templates
from qb_collections.services.refusal import Refusal
from qb_collections.services.template_check import Problem
from qb_collections.services.templates import Faulty
from qb_collections.store.companies import Company
from qb_collections.store.templates import TemplateVersion

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)
NUMBER = Count(min=0, max=2**31 - 1)
LANGUAGE = click.option("--language", default="en", show_default=True, help="Of the text, such as de.")
AS = click.option(
    "--as", "known_as", metavar="TEMPLATE", help="Which one; left out, the file's path says it."
)
NOTE = click.option("--note", required=True, help="What changed and why, in a few words.")
AUTHOR = click.option("--author", metavar="NAME", help="Who decided it; left out: you, at this computer.")


def add_to(main: click.Group) -> None:
    @noun(main, "templates", "templates show mail/s1_one")
    def templates_() -> None:
        """Read, try and change the texts of messages, letters, calls and notes."""

    @verb(templates_, "list", "templates list")
    @name_argument
    def list_(name: str | None) -> Answer:
        """Every text with its language, and which of them are your own."""
        context = open_context()
        company = company_named(context, name)
        every = templates.every(context, company)
        lines = [f"{one.name} ({one.language}): {_whose(one)}" for one in every]
        return Answer({"company": company.name, "templates": every}, lines)

    @verb(
        templates_,
        "show",
        "templates show mail/s1_one",
        "templates show mail/s1_one --language de > s1_one.de.txt",
        "templates show mail/s1_one --version 0",
    )
    @click.argument("template")
    @LANGUAGE
    @click.option(
        "--version", "number", type=NUMBER, help="An earlier one of yours; 0 is the one that ships."
    )
    @company_option
    def show(name: str | None, template: str, language: str, number: int | None) -> Answer:
        """Print a text as it holds, ready to be edited."""
        context = open_context()
        company = company_named(context, name)
        found = accepted(templates.show(context, company, template, language=language, number=number))
        return Answer({"company": company.name, **_data(found)}, found.text.splitlines())

    @verb(
        templates_,
        "set",
        "templates set templates/mail/s1_one.txt --note 'we say Hi'",
        "templates set mine.txt --as mail/s1_one --language de --note 'kürzer'",
    )
    @click.argument("file", type=FILE)
    @AS
    @click.option("--language", help="Of the text; left out, the file's name says it, else English.")
    @NOTE
    @AUTHOR
    @company_option
    def set_(
        name: str | None,
        file: Path,
        known_as: str | None,
        language: str | None,
        note: str,
        author: str | None,
    ) -> Answer:
        """Put a text in force as your own.  One that does not pass its check changes nothing."""
        context, company = company_on_its_clock(name)
        template, spoken = _named(file, known_as, language)
        done = templates.put(
            context, company, template, _text(file), author=author or actor(), note=note, language=spoken
        )
        return _added(company, done)

    @verb(
        templates_,
        "check",
        "templates check",
        "templates check templates/mail/s1_one.txt",
    )
    @click.argument("file", type=FILE, required=False)
    @AS
    @click.option("--language", help="Of the text; left out, the file's name says it, else English.")
    @company_option
    def check(name: str | None, file: Path | None, known_as: str | None, language: str | None) -> Answer:
        """Try a text, or every text in force, on made-up customers, and change nothing."""
        context = open_context()
        company = company_named(context, name)
        if file is None:
            found = templates.check(context, company)
            good = "Every text in force passes its check."
        else:
            template, spoken = _named(file, known_as, language)
            found = accepted(templates.try_out(context, company, template, _text(file), language=spoken))
            good = f"{file} is a good text for {template}."
        if found:
            return _problems(company, found)
        return Answer({"company": company.name, "valid": True, "problems": []}, [good])

    @verb(
        templates_,
        "preview",
        "templates preview mail/s1_one 'Marlow Print Works'",
        "templates preview mail/s1_one 'Marlow Print Works' --file mine.txt",
    )
    @click.argument("template")
    @click.argument("customer")
    @click.option("--file", type=FILE, help="A text that is not in force yet.")
    @click.option("--language", help="Left out, the customer's.")
    @company_option
    def preview(
        name: str | None, template: str, customer: str, file: Path | None, language: str | None
    ) -> Answer:
        """Fill a text with what is known of a customer now, and say what the check finds.  Sends nothing."""
        context, company = company_on_its_clock(name)
        if file is not None:
            text = _text(file)
        else:
            text = accepted(templates.show(context, company, template, language=language or "en")).text
        found = accepted(
            template_preview.preview(context, company, template, text, customer, language=language)
        )
        data = {
            "company": company.name,
            "customer": found.customer,
            "subject": found.message.subject if found.message else None,
            "text": found.message.text if found.message else None,
            "html": found.html,
            "problems": found.problems,
            "made_up": found.made_up,
        }
        lines = found.message.as_text.splitlines() if found.message else []
        if found.made_up:
            lines.append(f"(Made up for this: {', '.join(found.made_up)}.)")
        lines += [str(one) for one in found.problems]
        return Answer(data, lines, HELD if found.problems else 0)

    @verb(templates_, "history", "templates history mail/s1_one")
    @click.argument("template")
    @LANGUAGE
    @company_option
    def history(name: str | None, template: str, language: str) -> Answer:
        """Every version of your own, with its number, day, author and note; * marks what is in force."""
        context = open_context()
        company = company_named(context, name)
        found = accepted(templates.history(context, company, template, language=language))
        rows = [{**_version(one), "in_force": one is found[-1]} for one in found]
        lines = [
            f"{'*' if one is found[-1] else ' '} {one.number:>3}  {day_text(one.created_at.date())}, "
            f"{one.author}: {one.note}{'' if one.text is not None else ' [the text that ships]'}"
            for one in found
        ] or [f"{template} is the text that ships; there is no version of your own."]
        return Answer({"company": company.name, "template": template, "versions": rows}, lines)

    @verb(templates_, "diff", "templates diff mail/s1_one 0 1", "templates diff mail/s1_one 1 2")
    @click.argument("template")
    @click.argument("before", type=NUMBER)
    @click.argument("after", type=NUMBER)
    @LANGUAGE
    @company_option
    def diff(name: str | None, template: str, before: int, after: int, language: str) -> Answer:
        """The lines that differ between two versions; 0 is the text that ships."""
        context = open_context()
        company = company_named(context, name)
        found = accepted(templates.compare(context, company, template, before, after, language=language))
        data = {
            "company": company.name,
            "template": template,
            "before": before,
            "after": after,
            "lines": found,
        }
        return Answer(data, found or ["The texts are the same."])

    @verb(
        templates_,
        "roll-back",
        "templates roll-back mail/s1_one 1 --note 'the new one was too long'",
        "templates roll-back mail/s1_one 0 --note 'back to the text that ships'",
    )
    @click.argument("template")
    @click.argument("number", type=NUMBER)
    @LANGUAGE
    @NOTE
    @AUTHOR
    @company_option
    def roll_back(
        name: str | None, template: str, number: int, language: str, note: str, author: str | None
    ) -> Answer:
        """Put an earlier text in force again, as the next version; 0 is the one that ships."""
        context, company = company_on_its_clock(name)
        done = templates.roll_back(
            context, company, template, number, author=author or actor(), note=note, language=language
        )
        return _added(company, done)


def _text(file: Path) -> str:
    """Read no more than a template may have, four bytes a letter at most."""
    with file.open("rb") as opened:
        data = opened.read(TEMPLATE_MAX * 4 + 1)
    if len(data) > TEMPLATE_MAX * 4:
        raise click.UsageError(f"{file} is too long: a template has at most {TEMPLATE_MAX:,} characters.")
    try:
        return data.decode("utf-8-sig")  # some editors put a mark before the first line
    except UnicodeDecodeError:
        raise click.UsageError(f"{file} is not a text in UTF-8.") from None


def _named(file: Path, known_as: str | None, language: str | None) -> tuple[str, str]:
    """Template and language, from templates/mail/s1_one.de.txt or as they were said."""
    stem, _, spoken = file.name.removesuffix(".txt").partition(".")
    if known_as is not None:
        return known_as, language or spoken or "en"
    parts = (*file.resolve().parts[:-1], stem)
    for length in (3, 2):
        name = "/".join(parts[-length:])
        if name in template_check.names():
            return name, language or spoken or "en"
    raise click.UsageError(f"Which template is {file.name}? Say it with --as, as in --as mail/s1_one.")


def _added(company: Company, done: TemplateVersion | Faulty | Refusal) -> Answer:
    if isinstance(done, Faulty):
        return _problems(company, done.problems)
    added = accepted(done)
    what = "is your text" if added.text is not None else "takes you back to the text that ships"
    said = f"Version {added.number} of {added.name} ({added.language}) {what} from the next message on."
    return Answer({"company": company.name, **_version(added)}, [said])


def _problems(company: Company, found: tuple[Problem, ...]) -> Answer:
    count = "1 problem" if len(found) == 1 else f"{len(found)} problems"
    lines = [*(str(one) for one in found), f"{count}. Nothing was changed."]
    return Answer({"company": company.name, "valid": False, "problems": found}, lines, CANNOT)


def _whose(one: templates.Listed) -> str:
    if one.created_at is None:
        return "as it ships"
    day = day_text(one.created_at.date())
    if not one.own:
        return f"as it ships again since {day}, {one.author}: {one.note}"
    return f"your own, version {one.version} of {day}, {one.author}: {one.note}"


def _data(found: templates.Shown) -> dict[str, Any]:
    return {
        "template": found.name,
        "language": found.language,
        "version": found.version,
        "text": found.text,
    }


def _version(one: TemplateVersion) -> dict[str, Any]:
    return {
        "template": one.name,
        "language": one.language,
        "version": one.number,
        "ships": one.text is None,
        "author": one.author,
        "note": one.note,
        "created_at": one.created_at,
    }
