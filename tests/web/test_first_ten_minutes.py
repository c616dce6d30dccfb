"""From the connection to the first message: questions, the first list, what is worth fixing, how to ask."""

import re
from dataclasses import replace
from datetime import date

import pytest

from qb_collections.core.company_gates import Mode
from qb_collections.core.first_look import Review
from qb_collections.services import first_steps, progress, review
from qb_collections.store import cases, companies, first_look, holds, mirror, policies
from qb_collections.store.engine import durable, reading
from tests.web.conftest import HOSTILE, NOW, customer, invoice
from tests.web.statements import MOST, statements_of

OWING = (("8", "Bluebird Row Café", "900.00"), ("9", "Corner Stop Market", "40.00"))
SETTLING = (("reminders", "off"), ("late_fees", "on"), ("books", "yes"), ("notes", "attachment"))


@pytest.fixture
def asked(house):
    """Our company as it is just after the first reading: three customers are late, nothing is settled."""
    with durable(house.context.engine) as conn:
        first_look.begin(conn, house.ours.id)
        for id, name, amount in OWING:
            emails = ("a@b.example",) if id == "8" else ()
            one = replace(customer(id, name=name, balance=amount), emails=emails)
            mirror.put_customers(conn, house.ours.id, [one])
            bill = invoice(f"{id}0", id, f"1070{id}", date(2026, 10, 20), amount)
            mirror.put_invoices(conn, house.ours.id, [bill])
        cases.touch(conn, house.ours.id, ["8", "9"], date(2026, 11, 2))
    return house


def at(house, path=""):
    return f"/companies/{house.ours.id}/{path}"


def words(answer):
    text = re.sub(r"<[^>]+>", " ", answer.text).replace("&#39;", "'").replace("&#34;", '"')
    return " ".join(text.split())


def look_of(house):
    with reading(house.context.engine) as conn:
        return first_look.of(conn, house.ours.id)


def whole(house):
    with durable(house.context.engine) as conn:
        companies.update(
            conn,
            house.ours.id,
            contact_name="Dana",
            contact_phone="423-555-0143",
            payment_instructions="Check, or https://pay.example",
        )


def test_the_first_page_asks_what_the_books_do_not_say(asked):
    page = words(asked.browser("owner@ours.example").get(at(asked)))

    assert "5 things to settle first about 5 minutes" in page
    assert "Nothing has been sent or written, and nothing will be until you approve it." in page
    assert (
        "There is no payment in your books that we have seen. Is everything you've received entered?" in page
    )


def test_each_answer_is_settled_on_the_page_and_says_who_gave_it(asked):
    browser = asked.browser("manager@ours.example")
    whole(asked)

    for question, said in SETTLING:
        browser.post(at(asked, "first-questions/"), question=question, answer=said)
    page = words(browser.get(at(asked, "first-questions/")))

    assert page.count("Settled") == 5
    assert "QuickBooks adds late fees by itself. Our manager, Nov 2, 2026" in page
    assert look_of(asked).unsettled == ()
    with reading(asked.context.engine) as conn:
        assert companies.get(conn, asked.ours.id).note_place == "attachment"


def test_sending_cannot_be_turned_on_from_the_page_before_that(asked):
    browser = asked.browser("owner@ours.example")

    browser.post(at(asked, "mode"), mode="approve", confirmed="1")
    refused = words(browser.get(at(asked)))

    assert "Nothing leaves yet: five things are to be settled first" in refused
    with reading(asked.context.engine) as conn:
        assert companies.get(conn, asked.ours.id).mode is Mode.SHADOW


def test_quickbooks_own_reminders_keep_everything_here(asked):
    browser = asked.browser("owner@ours.example")

    browser.post(at(asked, "first-questions/"), question="reminders", answer="on")
    page = words(browser.get(at(asked)))

    assert (
        "QuickBooks sends its own reminders: turn them off there, then say so. Nothing leaves until then."
        in page
    )
    assert "5 things to settle first" in page


