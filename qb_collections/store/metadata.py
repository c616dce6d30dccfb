"""The one MetaData, and the columns that most tables share, each with the check that SQLite's types lack."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    event,
)

from qb_collections.store.types import JSON, Choice, Instant, MoneyUnits

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def identifier() -> Column[int]:
    return Column("id", Integer, primary_key=True)


def company_id(*, primary_key: bool = False) -> Column[int]:
    return Column("company_id", ForeignKey("company.id"), nullable=False, primary_key=primary_key)


def words(name: str, *, nullable: bool = False, **options: Any) -> Column[str]:
    return Column(name, Text, nullable=nullable, **options)


def choice(name: str, values: Iterable[str], *, nullable: bool = False) -> Column[str]:
    """A text column that takes only these words."""
    listed = ", ".join(f"'{value}'" for value in values)
    check = CheckConstraint(f"{name} IN ({listed})", name=f"{name}_known")
    return Column(name, Choice(40), check, nullable=nullable)


def flag(name: str) -> Column[bool]:
    check = CheckConstraint(f"{name} IN (true, false)", name=f"{name}_flag")
    return Column(name, Boolean, check, nullable=False, default=False)


def day(name: str, *, nullable: bool = True) -> Column[date]:
    """A calendar date.  SQLite has no such type: adding no days gives back exactly the text of a real day."""
    is_day = f"coalesce(date({name}, '+0 days') = {name}, {name} IS NULL)"
    column = Column(name, Date, nullable=nullable)

    @event.listens_for(column, "after_parent_attach")
    def _check(_: Column[date], table: Table) -> None:  # only a table's own check can be left to one database
        table.append_constraint(CheckConstraint(is_day, name=f"{name}_day").ddl_if(dialect="sqlite"))

    return column


def instant(name: str, *, nullable: bool = True) -> Column[datetime]:
    return Column(name, Instant, nullable=nullable)


def units(name: str, *, nullable: bool = False, signed: bool = False) -> Column[Decimal]:
    """An amount in 1/10000 of its currency, not negative unless signed."""
    checks = [] if signed else [CheckConstraint(f"{name} >= 0", name=f"{name}_not_negative")]
    return Column(name, MoneyUnits, *checks, nullable=nullable)


def count(name: str, *, nullable: bool = False, default: int | None = None) -> Column[int]:
    check = CheckConstraint(f"{name} >= 0", name=f"{name}_not_negative")
    return Column(name, Integer, check, nullable=nullable, default=default)


def currency(name: str = "currency", *, nullable: bool = False) -> Column[str]:
    check = CheckConstraint(f"length({name}) = 3", name=f"{name}_code")
    return Column(name, String(3), check, nullable=nullable)


def document(name: str, *, nullable: bool = True) -> Column[Any]:
    """A JSON document."""
    return Column(name, JSON, nullable=nullable)
