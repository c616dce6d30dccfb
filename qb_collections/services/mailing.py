"""A message of our own leaves through the company's mail account: at most once.

    guards re-read -> text, check, files -> bytes kept, attempt committed -> handed over -> settled

What is accepted is the delivered contact.  What surely had no effect is tried again.  A message that was
handed over whole and got no answer, or whose process died meanwhile, goes to a person and never out again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from qb_collections.core import addresses
from qb_collections.core.business_days import Calendar
from qb_collections.core.decision import Decision
from qb_collections.core.intents import Intent, State
from qb_collections.messages import mime
from qb_collections.messages.check import check
from qb_collections.messages.facts import MessageFacts
from qb_collections.messages.html import html_of
from qb_collections.messages.library import Library
from qb_collections.messages.look import PLAIN, Look
from qb_collections.messages.mail_address import NoAddress, address, domain_of
from qb_collections.messages.mime import CannotWrite, Enclosed, Sender, Stop
from qb_collections.messages.outgoing import Envelope, Outcome, Result
from qb_collections.messages.reminders import Message
from qb_collections.messages.template import TemplateRefused
from qb_collections.messages.typesetting import LetterRefused
from qb_collections.quickbooks.errors import NotFound, Refused, ServerTrouble, Unreadable
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services import (
    attempts,
    composing,
    contacts,
    enclosing,
    guards,
    logos,
    mail_outcomes,
    mail_pacing,
    mail_server,
    statements,
    stopping,
)
from qb_collections.services.attempts import RETRY_AFTER, Prepared
from qb_collections.services.context import Context
from qb_collections.services.effects import Draft, plan_of
from qb_collections.services.enclosing import Enclosing
from qb_collections.services.guards import Checked
from qb_collections.services.rulebook import Rulebook
from qb_collections.services.template_library import Voice, Voices
from qb_collections.store import intents, mail_accounts, mail_messages
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease
from qb_collections.store.mail_accounts import MailAccount
from qb_collections.store.mail_messages import NewMessage
from qb_collections.store.vault import CannotOpen

PAUSED_FOR = timedelta(hours=1)  # how long a message rests while the account is paused

# What else is written in the transaction in which a message counts as delivered.
Delivered = Callable[[Connection, datetime], None]


@dataclass(frozen=True, slots=True)
class Post:
    """One message that may leave now, whole."""

    message: Message
    facts: MessageFacts
    recipient: str
    read_at: datetime  # when QuickBooks was last asked about what it says
    enclosed: tuple[Enclosed, ...] = ()
    cycle: int | None = None
    currency: str = ""
    look: Look = PLAIN
    library: Library | None = None


def send(context: Context, company: Company, lease: Lease, gateway: Gateway, checked: Checked) -> str | None:
    """Let one contact go by e-mail.  Returns a sentence where the mail server is in trouble, else None."""
    intent, case, decision = checked.intent, checked.case, checked.decision
    assert case is not None and decision is not None
    with reading(context.engine) as conn:
        account = mail_accounts.find(conn, company.id)
        assert account is not None, "a decision to mail needs an account"
        about = [one for one in case.invoices if one.id in decision.invoice_ids]
        recipient = intent.plan["draft"]["to"] or addresses.mailable(case, about)[0]
        wait_until = waits_until(conn, account, recipient, context.clock.now())
        voices = Voices(conn, company)
        calendar = Rulebook(conn, company, company.today(context.clock.now())).in_force(case).calendar
        look = logos.look_for(conn, company)
    if wait_until is not None:
        _postpone(context, lease, intent, wait_until)
        return None
    voice = voices.of(case.customer.id)
    try:
        link = _pay_link(context, gateway, decision)
    except (Refused, NotFound, Unreadable):
        link = None  # the message is whole without it
    words = composing.words(company, case, decision, checked.read_at, voice=voice, pay_link=link)
    if words is None:
        draft = composing.draft(company, case, decision, checked.read_at, voice=voice)
        mail_outcomes.not_made(context, company, lease, intent, draft.text.strip())
        return None
    draft = composing.in_their_words(
        company, case, decision, words.draft, intent.plan, checked.read_at, voice=voice
    )
    wanted = enclosing.wanted(case, decision)
    try:
        files = _files(company, checked, gateway, wanted, voice, look)
    except (LetterRefused, TemplateRefused) as refused:
        mail_outcomes.not_made(context, company, lease, intent, str(refused))
        return None
    except (Refused, NotFound, Unreadable, ServerTrouble) as error:  # of one invoice: the others go on
        because = f"QuickBooks did not give the copy that belongs to it: {error}."
        mail_outcomes.not_made(context, company, lease, intent, because)
        return None
    post = Post(
        _as_drafted(words.message, words.draft, draft),
        words.facts,
        recipient,
        checked.read_at,
        files,
        decision.cycle,
        case.currency,
        look,
        voice.library,
    )
    if not guards.is_fresh(checked.read_at, context.clock.now()):  # the files took their time
        _postpone(context, lease, intent, context.clock.now() + RETRY_AFTER)
        return None
    plan = plan_of(case, decision, draft, intent.plan["reminder"], intent.plan["policy_version"])
    plan |= {"enclosed_ids": [copy.invoice_id for copy in wanted.copies]}
    plan["draft"]["to"] = recipient

    def delivered(conn: Connection, at: datetime) -> None:
        contacts.delivered(conn, company, replace(intent, plan=plan), at=at, actor="system")

    return post_it(context, company, lease, account, intent, post, delivered, calendar)


def _pay_link(context: Context, gateway: Gateway, decision: Decision) -> str | None:
    """Made by QuickBooks for the moment, so it stands in no draft; a list of invoices has none."""
    if not context.settings.pay_links or len(decision.invoice_ids) != 1:
        return None
    return gateway.pay_link(decision.invoice_ids[0])


def _files(
    company: Company, checked: Checked, gateway: Gateway, wanted: Enclosing, voice: Voice, look: Look
) -> tuple[Enclosed, ...]:
    """The copies that QuickBooks prints, or a statement of ours as of the same moment."""
    if not wanted.statement:
        return tuple(enclosing.fetch(gateway, wanted.copies))
    assert checked.case is not None and checked.decision is not None
    pdf = statements.pdf(company, checked.case, checked.decision, checked.read_at, voice=voice, look=look)
    on = company.today(checked.read_at)
    return (Enclosed(f"Statement {on.isoformat()}.pdf", pdf),)


def post_it(
    context: Context,
    company: Company,
    lease: Lease,
    account: MailAccount,
    intent: Intent,
    post: Post,
    delivered: Delivered,
    calendar: Calendar | None = None,
) -> str | None:
    """Check, keep, hand over, settle.  Returns a sentence where the mail server is in trouble, else None."""
    faults = check(post.message, post.facts, is_business_day=calendar.is_open if calendar else None)
    if faults:
        because = " ".join(fault.what for fault in faults[:3])
        mail_outcomes.not_made(context, company, lease, intent, f"The text is not fit to be sent: {because}")
        return None
    now = context.clock.now()
    try:
        server = mail_server.server_of(context, account)
        wired = address(post.recipient)
        new = _made(context, company, account, intent, post, now)
    except (NoAddress, CannotWrite) as refused:
        mail_outcomes.not_made(context, company, lease, intent, str(refused))
        return None
    except CannotOpen:
        because = "the password cannot be opened with this key file; enter it again with mail set."
        mail_outcomes.pause_all(context, company, lease, account, because)
        return f"E-mail is paused: {because}"
    with durable(context.engine) as conn:
        lease.check(conn)
        message_id = mail_messages.put(conn, company.id, new, vault=context.vault, at=now)
        mail_messages.sending(conn, company.id, message_id, now)
    sha256 = hashlib.sha256(new.content).hexdigest()
    body = {"to": wired, "message_id": new.message_id, "archive": message_id, "sha256": sha256}
    before = {"thread": new.thread_id, "state": "not sent"}
    begun = attempts.begin(context, company, lease, [Prepared(intent, body, before)])
    settle = mail_outcomes.Settling(context, company, lease, account, intent, begun.attempt_id, message_id)
    # The disk, or the whole machine, may have taken its time.
    if not guards.is_fresh(post.read_at, context.clock.now()):
        settle.grown_old()
        return None
    outcome = context.mailer.send(server, Envelope(account.from_address, wired, new.content))
    return settle.by(outcome, new.recipient, delivered)


def resolve(context: Context, company: Company, lease: Lease, intent: Intent) -> State:
    """The process died while it was handed over: nobody can see whether it left, so a person looks."""
    with reading(context.engine) as conn:
        kept = mail_messages.of_intent(conn, company.id, intent.id)
        account = mail_accounts.find(conn, company.id)
        attempt = intents.last_attempt(conn, company.id, intent.id)
    assert kept is not None and account is not None and attempt is not None, "sending began with all three"
    lost = Outcome(Result.UNKNOWN, None, "the service was stopped meanwhile")
    settle = mail_outcomes.Settling(context, company, lease, account, intent, attempt.id, kept.id)
    settle.unknown(lost, kept.recipient)
    return State.PARKED


def waits_until(conn: Connection, account: MailAccount, recipient: str, now: datetime) -> datetime | None:
    """Until when a message rests; None when it may leave now."""
    if account.state == "paused":
        return now + PAUSED_FOR
    free_at = mail_pacing.free_at(conn, account, domain_of(recipient), now)
    return free_at if free_at > now else None


def _made(
    context: Context, company: Company, account: MailAccount, intent: Intent, post: Post, now: datetime
) -> NewMessage:
    """The bytes, with the message's name and its place in the thread.  Raises NoAddress, CannotWrite."""
    domain = domain_of(account.from_address)
    key = str(intent.plan.get("reminder", intent.key))
    name = mime.message_id(context.vault.keyed_hash(f"{company.key} {key}", "message id"), domain)
    with reading(context.engine) as conn:
        thread = _thread(conn, company, intent, post)
    content = mime.build(
        post.message,
        html_of(post.message, post.facts, post.look, post.library),
        sender=Sender(account.from_name, account.from_address, account.reply_to),
        recipient=post.recipient,
        name=name,
        at=now.astimezone(company.tz),
        thread=thread,
        stop=Stop(
            account.reply_to or account.from_address, stopping.url(context, company, intent, post.recipient)
        ),
        look=post.look,
        enclosed=post.enclosed,
    )
    return NewMessage(
        intent_id=intent.id,
        round=intent.round,
        run_id=intent.run_id,
        customer_id=intent.plan["customer_id"],
        currency=post.currency,
        cycle=post.cycle,
        recipient=post.recipient,
        subject=post.message.subject,
        message_id=name,
        thread_id=thread or name,
        content=content,
        snapshot=_snapshot(post),
    )


def _thread(conn: Connection, company: Company, intent: Intent, post: Post) -> str | None:
    if post.cycle is None:
        return None
    return mail_messages.thread_of(conn, company.id, intent.plan["customer_id"], post.currency, post.cycle)


def _snapshot(post: Post) -> dict[str, Any]:
    """The facts that the text was rendered from, and which text it was."""
    return {
        "template": post.message.template,
        "facts": asdict(post.facts),
        "enclosed": [{"name": one.name, "bytes": len(one.content)} for one in post.enclosed],
    }


def _as_drafted(message: Message, ours: Draft, theirs: Draft) -> Message:
    """The message in a person's words, where these replaced ours."""
    if theirs.text == ours.text and theirs.subject == ours.subject:
        return message
    return replace(message, subject=theirs.subject, text=theirs.text)


def _postpone(context: Context, lease: Lease, intent: Intent, until: datetime) -> None:
    with durable(context.engine) as conn:
        intents.postpone(conn, lease, [intent.id], until)
