"""What a marker in the books stands for when the database is older than the books."""

from qb_collections.core.identity import marker
from qb_collections.core.recollection import (
    LostContact,
    LostPlan,
    contacts_ahead,
    marked_lines,
    plans_ahead,
)

MARLOW = ("7", "USD")


def contact_marker(cycle, number, invoice="41", customer="7", currency="USD"):
    return marker("acme", f"note:contact:{customer}:{currency}:{cycle}:{number}:{invoice}")


def plan_marker(number, part):
    return marker("acme", f"plan:PP{number}:{part}")


def test_lines_with_a_marker_are_found_as_they_stand_and_the_last_marker_counts():
    memo = (
        "Their words (ref abc)\n2 Nov: reminder e-mailed (ref 7F3A9C) \n\nQuoting (ref AAAAAA): (ref 22BB33)"
    )

    assert list(marked_lines(memo)) == [
        ("7F3A9C", "2 Nov: reminder e-mailed (ref 7F3A9C) "),
        ("22BB33", "Quoting (ref AAAAAA): (ref 22BB33)"),
    ]


def test_without_a_memo_or_a_whole_marker_nothing_is_found():
    assert list(marked_lines(None)) == []
    assert list(marked_lines("")) == []
    assert list(marked_lines("(ref 7F3A9)\n(ref 7F3A9CC)\nref 7F3A9C")) == []


def test_the_contacts_that_could_come_next_go_on_with_the_cycle_and_begin_later_ones():
    found = contacts_ahead("acme", "41", [MARLOW], {MARLOW: (2, 3)}, numbers=2, cycles=2)

    assert found == {
        contact_marker(cycle, number): LostContact("7", "USD", cycle, number)
        for cycle, number in [(2, 4), (2, 5), (3, 1), (3, 2), (4, 1), (4, 2)]
    }


def test_a_cycle_that_is_over_gets_no_more_contacts():
    found = contacts_ahead("acme", "41", [MARLOW], {MARLOW: (2, None)}, numbers=2, cycles=1)

    assert set(found) == {contact_marker(3, 1), contact_marker(3, 2)}


def test_a_customer_of_whom_nothing_is_known_begins_with_the_first_cycle():
    found = contacts_ahead("acme", "41", [("8", "EUR")], {MARLOW: (2, 3)}, numbers=1, cycles=1)

    assert found == {contact_marker(1, 1, customer="8", currency="EUR"): LostContact("8", "EUR", 1, 1)}


def test_an_invoice_may_belong_to_several_customers_and_its_number_is_part_of_the_marker():
    found = contacts_ahead("acme", "42", [MARLOW, ("8", "USD")], {}, numbers=1, cycles=1)

    assert set(found) == {
        contact_marker(1, 1, invoice="42"),
        contact_marker(1, 1, invoice="42", customer="8"),
    }


def test_a_lost_stretch_of_forty_contacts_and_four_cycles_is_still_recognised():
    found = contacts_ahead("acme", "41", [MARLOW], {MARLOW: (2, 3)})

    assert len(found) == 40 + 4 * 40
    assert found[contact_marker(2, 43)] == LostContact("7", "USD", 2, 43)
    assert contact_marker(2, 44) not in found
    assert found[contact_marker(6, 40)].number == 40
    assert contact_marker(7, 1) not in found


def test_a_lost_contact_has_the_key_of_the_contact():
    assert LostContact("7", "USD", 2, 4).key == "contact:7:USD:2:4"


def test_the_documents_of_the_plans_that_could_come_next_and_the_notes_about_them():
    found = plans_ahead("acme", 17, ("41", "42"), plans=2)

    assert len(found) == 2 * (2 + 60 + 2)
    assert found[plan_marker(17, "memo")] == LostPlan(17, "memo")
    assert found[plan_marker(18, "apply")] == LostPlan(18, "apply")
    assert found[plan_marker(17, "installment-1")] == LostPlan(17, "installment-1")
    assert found[plan_marker(17, "installment-60")] == LostPlan(17, "installment-60")
    assert found[plan_marker(18, "note:42")] == LostPlan(18, "note:42")
    for unknown in (plan_marker(16, "memo"), plan_marker(19, "memo"), plan_marker(17, "installment-61")):
        assert unknown not in found


def test_forty_plans_are_looked_ahead_unless_told_otherwise():
    found = plans_ahead("acme", 1)

    assert plan_marker(40, "memo") in found
    assert plan_marker(41, "memo") not in found
    assert plan_marker(0, "memo") not in found
