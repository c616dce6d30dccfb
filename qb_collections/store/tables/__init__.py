"""The tables, one module per family.  Importing this package fills metadata."""

from qb_collections.store.metadata import metadata
from qb_collections.store.tables import (
    audit,
    companies,
    connections,
    decisions,
    habits,
    inbox,
    intents,
    leases,
    mail,
    mirror,
    people,
    plans,
    policies,
    tasks,
    watching,
)

__all__ = [
    "audit",
    "companies",
    "connections",
    "decisions",
    "habits",
    "inbox",
    "intents",
    "leases",
    "mail",
    "metadata",
    "mirror",
    "people",
    "plans",
    "policies",
    "tasks",
    "watching",
]
