"""What a company's pages say of the watching, and what a person can answer there."""

import re
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from itertools import count

import pytest

from qb_collections import config
from qb_collections.core import books_rhythm
from qb_collections.core.books import Payment
from qb_collections.core.books_rhythm import Rhythm
from qb_collections.core.case import Hold, HoldKind, Receipt
from qb_collections.core.company_gates import Mode
from qb_collections.services import important, marks
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import (
    audit,
    books_words,
    cases,
    companies,
    connections,
    history,
    leases,
    mirror,
    people,
    runs,
    tie_outs,
)
from qb_collections.store import restored as put_back
from qb_collections.store.connections import TokenRow
from qb_collections.store.engine import durable, reading
from qb_collections.store.history import HistoryRead
from qb_collections.store.people import Role
from tests.web.conftest import NOW, PASSWORD, company, customer, furnished, usd

TODAY = date(2026, 11, 2)
DAY = timedelta(days=1)
NUMBERS = count(1)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    return furnished(config.read({}, data_dir=tmp_path_factory.mktemp("house"), log_level="error"))


@pytest.fixture
def house(shared):
    """A company of its own in the shared house, with somebody of each role."""
    shared.woken.clear()
    with durable(shared.context.engine) as conn:
        made = company(conn, f"Copperleaf {next(NUMBERS)}", shared.ours.practice_id)
        for role in Role:
            person = people.sign_in(conn, f"{role}@ours.example", PASSWORD)
            people.join(conn, person.id, made.practice_id, role, at=NOW, company_id=made.id)
    return replace(shared, ours=made)


def seen(answer):
    """The words on the page, as a person reads them."""
    text = re.sub(r"<[^>]+>", " ", answer.text)
    return " ".join(unescape(text).replace("\xa0", " ").split())


def first_page(house, role="owner"):
    return seen(house.browser(f"{role}@ours.example").get(f"/companies/{house.ours.id}/"))


def permission_ends(house, at):
    tokens = TokenRow("a", "r", NOW + timedelta(hours=1), NOW + 100 * DAY, at)
    with durable(house.context.engine) as conn:
        connections.connect(
            conn, house.context.vault, house.ours.id, realm_id=f"9{house.ours.id}", tokens=tokens, at=NOW
        )


def compared(house, reported, ours, *, parts=(), unexplained="0.00", state="equal", sentence="Told."):
    currency = {"currency": "USD", "reported": reported, "ours": ours, "unexplained": unexplained}
    named = [{"kind": kind, "amount": amount, "numbers": list(numbers)} for kind, amount, numbers in parts]
    with durable(house.context.engine) as conn:
        tie_outs.add(
            conn,
            house.ours.id,
            tied_on=TODAY,
            at=NOW,
            state=state,
            sentence=sentence,
            currencies=[currency | {"parts": named}],
        )


def held_for_books(house, mode=Mode.AUTOMATIC):
    """Tonight's run waits: payments came every second day, and the newest is of 12 October."""
    said = books_rhythm.behind(Rhythm(date(2026, 10, 12), 2, 4), TODAY)
    with durable(house.context.engine) as conn:
        companies.update(conn, house.ours.id, mode=mode)
        run = runs.open_run(conn, house.ours.id, "night", TODAY, NOW)
        runs.close(conn, house.ours.id, run.id, state="held", heading=said, at=NOW)
    return run.id


# The permission


@pytest.mark.parametrize(("days", "colour"), [(30, "refused"), (14, "refused"), (7, "bad"), (1, "bad")])
def test_the_day_by_which_to_reconnect_stands_on_the_first_page_and_among_the_companies(house, days, colour):
    permission_ends(house, NOW + days * DAY)
    browser = house.browser("owner@ours.example")

    pages = [browser.get(path).text for path in (f"/companies/{house.ours.id}/", "/companies")]

    by = TODAY + days * DAY
    for page in pages:
        assert f'<section class="card notice {colour}" aria-label="Reconnect {house.ours.name}">' in page
        assert f"Reconnect {house.ours.name} by {by:%B} {by.day}, 2026" in page
        assert f'action="/companies/{house.ours.id}/reconnect"' in page


def test_nothing_is_said_of_reconnecting_more_than_thirty_days_before(house):
    permission_ends(house, NOW + 31 * DAY)

    assert "Reconnect" not in first_page(house)


def test_who_cannot_reconnect_is_told_whom_to_ask(house):
    permission_ends(house, NOW + 7 * DAY)
    page = house.browser("manager@ours.example").get(f"/companies/{house.ours.id}/").text

    assert f"Only an owner of {house.ours.name} can do it" in page
    assert f'action="/companies/{house.ours.id}/reconnect"' not in page


