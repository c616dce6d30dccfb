"""The texts' pages: tried on a real customer, refused with the line, put in force, taken back; the logo."""

import html
import io
from datetime import timedelta

import pytest

from qb_collections.services import templates
from qb_collections.store import companies
from qb_collections.store.engine import durable
from tests.web.conftest import HOSTILE, customer, invoice
from tests.web.test_company_pages import fill
from tests.web.test_drafts import TODAY

PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89"
    b"\x00\x00\x00\rIDATx\x9cc\xf8\xcf\xc0\xf0\x1f\x00\x05\x00\x01\xff\x89\x99=\x1d\x00\x00\x00\x00IEND\xaeB`\x82"
)


def path(house, rest=""):
    return f"/companies/{house.ours.id}/texts/{rest}"


@pytest.fixture
def owing(house):
    fill(
        house,
        invoice("95", "17", "1717", TODAY - timedelta(days=12), "450.00"),
        customers=[customer("17", name=HOSTILE, balance="450.00")],
    )
    with durable(house.context.engine) as conn:
        companies.update(
            conn,
            house.ours.id,
            contact_name="Dana",
            contact_phone="423-555-0101",
            payment_instructions="Check",
        )
    return house


def text(house, name="mail/s2"):
    return templates.show(house.context, house.ours, name).text


def test_a_text_is_shown_as_a_real_customer_would_read_it(owing):
    page = owing.browser("viewer@ours.example").get(path(owing, "text/mail/s2?customer=17")).text

    assert "$450.00" in page
    assert "1717" in page
    assert HOSTILE not in page


def test_trying_a_text_shows_it_and_changes_nothing(owing):
    manager = owing.browser("manager@ours.example")
    mine = text(owing).replace("Hello", "Good morning", 1)

    page = manager.post(path(owing, "text/mail/s2"), text=mine, customer="17", look="1").text

    assert "not in force yet" in page
    assert "Good morning" in page
    assert "Good morning" not in text(owing)


def test_a_text_that_cannot_be_filled_is_refused_with_its_line(owing):
    manager = owing.browser("manager@ours.example")
    mine = text(owing) + "\nSee {nonsense}.\n"

    answer = manager.post(path(owing, "text/mail/s2"), text=mine, note="x", save="1")

    assert answer.status_code == 422
    assert "{nonsense}" in html.unescape(answer.text)
    assert f"Line {mine[: mine.index('{nonsense}')].count(chr(10)) + 1}<" in answer.text
    assert text(owing) != mine


def test_ones_own_words_hold_and_the_text_that_ships_comes_back(owing):
    manager = owing.browser("manager@ours.example")
    ships = text(owing)
    mine = ships.replace("Hello", "Good morning", 1)

    manager.post(path(owing, "text/mail/s2"), text=mine, note="our greeting", save="1")
    held = text(owing)
    manager.post(path(owing, "back/mail/s2"), number="0", note="as it was")

    assert held == mine
    assert text(owing) == ships


def test_a_text_that_is_not_there_is_not_found(owing):
    assert owing.browser("viewer@ours.example").get(path(owing, "text/mail/nothing")).status_code == 404


def test_a_picture_becomes_the_logo_and_anything_else_does_not(owing):
    manager = owing.browser("manager@ours.example")

    def sent(data):
        form = {"csrf_token": manager.token(), "logo": (io.BytesIO(data), "logo.png")}
        answer = manager.client.post(path(owing, "logo"), data=form, follow_redirects=True)
        return html.unescape(answer.text)

    assert "Nothing was changed" in sent(b"<svg onload=x>")
    assert "None yet." in manager.get(path(owing)).text
    assert "Your logo stands in messages" in sent(PNG)
    assert "1 by 1 points" in manager.get(path(owing)).text
