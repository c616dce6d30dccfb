"""What is wrong with a policy's setting, in a bookkeeper's words: pydantic's findings, said anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from qb_collections.core.policy_text import Location, nearest, path_text

_WRONG_KIND: Mapping[str, str] = {
    "int_type": "a whole number without quotes is needed, as in 6",
    "bool_type": "true or false is needed, without quotes",
    "bool_parsing": "true or false is needed, without quotes",
    "string_type": 'a text in quotes is needed, as in "first message"',
    "time_type": "a time of day is needed, as in 09:00:00",
    "time_parsing": "a time of day is needed, as in 09:00:00",
    "date_type": "a day is needed, as in 2026-12-24",
    "date_parsing": "a day is needed, as in 2026-12-24",
    "date_from_datetime_parsing": "a day is needed, as in 2026-12-24",
    "date_from_datetime_inexact": "a day without a time is needed, as in 2026-12-24",
    "finite_number": "an ordinary number is needed, as in 25.50",
}
# The lists of a policy, by the name that the setting has.
_LISTS: Mapping[str, str] = {
    "days": 'one or more of "mon", "tue", "wed", "thu", "fri", "sat", "sun", as in days = ["mon", "tue"]',
    "extra": "days in brackets, as in extra = [2026-12-24]",
    "ladder": "one or more steps, each under its own [[ladder]]",
    "quiet": "seasons, each under its own [[quiet]]",
}
_CODES: Mapping[str, str] = {
    "country": 'a country\'s two capital letters are needed, as in "US"',
    "subdivision": 'the letters of a state or province are needed, as in "TN"',
    "template": 'the name of a text is needed: small letters, digits and _, as in "did_it_reach_you"',
    "smallest_balance_in": "a currency's three capital letters are needed, as in JPY = 2500",
    "call_in": "a currency's three capital letters are needed, as in JPY = 75000",
    "plan_offer_in": "a currency's three capital letters are needed, as in JPY = 75000",
}
_A_CODE = 'one capital letter and up to seven more capital letters or digits are needed, as in "S2"'


def said(detail: Mapping[str, Any]) -> str:
    """What is wrong and what is allowed, for one of pydantic's details."""
    kind, limits, location = detail["type"], detail.get("ctx", {}), tuple(detail["loc"])
    if kind in _WRONG_KIND:
        return _WRONG_KIND[kind]
    if kind in ("too_short", "tuple_type"):
        return _list(location, empty=kind == "too_short" and limits.get("actual_length") == 0)
    if kind == "too_long":
        return f"at most {limits['max_length']} are possible, and there are {limits['actual_length']}"
    if kind in ("greater_than_equal", "less_than_equal"):
        least = "ge" in limits
        limit = _number(limits["ge" if least else "le"])
        # A cap of nothing is one that no ladder could keep.
        never = "; with less, no step could ever go out" if _name(location).startswith("at_most_in_") else ""
        return f"at least {limit} is needed{never}" if least else f"at most {limit} is possible"
    if kind == "string_too_short":
        return "it must not be empty"
    if kind == "string_too_long":
        return f"it may have {limits['max_length']} letters at most"
    if kind == "string_pattern_mismatch":
        return _code(location)
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return _table(location)
    if kind == "literal_error":
        close = nearest(str(detail["input"]), str(limits["expected"]).split("'")[1::2])
        return f"it is one of {limits['expected']}" + (f'; did you mean "{close}"?' if close else "")
    return str(detail["msg"]).removeprefix("Value error, ")


def without_echoes(details: Sequence[Any]) -> Iterable[Any]:
    """Leave out "too short" for a list whose entries are refused one by one: there they are named."""
    for detail in details:
        place = tuple(detail["loc"])
        inside = any(
            len(other["loc"]) > len(place) and tuple(other["loc"])[: len(place)] == place for other in details
        )
        if not (detail["type"] == "too_short" and inside):
            yield detail


def _number(limit: object) -> str:
    """pydantic hands a Decimal over as the text Decimal('25')."""
    return f"{Decimal(str(limit).removeprefix('Decimal(').strip(chr(39) + '()')):,}"


def _list(location: Location, *, empty: bool) -> str:
    allowed = _LISTS.get(_name(location), "values in brackets")
    return f"{'it is empty' if empty else 'that is not a list'}; allowed are {allowed}"


def _code(location: Location) -> str:
    return next((text for name, text in _CODES.items() if name in location), _A_CODE)


def _table(location: Location) -> str:
    name = _name(location)
    if name in ("ladder", "quiet"):
        return f"that is not a list; allowed are {_LISTS[name]}"
    return f"that is no section; write [{path_text(location)}] on its own line and its settings below"


def _name(location: Location) -> str:
    """The setting's own name; of an entry of a list the list's."""
    return next((str(part) for part in reversed(location) if isinstance(part, str) and part != "[key]"), "")
