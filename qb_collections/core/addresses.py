"""Which e-mail addresses of a customer can be used: what came back is left out until there is another."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from qb_collections.core.books import Invoice
from qb_collections.core.case import Case, Hold, HoldKind, Person

# An apostrophe inside a name is part of it (o'brien@…); around an address it is a quotation mark.
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"'](?:[^\s<>()\[\],;:\"]*[^\s<>()\[\],;:\"'])?@[^\s<>()\[\],;:\"'@]+")

_BETWEEN = re.compile(r"[\s,;]+")


@dataclass(frozen=True, slots=True)
class Bounce:
    """An address that QuickBooks still has and to which e-mail came back."""

    address: str
    on: date


def usable(case: Case, invoices: Iterable[Invoice], *, firm: bool = False) -> tuple[str, ...]:
    """The addresses to write to, the customer's before those of the invoices; each once, capitals or not.

    Whom the company named stands before what QuickBooks has; who is named for the firm steps is first
    there, and last before them.  One that wants no automatic e-mail comes last of all: a person may write
    to it, we may not.
    """
    if not case.holds and not case.stopped:
        return known(case, invoices, firm)
    bounces = _bounces(case)
    found = [one for one in known(case, invoices, firm) if not any(_came_back(hold, one) for hold in bounces)]
    if case.stopped:
        found.sort(key=lambda one: one.casefold() in case.stopped)
    return tuple(found)


def mailable(case: Case, invoices: Iterable[Invoice]) -> tuple[str, ...]:
    """The usable addresses to which something may go without a person sending it."""
    return tuple(one for one in usable(case, invoices) if one.casefold() not in case.stopped)


def bounced(case: Case, invoices: Iterable[Invoice]) -> Bounce | None:
    """The address that came back last, as QuickBooks still has it; None when none of these did."""
    theirs = known(case, invoices)
    found = [
        Bounce(address, hold.placed_on)
        for hold in _bounces(case)
        for address in theirs
        if _came_back(hold, address)
    ]
    return max(found, key=lambda one: one.on, default=None)


def is_address(text: str) -> bool:
    """Whether this is one e-mail address and nothing else."""
    return _ADDRESS.fullmatch(text) is not None and text.isprintable()


def named_in(reason: str) -> frozenset[str]:
    """The addresses that a reason names, in small letters.

    A bounce that names none is about every address: who places one should add what is known.
    """
    return frozenset(found.rstrip(".!?").casefold() for found in _ADDRESS.findall(reason))


def _bounces(case: Case) -> list[Hold]:
    return [hold for hold in case.holds if hold.kind is HoldKind.BOUNCED]


def known(case: Case, invoices: Iterable[Invoice], firm: bool = False) -> tuple[str, ...]:
    """Every address of theirs, also those to which e-mail came back; each once, capitals or not."""
    of_invoices = [part for one in invoices if one.email for part in _parts(one.email)]
    if len(case.customer.emails) == 1 and not of_invoices and not case.people:
        return case.customer.emails  # nearly everybody
    found: dict[str, str] = {}
    for_firm = _named(case.people, "firm") if case.people else ()
    named: Sequence[str] = _named(case.people, "every") if case.people else ()
    if firm:
        named = (*for_firm, *named)
    for address in (*named, *case.customer.emails, *of_invoices, *for_firm):
        found.setdefault(address.casefold(), address)
    return tuple(found.values())


def _named(people: Iterable[Person], written_to: str) -> list[str]:
    return [one.email for one in people if one.email and one.written_to == written_to]


def _parts(field: str) -> list[str]:
    """One field of an invoice may hold several addresses."""
    return [part for part in _BETWEEN.split(field) if "@" in part.strip("@")]


def _came_back(hold: Hold, address: str) -> bool:
    named = named_in(hold.reason)
    return not named or address.casefold() in named
