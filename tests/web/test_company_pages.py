"""A company's pages: figures worked by hand, the stop, marks, and who is told what."""

from datetime import date, timedelta

import pytest

from qb_collections.core.case import Contact, ContactKind, HoldKind
from qb_collections.core.company_gates import Mode
from qb_collections.core.decision import Channel
from qb_collections.services import overview
from qb_collections.services.leasing import held
from qb_collections.store import companies, contacts, holds, mirror
from qb_collections.store.engine import durable, reading
from tests.web.conftest import customer, invoice, usd

TODAY = date(2026, 11, 2)


def fill(house, *rows, customers=()):
    with durable(house.context.engine) as conn:
        mirror.put_customers(conn, house.ours.id, customers)
        mirror.put_invoices(conn, house.ours.id, rows)


def figures(house):
    return overview.overview_of(house.context, house.ours)


@pytest.mark.parametrize(
    ("late_days", "bucket"),
    [(-5, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (400, 4)],
)
def test_an_invoice_ages_by_the_days_after_its_due_date(house, late_days, bucket):
    fill(house, invoice("90", "7", "90", TODAY - timedelta(days=late_days), "50.00"))

    [owed] = figures(house).owed

    # The company has one more invoice of $130.00 that is ten days late.
    expected = [usd("0.00")] * 5
    expected[1] = usd("130.00")
    expected[bucket] = expected[bucket] + usd("50.00")
    assert [one.owed for one in owed.buckets] == expected


def test_without_a_due_date_an_invoice_is_not_late(house):
    fill(house, invoice("90", "7", "90", None, "50.00"))

    [owed] = figures(house).owed

    assert (owed.owed, owed.late) == (usd("180.00"), usd("130.00"))


def test_sites_billed_with_their_parent_are_one_late_customer(house):
    late_on = date(2026, 10, 1)
    fill(
        house,
        invoice("90", "8", "90", late_on, "10.00"),
        invoice("91", "81", "91", late_on, "20.00"),
        invoice("92", "82", "92", late_on, "30.00"),
        customers=[
            customer("8", name="Northgate"),
            customer("81", name="Northgate:Mill", parent_id="8", bill_with_parent=True),
            customer("82", name="Northgate:Quay", parent_id="81", bill_with_parent=True),
        ],
    )

    [owed] = figures(house).owed
    lines = {line.customer_id: line for line in overview.customers_of(house.context, house.ours)}

    assert owed.late_customers == 2  # Northgate, and the one there was
    assert (lines["8"].late, lines["8"].sites) == (usd("60.00"), 2)
    assert lines.keys() == {"7", "8"}


def test_the_first_page_says_what_is_owed_and_what_is_late(house):
    fill(house, invoice("90", "7", "90", date(2026, 12, 1), "1500.50"))

    page = house.browser("viewer@ours.example").get(f"/companies/{house.ours.id}/").text

    assert "$1,630.50" in page
    assert "$130.00" in page
    assert "from 1 customer." in page


def test_when_nothing_is_late_it_says_so(house):
    with durable(house.context.engine) as conn:
        mirror.put_invoices(conn, house.ours.id, [invoice("70", "7", "10612", TODAY, "130.00")])

    page = house.browser("viewer@ours.example").get(f"/companies/{house.ours.id}/").text

    assert "and none of it is late" in page


def test_the_first_page_asks_the_database_as_often_for_a_thousand_invoices_as_for_one(house):
    few = statements(house)
    fill(
        house,
        *(invoice(f"i{n}", f"c{n}", str(n), date(2026, 9, 1), "5.00") for n in range(1000)),
        customers=[customer(f"c{n}", name=f"Customer {n}") for n in range(1000)],
    )

    assert statements(house) == few


def statements(house):
    from sqlalchemy import event

    browser = house.browser("owner@ours.example")
    seen = []

    def count(*args):
        seen.append(args[2])

    event.listen(house.context.engine, "before_cursor_execute", count)
    browser.get(f"/companies/{house.ours.id}/")
    event.remove(house.context.engine, "before_cursor_execute", count)
    return len([one for one in seen if one.startswith("SELECT")])


@pytest.mark.parametrize(
    "page", ["", "customers", "customers/7", "invoices/70/", "runs/", "tasks/", "about-you/"]
)
def test_every_page_of_a_company_has_the_stop_one_click_away(house, page):
    text = house.browser("collector@ours.example").get(f"/companies/{house.ours.id}/{page}").text

    assert f'action="/companies/{house.ours.id}/stop"' in text
    assert 'action="/stop"' in text
    assert "Sending is off" in text


def test_the_stop_is_in_force_at_once_and_names_who_pressed_it(house):
    browser = house.browser("collector@ours.example")

    browser.post(f"/companies/{house.ours.id}/stop", back=f"/companies/{house.ours.id}/runs/")

    with reading(house.context.engine) as conn:
        assert companies.get(conn, house.ours.id).stopped_by == "Our collector"
        assert companies.get(conn, house.theirs.id).stopped_by is None
    assert "Stopped by Our collector" in browser.get(f"/companies/{house.ours.id}/customers").text


def test_lifting_a_stop_takes_more_than_setting_it(house):
    collector = house.browser("collector@ours.example")
    collector.post(f"/companies/{house.ours.id}/stop")

    assert collector.post(f"/companies/{house.ours.id}/stop/lift").status_code == 403
    assert (
        house.browser("manager@ours.example").post(f"/companies/{house.ours.id}/stop/lift").status_code == 303
    )
    with reading(house.context.engine) as conn:
        assert companies.get(conn, house.ours.id).stopped_by is None


def test_the_stop_of_everything_holds_every_company(house):
    house.browser("collector@ours.example").post("/stop")

    theirs = house.browser("owner@theirs.example").get(f"/companies/{house.theirs.id}/").text

    assert "Everything is stopped" in theirs


def test_a_viewer_cannot_stop_everything(house):
    assert house.browser("viewer@ours.example").post("/stop").status_code == 403
    with reading(house.context.engine) as conn:
        assert companies.global_stop(conn) is None


def test_sending_is_turned_on_only_after_a_second_question(house):
    browser = house.browser("owner@ours.example")

    asked = browser.post(f"/companies/{house.ours.id}/mode", mode="approve")
    with reading(house.context.engine) as conn:
        before = companies.get(conn, house.ours.id).mode
    browser.post(f"/companies/{house.ours.id}/mode", mode="approve", confirmed="1")
    with reading(house.context.engine) as conn:
        after = companies.get(conn, house.ours.id).mode

    assert "Is that what you want" in asked.text
    assert (before, after) == (Mode.SHADOW, Mode.APPROVE)


@pytest.mark.parametrize("mode", ["automatic", "AUTOMATIC", "", "nonsense"])
def test_the_page_does_not_turn_on_automatic_before_three_approved_nights(house, mode):
    house.browser("owner@ours.example").post(f"/companies/{house.ours.id}/mode", mode=mode, confirmed="1")

    with reading(house.context.engine) as conn:
        assert companies.get(conn, house.ours.id).mode is Mode.SHADOW


def test_a_promise_marked_on_an_invoice_is_the_reason_that_it_is_left_alone(house):
    browser = house.browser("collector@ours.example")
    address = f"/companies/{house.ours.id}/invoices/70/"

    answer = browser.post(f"{address}holds", kind="promise", reason="said Dana", until_on="2026-11-06")

    assert answer.status_code == 303
    page = browser.get(address).text
    assert "promised" in page
    assert "Tuesday, November 10" in page  # through two business days after the promised Friday


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"kind": "promise", "reason": "said so"}, "needs the day"),
        ({"kind": "promise", "reason": "said so", "until_on": "2026-11-01"}, "is past"),
        ({"kind": "promise", "reason": "said so", "until_on": "2026-02-30"}, "is not a day"),
        ({"kind": "promise", "reason": "x", "until_on": "2026-11-06", "amount": "NaN"}, "can be promised"),
        ({"kind": "promise", "reason": "x", "until_on": "2026-11-06", "amount": "a lot"}, "is not an amount"),
        ({"kind": "promise", "reason": "x", "until_on": "2026-11-06", "amount": "-1"}, "can be promised"),
        ({"kind": "dispute", "reason": ""}, "needs a reason"),
        ({"kind": "robbery", "reason": "x"}, "Please choose what to mark from the list."),
    ],
)
def test_a_mark_that_makes_no_sense_is_refused_with_a_sentence(house, form, sentence):
    browser = house.browser("collector@ours.example")
    address = f"/companies/{house.ours.id}/invoices/70/"
    before = house.dump()

    browser.post(f"{address}holds", **form)

    assert house.dump() == before
    assert sentence in browser.get(address).text or "Please choose" in browser.get(address).text


