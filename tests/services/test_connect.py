"""Connecting, connecting again and disconnecting, over real HTTP."""

from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from qb_collections import config
from qb_collections.core.company_gates import Link, Mode
from qb_collections.quickbooks.errors import ReconnectNeeded
from qb_collections.services import connect
from qb_collections.services import disconnect as disconnect_module
from qb_collections.services.connect import Connected, Disconnected
from qb_collections.services.leasing import held
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, companies, connections, policies
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import acquire, release
from tests.services.conftest import Books


def browser(began, realm_id, decision="approve"):
    """Answer the consent page as a person would, and read the address the browser is sent back to."""
    page = requests.get(
        f"{began.url}&emulator_decision={decision}&realm={realm_id}", allow_redirects=False, timeout=5
    )
    answer = {name: values[0] for name, values in parse_qs(urlsplit(page.headers["Location"]).query).items()}
    if "realmId" in answer:
        answer["realm_id"] = answer.pop("realmId")
    return answer


def stored(context, company):
    with reading(context.engine) as conn:
        return companies.get(conn, company.id)


@pytest.fixture
def walk(context, emulator, books):
    """Begin in session "s" and let the person decide; the test completes."""

    def begin(company_id=None, realm_id=None, decision="approve", session="s"):
        began = connect.begin(context, session, company_id, emulator_url=emulator.base_url)
        return browser(began, realm_id or books.realm_id, decision)

    return begin


def test_a_connected_company_starts_in_shadow_with_what_quickbooks_says_of_it(company):
    assert company.name == "Empty US Company"
    assert company.mode is Mode.SHADOW
    assert company.state is Link.CONNECTED
    assert (company.currency, company.country, company.locale) == ("USD", "US", "en_US")
    assert company.zone == "America/New_York"
    assert company.preferences["report_basis"] == "Accrual"
    assert company.preferences["book_close_on"] is None
    assert company.environment == "emulator"


def test_the_first_night_is_the_next_half_past_two_of_the_company(company):
    """Connected on 30 October at 11:00 in New York; 2:30 there is 6:30 UTC until the clocks change."""
    assert company.next_night_at.isoformat() == "2026-10-31T06:30:00+00:00"


def test_a_connected_company_has_the_standard_policy(context, company):
    with reading(context.engine) as conn:
        policy = policies.current(conn, company.id)

    assert policy.version == 1
    assert 'name = "Standard"' in policy.text


def test_tokens_realm_and_keys_lie_sealed(context, company, books):
    with reading(context.engine) as conn:
        rows = conn.exec_driver_sql("SELECT * FROM connection").all()
        tokens = connections.tokens_of(conn, context.vault, company.id)

    at_rest = repr(rows)
    for secret in (tokens.access, tokens.refresh, books.realm_id, books.keys["client_secret"]):
        assert secret not in at_rest


def test_a_state_is_good_once(context, emulator, walk):
    answer = walk()
    first = connect.complete(context, session_key="s", **answer)

    again = connect.complete(context, session_key="s", **answer)

    assert isinstance(first, Connected)
    assert isinstance(again, Refusal)
    assert "already used" in again.message


def test_a_state_of_another_session_connects_nothing(context, emulator, walk):
    answer = walk()

    done = connect.complete(context, session_key="other", **answer)

    assert isinstance(done, Refusal)
    with reading(context.engine) as conn:
        assert companies.all(conn) == []


@pytest.mark.parametrize(("seconds", "good"), [(600, True), (601, False)])
def test_a_state_is_good_for_ten_minutes(context, emulator, clock, walk, seconds, good):
    answer = walk(decision="deny")
    clock.advance(timedelta(seconds=seconds))

    done = connect.complete(context, session_key="s", **answer)

    assert ("declined" in done.message) is good
    assert ("older than ten minutes" in done.message) is not good


def test_a_made_up_state_connects_nothing(context, emulator, walk):
    answer = walk() | {"state": "made-up"}

    done = connect.complete(context, session_key="s", **answer)

    assert isinstance(done, Refusal)


