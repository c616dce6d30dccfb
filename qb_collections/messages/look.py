"""How a company's messages look: its logo and its colour.  Messages are whole without either."""

from __future__ import annotations

import hashlib
import re
import struct
from dataclasses import dataclass
from functools import cached_property

LOGO_MAX = 1_000_000  # bytes; a message with its logo stays small
LOGO_SIDE_MAX = 4000  # pixels
SHOWN_WIDTH, SHOWN_HEIGHT = 200, 64  # of a logo in a message, at most, in CSS pixels
PNG, JPEG = "image/png", "image/jpeg"

_PNG_HEAD = b"\x89PNG\r\n\x1a\n"
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}\Z")


class LogoRefused(ValueError):
    """A file that is no logo for us; the text is a sentence for the person who chose it."""


@dataclass(frozen=True)
class Look:
    """logo and logo_type come together; colour is "#rrggbb" and is used for one line above the text."""

    logo: bytes | None = None
    logo_type: str | None = None  # image/png, image/jpeg
    colour: str | None = None

    def __post_init__(self) -> None:
        if self.colour is not None and not _COLOUR.match(self.colour):
            raise ValueError(f'"{self.colour[:20]}" is not a colour like #14624c.')
        if self.logo is not None and logo_type(self.logo) != self.logo_type:
            raise ValueError("the logo's bytes are not of its type")

    @cached_property
    def logo_cid(self) -> str | None:
        """The Content-ID of the logo, without < and >: the same for the same bytes."""
        if self.logo is None:
            return None
        return f"logo.{hashlib.sha256(self.logo).hexdigest()[:20]}@images.invalid"

    @cached_property
    def logo_size(self) -> tuple[int, int] | None:
        """Width and height at which the logo is shown: never larger than it is."""
        if self.logo is None:
            return None
        width, height = _size(self.logo, self.logo_type)
        shrink = min(1.0, SHOWN_WIDTH / width, SHOWN_HEIGHT / height)
        return max(1, round(width * shrink)), max(1, round(height * shrink))


PLAIN = Look()


def logo_type(data: bytes) -> str:
    """image/png or image/jpeg, by the bytes and never by the name.  Raises LogoRefused with a sentence."""
    if len(data) > LOGO_MAX:
        size = f"{len(data) / 1_000_000:,.1f} MB"
        raise LogoRefused(f"This file has {size}; a logo has at most 1 MB. A smaller copy looks the same.")
    kind = PNG if data.startswith(_PNG_HEAD) else JPEG if data.startswith(b"\xff\xd8\xff") else None
    if kind is None:
        raise LogoRefused("This file is neither a PNG nor a JPEG picture. Save the logo as one of these.")
    width, height = _size(data, kind)
    if not (0 < width <= LOGO_SIDE_MAX and 0 < height <= LOGO_SIDE_MAX):
        raise LogoRefused(
            f"This picture is {width} by {height} pixels; at most {LOGO_SIDE_MAX} a side are taken."
        )
    return kind


def _size(data: bytes, kind: str | None) -> tuple[int, int]:
    """Width and height in pixels, as the picture's own head says, or LogoRefused."""
    found = _png_size(data) if kind == PNG else _jpeg_size(data)
    if found is None:
        raise LogoRefused("This picture cannot be read: it does not say how large it is.")
    return found


def _png_size(data: bytes) -> tuple[int, int] | None:
    if len(data) < 33 or data[12:16] != b"IHDR" or b"IEND" not in data[-16:]:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def _jpeg_size(data: bytes) -> tuple[int, int] | None:
    """From the first frame header (SOF0 to SOF15 without DHT, JPG and DAC: ITU T.81, table B.1)."""
    place = 2
    while place + 9 <= len(data):
        if data[place] != 0xFF:
            return None
        mark = data[place + 1]
        if mark == 0xFF:
            place += 1
        elif 0xC0 <= mark <= 0xCF and mark not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", data[place + 5 : place + 9])
            return width, height
        else:
            (length,) = struct.unpack(">H", data[place + 2 : place + 4])
            place += 2 + length
    return None
