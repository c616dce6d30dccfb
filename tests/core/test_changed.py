"""A value with a field changed is otherwise the same."""

from dataclasses import FrozenInstanceError, replace

import pytest

from qb_collections.core.changed import changed
from qb_collections.core.decision import Finding
from qb_collections.core.money import Money
from tests.core.making import case, nov, usd


def test_a_changed_value_differs_in_the_named_field_alone():
    one = case()

    other = changed(one, start_on=nov(3))

    assert other == replace(one, start_on=nov(3)) and one.start_on is None
    with pytest.raises(TypeError, match="Case has no field colour"):
        changed(one, colour="red")


@pytest.mark.parametrize("value", [usd("1.00"), Finding("stage", "Not yet.", True, nov(3), "1")])
def test_what_is_made_in_tens_of_thousands_is_frozen_all_the_same(value):
    name = "amount" if isinstance(value, Money) else "gate"

    with pytest.raises(FrozenInstanceError):
        setattr(value, name, None)
    assert value == replace(value) and hash(value) == hash(replace(value))


def test_a_finding_takes_its_defaults():
    assert Finding("stage", "Not yet.") == Finding(
        gate="stage", because="Not yet.", stops=False, review_on=None, invoice_id=None
    )
