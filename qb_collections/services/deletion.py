"""Delete a company's data for good, and certify it.

The permission at Intuit ends first and our keys are destroyed; then every row goes, table by
table, in short transactions.  What remains is the certificate and the audit: its chain of
hashes shows that nothing else was changed, and names what was done by whom.  Interrupted
halfway, doing it again finishes it.
"""

from __future__ import annotations

from typing import Any

from qb_collections.core.company_gates import Link, Mode
from qb_collections.services import disconnect, progress
from qb_collections.services.context import Context
from qb_collections.services.leasing import PAGE_SECONDS, held
from qb_collections.services.refusal import Refusal
from qb_collections.store import audit, certificates, companies, everything
from qb_collections.store.certificates import Certificate
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable
from qb_collections.store.leases import Leased

CHUNK_ROWS = 2_000
FORM = "qb_collections certificate of deletion, 1"
REMAINS = (
    "a certificate of the deletion",
    "the audit: what was done for the company, by whom and when, with its chain of hashes",
    "an empty row with the company's number, which the audit's chain needs",
    "what was written into QuickBooks: it is the company's own and was not touched",
    "backups made before: they hold the data until they are destroyed",
)


def delete(context: Context, company: Company, *, typed: str, by: str) -> Certificate | Refusal:
    """typed: the company's name as the person wrote it, to the letter but for spaces around it."""
    if typed.strip() != company.name:
        return Refusal(f"To delete it, type the name exactly: {company.name}. Nothing was deleted.")
    began_at = context.clock.now()
    with durable(context.engine) as conn:
        audit.append(conn, company.id, by, "deletion begun", company.name, None, began_at)
    gone = disconnect.disconnect(context, company, by)
    if isinstance(gone, Refusal):
        return gone
    rows: dict[str, int] = {}
    try:
        with held(context, company, PAGE_SECONDS) as lease:
            for table in everything.doomed():
                while True:
                    with durable(context.engine) as conn:
                        lease.check(conn)
                        done = everything.delete_some(conn, table, company.id, CHUNK_ROWS)
                    rows[table.name] = rows.get(table.name, 0) + done
                    if done < CHUNK_ROWS:
                        break
    except Leased as leased:
        return Refusal(
            f"{company.name} is disconnected and its keys are destroyed, but {leased}. "
            "Its data were not deleted yet; please do it again in a minute."
        )
    made = _certify(context, company, gone.revoked, {name: n for name, n in rows.items() if n}, by=by)
    everything.forget_log(context.engine)
    progress.end(company.id)
    return made


def _certify(
    context: Context, company: Company, revoked: bool, rows: dict[str, int], *, by: str
) -> Certificate:
    now = context.clock.now()
    with durable(context.engine) as conn:
        everything.delete_lease(conn, company.id)
        companies.update(conn, company.id, **_emptied(company))
        detail = {"rows": sum(rows.values())}
        head = audit.append(conn, company.id, by, "company deleted", f"company {company.id}", detail, now)
        said = {
            "form": FORM,
            "company": company.name,
            "company_number": company.id,
            "deleted_at": now,
            "deleted_by": by,
            "permission": "ended at Intuit"
            if revoked
            else "Intuit could not be told; our keys are destroyed",
            "rows_deleted": rows,
            "rows_deleted_together": sum(rows.values()),
            "remains": list(REMAINS),
            "audit": {"entries": head.seq, "hash": head.hash},
        }
        made = certificates.add(conn, company.id, company.practice_id, said, by, now)
        subject = f"company {company.id}"
        audit.append(conn, None, by, "company deleted", subject, {"certificate": made.hash}, now)
    return made


def _emptied(company: Company) -> dict[str, Any]:
    """The row that stays: a number, and nothing that tells whose it was."""
    nothing = dict.fromkeys(
        (
            "contact_name",
            "contact_phone",
            "contact_role",
            "phone_hours",
            "payment_instructions",
            "reply_to",
            "discovery_url",
            "emulator_url",
            "next_night_at",
            "notes_stopped",
            "clearing_account_id",
            "clearing_item_id",
            "plan_basis_confirmed_by",
            "history_since",
            "live_since_on",
            "stopped_by",
            "stopped_at",
        )
    )
    return nothing | {
        "name": f"Deleted company {company.id}",
        "mode": Mode.SHADOW,
        "state": Link.DISCONNECTED,
        "preferences": {},
    }
