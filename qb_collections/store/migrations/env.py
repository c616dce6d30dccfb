"""Run by Alembic on the connection that schema.py hands over."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from qb_collections.store.tables import metadata


def render_item(kind: str, value: Any, autogen_context: AutogenContext) -> str | Literal[False]:
    """Spell our own column types by name in a generated migration."""
    if kind == "type" and type(value).__module__ == "qb_collections.store.types":
        autogen_context.imports.add("from qb_collections.store import types")
        return f"types.{type(value).__name__}()"
    return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,  # SQLite alters a table by building it anew
    render_item=render_item,
    compare_type=True,
)
context.run_migrations()
