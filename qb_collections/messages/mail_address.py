"""One e-mail address, fit for a header and for a mail server; anything else is refused with a sentence."""

from __future__ import annotations

import re

ADDRESS_MAX = 254  # characters (RFC 5321, 4.5.3.1.3, less the two angle brackets)
LOCAL_MAX = 64  # characters before the @ (RFC 5321, 4.5.3.1.1)

# An atom or dots between atoms (RFC 5322, 3.2.3).  Quoted names before the @ exist on paper only.
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)\Z")


class NoAddress(ValueError):
    """This is not one address we can write to; the text is a sentence."""


def address(text: str) -> str:
    """The address as it goes over the wire: its domain in small letters and in ASCII.  Raises NoAddress."""
    shown = f'"{text[:60]}"' if text.isprintable() else "this"
    if len(text) > ADDRESS_MAX:
        raise NoAddress(f"An address of {len(text):,} characters cannot be written to.")
    if any(mark in text for mark in ",; \t\r\n<>()"):
        raise NoAddress(f"{shown} is not one address: one message goes to one address.")
    local, at, domain = text.rpartition("@")
    if not at or "@" in local or not local or not domain:
        raise NoAddress(f"{shown} is not an e-mail address.")
    if not local.isascii():
        raise NoAddress(
            f"{shown} has letters before the @ that few mail servers take; send this one by hand."
        )
    wired = _domain(domain)
    if "=?" in local:  # an encoded word to whoever reads a header (RFC 2047), never an address
        raise NoAddress(f"{shown} is not an e-mail address.")
    if len(local) > LOCAL_MAX or not _LOCAL.match(local) or wired is None:
        raise NoAddress(f"{shown} is not an e-mail address.")
    return f"{local}@{wired}"


def domain_of(wired: str) -> str:
    """The part after the @, in small letters."""
    return wired.rpartition("@")[2].casefold()


def _domain(text: str) -> str | None:
    """In ASCII (IDNA), or None when it is no domain."""
    try:
        wired = text.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    labels = wired.split(".")
    whole = len(labels) >= 2 and len(wired) <= 253 and all(_LABEL.match(label) for label in labels)
    return wired if whole else None
