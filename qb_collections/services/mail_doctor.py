"""Is the mail account well?  What can be looked at is looked at; what cannot is said, with what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from qb_collections.core.money import Money
from qb_collections.messages import mime
from qb_collections.messages.facts import CompanyFacts, CustomerFacts, MessageFacts
from qb_collections.messages.html import html_of
from qb_collections.messages.mail_address import NoAddress, address, domain_of
from qb_collections.messages.mime import Sender
from qb_collections.messages.outgoing import Envelope
from qb_collections.messages.reminders import Message
from qb_collections.services import mail_pacing, mail_server, mail_settings
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, mail_accounts
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.mail_accounts import MailAccount

# From so many a day on, Gmail and Outlook treat a sender as one of mass mail (Google and Microsoft, 2024-25).
MANY_A_DAY = 5_000


@dataclass(frozen=True, slots=True)
class Look:
    """One thing that was looked at.  well None: it is for a person to look at."""

    name: str
    well: bool | None
    sentence: str


def examine(context: Context, company: Company) -> list[Look]:
    """Look at everything, in the order in which a person would mend it.  Sends nothing."""
    account = mail_settings.find(context, company)
    if account is None:
        return [
            Look(
                "account",
                False,
                "No mail account is set up: your messages wait for you to send them.",
            )
        ]
    outcome = context.mailer.look(mail_server.server_of(context, account))
    said = outcome.sentence(account.host)
    reached = (
        f"{account.host} port {account.port} answers {_over(account)}"
        f"{f' and takes the login of {account.login}' if account.login else ''}."
        if outcome.accepted
        else said
    )
    return [
        Look("server", outcome.accepted, reached),
        _state(company, account),
        *_addresses(account),
        _one_click(context),
        _domain(account),
        _counts(context, company),
    ]


def send_test(context: Context, company: Company, to: str, *, by: str) -> str | Refusal:
    """One message to the user's own address.  Once it is taken, the account may be turned on."""
    account = mail_settings.find(context, company)
    if account is None:
        return Refusal(
            "No mail account is set up yet. Please set one up.", "With: qb-collections mail set --help"
        )
    try:
        recipient = address(to.strip())
    except NoAddress as refused:
        return Refusal(str(refused))
    content = _test_message(context, company, account, recipient)
    outcome = context.mailer.send(
        mail_server.server_of(context, account), Envelope(account.from_address, recipient, content)
    )
    context.mailer.hang_up()
    now = context.clock.now()
    with durable(context.engine) as conn:
        detail: dict[str, Any] = {"to": recipient, "result": outcome.result.value, "code": outcome.code}
        audit.append(conn, company.id, by, "test e-mail", account.host, detail, now)
    if not outcome.accepted:
        return Refusal(f"The test to {recipient} was not sent. {outcome.sentence(account.host)}")
    mail_settings.tested(context, company)
    return (
        f"A test is on its way to {recipient}. Look at it there: does it lie in the inbox, and does the "
        "sender look right? If so, turn e-mail on."
    )


def _test_message(context: Context, company: Company, account: MailAccount, to: str) -> bytes:
    now = context.clock.now()
    text = (
        f"Hello,\n\nthis is a test of e-mail from {account.from_name}, sent by qb_collections through "
        f"{account.host}.\n\nIf you can read it, messages to your customers would look like it: from "
        f"{account.from_address}, answers to {account.reply_to or account.from_address}. Nothing else was "
        "sent to anybody.\n"
    )
    message = Message(
        subject=f"A test of e-mail from {account.from_name}"[:150],
        text=text,
        to=to,
        template="",
        numbers=(),
        tone="person",
        body=text.strip(),
        locale=company.locale,
        blocks=(),
        words_max=100,
    )
    facts = MessageFacts(
        CompanyFacts(company.name),
        CustomerFacts(""),
        now.astimezone(UTC),
        company.zone,
        Money.zero(company.currency),
        locale=company.locale,
    )
    mark = context.vault.keyed_hash(f"{company.key} {to} {now.isoformat()}", "message id")
    return mime.build(
        message,
        html_of(message, facts),
        sender=Sender(account.from_name, account.from_address, account.reply_to),
        recipient=to,
        name=mime.message_id(mark, domain_of(account.from_address)),
        at=now.astimezone(company.tz),
    )


def _over(account: MailAccount) -> str:
    return "without TLS, on this machine" if account.security == "loopback" else "over TLS"


def _state(company: Company, account: MailAccount) -> Look:
    if account.state == "on" and account.tested_at is not None:
        return Look("state", True, f"Messages of {company.name} leave by themselves.")
    if account.state == "paused":
        because = account.because or "a person paused it."
        return Look("state", False, f"E-mail is paused: {because} Please turn it on again.")
    if account.tested_at is None:
        return Look(
            "state",
            False,
            "Nothing was sent with it yet. Please send yourself a test.",
        )
    return Look("state", None, "It is tested and turned off. Please turn it on.")


def _addresses(account: MailAccount) -> list[Look]:
    replies = account.reply_to or account.from_address
    looks = [Look("replies", True, f"Customers see {account.from_address}; answers come to {replies}.")]
    local = account.from_address.partition("@")[0].replace("-", "").replace("_", "")
    if "noreply" in local or "donotreply" in local:
        looks.append(
            Look(
                "sender", False, "An address that takes no answer is the wrong one to ask from: use another."
            )
        )
    if account.login and "@" in account.login and domain_of(account.login) != domain_of(account.from_address):
        looks.append(
            Look(
                "sender",
                None,
                f"You log in as {account.login} and write from {account.from_address}: many servers refuse "
                "that, unless the second address is set up there too.",
            )
        )
    return looks


def _one_click(context: Context) -> Look:
    base = context.settings.public_url
    if base is not None and base.startswith("https://"):
        return Look("stop link", True, f"Readers can stop automatic e-mail with one click, at {base}.")
    return Look(
        "stop link",
        None,
        "Readers can ask by reply for no more automatic e-mail; for one click, QBC_PUBLIC_URL has to be the "
        "https address of this service.",
    )


def _domain(account: MailAccount) -> Look:
    domain = domain_of(account.from_address)
    return Look(
        "domain",
        None,
        f"SPF, DKIM and DMARC of {domain} were not looked at from here. Whoever looks after {domain} can: "
        "open the test in Gmail, choose Show original, and all three should say PASS.",
    )


def _counts(context: Context, company: Company) -> Look:
    with reading(context.engine) as conn:
        counts = mail_pacing.by_provider(conn, company.id, context.clock.now())
        stopped = len(mail_accounts.stopped(conn, company.id))
    said = ", ".join(f"{number:,} to {name}" for name, number in counts.items())
    asked = f" {stopped} {'address' if stopped == 1 else 'addresses'} asked for none." if stopped else ""
    return Look(
        "last 24 hours",
        max(counts.values()) < MANY_A_DAY,
        f"Taken in the last 24 hours: {said}; from {MANY_A_DAY:,} a day on they hold a sender for one of "
        f"mass mail.{asked}",
    )
