"""Which state of an intent may follow which.  Anything else is our mistake."""

from __future__ import annotations

from qb_collections.core.intents import IntentKind, State

ALLOWED: dict[State, frozenset[State]] = {
    State.PLANNED: frozenset({State.READY, State.CANCELLED, State.PARKED}),
    # confirmed: reading found that it is done already.  ready: guards read again, another body.
    State.READY: frozenset({State.READY, State.SENDING, State.CONFIRMED, State.CANCELLED, State.PARKED}),
    # ready: a definite refusal without effect (throttled, stale), so that it may be tried again.
    State.SENDING: frozenset({State.CONFIRMED, State.REJECTED, State.UNKNOWN, State.READY, State.PARKED}),
    # sending: the same request again, with the same id.
    State.UNKNOWN: frozenset({State.CONFIRMED, State.READY, State.PARKED, State.SENDING}),
    State.PARKED: frozenset({State.CONFIRMED, State.READY, State.REJECTED, State.CANCELLED}),
    State.CONFIRMED: frozenset(),
    State.REJECTED: frozenset(),
    State.CANCELLED: frozenset(),
}

# A task goes over no wire: a person's report settles it.
ALLOWED_FOR_TASKS = ALLOWED | {
    State.PLANNED: ALLOWED[State.PLANNED] | {State.CONFIRMED},
    State.READY: ALLOWED[State.READY] - {State.SENDING} | {State.REJECTED},
}


def before(state: State, kind: IntentKind | None = None) -> frozenset[State]:
    """The states that may turn into this one."""
    table = ALLOWED_FOR_TASKS if kind is IntentKind.TASK else ALLOWED
    return frozenset(earlier for earlier, later in table.items() if state in later)


def check(earlier: State, later: State, kind: IntentKind) -> None:
    assert earlier in before(later, kind), f"{kind} cannot go from {earlier} to {later}"
