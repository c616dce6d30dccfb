"""The text fields that a company defines for its sales forms (up to three, by its preferences)."""

from typing import Any

from qb_collections.emulator import errors
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

_USED, _NAMED = "SalesFormsPrefs.UseSalesCustom", "SalesFormsPrefs.SalesCustomName"
_MOST_TEXT = 31  # StringValue of a custom field (API reference)


def shown(work: Work, sent: list[Body]) -> list[Body]:
    """Return every defined field with what the form says in it: recorded forms list the empty ones too.

    What is sent for a field that is not defined is not kept; without any definition all of it is.
    """
    groups = work.preference("SalesFormsPrefs", "CustomField")
    if not groups and not sent:
        return sent
    values = {str(one.get("DefinitionId", "")): str(one.get("StringValue") or "") for one in sent}
    for value in values.values():
        if len(value) > _MOST_TEXT:
            raise errors.too_long("CustomField.StringValue", _MOST_TEXT, len(value))
    defined = _defined(groups or [])
    if not defined:
        return sent
    return [
        {"DefinitionId": id_, "Name": name, "Type": "StringType"}
        | ({"StringValue": values[id_]} if values.get(id_) else {})
        for id_, name in sorted(defined.items())
    ]


def _defined(groups: list[Body]) -> dict[str, str]:
    """Return the names of the fields in use by their number, as Preferences spell them."""
    told: dict[str, Any] = {}
    for group in groups:
        for one in group.get("CustomField", []):
            told[str(one.get("Name"))] = one.get("BooleanValue", one.get("StringValue"))
    return {
        name.removeprefix(_NAMED): str(value)
        for name, value in told.items()
        if name.startswith(_NAMED) and told.get(_USED + name.removeprefix(_NAMED)) is True
    }
