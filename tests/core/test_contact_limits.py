"""How often somebody may be contacted: over all channels, all sister companies, and less for persons."""

from dataclasses import replace

import pytest

from qb_collections.core.case import ContactKind, CustomerKind
from qb_collections.core.contact_limits import Allowed, allowed, counted, full_cap, gap_ends_on
from qb_collections.core.decide import decide
from qb_collections.core.decision import Outcome

from .making import STANDARD, case, changed, invoice, nov, octo, reminder, rules

RULES = rules()
WALL = Allowed(6, ((7, 2), (14, 3)))


def notice(on):
    return replace(reminder("S1", on), kind=ContactKind.NOTICE, stage=None, cycle=None)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (CustomerKind.COMPANY, Allowed(6, ((7, 2), (14, 3), (21, 3), (30, 5)))),
        (CustomerKind.SOLE_TRADER, Allowed(10, ((7, 1), (14, 3), (21, 3), (30, 4)))),
        (CustomerKind.PRIVATE, Allowed(10, ((7, 1), (14, 3), (21, 3), (30, 4)))),
        (CustomerKind.UNKNOWN, Allowed(10, ((7, 1), (14, 3), (21, 3), (30, 4)))),
    ],
)
def test_whoever_is_not_known_to_be_a_company_has_the_stricter_limits(kind, expected):
    persons = STANDARD.private_persons.model_copy(update={"contact_gap_days": 10, "at_most_in_7_days": 1})
    policy = STANDARD.model_copy(update={"private_persons": persons})

    assert allowed(case(kind=kind), policy) == expected


def test_what_is_laxer_for_persons_never_widens_the_limits_of_all():
    persons = STANDARD.private_persons.model_copy(
        update={"contact_gap_days": 3, "at_most_in_7_days": 3, "at_most_in_30_days": 10}
    )
    policy = STANDARD.model_copy(update={"private_persons": persons})

    assert allowed(case(kind=CustomerKind.PRIVATE), policy) == Allowed(6, STANDARD.limits.caps)


@pytest.mark.parametrize(("kind", "sent"), [(CustomerKind.COMPANY, True), (CustomerKind.PRIVATE, False)])
def test_a_person_hears_from_us_less_often(kind, sent):
    policy = changed(**{"[private_persons]            # private persons": "[private_persons] #"})
    persons = policy.private_persons.model_copy(update={"contact_gap_days": 7})
    strict = rules(policy.model_copy(update={"private_persons": persons}))
    made = case(contacts=(notice(octo(30)),), kind=kind)

    decision = decide(made, strict, nov(5))

    assert (decision.outcome is Outcome.REMIND) is sent
    if not sent:
        assert (decision.gate, decision.review_on) == ("contact_gap", nov(6))


@pytest.mark.parametrize(
    ("days", "today", "expected"),
    [
        ((nov(2),), nov(2), None),
        ((nov(2), nov(4)), nov(8), (7, 2, nov(9))),  # seven days after the first of two
        ((nov(2), nov(4)), nov(9), None),
        # Two in seven days are full until the 16th, three in fourteen until the 18th: the later counts.
        ((nov(4), nov(9), nov(11)), nov(15), (14, 3, nov(18))),
        ((nov(4), nov(9), nov(11)), nov(17), (14, 3, nov(18))),
        ((nov(4), nov(9), nov(11)), nov(18), None),
        # The older ones make no difference: the window holds the last ones.
        ((octo(1), octo(2), nov(4), nov(9), nov(11)), nov(17), (14, 3, nov(18))),
    ],
)
def test_the_cap_that_is_free_last_says_when(days, today, expected):
    found = full_cap([notice(day) for day in days], WALL, today)

    assert (found and (found.window_days, found.at_most, found.free_on)) == expected


def test_the_gap_counts_from_the_last_contact():
    assert gap_ends_on([], 6) is None
    assert gap_ends_on([notice(octo(1)), notice(nov(2))], 6) == nov(8)


def test_what_a_sister_company_sent_to_the_same_address_counts_like_ours():
    made = case(contacts=(notice(nov(3)),), contacted_elsewhere=(nov(9), octo(30)))

    days = [contact.on for contact in counted(made)]
    decision = decide(made, RULES, nov(10))

    assert days == [octo(30), nov(3), nov(9)]
    assert (decision.gate, decision.review_on) == (
        "caps",
        nov(20),
    )  # three in 21 days, the first on 30 October


def test_the_reason_tells_of_the_sister_company():
    made = case(contacted_elsewhere=(octo(27),))

    decision = decide(made, RULES, octo(28))

    assert (decision.gate, decision.review_on) == ("contact_gap", nov(2))
    assert decision.reason == (
        "Left alone: another of your companies wrote to Marlow Print Works at the same address on "
        "Tuesday, October 27. We keep at least six days between contacts, so not before Monday, November 2."
    )


def test_our_own_contact_of_the_same_day_is_told_as_ours():
    contact = replace(notice(octo(27)), kind=ContactKind.FOREIGN)
    made = case(invoice(), contacts=(contact,), contacted_elsewhere=(octo(20),))

    assert (
        "QuickBooks wrote to Marlow Print Works on Tuesday, October 27"
        in decide(made, RULES, octo(28)).reason
    )


@pytest.mark.parametrize(
    ("kind", "ids", "counts"),
    [
        (ContactKind.ANSWER, ("1",), False),
        (ContactKind.NOTICE, ("1",), True),
        (ContactKind.FOREIGN, ("2",), False),  # no due date: it never reminds
        (ContactKind.FOREIGN, ("2", "1"), True),
        (ContactKind.REMINDER, ("99",), True),
    ],
)
def test_all_but_answers_and_bills_count(kind, ids, counts):
    contact = replace(notice(octo(28)), kind=kind, invoice_ids=ids)
    made = case(invoice(), invoice("2", None), contacts=(contact,))

    assert counted(made) == ([contact] if counts else [])
