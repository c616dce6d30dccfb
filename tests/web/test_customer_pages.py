"""A customer's and an invoice's page: what they tell, what a person may say there, and what they cost."""

import html
import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event

from qb_collections.core.books import CreditMemo, Link, Payment
from qb_collections.core.case import Contact, ContactKind, Cycle, HoldKind
from qb_collections.core.decision import Channel
from qb_collections.core.money import Money
from qb_collections.core.past import Applied, Past, PastInvoice
from qb_collections.services import days_late, documents, invoice_page
from qb_collections.store import (
    audit,
    calls,
    companies,
    contact_people,
    contacts,
    cycles,
    holds,
    internal_notes,
    invoice_reads,
    mirror,
)
from qb_collections.store import documents as stored_documents
from qb_collections.store.calls import Call
from qb_collections.store.documents import Document
from qb_collections.store.engine import durable, reading
from qb_collections.store.invoice_reads import InvoiceRead
from tests.web.conftest import HOSTILE, NOW, customer, invoice, usd

TODAY = date(2026, 11, 2)
AT_MOST = 12


def path(house, rest="customers/7"):
    return f"/companies/{house.ours.id}/{rest}"


def text(house, rest="customers/7", who="collector@ours.example"):
    page = house.browser(who).get(path(house, rest))
    assert page.status_code == 200
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def paid(conn, house, number, due_on, paid_on, amount="100.00"):
    """Issued 1 June, and paid whole."""
    made = invoice(f"p{number}", "7", f"90{number}", due_on, "0.00")
    mirror.put_invoices(conn, house.ours.id, [replace_total(made, amount)])
    payment = Payment(f"y{number}", "7", paid_on, usd(amount), usd("0.00"))
    mirror.put_payments(conn, house.ours.id, [payment])
    mirror.put_links(conn, house.ours.id, [Link(f"y{number}", "Invoice", f"p{number}", usd(amount))])


def replace_total(made, amount):
    return replace(made, total=usd(amount))


def statements(house, rest):
    browser, seen = house.browser("owner@ours.example"), []
    browser.get(path(house, rest))

    def count(*args):
        seen.append(args[2])

    event.listen(house.context.engine, "before_cursor_execute", count)
    assert browser.get(path(house, rest)).status_code == 200
    event.remove(house.context.engine, "before_cursor_execute", count)
    return len(seen)


def fill(house, many):
    """As much as there may be about one customer: invoices, payments, calls, contacts, people, notes."""
    with durable(house.context.engine) as conn:
        for n in range(many):
            paid(conn, house, n, date(2026, 7, 1), date(2026, 7, 1) + timedelta(days=n % 40))
            mirror.put_invoices(
                conn, house.ours.id, [invoice(f"o{n}", "7", f"80{n}", date(2026, 10, 1), "5.00")]
            )
            internal_notes.add(conn, house.ours.id, "7", f"note {n}", by="Ann", at=NOW)
            said = Contact(date(2026, 10, 1), ContactKind.ANSWER, None, None, None, ("70",))
            contacts.record(
                conn, house.ours.id, "7", "USD", said, at=NOW, channel=Channel.EMAIL, recipient="a@b.example"
            )
            holds.add(
                conn,
                house.ours.id,
                "7",
                HoldKind.DISPUTE,
                reason="why",
                placed_by="Ann",
                placed_on=TODAY,
                invoice_id=f"o{n}",
            )


@pytest.mark.parametrize("rest", ["customers/7", "invoices/70/", "customers"])
def test_a_page_costs_at_most_twelve_statements_however_much_there_is(house, rest):
    few = statements(house, rest)
    fill(house, 60)

    many = statements(house, rest)

    assert 0 < many <= few <= AT_MOST


def test_open_invoices_come_by_the_page_oldest_due_first(house):
    fill(house, 60)  # and 10612, due later than these

    first = text(house)
    last = text(house, "customers/7?invoices=3")

    assert "Page 1 of 3, 61 invoices" in first and " 800 " in first and " 10612 " not in first
    assert "Page 3 of 3, 61 invoices" in last and " 10612 " in last


