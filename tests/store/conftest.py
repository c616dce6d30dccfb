"""A real database for every test: in memory, or a file where other processes and the disk matter."""

import os
import re
from contextlib import closing
from datetime import UTC, datetime
from functools import cache

import pytest
from sqlalchemy import Delete, Engine, Select, Table, TextClause, Update, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.ddl import ExecutableDDLElement
from sqlalchemy.sql.visitors import iterate

from qb_collections.clock import ManualClock
from qb_collections.store import companies, leases, schema, upsert
from qb_collections.store.engine import durable, open_engine
from qb_collections.store.tables import metadata
from qb_collections.store.vault import Key, Vault

NOW = datetime(2026, 10, 30, 7, 30, tzinfo=UTC)  # 02:30 in Nashville


# Looked for without a company: who a realm or a person belongs to, and the inbox's unsplit bodies.
ACROSS_COMPANIES = {"company", "connection", "membership", "oauth_state", "audit", "audit_head"}
TENANT_TABLES = {
    table.name for table in metadata.tables.values() if "company_id" in table.c
} - ACROSS_COMPANIES


checked = set()  # texts of statements that this test process has looked at already


@pytest.fixture(autouse=True)
def every_statement_is_good_on_both_databases_and_names_its_company(monkeypatch):
    """Whatever a store test runs is compiled for PostgreSQL too, and asked whose rows it means."""
    seen, upserts = {}, []
    original = upsert.statement_for

    def note(conn, cursor, sql, parameters, context, executemany):
        if context is not None and context.compiled is not None and sql not in checked:
            seen[sql] = context.compiled.statement

    def note_upsert(database, *about):
        upserts.append(about)
        return original(database, *about)

    monkeypatch.setattr(upsert, "statement_for", note_upsert)
    event.listen(Engine, "before_cursor_execute", note)
    yield
    event.remove(Engine, "before_cursor_execute", note)
    for about in upserts:
        if (key := str(about)) not in checked:
            checked.add(key)
            assert "ON CONFLICT" in str(original("postgresql", *about).compile(dialect=postgresql.dialect()))
    for sql, statement in seen.items():
        checked.add(sql)
        if not isinstance(statement, sqlite.Insert | TextClause | ExecutableDDLElement):
            assert str(statement.compile(dialect=postgresql.dialect()))
        if isinstance(statement, Select | Update | Delete):
            _names_its_company(statement, sql)


def _names_its_company(statement, sql):
    tables = {found.name for found in iterate(statement) if isinstance(found, Table)}
    if "FROM inbox" in sql and "NOT LIKE" in sql:
        return  # resealing goes over all of them
    if "NOT IN (SELECT certificate.company_id" in " ".join(sql.split()):
        tables -= {"certificate"}  # which companies are still there
    named = re.search(r"company_id (= (\?|%\()|IN \(|IS (NOT )?NULL)", " ".join(sql.split()))
    assert named or not tables & TENANT_TABLES, f"company data without its company: {sql}"


@pytest.fixture
def now():
    return NOW


# For tests of what SQLite's own types and files need.
on_sqlite = pytest.mark.skipif("TEST_POSTGRES" in os.environ, reason="about SQLite; TEST_POSTGRES is set")


@pytest.fixture
def engine():
    """In memory; on a PostgreSQL whose address TEST_POSTGRES names, every test empties that database."""
    address = os.environ.get("TEST_POSTGRES")
    engine = open_engine(address or "sqlite://")
    if address:
        with engine.begin() as conn:
            conn.exec_driver_sql("DROP SCHEMA public CASCADE")
            conn.exec_driver_sql("CREATE SCHEMA public")
        schema.upgrade(engine)
    else:
        _put_into(engine)
    yield engine
    engine.dispose()


@pytest.fixture
def file_url(tmp_path):
    url = f"sqlite:///{tmp_path / 'collections.db'}"
    engine = open_engine(url)
    _put_into(engine)
    engine.dispose()
    return url


@cache
def _brought_up():
    """A database of this version, brought up once: the migrations take longer than most of these tests."""
    engine = open_engine("sqlite://")
    schema.upgrade(engine)
    return engine


def _put_into(engine):
    with closing(_brought_up().raw_connection()) as full, closing(engine.raw_connection()) as empty:
        full.driver_connection.backup(empty.driver_connection)


@pytest.fixture
def file_engine(file_url):
    engine = open_engine(file_url)
    yield engine
    engine.dispose()


@pytest.fixture
def vault():
    return Vault([Key("k1", b"1" * 32)])


@pytest.fixture
def clock():
    return ManualClock(NOW)


def add_company(engine, name="Harbor Light", **more):
    with durable(engine) as conn:
        return companies.create(
            conn,
            name=name,
            zone="America/Chicago",
            currency="USD",
            country="US",
            environment="emulator",
            base_url="http://127.0.0.1:9000",
            created_at=NOW,
            **more,
        )


@pytest.fixture
def company(engine):
    return add_company(engine)


@pytest.fixture
def lease(engine, company):
    lease = leases.acquire(engine, company.id, leases.this_process(), wait_seconds=0)
    yield lease
    leases.release(engine, lease)
