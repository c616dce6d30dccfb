"""The words of the write protocol: which effects are contacts, and which states are open or final."""

from datetime import UTC, datetime

from qb_collections.core.intents import (
    CONTACT_KINDS,
    FINAL_STATES,
    OPEN_STATES,
    Approval,
    Intent,
    IntentKind,
    PlannedIntent,
    State,
)

AT = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)


def test_a_state_is_open_final_or_parked_for_a_person_and_never_two_of_them():
    assert set(OPEN_STATES) == {"planned", "ready", "sending", "unknown"}
    assert set(FINAL_STATES) == {"confirmed", "rejected", "cancelled"}
    assert set(State) - set(OPEN_STATES) - set(FINAL_STATES) == {"parked"}


def test_only_a_copy_from_quickbooks_an_email_of_our_own_and_a_persons_task_reach_the_customer():
    """A note, and every document of a plan, is written in the books and speaks to nobody."""
    assert set(CONTACT_KINDS) == {"send_invoice", "email", "task"}


def test_an_effect_needs_no_approval_and_waits_for_nothing_unless_it_says_so():
    planned = PlannedIntent("contact:7:USD:1:1", IntentKind.TASK, AT, {"stage": "S1"})
    stored = Intent(1, 1, planned.key, planned.kind, State.PLANNED, planned.approval, AT, planned.plan)

    assert planned.approval is Approval.NOT_NEEDED
    assert (planned.depends_on_keys, stored.depends_on, stored.round) == ((), (), 0)
    assert (stored.body, stored.external_id, stored.reason) == (None, None, None)