def test_the_list_is_paged_and_a_name_finds_a_customer(house):
    with durable(house.context.engine) as conn:
        for n in range(60):
            mirror.put_customers(conn, house.ours.id, [customer(f"c{n}", name=f"Customer {n}")])
            one = invoice(f"i{n}", f"c{n}", str(n), date(2026, 10, 1), "5.00")
            mirror.put_invoices(conn, house.ours.id, [one])

    first = text(house, "customers")
    found = text(house, "customers?name=OMER 59")
    nobody = text(house, "customers?name=Zebra")

    assert "Page 1 of 2, 61 customers" in first
    assert "Customer 59" in found and "Customer 58" not in found
    assert "Nobody who is late is called “Zebra”." in nobody


def test_each_paid_invoice_is_a_point_of_the_chart_and_a_row_of_its_table(house):
    with durable(house.context.engine) as conn:
        companies.update(conn, house.ours.id, history_since=date(2025, 1, 1))
        paid(conn, house, 1, date(2026, 7, 1), date(2026, 7, 11))  # ten days late
        paid(conn, house, 2, date(2026, 8, 1), date(2026, 7, 30))  # two days early
        paid(conn, house, 3, date(2026, 9, 1), date(2026, 9, 5))  # four days late

    page = house.browser("viewer@ours.example").get(path(house)).text

    assert len(re.findall(r"<circle ", page)) == 3
    assert 'role="img" aria-label="Days late of 3 paid invoices' in page
    assert re.findall(r'901</a></th><td class="day">([^<]+)</td><td class="number">(-?\d+)', page) == [
        ("Jul 11, 2026", "10")
    ]
    assert "the middle is 4 days after the due date" in page
    assert HOSTILE not in page


def test_how_they_pay_tells_what_became_of_promises_and_questions(house):
    """Two promises are over: 100.00 by 10 July came on the 9th, 100.00 by 10 August never did."""
    promised = {"reason": "said so", "placed_by": "Ann", "amount": usd("100.00")}
    asked = {"reason": "why", "placed_by": "Ann", "placed_on": date(2026, 7, 2), "invoice_id": "p1"}
    with durable(house.context.engine) as conn:
        companies.update(conn, house.ours.id, history_since=date(2025, 1, 1))
        paid(conn, house, 1, date(2026, 7, 1), date(2026, 7, 9))
        for month in (7, 8):
            days = {"placed_on": date(2026, month, 1), "until_on": date(2026, month, 10)}
            holds.add(conn, house.ours.id, "7", HoldKind.PROMISE, **promised, **days)
        holds.add(conn, house.ours.id, "7", HoldKind.DISPUTE, **asked)

    page = text(house)

    assert "Kept 1 of two promises to pay." in page
    assert "Has questioned one invoice." in page


def test_the_line_of_the_middle_lies_between_its_points():
    assert days_late.SHOWN == 36

    def one(id, due_on, on):
        made = replace_total(invoice(id, "7", id, due_on, "0.00"), "10.00")
        return PastInvoice(made, (Applied(id, on, usd("10").amount, usd("10").amount, None),))

    past = Past(
        NOW.tzinfo,
        invoices=(
            one("a", date(2026, 7, 1), date(2026, 7, 3)),
            one("b", date(2026, 7, 1), date(2026, 7, 11)),
        ),
    )

    chart = days_late.of(past, TODAY)

    assert [point.days for point in chart.points] == [2, 10]
    assert chart.median_days == 6
    low, high = (point.y for point in chart.points)
    assert high < chart.median_y < low < chart.due_y  # up is later
    assert chart.lines[0][0] == 0 and chart.lines[-1][0] >= 10


