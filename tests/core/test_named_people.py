"""Who is written to: whom the company named stands before what QuickBooks has."""

from dataclasses import replace

import pytest

from qb_collections.core import addresses
from qb_collections.core.case import Hold, HoldKind, Person
from tests.core.making import case, octo

EVERY = Person("Jo Price", "accounts payable", "jo@b.example", None, "every")
FIRM = Person("Sam Ortiz", "the owner", "sam@b.example", None, "firm")
RINGS = Person("Kit", "the desk", "kit@b.example", "423-555-0101", "none")


def known(*people, **more):
    found = case(people=people, **more)
    return replace(found, customer=replace(found.customer, emails=("books@b.example",)))


@pytest.mark.parametrize(
    ("firm", "expected"),
    [
        (False, ("jo@b.example", "books@b.example", "sam@b.example")),
        (True, ("sam@b.example", "jo@b.example", "books@b.example")),
    ],
)
def test_who_is_named_for_the_firm_steps_is_first_there_and_last_before_them(firm, expected):
    found = addresses.usable(known(FIRM, EVERY, RINGS), (), firm=firm)

    assert found == expected


def test_who_was_named_once_and_has_the_address_of_quickbooks_stands_once():
    same = replace(EVERY, email="BOOKS@b.example")

    assert addresses.usable(known(same), ()) == ("BOOKS@b.example",)


def test_an_address_that_came_back_is_left_out_whoever_named_it():
    bounced = Hold(1, HoldKind.BOUNCED, None, "jo@b.example came back", "system", octo(28))

    found = addresses.usable(known(EVERY, holds=(bounced,)), ())

    assert found == ("books@b.example",)
