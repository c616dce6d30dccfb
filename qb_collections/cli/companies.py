"""companies, company mode, company contact: who is connected, and how each of them sends."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from qb_collections.cli import company_leaving, company_logo, company_signing, watched
from qb_collections.cli.answers import HELD, Answer, Cannot, accepted
from qb_collections.cli.opening import actor, company_named, open_context
from qb_collections.cli.verbs import noun, verb
from qb_collections.cli.words import day_text, name_and, name_argument
from qb_collections.core.company_gates import Link, Mode
from qb_collections.services import about_you, modes, restored
from qb_collections.services.about_you import AboutYou
from qb_collections.services.company_time import on_company_time
from qb_collections.services.context import Context
from qb_collections.store import companies, cursors
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading

MODES = [mode.value for mode in Mode]


def add_to(main: click.Group) -> None:
    @verb(main, "companies", "companies")
    def companies_() -> Answer:
        """List the connected companies: how each sends, its next night, and what stops it."""
        context = open_context()
        with reading(context.engine) as conn:
            every = companies.all(conn)
            everything = companies.global_stop(conn)
            synced = {one.id: cursors.cursor(conn, one.id) for one in every}
        rows = [
            _row(one)
            | {"synced_at": cursor.synced_at if (cursor := synced[one.id]) else None}
            | watched.row(context, one)
            for one in every
        ]
        lines = [
            line
            for one in every
            for line in (_line(one), *(f"   {said}" for said in watched.lines(context, one)))
        ] or ["No company is connected yet. Connect one with: qb-collections connect"]
        if everything is not None:
            lines.insert(
                0, f"Everything is stopped by {everything.by}. Lift it with: qb-collections stop --lift"
            )
        return Answer({"stopped_by": everything.by if everything else None, "companies": rows}, lines)

    @noun(main, "company", "company mode approve")
    def company() -> None:
        """Change how one company sends, and whom its customers can call."""

    @verb(company, "mode", 'company mode "Bright Dental" approve', "company mode automatic --yes")
    @click.argument("words", nargs=-1, metavar="[NAME] shadow|approve|automatic")
    @click.option("--yes", is_flag=True, help="I have read a run and mean it.")
    def mode(words: tuple[str, ...], yes: bool) -> Answer:
        """Say who lets messages leave: nobody (shadow), you (approve), or the service (automatic)."""
        name, wanted = name_and(words, "MODE")
        if wanted not in MODES:
            raise click.UsageError(f"{wanted!r} is not a mode. It is one of: {', '.join(MODES)}.")
        return _mode(name, Mode(wanted), yes)

    @verb(
        company,
        "contact",
        'company contact --name "Dana Ruiz" --phone "(423) 555-0100"',
        'company contact "Bright Dental" --pay "By card: https://pay.example/bright"',
    )
    @name_argument
    @click.option("--name", "contact_name", metavar="PERSON", help="Who signs and answers the telephone.")
    @click.option("--phone", "contact_phone", metavar="NUMBER", help="The number in every message.")
    @click.option("--hours", "phone_hours", metavar="HOURS", help='When they answer: "weekdays 8 to 5".')
    @click.option("--role", "contact_role", metavar="TITLE", help='Their role, such as "Accounts".')
    @click.option("--pay", "payment_instructions", metavar="TEXT", help="How customers can pay you.")
    @click.option("--reply-to", "reply_to", metavar="ADDRESS", help="Where answers to e-mails go.")
    def contact(name: str | None, **given: str | None) -> Answer:
        """Show or set whom customers can call, and how they pay; every message names both."""
        context = open_context()
        return _contact(context, company_named(context, name), given)

    company_signing.add_to(company)
    company_leaving.add_to(company)

    @verb(company, "logo", 'company logo "Bright Dental" logo.png', "company logo --remove")
    @click.argument("words", nargs=-1, metavar="[NAME] [FILE]")
    @click.option("--remove", is_flag=True, help="Take the logo away.")
    def logo(words: tuple[str, ...], remove: bool) -> Answer:
        """Take a PNG or JPEG picture of up to 1 MB as the logo of messages and letters."""
        return company_logo.answer(words, remove)

    @verb(company, "restored", "company restored", 'company restored "Bright Dental" --release')
    @name_argument
    @click.option("--release", is_flag=True, help="I have looked: it may send again once its mode is set.")
    def restored_(name: str | None, release: bool) -> Answer:
        """Show what was found in QuickBooks after a backup was put back, or release the company."""
        return _restored(name, release)


def _restored(name: str | None, release: bool) -> Answer:
    context = open_context()
    found = company_named(context, name)
    if release:
        context = on_company_time(context, found)
        done = accepted(restored.release(context, found, actor()))
        said = [f"{found.name} is released. It stays in shadow until you say: qb-collections company mode"]
        return Answer({"company": found.name, **asdict(done)}, said)
    state = restored.state(context, found)
    if state is None:
        return Answer({"company": found.name, "found_at": None}, [f"{found.name} was not put back."])
    held = "It waits for: qb-collections company restored --release"
    last = held if state.is_held else f"Released by {state.released_by}."
    return Answer({"company": found.name, **asdict(state)}, [state.sentence, last])


def _mode(name: str | None, wanted: Mode, yes: bool) -> Answer:
    # Turning sending off must work while QuickBooks, or an emulator, cannot be reached.
    context = open_context()
    found = company_named(context, name)
    if wanted is not Mode.SHADOW:
        context = on_company_time(context, found)
    settles = modes.would_settle(context, found, wanted)
    done = modes.set_mode(context, found, wanted, by=actor(), confirmed=yes)
    if isinstance(done, modes.Confirm):
        said = f"{done.question} Then say it again with --yes."
        return Answer({"company": found.name, "mode": found.mode, "confirm": done.question}, [said], HELD)
    changed = accepted(done)
    lines = [f"{changed.name}: {modes.SAYS[changed.mode]}", *([settles] if settles else [])]
    return Answer(_row(changed), lines)


def _night(company: Company, at: datetime) -> str:
    """On the company's own clocks."""
    local = at.astimezone(ZoneInfo(company.zone))
    return f"{local:%A} {day_text(local.date())}, {local:%H:%M} ({company.zone.replace('_', ' ')} time)"


