"""What follows from what a mail server said: retry, give up, pause or ask is decided here for e-mail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.case import HoldKind
from qb_collections.core.intents import Intent, State
from qb_collections.core.wording import short
from qb_collections.messages.outgoing import PAUSES, Outcome, Result
from qb_collections.services import attempts, mail_pacing, placing
from qb_collections.services.context import Context
from qb_collections.services.placing import Wanted
from qb_collections.store import (
    audit,
    cases,
    intents,
    mail_accounts,
    mail_messages,
    mail_waiting,
    tasks,
)
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.leases import Lease
from qb_collections.store.mail_accounts import MailAccount

# After trouble that surely had no effect, by how often it was tried: the run's end ends it anyway.
RETRY_MINUTES = (2, 5, 15, 30, 60)
TRIES_MAX = 6  # refusals "for now" of one message, before a person is asked
REASON_MAX = 160  # of a hold


@dataclass(frozen=True, slots=True)
class Settling:
    """One message that was handed over, or was to be."""

    context: Context
    company: Company
    lease: Lease
    account: MailAccount
    intent: Intent
    attempt_id: int
    message_id: int  # in the archive

    def by(
        self, outcome: Outcome, recipient: str, delivered: Callable[[Connection, datetime], None]
    ) -> str | None:
        """Settle it.  Returns a sentence where the server is in trouble: nothing more is tried now."""
        if outcome.accepted:
            self._accepted(outcome, delivered)
        elif outcome.result is Result.UNKNOWN:
            self.unknown(outcome, recipient)
        elif outcome.result is Result.NO_RECIPIENT:
            self._no_recipient(outcome, recipient)
        elif outcome.result is Result.REFUSED:
            self._refused(outcome, recipient)
        else:
            return self._not_now(outcome, recipient)
        return None

    def unknown(self, outcome: Outcome, recipient: str) -> None:
        """Never sent again by us: a person looks whether it arrived."""
        now = self.context.clock.now()
        reason = (
            f"{outcome.sentence(self.account.host)} Look in the mailbox of {self.account.from_address}, or "
            f"ask at {recipient}, whether it arrived. It is not sent again by itself."
        )
        with durable(self.context.engine) as conn:
            self._close(conn, outcome, "unknown", None)
            intents.settle(conn, self.lease, self.intent.id, State.PARKED, reason=reason, at=now)
            self._task(conn, "parked", "Was it sent?", reason, now)

    def grown_old(self) -> None:
        """It was never handed over: the last look into QuickBooks is too long ago, and comes again first."""
        now = self.context.clock.now()
        with durable(self.context.engine) as conn:
            self._close(conn, Outcome(Result.LATER, None, attempts.GROWN_OLD), "put_back", now)
            intents.settle(conn, self.lease, self.intent.id, State.READY, reason=attempts.GROWN_OLD)
            intents.postpone(conn, self.lease, [self.intent.id], now + attempts.RETRY_AFTER)

    def _accepted(self, outcome: Outcome, delivered: Callable[[Connection, datetime], None]) -> None:
        now = self.context.clock.now()
        with durable(self.context.engine) as conn:
            self._close(conn, outcome, "accepted", now)
            intents.settle(
                conn,
                self.lease,
                self.intent.id,
                State.CONFIRMED,
                after={"answer": outcome.answer, "archive": self.message_id},
                inverse={"none": "an e-mail cannot be unsent"},
                at=now,
            )
            delivered(conn, now)

    def _no_recipient(self, outcome: Outcome, recipient: str) -> None:
        """No note, the ladder does not advance: the address is left out until there is another."""
        now = self.context.clock.now()
        said = outcome.sentence(self.account.host)
        with durable(self.context.engine) as conn:
            self._close(conn, outcome, "refused", now)
            intents.settle(conn, self.lease, self.intent.id, State.REJECTED, reason=said, at=now)
            # The reason names the address whole: by it the address is left out from now on.
            room = REASON_MAX - len(recipient)
            # Another address in the server's words, such as the one to write to instead, is not left out.
            answer = outcome.answer.replace("@", " at ")
            reason = recipient if room < 20 else f"{recipient}: {short(answer, room - 2)}"
            hold = Wanted(HoldKind.BOUNCED, self.intent.plan["customer_id"], None, reason)
            placing.put(conn, self.company, hold, by="system", at=now)
            _fix_address(conn, self.company, self.intent, recipient, outcome, now)
            self._brake(conn, now)

    def _refused(self, outcome: Outcome, recipient: str) -> None:
        now = self.context.clock.now()
        with durable(self.context.engine) as conn:
            self._close(conn, outcome, "refused", now)
            reason = f"The message to {recipient} was not sent. {outcome.sentence(self.account.host)}"
            intents.settle(conn, self.lease, self.intent.id, State.REJECTED, reason=reason, at=now)
            self._task(conn, "refused", "Could not e-mail", reason, now)
            self._brake(conn, now)

    def _not_now(self, outcome: Outcome, recipient: str) -> str | None:
        """Surely without effect: back into the queue; where the next would fare no better, all wait."""
        now = self.context.clock.now()
        said = outcome.sentence(self.account.host)
        with durable(self.context.engine) as conn:
            self._close(conn, outcome, "put_back", now)
            tries = self._tries(conn)
            intents.settle(conn, self.lease, self.intent.id, State.READY, reason=said)
            later = now + timedelta(minutes=RETRY_MINUTES[min(tries, len(RETRY_MINUTES)) - 1])
            if outcome.result in PAUSES:
                pause(conn, self.company, self.account, said, now)
                later = now + timedelta(hours=1)
            elif outcome.result is Result.LATER:
                intents.postpone(conn, self.lease, [self.intent.id], later)
                if tries < TRIES_MAX:
                    return None
                self._given_up(conn, said, recipient, now)
                return None
            mail_waiting.hold_back(conn, self.lease, later)
        return said

    def _tries(self, conn: Connection) -> int:
        """How often this round of it was handed over; what was planned again begins anew."""
        made = intents.attempts_of(conn, self.company.id, self.intent.id)
        return sum(one.sends for one in made if one.round == self.intent.round)

    def _given_up(self, conn: Connection, said: str, recipient: str, now: datetime) -> None:
        reason = f"The message to {recipient} was put off {TRIES_MAX} times. {said}"
        intents.settle(conn, self.lease, self.intent.id, State.CANCELLED, reason=reason, at=now)
        cases.touch(
            conn,
            self.company.id,
            [self.intent.plan["customer_id"]],
            self.company.today(now) + timedelta(days=1),
        )
        self._task(conn, "refused", "Could not e-mail", reason, now)

    def _close(self, conn: Connection, outcome: Outcome, state: str, at: datetime | None) -> None:
        """The attempt and the archive say what the server said."""
        self.lease.check(conn)
        intents.close_attempt(
            conn,
            self.attempt_id,
            outcome.code,
            None,
            None if outcome.accepted else outcome.answer,
            company_id=self.company.id,
            answered_at=at,
        )
        mail_messages.answered(
            conn, self.company.id, self.message_id, state, code=outcome.code, answer=outcome.answer, at=at
        )

    def _brake(self, conn: Connection, now: datetime) -> None:
        because = mail_pacing.too_many_refused(conn, self.account, self.intent.run_id)
        if because is not None:
            pause(conn, self.company, self.account, f"Too many were refused: {because}.", now)

    def _task(self, conn: Connection, kind: str, title: str, text: str, now: datetime) -> None:
        _ask(conn, self.company, self.intent, kind, title, text, now, archive=self.message_id)


def not_made(context: Context, company: Company, lease: Lease, intent: Intent, because: str) -> None:
    """No e-mail could be made of it: nothing was sent, and a person is told why."""
    now = context.clock.now()
    plan = intent.plan
    with durable(context.engine) as conn:
        intents.settle(conn, lease, intent.id, State.CANCELLED, reason=because, at=now)
        cases.touch(conn, company.id, [plan["customer_id"]], company.today(now) + timedelta(days=1))
        _ask(conn, company, intent, "refused", "Could not e-mail", because, now)
        audit.append(
            conn, company.id, "system", "contact cancelled", plan["reminder"], {"because": because}, now
        )


def pause(conn: Connection, company: Company, account: MailAccount, because: str, now: datetime) -> None:
    """Nothing more leaves by e-mail before a person turns it on again."""
    mail_accounts.change(conn, company.id, state="paused", because=because, changed_at=now)
    text = (
        f"Nothing is e-mailed any more since {now.astimezone(company.tz):%H:%M}: {because} "
        "Look under E-mail what is wrong, send yourself a test, and turn it on again there. "
        "What waits leaves then by itself."
    )
    since = account.on_since_at or account.changed_at
    tasks.open_task(
        conn,
        company.id,
        key=f"mail paused:{since.isoformat()}",
        kind="mail_paused",
        title="E-mail is paused",
        text=text,
        due_on=company.today(now),
        at=now,
    )
    audit.append(conn, company.id, "system", "e-mail paused", account.host, {"because": because}, now)


def pause_all(context: Context, company: Company, lease: Lease, account: MailAccount, because: str) -> None:
    """The account cannot be used: all that waits goes on waiting."""
    now = context.clock.now()
    with durable(context.engine) as conn:
        pause(conn, company, account, because, now)
        mail_waiting.hold_back(conn, lease, now + timedelta(hours=1))


def _ask(
    conn: Connection,
    company: Company,
    intent: Intent,
    kind: str,
    title: str,
    text: str,
    now: datetime,
    *,
    archive: int | None = None,
) -> None:
    """One task for one thing: what is asked already gets today's words."""
    plan = intent.plan
    words: dict[str, Any] = {
        "title": f"{title} {short(plan['customer'], 60)}",
        "text": text,
        "payload": {"reminder": plan["reminder"], "archive": archive},
        "intent_id": intent.id,
        "due_on": company.today(now),
    }
    found = tasks.list(conn, company.id, customer_id=plan["customer_id"], kinds=[kind])
    same = next((one for one in found if one.payload.get("reminder") == plan["reminder"]), None)
    if same is not None:
        tasks.refresh(conn, company.id, same.id, **words)
        return
    tasks.open_task(
        conn,
        company.id,
        key=f"{kind}:{intent.key}:{intent.round}",
        kind=kind,
        customer_id=plan["customer_id"],
        currency=plan["currency"],
        at=now,
        **words,
    )


def _fix_address(
    conn: Connection, company: Company, intent: Intent, recipient: str, outcome: Outcome, now: datetime
) -> None:
    """The task that the next night goes on with, and closes once QuickBooks has a right address."""
    plan = intent.plan
    tasks.open_task(
        conn,
        company.id,
        key=f"add_email:{intent.key}:{intent.round}",
        kind="add_email",
        customer_id=plan["customer_id"],
        currency=plan["currency"],
        title=f"Fix the e-mail address of {short(plan['customer'], 60)}",
        text=(
            f"E-mail to {recipient} was refused: {outcome.code} {outcome.answer}. "
            "Correct the address in QuickBooks; messages go to the new one by themselves."
        ),
        payload={"reminder": f"add_email:{plan['customer_id']}:{plan['currency']}"},
        intent_id=intent.id,
        due_on=company.today(now),
        at=now,
    )
