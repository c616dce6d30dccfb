"""One attempt: what is about to be sent is committed first, under the request id that every resend repeats.

    bodies and request id on the disk -> sending -> the request -> settled, or unknown

The request id is a hash of the company, the effects, their bodies and the round.  The round rises
only after a definite refusal, so a resend whose answer is missing is the same request to QuickBooks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, TypeVar

from qb_collections.core.identity import body_hash, request_id
from qb_collections.core.intents import Intent, State
from qb_collections.quickbooks.errors import QuickBooksError, Refused
from qb_collections.services import high_water
from qb_collections.services.context import Context
from qb_collections.store import intents
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.intents import Attempt
from qb_collections.store.leases import Lease

T = TypeVar("T")

ROUNDS_MAX = 5  # refused rounds before a person is asked
RETRY_SECONDS = 120  # after trouble that surely had no effect
RETRY_AFTER = timedelta(seconds=RETRY_SECONDS)
GROWN_OLD = "The last look into QuickBooks was too long ago, so nothing was sent; we look again first."


@dataclass(frozen=True, slots=True)
class Prepared:
    """An effect with the body that will go over the wire and the image of what it changes."""

    intent: Intent
    body: dict[str, Any]
    before: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Begun:
    """What is on the disk and about to be sent."""

    attempt_id: int
    request_id: str
    members: tuple[Intent, ...]  # in the order of the request, with their bodies and before-images


def begin(context: Context, company: Company, lease: Lease, prepared: Sequence[Prepared]) -> Begun:
    """Commit bodies, before-images and the request id; the effects are then in sending."""
    assert prepared, "an attempt carries at least one effect"
    round_ = max(one.intent.round for one in prepared)
    members = tuple(
        replace(one.intent, state=State.SENDING, body=one.body, before=one.before, round=round_)
        for one in prepared
    )
    digest = body_hash({"bodies": [one.body for one in prepared]})
    name = request_id(company.key, [one.key for one in members], digest, round_)
    with durable(context.engine) as conn:
        for one in prepared:
            intents.ready(
                conn,
                lease,
                one.intent,
                body=one.body,
                body_hash=body_hash(one.body),
                before=one.before,
                round=round_,
            )
        attempt_id = intents.open_attempt(conn, lease, members, name, context.clock.now())
    with reading(context.engine) as conn:  # a copy of the records from before this is told by the mark
        high_water.keep(context, conn, company)
    return Begun(attempt_id, name, members)


def again(context: Context, lease: Lease, attempt: Attempt) -> Begun:
    """Repeat an attempt whose answer is missing: same id, same members, same order, same bodies.

    Raises AssertionError unless every member is still unknown.
    """
    with durable(context.engine) as conn:
        members = tuple(intents.get(conn, lease.company_id, one) for one in attempt.intent_ids)
        assert all(member.state is State.UNKNOWN for member in members), "only what is unknown is repeated"
        intents.open_attempt(conn, lease, members, attempt.request_id, context.clock.now())
    return Begun(attempt.id, attempt.request_id, members)


def same_again(context: Context, company: Company, lease: Lease, intent: Intent) -> Begun | None:
    """The request whose answer was lost, begun again as it was; None: nothing of the intent is on its way."""
    if intent.state is not State.UNKNOWN:
        return None
    with reading(context.engine) as conn:
        attempt = intents.last_attempt(conn, company.id, intent.id)
    assert attempt is not None, "what is unknown was attempted"
    return again(context, lease, attempt)


def send(context: Context, lease: Lease, begun: Begun, request: Callable[[str], T]) -> T:
    """Send the attempt.  The answer comes back unsettled: the caller settles each member with its effects.

    Raises the QuickBooksError after it has put the members where it leaves
    them: unknown when the write may have happened, back in ready and later
    when it surely did not.  A refusal leaves them in sending, because only
    the caller knows what a refusal means for each.
    """
    try:
        answer = request(begun.request_id)
    except QuickBooksError as error:
        _close(context, lease, begun, error)
        raise
    with durable(context.engine) as conn:
        lease.check(conn)
        intents.close_attempt(
            conn,
            begun.attempt_id,
            200,
            None,
            None,
            company_id=lease.company_id,
            answered_at=context.clock.now(),
        )
    return answer


def withdraw(context: Context, lease: Lease, begun: Begun, because: str) -> None:
    """The attempt was begun and nothing of it is sent: its members are ready again, a little later."""
    _close(context, lease, begun, QuickBooksError(because))


def refused_round(context: Context, lease: Lease, intent: Intent, reason: str) -> bool:
    """Put a refused effect back for another round with a fresh body; False when its rounds are used up."""
    if intent.round + 1 >= ROUNDS_MAX:
        return False
    with durable(context.engine) as conn:
        intents.settle(conn, lease, intent.id, State.READY, reason=reason)
        intents.ready(conn, lease, intent, body=None, body_hash=None, before=None, round=intent.round + 1)
    return True


def _close(context: Context, lease: Lease, begun: Begun, error: QuickBooksError) -> None:
    now = context.clock.now()
    lost = not error.definite
    ids = [member.id for member in begun.members]
    with durable(context.engine) as conn:
        intents.close_attempt(
            conn,
            begun.attempt_id,
            error.status,
            error.intuit_tid,
            str(error),
            company_id=lease.company_id,
            answered_at=None if lost else now,
        )
        if isinstance(error, Refused):
            return
        for intent_id in ids:
            intents.settle(conn, lease, intent_id, State.UNKNOWN if lost else State.READY, reason=str(error))
        if not lost:
            intents.postpone(conn, lease, ids, now + timedelta(seconds=error.retry_after or RETRY_SECONDS))
