"""The archive of a company's own e-mail, for people: the exact bytes of what left, while they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from qb_collections.services import finding
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import mail_accounts, mail_messages
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.mail_messages import MailMessage

LISTED_MAX = 100
# What became of a message, in the owner's words.
STATES = {
    "ready": "not sent",
    "sending": "on its way",
    "accepted": "sent",
    "refused": "refused",
    "put_back": "put off",
    "unknown": "not known",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """One message.  content and snapshot are None once its days are over."""

    message: MailMessage
    content: bytes | None
    snapshot: dict[str, Any] | None


def listed(
    context: Context, company: Company, customer: str | None = None, limit: int = LISTED_MAX
) -> list[MailMessage] | Refusal:
    """The latest first; of one customer, by name or number."""
    with reading(context.engine) as conn:
        customer_id = None
        if customer is not None:
            who = finding.customer(conn, company, customer)
            if isinstance(who, Refusal):
                return who
            customer_id = who.id
        return mail_messages.list(conn, company.id, customer_id=customer_id, limit=limit)


def read(context: Context, company: Company, message_id: int) -> Kept | None:
    """None when the company has no such message.  Raises CannotOpen."""
    with reading(context.engine) as conn:
        message = mail_messages.get(conn, company.id, message_id)
        if message is None:
            return None
        content = mail_messages.content(conn, company.id, message_id, context.vault)
        return Kept(message, content, mail_messages.snapshot(conn, company.id, message_id))


def text_of(kept: Kept) -> str | None:
    """The plain words of a message; None once they are gone."""
    if kept.content is None:
        return None
    parsed = message_from_bytes(kept.content, policy=default)
    assert isinstance(parsed, EmailMessage)
    body = parsed.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


def of_contact(context: Context, company: Company, intent_id: int) -> MailMessage | None:
    """The message that was a delivered contact; None for contacts that were none."""
    with reading(context.engine) as conn:
        return mail_messages.of_intent(conn, company.id, intent_id)


def forget_old(context: Context, company: Company, lease: Lease) -> int:
    """Drop the bytes of messages whose days are over; return how many.  Their line and the contact stay."""
    with reading(context.engine) as conn:
        account = mail_accounts.find(conn, company.id)
    if account is None:
        return 0
    before = context.clock.now() - timedelta(days=account.keep_days)
    with durable(context.engine) as conn:
        lease.check(conn)
        return mail_messages.clean(conn, company.id, before)
