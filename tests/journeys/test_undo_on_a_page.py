"""A night is taken back from its report: counted first, done on a second press, and undone again."""

import html
import re
from datetime import date
from functools import cache

import pytest

from qb_collections.store import people
from qb_collections.store.engine import durable
from qb_collections.web import create_web_app
from tests.journeys.story import Story
from tests.world import START, Saved


@cache
def late() -> Saved:
    """One invoice is late, and somebody's words stand in its memo."""
    world = Story()
    bakery = world.customer("Lookout Bakery", "ap@lookout.example")
    world.invoice(bakery, "640.00", date(2026, 2, 2), date(2026, 2, 25), PrivateNote="Ask for Jim")
    world.connect()
    world.settled_in()
    return world.saved()


@pytest.fixture
def world():
    world = Story(saved=late())
    yield world
    world.close()


@pytest.fixture
def owner(world):
    return signed_in(world)


def signed_in(world):
    """The owner at a browser."""
    client = create_web_app(world.context).test_client()
    with durable(world.context.engine) as conn:
        token = people.first_run_link(conn, START)
    client.get(f"/welcome/{token}")
    post(client, "/welcome", later="1")
    return client


def post(client, path, **form):
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/welcome").text or "")
    token = found or re.search(r'name="csrf_token" value="([^"]+)"', client.get("/companies").text)
    return client.post(path, data={"csrf_token": token[1], **form}, follow_redirects=True)


def test_a_night_is_taken_back_from_its_report(world, owner):
    run_id = world.night()["run"]["id"]
    world.until_delivered()
    written = world.read_invoice("1")["PrivateNote"]
    undo = f"/companies/{world.company_id}/undo/"

    asked = html.unescape(post(owner, undo, what=str(run_id)).text)
    untouched = world.read_invoice("1")["PrivateNote"]
    done = html.unescape(post(owner, undo, what=str(run_id), confirmed="1").text)

    assert "Ask for Jim" in written and "(ref " in written
    assert "1 note removed, 0 plans reversed, 1 message cannot be unsent" in asked
    assert untouched == written
    assert world.read_invoice("1")["PrivateNote"] == "Ask for Jim"
    assert "This is undo U1" in done

    post(owner, undo, what="U1", confirmed="1")

    assert world.read_invoice("1")["PrivateNote"] == written
