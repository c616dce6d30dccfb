"""What a page asks of QuickBooks at once: comparing the receivables, and the way to reconnect in time."""

import re
from datetime import date, timedelta
from html import unescape

import pytest
import requests

from qb_collections.services import aged_receivables, tie_out
from qb_collections.store import people
from qb_collections.store.engine import durable
from qb_collections.store.people import Role
from qb_collections.web import create_web_app
from tests.web.conftest import PASSWORD, Browser
from tests.world import World


@pytest.fixture(scope="module")
def world():
    """Amy owes 600.00; Bob has a journal entry of 41.50 booked to receivables after we had read the books."""
    made = World()
    amy = made.customer("Amy's Bird Sanctuary", "amy@birds.example")
    made.customer("Bob")
    made.invoice(amy, "600.00", date(2026, 1, 20), date(2026, 2, 20))
    made.connect()
    made.act("journal_receivable", customer="Bob", amount="41.50")
    yield made
    made.close()


@pytest.fixture(scope="module")
def owner(world):
    now = world.clock.now()
    with durable(world.context.engine) as conn:
        people.ensure_first_practice(conn, now)
        person = people.add_user(conn, "owner@ours.example", "Dana", at=now, password=PASSWORD)
        people.join(conn, person.id, people.first_practice(conn, now), Role.OWNER, at=now)
    browser = Browser(create_web_app(world.context).test_client())
    browser.post("/sign-in", email="owner@ours.example", password=PASSWORD)
    return browser


def first_page(owner, world):
    """The words on the company's first page."""
    text = re.sub(r"<[^>]+>", " ", owner.get(f"/companies/{world.company_id}/").text)
    return " ".join(unescape(text).split())


def test_a_difference_is_told_with_the_customer_to_look_at_until_it_is_explained(world, owner, monkeypatch):
    """QuickBooks' summary has 41.50 that its own list of documents does not show; later the list shows it."""
    with monkeypatch.context() as patch:
        patch.setattr(aged_receivables, "documents", lambda *_: [])
        owner.post(f"/companies/{world.company_id}/compare")
    unexplained = first_page(owner, world)

    owner.post(f"/companies/{world.company_id}/compare")
    explained = first_page(owner, world)

    assert (
        "Compared. QuickBooks' A/R aging says $641.50, we count $600.00. We can't explain $41.50 of the "
        "difference yet, so sending stays off. Look at: Bob ($41.50)."
    ) in unexplained
    assert "We can't explain a difference in what you are owed, so messages wait" in unexplained
    assert (
        "Compared. QuickBooks' A/R aging says $641.50, we count $600.00. The difference of $41.50 is"
        in explained
    )
    assert "messages wait" not in explained


def test_a_page_that_is_no_answer_is_told_and_nothing_is_stored(world, owner):
    before = tie_out.latest(world.context, world.company)
    faults = f"{world.emulator.ready_line()['control_url']}/faults"
    rule = {"fault": "html_200", "match": {"path": "*AgedReceivables*"}, "times": 10}
    assert requests.post(faults, json=rule, timeout=5).ok

    owner.post(f"/companies/{world.company_id}/compare")
    assert requests.delete(faults, timeout=5).ok

    assert "QuickBooks did not answer as it should" in first_page(owner, world)
    assert tie_out.latest(world.context, world.company) == before


def test_reconnecting_in_time_leads_to_the_companys_own_quickbooks(world, owner):
    hard_at = world.context.tokens.load(world.company_id).hard_expires_at
    begun_at = world.clock.now()
    world.clock.set(hard_at - timedelta(days=7))
    browser = Browser(owner.client.application.test_client())
    browser.post("/sign-in", email="owner@ours.example", password=PASSWORD)

    page = browser.get(f"/companies/{world.company_id}/")
    among = browser.get("/companies")
    led = browser.post(f"/companies/{world.company_id}/reconnect")
    world.clock.set(begun_at)

    assert "Intuit's permission ends in 7 days" in unescape(page.text)
    assert world.emulator.base_url in page.headers["Content-Security-Policy"]
    assert "Intuit's permission ends in 7 days" in unescape(among.text)
    assert led.status_code == 303
    assert led.location.startswith(world.emulator.base_url)