def test_a_hold_of_another_company_cannot_be_lifted(house):
    with durable(house.context.engine) as conn:
        placed = holds.add(
            conn, house.theirs.id, "7", HoldKind.EXCLUSION, reason="mine", placed_by="x", placed_on=TODAY
        )

    house.browser("owner@ours.example").post(f"/companies/{house.ours.id}/holds/{placed.id}/lift")

    with reading(house.context.engine) as conn:
        assert holds.get(conn, house.theirs.id, placed.id).lifted_at is None


def test_a_page_waits_five_seconds_for_somebody_else_and_then_says_who_it_is(house, monkeypatch):
    monkeypatch.setattr("qb_collections.web.dashboard.PAGE_SECONDS", 0.0)
    browser = house.browser("owner@ours.example")

    with held(house.context, house.ours):
        browser.post(f"/companies/{house.ours.id}/preview")

    assert "process " in browser.get(f"/companies/{house.ours.id}/").text


def test_todays_run_is_handed_to_the_runner(house):
    house.browser("manager@ours.example").post(f"/companies/{house.ours.id}/night")

    assert house.woken == [("night by hand", house.ours.id)]


def test_a_preview_shows_everybody_with_a_reason_and_writes_no_effect(house):
    browser = house.browser("collector@ours.example")

    page = browser.get(browser.post(f"/companies/{house.ours.id}/preview").location).text

    assert "Preview for Tuesday, November 3" in page
    assert "10612" in page
    assert 'INSERT INTO "intent"' not in house.dump()


