"""Signing in: the first-run link, passwords, limits, and how a session ends."""

from datetime import timedelta

import pytest

from qb_collections.store import people
from qb_collections.store.engine import durable
from tests.web.conftest import NOW, PASSWORD


def link(house) -> str:
    with durable(house.context.engine) as conn:
        return f"/welcome/{people.first_run_link(conn, NOW)}"


def is_signed_in(browser) -> bool:
    return browser.get("/companies").status_code == 200


def test_the_first_run_link_leads_to_a_password_of_ones_own(house):
    browser = house.browser()
    browser.get(link(house))

    answer = browser.post(
        "/welcome", name="Dana", email="Dana@Copperleaf.example", password="a long enough one"
    )
    browser.post("/sign-out")
    browser.post("/sign-in", email="dana@copperleaf.example", password="a long enough one")

    assert answer.status_code == 303
    assert is_signed_in(browser)
    assert "Dana" in browser.get("/companies").text


def test_looking_at_the_link_twenty_times_does_not_use_it_up(house):
    address = link(house)
    for _ in range(20):
        house.browser().get(address, follow_redirects=True)

    browser = house.browser()
    browser.get(address)
    browser.post("/welcome", later="1")

    assert is_signed_in(browser)


def test_the_link_works_once(house):
    address = link(house)
    first, second = house.browser(), house.browser()
    for browser in (first, second):
        browser.get(address)
        browser.post("/welcome", later="1")

    assert is_signed_in(first)
    assert not is_signed_in(second)


@pytest.mark.req("IR-10")
def test_the_token_leaves_the_address_at_once(house):
    answer = house.browser().get("/welcome/some-secret-token")

    assert answer.status_code == 303
    assert answer.location == "/welcome"
    assert "some-secret-token" not in answer.text


@pytest.mark.parametrize("password", ["elevenchars", "aaaaaaaaaaaaaaaa"])
def test_a_password_that_is_easy_to_guess_is_refused_with_a_sentence(house, password):
    browser = house.browser()
    browser.get(link(house))

    answer = browser.post("/welcome", name="Dana", email="dana@copperleaf.example", password=password)

    assert answer.status_code == 422
    assert "Please choose" in answer.text
    assert not is_signed_in(browser)


def test_five_wrong_passwords_lock_the_account_from_there_for_a_quarter_of_an_hour(house):
    browser = house.browser()
    for _ in range(5):
        assert browser.post("/sign-in", email="owner@ours.example", password="wrong").status_code == 422

    locked = browser.post("/sign-in", email="owner@ours.example", password=PASSWORD)
    house.clock.advance(timedelta(minutes=14, seconds=59))
    still = browser.post("/sign-in", email="owner@ours.example", password=PASSWORD)
    house.clock.advance(timedelta(seconds=1))
    again = browser.post("/sign-in", email="owner@ours.example", password=PASSWORD)

    assert locked.status_code == 429
    assert "15 minutes" in locked.text
    assert still.status_code == 429
    assert again.status_code == 303


def test_an_unknown_address_gets_the_answer_of_a_wrong_password(house):
    def answer(email):
        page = house.browser().post("/sign-in", email=email, password="wrong")
        return page.status_code, page.text.split("<main")[1].split("csrf_token")[0]

    assert answer("owner@ours.example") == answer("nobody@ours.example")


def test_signing_out_ends_a_copied_cookie_too(house):
    browser, thief = house.browser("owner@ours.example"), house.browser()
    name = house.web.config["SESSION_COOKIE_NAME"]
    thief.client.set_cookie(name, browser.client.get_cookie(name).value)
    assert is_signed_in(thief)

    browser.post("/sign-out")

    assert not is_signed_in(thief)


def test_a_session_ends_after_two_idle_hours(house):
    browser = house.browser("owner@ours.example")
    house.clock.advance(timedelta(hours=2))
    assert is_signed_in(browser)

    house.clock.advance(timedelta(hours=2, seconds=1))

    assert not is_signed_in(browser)


def test_a_session_ends_after_twelve_hours_also_for_somebody_who_never_pauses(house):
    browser = house.browser("owner@ours.example")
    for _ in range(12):
        house.clock.advance(timedelta(hours=1))
        assert is_signed_in(browser)

    house.clock.advance(timedelta(seconds=1))

    assert not is_signed_in(browser)


@pytest.mark.parametrize(
    "evil",
    [
        "//evil.example",
        "///evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "https:evil.example",
        "https://evil.example",
        "/%2f%2fevil.example",
        "/%5cevil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "companies",
    ],
)
def test_after_signing_in_nobody_is_led_elsewhere(house, evil):
    answer = house.browser().post("/sign-in", email="owner@ours.example", password=PASSWORD, next=evil)

    assert answer.location == "/"


def test_after_signing_in_one_is_led_to_the_page_one_wanted(house):
    wanted = house.browser().get("/companies/1/customers?show=all").location

    answer = house.browser().post(
        "/sign-in", email="owner@ours.example", password=PASSWORD, next="/companies/1/customers?show=all"
    )

    assert wanted == "/sign-in?next=/companies/1/customers?show%3Dall"
    assert answer.location == "/companies/1/customers?show=all"


def test_a_new_session_begins_at_signing_in(house):
    browser = house.browser()
    with browser.client.session_transaction() as session:
        session["key"] = "planted by somebody else"

    browser.post("/sign-in", email="owner@ours.example", password=PASSWORD)

    with browser.client.session_transaction() as session:
        assert session["key"] != "planted by somebody else"