def test_a_declined_permission_is_a_sentence(context, emulator, walk):
    answer = walk(decision="deny")

    done = connect.complete(context, session_key="s", **answer)

    assert done == Refusal("QuickBooks was not connected: the permission was declined. Nothing was changed.")


@pytest.mark.parametrize("missing", [{"code": None}, {"realm_id": None}, {"realm_id": "../99"}])
def test_an_answer_without_code_or_company_is_a_sentence(context, emulator, walk, missing):
    answer = walk() | missing

    done = connect.complete(context, session_key="s", **answer)

    assert isinstance(done, Refusal)
    assert "names no company" in done.message


def test_a_made_up_code_is_a_sentence(context, emulator, walk):
    answer = walk() | {"code": "made-up"}

    done = connect.complete(context, session_key="s", **answer)

    assert isinstance(done, Refusal)
    assert "begin again" in done.message


@pytest.mark.parametrize("path", ["*companyinfo*", "*preferences*"])
def test_books_that_cannot_be_read_are_not_connected_and_the_permission_is_given_back(
    context, emulator, books, walk, path
):
    answer = walk()
    books.fault("html_200", match={"path": path}, times=10)

    done = connect.complete(context, session_key="s", **answer)

    assert isinstance(done, Refusal)
    paths = [call["path"] for call in books.control("GET", "requests?after=0")["requests"]]
    assert any("revoke" in path for path in paths)
    with reading(context.engine) as conn:
        assert companies.all(conn) == []


def test_the_same_company_connected_again_keeps_its_records_and_goes_on_in_shadow(context, emulator, company):
    with durable(context.engine) as conn:
        companies.update(conn, company.id, mode=Mode.AUTOMATIC, contact_name="Dana")
        policies.add(conn, company.id, 'name = "Ours"', "dana", "", context.clock.now())

    with durable(context.engine) as conn:
        chosen = companies.get(conn, company.id).preferences | {
            "plan_tax": "No VAT",
            "region": "told by nobody",
        }
        companies.update(conn, company.id, preferences=chosen)
    again = connect.connect_emulator(context, emulator.base_url)

    assert again.id == company.id
    assert again.mode is Mode.SHADOW
    assert again.contact_name == "Dana"
    assert again.preferences["plan_tax"] == "No VAT"
    assert again.preferences["region"] != "told by nobody"
    with reading(context.engine) as conn:
        assert policies.current(conn, company.id).version == 2
        assert len(companies.all(conn)) == 1


def test_another_company_chosen_by_mistake_is_caught_and_its_permission_given_back(
    context, emulator, company, walk
):
    other = Books(emulator)
    before = stored(context, company)
    answer = walk(company.id, other.realm_id)

    done = connect.complete(context, session_key="s", **answer)

    assert isinstance(done, Refusal)
    assert "choose Empty US Company" in done.message
    assert stored(context, company) == before
    with reading(context.engine) as conn:
        assert len(companies.all(conn)) == 1
    paths = [call["path"] for call in other.control("GET", "requests?after=0")["requests"]]
    assert any("revoke" in path for path in paths)


def test_disconnecting_ends_the_permission_and_keeps_the_records(context, company):
    with reading(context.engine) as conn:
        tokens = connections.tokens_of(conn, context.vault, company.id)

    done = connect.disconnect(context, company, "dana")

    assert isinstance(done, Disconnected)
    assert done.revoked
    assert done.company.state is Link.DISCONNECTED
    with reading(context.engine) as conn:
        assert connections.tokens_of(conn, context.vault, company.id) is None
        assert connections.realm_of(conn, context.vault, company.id) is not None
        actions = [(entry.actor, entry.action) for entry in audit.entries(conn, company.id)]
    assert actions == [("dana", "disconnect"), ("dana", "disconnect"), ("cli", "connect")]
    assert tokens.refresh


def test_tokens_are_destroyed_also_when_intuit_cannot_be_told(context, emulator, company):
    emulator.stop()

    done = connect.disconnect(context, company, "dana")

    assert isinstance(done, Disconnected)
    assert not done.revoked
    assert "My apps" in done.message
    with reading(context.engine) as conn:
        assert connections.tokens_of(conn, context.vault, company.id) is None


