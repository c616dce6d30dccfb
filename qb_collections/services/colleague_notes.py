"""A note about a customer for colleagues.  It is never in a text to anybody else."""

from __future__ import annotations

from qb_collections.services import finding
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, cases, internal_notes
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable

TEXT_MAX = 4_000


def write(context: Context, company: Company, customer: str, text: str, *, by: str) -> str | Refusal:
    """Keep the note with who wrote it and when.  It changes nothing of what is decided."""
    text = text.replace("\r\n", "\n").strip()
    if not text:
        return Refusal("The note is empty. Nothing was kept.")
    if len(text) > TEXT_MAX:
        return Refusal(f"The note has {len(text)} characters; up to {TEXT_MAX} fit. Nothing was kept.")
    now = context.clock.now()
    with durable(context.engine) as conn:
        found = finding.customer(conn, company, customer)
        if isinstance(found, Refusal):
            return found
        key = cases.key_of(conn, company.id, found.id) or (found.id, found.currency)
        note_id = internal_notes.add(conn, company.id, key[0], text, by=by, at=now)
        detail = {"note": note_id, "characters": len(text)}
        audit.append(conn, company.id, by, "note for colleagues", f"customer {key[0]}", detail, now)
    return "The note is kept for your colleagues. It is never sent."
