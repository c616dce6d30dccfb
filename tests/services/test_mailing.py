"""Messages of our own leave by themselves: once each, checked a moment before, kept as they went."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.policy import default
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

import pytest
from pypdf import PdfReader

from qb_collections.core import decide
from qb_collections.core.first_look import Answer, Question
from qb_collections.services import (
    attempts,
    effects,
    keys,
    leasing,
    mail_archive,
    mail_doctor,
    mail_pacing,
    mail_settings,
    policies,
    ready_to_send,
    stopping,
    tasks,
)
from qb_collections.services.refusal import Refusal
from qb_collections.store import companies, first_look, intents, mail_accounts, mail_messages
from qb_collections.store.engine import durable, reading
from qb_collections.store.key_file import KeyFile
from qb_collections.store.vault import Key, Vault
from tests.services.mail_world import MailWorld, riverbend


@pytest.fixture
def made():
    worlds = []

    def make(*given, **how):
        worlds.append(MailWorld(*given, **how))
        return worlds[-1]

    yield make
    for world in worlds:
        world.close()


def test_a_list_of_invoices_leaves_by_itself_and_is_the_contact_with_its_notes(made):
    world = made(saved=riverbend())
    world.set_up_mail()

    report = world.night()
    world.night()

    assert world.got() == {"ap@riverbend.example": 1}
    mail = world.sink.received[0].parsed
    assert mail["To"] == "ap@riverbend.example"
    assert mail["From"].endswith("<desk@acme.example>")
    text = mail.get_body(("plain",)).get_content()
    assert "$490.10" in text
    assert "$490.10" in mail.get_body(("html",)).get_content()
    assert [part.get_filename() for part in mail.iter_attachments()] == [
        "Invoice 1001.pdf",
        "Invoice 1002.pdf",
    ]
    assert "Attached: copies of invoices 1001 and 1002." in " ".join(text.split())
    assert world.notes() == {"1": 1, "2": 1}
    assert world.contacts() == ["Riverbend Grill"]
    assert [one["kind"] for one in report["intents"] if one["state"] == "confirmed"][:1] == ["email"]
    assert world.open_tasks() == {}


def test_without_a_mail_account_the_same_words_wait_for_a_person(made):
    world = made(saved=riverbend())

    world.night()

    assert world.got() == {}
    [task] = tasks.list_open(world.context, world.company)
    ready = ready_to_send.of(task)
    file = message_from_bytes(ready_to_send.eml(world.context, world.company, task), policy=default)
    link = urlsplit(ready_to_send.mailto(task))
    given = parse_qs(link.query)
    assert ready.by_hand == "No mail account of yours is turned on."
    assert (file["To"], file["X-Unsent"], file["Message-ID"]) == ("ap@riverbend.example", "1", None)
    assert file.get_body(("plain",)).get_content().split() == ready.text.split()
    assert (link.path, given["subject"]) == ("ap@riverbend.example", [ready.subject])
    assert given["body"][0].split() == ready.text.split()


def test_an_account_that_was_not_tested_or_is_off_sends_nothing(made):
    world = made(saved=riverbend())
    world.set_up_mail(on=False)

    refused = mail_settings.turn_on(world.context, world.company, by="test")
    world.night()

    assert "Send yourself a test first" in refused.message
    assert world.got() == {}
    assert list(world.open_tasks()) == ["message"]


def test_what_was_paid_a_moment_before_does_not_leave(made):
    world = made()
    customer = world.late("Riverbend Grill", "ap@riverbend.example")
    world.begin()
    world.to_next_night()
    world.night()
    for number in ("1001", "1002"):
        world.act("pay", invoice=number)

    world.until_delivered()

    assert customer
    assert world.got() == {}


# Paid while the disk, or the whole machine, stood still between the commit and the hand-over.
@pytest.mark.parametrize(("paid", "left"), [(False, {"ap@riverbend.example": 1}), (True, {})])
def test_what_grew_old_while_it_was_written_down_is_looked_at_again_first(made, monkeypatch, paid, left):
    world = made(saved=riverbend())
    world.set_up_mail()
    begin, begun = attempts.begin, []

    def slow_once(*given):
        found = begin(*given)
        begun.append(dict(world.got()))
        if len(begun) == 1:
            world.clock.set(world.clock.now() + timedelta(seconds=46))
            for number in ("1001", "1002") if paid else ():
                world.act("pay", invoice=number)
        return found

    monkeypatch.setattr(attempts, "begin", slow_once)
    world.night()
    before = world.got()
    world.until_delivered()

    assert (begun[0], before) == ({}, {})
    assert world.got() == left
    assert len(world.contacts()) == len(left)
    assert world.open_tasks() == {}


def test_the_second_message_of_a_cycle_stands_in_the_thread_of_the_first(made):
    world = made(saved=riverbend())
    world.set_up_mail()

    world.night()
    world.clock.advance(timedelta(days=10))
    world.day()

    first, second = (one.parsed for one in world.sink.received[:2])
    assert second["In-Reply-To"] == first["Message-ID"]
    assert second["References"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]


def test_the_archive_has_the_exact_bytes_and_what_they_were_made_of_until_their_days_are_over(made):
    world = made(saved=riverbend())
    world.set_up_mail(keep_days=30)
    world.night()

    [line] = mail_archive.listed(world.context, world.company, "Riverbend Grill")
    kept = mail_archive.read(world.context, world.company, line.id)
    world.clock.advance(timedelta(days=31))
    with leasing.held(world.context, world.company) as lease:
        forgotten = mail_archive.forget_old(world.context, world.company, lease)
    later = mail_archive.read(world.context, world.company, line.id)

    assert (line.state, line.code, line.recipient) == ("accepted", 250, "ap@riverbend.example")
    assert kept.content == world.sink.received[0].content
    assert kept.snapshot["facts"]["total"]["amount"] == Decimal("490.10")
    assert forgotten == 1
    assert (later.content, later.snapshot) == (None, None)
    assert later.message.subject == line.subject


# F90, F91, F95, F97: surely nothing was sent; it leaves once the server is well, and once only.
@pytest.mark.parametrize("fault", ["greylist", "closes_at_once"])
def test_what_surely_did_not_leave_is_tried_again_and_leaves_once(made, fault):
    world = made(fault, times=2, saved=riverbend())
    world.set_up_mail()

    world.night()
    before = world.got()
    world.until_delivered()

    assert before == {}
    assert world.got() == {"ap@riverbend.example": 1}
    assert world.contacts() == ["Riverbend Grill"]
    assert world.notes() == {"1": 1, "2": 1}


# F93, F94: the message was handed over whole and no answer came.
@pytest.mark.parametrize("fault", ["keeps_and_closes", "closes_after_dot", "mumbles"])
def test_an_answer_that_is_missing_goes_to_a_person_and_never_out_again(made, fault):
    world = made(fault, times=1, saved=riverbend())
    world.set_up_mail()

    world.night()
    world.until_delivered()
    waiting = world.open_tasks()
    world.day()
    world.day()

    assert list(waiting) == ["parked"]
    assert "ask at ap@riverbend.example" in waiting["parked"]
    assert sum(world.got().values()) <= 1
    assert world.notes() == {}


def test_while_that_is_unclear_nothing_goes_out_about_other_invoices_either(made):
    """What it was about is void by then, and something else is late: they may have heard yesterday."""
    world = made("keeps_and_closes", times=1, saved=riverbend())
    world.set_up_mail()
    world.night()
    for number in ("1001", "1002"):
        world.act("void", invoice=number)
    world.day()  # nothing is late, and what was begun is over
    world.invoice("1", "120.00", date(2026, 1, 2), date(2026, 2, 2))

    reports = [world.day() for _ in range(3)]

    assert world.got() == {"ap@riverbend.example": 1}
    assert {one["run"]["counts"]["contacts"] for one in reports} == {0}
    assert list(world.open_tasks()) == ["parked"]


def test_a_person_who_saw_it_arrive_makes_it_the_contact(made):
    world = made("keeps_and_closes", times=1, saved=riverbend())
    world.set_up_mail()
    world.night()

    world.report_task("parked", "was-sent")

    assert world.got() == {"ap@riverbend.example": 1}
    assert world.contacts() == ["Riverbend Grill"]
    assert world.notes() == {"1": 1, "2": 1}


def test_a_person_who_saw_nothing_arrive_lets_it_be_decided_again(made):
    world = made("closes_after_dot", times=1, saved=riverbend())
    world.set_up_mail()
    world.night()

    world.report_task("parked", "was-not-sent")
    world.day()

    assert world.got() == {"ap@riverbend.example": 1}
    assert world.contacts() == ["Riverbend Grill"]


# F92 and F98: one address of three is refused.
def test_an_address_that_is_refused_becomes_a_mark_and_a_task_and_the_others_get_theirs(made):
    world = made(refused=frozenset({"gone@marlow.example"}))
    world.late("Lookout Bakery", "ap@lookout.example")
    marlow = world.late("Marlow Print", "gone@marlow.example")
    world.late("Riverbend Grill", "ap@riverbend.example")
    world.begin()

    world.night()
    waiting = world.open_tasks()
    next_day = world.day()

    assert world.got() == {"ap@lookout.example": 1, "ap@riverbend.example": 1}
    assert "gone@marlow.example was refused: 550 5.1.1 no such user here" in waiting["add_email"]
    assert set(world.notes()) == {"1", "2", "5", "6"}
    [row] = [one for one in next_day["customers"] if one["customer_id"] == marlow]
    assert row["reason"].startswith("Can't reach them: e-mail to gone@marlow.example came back")


@pytest.mark.parametrize("fault", ["policy", "sender_refused", "injects"])
def test_a_server_that_does_not_want_us_pauses_all_and_what_waits_leaves_after_a_person_looked(made, fault):
    world = made(fault, times=1)
    world.late("Lookout Bakery", "ap@lookout.example")
    world.late("Riverbend Grill", "ap@riverbend.example")
    world.begin()

    world.night()
    paused = mail_settings.find(world.context, world.company)
    waiting, during = world.open_tasks(), world.got()
    mail_settings.turn_on(world.context, world.company, by="Dana")
    world.deliver()

    assert (paused.state, paused.because is None) == ("paused", False)
    assert list(waiting) == ["mail_paused"]
    assert during == {}
    assert world.got() == {"ap@lookout.example": 1, "ap@riverbend.example": 1}
    assert world.open_tasks() == {}


def test_a_wrong_password_pauses_the_account_and_is_not_in_what_is_told(made):
    world = made(saved=riverbend())
    world.set_up_mail(password="not-this-one")

    world.night()

    told = world.open_tasks()["mail_paused"]
    assert "did not accept the user name and password" in told
    assert "not-this-one" not in told


def test_five_refusals_in_a_row_pause_the_account(made):
    world = made("too_big")
    for number in range(7):
        world.late(f"Customer {number}", f"ap@customer{number}.example")
    world.begin()

    world.night()

    account = mail_settings.find(world.context, world.company)
    assert account.state == "paused"
    assert "the last 5 messages were all refused" in account.because
    assert sum("MAIL" in line.upper()[:4] for talk in world.sink.dialogues for line in talk.said) == 5


def test_to_one_domain_and_in_all_only_so_many_leave_in_a_minute(made, monkeypatch):
    monkeypatch.setattr(mail_pacing, "PER_DOMAIN", 2)
    world = made()
    for number in range(3):
        world.late(f"Customer {number}", f"ap{number}@bigmail.example")
    for number in range(3, 6):
        world.late(f"Customer {number}", f"ap@customer{number}.example")
    world.begin(per_minute=4)

    world.night()
    at_once = Counter(one.partition("@")[2] for one in world.got())
    world.clock.advance(timedelta(seconds=61))
    world.deliver()

    assert at_once.total() == 4
    assert at_once["bigmail.example"] == 2
    assert set(world.got().values()) == {1}
    assert world.got().total() == 6


def test_an_address_that_asked_for_no_more_gets_none_and_the_words_wait_for_a_person(made):
    world = made(saved=riverbend())
    world.set_up_mail()
    world.to_next_night()
    world.night()
    stopping.stop(world.context, world.company, "AP@riverbend.example", by="Dana", because="asked by phone")

    world.until_delivered()
    held = world.got()
    world.day()

    assert held == {}
    assert world.got() == {}
    assert list(world.open_tasks()) == ["message"]
    [task] = tasks.list_open(world.context, world.company)
    assert task.payload["by_hand"] == "They asked for no automatic e-mail at this address."


def test_a_list_longer_than_one_email_carries_is_a_persons_and_says_so(made, monkeypatch):
    world = made(saved=riverbend())
    world.set_up_mail()
    monkeypatch.setattr(decide, "MAILED_MOST", 1)
    monkeypatch.setattr(effects, "MAILED_MOST", 1)

    world.day()

    [task] = tasks.list_open(world.context, world.company)
    assert world.got() == {}
    assert task.payload["by_hand"] == (
        "2 invoices are more than one e-mail carries; send it with a statement enclosed."
    )


def test_where_one_of_two_addresses_asked_for_no_more_the_other_one_gets_it(made):
    world = made()
    world.late("Riverbend Grill", "ap@riverbend.example, june@riverbend.example")
    world.begin()
    world.to_next_night()
    world.night()
    stopping.stop(world.context, world.company, "ap@riverbend.example", by="Dana", because=None)

    world.until_delivered()
    held = world.got()
    world.day()

    assert held == {}
    assert world.got() == {"june@riverbend.example": 1}


def test_a_text_that_lacks_a_setting_is_not_sent_and_says_which(made):
    world = made(saved=riverbend())
    world.set_up_mail()
    with durable(world.context.engine) as conn:
        companies.update(conn, world.company_id, payment_instructions=None)
        copies_only = [(Question.CONTACT, Answer.COPIES_ONLY)]
        first_look.answer(conn, world.company_id, copies_only, by="Dana", at=world.clock.now())

    world.night()

    assert world.got() == {}
    assert "how customers can pay you" in world.open_tasks()["refused"]


def test_every_try_of_a_contact_bears_the_same_name(made):
    world = made("greylist", times=1, saved=riverbend())
    world.set_up_mail()
    world.night()
    with reading(world.context.engine) as conn:
        [first] = mail_messages.list(conn, world.company_id)

    world.until_delivered()

    with reading(world.context.engine) as conn:
        [second] = mail_messages.list(conn, world.company_id)
        [intent] = intents.list(conn, world.company_id, kinds=["email"])
    assert first.state == "put_back"
    assert second.message_id == first.message_id
    assert world.sink.received[0].parsed["Message-ID"] == first.message_id
    assert intent.after["archive"] == second.id


def test_after_the_key_was_rotated_passwords_archive_and_links_are_as_good_as_before(made):
    world = made(saved=riverbend())
    world.set_up_mail()
    world.night()
    [line] = mail_archive.listed(world.context, world.company)
    link = stopping.token(world.context, world.company, line.intent_id, line.recipient)

    keys.rotate(world.context, by="test")
    KeyFile(world.context.settings.key_path).forget_old()
    world.restart()

    kept = mail_archive.read(world.context, world.company, line.id)
    said = mail_doctor.send_test(world.context, world.company, "dana@acme.example", by="Dana")
    assert kept.content == world.sink.received[0].content
    assert said.startswith("A test is on its way to dana@acme.example")
    assert stopping.found(world.context, link) is None  # links of an old key end with it


FIRM_AT_ONCE = """\
name = "Firm at once"
[[ladder]]
code = "F1"
name = "firm message"
after_due_days = 3
channel = "email"
template = "past_due"
act_by_days = 7
"""


def test_a_firm_message_encloses_a_statement_of_the_same_moment(made):
    world = made(saved=riverbend())
    world.set_up_mail()
    put = policies.put(world.context, world.company, FIRM_AT_ONCE, author="test", note="firm")
    assert not isinstance(put, Refusal), put

    world.night()

    [mail] = [one.parsed for one in world.sink.received]
    [file] = mail.iter_attachments()
    text = " ".join(mail.get_body(("plain",)).get_content().split())
    assert file.get_filename() == "Statement 2026-03-02.pdf"
    assert "$490.10" in " ".join(page.extract_text() for page in PdfReader(BytesIO(file.get_content())).pages)
    assert "Attached: a statement of your account." in text


def test_a_policy_may_leave_every_message_to_a_person(made):
    world = made(saved=riverbend())
    world.set_up_mail()
    put = policies.put(
        world.context, world.company, f"{FIRM_AT_ONCE}[mail]\nby_hand = true\n", author="test", note="hands"
    )
    assert not isinstance(put, Refusal), put

    world.night()

    assert world.got() == {}
    [task] = tasks.list_open(world.context, world.company)
    assert task.payload["by_hand"] == "Your policy leaves every message to you."


def test_the_pay_link_of_one_invoice_stands_in_both_parts_where_the_setting_asks_for_it(made):
    world = made()
    [prefs] = world.engine.query(world.realm, "SELECT * FROM Preferences")["Preferences"]
    online = prefs["SalesFormsPrefs"] | {"ETransactionPaymentEnabled": True}
    world.engine.save(world.realm, "Preferences", prefs | {"SalesFormsPrefs": online})
    customer = world.customer("Riverbend Grill", "ap@riverbend.example")
    due = {"BillEmail": {"Address": "ap@riverbend.example"}, "AllowOnlineACHPayment": True}
    world.invoice(customer, "490.10", date(2026, 1, 19), date(2026, 2, 17), **due)
    world.begin()
    put = policies.put(world.context, world.company, FIRM_AT_ONCE, author="test", note="our own words")
    assert not isinstance(put, Refusal), put
    settings = world.context.settings.model_copy(update={"pay_links": True})
    world.context = replace(world.context, settings=settings)

    world.night()

    [mail] = [one.parsed for one in world.sink.received]
    for kind in ("plain", "html"):
        assert "https://connect.intuit.com/t/scs-v1-" in mail.get_body((kind,)).get_content()


def test_of_twelve_addresses_in_one_field_one_gets_it_and_a_hostile_name_is_only_a_name(made):
    world = made()
    addresses = ", ".join(f"ap{number}@riverbend.example" for number in range(12))
    world.late('"><svg onload=x> Grill', addresses[:100])
    world.begin()

    world.night()

    assert world.got() == {"ap0@riverbend.example": 1}
    html = world.sink.received[0].parsed.get_body(("html",)).get_content()
    assert "<svg" not in html
    assert "&lt;svg onload=x&gt; Grill" in html


def test_a_password_sealed_with_another_key_pauses_before_anything_is_begun(made):
    world = made(saved=riverbend())
    world.set_up_mail()
    with durable(world.context.engine) as conn:
        account = mail_accounts.find(conn, world.company_id)
        other = Vault([Key("other", b"k" * 32)])
        mail_accounts.put(conn, account, password="s3cret", keep_password=False, vault=other)

    world.night()

    assert list(world.open_tasks()) == ["mail_paused"]
    with reading(world.context.engine) as conn:
        [intent] = intents.list(conn, world.company_id, kinds=["email"])
    assert intent.state == "planned"


@pytest.mark.parametrize("fault", ["http_500", "html_200"])
def test_a_copy_that_quickbooks_does_not_give_keeps_back_that_message_and_no_other(made, fault):
    world = made()
    world.late("Lookout Bakery", "ap@lookout.example")
    world.late("Riverbend Grill", "ap@riverbend.example")
    world.begin()
    world.emulator.front.faults.add({"fault": fault, "match": {"path": "invoice/1/pdf"}, "times": 100})

    world.night()

    assert world.got() == {"ap@riverbend.example": 1}
    assert "QuickBooks did not give the copy" in world.open_tasks()["refused"]
