"""A run is counted and put in order from one index; the texts of those that are not shown are not read."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    database = op.get_bind().dialect.name
    statements = Path(__file__).with_name(f"0018_run_pages.{database}.sql").read_text(encoding="utf-8")
    for statement in statements.split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
