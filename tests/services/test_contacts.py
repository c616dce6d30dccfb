"""A delivered contact is recorded in a line that there is."""

from __future__ import annotations

import pytest

from qb_collections.core.decision import Channel
from qb_collections.messages.library import packaged
from qb_collections.messages.reminders import STEPS
from qb_collections.services.contacts import _note_kind


@pytest.mark.parametrize("template", STEPS)
@pytest.mark.parametrize("backlog", [False, True])
def test_each_message_has_its_line_for_the_memo(template, backlog):
    """A monthly statement once had none, and the deliveries of its company stopped for good."""
    plan = {"template": template, "channel": Channel.EMAIL.value, "backlog": backlog}

    kind = _note_kind(plan)

    assert kind.lower() in packaged().lines("notes/lines", "en")
