"""E-mail of a company's own: its account, what left, and which addresses asked for no more."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    database = op.get_bind().dialect.name
    statements = Path(__file__).with_name(f"0007_mail.{database}.sql").read_text(encoding="utf-8")
    for statement in statements.split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
