"""A company's own words on their way: into the memo, and held back where they fail their check."""

from datetime import UTC, date, datetime

import pytest

from qb_collections.messages.library import packaged
from qb_collections.services import still_true, tasks, templates
from qb_collections.services.templates import Faulty
from qb_collections.store import templates as stored
from qb_collections.store.engine import durable
from tests.journeys.story import Story

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def world():
    made = Story()
    yield made
    made.close()


def test_a_note_line_of_ones_own_is_what_stands_in_the_memo(world):
    customer = world.customer("Lookout Bakery", "ap@lookout.example")
    invoice = world.invoice(customer, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    world.connect()
    world.settled_in()
    own = (
        packaged()
        .source("notes/lines")
        .replace("s1: {date}: Copy of this invoice e-mailed.", "s1: {date}: Sent.")
    )

    done = templates.put(world.context, world.company, "notes/lines", own, author="Dana", note="shorter")
    world.night()

    assert not isinstance(done, Faulty)
    assert world.read_invoice(invoice["Id"])["PrivateNote"].startswith("Mar 2, 2026: Sent.")


def test_words_that_fail_their_check_wait_with_the_reason(world):
    """Put in force past the check, as if the rule had come later than the text."""
    customer = world.customer("Riverbend Grill", "ap@riverbend.example")
    for amount in ("400.00", "250.50"):
        world.invoice(customer, amount, date(2026, 1, 26), date(2026, 2, 25))
    world.connect()
    world.settled_in()
    rude = packaged().source("mail/s1_several").replace("One line back", "Kindly write; one line back")
    with durable(world.context.engine) as conn:
        stored.add(conn, world.company.id, "mail/s1_several", "en", rude, author="Dana", note="", at=NOW)

    world.night()

    (task,) = tasks.list_open(world.context, world.company)
    assert "Kindly write" in task.text
    assert still_true.objection(world.context, world.company, task) == (
        'These words cannot go out yet: "Kindly" does not belong into a message to a customer. '
        "Say it plainly."
    )