def test_without_a_name_and_a_number_only_copies_of_quickbooks_are_agreed_to(asked):
    browser = asked.browser("manager@ours.example")

    before = words(browser.get(at(asked)))
    browser.post(at(asked, "first-questions/"), question="contact", answer="copies_only")
    page = words(browser.get(at(asked, "first-questions/")))

    assert (
        "Still missing: the name of the person customers can turn to, the phone number they can call and how "
        "they can pay you."
    ) in before
    assert "Settled Nobody is named: only copies that QuickBooks e-mails leave. Our manager" in page


def test_where_notes_go_is_chosen_looking_at_a_statement_of_ones_own(asked):
    page = words(asked.browser("owner@ours.example").get(at(asked, "first-questions/")))

    assert "A statement for Bluebird Row Café as QuickBooks would print it today" in page
    assert page.count("Invoice 10708, due Oct 20, 2026") == 3
    assert page.count("(ref 7F3A9C)") == 2  # on the statement, and as an attachment


def test_while_the_books_are_read_real_counts_fill_in_and_trouble_says_when(asked):
    with durable(asked.context.engine) as conn:
        conn.exec_driver_sql("DELETE FROM sync_cursor")
    browser = asked.browser("viewer@ours.example")

    progress.begin(asked.ours.id)(58, 60, "customers")
    going_on = words(browser.get(at(asked)))
    progress.end(asked.ours.id, "QuickBooks did not answer.", NOW)
    failed = words(browser.get(at(asked)))
    progress.end(asked.ours.id)

    assert "We are only reading. Nothing is sent to your customers and nothing is written" in going_on
    assert "Customers 58 of 60" in going_on
    assert "Open invoices 3" in going_on
    assert "QuickBooks did not answer. That was Nov 2, 2026, 10:30" in failed
    assert "What was read is kept. Nothing was written." in failed


def test_the_first_list_shows_who_is_late_the_most_first(asked):
    page = asked.browser("viewer@ours.example").get(at(asked, "first-list/")).text

    names = re.findall(r'class="name"[^>]*>([^<]+)<', page)
    assert [name[-10:] for name in names] == ["d Row Café", "Copperleaf", "top Market"]
    assert "0 of 3 rows seen." in page
    assert "Nothing to say" not in page  # who may only look marks nothing


@pytest.mark.parametrize(
    ("mark", "kind", "invoice_id", "until_on"),
    [
        ("promised", "promise", None, date(2026, 11, 9)),  # five business days after Monday 2 November
        ("disputes", "dispute", "80", None),
        ("on_its_way", "in_transit", None, None),
        ("mine", "exclusion", None, None),
    ],
)
def test_one_click_marks_a_row_and_counts_as_seen(asked, mark, kind, invoice_id, until_on):
    browser = asked.browser("collector@ours.example")

    browser.post(at(asked, "first-list/8/mark"), mark=mark)

    with reading(asked.context.engine) as conn:
        [(_, hold)] = holds.active_of(conn, asked.ours.id, ["8"])
    assert (hold.kind.value, hold.invoice_id, hold.until_on) == (kind, invoice_id, until_on)
    assert "1 of 3 rows seen." in browser.get(at(asked, "first-list/")).text


def test_important_is_one_click_too(asked):
    browser = asked.browser("collector@ours.example")

    browser.post(at(asked, "first-list/8/mark"), mark="important")

    with reading(asked.context.engine) as conn:
        assert first_look.important(conn, asked.ours.id) == {("8", "USD")}


def test_a_mark_that_the_list_does_not_have_changes_nothing(asked):
    browser = asked.browser("collector@ours.example")

    browser.post(at(asked, "first-list/8/mark"), mark="insult")

    assert "That is no mark of this list. Nothing was changed." in words(browser.get(at(asked)))
    assert look_of(asked).seen == 0


def test_with_the_last_row_everybody_may_be_contacted(asked):
    browser = asked.browser("collector@ours.example")

    browser.client.post(
        at(asked, "first-list/seen"),
        data={"csrf_token": browser.token(), "row": ["USD:7", "USD:8", "USD:nobody"]},
    )
    between = look_of(asked)
    browser.post(at(asked, "first-list/seen"), row="USD:9")
    after = look_of(asked)

    assert (between.review, between.seen) == (Review.OPEN, 2)
    assert (after.review, after.reviewed_by) == (Review.ALL, "Our collector")


