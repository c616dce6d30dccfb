"""The text that goes over the wire: JSON with exact decimals, and instants with their offset."""

import functools
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

Body = dict[str, Any]

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
_UNIT = 10_000
_FIRST_YEAR, _LAST_YEAR = 1753, 9900  # room for a due date after the last day

_encoder = msgspec.json.Encoder(decimal_format="number")
_decoder = msgspec.json.Decoder(float_hook=Decimal)


def encode(value: Any) -> bytes:
    """Return JSON; a Decimal becomes a number that keeps its digits (100.00)."""
    return _encoder.encode(value)


def decode(text: str | bytes) -> Any:
    """Read JSON; a number with a point becomes a Decimal.  Raises ValueError when it is not JSON."""
    try:
        return _decoder.decode(text)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def cents(value: Decimal) -> Decimal:
    """Round to two decimals, half away from zero, as sales forms do."""
    return value.quantize(CENT, ROUND_HALF_UP)


def number(value: object) -> Decimal:
    """Return a JSON number, or text that holds one, as a Decimal; raises ValueError otherwise."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int | str):
        raise ValueError(f"not a number: {value!r}")
    try:
        result = Decimal(value)
    except InvalidOperation as error:
        raise ValueError(f"not a number: {value!r}") from error
    if not result.is_finite():
        raise ValueError(f"not a number: {value!r}")
    return result


def units(value: Decimal) -> int:
    """Return the amount as the store keeps it."""
    return int(value * _UNIT)


def money(stored: int) -> Decimal:
    """Return a stored amount with two decimals."""
    return (Decimal(stored) / _UNIT).quantize(CENT)


@functools.cache
def zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@functools.lru_cache(maxsize=256)
def micros(at: datetime) -> int:
    """Return an aware instant as the store keeps it."""
    whole = at.astimezone(UTC)
    return int(whole.replace(microsecond=0).timestamp()) * 1_000_000 + whole.microsecond


def instant(stored: int) -> datetime:
    seconds, rest = divmod(stored, 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=rest)


@functools.lru_cache(maxsize=256)
def stamp(at: datetime, zone_name: str) -> str:
    """Return the instant as MetaData shows it: whole seconds and a numeric offset."""
    return at.astimezone(zone(zone_name)).isoformat(timespec="seconds")


def envelope_time(at: datetime, zone_name: str) -> str:
    """Return the instant as the envelope's `time` shows it: milliseconds and a numeric offset."""
    return at.astimezone(zone(zone_name)).isoformat(timespec="milliseconds")


def parse_day(text: str) -> date:
    """Read 2026-10-30 or 2026/10/30 (a time behind it is ignored); raises ValueError."""
    found = date.fromisoformat(text[:10].replace("/", "-"))
    if not _FIRST_YEAR <= found.year <= _LAST_YEAR:
        raise ValueError(f"not a day of business: {found}")
    return found


def parse_instant(text: str, zone_name: str) -> datetime:
    """Read an instant or a bare day; without an offset it is meant in the server's zone.  Raises ValueError.

    A plus sign that arrived as a space (an unencoded query string) is put back.
    """
    repaired = text.strip()
    if len(repaired) > 11 and repaired[-6:-5] == " ":
        repaired = repaired[:-6] + "+" + repaired[-5:]
    at = datetime.fromisoformat(repaired)
    return at if at.tzinfo else at.replace(tzinfo=zone(zone_name))
