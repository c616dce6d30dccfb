"""Stop automatic e-mail to an address: by its reader's one click, or by a person.  The debt stays.

The link names the message it stood in and carries a keyed hash over company, message and address: whoever
changes a letter of it asks for nothing.
"""

from __future__ import annotations

import hmac
import re
from datetime import datetime

from sqlalchemy import Connection

from qb_collections.core.intents import Intent
from qb_collections.messages.mail_address import ADDRESS_MAX
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, companies, mail_accounts, mail_messages, mirror, tasks
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.mail_messages import MailMessage

PURPOSE = "stop e-mail"
_TOKEN = re.compile(r"([0-9]{1,9})-([0-9]{1,12})-([0-9a-f]{32})\Z")
_LETTERS = 32
REASON_MAX = 200


def url(context: Context, company: Company, intent: Intent, address: str) -> str | None:
    """Where one click stops it; None where nobody outside reaches us over https."""
    base = context.settings.public_url
    if base is None or not base.startswith("https://"):
        return None
    return f"{base}/u/{token(context, company, intent.id, address)}"


def token(context: Context, company: Company, intent_id: int, address: str) -> str:
    words = _words(company, intent_id, address)
    return f"{company.id}-{intent_id}-{context.vault.keyed_hash(words, PURPOSE)[:_LETTERS]}"


def found(context: Context, text: str) -> tuple[Company, MailMessage] | None:
    """Whose link this is; None for one that we never gave out."""
    parts = _TOKEN.match(text)
    if parts is None:
        return None
    company_id, intent_id, mark = int(parts[1]), int(parts[2]), parts[3]
    with reading(context.engine) as conn:
        company = companies.find(conn, company_id)
        rounds = mail_messages.rounds_of(conn, company_id, intent_id) if company else []
    for sent in rounds:
        assert company is not None
        known = context.vault.keyed_hashes(_words(company, intent_id, sent.recipient), PURPOSE)
        if any(hmac.compare_digest(one[:_LETTERS], mark) for one in known):
            return company, sent
    return None


def unsubscribe(context: Context, company: Company, sent: MailMessage) -> None:
    """Its reader asks for no more automatic e-mail.  Asking twice changes nothing."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        how = "unsubscribed"
        if not _stop(conn, company, sent.recipient, how=how, by=sent.recipient, because=None, at=now):
            return
        cases.touch(conn, company.id, [sent.customer_id], company.today(now))
        customer = mirror.customers(conn, company.id, [sent.customer_id]).get(sent.customer_id)
        name = customer.name if customer else "a customer"
        tasks.open_task(
            conn,
            company.id,
            key=f"stopped:{sent.recipient}",
            kind="stopped_email",
            customer_id=sent.customer_id,
            currency=sent.currency,
            title=f"{name[:60]} asked not to get automatic e-mail",
            text=(
                f"{sent.recipient} asked for no more automatic e-mail. What they owe stays as it is: from "
                "now on their messages wait for you to send, or to call. E-mail to them is allowed "
                "again under E-mail."
            ),
            payload={"address": sent.recipient, "archive": sent.id},
            due_on=company.today(now),
            at=now,
        )


def stop(context: Context, company: Company, address: str, *, by: str, because: str | None) -> bool | Refusal:
    """A person says so; False when it was stopped already."""
    if len(address) > ADDRESS_MAX or "@" not in address.strip("@") or not address.isprintable():
        return Refusal(f'"{address[:60]}" is not an e-mail address.')
    if because is not None and len(because) > REASON_MAX:
        return Refusal(f"The reason has {len(because)} characters; up to {REASON_MAX} fit.")
    now = context.clock.now()
    with durable(context.engine) as conn:
        done = _stop(conn, company, address, how="person", by=by, because=because, at=now)
        if done:  # whose address it is, is seen when everybody is decided again
            cases.touch_all(conn, company.id, company.today(now))
    return done


def allow(context: Context, company: Company, address: str, *, by: str) -> bool:
    """Automatic e-mail may go there again; False when it was never stopped."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        done = mail_accounts.allow(conn, company.id, address)
        if done:
            cases.touch_all(conn, company.id, company.today(now))
            audit.append(conn, company.id, by, "e-mail allowed", address.casefold(), {}, now)
    return done


def _stop(
    conn: Connection,
    company: Company,
    address: str,
    *,
    how: str,
    by: str,
    because: str | None,
    at: datetime,
) -> bool:
    stopped = mail_accounts.stop(conn, company.id, address, how=how, by=by, because=because, at=at)
    if stopped:
        audit.append(conn, company.id, by, "e-mail stopped", address.casefold(), {"how": how}, at)
    return stopped


def _words(company: Company, intent_id: int, address: str) -> str:
    return f"{company.key} {intent_id} {address.casefold()}"
