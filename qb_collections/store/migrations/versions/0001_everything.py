"""Everything that the first version keeps, as it was: the statements stand beside this file, per database."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    database = op.get_bind().dialect.name
    statements = Path(__file__).with_name(f"0001_everything.{database}.sql").read_text(encoding="utf-8")
    for statement in statements.split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
