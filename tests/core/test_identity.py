"""Keys, request ids, markers and hashes stay the same, and differ where they must."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.decide import decide
from qb_collections.core.decision import Channel, Decision, Outcome
from qb_collections.core.identity import (
    body_hash,
    contact_key,
    facts_hash,
    marker,
    note_key,
    plan_key,
    request_id,
)

from .making import after, case, nov, octo, reminder, rules, usd


def test_keys_name_what_they_identify():
    key = contact_key("7", "USD", 2, 3)

    assert key == "contact:7:USD:2:3"
    assert note_key(key, "41") == "note:contact:7:USD:2:3:41"
    assert plan_key("PP17", "installment-3") == "plan:PP17:installment-3"


def test_a_request_id_is_the_same_on_every_machine():
    """Worked out with sha256sum and base32 on the command line."""
    assert (
        request_id("acme", ["contact:7:USD:1:1"], body_hash({"a": 1}), 0)
        == "UEBXH6EN5PCMDOWSIADBTZRKLAIA6U4R"
    )


@pytest.mark.parametrize(
    "other",
    [
        ("acme2", ["a", "b"], "h", 0),
        ("acme", ["b", "a"], "h", 0),
        ("acme", ["a", "b"], "i", 0),
        ("acme", ["a", "b"], "h", 1),
        ("acme", ["a,b"], "h", 0),
    ],
)
def test_a_request_id_differs_by_company_members_order_body_and_round(other):
    first = request_id("acme", ["a", "b"], "h", 0)

    assert request_id(*other) != first
    assert len(first) == 32
    assert set(first) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")


def test_a_bodys_hash_ignores_the_order_of_keys_and_trailing_zeros():
    assert body_hash({"a": Decimal("1.50"), "b": [1, None]}) == body_hash(
        {"b": [1, None], "a": Decimal("1.5")}
    )
    assert body_hash({"a": [1, 2]}) != body_hash({"a": [2, 1]})
    assert body_hash({"a": Decimal("100")}) != body_hash({"a": Decimal("10")})
    assert body_hash({"a": Decimal("1")}) != body_hash({"a": "2"})


def test_what_has_no_canonical_form_is_refused():
    @dataclass
    class Known:
        at: datetime

    assert body_hash(Known(datetime(2026, 1, 1, tzinfo=UTC))) == body_hash(
        {"at": "2026-01-01T00:00:00+00:00"}
    )
    assert body_hash({"a": frozenset({"x", "y"})}) == body_hash({"a": ["x", "y"]})
    with pytest.raises(TypeError, match="no canonical form"):
        body_hash(object())


@given(st.text(max_size=40))
def test_a_marker_is_six_letters_that_nobody_mishears(key):
    assert len(marker("acme", key)) == 6
    assert set(marker("acme", key)) <= set("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")


def test_markers_spread():
    assert len({marker("acme", str(n)) for n in range(5000)}) > 4980
    assert marker("acme", "1") != marker("other", "1")


def test_a_preview_and_a_night_with_the_same_facts_agree():
    """Sentences and review days are worded for a day; they change nothing about what leaves."""
    decision = decide(case(), rules(), octo(28))
    reworded = replace(decision, reason="else", findings=(), trace=(), review_on=None)

    assert facts_hash(decision, "Hello") == facts_hash(reworded, "Hello")


@pytest.mark.parametrize(
    "change",
    [
        {"invoice_ids": ("1", "2")},
        {"amount": usd("1")},
        {"stage": "S3"},
        {"approval": True},
        {"reply_by_on": nov(9)},
        {"channel": None},
        {"number": 3},
        {"credits": usd("1")},
        {"backlog": True},
        {"also_open_ids": ("9",)},
    ],
)
def test_any_difference_in_what_leaves_shows(change):
    decision = decide(after(reminder("S1", octo(28))), rules(), nov(3))

    assert facts_hash(replace(decision, **change), "x") != facts_hash(decision, "x")
    assert facts_hash(decision, "y") != facts_hash(decision, "x")


def test_a_silence_for_another_reason_is_another_silence():
    quiet = decide(case(), rules(), octo(24))

    assert facts_hash(quiet, None) != facts_hash(replace(quiet, gate="caps"), None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('Hello\n"Alma" \\ / \t\x7f <b>', "c2b5e870f77a135052150b93e7ec2bca20331116653ccf133ddd281d19b2dc04"),
        ("Größe ✓", "659e5461769a9248b6e8369d0ddaea852d57ca6e4ee26da68371091368df90c0"),
        (None, "374fc3d6905a51cfb8a892a327675e0f8e0972f520d8f9e9f06bab640401bbaf"),
    ],
)
def test_what_was_agreed_to_before_an_update_is_known_after_it(text, expected):
    """These hashes stand beside drafts that people approved earlier."""
    decision = Decision(
        *("7", "USD", Outcome.REMIND, "r", "contact", (), (), nov(4)),
        stage="S2",
        channel=Channel.EMAIL,
        cycle=1,
        number=2,
        invoice_ids=("1", "2"),
        amount=usd("607.90"),
        reply_by_on=nov(9),
    )

    assert facts_hash(decision, text) == expected


def test_what_leaves_by_itself_has_a_hash_of_its_own():
    decision = Decision(
        *("7", "USD", Outcome.REMIND, "r", "contact", (), (), nov(4)),
        stage="S2",
        channel=Channel.EMAIL,
        cycle=1,
        number=2,
        reply_by_on=nov(9),
        mailed=True,
    )

    assert facts_hash(decision, None) == "786465e9e0d388a0bf9b4b32078e768452fe901cb0c25022fc48fa50d0ada186"
    assert facts_hash(decision, None, "a@x.example") != facts_hash(decision, None, "b@x.example")


def test_a_text_for_a_persons_hands_is_the_same_whatever_the_address():
    by_hand = decide(after(reminder("S1", octo(28))), rules(), nov(3))

    assert facts_hash(by_hand, "x", "a@x.example") == facts_hash(by_hand, "x", "b@x.example")