def test_the_verdict_knows_that_nobody_may_ring_today(house):
    """The call's day has come; they were spoken to three days ago, by a call that is no step."""
    asked = Contact(date(2026, 10, 12), ContactKind.REMINDER, "S2", 1, 1, ("71",))
    spoken = Call("7", "USD", date(2026, 10, 30), NOW, "promise", True, False, None, "we wait", "Ann")
    with durable(house.context.engine) as conn:
        companies.update(conn, house.ours.id, live_since_on=date(2026, 1, 1))
        mirror.put_customers(
            conn, house.ours.id, [customer("7", name="Bluebird", phone="423-555-0118", balance="1030.00")]
        )
        mirror.put_invoices(conn, house.ours.id, [invoice("71", "7", "10500", date(2026, 9, 25), "900.00")])
        contacts.record(
            conn, house.ours.id, "7", "USD", asked, at=NOW, channel=Channel.EMAIL, recipient="a@b.example"
        )
        cycles.save(conn, house.ours.id, "7", "USD", Cycle(1, date(2026, 9, 26), "S2", 1, 1))
    before = text(house)
    with durable(house.context.engine) as conn:
        calls.record(conn, house.ours.id, spoken)

    after = text(house)

    assert "What we do, and why Call for you:" in before
    assert "What we do, and why Left alone: you spoke with Bluebird on Friday, October 30." in after
    assert "so not before Friday, November 6. We look again on Friday, November 6." in after


def test_a_note_for_colleagues_stands_with_who_and_when_and_the_audit_has_no_words_of_it(house):
    browser = house.browser("collector@ours.example")

    browser.post(path(house, "customers/7/notes"), text="Ask for Ann.\nNever before ten.")

    page = text(house)
    assert "Ask for Ann. Never before ten. Our collector, Nov 2, 2026, 10:30" in page.replace("\u202f", " ")
    with reading(house.context.engine) as conn:
        last = audit.entries(conn, house.ours.id, limit=1)[0]
    assert (last.actor, last.action, last.subject) == ("Our collector", "note for colleagues", "customer 7")
    assert "Ann" not in str(last.detail)


def test_an_empty_note_and_one_that_is_too_long_are_refused(house):
    browser = house.browser("collector@ours.example")

    for words in ("  \n ", "x" * 4001):
        browser.post(path(house, "customers/7/notes"), text=words)

    with reading(house.context.engine) as conn:
        assert internal_notes.latest(conn, house.ours.id, ["7"], 10) == []


PERSON = {"name": "Jo Price", "role": "accounts", "email": "jo@b.example", "phone": "", "written_to": "firm"}


def test_a_person_is_added_and_taken_off_and_the_page_says_what_goes_to_them(house):
    browser = house.browser("manager@ours.example")

    browser.post(path(house, "customers/7/people"), **PERSON)
    added = text(house)
    with reading(house.context.engine) as conn:
        [named] = contact_people.of_customer(conn, house.ours.id, "7")
    browser.post(path(house, f"people/{named.id}/remove"))

    assert "Jo Price , accounts jo@b.example The firm messages go to them." in added
    assert "Jo Price , accounts" not in text(house)
    with reading(house.context.engine) as conn:
        assert contact_people.by_customer(conn, house.ours.id, ["7"]) == {}


def test_where_messages_go_is_for_a_manager_to_say(house):
    """A collector may name somebody; whether messages go there is not for a collector to turn."""
    collector, manager = house.browser("collector@ours.example"), house.browser("manager@ours.example")

    collector.post(path(house, "customers/7/people"), **PERSON | {"written_to": "every"})
    with reading(house.context.engine) as conn:
        [before] = contact_people.of_customer(conn, house.ours.id, "7")
    refused = collector.post(path(house, f"people/{before.id}/written-to"), written_to="every")
    manager.post(path(house, f"people/{before.id}/written-to"), written_to="every", back=path(house))
    collector.post(path(house, f"people/{before.id}/remove"), back=path(house))

    assert before.person.written_to == "none"
    assert refused.status_code == 403
    with reading(house.context.engine) as conn:
        [after] = contact_people.of_customer(conn, house.ours.id, "7")
    assert after.person.written_to == "every"
    assert "contact person written to" in house.dump()


