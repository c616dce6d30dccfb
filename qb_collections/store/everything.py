"""All that is kept of one company, table by table: to hand it out, and to delete it.

Which tables there are is read from the metadata, so that a new one is handed out and
deleted from its first day on.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, Table, delete, func, select, tuple_
from sqlalchemy.exc import OperationalError

from qb_collections.store.metadata import metadata
from qb_collections.store.tables.companies import company
from qb_collections.store.tables.leases import lease
from qb_collections.store.tables.reports import certificate

CompanyTable = Table  # the name by which services pass one on

# The company's own row and its audit carry the chain of hashes; who works for it is told by the lease.
_STAY = frozenset({"audit", certificate.name})
# Not handed out: keys and what is sealed, what is half done, and figures that follow from the rest.
LEFT_OUT: dict[str, str] = {
    "connection": "the keys to QuickBooks",
    "oauth_state": "connections that were begun",
    "lease": "who is working for the company",
    "inbox": "sealed messages from QuickBooks that wait to be read",
    "sync_cursor": "how far the books were read",
    "owner_change": "customers whom QuickBooks made one, until all that was agreed has followed",
    "report_figures": "figures worked out from the rest",
    "certificate": "of other companies",
    "membership": "who may sign in: see the team's page",
}
_SECRET = frozenset({"token", "session_hash", "state_hash", "discovery_url", "base_url"})


def tables() -> tuple[Table, ...]:
    """Every table of company data, those that others point at first."""
    return tuple(one for one in metadata.sorted_tables if "company_id" in one.c)


def handed_out() -> tuple[Table, ...]:
    return (company, *(one for one in tables() if one.name not in LEFT_OUT))


def columns(table: Table) -> tuple[str, ...]:
    """What of a table is handed out: nothing secret, nothing sealed, and not what request ids are made of."""
    kept = (one.name for one in table.c if one.name not in _SECRET and not one.name.endswith("_sealed"))
    return tuple(name for name in kept if not (table is company and name == "key"))


def rows(
    conn: Connection, table: Table, company_id: int, *, after: tuple[Any, ...] | None, limit: int
) -> tuple[list[dict[str, Any]], tuple[Any, ...] | None]:
    """A page in the order of the key, and where the next one begins; None: there is none."""
    key = [*table.primary_key]
    owner = table.c.id if table is company else table.c.company_id
    query = select(*(table.c[name] for name in columns(table)), *(one.label(f"_{one.name}") for one in key))
    query = query.where(owner == company_id).order_by(*key).limit(limit)
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    found = conn.execute(query).mappings().all()
    names = columns(table)
    last = tuple(found[-1][f"_{one.name}"] for one in key) if len(found) == limit else None
    return [{name: row[name] for name in names} for row in found], last


def doomed() -> Iterator[Table]:
    """The tables to empty, those that point at others first; the lease comes at the very end."""
    for table in reversed(tables()):
        if table.name not in _STAY and table is not lease:
            yield table


def count(conn: Connection, table: Table, company_id: int) -> int:
    query = select(func.count()).select_from(table).where(table.c.company_id == company_id)
    return conn.execute(query).scalar_one()


def delete_some(conn: Connection, table: Table, company_id: int, at_most: int) -> int:
    """Delete rows, the latest first, and return how many went; on SQLite their bytes are overwritten."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("PRAGMA secure_delete = ON")
    key = [*table.primary_key]
    some = (
        select(*key)
        .where(table.c.company_id == company_id)
        .order_by(*(one.desc() for one in key))
        .limit(at_most)
    )
    done = conn.execute(
        delete(table).where(table.c.company_id == company_id, tuple_(*key).in_(some))
        if len(key) > 1
        else delete(table).where(table.c.company_id == company_id, key[0].in_(some))
    )
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql("PRAGMA secure_delete = OFF")
    return done.rowcount


def delete_lease(conn: Connection, company_id: int) -> None:
    conn.execute(delete(lease).where(lease.c.company_id == company_id))


def forget_log(engine: Engine) -> None:
    """Move SQLite's log into the database and cut it: deleted rows stand in it until then.

    While somebody reads it stays as it is, and is cut with the next quiet moment.
    """
    if engine.dialect.name != "sqlite":
        return
    with suppress(OperationalError), engine.connect() as conn:
        conn.exec_driver_sql("ROLLBACK")
        conn.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
