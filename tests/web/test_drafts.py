"""The run's page: one message in other words, left out, or not before a day."""

import html
from datetime import date, timedelta

from qb_collections.core.company_gates import Mode
from qb_collections.services import night
from qb_collections.services.leasing import held
from qb_collections.store import cases, companies
from qb_collections.store.engine import durable, reading
from tests.web.conftest import customer, invoice
from tests.web.test_company_pages import fill

TODAY = date(2026, 11, 2)


def previewed(house):
    """Two invoices of one customer are late: a list in our words."""
    late_on = TODAY - timedelta(days=10)
    fill(
        house,
        invoice("90", "7", "90", late_on, "50.00"),
        customers=[customer("7", name="Northgate", balance="180.00")],
    )
    with durable(house.context.engine) as conn:
        cases.touch(conn, house.ours.id, ["7"], TODAY)
        companies.update(conn, house.ours.id, mode=Mode.APPROVE, live_since_on=date(2025, 1, 1))
        companies.update(
            conn,
            house.ours.id,
            contact_name="Dana",
            contact_phone="423-555-0101",
            payment_instructions="Check",
            reply_to="dana@ours.example",
        )
    with reading(house.context.engine) as conn:
        company = companies.get(conn, house.ours.id)
    with held(house.context, company) as lease:
        return night.preview(house.context, company, lease)


def path(house, run_id, verb=""):
    return f"/companies/{house.ours.id}/runs/{run_id}{verb}"


def test_words_put_in_on_the_page_are_shown_in_the_place_of_ours(house):
    run_id = previewed(house)
    owner = house.browser("owner@ours.example")
    page = owner.get(path(house, run_id, "/customers/7")).text
    ours = page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0]

    owner.post(
        path(house, run_id, "/edit"),
        customer="7",
        subject="Two invoices, and a question",
        text=html.unescape(ours).replace("Hello", "Good morning", 1),
    )
    page = owner.get(path(house, run_id)).text

    assert "take the place of ours." in page
    assert "Good morning" in page
    assert "Two invoices, and a question" in page
    assert "as Our owner put them" in page


def test_a_false_amount_is_refused_with_the_reason_and_the_words_stay_in_the_form(house):
    run_id = previewed(house)
    owner = house.browser("owner@ours.example")

    answer = owner.post(path(house, run_id, "/edit"), customer="7", text="Please pay $9.99.")

    assert answer.status_code == 422
    assert "It can&#39;t go out like this" in answer.text
    assert ">Please pay $9.99.</textarea>" in answer.text


def test_not_this_time_says_who_and_when_the_next_look_is(house):
    run_id = previewed(house)
    owner = house.browser("collector@ours.example")

    owner.post(path(house, run_id, "/skip"), customer="7")

    assert "skipped this one on" in owner.get(path(house, run_id)).text


def test_another_day_needs_a_day(house):
    run_id = previewed(house)
    owner = house.browser("collector@ours.example")

    owner.post(path(house, run_id, "/snooze"), customer="7", until_on="soon")
    assert "Please say on which day" in owner.get(path(house, run_id)).text
    owner.post(path(house, run_id, "/snooze"), customer="7", until_on="2026-11-09")
    assert "before Monday, November 9." in owner.get(path(house, run_id)).text