def test_contact_details_are_stored_and_an_address_that_is_none_is_refused(house):
    browser = house.browser("manager@ours.example")
    good = {
        "contact_name": "Dana Whitlock",
        "contact_phone": "423-555-0101",
        "payment_instructions": "Checks",
    }

    refused = browser.post(f"/companies/{house.ours.id}/about-you/", **good, reply_to="dana at example")
    browser.post(f"/companies/{house.ours.id}/about-you/", **good, reply_to="dana@copperleaf.example")

    assert refused.status_code == 422
    with reading(house.context.engine) as conn:
        found = companies.get(conn, house.ours.id)
    assert (found.contact_name, found.reply_to) == ("Dana Whitlock", "dana@copperleaf.example")


def test_a_customer_who_owes_nothing_has_a_page_too(house):
    fill(house, customers=[customer("8", name="Signal Crest Dental")])

    answer = house.browser("viewer@ours.example").get(f"/companies/{house.ours.id}/customers/8")

    assert answer.status_code == 200
    assert "Nothing is open." in answer.text


def test_what_was_done_since_the_night_is_not_shown_as_planned(house):
    browser = house.browser("manager@ours.example")
    browser.post(f"/companies/{house.ours.id}/preview")
    planned = browser.get(f"/companies/{house.ours.id}/customers").text
    house.clock.advance(timedelta(hours=1))
    spoken = Contact(TODAY, ContactKind.CALL, "S3", 1, 1, ("70",))
    with durable(house.context.engine) as conn:
        contacts.record(conn, house.ours.id, "7", "USD", spoken, at=house.clock.now(), channel=Channel.CALL)

    done = browser.get(f"/companies/{house.ours.id}/customers").text

    assert "goes out on" in planned
    assert "You were in touch" not in planned
    assert "You were in touch on Nov 2, 2026, 11:30" in done
