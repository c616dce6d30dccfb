"""The time zone and the locale of a company, where QuickBooks does not say: by country and state.

A state with two zones gets the one where most of its people live; the owner can change it.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError

UNKNOWN = "America/New_York"

COUNTRIES: Mapping[str, str] = {
    "US": "America/New_York",
    "CA": "America/Toronto",
    "GB": "Europe/London",
    "IE": "Europe/Dublin",
    "AU": "Australia/Sydney",
    "NZ": "Pacific/Auckland",
    "IN": "Asia/Kolkata",
    "SG": "Asia/Singapore",
    "ZA": "Africa/Johannesburg",
    "FR": "Europe/Paris",
    "DE": "Europe/Berlin",
    "MX": "America/Mexico_City",
}

_CENTRAL = "AL AR IA IL KS LA MN MO MS ND NE OK SD TN TX WI"
_MOUNTAIN = "CO MT NM UT WY"
_PACIFIC = "CA NV OR WA"

REGIONS: Mapping[str, Mapping[str, str]] = {
    "US": {
        **dict.fromkeys(_CENTRAL.split(), "America/Chicago"),
        **dict.fromkeys(_MOUNTAIN.split(), "America/Denver"),
        **dict.fromkeys(_PACIFIC.split(), "America/Los_Angeles"),
        "AK": "America/Anchorage",
        "AZ": "America/Phoenix",
        "HI": "Pacific/Honolulu",
        "ID": "America/Boise",
        "PR": "America/Puerto_Rico",
        "GU": "Pacific/Guam",
    },
    "CA": {
        "AB": "America/Edmonton",
        "BC": "America/Vancouver",
        "MB": "America/Winnipeg",
        "NB": "America/Moncton",
        "NL": "America/St_Johns",
        "NS": "America/Halifax",
        "NT": "America/Edmonton",
        "NU": "America/Iqaluit",
        "PE": "America/Halifax",
        "SK": "America/Regina",
        "YT": "America/Whitehorse",
    },
    "AU": {
        "ACT": "Australia/Sydney",
        "NT": "Australia/Darwin",
        "QLD": "Australia/Brisbane",
        "SA": "Australia/Adelaide",
        "TAS": "Australia/Hobart",
        "VIC": "Australia/Melbourne",
        "WA": "Australia/Perth",
    },
}


def zone(told: str | None, country: str | None, region: str | None) -> str:
    """The zone that QuickBooks names, if there is such a zone; else by state; else by country."""
    if told and is_zone(told):
        return told
    of_region = REGIONS.get(country or "US", {}).get((region or "").upper())
    return of_region or COUNTRIES.get(country or "US", UNKNOWN)


def locale(country: str | None) -> str:
    """English as that country writes dates and money; the American form where there is none."""
    try:
        return str(Locale.parse(f"en_{country or 'US'}"))
    except (UnknownLocaleError, ValueError):
        return "en_US"


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
