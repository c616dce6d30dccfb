"""company export, company delete: take everything out, and delete it for good."""

from __future__ import annotations

import os
from pathlib import Path

import click

from qb_collections.cli.answers import HELD, Answer, Cannot, accepted
from qb_collections.cli.opening import actor, company_named, open_context
from qb_collections.cli.verbs import verb
from qb_collections.cli.words import name_and, name_argument
from qb_collections.services import deletion, export
from qb_collections.services.context import Context
from qb_collections.store.companies import Company


def add_to(company: click.Group) -> None:
    @verb(company, "export", 'company export "Bright Dental" bright.zip')
    @click.argument("words", nargs=-1, metavar="[NAME] FILE")
    def export_(words: tuple[str, ...]) -> Answer:
        """Write everything that is kept of a company into a new ZIP: CSV and JSON, without keys or tokens."""
        name, file = name_and(words, "FILE")
        context = open_context()
        return _export(context, company_named(context, name), Path(file))

    @verb(company, "delete", 'company delete "Bright Dental" --confirm "Bright Dental"')
    @name_argument
    @click.option("--confirm", metavar="NAME", help="The company's name, typed once more: I mean it.")
    def delete(name: str | None, confirm: str | None) -> Answer:
        """Delete a company's data for good: the permission ends, every record goes, a certificate stays."""
        context = open_context()
        return _delete(context, company_named(context, name), confirm)


def _export(context: Context, company: Company, file: Path) -> Answer:
    """Never overwrites; the file can be read by its owner only."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise Cannot(f"{file} exists already. Choose a file that does not; nothing was written.") from None
    except OSError as error:
        raise Cannot(f"{file} cannot be written: {error.strerror}.") from None
    by = actor()
    with os.fdopen(handle, "wb") as out:
        export.note(context, company, by=by)
        for part in export.archive(context, company, by=by):
            out.write(part)
    size = file.stat().st_size
    return Answer(
        {"company": company.name, "file": str(file), "bytes": size},
        [f"Everything of {company.name} is in {file} ({size:,} bytes)."],
    )


def _delete(context: Context, company: Company, confirm: str | None) -> Answer:
    if confirm is None:
        lines = [
            f"This would end the permission at Intuit, destroy our keys and delete every record of "
            f"{company.name}. It cannot be undone.",
            f"What remains: {'; '.join(deletion.REMAINS)}.",
            f'To do it, say: qb-collections company delete "{company.name}" --confirm "{company.name}"',
        ]
        return Answer({"company": company.name, "deleted": False}, lines, HELD)
    made = accepted(deletion.delete(context, company, typed=confirm, by=actor()))
    said = made.said
    return Answer(
        {"company": company.name, "deleted": True, "certificate": said, "hash": made.hash},
        [
            f"{company.name} is deleted: {said['rows_deleted_together']:,} records. "
            f"Permission: {said['permission']}.",
            f"Certificate, SHA-256 {made.hash}:",
            made.text,
        ],
    )
