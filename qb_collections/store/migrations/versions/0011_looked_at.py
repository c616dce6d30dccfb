"""Findings kept once, who signs, what may be announced, and what a person has looked at."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    database = op.get_bind().dialect.name
    statements = Path(__file__).with_name(f"0011_looked_at.{database}.sql").read_text(encoding="utf-8")
    for statement in statements.split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
