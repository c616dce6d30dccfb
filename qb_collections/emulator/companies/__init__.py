"""Companies that the emulator can be started with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

KINDS = ("demo", "empty-us", "ledger", "uk-vat", "multicurrency", "long-invoices", "many-invoices")


@dataclass(frozen=True, slots=True)
class CompanyHandle:
    """A company that stands in the emulator; its clock should begin at start_at."""

    realm_id: str
    name: str
    kind: str
    start_at: datetime


def build(engine: Engine, kind: str, *, realm_id: str | None = None, **options: Any) -> CompanyHandle:
    """Build a company of a kind; the options are those of that kind's own module.

    Raises ValueError for an unknown kind, TypeError for an option the kind does not have.
    """
    # Imported here, since each of these modules needs CompanyHandle from this one.
    from qb_collections.emulator.companies import demo, foreign, heavy, ledger, us_empty

    if kind == "demo":
        return demo.build(engine, realm_id=realm_id or "9341450000001030", **options)
    if kind == "empty-us":
        return us_empty.build(engine, realm_id=realm_id or "9341450000000001", **options)
    if kind == "ledger":
        return ledger.build(engine, realm_id=realm_id or "9341450000002013", **options)
    if kind == "uk-vat":
        return foreign.build_uk(engine, realm_id=realm_id or "9341450000004400", **options)
    if kind == "multicurrency":
        return foreign.build_several(engine, realm_id=realm_id or "9341450000009780", **options)
    if kind == "long-invoices":
        return heavy.build_long(engine, realm_id=realm_id or "9341450000000700", **options)
    if kind == "many-invoices":
        return heavy.build_many(engine, realm_id=realm_id or "9341450000100000", **options)
    raise ValueError(f"There is no company of the kind {kind!r}; there are: {', '.join(KINDS)}.")
