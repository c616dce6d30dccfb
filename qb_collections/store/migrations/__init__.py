"""The database's history, run by Alembic without files of settings."""
