"""Values made quickly are as frozen, as equal and as careful as any dataclass."""

from __future__ import annotations

import copy
import pickle
from dataclasses import dataclass, field, fields, replace

import pytest

from qb_collections.core.decision import Finding
from qb_collections.core.money import Money
from qb_collections.core.quick import changed, quick
from tests.core.making import case, nov, usd


@quick
@dataclass(frozen=True, slots=True)
class Label:
    text: str
    colour: str = "white"


@pytest.fixture
def Parcel():
    @quick
    @dataclass(frozen=True, slots=True)
    class Parcel:
        sender: str
        grams: int
        stamps: tuple[str, ...] = ()
        notes: list[str] = field(default_factory=list)
        seen: int | None = field(default=None, compare=False)

        def __post_init__(self) -> None:
            if self.grams < 0:
                raise ValueError(f"{self.grams} grams")

    return Parcel


def test_it_takes_arguments_by_place_and_by_name_and_fills_in_what_is_left_out(Parcel):
    parcel = Parcel("Alma", grams=300)

    assert (parcel.sender, parcel.grams, parcel.stamps, parcel.notes, parcel.seen) == (
        *("Alma", 300, (), []),
        None,
    )
    assert Parcel("Alma", 300, ("red",), ["fragile"], 2).stamps == ("red",)


def test_what_a_class_keeps_from_its_text_stays_out_of_it():
    @quick
    @dataclass(frozen=True, slots=True)
    class Sealed:
        text: str
        key: str = field(repr=False)

    assert repr(Sealed("to Alma", "4711")).endswith("Sealed(text='to Alma')")


def test_every_value_has_a_list_of_its_own(Parcel):
    one, other = Parcel("Alma", 300), Parcel("Alma", 300)

    one.notes.append("fragile")

    assert other.notes == []


def test_nothing_can_be_changed_once_it_is_made(Parcel):
    parcel = Parcel("Alma", 300)

    with pytest.raises(AttributeError):
        parcel.grams = 200
    with pytest.raises(AttributeError):
        del parcel.grams


def test_what_the_class_refuses_is_refused(Parcel):
    with pytest.raises(ValueError, match="-1 grams"):
        Parcel("Alma", -1)
    with pytest.raises(ValueError, match="-2 grams"):
        replace(Parcel("Alma", 1), grams=-2)


def test_a_missing_or_an_unknown_argument_is_refused_by_its_name(Parcel):
    with pytest.raises(TypeError, match="sender"):
        Parcel(grams=1)
    with pytest.raises(TypeError, match="weight"):
        Parcel("Alma", 1, weight=2)


def test_equality_and_hash_go_by_the_fields_that_count(Parcel):
    assert Parcel("Alma", 300, seen=1) == Parcel("Alma", 300, seen=2)
    assert Parcel("Alma", 300) != Parcel("Alma", 301)
    assert hash(Label("fragile")) == hash(Label("fragile"))
    assert repr(Label("fragile")) == "Label(text='fragile', colour='white')"
    assert [one.name for one in fields(Parcel)] == ["sender", "grams", "stamps", "notes", "seen"]


def test_copies_and_pickles_are_equal(Parcel):
    parcel = Parcel("Alma", 300, ("red",), ["fragile"])

    assert copy.copy(parcel) == copy.deepcopy(parcel) == parcel
    assert pickle.loads(pickle.dumps(Label("fragile", "red"))) == Label("fragile", "red")
    assert replace(parcel, sender="Dana") == Parcel("Dana", 300, ("red",), ["fragile"])


def test_a_class_that_inherits_or_works_out_a_field_is_our_mistake():
    @dataclass(frozen=True, slots=True)
    class Plain:
        text: str

    @dataclass(frozen=True, slots=True)
    class Heavy(Plain):
        grams: int = 0

    @dataclass(frozen=True, slots=True)
    class Counted:
        text: str
        length: int = field(init=False, default=0)

    @dataclass(frozen=True, slots=True)
    class Named:
        text: str = field(kw_only=True)

    for kind in (Heavy, Counted, Named):
        with pytest.raises(AssertionError, match=kind.__name__):
            quick(kind)


def test_it_has_its_fields_and_room_for_nothing_else(Parcel):
    parcel = Parcel("Alma", 300)

    assert type(parcel) is Parcel and not hasattr(parcel, "__dict__")
    assert Parcel.__qualname__.endswith("Parcel") and Parcel.__module__ == __name__


def test_a_changed_value_differs_in_the_named_field_alone():
    one = case()

    other = changed(one, start_on=nov(3))

    assert other == replace(one, start_on=nov(3)) and one.start_on is None
    with pytest.raises(TypeError, match="colour"):
        changed(one, colour="red")


@pytest.mark.parametrize("value", [usd("1.00"), Finding("stage", "Not yet.", True, nov(3), "1")])
def test_what_is_made_in_tens_of_thousands_is_frozen_all_the_same(value):
    name = "amount" if isinstance(value, Money) else "gate"

    with pytest.raises(AttributeError):
        setattr(value, name, None)
    assert value == replace(value) and hash(value) == hash(replace(value))


def test_a_finding_takes_its_defaults():
    assert Finding("stage", "Not yet.") == Finding(
        gate="stage", because="Not yet.", stops=False, review_on=None, invoice_id=None
    )
