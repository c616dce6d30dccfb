"""A company's mail account: set, turned on after a test, turned off, resumed after a pause."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from qb_collections.config import is_loopback
from qb_collections.messages.clean import clean_line
from qb_collections.messages.mail_address import NoAddress, address
from qb_collections.messages.outgoing import Security
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, mail_accounts, mail_waiting, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.mail_accounts import MailAccount

PER_MINUTE = 60
PER_MINUTE_MAX = 1_000
KEEP_DAYS = 730  # message bodies are kept for 24 months (trust.md, PRV-3)
KEEP_DAYS_MAX = 3_660
HOST_MAX = 253
SECRET_MAX = 1_000
PORTS = {Security.STARTTLS: 587, Security.TLS: 465, Security.LOOPBACK: 25}


@dataclass(frozen=True, slots=True)
class WantedAccount:
    """An account as a person enters it.  password None: none is needed, or the stored one stays."""

    host: str
    from_address: str
    from_name: str | None = None  # None: the company's name
    port: int | None = None  # None: the usual one of the security
    security: str = Security.STARTTLS
    login: str | None = None
    password: str | None = None
    reply_to: str | None = None
    per_minute: int = PER_MINUTE
    keep_days: int = KEEP_DAYS


def find(context: Context, company: Company) -> MailAccount | None:
    with reading(context.engine) as conn:
        return mail_accounts.find(conn, company.id)


def put(context: Context, company: Company, wanted: WantedAccount, *, by: str) -> MailAccount | Refusal:
    """Store the account, turned off: a test message turns it on.

    The stored password stays where none is given and server and user are the same.
    """
    now = context.clock.now()
    made = _checked(company, wanted, now)
    if isinstance(made, Refusal):
        return made
    with durable(context.engine) as conn:
        before = mail_accounts.find(conn, company.id)
        same = before is not None and (before.host, before.login) == (made.host, made.login)
        keep = wanted.password is None and same and made.login is not None
        if made.login is not None and wanted.password is None and not keep:
            return Refusal(f"To log in as {made.login}, {made.host} wants a password.")
        mail_accounts.put(conn, made, password=wanted.password, keep_password=keep, vault=context.vault)
        _decide_again(conn, company, now)
        detail = {"host": made.host, "port": made.port, "from": made.from_address, "user": made.login}
        audit.append(conn, company.id, by, "mail account set", made.host, detail, now)
    return made


def tested(context: Context, company: Company) -> None:
    """A test message was taken: the account may be turned on."""
    with durable(context.engine) as conn:
        mail_accounts.change(conn, company.id, tested_at=context.clock.now())


def turn_on(context: Context, company: Company, *, by: str) -> str | Refusal:
    """Messages leave by themselves from now on; what a pause held back leaves too."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        account = mail_accounts.find(conn, company.id)
        if account is None:
            return Refusal(
                f"{company.name} has no mail account yet. Please set one up.",
                "With: qb-collections mail set --help",
            )
        if account.tested_at is None:
            return Refusal(
                "Nothing was sent with this account yet. Send yourself a test first.",
                "With: qb-collections mail doctor --to you@example.com",
            )
        mail_accounts.change(conn, company.id, state="on", because=None, on_since_at=now, changed_at=now)
        mail_waiting.let_go(conn, company.id, now)
        for task in tasks.list(conn, company.id, kinds=["mail_paused"]):
            tasks.close(conn, company.id, task.id, state="closed", outcome="turned on", by=by, at=now)
        _decide_again(conn, company, now)
        audit.append(conn, company.id, by, "e-mail turned on", account.host, {}, now)
    context.wake("deliver", company.id)
    return (
        f"Messages of {company.name} leave by themselves now, from {account.from_address}, in the customers' "
        "contact hours. What your policy leaves to your yes still waits for it."
    )


def turn_off(context: Context, company: Company, *, by: str) -> str | Refusal:
    """Every message waits for a person again."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        account = mail_accounts.find(conn, company.id)
        if account is None or account.state == "off":
            return Refusal(f"No mail account of {company.name} is turned on.")
        mail_accounts.change(conn, company.id, state="off", because=None, changed_at=now)
        _decide_again(conn, company, now)
        audit.append(conn, company.id, by, "e-mail turned off", account.host, {}, now)
    return f"Nothing is e-mailed by itself any more; messages of {company.name} wait for you to send them."


def _decide_again(conn: Connection, company: Company, now: datetime) -> None:
    """By which way a message leaves is part of what was decided."""
    cases.touch_all(conn, company.id, company.today(now))


def _checked(company: Company, wanted: WantedAccount, now: datetime) -> MailAccount | Refusal:
    try:
        security = Security(wanted.security)
    except ValueError:
        known = ", ".join(Security)
        return Refusal(f'"{wanted.security[:20]}" is no way to speak with a mail server. There are: {known}.')
    host = wanted.host.strip().rstrip(".").lower()
    if not 0 < len(host) <= HOST_MAX or not all(mark.isalnum() or mark in ".-:" for mark in host):
        return Refusal("The mail server's name is like smtp.example.com, without anything around it.")
    if security is Security.LOOPBACK and not is_loopback(host):
        return Refusal(
            f"Without TLS nothing is sent to {host}: names and amounts of your customers would travel in the "
            "open. Use starttls or tls; loopback is for a test server on this machine."
        )
    port = wanted.port or PORTS[security]
    if not 0 < port < 65_536:
        return Refusal(f"{port} is no port. Mail servers usually take 587 (starttls) or 465 (tls).")
    try:
        sender = address(wanted.from_address.strip())
        reply_to = address(wanted.reply_to.strip()) if wanted.reply_to else None
    except NoAddress as refused:
        return Refusal(str(refused))
    if not 1 <= wanted.per_minute <= PER_MINUTE_MAX:
        return Refusal(f"Between 1 and {PER_MINUTE_MAX:,} messages can leave in a minute.")
    if not 1 <= wanted.keep_days <= KEEP_DAYS_MAX:
        return Refusal(f"Messages can be kept for 1 to {KEEP_DAYS_MAX:,} days.")
    if any(len(text or "") > SECRET_MAX for text in (wanted.login, wanted.password)):
        return Refusal(f"A user name or password has at most {SECRET_MAX:,} characters.")
    return MailAccount(
        company_id=company.id,
        host=host,
        port=port,
        security=security.value,
        login=wanted.login or None,
        from_name=clean_line(wanted.from_name) or clean_line(company.name) or sender,
        from_address=sender,
        reply_to=reply_to or _reply_to(company),
        per_minute=wanted.per_minute,
        keep_days=wanted.keep_days,
        state="off",
        because=None,
        tested_at=None,
        on_since_at=None,
        changed_at=now,
    )


def _reply_to(company: Company) -> str | None:
    """The address that the texts name, where it is one."""
    try:
        return address(company.reply_to) if company.reply_to else None
    except NoAddress:
        return None
