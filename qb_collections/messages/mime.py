"""One e-mail as bytes: text first, HTML second, what is enclosed after them.  Pure: same in, same bytes out.

Headers are those of machine-made mail that a person may answer (RFC 3834, RFC 8058).  A line break in a
name makes no header: the name is cleaned, and the library refuses what still has one.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage, MIMEPart
from email.policy import SMTP
from email.utils import format_datetime

from qb_collections.messages.clean import NAME_MAX, clean_line
from qb_collections.messages.look import PLAIN, Look
from qb_collections.messages.mail_address import address
from qb_collections.messages.reminders import SUBJECT_MAX, Message

BODY_MAX = 100_000  # bytes of text and HTML together: larger ones are clipped by readers
ENCLOSED_MAX = 5_000_000  # bytes of all attachments
ENCLOSED_COUNT_MAX = 10
FILE_NAME_MAX = 60
PDF = "application/pdf"

_POLICY = SMTP.clone(max_line_length=78)


class CannotWrite(ValueError):
    """This message cannot be made as an e-mail; the text is a sentence for whoever sends it instead."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who it is from.  address and reply_to are wired addresses (mail_address.address)."""

    name: str
    address: str
    reply_to: str | None = None


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One attachment."""

    name: str  # the file's
    content: bytes
    media: str = PDF


@dataclass(frozen=True, slots=True)
class Stop:
    """Where "stop automatic e-mail to this address" is asked for."""

    mailto: str
    url: str | None = None  # https; None: nobody outside reaches us


def message_id(keyed_hash: str, domain: str) -> str:
    """The name of a message in the world: equal for every try of the same contact."""
    return f"<qbc.{keyed_hash[:32]}@{domain}>"


def build(
    message: Message,
    html: str,
    *,
    sender: Sender,
    recipient: str,
    name: str,
    at: datetime,
    thread: str | None = None,
    stop: Stop | None = None,
    look: Look = PLAIN,
    enclosed: Sequence[Enclosed] = (),
    unsent: bool = False,
) -> bytes:
    """The whole message, lines ended as on the wire.

    name: its Message-ID.  at: aware, in the company's zone.  thread: the Message-ID of the cycle's first
    message; None for that one itself.  unsent: a draft that a mail program opens for sending.
    Raises NoAddress for a recipient that is not one address, and CannotWrite.
    """
    wired = address(recipient)
    _fits(message, html, enclosed)
    mail = EmailMessage(policy=_POLICY)
    mail["Date"] = format_datetime(at)
    mail["From"] = Address(_words(sender.name) or sender.address, addr_spec=sender.address)
    if sender.reply_to and sender.reply_to != sender.address:
        mail["Reply-To"] = Address(addr_spec=sender.reply_to)
    mail["To"] = Address(addr_spec=wired)
    mail["Subject"] = _words(message.subject, SUBJECT_MAX)
    if unsent:
        mail["X-Unsent"] = "1"
    else:
        mail["Message-ID"] = name
        _as_a_machine(mail, message, name, thread, stop)
    _body(mail, message, html, look, name)
    for number, one in enumerate(enclosed, 1):
        _enclose(mail, one, number)
    if enclosed:
        mail.set_boundary(_boundary(name, "whole"))
    mail["Content-Language"] = message.locale.replace("_", "-")
    return mail.as_bytes()


def _words(text: str, most: int = NAME_MAX) -> str:
    """A header's words as they are read: what looks like an encoded word (RFC 2047) is not made one.

    The library would decode it, and what it hides, such as a line break, would become a header.
    """
    return (clean_line(text, most) or "").replace("=?", "= ?")


def _as_a_machine(
    mail: EmailMessage, message: Message, name: str, thread: str | None, stop: Stop | None
) -> None:
    """What programs read: that nobody typed it, what it belongs to, how to stop it."""
    if thread is not None and thread != name:
        mail["In-Reply-To"] = thread
        mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF"
    # A letter of claim is not a thing to unsubscribe from.
    if stop is not None and message.tone != "final":
        places = [f"<{stop.url}>"] if stop.url else []
        mail["List-Unsubscribe"] = ", ".join([*places, f"<mailto:{stop.mailto}?subject=stop>"])
        if stop.url:
            mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _body(mail: EmailMessage, message: Message, html: str, look: Look, name: str) -> None:
    mail.set_content(message.text, cte="quoted-printable")
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    mail.set_boundary(_boundary(name, "words"))
    if look.logo is None or look.logo_type is None:
        return
    parts = mail.get_payload()
    assert isinstance(parts, list)
    page = parts[1]
    assert isinstance(page, MIMEPart)
    kind = look.logo_type.partition("/")[2]
    page.add_related(look.logo, "image", kind, cid=f"<{look.logo_cid}>", disposition="inline")
    page.set_boundary(_boundary(name, "page"))


def _enclose(mail: EmailMessage, one: Enclosed, number: int) -> None:
    main, _, kind = one.media.partition("/")
    mail.add_attachment(one.content, maintype=main, subtype=kind, filename=file_name(one.name, number))


def file_name(wanted: str, number: int = 1) -> str:
    """A name that every system can store: letters, figures, spaces, dots and hyphens, with its ending."""
    stem, _, ending = (clean_line(wanted, 200) or "").rpartition(".")
    stem = re.sub(r"[^\w .-]+", " ", stem).replace("..", ".")
    stem = " ".join(stem.split()).strip(". ")[:FILE_NAME_MAX]
    return f"{stem or f'document {number}'}.{ending if ending.isalnum() and len(ending) <= 5 else 'pdf'}"


def _fits(message: Message, html: str, enclosed: Sequence[Enclosed]) -> None:
    words = len(message.text.encode()) + len(html.encode())
    if words > BODY_MAX:
        raise CannotWrite(
            f"This text has {words / 1000:,.0f} kB; mail programs cut off all over {BODY_MAX // 1000} kB. "
            "Send it by hand, with the statement enclosed."
        )
    if len(enclosed) > ENCLOSED_COUNT_MAX:
        raise CannotWrite(
            f"{len(enclosed)} files would be enclosed; {ENCLOSED_COUNT_MAX} are the most one message carries."
        )
    size = sum(len(one.content) for one in enclosed)
    if size > ENCLOSED_MAX:
        raise CannotWrite(
            f"What is enclosed has {size / 1_000_000:,.1f} MB; mail servers refuse more than "
            f"{ENCLOSED_MAX // 1_000_000} MB. Send it by hand, in parts."
        )


def _boundary(name: str, part: str) -> str:
    """Between the parts: made of the message's name, so that the same message is the same bytes."""
    return f"=_{hashlib.sha256(f'{name} {part}'.encode()).hexdigest()[:32]}"
