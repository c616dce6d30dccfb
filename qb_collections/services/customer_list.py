"""Who owes, a page at a time: who owes most of what is late first, each with the reason that stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qb_collections.services.context import Context
from qb_collections.services.overview import CustomerLine, head_of
from qb_collections.store import customer_list, mirror, overview
from qb_collections.store.companies import Company
from qb_collections.store.customer_list import Sum
from qb_collections.store.engine import reading
from qb_collections.store.together import together
from qb_collections.store.types import money

LINES_AT_ONCE = 50
Key = tuple[str, str]  # who is billed, currency


@dataclass(frozen=True, slots=True)
class CustomerList:
    lines: tuple[CustomerLine, ...]
    found: int  # of those asked for
    late: int
    all: int
    page: int
    pages: int


def of(context: Context, company: Company, *, only_late: bool, name: str = "", page: int = 1) -> CustomerList:
    """name: letters that are in the name of a customer, or of a site that is billed with it."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        sums = customer_list.sums(conn, company.id, today)
        parents, called = together(
            conn,
            lambda conn: overview.parents(conn, company.id),
            lambda conn: customer_list.called(conn, company.id, name) if name else None,
        )
        families: dict[Key, list[Sum]] = {}
        for one in sums:
            families.setdefault((head_of(one.customer_id, parents), one.currency), []).append(one)
        late = {key for key, family in families.items() if any(one.late for one in family)}
        chosen = [
            key
            for key, family in families.items()
            if (not only_late or key in late)
            and (called is None or key[0] in called or any(one.customer_id in called for one in family))
        ]
        chosen.sort(key=lambda key: (-sum(one.late for one in families[key]), -_owed(families[key]), key))
        pages = max(-(-len(chosen) // LINES_AT_ONCE), 1)
        number = min(max(page, 1), pages)
        shown = chosen[(number - 1) * LINES_AT_ONCE : number * LINES_AT_ONCE]
        ids = sorted({customer_id for customer_id, _ in shown})
        customers, reasons, contacted = together(
            conn,
            lambda conn: mirror.customers(conn, company.id, ids),
            lambda conn: overview.reasons(conn, company.id, ids),
            lambda conn: customer_list.last_contacts(conn, company.id, ids),
        )
    lines = []
    for key in shown:
        customer_id, currency = key
        family, who, reason, done_at = (
            families[key],
            customers.get(customer_id),
            reasons.get(key),
            contacted.get(key),
        )
        days = [one.oldest_late_on for one in family if one.oldest_late_on is not None]
        lines.append(
            CustomerLine(
                customer_id=customer_id,
                name=who.name if who else f"(customer {customer_id})",
                currency=currency,
                owed=money(Decimal(_owed(family)).scaleb(-4), currency),
                late=money(Decimal(sum(one.late for one in family)).scaleb(-4), currency),
                invoices=sum(one.invoices for one in family),
                oldest_late_on=min(days, default=None),
                sites=sum(one.customer_id != customer_id for one in family),
                has_email=bool(who and who.emails),
                reason=reason,
                done_at=done_at if reason and done_at and done_at >= reason.decided_at else None,
            )
        )
    return CustomerList(tuple(lines), len(chosen), len(late), len(families), number, pages)


def _owed(family: Sequence[Sum]) -> int:
    return sum(one.owed for one in family)
