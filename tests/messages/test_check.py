"""The check finds what was planted, and is quiet about what people are called."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from qb_collections.core.money import Money
from qb_collections.messages.check import check
from qb_collections.messages.reminders import compose
from tests.messages.facts import BASE, COMPANY, CUSTOMER, FIRM, SEVERAL, usd

SOFT = compose("S1", "", SEVERAL)
NOTICE = compose("S5", "", FIRM)


def rules(message, facts, **others):
    return {fault.rule for fault in check(message, facts, **others)}


@pytest.mark.parametrize(
    ("planted", "rule"),
    [
        ("Kindly pay.", "words"),
        ("This is a friendly reminder.", "words"),
        ("As per our terms.", "words"),
        ("Your failure to pay is noted.", "words"),
        ("Please pay immediately.", "words"),
        ("Please pay at once.", "words"),
        ("This is your final notice.", "words"),
        ("We will take legal action.", "legal"),
        ("Our lawyer will write.", "legal"),
        ("We report to a credit bureau.", "threat"),
        ("The police may ask.", "threat"),
        ("We will litigate.", "legal"),
        ("Wir gehen vor Gericht.", "legal"),
        ("Die Polizei fragt.", "threat"),
        ("Our l\u0430wyer will write.", "words"),
        ("Pay at https://pay.example/now today.", "link"),
        ("We are suing you.", "legal"),
        ("We will file a lien.", "legal"),
        ("You are a thief.", "words"),
        ("We will tell your customers.", "threat"),
        ("Our law\u200byer will write.", "gap"),
        ("Our law\u00adyer will write.", "gap"),
        ("That is 12 percent more.", "figure"),
        ("Please pay 99 dollars more.", "figure"),
        ("Thank you!", "manner"),
        ("Please PAY now.", "manner"),
        ("You owe $1,780.40.", "figure"),
        ("You owe 99.10 in all.", "figure"),
        ("Please pay by November 15.", "figure"),
        ("Please pay by 15 November.", "figure"),
        ("Please pay by 11/15/2026.", "figure"),
        ("Please pay by 2026-11-15.", "figure"),
        ("Your invoice 10613 is open.", "figure"),
        ("That is 15 % more.", "figure"),
        ("Only 3 days left.", "words"),
        ("Our case no. is known to you.", "threat"),
        ("Dear {name}", "gap"),
        ("Please call , thank you.", "gap"),
        (" ".join(["word"] * 46) + ".", "length"),
        ("Some words. " * 70, "length"),
    ],
)
def test_a_planted_fault_is_found(planted, rule):
    planted_message = replace(SOFT, body=f"{SOFT.body}\n{planted}", text=f"{SOFT.text}\n{planted}")

    assert rules(SOFT, SEVERAL) == set()
    assert rules(planted_message, SEVERAL) == {rule}


def test_an_account_that_the_settings_do_not_have_is_named():
    planted = "Pay to DE02 1203 0000 0000 2020 51 today."

    assert "link" in rules(replace(SOFT, text=f"{SOFT.text}\n{planted}"), SEVERAL)


@pytest.mark.parametrize("subject", ["Past due: your invoices", "Your debt", "Unpaid invoices", "Overdue"])
def test_the_subject_of_a_soft_message_tells_nobody_about_lateness(subject):
    assert "subject" in rules(replace(SOFT, subject=subject), SEVERAL)


def test_the_total_must_be_the_invoices_less_the_credits():
    facts = replace(SEVERAL, total=usd("1620.41"))

    (fault,) = check(compose("S1", "", facts), facts)

    assert fault.what == (
        "The total says $1,620.41; the invoices less the credits come to $1,620.40. "
        "Look at the customer again in QuickBooks."
    )


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("$1,620.40", "the total"),
        ("November 10, 2026", "as of which day"),
        ("Bank transfer (ACH): see the invoice", "how to pay"),
        ("Dana Whitlock", "whom to turn to"),
        ("(423) 555-0142", "which number to call"),
    ],
)
def test_what_every_message_carries_is_missed_when_an_edit_takes_it_out(lost, said):
    faults = check(replace(SOFT, text=SOFT.text.replace(lost, "…")), SEVERAL)

    assert any(said in fault.what for fault in faults)


@pytest.mark.parametrize(
    "edit", ["by November 24", "by Nov 24, 2026", "by Tuesday, November 24", "$385.00 is not part of it"]
)
def test_a_person_may_write_a_fact_in_other_ways(edit):
    assert rules(replace(NOTICE, text=f"{NOTICE.text}\n{edit}"), FIRM) == set()


def test_a_figure_inside_a_longer_one_is_not_taken_for_the_fact():
    planted = replace(SOFT, text=SOFT.text + "\nor $780.401 or 1$780.40")

    assert "figure" in rules(planted, SEVERAL)


@pytest.mark.parametrize(
    ("written", "faults"), [("780,40 €", 0), ("1.780,40 €", 1), ("780,40 €, also 15. November 2026", 1)]
)
def test_figures_are_compared_as_the_text_s_language_writes_them(written, faults):
    """In German the currency comes last, so the fact 780,40 € also ends a larger, wrong figure."""
    euros = Money(Decimal("780.40"), "EUR")
    facts = replace(BASE, items=(replace(BASE.items[0], total=euros, balance=euros),), total=euros)
    message = replace(SOFT, subject="Rechnung 10612", text=f"Offen: {written}", locale="de_DE")

    figures = [fault for fault in check(message, facts) if fault.rule == "figure"]

    assert len(figures) == faults


def test_an_invoice_number_does_not_hide_a_date():
    facts = replace(BASE, items=(replace(BASE.items[0], number="15"),))
    message = compose("S1", "", facts)

    assert rules(message, facts) == set()
    assert rules(replace(message, text=message.text + "\nPlease pay by November 15."), facts) == {"figure"}


def test_people_may_be_called_anything():
    """Names and settings are not our words: no rule about words or figures looks at them."""
    customer = replace(CUSTOMER, name="ACME COURT POLICE SUPPLY!", first_name="URGENT {X}", full_name="May 5")
    company = replace(COMPANY, payment_instructions="PAY $5.00 LESS BY MAY 5!")
    facts = replace(BASE, customer=customer, company=company)

    assert check(compose("S1", "", facts), facts) == ()


def test_final_notice_is_said_in_the_final_notice_only():
    assert rules(NOTICE, FIRM) == set()
    assert rules(replace(NOTICE, tone="firm"), FIRM) == {"words"}


def test_a_day_to_answer_or_pay_must_be_a_business_day():
    facts = replace(FIRM, deadline=date(2026, 11, 26))  # Thanksgiving
    open_days = {date(2026, 11, 17)}

    faults = check(compose("S5", "", facts), facts, is_business_day=open_days.__contains__)

    assert [fault.what for fault in faults] == [
        "Thursday, November 26, 2026 is not a business day. Name one that is."
    ]


def test_a_text_for_our_own_people_may_speak_of_lawyers_and_lateness():
    sheet = compose("S3", "", FIRM)

    assert sheet.tone == "person"
    assert "lawyer" in sheet.text
    assert rules(sheet, FIRM) == set()
    assert rules(replace(sheet, text=sheet.text + "\n$9.99"), FIRM) == {"figure"}
