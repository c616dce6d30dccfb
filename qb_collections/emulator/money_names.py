"""The names that QuickBooks writes beside currency codes."""

from qb_collections.emulator.wire import Body

_NAMES = {
    "USD": "United States Dollar",
    "CAD": "Canadian Dollar",
    "GBP": "British Pound Sterling",
    "EUR": "Euro",
    "AUD": "Australian Dollar",
    "JPY": "Japanese Yen",
}


def currency_ref(code: str) -> Body:
    """Return the reference as it stands on every entity, in single-currency companies too."""
    return {"value": code, "name": _NAMES.get(code, code)}
