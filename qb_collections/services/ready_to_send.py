"""A message that waits for a person, in the shapes in which people send: a file, a link, a text to copy."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

from qb_collections.core.money import Money
from qb_collections.messages import mime
from qb_collections.messages.facts import CompanyFacts, CustomerFacts, MessageFacts
from qb_collections.messages.html import html_of
from qb_collections.messages.mail_address import NoAddress, address
from qb_collections.messages.mime import CannotWrite, Sender
from qb_collections.messages.reminders import Message
from qb_collections.services import logos, mail_settings
from qb_collections.services.asking import MESSAGE
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.template_library import Voices
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.tasks import Task

# Windows cuts what it hands to a mail program at 2,048 characters.
MAILTO_MAX = 2_000


@dataclass(frozen=True, slots=True)
class Ready:
    """The words of a task, apart: to whom, about what, and the text."""

    to: str | None
    subject: str
    text: str
    by_hand: str | None = None  # why it does not leave by itself

    @property
    def copied(self) -> str:
        """All of it in one piece, for the clipboard."""
        head = f"To: {self.to}\n" if self.to else ""
        return f"{head}Subject: {self.subject}\n\n{self.text}"


def of(task: Task) -> Ready | None:
    """None for a task that is no message, or whose text lacks something."""
    draft = task.payload.get("draft")
    if task.kind != MESSAGE or not draft or not draft.get("subject"):
        return None
    return Ready(draft.get("to"), draft["subject"], draft["text"], task.payload.get("by_hand"))


def mailto(task: Task) -> str | None:
    """The link that opens it in a mail program; None where it is too long for one, or has no one address."""
    ready = of(task)
    if ready is None or ready.to is None:
        return None
    try:
        wired = address(ready.to)
    except NoAddress:
        return None
    text = ready.text.replace("\r\n", "\n").replace("\n", "\r\n")  # RFC 6068, 5
    subject, body = quote(ready.subject, safe=""), quote(text, safe="")
    link = f"mailto:{quote(wired, safe='@+')}?subject={subject}&body={body}"
    return link if len(link) <= MAILTO_MAX else None


def eml(context: Context, company: Company, task: Task) -> bytes | Refusal:
    """A file that mail programs open as a message to be sent, in plain text and HTML."""
    ready = of(task)
    if ready is None:
        return Refusal("This task has no finished message in it.")
    if ready.to is None:
        return Refusal("QuickBooks has no e-mail address to write to: copy the text instead.")
    account = mail_settings.find(context, company)
    reply_to = account.from_address if account else company.reply_to
    try:
        sender = address(reply_to or "")
    except NoAddress:
        return Refusal("Say first which address replies go to; then the file can be made.")
    now = context.clock.now()
    with reading(context.engine) as conn:
        look = logos.look_for(conn, company)
        voice = Voices(conn, company).of(task.customer_id or "")
    facts = MessageFacts(
        CompanyFacts(company.name),
        CustomerFacts(task.payload.get("customer", "")),
        now,
        company.zone,
        Money.zero(task.currency or company.currency),
        locale=voice.locale,
    )
    message = Message(
        ready.subject, ready.text, ready.to, "", (), "person", ready.text.strip(), voice.locale, (), 0
    )
    try:
        return mime.build(
            message,
            html_of(message, facts, look, voice.library),
            sender=Sender(account.from_name if account else company.name, sender),
            recipient=ready.to,
            name="",
            at=now.astimezone(company.tz),
            look=look,
            unsent=True,
        )
    except (NoAddress, CannotWrite) as refused:
        return Refusal(str(refused))
