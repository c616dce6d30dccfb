"""Bring a database to this version's tables, once, also when two processes start together."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, func, select

from qb_collections.store.engine import durable

_LOCK_NUMBER = 7_240_311  # of the advisory lock on PostgreSQL; any number that nothing else uses


class State(StrEnum):
    EMPTY = "empty"
    CURRENT = "current"
    BEHIND = "behind"
    NEWER = "newer"


class DamagedDatabase(Exception):
    """The file is no database, or a broken one.  It was not touched."""

    def __init__(self, path: Path) -> None:
        super().__init__(
            f"{path} cannot be read as a database. Nothing was changed. "
            "Put a backup in its place with: qb-collections restore FILE"
        )


class NewerDatabase(Exception):
    """The database was written by a newer version of the service.  Nothing was touched."""


def state(engine: Engine) -> State:
    """Compare the database with this version.  Writes nothing; a missing file stays missing."""
    return _judge(_revision(engine))


def upgrade(engine: Engine) -> bool:
    """Bring the tables up to date in one transaction; True when something was to do.

    Raises NewerDatabase, before anything is written, for a database of a newer version.
    """
    found = state(engine)
    if found is State.CURRENT:
        return False
    if found is State.NEWER:
        raise NewerDatabase(
            "This database was written by a newer version of qb_collections. "
            "Nothing was changed. Start the newer version, or restore a backup made by this one."
        )
    with _alone(engine) as conn:  # another process may have been quicker: Alembic then finds nothing to do
        config = _config()
        config.attributes["connection"] = conn
        command.upgrade(config, "head")
    return True


@contextmanager
def _alone(engine: Engine) -> Iterator[Connection]:
    """One process at a time: IMMEDIATE on SQLite is the file's write lock, on PostgreSQL an advisory one."""
    with durable(engine) as conn:
        if conn.dialect.name == "postgresql":
            conn.execute(select(func.pg_advisory_xact_lock(_LOCK_NUMBER)))
        yield conn


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.set_main_option("path_separator", "newline")
    return config


def _revision(engine: Engine) -> str | None:
    database = engine.url.database
    if engine.dialect.name == "sqlite" and database not in (None, "", ":memory:"):
        return _revision_of_file(Path(str(database)))
    with engine.connect() as conn:
        return MigrationContext.configure(conn).get_current_revision()


def _revision_of_file(path: Path) -> str | None:
    """Read-only, so that not a byte of a file that we may have to refuse is changed."""
    if not path.exists():
        return None
    # Without a write-ahead log beside it nobody has the file open, and immutable makes none.
    how = "mode=ro" if path.with_name(f"{path.name}-wal").exists() else "immutable=1"
    conn = sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True, timeout=10)
    try:
        tables = conn.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
        row = conn.execute("SELECT version_num FROM alembic_version").fetchone() if tables else None
    except sqlite3.OperationalError:  # locked, or a disk in trouble: not the file's fault
        raise
    except sqlite3.DatabaseError as error:
        raise DamagedDatabase(path) from error
    finally:
        conn.close()
    return row[0] if row else None


def _judge(revision: str | None) -> State:
    if revision is None:
        return State.EMPTY
    head, known = _revisions()
    if revision == head:
        return State.CURRENT
    return State.BEHIND if revision in known else State.NEWER


@cache
def _revisions() -> tuple[str | None, frozenset[str]]:
    """The newest revision of this version, and all it knows: they stay while the process lives."""
    scripts = ScriptDirectory.from_config(_config())
    return scripts.get_current_head(), frozenset(script.revision for script in scripts.walk_revisions())