@pytest.mark.parametrize(
    ("wrong", "because"),
    [
        ({"name": " "}, "Say who it is"),
        ({"role": "the\u202eowner"}, "plain text"),
        ({"email": "jo at b"}, "is no e-mail address"),
        ({"email": "a@b.example, c@d.example"}, "is no e-mail address"),
        ({"email": ""}, "needs an e-mail address to be written to"),
        ({"written_to": "all"}, "choose what they are written to for"),
        ({"phone": "1" * 41}, "up to 40 characters"),
    ],
)
def test_somebody_who_cannot_be_written_to_is_not_added(house, wrong, because):
    browser = house.browser("manager@ours.example")

    browser.post(path(house, "customers/7/people"), **PERSON | wrong)

    assert because in html.unescape(browser.get(path(house)).text)
    with reading(house.context.engine) as conn:
        assert contact_people.of_customer(conn, house.ours.id, "7") == []


def test_their_language_is_said_on_the_page(house):
    browser = house.browser("collector@ours.example")

    browser.post(path(house, "customers/7/language"), language="de")
    german = text(house)
    browser.post(path(house, "customers/7/language"), language="xx")

    assert "Written to in German." in german
    assert "There is no text in 'xx'" in html.unescape(browser.get(path(house)).text)


def test_a_mark_gets_another_day(house):
    with durable(house.context.engine) as conn:
        placed = holds.add(
            conn,
            house.ours.id,
            "7",
            HoldKind.PROMISE,
            reason="said so",
            placed_by="Ann",
            placed_on=TODAY,
            until_on=date(2026, 11, 6),
        )
    browser = house.browser("collector@ours.example")

    browser.post(path(house, f"holds/{placed.id}/change"), until_on="2026-11-13", back=path(house))

    page = text(house)
    assert "Promised to pay all of it by Friday, November 13" in page
    with reading(house.context.engine) as conn:
        assert holds.get(conn, house.ours.id, placed.id).hold.until_on == date(2026, 11, 13)


def test_documents_are_typed_by_a_person_and_their_names_only_suggest(house):
    found = [Document("50", "PO 4711 signed.pdf", "70", NOW), Document("51", f"{HOSTILE}.pdf", None, NOW)]
    with durable(house.context.engine) as conn:
        stored_documents.put(conn, house.ours.id, "7", found, read_at=NOW, whole=False)
    browser = house.browser("collector@ours.example")
    before = browser.get(path(house)).text

    browser.post(path(house, "documents/50"), kind="order", back=path(house))
    browser.post(path(house, "documents/50"), kind="nonsense", back=path(house))

    assert '<option value="order" selected>' in before and HOSTILE not in before
    after = text(house)
    assert "Order, says Our collector." in after and "Missing: proof that it was delivered." in after
    assert "QuickBooks has more than are listed here." in after
    assert "PO 4711 signed.pdf Order" in text(house, "invoices/70/")


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Engagement_Letter_2026.pdf", "engagement"),
        ("proof-of-delivery 12.jpg", "delivery"),
        ("PO-4711.pdf", "order"),
        ("Service Agreement.docx", "contract"),
        ("photo.jpg", None),
        ("pots and pans.pdf", None),
    ],
)
def test_a_files_name_lets_one_think_of_a_kind(name, kind):
    assert documents.guess(name) == kind


def test_without_quickbooks_the_list_and_the_lines_stay_as_they_were_and_the_page_says_so(house):
    browser = house.browser("collector@ours.example")

    for rest, back in (("customers/7/documents", "customers/7"), ("invoices/70/read", "invoices/70/")):
        browser.post(path(house, rest))
        assert 'class="refused"' in browser.get(path(house, back)).text


