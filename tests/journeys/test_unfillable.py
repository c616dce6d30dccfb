"""A text of the company's own that cannot be filled for one customer waits; everybody else is served."""

from datetime import date

import pytest

from qb_collections.services import still_true, tasks, templates
from qb_collections.store import templates as stored
from qb_collections.store.engine import durable
from tests.journeys.story import Story
from tests.world import START


@pytest.fixture
def world():
    world = Story()
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    grill = world.customer("Riverbend Grill", "ap@riverbend.example")
    world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25))
    for amount in ("400.00", "90.10"):
        world.invoice(grill, amount, date(2026, 1, 26), date(2026, 2, 24))
    world.connect()
    world.settled_in()
    yield world
    world.close()


def test_a_text_that_needs_what_one_customer_lacks_waits_with_the_reason_and_the_night_goes_on(world):
    shown = templates.show(world.context, world.company, "mail/s1_several")
    mine = shown.text.replace("Hello {greeting},", "Hello {greeting},\n\nOur terms are {terms}.", 1)
    with durable(world.context.engine) as conn:  # past the check, which would have refused it
        stored.add(conn, world.company_id, "mail/s1_several", "en", mine, author="Dana", note="t", at=START)

    world.night()
    world.until_delivered()

    [task] = [one for one in tasks.list_open(world.context, world.company) if one.kind == "message"]
    assert "Riverbend Grill" in task.title
    assert "{terms} is needed here and is empty" in task.text
    assert "cannot go out" in still_true.objection(world.context, world.company, task)
    assert world.sends() == {"1": 1}  # the bakery's copy left
