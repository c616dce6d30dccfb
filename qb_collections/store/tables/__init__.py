"""The tables, one module per family.  Importing this package fills metadata."""

from qb_collections.store.metadata import metadata
from qb_collections.store.tables import (
    audit,
    companies,
    connections,
    dealing,
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
    wording,
)

__all__ = [
    "audit",
    "companies",
    "connections",
    "dealing",
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
    "wording",
]
