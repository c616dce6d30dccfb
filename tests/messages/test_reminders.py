"""Every text, filled with realistic facts, as a customer or a colleague would read it: golden/*.txt."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from qb_collections.messages.check import check
from qb_collections.messages.facts import Choice, CompanyFacts, CustomerFacts
from qb_collections.messages.reminders import TEMPLATES, compose, missing_setting
from qb_collections.messages.template import TemplateRefused
from tests.messages.facts import (
    BASE,
    CALL,
    CASES,
    COMPANY,
    CUSTOMER,
    FIRM,
    GERMAN_CASES,
    LONG_LATE,
    MISSED,
    ONE,
    SEVERAL,
    usd,
)

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = '"><svg onload=alert(1)>\r\nBcc: all@example\u202egnp.\u0000\u200f\u2028' + "x" * 4000


EVERY = CASES | GERMAN_CASES


@pytest.mark.parametrize("name", EVERY)
def test_the_text_is_the_one_that_was_read_and_agreed_on(name):
    stage, variant, facts = EVERY[name]

    message = compose(stage, variant, facts)

    assert message.as_text == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", EVERY)
def test_every_text_passes_its_own_check(name):
    stage, variant, facts = EVERY[name]

    assert check(compose(stage, variant, facts), facts) == ()


def test_every_text_for_customers_speaks_german_too():
    english = {name for name, case in CASES.items() if compose(*case).tone != "person"}

    assert {f"{name}.de" for name in english} == set(GERMAN_CASES)
    assert {compose(*case).locale for case in GERMAN_CASES.values()} == {"de_DE"}


def test_every_template_is_read_in_a_golden_file():
    composed = {compose(*case).template for case in CASES.values()}

    assert composed == {*TEMPLATES.values(), "mail/s1_several"}


def test_the_number_of_invoices_chooses_the_first_message():
    assert compose("S1", "", BASE).template == "mail/s1_one"
    assert compose("S1", "", SEVERAL).template == "mail/s1_several"
    assert compose("S1", "", SEVERAL).numbers == ("10588", "10612")


def test_earlier_letters_are_mentioned_only_when_the_log_has_them():
    facts = replace(BASE, reply_by=date(2026, 11, 17))

    first = compose("S2", "", facts).body
    second = compose("S2", "", replace(facts, letters_on=(date(2026, 10, 28),))).body

    assert "We asked" not in first
    assert "We asked about your account on October 28" in second


@pytest.mark.parametrize(("due_on", "late"), [(date(2026, 9, 11), False), (date(2026, 9, 10), True)])
def test_only_a_question_more_than_sixty_days_late_says_that_it_comes_late(due_on, late):
    """11 September is 60 days before 10 November."""
    facts = replace(BASE, items=(ONE, replace(LONG_LATE, due_on=due_on)), total=usd("1560.80"))

    text = compose("", "backlog", replace(facts, reply_by=date(2026, 11, 17))).body

    assert ("This question comes later than it should have" in text) is late


@pytest.mark.parametrize("received", [None, usd("0"), usd("100.00")])
def test_the_firm_message_never_claims_that_nobody_answered(received):
    promise = replace(MISSED, received=received, missed=True)

    plain = compose("S4", "", FIRM).body
    promised = compose("S4", "", replace(FIRM, promise=promise)).body

    assert "We wrote on October 28 and November 4 and spoke on November 9; our books still show" in plain
    assert "On November 2 you told us to expect $840.00 by Friday, November 6; our books" in promised
    assert ("received by then" in promised) is (received is not None)
    assert "don't know" not in plain + promised


def test_a_promise_whose_day_is_not_over_is_not_called_missed():
    promise = replace(MISSED, by_on=date(2026, 11, 13), received=None)

    assert "told us to expect" not in compose("S4", "", replace(FIRM, promise=promise)).body


@pytest.mark.parametrize(
    ("missing", "asked_for"),
    [
        ("contact_name", "the name of the person customers can turn to"),
        ("contact_phone", "the phone number customers can call"),
        ("payment_instructions", "how customers can pay you"),
    ],
)
def test_a_missing_setting_stops_the_message_and_says_what_to_fill_in(missing, asked_for):
    with pytest.raises(TemplateRefused) as refused:
        compose("S1", "", replace(BASE, company=replace(COMPANY, **{missing: None})))

    assert missing_setting(refused.value) == asked_for


def test_what_is_optional_drops_out_without_a_trace():
    company = CompanyFacts(
        "Copperleaf", "Dana Whitlock", None, "(423) 555-0142", None, None, "By check", None
    )

    message = compose("S1", "", replace(BASE, company=company, customer=CustomerFacts("Marlow Print Works")))

    assert message.to is None
    assert message.text.startswith("Hello Marlow Print Works,\n")
    assert message.text.endswith("Kind regards,\n\nDana Whitlock\nCopperleaf\n(423) 555-0142\n")


def test_dates_and_money_follow_the_customers_locale():
    facts = replace(SEVERAL, reply_by=date(2026, 11, 17))

    american = compose("S2", "", facts).text
    british = compose("S2", "", replace(facts, locale="en_GB")).text

    assert "by Tuesday, November 17 on" in american and "$1,620.40" in american
    assert "by Tuesday, 17 November on" in british and "US$1,620.40" in british


def test_where_only_english_is_at_hand_the_dates_are_english_too():
    facts = replace(SEVERAL, reply_by=date(2026, 11, 17), locale="fr_FR")

    message = compose("S2", "", facts)

    assert "by Tuesday, 17 November on" in message.text
    assert "as of 10 November 2026, 09:02" in message.text
    assert check(message, facts) == ()


@pytest.mark.parametrize(
    ("reply_by", "written"),
    [
        (date(2027, 1, 5), "Tuesday, January 5 on"),
        (date(2027, 5, 9), "Sunday, May 9 on"),  # 180 days on
        (date(2027, 5, 10), "Monday, May 10, 2027 on"),
    ],
)
def test_a_day_far_off_carries_its_year(reply_by, written):
    assert f"by {written}" in compose("S2", "", replace(SEVERAL, reply_by=reply_by)).text


def test_as_of_is_the_companys_day_and_not_the_day_in_utc():
    late = replace(
        BASE, as_of=datetime(2026, 11, 11, 2, 30, tzinfo=UTC)
    )  # 9:30 pm on the 10th in Chattanooga

    assert "as of November 10, 2026, 9:30 PM" in compose("S1", "", late).text


def test_an_unknown_step_is_refused_with_the_known_ones():
    with pytest.raises(TemplateRefused, match=r"there is no text for this step.*S1 backlog"):
        compose("S9", "", BASE)


def test_a_final_notice_without_a_confirmed_choice_threatens_nothing():
    message = compose("S5", "", FIRM)

    assert "I will look at your account myself and decide what comes next." in message.body
    assert check(message, FIRM) == ()


@pytest.mark.parametrize("code", ["prepay", "pause_work", "mediation"])
def test_no_consequence_is_announced_that_nobody_confirmed(code):
    facts = replace(FIRM, consequence=Choice(code, date(2026, 11, 25)))

    with pytest.raises(TemplateRefused, match="confirmation that it will be done, not older than 30 days"):
        compose("S5", "", facts)


@pytest.mark.parametrize(("days", "allowed"), [(9, False), (10, True)])
def test_a_policy_may_ask_for_a_younger_confirmation(days, allowed):
    choice = Choice("prepay", confirmed_on=date(2026, 10, 31), confirmed_days=days)  # ten days before

    if allowed:
        assert "payment in advance" in compose("S5", "", replace(FIRM, consequence=choice)).body
    else:
        with pytest.raises(TemplateRefused, match=f"not older than {days} days"):
            compose("S5", "", replace(FIRM, consequence=choice))


def test_a_text_that_a_person_wrote_announces_nothing_unconfirmed():
    message = compose("S5", "", FIRM)
    theirs = replace(message, text=message.text.replace("If neither", "We will stop new work. If neither"))

    faults = check(theirs, FIRM)

    assert [fault.rule for fault in faults if "nobody has confirmed" in fault.what] == ["threat"]


def test_a_firm_step_leaves_the_softer_words_of_its_text_out():
    soft, firm = (
        compose("S2", "", replace(BASE, reply_by=date(2026, 11, 17), tone=tone)).body
        for tone in ("cooperative", "firm")
    )

    assert soft.endswith("Please pick a day you are sure of; a later one is fine.")
    assert firm.endswith("Please pick a day you are sure of.")


@pytest.mark.parametrize(
    ("confirmed_on", "allowed"),
    [
        (None, False),
        (date(2026, 10, 10), False),  # 31 days before November 10
        (date(2026, 10, 11), True),
        (date(2026, 11, 10), True),
        (date(2026, 11, 11), False),  # in the future
    ],
)
def test_a_legal_step_needs_a_confirmation_of_the_last_thirty_days(confirmed_on, allowed):
    choice = Choice("hand_over", who="Tennessee Valley Credit Services", confirmed_on=confirmed_on)
    facts = replace(FIRM, consequence=choice)

    if allowed:
        message = compose("S5", "", facts)
        assert "I will place the account with Tennessee Valley Credit Services." in message.body
        assert check(message, facts) == ()
    else:
        with pytest.raises(TemplateRefused, match="confirmation"):
            compose("S5", "", facts)


def test_a_consequence_that_is_not_on_the_list_is_refused():
    with pytest.raises(TemplateRefused, match="person, prepay, pause_work, mediation, hand_over"):
        compose("S5", "", replace(FIRM, consequence=Choice("send_the_boys")))


def test_a_stop_of_work_needs_its_day():
    with pytest.raises(TemplateRefused, match=r"\{on\} is needed here and is empty"):
        compose("S5", "", replace(FIRM, consequence=Choice("pause_work", confirmed_on=date(2026, 11, 2))))


@pytest.mark.parametrize("field", ["name", "first_name", "full_name", "email"])
def test_a_hostile_name_stays_one_short_line_of_plain_text(field):
    facts = replace(BASE, customer=replace(CUSTOMER, **{field: HOSTILE}))

    message = compose("S1", "", facts)

    assert not any(character in message.as_text for character in "\u202e\u200f\u2028\u0000\r")
    assert message.as_text.count("\n") == compose("S1", "", BASE).as_text.count("\n")
    assert max(map(len, message.as_text.splitlines())) < 450
    assert check(message, facts) == ()


def test_a_name_that_looks_like_a_field_stays_a_name():
    facts = replace(BASE, customer=replace(CUSTOMER, first_name="{total}"))

    assert compose("S1", "", facts).text.startswith("Hello {total},\n")


def test_the_sheet_of_a_call_shows_only_the_newest_five_contacts():
    history = tuple(f"contact {number}" for number in range(1, 8))

    sheet = compose("S3", "", replace(FIRM, call=replace(CALL, history=history))).text

    assert "contact 2\n" not in sheet
    assert all(f"contact {number}\n" in sheet for number in range(3, 8))


def test_credits_larger_than_the_invoices_are_told_to_people_only():
    stage, variant, facts = CASES["apply_credits"]

    message = compose(stage, variant, facts)

    assert (message.to, message.tone) == (None, "person")
    assert facts.total == usd("-19.60")


@pytest.mark.parametrize(
    ("stage", "variant", "locale", "asked"),
    [
        ("S2", "", "en_US", "Could you let us know on which day we can expect payment?"),
        ("S2", "", "de_DE", "Könnten Sie uns sagen, an welchem Tag"),
        ("S3", "missed_call", "en_US", "or reply with a time that suits you"),
        ("S3", "missed_call", "de_DE", "oder nennen Sie mir eine Zeit"),
    ],
)
def test_a_step_without_days_for_an_answer_asks_without_naming_one(stage, variant, locale, asked):
    """Small balances, Gentle and People only ship such steps; a night of theirs once ended at the first."""
    facts = replace(SEVERAL, reply_by=None, missed_call_on=date(2026, 11, 9), locale=locale)

    text = compose(stage, variant, facts).text

    assert asked in text
