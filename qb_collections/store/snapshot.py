"""A copy of the whole database as one consistent moment, and putting one in the place of the database.

SQLite only: PostgreSQL brings pg_dump and pg_restore, which do this better.
"""

from __future__ import annotations

import os
import secrets
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine

from qb_collections.store import schema
from qb_collections.store.engine import open_engine

_BUSY_SECONDS = 2.0
_BESIDE = ("-wal", "-shm")


class SnapshotRefused(Exception):
    """The copy was not made, or not put in place; nothing was changed.  The message says why."""


def write(engine: Engine, target: Path) -> int:
    """Copy the database into a new file that only its owner can read; return its size in bytes.

    Other processes may go on meanwhile.  The file appears whole, checked, and
    only where there is none.  Raises SnapshotRefused.
    """
    source = database_file(engine)
    if target.exists():  # said kindly; what keeps it from being overwritten is the link below
        raise SnapshotRefused(f"{target} exists already. A backup never overwrites: choose another name.")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with _draft(target) as draft:
            with closing(_open(source)) as conn:
                conn.execute("VACUUM INTO ?", (str(draft),))
            check(draft)
            _on_the_disk(draft)
            os.link(draft, target)  # appears whole, and only where there is none
        return target.stat().st_size
    except (OSError, sqlite3.OperationalError) as error:
        raise SnapshotRefused(f"{target} was not written: {error}.") from None


def check(file: Path) -> None:
    """Raises SnapshotRefused unless the file is a whole database of this version or an older one."""
    try:
        with closing(_open(file, immutable=True)) as conn:
            found = conn.execute("PRAGMA integrity_check(1)").fetchone()
            orphans = conn.execute("PRAGMA foreign_key_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise SnapshotRefused(f"{file} is not a backup of this program: {error}.") from None
    if found is None or found[0] != "ok" or orphans is not None:
        raise SnapshotRefused(f"{file} is damaged. Take another backup.")
    engine = open_engine(f"sqlite:///{file}")
    try:
        state = schema.state(engine)
    finally:
        engine.dispose()
    if state is schema.State.EMPTY:
        raise SnapshotRefused(f"{file} is not a backup of this program: it has none of its tables.")
    if state is schema.State.NEWER:
        raise SnapshotRefused(
            f"{file} was made by a newer version of this program. Restore it with that one."
        )


def put_in_place(engine: Engine, backup: Path, aside: Path, prepare: Callable[[Engine], None]) -> bool:
    """Put a copy of the backup in the database's place; prepare works on the copy before it is seen.

    The present database is kept at aside; False when there was none.  There is
    no moment without a database.  Raises SnapshotRefused when the backup is no
    good, or when another process has the database open.
    """
    target = database_file(engine)
    check(backup)
    engine.dispose()
    there = target.exists()
    if there:
        _alone(target)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _draft(target) as draft:
        shutil.copyfile(backup, draft)
        draft.chmod(0o600)
        copy = open_engine(f"sqlite:///{draft}")
        try:
            schema.upgrade(copy)
            prepare(copy)
        finally:
            copy.dispose()
        _alone(draft)
        _on_the_disk(draft)
        if there:
            os.link(target, aside)
        draft.replace(target)
        _on_the_disk(target.parent)
    return there


def database_file(engine: Engine) -> Path:
    """Raises SnapshotRefused where the database is no file."""
    database = engine.url.database
    if engine.dialect.name != "sqlite" or database in (None, "", ":memory:"):
        raise SnapshotRefused(
            "Backup and restore are for SQLite. For PostgreSQL use pg_dump and pg_restore; "
            "stop the service before you restore."
        )
    return Path(str(database))


def _alone(file: Path) -> None:
    """Fold the write-ahead log into the file; that works only while nobody else has it open."""
    try:
        with closing(_open(file)) as conn:
            mode = conn.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
    except sqlite3.OperationalError:
        mode = "busy"
    if mode != "delete":
        raise SnapshotRefused(
            "The database is in use: stop the service first (Ctrl-C, systemctl stop or docker stop). "
            "Nothing was changed."
        )


@contextmanager
def _draft(target: Path) -> Iterator[Path]:
    """A name beside the target for what is not finished; gone afterwards."""
    draft = target.with_name(f".{target.name}.{secrets.token_hex(6)}")
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield draft
    finally:
        for name in (draft, *(draft.with_name(draft.name + end) for end in _BESIDE)):
            name.unlink(missing_ok=True)


def _open(file: Path, *, immutable: bool = False) -> sqlite3.Connection:
    how = "mode=ro&immutable=1" if immutable else "mode=rw"
    conn = sqlite3.connect(
        f"{file.resolve().as_uri()}?{how}", uri=True, timeout=_BUSY_SECONDS, isolation_level=None
    )
    conn.execute("PRAGMA cell_size_check = ON")
    return conn


def _on_the_disk(path: Path) -> None:
    if os.name != "posix":
        return
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
