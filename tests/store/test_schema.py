"""Migrations: the same tables as the code, in one step, by one process, and never on a newer database."""

import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateIndex, CreateTable

from qb_collections.store import schema
from qb_collections.store.engine import durable, open_engine, reading
from qb_collections.store.schema import NewerDatabase, State
from qb_collections.store.tables import metadata
from tests.store.conftest import on_sqlite


def _statements(engine):
    with reading(engine) as conn:
        rows = conn.execute(
            text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> 'alembic_version'")
        )
        return {row.name: " ".join(row.sql.split()) for row in rows}


@on_sqlite
def test_migrating_makes_exactly_the_tables_that_the_code_describes(engine):
    described = open_engine("sqlite://")
    with durable(described) as conn:
        metadata.create_all(conn)

    assert _statements(engine) == _statements(described)


def test_alembic_finds_nothing_to_change_after_migrating(engine):
    with reading(engine) as conn:
        differences = compare_metadata(MigrationContext.configure(conn), metadata)

    assert differences == []


def test_the_statements_for_postgresql_make_the_same_tables():
    dialect = postgresql.dialect()
    expected = {}
    for table in metadata.sorted_tables:
        expected[table.name] = str(CreateTable(table).compile(dialect=dialect))
        for index in table.indexes:
            expected[index.name] = str(CreateIndex(index).compile(dialect=dialect))
    folder = Path(schema.__file__).parent / "migrations/versions"

    # A table that a later migration makes anew counts as made last.
    made = re.compile(r"CREATE (?:UNIQUE )?(?:TABLE|INDEX) (\w+)")
    shipped = {
        found[1]: " ".join(statement.split())
        for file in sorted(folder.glob("*.postgresql.sql"))
        for statement in file.read_text().split(";\n")
        if (found := made.match(statement.strip().replace('"', "")))
    }

    # A list of words that grew: the check is dropped, and added anew with the same name.
    grown = re.compile(r"ALTER TABLE (\w+) ADD CONSTRAINT (\w+) (CHECK \(.*\))$")
    for file in sorted(folder.glob("*.postgresql.sql")):
        for statement in file.read_text().split(";\n"):
            if found := grown.match(" ".join(statement.split())):
                table, name, check = found.groups()
                old = re.compile(rf"CONSTRAINT {name} CHECK \(\w+ IN \([^)]*\)\)")
                shipped[table] = old.sub(f"CONSTRAINT {name} {check}", shipped[table])

    # A column that came later stands after those that were there.
    added = re.compile(r"ALTER TABLE (\w+) ADD COLUMN (.*)$")
    for file in sorted(folder.glob("*.postgresql.sql")):
        for statement in file.read_text().split(";\n"):
            if found := added.match(" ".join(statement.split())):
                table, column = found.groups()
                shipped[table] = shipped[table].replace(", CONSTRAINT pk_", f", {column}, CONSTRAINT pk_", 1)

    # An index that nothing needs any more; one of this name that is made later is made again.
    for file in sorted(folder.glob("*.postgresql.sql")):
        for statement in file.read_text().split(";\n"):
            if found := re.fullmatch(r"DROP INDEX (\w+)", statement.strip()):
                del shipped[found[1]]

    assert shipped == {name: " ".join(statement.split()) for name, statement in expected.items()}


def test_every_table_of_company_data_says_whose_it_is():
    of_the_installation = {
        "practice",
        "user",
        "invitation",
        "setting",
        "login_attempt",
        "audit_head",
        "company",
    }

    without = {table.name for table in metadata.tables.values() if "company_id" not in table.c}

    assert without == of_the_installation


