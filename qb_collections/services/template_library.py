"""The templates that a company's messages are written with: its own versions first, else those that ship."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from sqlalchemy import Connection

from qb_collections.messages.library import Library, packaged
from qb_collections.messages.wording import in_language
from qb_collections.store import languages, signing, templates
from qb_collections.store.companies import Company
from qb_collections.store.signing import Signer


@dataclass(frozen=True, slots=True)
class Voice:
    """How one customer is spoken to: with which templates, and as people of which locale write."""

    library: Library
    locale: str
    signers: Mapping[str, Signer] = field(default_factory=dict, hash=False)  # who signs, by sender


class Voices:
    """Those of a whole company, from three small queries."""

    def __init__(self, conn: Connection, company: Company) -> None:
        self.library = library_for(conn, company)
        self._locale = company.locale
        self._languages = languages.by_customer(conn, company.id)
        self._signers = signing.signers(conn, company.id)
        self._spoken: dict[str | None, Voice] = {}

    def of(self, customer_id: str) -> Voice:
        """The customer's language where a person chose one, else the company's; QuickBooks keeps none."""
        language = self._languages.get(customer_id)
        voice = self._spoken.get(language)
        if voice is None:
            locale = in_language(self._locale, language) if language else self._locale
            voice = self._spoken[language] = Voice(self.library, locale, self._signers)
        return voice


Own = tuple[tuple[str, str, str], ...]  # name, language, text


def library_for(conn: Connection, company: Company) -> Library:
    """Costs one small query; the templates themselves are read once for all companies that share them."""
    return library_of(own_of(conn, company))


def own_of(conn: Connection, company: Company) -> Own:
    return tuple(
        (one.name, one.language, one.text)
        for one in templates.in_force(conn, company.id)
        if one.text is not None
    )


@lru_cache(maxsize=64)
def library_of(own: Own) -> Library:
    """Every library with the same texts is the same one, so that each is parsed once."""
    if not own:
        return packaged()
    return Library(*packaged().folders, own={(name, language): text for name, language, text in own})
