"""Mornings of everybody who works here, in a real browser: what each came for, and what each may not do.

All of them go on from one Monday, in this order.  PICTURES_DIR names a folder that keeps what they saw.
"""

from __future__ import annotations

import io
import os
import zipfile
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from qb_collections.core.case import HoldKind
from qb_collections.services import holds, tasks
from qb_collections.store import companies, internal_notes, policies
from qb_collections.store.engine import reading
from tests.browser.conftest import PHONE, add_client

pytestmark = pytest.mark.xdist_group("browser")  # one Chromium, one Monday


def keep(page, name):
    if folder := os.environ.get("PICTURES_DIR"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def marks_of(morning, name):
    customer_id, _ = morning.world.found[name]
    standing = holds.standing(morning.world.context, morning.world.company, customer_id)
    return [(one.hold.kind, one.hold.until_on) for one in standing]


def memo(morning, name):
    _, [invoice, *_] = morning.world.found[name]
    return morning.world.read_invoice(invoice["Id"]).get("PrivateNote") or ""


def test_a_collector_works_the_list_with_the_keyboard_alone(morning):
    with morning.signed_in("collector") as page:
        page.goto(f"{morning.company}/worklist/")
        keep(page, "collector-list")
        page.keyboard.press("?")
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        page.keyboard.press("j")
        expect(page.get_by_role("link", name="Alder Bakery", exact=True)).to_be_focused()
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        page.keyboard.press("o")
        expect(page.get_by_role("heading", name="Call Alder Bakery: $900.00")).to_be_visible()
        keep(page, "collector-call")
        page.keyboard.press("2")
        expect(page.get_by_label("They promised to pay")).to_be_checked()
        page.keyboard.press("Enter")
        expect(page.get_by_text("They promised to pay: please add the day.")).to_be_visible()
        page.keyboard.press("2")
        page.get_by_label("What they said").fill("The card goes through on Friday")
        page.get_by_label("Day promised, expected, or to call again").fill("2026-03-06")
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Call Birch Dental: $900.00")).to_be_visible()
        expect(page.get_by_role("status")).to_contain_text("6")

    assert outline != "none"
    assert marks_of(morning, "Alder Bakery") == [(HoldKind.PROMISE, date(2026, 3, 6))]
    left = [one.title for one in tasks.list_open(morning.world.context, morning.world.company)]
    assert left == ["Call Birch Dental: $900.00"]


def test_a_collector_on_a_phone_leaves_a_message_and_a_note_for_colleagues(morning):
    with morning.signed_in("collector", PHONE) as page:
        page.goto(f"{morning.company}/worklist/")
        expect(page.get_by_role("link", name="423-555-0118")).to_have_attribute("href", "tel:4235550118")
        page.get_by_role("link", name="Begin with Birch Dental").click()
        page.get_by_label("Nobody answered", exact=False).first.check()
        page.get_by_label("Nobody answered, and I left a message").check()
        keep(page, "collector-phone-call")
        page.get_by_role("button", name="Note it").click()
        expect(page.get_by_text("Nothing waits for you")).to_be_visible()
        page.goto(f"{morning.company}/customers/{morning.world.found['Birch Dental'][0]}")
        page.get_by_label("A note").fill("Ask for Ana, not for the front desk")
        page.get_by_role("button", name="Keep it").click()
        expect(page.locator("#notes")).to_contain_text("Ask for Ana, not for the front desk")
        keep(page, "collector-phone-customer")
        assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"]
        page.goto(f"{morning.company}/runs/{morning.world.run_id}")
        expect(page.get_by_role("button", name="Approve")).to_have_count(0)
        expect(page.get_by_role("button", name="Not this time").first).to_be_visible()

    with reading(morning.world.context.engine) as conn:
        [note] = internal_notes.latest(
            conn, morning.world.company_id, [morning.world.found["Birch Dental"][0]], 5
        )
    assert note.by == "Our collector"


def test_a_manager_approves_rewords_skips_runs_reads_and_takes_back(morning):
    run = f"{morning.company}/runs/{morning.world.run_id}"
    with morning.signed_in("manager") as page:
        page.goto(morning.company)
        page.get_by_role("link", name="Read and approve").click()
        keep(page, "manager-waiting")
        page.locator("li.entry", has_text="Amy's Bird Sanctuary").get_by_role(
            "link", name="Other words"
        ).click()
        words = page.get_by_label("Your words")
        text = words.input_value()
        words.fill(text.replace("$600.00", "$6.00"))
        page.get_by_role("button", name="Use these words").click()
        expect(page.get_by_role("alert")).to_contain_text("Nothing was changed; your words are still below")
        page.get_by_label("Your words").fill(text.replace("Hello", "Good morning", 1))
        page.get_by_role("button", name="Use these words").click()
        expect(page.get_by_text("take the place of ours")).to_be_visible()
        page.locator("li.entry", has_text="Cedar Café").get_by_role("button", name="Not this time").click()
        page.locator("li.entry", has_text="Elm Street Gym").get_by_role(
            "button", name="Approve this one"
        ).click()
        for name in ("Amy's Bird Sanctuary", "Dogwood Deli"):
            page.get_by_label(f"Mark {name}").check()
        page.get_by_role("button", name="Approve the ones you ticked").click()
        morning.settle()
        page.goto(run)
        keep(page, "manager-report")
        expect(
            page.locator("li.entry", has_text="Elm Street Gym").get_by_text("QuickBooks id").first
        ).to_be_visible()
        noted = memo(morning, "Elm Street Gym")
        page.get_by_role("button", name="Take back what this night wrote").click()
        expect(
            page.get_by_text("2 notes removed, 0 plans reversed, 1 message cannot be unsent")
        ).to_be_visible()
        keep(page, "manager-undo")
        page.get_by_role("button", name="Take it back in QuickBooks").click()
        expect(page.get_by_text("This is undo U1")).to_be_visible()

    assert "Copy of this invoice e-mailed." in noted
    assert memo(morning, "Elm Street Gym") == ""
    ready = {one.title: one.text for one in tasks.list_open(morning.world.context, morning.world.company)}
    [amys] = [text for title, text in ready.items() if "Amy" in title]
    assert "Good morning" in amys
    assert not any("Cedar" in title for title in ready)
    assert memo(morning, "Fir Hill Farm") == ""  # nobody said yes


def test_a_viewer_on_a_phone_sees_everything_and_is_offered_nothing_to_do(morning):
    with morning.signed_in("viewer", PHONE, color_scheme="dark") as page:
        page.goto(morning.company)
        for tab in ("Needs you", "Customers", "Nights", "Plans", "Policy", "Reports", "E-mail", "Settings"):
            page.get_by_role("navigation", name=morning.world.company.name).get_by_role(
                "link", name=tab
            ).click()
            expect(page.get_by_role("heading", level=1)).to_be_visible()
            offered = page.locator("main button:visible:not([data-keys-open])").all_inner_texts()
            assert set(offered) <= {"Find", "Show", "Close", ""}, (tab, offered)
            assert page.evaluate("document.documentElement.scrollWidth") == PHONE["width"], tab
        page.goto(f"{morning.company}/customers/{morning.world.found['Alder Bakery'][0]}")
        expect(page.get_by_text("Promised to pay all of it by Friday, March 6")).to_be_visible()
        expect(page.locator("main button:visible")).to_have_count(0)
        keep(page, "viewer-customer")
        expect(page.get_by_role("button", name="Stop everything")).to_have_count(0)


def test_an_owner_tries_a_policy_saves_it_invites_somebody_and_agrees_on_a_plan(morning):
    with morning.signed_in("owner") as page:
        page.goto(f"{morning.company}/policy/text")
        text = page.get_by_label("The text")
        text.fill(text.input_value().replace("contact_gap_days = 6", "contact_gap_days = 9", 1))
        page.get_by_label("What changed and why").fill("nine days apart")
        page.get_by_role("button", name="What would change tonight").click()
        expect(page.get_by_text("Tonight in numbers")).to_be_visible()
        keep(page, "owner-trial")
        page.get_by_role("button", name="Put it in force").first.click()
        expect(page.get_by_role("status")).to_contain_text("ersion 2")

        page.goto(f"{morning.base}/team")
        page.get_by_label("Name", exact=True).first.fill("Rosa Diaz")
        page.get_by_label("E-mail address").first.fill("rosa@ours.example")
        page.locator("#role-1").select_option("collector")
        page.get_by_role("button", name="Make a link").click()
        link = page.get_by_label("The link for Rosa Diaz").input_value()
        keep(page, "owner-invited")

        farm = morning.world.found["Fir Hill Farm"][0]
        page.goto(f"{morning.company}/customers/{farm}")
        page.get_by_role("link", name="Agree on a payment plan").click()
        page.get_by_role("checkbox").first.check()
        page.get_by_label("How many payments").fill("3")
        page.get_by_label("The first on").fill("2026-03-16")
        expect(page.locator("#plan-days")).to_contain_text("$400.00")  # while the form is filled in
        page.get_by_role("button", name="Show what it would be").click()
        expect(page.get_by_role("heading", name="What your accountant sees")).to_be_visible()
        keep(page, "owner-plan")
        page.get_by_role("button", name="The customer agrees: write it").click()
        morning.settle()
        expect(page.get_by_role("heading", level=1)).to_contain_text("PP1")

    with morning.chrome.new_context().new_page() as rosa:
        rosa.goto(link)
        rosa.get_by_label("Password").fill("a colder copper leaf")
        rosa.get_by_role("button", name="Set the password").click()
        expect(rosa.get_by_role("link", name="Needs you")).to_be_visible()
        rosa.goto(f"{morning.company}/settings/journal")
        expect(rosa.get_by_role("heading", level=1)).to_be_visible()
        assert "Fir Hill Farm" not in rosa.content()  # the journal is for managers
    with reading(morning.world.context.engine) as conn:
        policy = policies.current(conn, morning.world.company_id)
    assert policy.version == 2 and "contact_gap_days = 9" in policy.text


def test_an_accountant_sees_all_clients_works_across_them_pushes_a_policy_and_stops_one(morning):
    second, third = add_client(morning.world, 2), add_client(morning.world, 3)
    with morning.signed_in("owner") as page:
        page.goto(f"{morning.base}/companies")
        expect(page.get_by_role("row")).to_have_count(4)  # the head and three clients
        keep(page, "accountant-grid")
        page.get_by_role("row", name="Client 3").first.get_by_role("button", name="Stop").click()
        expect(page.get_by_role("row", name="Client 3").first).to_contain_text("Stopped")
        page.get_by_role("link", name="Work through all of them").click()
        expect(page.get_by_role("heading", name="What to do today")).to_be_visible()
        expect(page.get_by_text("you speak as Dana Whitlock, 423-555-0143").first).to_be_visible()
        keep(page, "accountant-list")
        page.goto(f"{morning.base}/companies")
        page.get_by_role("link", name="Give a policy to many").click()
        page.get_by_role("radio").first.check()
        page.get_by_label("Client 2").check()
        page.get_by_label("Client 3").check()
        page.get_by_role("button", name="See what would change tonight").click()
        expect(page.get_by_role("heading", name="What would change tonight")).to_be_visible()
        keep(page, "accountant-policy")
        page.get_by_label("Put it in force for Client 2").check()
        page.get_by_label("Why, for its list of versions").first.fill("our house policy")
        page.locator("form.stacked button.primary").last.click()
        expect(page.get_by_text("Client 2").first).to_be_visible()

    with reading(morning.world.context.engine) as conn:
        stopped = [one.id for one in companies.all(conn) if one.stopped_by]
        versions = [policies.current(conn, one).version for one in (second, third)]
    assert stopped == [third]
    assert versions == [2, 1]


def test_an_owner_takes_everything_out_and_deletes_a_company_for_good(morning):
    with reading(morning.world.context.engine) as conn:
        [last] = [one for one in companies.all(conn) if one.name == "Client 3"]
    with morning.signed_in("owner") as page:
        page.goto(f"{morning.base}/companies/{last.id}/settings/")
        with page.expect_download() as waiting:
            page.get_by_role("button", name="Download everything").click()
        book = zipfile.ZipFile(io.BytesIO(Path(waiting.value.path()).read_bytes()))
        page.get_by_role("link", name="Delete Client 3").click()
        page.get_by_label("Type the company's name").fill("client three")
        page.get_by_role("button", name="Delete it for good").click()
        expect(page.get_by_role("alert")).to_be_visible()
        page.get_by_label("Type the company's name").fill("Client 3")
        page.get_by_role("button", name="Delete it for good").click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        keep(page, "owner-certificate")
        page.goto(f"{morning.base}/companies")
        expect(page.get_by_role("heading", name="Deleted")).to_be_visible()

    assert any("customer" in name for name in book.namelist())
    with reading(morning.world.context.engine) as conn:
        assert last.id not in [one.id for one in companies.all(conn)]


def test_the_main_ways_are_whole_without_javascript(morning):
    with morning.signed_in("manager", java_script_enabled=False) as page:
        page.goto(f"{morning.company}/customers")
        page.get_by_label("Find a customer").fill("Dogwood")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="Dogwood Deli").click()
        page.get_by_text("Mark something about this customer").click()
        page.get_by_label("What do you know?").select_option("exclusion")
        page.get_by_label("In a few words", exact=False).first.fill("a friend of the house")
        page.get_by_role("button", name="Mark it").click()
        expect(page.get_by_text("A friend of the house", exact=True).last).to_be_visible()
        page.goto(f"{morning.company}/worklist/")
        page.get_by_role("link", name="Begin with").click()
        expect(page.get_by_role("button", name="Copy the words")).to_be_hidden()
        page.get_by_label("It was sent").check()
        page.get_by_role("button", name="Note it").click()
        expect(page.get_by_role("status")).to_be_visible()
        page.get_by_role("button", name="Stop this company").click()
        expect(page.get_by_text("Sending is stopped").first).to_be_visible()
        page.get_by_role("button", name="Lift the stop").click()
        expect(page.get_by_text("Sending waits for you").first).to_be_visible()
        cedar = morning.world.found["Cedar Café"][0]
        page.goto(f"{morning.company}/plans/new/{cedar}")
        page.get_by_role("button", name="Show what it would be").click()
        expect(page.get_by_role("heading", name="A payment plan for Cedar Café")).to_be_visible()

    assert marks_of(morning, "Dogwood Deli") == [(HoldKind.EXCLUSION, None)]
