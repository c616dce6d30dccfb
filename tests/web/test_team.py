"""The team's page: invitations that work once, roles that hold at once, and nobody locked out by mistake."""

import html
import re
from datetime import timedelta

import pytest

from qb_collections.store import audit, companies, people, team
from qb_collections.store import team as store_team
from qb_collections.store.engine import durable, reading
from qb_collections.store.people import Role
from tests.web.conftest import NOW, PASSWORD

NEW = {"email": "Lee@ours.example", "name": "Lee Park", "role": "collector", "company": ""}


@pytest.fixture
def boss(house):
    """The owner of the whole practice; the house's own owner has that role for one company only."""
    with durable(house.context.engine) as conn:
        made = people.add_user(conn, "boss@ours.example", "The boss", at=NOW, password=PASSWORD)
        people.join(conn, made.id, house.ours.practice_id, Role.OWNER, at=NOW)
    return house.browser("boss@ours.example")


def address(house, rest):
    return f"/team/{house.ours.practice_id}/{rest}"


def invited(house, boss, **changed):
    answer = boss.post(address(house, "invite"), **{**NEW, **changed})
    found = re.search(r"/welcome/([A-Za-z0-9_-]+)", answer.text)
    return found[1] if found else None


def come_in(house, token, email="lee@ours.example"):
    browser = house.browser()
    browser.get(f"/welcome/{token}")
    browser.post("/welcome", name="Lee Park", email=email, password="a quiet copper leaf")
    return browser


def user_id(house, email):
    with reading(house.context.engine) as conn:
        return team.by_email(conn, email).id


def can_see(house, browser):
    return browser.get(f"/companies/{house.ours.id}/").status_code == 200


def test_an_invited_person_comes_in_once_with_the_role_that_was_given(house, boss):
    token = invited(house, boss)

    lee = come_in(house, token)
    again = come_in(house, token)

    assert can_see(house, lee)
    assert lee.post(f"/companies/{house.ours.id}/mode", mode="automatic").status_code == 403
    assert not can_see(house, again)
    assert token not in house.dump()


def test_a_link_ends_after_seven_days_and_with_a_newer_one(house, boss):
    first = invited(house, boss)
    lee_id = user_id(house, "lee@ours.example")
    second = re.search(r"/welcome/([\w-]+)", boss.post(address(house, f"{lee_id}/link")).text)[1]

    assert not can_see(house, come_in(house, first))
    house.clock.set(NOW + timedelta(days=7))
    assert not can_see(house, come_in(house, second))


def test_only_an_owner_of_the_practice_invites_and_only_into_their_own(house, boss):
    for who in ("viewer", "collector", "manager", "owner"):
        assert invited(house, house.browser(f"{who}@ours.example")) is None
    assert invited(house, house.browser("owner@theirs.example")) is None
    assert invited(house, boss, company=str(house.theirs.id)) is None
    with reading(house.context.engine) as conn:
        assert team.by_email(conn, "lee@ours.example") is None


def test_nobody_gets_a_link_into_an_account_of_another_practice(house, boss):
    with durable(house.context.engine) as conn:
        other = people.add_user(conn, "new@theirs.example", "New there", at=NOW)
        people.join(conn, other.id, house.theirs.practice_id, Role.VIEWER, at=NOW)

    assert invited(house, boss, email="new@theirs.example") is None
    assert invited(house, boss, email="owner@theirs.example") is None  # has an account: no link is needed


def test_a_role_taken_away_holds_with_the_next_page(house, boss):
    lee = come_in(house, invited(house, boss))
    lee_id = user_id(house, "lee@ours.example")

    boss.post(address(house, f"{lee_id}/role"), role="none", company="")

    assert not can_see(house, lee)


def test_who_is_switched_off_is_out_at_once_and_back_when_switched_on(house, boss):
    lee = come_in(house, invited(house, boss))
    lee_id = user_id(house, "lee@ours.example")

    boss.post(address(house, f"{lee_id}/switch"), active="no")
    out = can_see(house, lee)
    boss.post(address(house, f"{lee_id}/switch"), active="yes")
    back = house.browser()
    back.post("/sign-in", email="lee@ours.example", password="a quiet copper leaf")

    assert not out
    assert can_see(house, back)


