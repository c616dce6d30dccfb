"""Thirty nights of the demo, checked against the emulator's own books and not against what the demo says."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

pytestmark = pytest.mark.xdist_group("demo")  # thirty nights, lived through once
MARKED = re.compile(r"\(ref ([A-Z0-9]{6})\)")
PLAN_ITEM = "Payment plan (not a sale)"
RIVERBEND = "Riverbend Bait & Grill"


def is_of_the_plan(row: dict[str, Any]) -> bool:
    items = {
        line["SalesItemLineDetail"]["ItemRef"].get("name")
        for line in row["Line"]
        if line["DetailType"] == "SalesItemLineDetail"
    }
    return items == {PLAN_ITEM}


def notes_of(row: dict[str, Any]) -> list[str]:
    return MARKED.findall(row.get("PrivateNote") or "")


def test_the_first_screen_tells_what_the_books_say(played):
    before = played.data["owed"]["before"]

    assert (before["owed"], before["late"]) == ("124318.40", "51206.15")
    assert (before["invoices"], before["late_customers"]) == (71, 22)
    assert any("$51,206.15 is late, from 22 customers" in line for line in played.lines)


def test_what_is_owed_at_the_end_is_the_sum_of_the_open_invoices(played):
    rows = played.rows("Invoice", "Balance > '0'")
    late = [row for row in rows if row["DueDate"] < "2026-11-29"]

    assert played.data["to"] == "2026-11-29"
    assert played.data["owed"]["after"]["owed"] == str(sum(row["Balance"] for row in rows))
    assert played.data["owed"]["after"]["late"] == str(sum(row["Balance"] for row in late))


def test_thirty_nights_follow_one_another(played):
    nights = [one["on"] for one in played.data["record"] if one["night"]]

    assert len(nights) == 30
    assert (nights[0], nights[-1]) == ("2026-10-31", "2026-11-29")


def test_the_plan_is_six_installments_of_9640_and_its_account_is_at_zero(played):
    installments = [row for row in played.rows("Invoice") if is_of_the_plan(row)]
    memos = [row for row in played.rows("CreditMemo") if is_of_the_plan(row)]
    trial = played.world.emulator.engine.trial_balance(played.world.handle.realm_id)

    assert (
        sorted(row["TotalAmt"] for row in installments) == [Decimal("1606.66")] * 2 + [Decimal("1606.67")] * 4
    )
    assert {row["CustomerRef"]["name"] for row in installments} == {RIVERBEND}
    assert [(row["TotalAmt"], row["RemainingCredit"]) for row in memos] == [
        (Decimal("9640.00"), Decimal("0.00"))
    ]
    assert [row for row in trial if row["account"] == "Payment plan clearing"] == []
    for number in ("10551", "10566", "10589", "10619", "10632"):
        assert played.invoice(number)["Balance"] == 0
        assert played.invoice(number)["TotalAmt"] > 0


def test_income_is_what_was_sold_and_nothing_of_the_plan(played):
    sold = [row for row in played.rows("Invoice") if not is_of_the_plan(row)]
    given_back = [row for row in played.rows("CreditMemo") if not is_of_the_plan(row)]
    trial = played.world.emulator.engine.trial_balance(played.world.handle.realm_id)

    def net(rows: list[dict[str, Any]]) -> Decimal:
        return sum((row["TotalAmt"] - row["TxnTaxDetail"]["TotalTax"] for row in rows), Decimal(0))

    income = sum(row["credit"] - row["debit"] for row in trial if row["type"] == "Income")
    assert net(sold) - net(given_back) == income
    assert "  receivables, income and tax unchanged by the plan: yes" in played.lines
    [plan] = played.data["plans"]
    assert plan["unchanged"] is True
    assert plan["receivables"][0] == plan["receivables"][1] != "0.00"


def test_every_note_stands_once_and_is_told_with_its_id(played):
    standing = [
        (row["Id"], marker)
        for row in played.rows("Invoice")
        if not is_of_the_plan(row)
        for marker in notes_of(row)
    ]
    told = [(one["id"], one["marker"]) for one in played.data["writes"] if one["kind"] == "note"]

    assert len(standing) > 40
    assert max(Counter(marker for _, marker in standing).values()) == 1
    assert sorted(told) == sorted(standing)


def test_every_copy_that_quickbooks_sent_for_us_is_told_once(played):
    calls = played.world.emulator.front.log.after(0)
    sent = [
        call["path"].split("?")[0].rstrip("/").split("/")[-2]
        for call in calls
        if call["method"] == "POST" and call["path"].split("?")[0].rstrip("/").endswith("/send")
    ]

    assert len(calls) < 1000
    assert len(sent) == len(set(sent)) > 5
    assert sorted(one["id"] for one in played.data["writes"] if one["kind"] == "send") == sorted(sent)


def test_every_message_of_our_own_was_taken_once_by_the_mail_server_and_is_told(played):
    mails = [
        one.parsed for one in played.world.mail.received if "test of e-mail" not in one.parsed["Subject"]
    ]
    names = [str(mail["Message-ID"]).strip() for mail in mails]
    written = [who for one in played.data["record"] for who in one["heard"] if who["channel"] == "email"]

    assert len(names) == len(set(names)) >= len(written) > 20
    assert sorted(one["message_id"] for one in played.data["emails"]) == sorted(names)
    assert {one["kind"] for one in written} == {"reminder"}
    for mail in mails:
        assert mail["Auto-Submitted"] == "auto-generated"
        assert mail.get_body(("plain",)).get_content().strip()
        assert mail.get_body(("html",)).get_content().strip()


def test_contacts_with_one_customer_keep_six_days_apart(played):
    several = [one["customer"] for one in played.data["contacted"] if one["contacts"] > 1]

    assert len(several) > 5
    for customer in several:
        days = [date.fromisoformat(on) for on, _ in played.heard(customer)]
        assert min((later - earlier).days for earlier, later in pairwise(days)) >= 6, customer


def test_nobody_hears_from_us_on_a_weekend_or_holiday(played):
    closed = {"2026-11-11", "2026-11-26"}  # Veterans Day, Thanksgiving
    for one in played.data["record"]:
        on = date.fromisoformat(one["on"])
        if on.weekday() >= 5 or one["on"] in closed:
            assert one["heard"] == [], one["on"]


def test_the_furthest_step_is_named(played):
    reached = {who["stage"] for one in played.data["record"] for who in one["heard"]}

    assert max(reached) == "S4"
    assert played.data["furthest"] == {"stage": "S4", "step": "firm message"}
    assert any("The furthest of all is the firm message" in line for line in played.lines)


def test_three_forks_promised_and_kept(played):
    [promise] = [one for one in played.data["promises"] if one["customer"] == "Three Forks Builders"]

    assert (promise["amount"], promise["promised_on"], promise["outcome"]) == (
        "7248.95",
        "2026-11-20",
        "kept",
    )
    assert played.paid("Three Forks Builders") == {date(2026, 11, 20): Decimal("7248.95")}
    assert played.heard("Three Forks Builders") == [("2026-11-02", "S2"), ("2026-11-09", "S3")]


def test_apex_broke_two_promises_and_still_owes_all(played):
    outcomes = [one["outcome"] for one in played.data["promises"] if one["customer"] == "Apex Fitness Group"]

    assert outcomes == ["broken", "broken"]
    assert played.paid("Apex Fitness Group") == {}
    assert played.invoice("10539")["Balance"] + played.invoice("10557")["Balance"] == Decimal("3649.25")


def test_pinnacles_disputed_invoice_was_named_once_before_the_dispute_and_never_after(played):
    [dispute] = played.data["disputes"]

    assert (dispute["customer"], dispute["number"], dispute["opened_on"]) == (
        "Pinnacle Produce Storage",
        "10588",
        "2026-11-04",
    )
    assert len(notes_of(played.invoice("10588"))) == 1
    assert len(notes_of(played.invoice("10565"))) > 1
    assert played.paid("Pinnacle Produce Storage") == {date(2026, 11, 19): Decimal("1768.58")}


def test_riverbend_pays_its_first_installment_and_hears_nothing_more(played):
    assert played.heard(RIVERBEND) == [("2026-11-03", "S2")]
    assert played.paid(RIVERBEND) == {date(2026, 11, 13): Decimal("1606.67")}


def test_lookout_paid_before_its_turn_and_was_never_written_to(played):
    assert played.heard("Lookout Bakery") == []
    assert played.invoice("10563")["Balance"] == 0
    assert notes_of(played.invoice("10563")) == []


def test_after_the_notice_from_the_court_nothing_reaches_gulf_and_grain(played):
    assert played.heard("Gulf & Grain Deli") == []
    assert notes_of(played.invoice("10485")) == []


def test_everybody_who_was_left_alone_has_a_reason(played):
    left = {name for group in played.data["left_alone"] for name in group["customers"]}
    contacted = {one["customer"] for one in played.data["contacted"]}
    owing = set(played.data["owed"]["before"]["names"]) | set(played.data["owed"]["after"]["names"])

    assert left & contacted == set()
    assert owing <= left | contacted
    assert {"Signal Crest Dental", "Grace Street Church", "Old Mill Brewing", "Corner Stop Market"} <= left


def test_each_check_was_made_on_something_and_counts_nothing(played):
    looked_at = {one["name"]: (one["looked_at"], one["count"]) for one in played.data["checks"]}

    assert {name: count for name, (_, count) in looked_at.items()} == dict.fromkeys(looked_at, 0)
    assert all(count > 0 for count, _ in looked_at.values())
    assert played.data["verify"]["agrees"] is True
    assert played.data["ok"] is True


def test_every_line_fits_a_hundred_columns(played):
    assert [line for line in played.lines if len(line) > 100] == []


def test_what_came_in_and_what_was_billed_lead_from_the_one_figure_to_the_other(played):
    # 124,318.40 - 98,897.68 + 20,133.14 - 402.10 (credit memo 1187 on invoice 10558) = 45,151.76
    assert played.data["received"] == "98897.68"
    assert played.data["billed"] == {"amount": "20133.14", "invoices": 21}
    assert played.data["owed"]["after"]["owed"] == "45151.76"
    assert any("$402.10 was settled" in line for line in played.lines)
