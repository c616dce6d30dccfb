"""Whether a plan may be written now: the same company gates that hold every contact."""

from __future__ import annotations

from qb_collections.core import company_gates
from qb_collections.core.company_gates import CompanyState
from qb_collections.core.decision import Finding
from qb_collections.core.first_look import held_because
from qb_collections.services.context import Context
from qb_collections.store import companies, first_look
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading


def closed(context: Context, company: Company) -> Finding | None:
    """The company gate that is closed this moment: a stop, a lost connection, shadow mode; None: open."""
    with reading(context.engine) as conn:
        fresh = companies.get(conn, company.id)
        everything = companies.global_stop(conn)
        look = first_look.of(conn, company.id)
    return company_gates.judge(
        CompanyState(
            mode=fresh.mode,
            link=fresh.state,
            stopped_by=fresh.stopped_by,
            all_stopped_by=everything.by if everything else None,
            unsettled=held_because(look),
        )
    )
