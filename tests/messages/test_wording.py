"""Lists, amounts and fields are written quickly, and as Babel and a careful person would write them."""

from dataclasses import replace
from decimal import Decimal

import pytest
from babel.lists import format_list

from qb_collections.core.money import Money
from qb_collections.messages import wording
from qb_collections.messages.facts import Choice
from qb_collections.messages.fields import SHAPE, fields_of
from qb_collections.messages.template import Rows, TemplateRefused
from tests.messages.facts import BASE, ONE

LOCALES = (
    "en_US",
    "en_GB",
    "en_IN",
    "de_DE",
    "de_CH",
    "fr_CA",
    "es_MX",
    "pt_BR",
    "ja_JP",
    "ar_EG",
    "he_IL",
    "ur",
)


@pytest.mark.parametrize("locale", LOCALES)
def test_lists_and_amounts_are_those_of_babel_in_every_locale(locale):
    words = ["10612", "10588", "1, 2 and 3", "4", "5"]
    amounts = [
        Money(Decimal(figure), currency)
        for figure, currency in (("0", "USD"), ("1240.5", "USD"), ("-12.25", "EUR"), ("12345678.9", "INR"))
    ]

    lists = [wording.and_list(words[:count], locale) for count in range(6)]
    written = [wording.amount(amount, locale) for amount in amounts]

    assert lists == [format_list(words[:count], locale=locale) if count else "" for count in range(6)]
    assert written == [amount.format(locale) for amount in amounts]


def test_the_shape_of_the_fields_is_what_they_are():
    """Templates are checked against the shape alone."""
    fields = fields_of(replace(BASE, items=(ONE,)))

    lists = {name: value.names for name, value in fields.items() if isinstance(value, Rows)}

    assert lists == SHAPE.lists
    assert frozenset(fields) == SHAPE.names


def test_a_legal_step_that_nobody_confirmed_is_refused_though_no_text_asks_for_it():
    unconfirmed = replace(BASE, consequence=Choice("hand_over", who="Keel Recovery"))

    with pytest.raises(TemplateRefused, match="confirmation"):
        fields_of(unconfirmed)
