"""The companies of one emulator, as the consent page, the development keys and the index show them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from qb_collections.emulator.store import Store
from qb_collections.emulator.wire import decode, instant

_SCHEMA = """
CREATE TABLE IF NOT EXISTS company_kind (
  realm TEXT PRIMARY KEY,
  kind TEXT NOT NULL
) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class OpenCompany:
    """One company; `kind` is what it was built as, "own" for one that was opened by hand."""

    realm_id: str
    name: str
    kind: str


class Companies:
    """Lists the store's companies, oldest first, and remembers what each was built as."""

    def __init__(self, store: Store) -> None:
        store.script(_SCHEMA)
        self._store = store

    def remember_kind(self, realm_id: str, kind: str) -> None:
        with self._store.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO company_kind VALUES (?, ?)", (realm_id, kind))

    def all(self) -> list[OpenCompany]:
        with self._store.reading() as connection:
            rows = connection.execute(
                "SELECT company.realm, object.body, company_kind.kind FROM company"
                " LEFT JOIN object ON object.realm = company.realm AND object.entity = 'CompanyInfo'"
                " LEFT JOIN company_kind ON company_kind.realm = company.realm"
                " ORDER BY company.rowid"
            ).fetchall()
        return [OpenCompany(realm, _name(body, realm), kind or "own") for realm, body, kind in rows]

    def free_realm_id(self, kind: str) -> str | None:
        """Return a number for one more company of this kind; None leaves the kind its own first number."""
        open_now = self.all()
        if all(company.kind != kind for company in open_now):
            return None
        return str(max(int(company.realm_id) for company in open_now) + 1)

    def latest_at(self) -> datetime | None:
        """Return the instant of the last change in any company's books."""
        with self._store.reading() as connection:
            row = connection.execute("SELECT max(at) FROM version").fetchone()
        return None if row[0] is None else instant(row[0])

    def has(self, realm_id: str) -> bool:
        with self._store.reading() as connection:
            found = connection.execute("SELECT 1 FROM company WHERE realm = ?", (realm_id,)).fetchone()
        return found is not None


def _name(body: str | None, realm_id: str) -> str:
    if body is None:
        return realm_id
    return str(decode(body).get("CompanyName") or realm_id)