# Receivables


def test_the_same_total_as_in_quickbooks_is_said_with_its_time(house):
    compared(house, "130.00", "130.00")

    page = first_page(house)

    assert "Same total as your A/R aging in QuickBooks: $130.00. Checked Nov 2, 2026, 10:30 AM." in page
    assert "Your open invoices $130.00 A/R aging in QuickBooks, Nov 2, 2026 $130.00" in page


def test_credits_and_a_journal_entry_lead_from_the_invoices_to_quickbooks_figure(house):
    """130.00 on invoices, less 30.00 of a payment, with 600.00 of a journal entry: 700.00."""
    payment = Payment("5", "7", date(2026, 10, 20), usd("30.00"), usd("30.00"))
    with durable(house.context.engine) as conn:
        mirror.put_payments(conn, house.ours.id, [payment])
    compared(house, "700.00", "100.00", parts=[("Journal Entry", "600.00", ["JE-118"])], state="explained")

    page = first_page(house)

    assert (
        "You are owed $130.00 on invoices, less $30.00 that nobody has applied: $100.00. QuickBooks' A/R "
        "aging says $700.00. The difference of $600.00 is journal entry JE-118, with no invoice behind it. "
        "We don't remind anyone about it."
    ) in page
    assert (
        "Your open invoices $130.00 Payments and credits that nobody has applied -$30.00 "
        "Journal entry JE-118 $600.00 A/R aging in QuickBooks, Nov 2, 2026 $700.00"
    ) in page


def test_an_unexplained_cent_heads_the_page_and_says_what_to_do(house):
    compared(house, "142.50", "130.00", unexplained="12.50", state="unexplained")

    page = first_page(house)

    assert (
        "QuickBooks' A/R aging says $142.50, we count $130.00. We can't explain $12.50 of the difference "
        "yet, so sending stays off. Until it is explained, no message leaves. In QuickBooks open the report "
        "A/R Aging Detail"
    ) in page
    assert "Not explained yet $12.50" in page
    assert "Compare again" in page


def test_books_that_changed_since_are_said_to_have(house):
    compared(house, "99.00", "99.00")

    page = first_page(house)

    assert "QuickBooks' A/R aging said $99.00, and we counted the same to the cent." in page
    assert "Your books have changed since" in page
    assert "Invoices less credits, when we compared $99.00" in page


# Payment history


def test_history_is_shown_with_its_count_and_can_be_stopped_and_gone_on_with(house):
    with durable(house.context.engine) as conn:
        history.put(conn, house.ours.id, HistoryRead(date(2024, 11, 1), NOW, done=1240))
    browser = house.browser("collector@ours.example")
    address = f"/companies/{house.ours.id}"

    begun = first_page(house)
    browser.post(f"{address}/history/stop")
    stopped = first_page(house)
    browser.post(f"{address}/history/go-on")
    gone_on = first_page(house)

    assert "Still reading payment history back to November 1, 2024: 1,240 rows so far." in begun
    assert "is stopped after 1,240 rows; it goes on when you say so." in stopped
    assert "Still reading payment history" in gone_on
    assert house.woken == [("history", house.ours.id)]


def test_history_that_is_complete_says_since_when_and_offers_no_button(house):
    with durable(house.context.engine) as conn:
        history.put(conn, house.ours.id, HistoryRead(date(2024, 11, 1), NOW, done=2310, finished_at=NOW))

    page = first_page(house)

    assert "Payments are read back to Nov 1, 2024" in page
    assert "reading history" not in page


# The month's reads


def reads(house, company, count):
    lease = leases.acquire(house.context.engine, company.id, "test", wait_seconds=0.0)
    leases.release(house.context.engine, lease, {"reads": {"2026-11": count}})
    with durable(house.context.engine) as conn:
        companies.update(conn, company.id, environment="production")


def test_each_company_has_its_share_one_of_others_stays_unnamed_and_the_end_is_warned_of(house):
    reads(house, house.ours, 12_000)
    reads(house, house.theirs, 345)
    browser = house.browser("viewer@ours.example")

    usual = seen(browser.get("/companies"))
    reads(house, house.ours, 400_000)
    nearly = seen(browser.get("/companies"))

    assert "Reads of QuickBooks in November 2026 12,345 of 500,000 are used, 2%." in usual
    assert f"{house.ours.name} 12,000 yes" in usual
    assert "Companies of others here 345 yes" in usual
    assert "Elsewhere" not in usual
    assert "are used (80 %)" not in usual
    assert "400,345 of this month's 500,000 reads are used (80 %)." in nearly