def test_the_last_owner_stays_owner(house, boss):
    boss_id = user_id(house, "boss@ours.example")
    with durable(house.context.engine) as conn:
        first = people.ensure_first_practice(conn, NOW)
        people.set_active(conn, first.id, False)

    for change in ({"role": "viewer"}, {"role": "none"}):
        boss.post(address(house, f"{boss_id}/role"), company="", **change)
        assert "The boss is the only owner." in html.unescape(boss.get("/team").text)
    boss.post(address(house, f"{boss_id}/switch"), active="no")

    assert can_see(house, boss)


def test_an_address_of_somebody_else_is_not_taken_over(house, boss):
    token = invited(house, boss)

    lee = come_in(house, token, email="manager@ours.example")

    assert not can_see(house, lee)
    assert can_see(house, come_in(house, token))  # the link is still good


def test_what_was_done_names_who_did_it(house, boss):
    boss.post(f"/companies/{house.ours.id}/stop")

    page = boss.get(f"/companies/{house.ours.id}/audit").text

    assert "The boss" in page
    assert house.browser("collector@ours.example").get(f"/companies/{house.ours.id}/audit").status_code == 403


def days(house):
    """Three acts of two people on two days, for our company, and one for another."""
    with durable(house.context.engine) as conn:
        for who, what, day in (("The boss", "first", 0), ("Lee", "second", 1), ("The boss", "third", 1)):
            audit.append(conn, house.ours.id, who, what, "a thing", None, NOW + timedelta(days=day))
        audit.append(conn, house.theirs.id, "Their owner", "not ours", "a thing", None, NOW)


def acts(answer):
    return re.findall(r'<th scope="row">(\w+(?: \w+)?)</th>', answer.text)


@pytest.mark.parametrize("address", ["/audit", "/companies/{}/audit"])
def test_what_was_done_is_found_by_person_and_day(house, boss, address):
    days(house)
    page = address.format(house.ours.id)

    found = {asked: acts(boss.get(page + asked)) for asked in ASKED}

    assert found == ASKED


ASKED = {
    "": ["Third", "Second", "First"],
    "?person=Lee": ["Second"],
    "?person=The+boss&from=2026-11-03": ["Third"],
    "?to=2026-11-02": ["First"],
    "?person=Nobody": [],
    "?from=soon": ["Third", "Second", "First"],
    "?before=nonsense": ["Third", "Second", "First"],
}


def test_what_was_done_is_read_page_by_page_and_never_that_of_others(house, boss, monkeypatch):
    monkeypatch.setattr("qb_collections.web.team.ENTRIES_SHOWN", 2)
    days(house)

    first = boss.get("/audit")
    older = html.unescape(re.search(r'href="(/audit\?before=[^"]+)">Earlier', first.text)[1])
    second = boss.get(older)

    assert acts(first) == ["Third", "Second"]
    assert acts(second) == ["First"]
    assert "Not ours" not in first.text + second.text
    assert acts(boss.get(f"/audit?company={house.theirs.id}")) == []
    assert acts(house.browser("collector@ours.example").get("/audit")) == []


def test_a_company_moves_between_practices_of_ones_own_and_no_others(house, boss):
    boss.post("/team/practices", name="  Second   practice ")
    with reading(house.context.engine) as conn:
        second = next(
            one
            for one in store_team.practices_owned(conn, user_id(house, "boss@ours.example"))
            if one.id != house.ours.practice_id
        )

    boss.post(f"/team/{house.theirs.practice_id}/take", company=str(house.ours.id))
    with reading(house.context.engine) as conn:
        stayed = companies.get(conn, house.ours.id).practice_id
    boss.post(f"/team/{second.id}/take", company=str(house.ours.id))
    with reading(house.context.engine) as conn:
        moved = companies.get(conn, house.ours.id).practice_id

    assert second.name == "Second practice"
    assert stayed == house.ours.practice_id
    assert moved == second.id
    assert can_see(house, boss)
    assert not can_see(
        house, house.browser("viewer@ours.example")
    )  # a role for it alone, of the old practice


def test_only_its_owner_names_a_practice(house, boss):
    for browser in (house.browser("owner@ours.example"), house.browser("owner@theirs.example")):
        browser.post(address(house, "name"), name="Taken over")
    boss.post(address(house, "name"), name="Ridge Road Accounting")

    page = boss.get("/team").text

    assert "Ridge Road Accounting" in page
    assert "Taken over" not in page
