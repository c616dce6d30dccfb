"""What the first page adds up, from indices alone."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    database = op.get_bind().dialect.name
    statements = Path(__file__).with_name(f"0016_first_page.{database}.sql").read_text(encoding="utf-8")
    for statement in statements.split(";\n"):
        if statement.strip():
            op.get_bind().exec_driver_sql(statement)