# Are the books up to date?


def test_the_question_stands_on_the_first_page_and_the_run_and_is_answered_by_a_manager(house):
    run_id = held_for_books(house)
    browser = house.browser("manager@ours.example")
    address = f"/companies/{house.ours.id}/runs/{run_id}"
    asked = [first_page(house, "manager"), seen(browser.get(address))]

    browser.post(f"{address}/books-current")

    for page in asked:
        assert "Are your books up to date? On hold: the newest payment in your books was recorded on " in page
        assert "My books are up to date" in page
    with reading(house.context.engine) as conn:
        assert books_words.given_by(conn, house.ours.id, run_id) == "Our manager"
        assert runs.get(conn, house.ours.id, run_id).state == "released"
        assert audit.entries(conn, house.ours.id)[-1].action == "books up to date"
    assert "Are your books up to date?" not in first_page(house)


def test_where_each_night_waits_for_a_person_it_still_does_after_the_answer(house):
    run_id = held_for_books(house, Mode.APPROVE)
    with durable(house.context.engine) as conn:
        books_words.give(conn, house.ours.id, run_id, "Dana", NOW)

    page = first_page(house)

    assert "Dana said so for the night of Monday, November 2. What waits for your approval" in page
    assert "My books are up to date" not in page


def test_a_night_held_for_another_reason_is_not_let_go_by_that_answer(house):
    with durable(house.context.engine) as conn:
        companies.update(conn, house.ours.id, mode=Mode.AUTOMATIC)
        run = runs.open_run(conn, house.ours.id, "night", TODAY, NOW)
        runs.close(conn, house.ours.id, run.id, state="held", heading="Three times the usual.", at=NOW)

    house.browser("owner@ours.example").post(f"/companies/{house.ours.id}/runs/{run.id}/books-current")

    with reading(house.context.engine) as conn:
        assert runs.get(conn, house.ours.id, run.id).state == "held"
        assert books_words.given_by(conn, house.ours.id, run.id) is None


# Important customers


def test_an_important_customer_is_marked_and_unmarked_with_an_entry_in_the_record(house):
    address = f"/companies/{house.ours.id}/customers/7"
    collector = house.browser("collector@ours.example")

    collector.post(f"{address}/important")
    marked = seen(collector.get(address))
    refused = collector.post(f"{address}/as-usual").status_code
    house.browser("manager@ours.example").post(f"{address}/as-usual")
    usual = seen(collector.get(address))

    said = "From the firm message on, nothing goes to them before you have approved it."
    assert f"is marked as important. {said}" in marked
    assert " Important Owed" not in usual
    assert refused == 403
    assert "Mark as important" in usual
    with reading(house.context.engine) as conn:
        made = [(one.action, one.actor) for one in audit.entries(conn, house.ours.id)][1::-1]
    assert made == [("marked important", "Our collector"), ("no longer important", "Our manager")]


def test_marking_twice_changes_nothing_and_says_so(house):
    important.mark(house.context, house.ours, "7", True, by="Dana")
    before = house.dump()

    said = important.mark(house.context, house.ours, "7", True, by="Dana")

    assert said.endswith("is marked as important already.")
    assert house.dump() == before


def test_a_manager_says_who_a_customer_is_and_the_record_keeps_it(house):
    address = f"/companies/{house.ours.id}/customers/7"
    collector, manager = (house.browser(f"{name}@ours.example") for name in ("collector", "manager"))

    refused = collector.post(f"{address}/kind", kind="company").status_code
    manager.post(f"{address}/kind", kind="sole-trader")
    page = seen(manager.get(address))
    manager.post(f"{address}/kind", kind="wizard")
    wrong = seen(manager.get(address))

    assert refused == 403
    assert ": a sole trader. Contacts are at least six days apart" in page
    assert "'wizard' is no kind of customer" in wrong
    with reading(house.context.engine) as conn:
        [entry] = [one for one in audit.entries(conn, house.ours.id) if one.action == "kind of customer said"]
        assert cases.look_of(conn, house.ours.id, "7", "USD").kind == "sole_trader"
    assert (entry.actor, entry.subject) == ("Our manager", "customer 7")


def test_a_site_is_marked_where_its_bills_are_paid(house):
    parent = customer("8", name="Northgate")
    site = customer("81", name="Northgate:Mill", parent_id="8", bill_with_parent=True)
    with durable(house.context.engine) as conn:
        mirror.put_customers(conn, house.ours.id, [parent, site])

    said = important.mark(house.context, house.ours, "81", True, by="Dana")

    assert said.startswith("Northgate is marked as important.")
    with reading(house.context.engine) as conn:
        assert cases.look_of(conn, house.ours.id, "8", "USD").important