def test_effects_and_what_belongs_to_them_live_through_the_day_that_their_kinds_grew(tmp_path):
    """The table is made anew, while attempts, tasks and contacts point at its rows."""
    url = f"sqlite:///{tmp_path / 'grown.db'}"
    engine = open_engine(url)
    config = schema._config()
    with durable(engine) as conn:
        config.attributes["connection"] = conn
        schema.command.upgrade(config, "0006")
    with durable(engine) as conn:
        for statement in _WITH_AN_EFFECT:
            conn.execute(text(statement))

    schema.upgrade(engine)

    with reading(engine) as conn:
        kept = conn.execute(text("SELECT id, key, body FROM intent")).all()
        members = conn.execute(text("SELECT intent_id FROM attempt_member")).scalars().all()
        broken = conn.execute(text("PRAGMA foreign_key_check")).all()
    assert kept == [(7, "note:contact:1:USD:1:1:3", '{"a":"1"}')]
    assert members == [7]
    assert broken == []


_WITH_AN_EFFECT = (
    "INSERT INTO practice (id, name, created_at) VALUES (1, 'p', '2026-01-01T00:00:00.000000Z')",
    "INSERT INTO company (id, key, alias, practice_id, name, zone, currency, locale, country, mode, state, "
    "environment, base_url, night_at, preferences, note_place, multicurrency, created_at) VALUES "
    "(1, 'k', 'a', 1, 'c', 'UTC', 'USD', 'en_US', 'US', 'shadow', 'connected', 'sandbox', 'https://x', "
    "'02:30:00', '{}', 'memo', false, '2026-01-01T00:00:00.000000Z')",
    "INSERT INTO intent (id, company_id, key, kind, state, approval, due_at, plan, round, body, body_hash) "
    "VALUES (7, 1, 'note:contact:1:USD:1:1:3', 'note', 'sending', 'not_needed', "
    "'2026-01-01T00:00:00.000000Z', '{}', 0, '{\"a\":\"1\"}', 'h')",
    "INSERT INTO attempt (id, company_id, request_id, round, fence, sends, sent_at) VALUES "
    "(3, 1, 'r', 0, 1, 1, '2026-01-01T00:00:00.000000Z')",
    "INSERT INTO attempt_member (company_id, attempt_id, position, intent_id) VALUES (1, 3, 0, 7)",
)


def test_an_empty_database_becomes_current_and_stays_so(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'new.db'}")

    assert schema.state(engine) is State.EMPTY
    assert not (tmp_path / "new.db").exists()
    assert schema.upgrade(engine) is True
    assert schema.state(engine) is State.CURRENT
    assert schema.upgrade(engine) is False


def test_a_database_of_a_newer_version_is_refused_and_not_one_byte_is_touched(tmp_path, file_url):
    file = tmp_path / "collections.db"
    conn = sqlite3.connect(file)
    conn.execute("UPDATE alembic_version SET version_num = '9999'")
    conn.commit()
    conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    conn.close()
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    engine = open_engine(file_url)

    found = schema.state(engine)
    with pytest.raises(NewerDatabase, match="newer version"):
        schema.upgrade(engine)
    engine.dispose()

    assert found is State.NEWER
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


UPGRADE = """
import sys
from qb_collections.store import schema
from qb_collections.store.engine import open_engine
from tests.store.conftest import on_sqlite
schema.upgrade(open_engine(sys.argv[1]))
"""


def test_two_processes_that_start_together_both_find_a_current_database(tmp_path):
    url = f"sqlite:///{tmp_path / 'both.db'}"

    children = [subprocess.Popen([sys.executable, "-c", UPGRADE, url]) for _ in range(2)]
    codes = [child.wait(timeout=60) for child in children]

    assert codes == [0, 0]
    assert schema.state(open_engine(url)) is State.CURRENT


def test_an_upgrade_that_fails_leaves_the_database_as_it_was(tmp_path, monkeypatch):
    engine = open_engine(f"sqlite:///{tmp_path / 'half.db'}")
    original = schema.command.upgrade

    def fails_at_the_end(config, revision):
        original(config, revision)
        raise OSError("no space left on device")

    monkeypatch.setattr(schema.command, "upgrade", fails_at_the_end)
    with pytest.raises(OSError):
        schema.upgrade(engine)

    assert schema.state(engine) is State.EMPTY
    assert _statements(engine) == {}
