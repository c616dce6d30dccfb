"""Names that mean harm on a phone, in a real browser: nothing runs, nothing is wider than the screen."""

from __future__ import annotations

import pytest
from playwright.sync_api import sync_playwright

from tests.web.hostile_house import NAMES
from tests.web.test_every_address import VALUES

pytestmark = pytest.mark.xdist_group("hostile")  # one company, whose every name means harm

HOST = "http://127.0.0.1"
PHONE = {"width": 390, "height": 844}
# A name without a gap.
STRETCHES = [number for number, name in enumerate(NAMES) if "x" * 40 in name]


# As a page's own words would come in: what would run in one does so here.
SHOWN = """body => { document.body.innerHTML = body; return document.documentElement.scrollWidth; }"""


@pytest.fixture(scope="module")
def phone(hostile, chromium):
    """A browser whose every request is answered by the pages themselves, and what it complained about."""
    owner = hostile.browser("hostile@ours.example").client

    def answer(route):
        path = route.request.url.removeprefix(HOST)
        got = owner.get(path)
        route.fulfill(status=got.status_code, headers=dict(got.headers), body=got.data)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport=PHONE)
        page.route("**/*", answer)
        complaints = []
        page.on("console", lambda message: complaints.append(f"{page.url}: {message.text}"))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"{page.url}: {dialog.message}"))
        yield page, complaints
        browser.close()


def paths(house):
    """One page of every address that answers with one; those of the names that stretch, each."""
    adapter, client = house.web.url_map.bind("127.0.0.1"), house.browser("hostile@ours.example")
    for rule in house.web.url_map.iter_rules():
        if "GET" not in rule.methods or rule.endpoint in ("static", "connect.callback"):
            continue
        if rule.endpoint.startswith("auth."):  # who is signed in is led on
            continue
        each = {"customer_id", "invoice_id", "task_id"} & rule.arguments
        for number in STRETCHES if each else (0,):
            named = {"customer_id": f"H{number}", "invoice_id": f"HI{number}", "task_id": number + 1}
            told = {**VALUES, **named, "company_id": house.ours.id}
            path = adapter.build(rule.endpoint, {name: told[name] for name in rule.arguments})
            got = client.get(path)
            if got.status_code == 200 and got.mimetype == "text/html":
                yield path, got.text.partition("<body>")[2].rpartition("</body>")[0]


def test_sec_01_names_that_mean_harm_neither_run_nor_stretch_a_phones_page(hostile, phone):
    page, complaints = phone
    page.goto(f"{HOST}/companies/{hostile.ours.id}/customers")  # its stylesheet and its rules hold for all
    measured = {path: page.evaluate(SHOWN, body) for path, body in paths(hostile)}

    assert len(measured) > 45
    assert {path: width for path, width in measured.items() if width != PHONE["width"]} == {}
    assert complaints == []
