"""Which time zones a billing address may lie in.  A place in a state with two zones has both.

Zone names are those of the IANA time zone database (2025a); state borders of zones from
49 CFR part 71 (US), the provinces' time acts (Canada) and the states' (Australia).
"""

from __future__ import annotations

_EASTERN, _CENTRAL, _MOUNTAIN, _PACIFIC = (
    *("America/New_York", "America/Chicago"),
    *("America/Denver", "America/Los_Angeles"),
)

US_STATES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "CT",
            "DE",
            "DC",
            "GA",
            "ME",
            "MD",
            "MA",
            "NH",
            "NJ",
            "NY",
            "NC",
            "OH",
            "PA",
            "RI",
            "SC",
            "VT",
            "VA",
        ),
        (_EASTERN,),
    ),
    "WV": (_EASTERN,),
    **dict.fromkeys(("AL", "AR", "IL", "IA", "LA", "MN", "MS", "MO", "OK", "WI"), (_CENTRAL,)),
    **dict.fromkeys(("CO", "MT", "NM", "UT", "WY"), (_MOUNTAIN,)),
    **dict.fromkeys(("CA", "WA", "NV"), (_PACIFIC,)),
    # Two zones in one state: both count, unless the city is known.
    **dict.fromkeys(("FL", "TN", "KY"), (_EASTERN, _CENTRAL)),
    "IN": ("America/Indiana/Indianapolis", _CENTRAL),
    "MI": ("America/Detroit", _CENTRAL),
    **dict.fromkeys(("KS", "NE", "ND", "SD", "TX"), (_CENTRAL, _MOUNTAIN)),
    "ID": (_MOUNTAIN, _PACIFIC),
    "OR": (_PACIFIC, _MOUNTAIN),
    "AZ": ("America/Phoenix",),  # no daylight saving time, but for the Navajo Nation
    "AK": ("America/Anchorage", "America/Adak"),
    "HI": ("Pacific/Honolulu",),
    "PR": ("America/Puerto_Rico",),
    "VI": ("America/St_Thomas",),
    "GU": ("Pacific/Guam",),
    "MP": ("Pacific/Guam",),
    "AS": ("Pacific/Pago_Pago",),
}

# Cities of two-zone states that lie surely in one of them.
US_CITIES: dict[tuple[str, str], str] = {
    **dict.fromkeys((("TN", "chattanooga"), ("TN", "knoxville"), ("TN", "johnson city")), _EASTERN),
    **dict.fromkeys(
        (("TN", "nashville"), ("TN", "memphis"), ("TN", "murfreesboro"), ("TN", "franklin")), _CENTRAL
    ),
    **dict.fromkeys((("FL", "miami"), ("FL", "orlando"), ("FL", "tampa"), ("FL", "jacksonville")), _EASTERN),
    ("FL", "pensacola"): _CENTRAL,
    **dict.fromkeys((("KY", "louisville"), ("KY", "lexington")), _EASTERN),
    ("KY", "bowling green"): _CENTRAL,
    ("IN", "indianapolis"): "America/Indiana/Indianapolis",
    **dict.fromkeys((("IN", "gary"), ("IN", "evansville")), _CENTRAL),
    **dict.fromkeys((("MI", "detroit"), ("MI", "grand rapids"), ("MI", "lansing")), "America/Detroit"),
    **dict.fromkeys((("TX", "houston"), ("TX", "dallas"), ("TX", "austin"), ("TX", "san antonio")), _CENTRAL),
    **dict.fromkeys((("KS", "wichita"), ("NE", "omaha"), ("NE", "lincoln"), ("ND", "fargo")), _CENTRAL),
    ("TX", "el paso"): _MOUNTAIN,
    ("SD", "sioux falls"): _CENTRAL,
    ("SD", "rapid city"): _MOUNTAIN,
    ("ID", "boise"): _MOUNTAIN,
    ("OR", "portland"): _PACIFIC,
    ("AK", "anchorage"): "America/Anchorage",
    **dict.fromkeys(
        (("AZ", "window rock"), ("AZ", "tuba city"), ("AZ", "kayenta"), ("AZ", "chinle")), _MOUNTAIN
    ),
}

US_STATE_NAMES: dict[str, str] = {

        "ALABAMA": "AL",
        "ALASKA": "AK",
        "ARIZONA": "AZ",
        "ARKANSAS": "AR",
        "CALIFORNIA": "CA",
        "COLORADO": "CO"
    ,
    "CONNECTICUT": "CT", "DELAWARE": "DE", "DISTRICT OF COLUMBIA": "DC", "FLORIDA": "FL", "GEORGIA": "GA",
    "HAWAII": "HI", "IDAHO": "ID", "ILLINOIS": "IL", "INDIANA": "IN", "IOWA": "IA", "KANSAS": "KS",
    "KENTUCKY": "KY", "LOUISIANA": "LA", "MAINE": "ME", "MARYLAND": "MD", "MASSACHUSETTS": "MA",
    "MICHIGAN": "MI", "MINNESOTA": "MN", "MISSISSIPPI": "MS", "MISSOURI": "MO", "MONTANA": "MT",
    "NEBRASKA": "NE", "NEVADA": "NV", "NEW HAMPSHIRE": "NH", "NEW JERSEY": "NJ", "NEW MEXICO": "NM",
    "NEW YORK": "NY", "NORTH CAROLINA": "NC", "NORTH DAKOTA": "ND", "OHIO": "OH", "OKLAHOMA": "OK",

        "OREGON": "OR",
        "PENNSYLVANIA": "PA",
        "RHODE ISLAND": "RI",
        "SOUTH CAROLINA": "SC",
        "SOUTH DAKOTA": "SD"
    ,
    "TENNESSEE": "TN", "TEXAS": "TX", "UTAH": "UT", "VERMONT": "VT", "VIRGINIA": "VA", "WASHINGTON": "WA",
    "WEST VIRGINIA": "WV", "WISCONSIN": "WI", "WYOMING": "WY", "PUERTO RICO": "PR", "GUAM": "GU",
}

