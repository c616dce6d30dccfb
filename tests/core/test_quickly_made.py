"""A value made quickly is the same value."""

from dataclasses import FrozenInstanceError, dataclass, field, fields, replace

import pytest

from qb_collections.core.quickly_made import changed, quickly_made


@dataclass(frozen=True, slots=True)
class Usual:
    name: str
    size: int = 3
    seen: str | None = field(default=None, compare=False)

    def __post_init__(self):
        if self.size < 0:
            raise ValueError("too small")


@quickly_made
@dataclass(frozen=True, slots=True)
class Quick:
    name: str
    size: int = 3
    seen: str | None = field(default=None, compare=False)

    def __post_init__(self):
        if self.size < 0:
            raise ValueError("too small")


@pytest.mark.parametrize("given", [("a",), ("a", 4), ("a", 4, "now")])
def test_every_field_is_what_the_usual_class_makes_of_it(given):
    usual, quick = Usual(*given), Quick(*given)

    assert [getattr(quick, one.name) for one in fields(quick)] == [
        getattr(usual, one.name) for one in fields(usual)
    ]
    assert repr(quick) == repr(usual).replace("Usual", "Quick")


def test_it_is_compared_hashed_and_replaced_as_before():
    one = Quick(name="a", seen="today")

    assert one == Quick("a", 3, "yesterday") and hash(one) == hash(Quick("a"))
    assert replace(one, size=9) == Quick("a", 9)


def test_it_cannot_be_changed_and_still_refuses_what_it_refused():
    with pytest.raises(FrozenInstanceError):
        Quick("a").name = "b"
    with pytest.raises(ValueError, match="too small"):
        Quick("a", -1)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'name'"):
        Quick()
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        Quick("a", colour="red")


def test_a_class_that_only_the_usual_way_can_make_is_refused():
    @dataclass(frozen=True, slots=True)
    class Fresh:
        names: list[str] = field(default_factory=list)

    @dataclass(frozen=True, slots=True)
    class Below(Usual):
        more: str = ""

    for one in (Fresh, Below):
        with pytest.raises(TypeError, match="has a field that only the usual __init__ can set"):
            quickly_made(one)


def test_a_changed_value_differs_in_the_named_fields_alone():
    one = Quick("a", 4, "now")

    other = changed(one, size=5)

    assert (other.name, other.size, other.seen) == ("a", 5, "now") and one.size == 4
    with pytest.raises(TypeError, match="Quick has no field colour"):
        changed(one, colour="red")
