"""mail set, show, doctor, on, off, list, read, stop, allow: e-mail of your own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from qb_collections import config
from qb_collections.cli.answers import HELD, OK, Answer, Cannot, Refused, accepted
from qb_collections.cli.opening import actor, company_on_its_clock
from qb_collections.cli.verbs import ROW_ID, Count, noun, verb
from qb_collections.cli.words import company_option, name_argument
from qb_collections.messages.outgoing import Security
from qb_collections.services import mail_archive, mail_doctor, mail_settings, stopping
from qb_collections.services.mail_settings import WantedAccount
from qb_collections.store import mail_accounts
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.mail_accounts import MailAccount
from qb_collections.store.mail_messages import MailMessage

PASSWORD_BYTES_MAX = 2_000
_MARKS = {True: "well", False: "wrong", None: "look"}


def add_to(main: click.Group) -> None:
    @noun(main, "mail", "mail doctor")
    def mail() -> None:
        """Send messages through your own mail account, and read what left."""

    _account(mail)
    _archive(mail)


def _account(mail: click.Group) -> None:
    @verb(
        mail,
        "set",
        "mail set --host smtp.example.com --user desk@acme.example --from desk@acme.example",
        "mail set --host smtp.example.com --security tls --user desk@acme.example --from desk@acme.example "
        "--password-file secret.txt",
    )
    @click.option("--host", required=True, help="Your provider's server for sending, as in smtp.example.com.")
    @click.option("--port", type=Count(min=1, max=65_535), help="587 for starttls, 465 for tls.")
    @click.option(
        "--security",
        type=click.Choice([one.value for one in Security]),
        default="starttls",
        show_default=True,
        help="TLS, and how.",
    )
    @click.option("--user", "login", metavar="NAME", help="Who logs in; often the address itself.")
    @click.option(
        "--from", "from_address", required=True, metavar="ADDRESS", help="Whom customers hear from."
    )
    @click.option("--from-name", metavar="NAME", help="The name beside it; left out: your company's.")
    @click.option("--reply-to", metavar="ADDRESS", help="Where answers go; left out: as your texts say.")
    @click.option(
        "--per-minute",
        type=Count(min=1, max=mail_settings.PER_MINUTE_MAX),
        default=mail_settings.PER_MINUTE,
        show_default=True,
        help="The most that leave in one minute.",
    )
    @click.option(
        "--keep-days",
        type=Count(min=1, max=mail_settings.KEEP_DAYS_MAX),
        default=mail_settings.KEEP_DAYS,
        show_default=True,
        help="How long the exact messages are kept.",
    )
    @click.option(
        "--password-file",
        type=click.Path(path_type=Path, dir_okay=False),
        help="A file with the password on its first line; else you are asked, or QBC_MAIL_PASSWORD has it.",
    )
    @company_option
    def set_(name: str | None, password_file: Path | None, **given: Any) -> Answer:
        """Set up the account; it stays off until a test was sent.  The password is kept sealed."""
        context, company = company_on_its_clock(name)
        before = mail_settings.find(context, company)
        password = _password(password_file, given["login"], before, given["host"])
        made = accepted(
            mail_settings.put(context, company, WantedAccount(password=password, **given), by=actor())
        )
        lines = [
            f"Kept: {_described(made)}. It is off until a test has gone out.",
            "Send yourself one with: qb-collections mail doctor --to ADDRESS",
        ]
        return Answer(_data(company, made), lines)

    @verb(mail, "show", "mail show")
    @name_argument
    def show(name: str | None) -> Answer:
        """Show the account, without its password."""
        context, company = company_on_its_clock(name)
        account = mail_settings.find(context, company)
        if account is None:
            return Answer(
                _data(company, None), [f"{company.name} has no mail account: messages wait for you."]
            )
        lines = [
            f"{_described(account)}.",
            f"State: {account.state}{_in_brackets(account.because)}.",
            f"At most {account.per_minute} messages a minute; kept for {account.keep_days} days.",
        ]
        return Answer(_data(company, account), lines)

    @verb(mail, "doctor", "mail doctor", "mail doctor --to you@example.com")
    @name_argument
    @click.option("--to", metavar="ADDRESS", help="Send a test to this address: your own.")
    def doctor(name: str | None, to: str | None) -> Answer:
        """Look whether e-mail can leave, and send yourself a test."""
        context, company = company_on_its_clock(name)
        said = accepted(mail_doctor.send_test(context, company, to, by=actor())) if to else None
        looks = mail_doctor.examine(context, company)
        lines = [f"{_MARKS[one.well]:<6} {one.name}: {one.sentence}" for one in looks]
        data = {"company": company.name, "test": said, "looks": looks}
        return Answer(data, [*lines, *([said] if said else [])], HELD if _wrong(looks) else OK)

    @verb(mail, "on", "mail on")
    @name_argument
    def on(name: str | None) -> Answer:
        """Let messages leave by themselves; after a pause, what waits leaves too."""
        context, company = company_on_its_clock(name)
        said = accepted(mail_settings.turn_on(context, company, by=actor()))
        return Answer({"company": company.name, "message": said}, [said])

    @verb(mail, "off", "mail off")
    @name_argument
    def off(name: str | None) -> Answer:
        """Let every message wait for you again."""
        context, company = company_on_its_clock(name)
        said = accepted(mail_settings.turn_off(context, company, by=actor()))
        return Answer({"company": company.name, "message": said}, [said])


def _archive(mail: click.Group) -> None:
    @verb(mail, "list", "mail list", 'mail list --customer "Bright Dental"')
    @name_argument
    @click.option("--customer", help="Only what went to this customer.")
    def list_(name: str | None, customer: str | None) -> Answer:
        """List what left, the latest first."""
        context, company = company_on_its_clock(name)
        found = accepted(mail_archive.listed(context, company, customer))
        lines = [_line(company, one) for one in found] or [
            f"{company.name} has sent no e-mail of its own yet."
        ]
        return Answer({"company": company.name, "messages": found}, lines)

    @verb(mail, "read", "mail read 12", "mail read 12 --eml sent.eml")
    @click.argument("message_id", metavar="ID", type=ROW_ID)
    @click.option(
        "--eml", type=click.Path(path_type=Path, dir_okay=False), help="Write the exact bytes here."
    )
    @company_option
    def read(name: str | None, message_id: int, eml: Path | None) -> Answer:
        """Read a message as it went."""
        context, company = company_on_its_clock(name)
        kept = mail_archive.read(context, company, message_id)
        if kept is None:
            raise Refused(
                f"{company.name} has no message {message_id}. See them with: qb-collections mail list"
            )
        lines = [_line(company, kept.message)]
        text = mail_archive.text_of(kept)
        if kept.content is None:
            lines.append("Its words are not kept any more; that it was sent is.")
        elif eml is not None:
            eml.write_bytes(kept.content)
            lines.append(f"Written to {eml}: {len(kept.content):,} bytes, as they went.")
        else:
            lines += ["", *(text or "").splitlines()]
        data = {"company": company.name, "message": kept.message, "text": text, "snapshot": kept.snapshot}
        return Answer(data, lines)

    @verb(mail, "stop", "mail stop ap@riverbend.example --because 'asked by phone'")
    @click.argument("address")
    @click.option("--because", help="Why, in a few words.")
    @company_option
    def stop(name: str | None, address: str, because: str | None) -> Answer:
        """Send no automatic e-mail to an address any more; what they owe stays."""
        context, company = company_on_its_clock(name)
        done = accepted(stopping.stop(context, company, address, by=actor(), because=because))
        said = (
            f"Nothing goes to {address} by itself any more; their messages wait for you."
            if done
            else f"Nothing went to {address} by itself already."
        )
        return Answer({"company": company.name, "address": address, "message": said}, [said])

    @verb(mail, "allow", "mail allow ap@riverbend.example")
    @click.argument("address")
    @company_option
    def allow(name: str | None, address: str) -> Answer:
        """Allow automatic e-mail to an address again."""
        context, company = company_on_its_clock(name)
        if not stopping.allow(context, company, address, by=actor()):
            raise Refused(
                f"Nothing keeps e-mail from {address[:60]}. See who asked with: qb-collections mail stopped"
            )
        said = f"Messages to {address} may leave by themselves again."
        return Answer({"company": company.name, "address": address, "message": said}, [said])

    @verb(mail, "stopped", "mail stopped")
    @name_argument
    def stopped(name: str | None) -> Answer:
        """List the addresses that get no automatic e-mail, and why."""
        context, company = company_on_its_clock(name)
        with reading(context.engine) as conn:
            found = mail_accounts.stopped(conn, company.id)
        lines = [
            f"{one.address}: {_HOW[one.how]} on {company.today(one.at)}{_in_brackets(one.because)}"
            for one in found
        ]
        return Answer({"company": company.name, "stopped": found}, lines or ["Nobody asked for no e-mail."])


_HOW = {"unsubscribed": "its reader asked", "refused": "it was refused", "person": "one of you said so"}


def _password(file: Path | None, login: str | None, before: MailAccount | None, host: str) -> str | None:
    """From the file, the environment, or the keyboard; None where none is needed or the kept one stays."""
    if login is None:
        return None
    if file is not None:
        with file.open(encoding="utf-8") as words:
            return words.read(PASSWORD_BYTES_MAX).partition("\n")[0].rstrip("\r") or None
    given = config.mail_password()
    if given:
        return given
    if before is not None and (before.host, before.login) == (host.strip().lower(), login):
        return None
    if not sys.stdin.isatty():
        raise Cannot(
            f"The password of {login} is missing. Give it with --password-file, or in QBC_MAIL_PASSWORD; "
            "it is never taken from the command's own words."
        )
    return str(click.prompt(f"Password of {login} at {host}", hide_input=True, err=True))


def _in_brackets(text: str | None) -> str:
    return f" ({text})" if text else ""


def _data(company: Company, account: MailAccount | None) -> dict[str, Any]:
    return {"company": company.name, "account": account}


def _described(account: MailAccount) -> str:
    login = f" as {account.login}" if account.login else ""
    return (
        f"{account.from_name} <{account.from_address}> through {account.host} port {account.port} "
        f"({account.security}){login}, answers to {account.reply_to or account.from_address}"
    )


def _line(company: Company, one: MailMessage) -> str:
    at = (one.sent_at or one.made_at).astimezone(company.tz)
    return f"{one.id}  {at:%Y-%m-%d %H:%M}  {mail_archive.STATES[one.state]}  {one.recipient}  {one.subject}"


def _wrong(looks: list[mail_doctor.Look]) -> bool:
    return any(one.well is False for one in looks)