def test_a_disconnected_company_connected_again_is_the_same_company(context, emulator, company):
    connect.disconnect(context, company, "dana")

    again = connect.connect_emulator(context, emulator.base_url)

    assert again.id == company.id
    assert again.state is Link.CONNECTED


def test_a_company_that_somebody_works_for_is_not_disconnected_under_them(context, company, monkeypatch):
    monkeypatch.setattr(disconnect_module, "PAGE_SECONDS", 0.0)
    lease = acquire(context.engine, company.id, "elsewhere:1:1", wait_seconds=0)

    done = connect.disconnect(context, company, "dana")

    release(context.engine, lease, {})
    assert isinstance(done, Refusal)
    assert "process 1 on elsewhere" in done.message
    assert stored(context, company).state is Link.CONNECTED


def test_a_permission_that_quickbooks_ended_stops_that_company_only(context, emulator, books, company):
    other = connect.connect_emulator(context, emulator.base_url, Books(emulator).realm_id)
    with reading(context.engine) as conn:
        tokens = connections.tokens_of(conn, context.vault, company.id)
    emulator.front.tokens.revoke(tokens.refresh)

    with held(context, company) as lease, pytest.raises(ReconnectNeeded):
        context.gateway(company, lease).preferences()

    assert stored(context, company).state is Link.RECONNECT
    assert stored(context, other).state is Link.CONNECTED


def test_several_companies_are_told_apart_by_name(context, emulator, books):
    Books(emulator, "demo")

    nobody = connect.connect_emulator(context, emulator.base_url)
    demo = connect.connect_emulator(context, emulator.base_url, "copperleaf refrigeration & air llc")
    unknown = connect.connect_emulator(context, emulator.base_url, "Nobody Ltd")

    assert isinstance(nobody, Refusal)
    assert "--company" in nobody.message
    assert demo.name == "Copperleaf Refrigeration & Air LLC"
    assert isinstance(unknown, Refusal)
    assert "Empty US Company" in unknown.message


@pytest.mark.parametrize(
    "address", ["https://example.com", "http://10.0.0.1:9100", "ftp://127.0.0.1", "nonsense"]
)
def test_only_an_emulator_on_this_machine_is_connected_without_a_browser(context, address):
    done = connect.connect_emulator(context, address)

    assert isinstance(done, Refusal)
    assert "http://127.0.0.1:9100" in done.message


def test_an_emulator_that_does_not_answer_is_a_sentence(context, emulator):
    emulator.stop()

    done = connect.connect_emulator(context, emulator.base_url)

    assert isinstance(done, Refusal)
    assert done.message.startswith(f"Nothing answers at {emulator.base_url}.")


def test_connecting_to_intuit_without_keys_says_which_settings_are_missing(context):
    done = connect.begin(context, "s")

    assert isinstance(done, Refusal)
    assert "QBC_INTUIT_CLIENT_ID" in done.message


def test_connecting_to_intuit_asks_there_with_our_own_address(context):
    from qb_collections.quickbooks.intuit import IntuitApp
    from qb_collections.quickbooks.oauth import Credentials

    settings = config.read({}, data_dir=str(context.settings.data_dir), public_url="https://ar.example.com")
    ours = IntuitApp(context.intuit.http, Credentials("id", "secret"), settings.redirect_uri)
    with_keys = replace(context, settings=settings, intuit=ours)

    began = connect.begin(with_keys, "s")

    asked = parse_qs(urlsplit(began.url).query)
    assert began.url.startswith("https://appcenter.intuit.com/connect/oauth2?")
    assert asked["redirect_uri"] == ["https://ar.example.com/connect/callback"]
    assert asked["state"] == [began.state]


def test_other_books_under_a_known_id_are_another_company(context, emulator, company):
    """A fresh emulator gives its companies the same ids again."""
    with durable(context.engine) as conn:
        older = company.preferences | {"books_created_at": "2019-01-01T00:00:00+00:00"}
        before = companies.update(conn, company.id, preferences=older)

    done = connect.connect_emulator(context, emulator.base_url)

    assert isinstance(done, Refusal)
    assert "another company" in done.message
    assert stored(context, company) == before
