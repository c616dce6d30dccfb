"""backup, restore, keys rotate, db upgrade: what the operator does now and then."""

from __future__ import annotations

from pathlib import Path

import click

from qb_collections.cli.answers import Answer, Refused, accepted, say
from qb_collections.cli.opening import actor, open_context, settings
from qb_collections.cli.verbs import noun, verb
from qb_collections.cli.words import many
from qb_collections.clock import RealClock
from qb_collections.services import backup, keys
from qb_collections.store import schema
from qb_collections.store.engine import open_engine
from qb_collections.store.schema import NewerDatabase, State

NAME_BYTES_MAX = 200  # file systems end at 255, and a draft beside it has a longer name


def add_to(main: click.Group) -> None:
    @verb(main, "backup", "backup backups/2026-11-02.qbc")
    @click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
    def backup_(file: Path) -> Answer:
        """Write everything but the key into FILE, as one consistent moment; the service may run meanwhile.

        Never overwrites.  Keep the key file too, and keep it elsewhere.
        """
        if file.is_dir():
            raise Refused(f"{file} is a folder. Name the file in it that the backup becomes.")
        if len(file.name.encode()) > NAME_BYTES_MAX:
            raise Refused(f"That name is too long: a file's name has at most {NAME_BYTES_MAX} bytes here.")
        if not file.parent.is_dir():
            # A folder that is not there may be a disk that is not plugged in, or a name misspelt.
            raise Refused(
                f"There is no folder {file.parent}, so the backup was not written. "
                "Make it first, or choose another."
            )
        context = open_context()
        done = accepted(backup.backup(context, file, by=actor()))
        key = context.settings.key_path
        data = {"path": done.path, "bytes": done.size, "companies": done.companies, "key_included": False}
        kept = many(done.companies, "company", "companies")
        return Answer(
            data,
            [
                f"{done.path}: {done.size:,} bytes, {kept}. It is checked and whole.",
                f"The key is not in it: keep a copy of {key} in another place.",
            ],
        )

    @verb(main, "restore", "restore backups/2026-11-02.qbc")
    @click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
    def restore(file: Path) -> Answer:
        """Put the backup FILE in the place of the database, which is set aside.  Stop the service first.

        Every company comes back in shadow: nothing leaves until you have looked and turned sending on.
        """
        done = accepted(backup.restore(settings(), file, RealClock(), by=actor()))
        lines = [f"{done.path} is the database now."]
        if done.set_aside is not None:
            lines.append(f"The earlier one is kept: {done.set_aside}")
        lines += [
            f"{name} is in shadow: nothing leaves until you turn sending on." for name in done.companies
        ]
        lines.append(
            "Next: qb-collections sync, then verify, then preview; "
            "then qb-collections company restored --release"
        )
        return Answer({"path": done.path, "set_aside": done.set_aside, "in_shadow": done.companies}, lines)

    @noun(main, "keys", "keys rotate")
    def keys_() -> None:
        """Look after the key that seals what is secret."""

    @verb(keys_, "rotate", "keys rotate")
    def rotate() -> Answer:
        """Make a new key and seal everything again; older keys stay, so that older backups can be opened."""
        context = open_context()
        say("Sealing the connections with the new key …")
        done = keys.rotate(context, by=actor())
        path = context.settings.key_path
        began = "An earlier rotation was not finished; it is now" if done.finished_earlier else "Rotated"
        data = {
            "key": done.key_id,
            "sealed": done.sealed,
            "finished_earlier": done.finished_earlier,
            "path": path,
        }
        return Answer(
            data,
            [
                f"{began}: {many(done.sealed, 'sealed value now needs', 'sealed values now need')} "
                f"the key {done.key_id}.",
                f"Copy {path} to where you keep its copy, and start the service again if it runs.",
            ],
        )

    @noun(main, "db", "db upgrade")
    def db() -> None:
        """Look after the database."""

    @verb(db, "upgrade", "db upgrade")
    def upgrade() -> Answer:
        """Bring the database to this version's tables; a newer one is refused and not touched."""
        engine = open_engine(settings().engine_url)
        try:
            before = schema.state(engine)
            if before is State.NEWER:
                raise NewerDatabase(
                    "This database was written by a newer version of qb_collections. Nothing was changed. "
                    "Start the newer version, or restore a backup made by this one."
                )
            changed = schema.upgrade(engine)
        finally:
            engine.dispose()
        said = "The database is up to date now." if changed else "The database was up to date already."
        return Answer({"before": before, "changed": changed}, [said])
