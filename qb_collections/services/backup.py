"""Backup and restore.  The key is in neither: a stolen backup opens no connection to anybody's books."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from qb_collections.clock import Clock
from qb_collections.config import Settings
from qb_collections.services import restored
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, companies, snapshot, tasks
from qb_collections.store.engine import durable, open_engine, reading
from qb_collections.store.snapshot import SnapshotRefused

_TITLE = "Look before you send again: the records were restored from a backup"
_TEXT = (
    "The records of {name} are those of the backup {file}. Since it was made, reminders may have been sent "
    "and notes written that they do not know of. Sending is off. Read the books (qb-collections sync): "
    "what was written since is found there. Compare (qb-collections verify), read the preview "
    "(qb-collections preview), release the company (qb-collections company restored --release), and turn "
    "sending on again: qb-collections company mode"
)


@dataclass(frozen=True, slots=True)
class Backup:
    path: Path
    size: int  # bytes
    companies: int


@dataclass(frozen=True, slots=True)
class Restored:
    path: Path
    set_aside: Path | None  # where the earlier database lies; None: there was none
    companies: tuple[str, ...]  # all of them in shadow now


def backup(context: Context, target: Path, *, by: str) -> Backup | Refusal:
    """Write the database into a new file, as it is this moment.  Never overwrites; never includes the key."""
    if target.resolve() == context.settings.key_path.resolve():
        return Refusal(f"{target} is the key file. A backup lies elsewhere.")
    try:
        size = snapshot.write(context.engine, target)
    except SnapshotRefused as refused:
        return Refusal(str(refused))
    with durable(context.engine) as conn:
        count = len(companies.all(conn))
        audit.append(conn, None, by, "backup written", target.name, {"bytes": size}, context.clock.now())
    return Backup(target, size, count)


def restore(settings: Settings, file: Path, clock: Clock, *, by: str) -> Restored | Refusal:
    """Put a backup in the place of the database, which is set aside.  The service must be stopped.

    Every company comes back in shadow, with a task that says why: the backup is
    older than QuickBooks, and a person looks before anything is sent.
    """
    now = clock.now()
    names: list[str] = []

    def prepare(copy: Engine) -> None:
        names.extend(_into_shadow(copy, file.name, by, now))

    engine = open_engine(settings.engine_url)
    try:
        aside = _aside(snapshot.database_file(engine), now)
        there = snapshot.put_in_place(engine, file, aside, prepare)
    except SnapshotRefused as refused:
        return Refusal(str(refused))
    finally:
        engine.dispose()
    return Restored(file, aside if there else None, tuple(names))


def _into_shadow(copy: Engine, file_name: str, by: str, now: datetime) -> list[str]:
    with reading(copy) as conn:
        every = companies.all(conn)
    for company in every:
        with durable(copy) as conn:
            because = f"The records are those of the backup {file_name}."
            restored.mark(conn, company, because=because, by=by, at=now)
            tasks.open_task(
                conn,
                company.id,
                key=f"{restored.TASK}:{now.isoformat()}",
                kind=restored.TASK,
                title=_TITLE,
                text=_TEXT.format(name=company.name, file=file_name),
                at=now,
                due_on=company.today(now),
            )
    return [company.name for company in every]


def _aside(database: Path, now: datetime) -> Path:
    """A free name beside the database that says when."""
    stem = f"{database.name}.before-{now:%Y%m%dT%H%M%SZ}"
    names = (database.with_name(stem if number == 1 else f"{stem}-{number}") for number in range(1, 100))
    return next(name for name in names if not name.exists())