CANADIAN_PROVINCES: dict[str, tuple[str, ...]] = {
    "BC": ("America/Vancouver", "America/Edmonton"),
    "AB": ("America/Edmonton",),
    "SK": ("America/Regina",),  # no daylight saving time
    "MB": ("America/Winnipeg",),
    "ON": ("America/Toronto", "America/Winnipeg"),
    "QC": ("America/Toronto",),
    **dict.fromkeys(("NB", "NS", "PE"), ("America/Halifax",)),
    "NL": ("America/St_Johns", "America/Halifax"),
    "YT": ("America/Whitehorse",),
    "NT": ("America/Edmonton",),
    "NU": ("America/Toronto", "America/Winnipeg", "America/Edmonton"),
}

AUSTRALIAN_STATES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("NSW", "ACT"), ("Australia/Sydney",)),
    "VIC": ("Australia/Melbourne",),
    "QLD": ("Australia/Brisbane",),
    "SA": ("Australia/Adelaide",),
    "WA": ("Australia/Perth",),
    "TAS": ("Australia/Hobart",),
    "NT": ("Australia/Darwin",),
}

# A country whose address names no state that we know: every zone its customer may well be in.
COUNTRIES: dict[str, tuple[str, ...]] = {
    "US": (_EASTERN, _CENTRAL, _MOUNTAIN, _PACIFIC),
    "CA": ("America/St_Johns", "America/Halifax", "America/Toronto", "America/Winnipeg", "America/Edmonton")
    + ("America/Vancouver",),
    "AU": (
        "Australia/Sydney",
        "Australia/Brisbane",
        "Australia/Adelaide",
        "Australia/Darwin",
        "Australia/Perth",
    ),
    "GB": ("Europe/London",), "IE": ("Europe/Dublin",), "DE": ("Europe/Berlin",), "FR": ("Europe/Paris",),

        "IT": ("Europe/Rome",),
        "NL": ("Europe/Amsterdam",),
        "BE": ("Europe/Brussels",),
        "AT": ("Europe/Vienna",)
    ,
    "CH": ("Europe/Zurich",), "LU": ("Europe/Luxembourg",), "DK": ("Europe/Copenhagen",),

        "SE": ("Europe/Stockholm",),
        "NO": ("Europe/Oslo",),
        "FI": ("Europe/Helsinki",),
        "PL": ("Europe/Warsaw",)
    ,

        "CZ": ("Europe/Prague",),
        "GR": ("Europe/Athens",),
        "HU": ("Europe/Budapest",),
        "IS": ("Atlantic/Reykjavik",)
    ,
    "ES": ("Europe/Madrid", "Atlantic/Canary"), "PT": ("Europe/Lisbon", "Atlantic/Azores"),
    "NZ": ("Pacific/Auckland",), "JP": ("Asia/Tokyo",), "KR": ("Asia/Seoul",), "SG": ("Asia/Singapore",),

        "HK": ("Asia/Hong_Kong",),
        "IN": ("Asia/Kolkata",),
        "ZA": ("Africa/Johannesburg",),
        "AE": ("Asia/Dubai",)
    ,

        "IL": ("Asia/Jerusalem",),
        "PH": ("Asia/Manila",),
        "TH": ("Asia/Bangkok",),
        "TR": ("Europe/Istanbul",)
    ,
    "WS": ("Pacific/Apia",), "TO": ("Pacific/Tongatapu",), "FJ": ("Pacific/Fiji",),
    "KI": ("Pacific/Tarawa", "Pacific/Kanton", "Pacific/Kiritimati"),
}

COUNTRY_NAMES: dict[str, str] = {
    **dict.fromkeys(("USA", "U.S.A.", "U.S.", "UNITED STATES", "UNITED STATES OF AMERICA"), "US"),
    **dict.fromkeys(("CAN", "CANADA"), "CA"),
    **dict.fromkeys(("AUS", "AUSTRALIA"), "AU"),
    **dict.fromkeys(("GBR", "UK", "UNITED KINGDOM", "GREAT BRITAIN", "ENGLAND", "SCOTLAND", "WALES"), "GB"),
    "IRL": "IE", "IRELAND": "IE", "DEU": "DE", "GERMANY": "DE", "FRA": "FR", "FRANCE": "FR", "ESP": "ES",

        "SPAIN": "ES",
        "ITA": "IT",
        "ITALY": "IT",
        "NLD": "NL",
        "NETHERLANDS": "NL",
        "BEL": "BE",
        "BELGIUM": "BE"
    ,
    "AUT": "AT", "AUSTRIA": "AT", "CHE": "CH", "SWITZERLAND": "CH", "NZL": "NZ", "NEW ZEALAND": "NZ",
    "IND": "IN", "INDIA": "IN", "JPN": "JP", "JAPAN": "JP", "ZAF": "ZA", "SOUTH AFRICA": "ZA",
}