def test_it_is_tried_with_one_customer_and_then_with_all(asked):
    browser = asked.browser("manager@ours.example")

    browser.post(at(asked, "first-list/8/try"))
    trial = look_of(asked)
    page = words(browser.get(at(asked, "first-list/")))
    browser.post(at(asked, "first-list/go-on"))

    assert (trial.review, trial.customer_id, trial.customer) == (Review.ONE, "8", "Bluebird Row Café")
    assert "You are trying it with Bluebird Row Café Everybody else waits." in page
    assert look_of(asked).review is Review.ALL


def test_a_preview_on_trial_leaves_everybody_else_alone_and_says_why(asked):
    browser = asked.browser("manager@ours.example")
    browser.post(at(asked, "first-list/8/try"))

    browser.post(at(asked, "preview"))
    page = words(browser.get(at(asked, "first-list/")))

    assert "Left alone: Our manager is trying it with Bluebird Row Café first." in page


def test_nothing_is_asked_any_more_once_all_is_settled(asked):
    whole(asked)
    here, ours = asked.context, asked.ours
    for question, said in SETTLING:
        with reading(here.engine) as conn:
            company = companies.get(conn, ours.id)
        first_steps.answer(here, company, question, said, by="Dana")
    review.go_on_with_all(here, ours, by="Dana")

    assert first_steps.first_steps(here, ours) is None
    assert "to settle first" not in asked.browser("owner@ours.example").get(at(asked)).text


def test_what_is_worth_fixing_is_counted_and_says_what_to_do(asked):
    with durable(asked.context.engine) as conn:
        bill = replace(invoice("91", "9", "10800", None, "5.00"), terms="Net 30")
        mirror.put_invoices(conn, asked.ours.id, [bill])
    browser = asked.browser("viewer@ours.example")

    first = words(browser.get(at(asked, "worth-fixing/")))
    terms = words(browser.get(at(asked, "worth-fixing/?show=terms")))

    assert "1 Customers without an e-mail address $45.00" in first
    assert "4 Invoices that QuickBooks never e-mailed" in first
    assert "Open the customer in QuickBooks and add the address; the next night reads it." in first
    assert "Your payment instructions have no link to pay online." in first
    assert "10800 Corner Stop Market Jun 1, 2026 no due date Net 30 $5.00" in terms


def test_a_policy_is_chosen_by_what_ones_own_customers_would_hear(asked):
    browser = asked.browser("manager@ours.example")

    before = words(browser.get(at(asked, "how-you-ask/")))
    browser.post(at(asked, "how-you-ask/"), preset="gentle")
    after = words(browser.get(at(asked, "how-you-ask/")))

    assert "Standard In force" in before
    assert "Bluebird Row Café $900.00 late; owes you the most that is late." in before
    assert "Gentle In force" in after
    with reading(asked.context.engine) as conn:
        assert policies.current(conn, asked.ours.id).version == 2


@pytest.mark.parametrize("path", ["", "first-questions/", "first-list/", "worth-fixing/", "how-you-ask/"])
def test_no_page_costs_more_than_twelve_statements(asked, path):
    seen = statements_of(asked, path)

    assert len(seen) <= MOST, "\n".join(seen)


@pytest.mark.parametrize("path", ["first-questions/", "first-list/", "worth-fixing/", "how-you-ask/"])
def test_a_hostile_name_is_shown_there_and_never_runs(asked, path):
    with durable(asked.context.engine) as conn:
        worst = replace(customer("7", name=f"{HOSTILE} Ltd", balance="9000.00"), emails=())
        mirror.put_customers(conn, asked.ours.id, [worst])
        mirror.put_invoices(conn, asked.ours.id, [invoice("70", "7", HOSTILE, date(2026, 10, 1), "9000.00")])

    page = asked.browser("owner@ours.example").get(at(asked, path)).text

    assert "<svg onload" not in page
