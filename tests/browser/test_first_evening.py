"""The first evening with the product, in a real browser: from the printed link to the note in QuickBooks.

SCREENSHOTS_DIR names a folder that keeps what the person saw.
"""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest
import requests
from playwright.sync_api import expect

from qb_collections import config, server
from qb_collections.emulator.clocks import ShiftedClock
from qb_collections.emulator.serve import EmulatorServer

# A Monday morning in Chattanooga, within contact hours.  Bluebird Row Café's invoice 10585 was due on
# Wednesday 28 October; three business days later its first message goes out.
MONDAY = datetime(2026, 11, 2, 15, 30, tzinfo=UTC)
PATIENCE = 20_000  # milliseconds

pytestmark = pytest.mark.xdist_group("browser")  # one Chromium, one company read once


@pytest.fixture(scope="module")
def emulator():
    running = EmulatorServer(path=None, clock=ShiftedClock(MONDAY), control=True)
    running.open_company("demo")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("service")
    settings = config.read({}, data_dir=folder, port=0, log_level="error")
    listening = server.listen(settings)
    running = server.build(server.at_port(settings, listening))
    running.start()
    thread = threading.Thread(target=running.serve, args=(listening,))
    thread.start()
    yield running
    running.stop()
    thread.join(30)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def visit(chrome):
    """One browser in which one person stays signed in, and what it complained about."""
    page = chrome.new_page(viewport={"width": 1280, "height": 860})
    page.set_default_timeout(PATIENCE)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page, complaints
    page.close()


@pytest.fixture(scope="module")
def keep(visit):
    folder = os.environ.get("SCREENSHOTS_DIR")

    def shot(name):
        if folder:
            visit[0].screenshot(path=Path(folder) / f"{name}.png", full_page=True)

    return shot


@pytest.fixture(scope="module")
def previewed(emulator, service, visit, keep):
    """From the printed link to the first preview: the address of the company's first page."""
    page, _ = visit
    page.goto(server.first_run_link(service.context))
    page.get_by_label("Your name").fill("Dana Whitlock")
    page.get_by_label("E-mail address").fill("dana@copperleaf.example")
    page.get_by_label("Password").fill("warm copper leaf")
    page.get_by_role("button", name="Set the password").click()
    expect(page.get_by_role("heading", name="No company yet")).to_be_visible()

    page.get_by_role("link", name="Connect a company").click()
    page.get_by_label("Its address").fill(emulator.base_url)
    page.get_by_role("button", name="Use this emulator").click()
    page.get_by_role("button", name="Connect to QuickBooks").click()
    page.get_by_role("button", name="Approve").click()
    expect(page.get_by_text("You are owed")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("Copperleaf Refrigeration & Air LLC").first).to_be_visible()
    assert "code=" not in page.url
    first_page = page.url

    page.get_by_role("link", name="Add them").click()
    page.get_by_label("Name").fill("Dana Whitlock")
    page.get_by_label("Direct phone").fill("423-555-0101")
    page.get_by_label("How customers pay").fill(
        "Check to Copperleaf Refrigeration & Air LLC, or bank transfer."
    )
    page.get_by_role("button", name="Save").click()

    for answer in ("It's off", "No", "Yes"):  # reminders, late fees, books
        page.get_by_role("button", name=answer, exact=True).first.click()
    page.get_by_role("link", name="Look and choose").click()
    page.get_by_role("button", name="Put them here").first.click()
    page.goto(first_page)
    expect(page.get_by_text("Everything is settled; you decide when it begins")).to_be_visible()
    keep("settled")

    page.get_by_role("button", name="Preview again").click()
    expect(page.get_by_role("heading", name="Preview for")).to_be_visible()
    expect(page.get_by_text("Sending is off").first).to_be_visible()
    keep("preview")
    return first_page


@pytest.fixture
def page(previewed, visit):
    """On the company's first page, on a desk's screen."""
    page, _ = visit
    page.set_viewport_size({"width": 1280, "height": 860})
    page.goto(previewed)
    return page


def memo(emulator, number):
    """What QuickBooks itself has as the memo of that invoice."""
    line = emulator.ready_line()
    answer = requests.get(
        f"{line['base_url']}/v3/company/{line['realm_id']}/query",
        params={"query": f"select * from Invoice where DocNumber = '{number}'"},
        headers={"Authorization": f"Bearer {bearer(line)}", "Accept": "application/json"},
        timeout=10,
    )
    [invoice] = answer.json()["QueryResponse"]["Invoice"]
    return invoice.get("PrivateNote", "")


def bearer(line):
    answer = requests.post(
        requests.get(line["discovery_url"], timeout=10).json()["token_endpoint"],
        data={"grant_type": "refresh_token", "refresh_token": line["refresh_token"]},
        auth=(line["client_id"], line["client_secret"]),
        timeout=10,
    )
    return answer.json()["access_token"]


def test_sign_in_connect_read_preview_run_and_find_the_note_in_quickbooks(
    emulator, service, page, visit, keep
):
    home = service.context.settings.base_url

    page.get_by_role("button", name="Let each night wait for me").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("Sending waits for you").first).to_be_visible()

    page.get_by_role("button", name="Do today's run now").click()
    expect(page.get_by_role("link", name="Read the report")).to_be_visible(timeout=PATIENCE)
    keep("dashboard")
    assert memo(emulator, "10585") == ""
    page.get_by_role("link", name="Read the report").click()
    page.get_by_role("button", name="Approve all of it").click()
    assert service.runner.wait(PATIENCE / 1000)

    page.goto(f"{home}/companies/1/customers?show=all")
    page.get_by_role("link", name="Bluebird Row Café").click()
    page.get_by_role("link", name="10585").click()
    expect(page.get_by_text("QuickBooks has it.")).to_be_visible()
    keep("invoice")
    line = page.locator(".note").first.text_content()
    assert memo(emulator, "10585") == line
    assert line.startswith("Nov 2, 2026: Copy of this invoice e-mailed.")
    _, complaints = visit
    assert complaints == []