def test_how_the_balance_came_about_ends_at_what_is_open_today(house):
    with durable(house.context.engine) as conn:
        made = replace_total(invoice("70", "7", "10612", date(2026, 10, 23), "130.00"), "500.00")
        mirror.put_invoices(conn, house.ours.id, [made])
        whole = Payment("y1", "7", date(2026, 7, 1), usd("200.00"), usd("0.00"))
        large = Payment("y2", "7", date(2026, 8, 1), usd("900.00"), usd("0.00"))
        credit = Payment("y3", "7", date(2026, 9, 1), usd("0.00"), usd("0.00"))
        mirror.put_payments(conn, house.ours.id, [whole, large, credit])
        memo = CreditMemo("m1", "7", "1187", date(2026, 8, 30), usd("50.00"), usd("0.00"))
        mirror.put_credit_memos(conn, house.ours.id, [memo])
        mirror.put_links(
            conn,
            house.ours.id,
            [
                Link("y1", "Invoice", "70", usd("200.00")),
                Link("y2", "Invoice", "70", usd("100.00")),
                Link("y3", "Invoice", "70", usd("50.00")),
                Link("y3", "CreditMemo", "m1", usd("50.00")),
            ],
        )
        said = Contact(date(2026, 10, 30), ContactKind.REMINDER, "S1", 1, 1, ("70",))
        contacts.record(
            conn, house.ours.id, "7", "USD", said, at=NOW, channel=Channel.EMAIL, recipient="a@b.example"
        )

    history = invoice_page.of(house.context, house.ours, "70").history

    assert [
        (one.says, one.change and str(one.change.amount), str(one.balance.amount)) for one in history
    ] == [
        ("Issued", "500.00", "500.00"),
        ("Paid", "-200.00", "300.00"),
        ("Paid, as part of a larger payment", "-100.00", "200.00"),
        ("Credit memo 1187 applied", "-50.00", "150.00"),
        ("You wrote to them", None, "150.00"),
        ("Taken off in QuickBooks otherwise", "-20.00", "130.00"),
    ]
    assert history[0].on == date(2026, 6, 1) and history[-1].on is None


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ("production", "https://app.qbo.intuit.com/app/invoice?txnId=70"),
        ("sandbox", "https://app.sandbox.qbo.intuit.com/app/invoice?txnId=70"),
        ("emulator", None),
    ],
)
def test_the_way_to_the_invoice_in_quickbooks(house, environment, address):
    with durable(house.context.engine) as conn:
        ours = companies.update(conn, house.ours.id, environment=environment)

    found = invoice_page.of(house.context, ours, "70")

    assert found.opens_at == address
    page = house.browser("viewer@ours.example").get(path(house, "invoices/70/")).text
    assert (f'href="{address}"' in page) if address else ("which has no pages to open it in" in page)


def test_lines_that_were_read_say_of_when_and_whether_something_changed_since(house):
    read = InvoiceRead(
        "0",
        ({"says": HOSTILE, "amount": "130.00", "quantity": "1.5", "price": "86.67"},),
        "2 Mar: Copy e-mailed (ref 7F3A9C)\nfragile",
        "Thank you",
        Money(usd("0.00").amount, "USD"),
        NOW,
    )
    with durable(house.context.engine) as conn:
        invoice_reads.put(conn, house.ours.id, "70", read)
    before = house.browser("viewer@ours.example").get(path(house, "invoices/70/")).text
    with durable(house.context.engine) as conn:
        newer = replace(invoice("70", "7", "10612", date(2026, 10, 23), "130.00"), sync_token="1")
        mirror.put_invoices(conn, house.ours.id, [newer])

    after = text(house, "invoices/70/")

    assert HOSTILE not in before and "nothing has changed since that we know of" in before
    assert "1.5 at $86.67 $130.00" in after and "It was changed there since" in after
    assert "fragile" in after and "Thank you" in after


def test_one_who_is_billed_with_a_parent_is_shown_there_and_a_stranger_nowhere(house):
    with durable(house.context.engine) as conn:
        site = customer("8", name="Site", parent_id="7", bill_with_parent=True)
        mirror.put_customers(conn, house.ours.id, [site])
        mirror.put_invoices(conn, house.ours.id, [invoice("80", "8", "10700", date(2026, 10, 20), "20.00")])
    browser = house.browser("viewer@ours.example")

    sent = browser.get(path(house, "customers/8"))

    assert sent.status_code == 303 and sent.location.endswith("/customers/7")
    assert "10700" in text(house)
    assert "Site, billed with" in text(house, "invoices/80/")
    assert browser.get(path(house, "customers/99")).status_code == 404
    assert browser.get(path(house, "invoices/99/")).status_code == 404
