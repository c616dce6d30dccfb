"""Connecting in the browser, against an emulator: there, back, again, and away."""

import re
import shutil
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.core.company_gates import Link, Mode
from qb_collections.emulator.serve import EmulatorServer
from qb_collections.store import companies, connections, people
from qb_collections.store.engine import durable, reading
from qb_collections.store.tables.people import practice
from qb_collections.web import create_web_app
from tests.kept import Kept
from tests.web.conftest import NOW, PASSWORD, Browser


@pytest.fixture(scope="module")
def emulator_file(tmp_path_factory):
    """The books of one company, which a test gets a copy of."""
    file = tmp_path_factory.mktemp("books") / "books.sqlite3"
    server = EmulatorServer(path=str(file), clock=ManualClock(NOW))
    server.open_company("empty-us")
    server.stop()
    return file


@pytest.fixture
def emulator(emulator_file, clock, tmp_path):
    path = shutil.copy(emulator_file, tmp_path / "books.sqlite3")
    server = EmulatorServer(path=str(path), clock=clock, control=True)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Context, pages, woken work, and the database before any company is connected."""
    folder = tmp_path_factory.mktemp("installed")
    clock, woken = ManualClock(NOW), []
    settings = config.read({}, data_dir=folder, log_level="error")
    built = app.build(settings, clock, shared_clock=clock, wake=lambda *job: woken.append(job))
    with durable(built.engine) as conn:
        owner = people.ensure_first_practice(conn, NOW)
        people.set_password(conn, owner.id, PASSWORD)
    return built, create_web_app(built), woken, Kept(folder / "qb-collections.sqlite3")


@pytest.fixture
def context(installed):
    built, _, woken, kept = installed
    kept.put_back()
    built.clock.set(NOW)
    woken.clear()
    return built


@pytest.fixture
def clock(context):
    return context.clock


@pytest.fixture
def woken(installed, context):
    return installed[2]


@pytest.fixture
def browser(installed, context):
    browser = Browser(installed[1].test_client())
    browser.post("/sign-in", email=people.FIRST_OWNER, password=PASSWORD)
    return browser


def token_of(page):
    return re.search(r'name="csrf_token" value="([^"]+)"', page)[1]


def go_out(browser, emulator):
    """Choose the emulator and press the button; answer the address of the consent page."""
    page = browser.get("/connect").text
    browser.client.post(
        "/connect/emulator", data={"csrf_token": token_of(page), "address": emulator.base_url}
    )
    page = browser.get("/connect")
    assert emulator.base_url in page.headers["Content-Security-Policy"].split("form-action")[1]
    answer = browser.client.post("/connect", data={"csrf_token": token_of(page.text), "emulator": "1"})
    assert answer.status_code == 303
    return answer.location


def approve(address, decision="approve"):
    """What the consent page sends the browser back to, as a path of ours."""
    back = requests.get(f"{address}&emulator_decision={decision}", allow_redirects=False, timeout=5)
    parts = urlsplit(back.headers["Location"])
    return f"{parts.path}?{parts.query}"


def only_company(context):
    with reading(context.engine) as conn:
        [found] = companies.all(conn)
    return found


@pytest.mark.req("IR-10")
def test_the_way_back_ends_at_a_clean_address_and_the_reading_begins(browser, context, emulator, woken):
    answer = browser.get(approve(go_out(browser, emulator)))

    company = only_company(context)
    assert answer.status_code == 302
    assert answer.data == b""
    assert answer.location == f"/companies/{company.id}/"
    assert company.mode is Mode.SHADOW
    assert woken == [("sync", company.id)]
    assert "We are only reading" in browser.get(answer.location).text


def test_a_company_comes_into_the_practice_of_whoever_connects_it(installed, browser, context, emulator):
    with durable(context.engine) as conn:
        accountant = people.add_user(conn, "ann@books.example", "Ann", at=NOW, password=PASSWORD)
        made = conn.execute(practice.insert().values(name="Ann's clients", created_at=NOW))
        [practice_id] = made.inserted_primary_key
        people.join(conn, accountant.id, practice_id, people.Role.OWNER, at=NOW)
    ann = Browser(installed[1].test_client())
    ann.post("/sign-in", email="ann@books.example", password=PASSWORD)

    answer = ann.get(approve(go_out(ann, emulator)))

    assert only_company(context).practice_id == practice_id
    assert ann.get(answer.location).status_code == 200
    assert browser.get(answer.location).status_code == 404  # the first practice's owner


@pytest.mark.req("IR-10")
@pytest.mark.parametrize(
    "query",
    [
        "",
        "?error=access_denied",
        "?state=forged&code=x&realmId=1",
        "?state=a&code=b",
        "?code=<script>&state=%00",
    ],
)
def test_whatever_comes_back_wrong_ends_at_a_clean_address_too(browser, context, query):
    answer = browser.get(f"/connect/callback{query}")

    assert answer.status_code == 302
    assert answer.data == b""
    assert answer.location == "/connect"
    assert "Please begin again" in browser.get("/connect").text
    with reading(context.engine) as conn:
        assert companies.all(conn) == []


def test_an_answer_is_good_once(browser, context, emulator):
    back = approve(go_out(browser, emulator))
    browser.get(back)

    again = browser.get(back)

    assert again.location == "/connect"
    assert only_company(context).state is Link.CONNECTED


def test_an_answer_is_good_only_in_the_session_that_asked(browser, context, emulator):
    back = approve(go_out(browser, emulator))
    thief = Browser(browser.client.application.test_client())
    thief.post("/sign-in", email=people.FIRST_OWNER, password=PASSWORD)

    assert thief.get(back).location == "/connect"
    with reading(context.engine) as conn:
        assert companies.all(conn) == []


def test_declining_changes_nothing_and_says_so(browser, context, emulator):
    browser.get(approve(go_out(browser, emulator), "deny"))

    assert "the permission was declined" in browser.get("/connect").text
    with reading(context.engine) as conn:
        assert companies.all(conn) == []


@pytest.mark.parametrize(
    "address",
    [
        "https://sandbox-quickbooks.api.intuit.com",
        "http://192.168.1.1:9100",
        "http://169.254.169.254:80",
        "http://127.0.0.1:9100/path",
        "http://127.0.0.1",
        "http://user:pw@127.0.0.1:9100",
        "http://127.0.0.1:99999",
        "http://127.0.0.1.evil.example:9100",
        "file:///etc/passwd",
        "http://[::1",
    ],
)
def test_only_an_address_of_this_machine_is_taken_for_an_emulator(browser, address):
    browser.post("/connect/emulator", address=address)

    page = browser.get("/connect")
    assert "not an emulator on this machine" in page.text
    assert "127.0.0.1" not in page.headers["Content-Security-Policy"]


@pytest.mark.req("IR-25")
def test_disconnecting_ends_the_permission_at_intuit_and_keeps_the_records(browser, context, emulator):
    browser.get(approve(go_out(browser, emulator)))
    company = only_company(context)
    asked = browser.get(f"/companies/{company.id}/disconnect").text

    browser.post(f"/companies/{company.id}/disconnect")

    assert "Its records stay" in asked
    assert only_company(context).state is Link.DISCONNECTED
    with reading(context.engine) as conn:
        assert connections.tokens_of(conn, context.vault, company.id) is None
    revoked = requests.get(f"{emulator.base_url}/emulator/control/requests?after=0", timeout=5)
    assert "revoke" in revoked.text


@pytest.mark.req("IR-20")
def test_the_button_to_connect_is_there_only_while_the_company_is_not_connected(browser, context, emulator):
    browser.get(approve(go_out(browser, emulator)))
    connected = browser.get("/companies").text
    settings = browser.get(f"/companies/{only_company(context).id}/settings/").text
    browser.post(f"/companies/{only_company(context).id}/disconnect")

    disconnected = browser.get("/companies")

    assert "Connect to QuickBooks" not in connected
    assert "Connect to QuickBooks" not in settings
    assert "Disconnect" in settings
    assert "Connect to QuickBooks" in disconnected.text
    assert emulator.base_url in disconnected.headers["Content-Security-Policy"]


def test_connecting_again_goes_on_with_the_same_company_in_shadow(browser, context, emulator):
    browser.get(approve(go_out(browser, emulator)))
    company = only_company(context)
    browser.post(f"/companies/{company.id}/disconnect")

    out = browser.post(f"/companies/{company.id}/reconnect").location
    browser.get(approve(out))

    again = only_company(context)
    assert again.id == company.id
    assert (again.state, again.mode) == (Link.CONNECTED, Mode.SHADOW)
    assert parse_qs(urlsplit(out).query)["redirect_uri"] == [context.settings.redirect_uri]


def test_without_keys_the_page_leads_to_the_six_steps(browser, context):
    page = browser.get("/connect").text

    assert "/six-steps" in page
    assert context.settings.redirect_uri in browser.get("/six-steps").text


def test_an_address_where_nothing_answers_is_told_at_once(browser):
    browser.post("/connect/emulator", address="http://127.0.0.1:1")

    page = browser.get("/connect")

    assert "Nothing answers at http://127.0.0.1:1." in page.text
    assert "Emulator at" not in page.text
