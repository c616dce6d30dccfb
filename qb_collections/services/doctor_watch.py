"""What the doctor says of the watching: the month's reads, receivables, payment history, restored records."""

from __future__ import annotations

from qb_collections.core.company_gates import Link
from qb_collections.core.receivables import TieState
from qb_collections.services import history_told, read_budget, restored
from qb_collections.services.context import Context
from qb_collections.services.doctor import Level, Line
from qb_collections.store import companies, tie_outs
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading


def lines(context: Context) -> list[Line]:
    """For an installation that can be opened; nothing of QuickBooks is asked."""
    with reading(context.engine) as conn:
        every = [one for one in companies.all(conn) if one.state is not Link.DISCONNECTED]
    if not every:
        return []
    return [_reads(context), *(line for one in every for line in _company(context, one))]


def _reads(context: Context) -> Line:
    found = read_budget.budget(context)
    counted = [f"{one.name} {one.reads:,}" for one in found.shares if one.metered]
    shares = f": {', '.join(counted)}" if counted else "; emulators and sandboxes are free"
    said = f"{found.used:,} of {found.limit:,} are used in {found.month}{shares}"
    if found.warning is None:
        return Line(Level.OK, "reads", said)
    remedy = "history --stop keeps the rest for the nights; QBC_READS_PER_MONTH is your tier's number"
    return Line(Level.WARN, "reads", f"{found.warning} {said}", remedy)


def _company(context: Context, company: Company) -> list[Line]:
    with reading(context.engine) as conn:
        tied = tie_outs.latest(conn, company.id)
    about = f"{company.name}: receivables"
    if tied is None:
        made = [Line(Level.OK, about, "not compared with QuickBooks' own aging yet; the first contact waits")]
    elif tied.state == TieState.UNEXPLAINED:
        made = [Line(Level.WARN, about, tied.sentence, "verify: it names the customers")]
    else:
        made = [Line(Level.OK, about, f"{tied.sentence} Compared on {tied.tied_on:%d %B %Y}.")]
    made.append(Line(Level.OK, f"{company.name}: history", history_told.of(context, company).said))
    back = restored.state(context, company)
    if back is not None and back.is_held:
        remedy = "sync, then company restored --release"
        made.append(Line(Level.WARN, f"{company.name}: restored", back.sentence, remedy))
    return made
