"""Walls around the pages: proxies, hosts, sizes, errors, cookies."""

import pytest

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.web import create_web_app
from tests.web.conftest import NOW, PASSWORD


def web(tmp_path, **settings):
    read = config.read({}, data_dir=tmp_path, log_level="error", **settings)
    return create_web_app(app.build(read, ManualClock(NOW)))


def set_cookie_header(client, **options):
    return client.get("/welcome/some-token", **options).headers["Set-Cookie"]


@pytest.mark.req("IR-06")
def test_on_this_machine_the_cookie_is_plain_and_names_its_port(tmp_path):
    header = set_cookie_header(web(tmp_path, port=5007).test_client())

    assert header.startswith("qbc-session-5007=")
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Path=/" in header
    assert "Secure" not in header
    assert "Domain" not in header


@pytest.mark.req("IR-06")
def test_over_https_the_cookie_is_bound_to_the_host(tmp_path):
    client = web(tmp_path, public_url="https://collections.example.com").test_client()

    header = set_cookie_header(client, base_url="https://collections.example.com")

    assert header.startswith("__Host-session=")
    assert "Secure" in header
    assert "HttpOnly" in header
    assert "Path=/" in header
    assert "Domain" not in header


def test_forwarded_headers_of_anybody_are_dropped(tmp_path):
    client = web(tmp_path).test_client()
    forged = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example", "X-Forwarded-For": "1.2.3.4"}

    answer = client.get("/sign-in", headers=forged)

    assert answer.status_code == 200
    assert "Strict-Transport-Security" not in answer.headers


def test_forwarded_headers_of_the_named_proxy_count(tmp_path):
    client = web(
        tmp_path, trusted_proxy="10.0.0.2", public_url="https://collections.example.com"
    ).test_client()
    forwarded = {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "collections.example.com"}

    from_proxy = client.get("/sign-in", headers=forwarded, environ_base={"REMOTE_ADDR": "10.0.0.2"})
    from_other = client.get("/sign-in", headers=forwarded, environ_base={"REMOTE_ADDR": "10.0.0.3"})

    assert "Strict-Transport-Security" in from_proxy.headers
    assert "Strict-Transport-Security" not in from_other.headers


def test_a_host_that_is_not_ours_is_refused(tmp_path):
    client = web(tmp_path).test_client()

    answer = client.get("/sign-in", headers={"Host": "evil.example"})

    assert answer.status_code == 400
    assert "evil.example" not in answer.text


def test_failures_of_one_address_do_not_lock_another(house):
    browser = house.browser()
    token = browser.token()
    for _ in range(5):
        form = {"csrf_token": token, "email": "owner@ours.example", "password": "wrong"}
        browser.client.post("/sign-in", data=form, environ_base={"REMOTE_ADDR": "10.9.9.9"})

    answer = browser.post("/sign-in", email="owner@ours.example", password=PASSWORD)

    assert answer.status_code == 303


def test_a_form_over_one_mebibyte_is_413(house):
    browser = house.browser("owner@ours.example")

    answer = browser.post(f"/companies/{house.ours.id}/customers/7/holds", reason="x" * 1_048_577)

    assert answer.status_code == 413
    assert "too large" in answer.text


def test_an_error_page_says_nothing_but_a_number_that_is_in_the_log(house, capsys, monkeypatch):
    monkeypatch.setitem(house.web.view_functions, "pages.what_we_touch", broken)
    app.logs.configure("info")

    page = house.browser("owner@ours.example").get("/what-we-touch")

    assert page.status_code == 500
    assert "Harbor Light" not in page.text
    assert "Traceback" not in page.text
    number = page.text.split('class="note">')[1].split("<")[0]
    log = capsys.readouterr().err
    assert number in log
    assert "RuntimeError" in log
    assert "Harbor Light" not in log


def broken():
    raise RuntimeError("Harbor Light owes $1,148.60")


def test_the_health_page_tells_of_the_service_and_of_no_company(house):
    answer = house.web.test_client().get("/healthz")

    assert answer.status_code == 200
    assert answer.json == {"status": "ok", "database": "current", "scheduler_tick_age_seconds": None}


@pytest.mark.parametrize(("age", "status"), [(180.0, 200), (181.0, 503)])
def test_a_scheduler_that_stands_still_for_three_minutes_is_failing(house, age, status):
    late = create_web_app(house.context, heartbeat=lambda: age)

    assert late.test_client().get("/healthz").status_code == status


@pytest.mark.req("IR-26")
def test_a_call_of_the_disconnect_page_changes_nothing(house):
    before = house.dump()

    answer = house.web.test_client().get("/disconnect?realmId=9341450000001030")

    assert answer.status_code == 200
    assert house.dump() == before
