"""Worth fixing when there is time: what in the books keeps messages from arriving, or makes them wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from qb_collections.core.money import Money, total
from qb_collections.services.context import Context
from qb_collections.services.overview import head_of
from qb_collections.store import hygiene, mirror, overview
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.hygiene import BooksLine

ROWS = 50  # on one page
NO_EMAIL, NEVER_SENT, UNAPPLIED, TERMS = "no-email", "never-sent", "unapplied", "terms"

# What each list is, and what to do about it.
TITLES: Mapping[str, str] = {
    NO_EMAIL: "Customers without an e-mail address",
    NEVER_SENT: "Invoices that QuickBooks never e-mailed",
    UNAPPLIED: "Payments and credits that nobody has applied",
    TERMS: "Invoices without terms, or due before they were written",
}
REMEDIES: Mapping[str, str] = {
    NO_EMAIL: "Open the customer in QuickBooks and add the address; the next night reads it. Until then we "
    "ask you to call or send the words yourself.",
    NEVER_SENT: "They may have been printed or handed over. If not, send them from QuickBooks first: our "
    "first message asks whether the invoice arrived.",
    UNAPPLIED: "Open the payment or credit in QuickBooks and choose the invoices it pays. Until then we "
    "count it in the customer's favour, and leave them alone where it covers what is due.",
    TERMS: "Set the terms on the invoice, or a default on the customer, in QuickBooks. Without a due date "
    "nothing is late, and nobody is asked.",
}
NO_PAY_LINK = (
    "Your payment instructions have no link to pay online. If you take cards or bank payments on a page, "
    "put its address there: it stands under every message."
)


@dataclass(frozen=True, slots=True)
class Unreachable:
    """A customer who owes and cannot be written to."""

    customer_id: str
    name: str
    owed: Money
    late: Money
    invoices: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One kind of thing to fix, with its figures."""

    name: str
    title: str
    remedy: str
    count: int
    amounts: tuple[Money, ...] = ()


@dataclass(frozen=True, slots=True)
class Hygiene:
    """The kinds, and one page of the rows of one of them."""

    entries: tuple[Entry, ...]
    shown: Entry | None
    customers: tuple[Unreachable, ...]
    lines: tuple[BooksLine, ...]
    page: int
    pages: int
    no_pay_link: bool

    @property
    def is_clean(self) -> bool:
        return not self.no_pay_link and not any(one.count for one in self.entries)


def hygiene_of(context: Context, company: Company, name: str | None = None, page: int = 1) -> Hygiene:
    """name picks the kind whose rows are shown; without one, the first that has any."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        unreachable = _unreachable(conn, company, overview.owing(conn, company.id, today))
        counted = hygiene.counts(conn, company.id)
        unapplied = hygiene.unapplied_sums(conn, company.id)
        entries = (
            _entry(NO_EMAIL, len(unreachable), _sums([one.owed for one in unreachable])),
            _entry(UNAPPLIED, sum(count for _, count in unapplied), tuple(one for one, _ in unapplied)),
            _entry(NEVER_SENT, counted.never_sent),
            _entry(TERMS, counted.odd_terms),
        )
        shown = next((one for one in entries if one.name == name), None) or next(
            (one for one in entries if one.count), None
        )
        pages = max(1, -(-shown.count // ROWS)) if shown else 1
        page = min(max(page, 1), pages)
        read = _READS.get(shown.name) if shown else None
        lines = read(conn, company.id, ROWS, (page - 1) * ROWS) if read else []
    customers = unreachable[(page - 1) * ROWS : page * ROWS] if shown and shown.name == NO_EMAIL else []
    link = "http" in (company.payment_instructions or "").lower()
    return Hygiene(entries, shown, tuple(customers), tuple(lines), page, pages, not link)


_READS: Mapping[str, Callable[[Connection, int, int, int], list[BooksLine]]] = {
    NEVER_SENT: hygiene.never_sent,
    UNAPPLIED: hygiene.unapplied,
    TERMS: hygiene.odd_terms,
}


def _entry(name: str, count: int, amounts: tuple[Money, ...] = ()) -> Entry:
    return Entry(name, TITLES[name], REMEDIES[name], count, amounts)


def _unreachable(conn: Connection, company: Company, owing: Sequence[overview.Owing]) -> list[Unreachable]:
    """Whoever pays the bills and has no address, who owes most of what is late first."""
    parents = overview.parents(conn, company.id)
    families: dict[tuple[str, str], list[overview.Owing]] = {}
    for one in owing:
        families.setdefault((head_of(one.customer_id, parents), one.currency), []).append(one)
    own = {(one.customer_id, one.currency): (one.name, one.emails) for one in owing}
    elsewhere = {key[0] for key in families if key not in own}
    heads = mirror.customers(conn, company.id, elsewhere) if elsewhere else {}
    found = []
    for key, family in families.items():
        head = heads.get(key[0])
        name, emails = own.get(key) or (head.name if head else None, head.emails if head else ())
        if not emails:
            found.append(
                Unreachable(
                    key[0],
                    name or f"(customer {key[0]})",
                    total((one.owed for one in family), key[1]),
                    total((one.late for one in family), key[1]),
                    sum(one.invoices for one in family),
                )
            )
    found.sort(key=lambda one: (-one.late.amount, -one.owed.amount, one.customer_id))
    return found


def _sums(amounts: Sequence[Money]) -> tuple[Money, ...]:
    currencies = sorted({one.currency for one in amounts})
    return tuple(
        total((one for one in amounts if one.currency == currency), currency) for currency in currencies
    )