def test_a_customer_that_nobody_knows_cannot_be_marked(house):
    answer = house.browser("owner@ours.example").post(
        f"/companies/{house.ours.id}/customers/nobody/important"
    )

    assert answer.status_code == 404


# Promises


@pytest.mark.parametrize(
    ("today", "badge"),
    [
        (date(2026, 11, 24), "Promised to pay $130.00 by Friday, November 20 Lift We wait through Tuesday"),
        (
            date(2026, 11, 25),
            "Not kept Promised to pay $130.00 by Friday, November 20 Lift Nothing came in through",
        ),
    ],
)
def test_a_promise_reads_as_one_and_is_not_kept_after_its_grace_days(house, today, badge):
    """Two business days after Friday 20 November: Tuesday 24 November is the last."""
    browser = house.browser("collector@ours.example")
    form = {"kind": "promise", "reason": "on the telephone", "until_on": "2026-11-20", "amount": "130.00"}
    browser.post(f"/companies/{house.ours.id}/customers/7/holds", **form)
    house.clock.set(NOW + (today - TODAY))

    browser = house.browser("collector@ours.example")
    pages = [
        seen(browser.get(f"/companies/{house.ours.id}/{page}")) for page in ("customers/7", "invoices/70/")
    ]
    house.clock.set(NOW)

    for page in pages:
        assert badge in page
        assert "On the telephone The whole customer, marked Nov 2, 2026 by Our collector." in page


def promised(house, amount, received, *, today, locale="en_US"):
    """Promised on 2 November for Friday the 20th; something came in on Monday the 23rd."""
    hold = Hold(1, HoldKind.PROMISE, None, "they promised to pay", "Dana", TODAY, date(2026, 11, 20), amount)
    with reading(house.context.engine) as conn:
        book = Rulebook(conn, replace(house.ours, locale=locale), today)
        [case] = cases.load(conn, house.ours.id, [("7", "USD")], today)
    came = (Receipt(date(2026, 11, 23), usd(received), usd(received)),) if received else ()
    [mark] = marks.of([hold], replace(case, receipts=came), book.rules(case), today)
    return mark.state, mark.words, mark.then, mark.reason


@pytest.mark.parametrize(
    ("received", "state", "then"),
    [
        ("130.00", "kept", "$130.00 came in"),
        ("50.00", "part-kept", "$50.00 came in through Tuesday, November 24"),
        (None, "broken", "Nothing came in through Tuesday, November 24"),
    ],
)
def test_a_promise_says_what_came_of_it(house, received, state, then):
    told = promised(house, usd("130.00"), received, today=date(2026, 11, 25))

    assert told == (state, "Promised to pay $130.00 by Friday, November 20", then, "")


def test_without_an_amount_all_of_it_is_promised_and_in_britain_the_day_comes_first(house):
    told = promised(house, None, None, today=TODAY, locale="en_GB")

    wait = "We wait through Tuesday, 24 November"
    assert told == ("open", "Promised to pay all of it by Friday, 20 November", wait, "")


# Records put back from a backup


def test_restored_records_head_the_page_until_an_owner_releases_them(house):
    found = {"since": NOW.isoformat(), "read_at": NOW.isoformat(), "contacts": 6, "invoices": 4}
    with durable(house.context.engine) as conn:
        because = "The records are those of the backup friday.qbc."
        put_back.note(conn, house.ours.id, NOW, because, found)
    address = f"/companies/{house.ours.id}/restored/release"

    before = first_page(house, "manager")
    refused = house.browser("manager@ours.example").post(address).status_code
    house.browser("owner@ours.example").post(address)

    assert (
        "These records are older than the books The records are those of the backup friday.qbc. "
        "In QuickBooks we found 6 contacts on 4 invoices."
    ) in before
    assert "Only an owner can release it." in before
    assert refused == 403
    assert "older than the books" not in first_page(house)
    with reading(house.context.engine) as conn:
        assert put_back.of(conn, house.ours.id).released_by == "Our owner"


def test_restored_records_are_read_again_before_anybody_can_release_them(house):
    with durable(house.context.engine) as conn:
        put_back.note(conn, house.ours.id, NOW, "Put back.", {"since": NOW.isoformat(), "read_at": None})

    page = first_page(house)

    assert "The books have not been read again yet" in page
    assert "release it" not in page
