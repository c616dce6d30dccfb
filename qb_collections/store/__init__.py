"""The only place with SQL: tables, repositories of plain functions, migrations."""
