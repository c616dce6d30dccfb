"""The link of a message: opening it changes nothing, one click stops automatic e-mail, the debt stays."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from qb_collections import config
from qb_collections.services import tasks
from qb_collections.store import mail_accounts
from qb_collections.store.engine import reading
from qb_collections.web import create_web_app, unsubscribing
from tests.services.mail_world import MailWorld

PUBLIC = "https://books.acme.example"


class PublicWorld(MailWorld):
    """The service as browsers and mail programs reach it from outside."""

    def open(self):
        settings = config.read({}, data_dir=self.folder, public_url=PUBLIC, trusted_proxy="127.0.0.1")
        return replace(super().open(), settings=settings)


@pytest.fixture(scope="module")
def world():
    world = PublicWorld()
    world.late("Riverbend Grill", "ap@riverbend.example")
    world.begin()
    world.night()
    yield world
    world.close()


@pytest.fixture(scope="module")
def link(world):
    mail = world.sink.received[0].parsed
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.match(
        rf"<{PUBLIC}(/u/[^>]+)>, <mailto:office@company.example\?subject=stop>",
        mail["List-Unsubscribe"].strip(),
    )
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def client(world):
    return create_web_app(world.context, receivers=[unsubscribing.bp]).test_client(use_cookies=False)


def _ask(client, path, method="GET"):
    data = b"List-Unsubscribe=One-Click" if method == "POST" else None
    return client.open(path, method=method, data=data, base_url=PUBLIC)


def _stopped(world):
    with reading(world.context.engine) as conn:
        return mail_accounts.stopped(conn, world.company_id)


def test_a_link_with_another_letter_in_it_asks_for_nothing(world, client, link):
    head, mark = link[:-1], link[-1]
    forged = [f"{head}{'0' if mark != '0' else '1'}", "/u/1-1-" + "0" * 32, "/u/x", "/u/" + "9" * 300]

    answers = [_ask(client, path, method).status_code for path in forged for method in ("GET", "POST")]

    assert set(answers) == {404}
    assert _stopped(world) == []


def test_opening_the_page_changes_nothing_and_sets_no_cookie(world, client, link):
    answer = _ask(client, link)

    assert answer.status_code == 200
    assert "ap@riverbend.example" in answer.text
    assert "Set-Cookie" not in answer.headers
    assert _stopped(world) == []


def test_one_click_without_signing_in_stops_it_at_once_and_tells_a_person_once(world, client, link):
    answers = [_ask(client, link, "POST") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert "Location" not in answers[0].headers
    [stopped] = _stopped(world)
    assert (stopped.address, stopped.how) == ("ap@riverbend.example", "unsubscribed")
    [task] = [one for one in tasks.list_open(world.context, world.company) if one.kind == "stopped_email"]
    assert task.title == "Riverbend Grill asked not to get automatic e-mail"
    assert world.read_invoice("1")["Balance"] > 0
