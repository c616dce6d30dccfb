"""Bodies byte for byte, and literals that nothing gets out of."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qb_collections.core.money import Money
from qb_collections.quickbooks import wire, writing


def test_a_note_names_the_invoice_its_version_and_the_memo_and_nothing_else():
    body = writing.note_body("130", "3", "Reminder sent 4 March (ref 7F3A9C)")

    assert wire.encode(body) == (
        '{"Id":"130","PrivateNote":"Reminder sent 4 March (ref 7F3A9C)","SyncToken":"3","sparse":true}'
    )


def test_a_batch_of_notes_numbers_its_items():
    body = writing.notes_body([("130", "3", "a"), ("131", "0", "b")])

    assert wire.encode(body) == (
        '{"BatchItemRequest":['
        '{"Invoice":{"Id":"130","PrivateNote":"a","SyncToken":"3","sparse":true},"bId":"1","operation":"update"},'
        '{"Invoice":{"Id":"131","PrivateNote":"b","SyncToken":"0","sparse":true},"bId":"2","operation":"update"}'
        "]}"
    )


def test_an_attached_note_is_never_sent_along_with_the_invoice():
    assert wire.encode(writing.attachment_body("130", "Called")) == (
        '{"AttachableRef":[{"EntityRef":{"type":"Invoice","value":"130"},"IncludeOnSend":false}],"Note":"Called"}'
    )


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        (Money(Decimal("1240"), "USD"), '{"Amount":1240.00}'),
        (Money(Decimal("0.1"), "USD"), '{"Amount":0.10}'),
        (Money(Decimal("5000"), "JPY"), '{"Amount":5000}'),
        (Money(Decimal("1.5"), "KWD"), '{"Amount":1.500}'),
        (Decimal("1E+3"), '{"Amount":1000}'),
        (Decimal("12345678901234.56"), '{"Amount":12345678901234.56}'),
    ],
)
def test_amounts_are_json_numbers_with_the_decimals_of_their_currency(amount, expected):
    assert wire.encode({"Amount": amount}) == expected


def test_a_float_never_becomes_an_amount():
    with pytest.raises(TypeError):
        wire.encode({"Line": [{"Amount": 12.5}]})


@pytest.mark.parametrize("amount", [Decimal("NaN"), Decimal("Infinity")])
def test_what_is_no_number_is_refused(amount):
    with pytest.raises(ValueError, match="not an amount"):
        wire.encode({"Amount": amount})


def test_an_amount_with_more_decimals_than_its_currency_is_refused():
    with pytest.raises(ValueError, match="more decimals"):
        wire.amount(Money(Decimal("1.005"), "USD"))


def test_a_memo_too_long_for_quickbooks_is_refused_before_it_is_sent():
    assert writing.note_body("1", "0", "x" * 4000)

    with pytest.raises(ValueError, match="4000"):
        writing.note_body("1", "0", "x" * 4001)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Amy's Bird Sanctuary", r"'Amy\'s Bird Sanctuary'"),
        ("x\\' OR Id > '0", r"'x\\\' OR Id > \'0'"),
        ("50% & more", "'50% & more'"),
    ],
)
def test_a_literal_keeps_its_quotes_inside(text, expected):
    assert wire.literal(text) == expected


@given(st.text(st.characters(blacklist_categories=("Cc", "Cs")), max_size=40))
def test_no_text_ends_a_literal_early(text):
    """Read the way QuickBooks reads it, the literal gives back the text and nothing is left over."""
    quoted = wire.literal(text)

    read, index = "", 1
    while quoted[index] != "'":
        index += quoted[index] == "\\"
        read += quoted[index]
        index += 1
    assert read == text
    assert index == len(quoted) - 1


def test_control_characters_are_refused():
    with pytest.raises(ValueError, match="control"):
        wire.literal("a\nb")


def test_an_instant_always_says_its_offset():
    assert wire.instant(datetime(2026, 10, 30, 15, 0, tzinfo=UTC)) == "2026-10-30T15:00:00+00:00"

    with pytest.raises(ValueError, match="zone"):
        wire.instant(datetime(2026, 10, 30, 15, 0))  # noqa: DTZ001