def _contact(context: Context, company: Company, given: dict[str, str | None]) -> Answer:
    changes = {name: text.strip() or None for name, text in given.items() if text is not None}
    reply_to = changes.get("reply_to")
    if reply_to is not None and ("@" not in reply_to or " " in reply_to):
        raise Cannot(f"{reply_to!r} is not an e-mail address. Nothing was changed.")
    if changes:
        told = {name: changes.get(name, getattr(company, name)) or "" for name in given}
        company = accepted(about_you.save(context, company, AboutYou(**told), by=actor()))
    values = {name: getattr(company, name) for name in given}
    labels = {
        "contact_name": "Name",
        "contact_phone": "Phone",
        "phone_hours": "Hours",
        "contact_role": "Role",
        "payment_instructions": "How to pay",
        "reply_to": "Answers go to",
    }
    lines = [f"{label}: {values[name] or '(not set)'}" for name, label in labels.items()]
    lacking = about_you.missing_sentence(company)
    return Answer({"company": company.name, **values}, [*lines, *([lacking] if lacking else [])])


def _row(company: Company) -> dict[str, Any]:
    names = ("id", "name", "alias", "mode", "state", "environment", "zone", "currency", "country")
    more = ("next_night_at", "stopped_by", "stopped_at", "emulator_url", "notes_stopped", "live_since_on")
    return {name: getattr(company, name) for name in (*names, *more)}


_STATES = {
    Link.CONNECTED: "",
    Link.RECONNECT: "; QuickBooks no longer accepts our permission: connect it again",
    Link.DISCONNECTED: "",  # says so in place of everything else
}


def _line(company: Company) -> str:
    where = f" ({company.environment})" if company.environment != "production" else ""
    if company.state is Link.DISCONNECTED:
        return (
            f"{company.id}  {company.name}{where}: DISCONNECTED. Nothing is read and nothing is sent; "
            "its records are kept. Connect it again with: qb-collections connect"
        )
    night = f"; next night {_night(company, company.next_night_at)}" if company.next_night_at else ""
    stopped = f"; stopped by {company.stopped_by}" if company.stopped_by else ""
    return (
        f"{company.id}  {company.name}{where}: {company.mode.value}{_STATES[company.state]}{stopped}{night}"
    )
