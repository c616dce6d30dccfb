"""Letters: printed from what QuickBooks says now, each with its statement; what may not go is left out."""

from datetime import date
from functools import cache
from io import BytesIO

import pytest
from pypdf import PdfReader

from qb_collections.services import letters, policies, tasks
from qb_collections.services.leasing import held
from qb_collections.services.refusal import Refusal
from tests.world import World

pytestmark = pytest.mark.xdist_group("letters")  # one world, lived once

ADDRESS = {
    "BillAddr": {
        "Line1": "214 Dock Street",
        "City": "Chattanooga",
        "CountrySubDivisionCode": "TN",
        "PostalCode": "37402",
    }
}
FIRST_STEP_A_LETTER = """
name = "Letters"

[[ladder]]
code = "S1"
name = "final notice"
after_due_days = 3
channel = "letter"
template = "final_notice"
tone = "final"
sender = "owner"
act_by_days = 14
"""


@cache
def lived():
    """Both owe since February; the night has asked for their letters."""
    world = World()
    bakery = world.customer("Lookout Bakery", "ap@lookout.example", **ADDRESS)
    nowhere = world.customer("Marlow Print", "ap@marlow.example")
    world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 20))
    world.invoice(nowhere, "475.25", date(2026, 2, 2), date(2026, 2, 20))
    world.connect()
    world.settled_in()
    put = policies.put(world.context, world.company, FIRST_STEP_A_LETTER, author="test", note="letters only")
    assert not isinstance(put, Refusal | policies.Checked), put
    world.night()
    return world.saved()


@pytest.fixture
def world():
    world = World(saved=lived())
    yield world
    world.close()


def printed(world, task_ids=None):
    with held(world.context, world.company) as lease:
        return letters.printed(world.context, world.company, lease, task_ids)


def pages(made):
    return [page.extract_text() for page in PdfReader(BytesIO(made.content)).pages]


def test_a_letter_has_the_address_the_debt_and_its_statement(world):
    made = printed(world)
    letter, statement = pages(made)

    assert "214 Dock Street" in letter
    assert "Chattanooga, TN 37402" in letter
    assert "Final notice" in letter
    assert "$640.00" in letter
    assert "$640.00" in statement
    assert len(made.task_ids) == 1


def test_without_a_street_it_is_left_out_with_what_to_do(world):
    assert printed(world).left_out == (
        "Marlow Print: QuickBooks has no street address of theirs. Add it there, and print again.",
    )


def test_what_was_paid_since_the_night_is_not_printed(world):
    world.act("pay", invoices=[{"id": "1"}])

    done = printed(world)

    assert isinstance(done, Refusal)
    assert "Lookout Bakery" in done.message
    assert "Nothing of this customer is open any more." in done.message


def test_printing_is_no_contact_and_what_was_posted_is(world):
    made = printed(world)
    before = world.notes()

    with held(world.context, world.company) as lease:
        said = tasks.done(world.context, world.company, lease, made.task_ids[0], tasks.Report("sent", "Dana"))
    world.deliver()

    assert isinstance(said, str)
    assert before == {}
    assert world.notes() == {"1": 1}
    assert isinstance(printed(world, made.task_ids), Refusal)  # it waits no longer
