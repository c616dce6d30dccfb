"""Note lines: short, in the past tense, found again, and taken away without touching what people wrote."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.messages.library import packaged
from qb_collections.messages.notes import append_line, count_ours, has_marker, note_line, remove_line
from qb_collections.messages.template import TemplateRefused

REF = "7F3A9C"
OTHER = "B2K4M8"
KINDS = tuple(packaged().lines("notes/lines"))
FULL = {
    "on": date(2026, 11, 3),
    "phone": "(423) 555-0142",
    "ref": REF,
    "name": "Dana Whitlock",
    "plan": "P-0007",
    "part": 2,
    "count": 6,
    "last_on": date(2027, 4, 15),
    "numbers": ("10231", "10240"),
}
TODAY = "Nov 3, 2026: "
PHONE = "(423) 555-0142 (ref 7F3A9C)"
DANA = f"Your contact: Dana Whitlock, {PHONE}"
EXPECTED = {
    "s0": f"{TODAY}Copy of this invoice e-mailed before its due date. Questions? {PHONE}",
    "s1": f"{TODAY}Copy of this invoice e-mailed. Anything to put right? {PHONE}",
    "listed": f"{TODAY}Listed in an e-mail about open invoices. Anything to put right? {PHONE}",
    "s2": f"{TODAY}List of open invoices e-mailed. To agree on a day: {PHONE}",
    "s3": f"{TODAY}Spoke by phone. {DANA}",
    "s3_email": f"{TODAY}E-mail sent about your account. {DANA}",
    "s4": f"{TODAY}Account summary e-mailed. {DANA}",
    "s5": f"{TODAY}Letter about your account sent. {DANA}",
    "s6": f"{TODAY}New contact for this account: Dana Whitlock, {PHONE}",
    "monthly": f"{TODAY}Monthly account summary e-mailed. Questions? {PHONE}",
    "copy": f"{TODAY}Copy sent as requested. Questions? {PHONE}",
    "plan_original": f"{TODAY}Balance moved to payment plan P-0007, 6 payments to Apr 15, 2027 (ref 7F3A9C)",
    "plan_installment": "Payment plan P-0007, payment 2 of 6, for invoices 10231, 10240 (ref 7F3A9C)",
    "plan_memo": "Moves open balances to payment plan P-0007. Not a refund or a discount. (ref 7F3A9C)",
    "plan_overlay": f"{TODAY}Payment plan P-0007 agreed, 6 payments to Apr 15, 2027 (ref 7F3A9C)",
    "plan_ended": (
        f"{TODAY}Payment plan P-0007 ended by agreement, balance back on this invoice (ref 7F3A9C)"
    ),
}
# Line ends as people's programs write them; a carriage return alone is none of them.
typed = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r"), max_size=200).flatmap(
    lambda text: st.sampled_from([text, text.replace("\n", "\r\n")])
)
names = st.text(min_size=1, max_size=80)


@pytest.mark.parametrize("kind", KINDS)
def test_the_line_reads_as_agreed(kind):
    assert note_line(kind, **FULL) == EXPECTED[kind]


def test_stage_codes_are_kinds_and_british_dates_are_british():
    line = note_line("S1", on=date(2026, 11, 3), phone="020 7946 0142", ref=REF, locale="en_GB")

    assert (
        line == "3 Nov 2026: Copy of this invoice e-mailed. Anything to put right? 020 7946 0142 (ref 7F3A9C)"
    )


def test_an_english_line_has_an_english_date_in_every_country():
    line = note_line("S1", on=date(2026, 11, 3), phone=None, ref=REF, locale="fr_FR")

    assert line == "3 Nov 2026: Copy of this invoice e-mailed. (ref 7F3A9C)"


def test_without_a_phone_the_line_is_still_a_sentence():
    assert note_line("S1", on=date(2026, 11, 3), phone=None, ref=REF) == (
        "Nov 3, 2026: Copy of this invoice e-mailed. (ref 7F3A9C)"
    )


@given(
    kind=st.sampled_from(KINDS),
    on=st.dates(date(2000, 1, 1), date(2099, 12, 31)),
    phone=names,
    name=st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=4000),
    plan=st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=16),
    count=st.integers(1, 60),
    numbers=st.lists(
        st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=21), min_size=1, max_size=40
    ),
    locale=st.sampled_from(["en_US", "en_GB", "en_CA", "de_DE", "fr_CA", "pt_BR", "es_MX", "ja_JP"]),
)
def test_a_line_is_one_line_of_at_most_120_characters(kind, on, phone, name, plan, count, numbers, locale):
    line = note_line(
        kind,
        on=on,
        phone=phone,
        ref=REF,
        name=name,
        plan=plan,
        part=1,
        count=count,
        last_on=on,
        numbers=numbers,
        locale=locale,
    )

    assert len(line) <= 120
    assert line.splitlines() == [line]
    assert line.endswith("(ref 7F3A9C)")
    assert count_ours(line) == 1


def test_long_lists_of_invoices_are_summed_up():
    line = note_line("plan_installment", **{**FULL, "numbers": tuple(f"1023{n}-PROGRESS" for n in range(5))})

    assert line == "Payment plan P-0007, payment 2 of 6, for invoices 10230-PROGRESS and 4 more (ref 7F3A9C)"


@pytest.mark.parametrize(
    ("kind", "change", "words"),
    [
        ("S9", {}, 'there is no line "S9"'),
        ("s6", {"name": None}, "{name} is needed here"),
        ("plan_original", {"last_on": None}, "{last_date} is needed here"),
        ("s1", {"ref": "7f3a9c"}, "is not a marker"),
        ("s1", {"ref": "7F3A9C)\nX"}, "is not a marker"),
        ("plan_memo", {"plan": "P" * 17}, "at most 16"),
    ],
)
def test_a_line_that_cannot_be_filled_is_refused(kind, change, words):
    with pytest.raises(TemplateRefused) as refused:
        note_line(kind, **{**FULL, **change})

    assert words in str(refused.value)


LINE = note_line("S1", **FULL)
LATER = note_line("S2", **{**FULL, "ref": OTHER})


@given(existing=typed)
def test_removing_gives_back_exactly_what_people_had_written(existing):
    added = append_line(existing, LINE)

    assert added.startswith(existing)
    assert has_marker(added, REF)
    assert remove_line(added, REF) == existing
    assert remove_line(added, REF, LINE) == existing


@given(before=typed.filter(bool), below=typed.filter(bool), order=st.permutations([REF, OTHER]))
def test_edits_by_people_and_other_lines_survive(before, below, order):
    added = append_line(append_line(before, LINE), LATER) + "\n" + below

    for ref in order:
        added = remove_line(added, ref)

    assert added == before + "\n" + below


@pytest.mark.parametrize(
    ("edited", "left"),
    [
        (f"{LINE}\nJune called back", "June called back"),  # below our line in an empty memo
        (f"Gate code 4411\n{LINE} June called back", "Gate code 4411\n June called back"),  # behind it
        (f"Gate code 4411\r\n{LINE}\r\nJune called back", "Gate code 4411\r\nJune called back"),
        (f"Our file: {LINE}", "Our file: "),  # before it, on the same line
    ],
)
def test_words_beside_our_line_stay(edited, left):
    assert remove_line(edited, REF, LINE) == left


def test_a_line_whose_words_a_person_changed_is_left_to_them():
    edited = LINE.replace("e-mailed", "mailed by Dana")

    assert remove_line(edited, REF, LINE) == edited


def test_a_memo_without_the_marker_is_not_touched():
    assert remove_line("Gate code 4411", REF) == "Gate code 4411"
    assert not has_marker("Gate code 4411", REF)
    assert not has_marker(None, REF)


def test_a_memo_is_never_made_longer_than_quickbooks_takes():
    room = 4000 - len(LINE) - 1

    assert len(append_line("x" * room, LINE)) == 4000
    assert append_line("x" * (room + 1), LINE) is None
    assert append_line("😀" * (room // 2 + 1), LINE) is None  # two units each, as QuickBooks may count


def test_our_lines_are_counted():
    text = append_line(append_line("Gate code 4411", LINE), LATER)

    assert count_ours(text) == 2
    assert count_ours("Gate code 4411 (ref no. 12)") == 0
    assert count_ours(None) == 0
