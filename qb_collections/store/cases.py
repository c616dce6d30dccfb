"""Cases: everything that a decision may look at, put together for many customers at once.

A customer who is billed with a parent belongs to the parent's case, where both have one currency;
load takes sixteen statements however many customers there are, and three for one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import Connection, Update, and_, exists, func, or_, select, tuple_, update

from qb_collections.core.books import Customer
from qb_collections.core.case import Case, CustomerKind, DealtWith, HoldKind, Receipt
from qb_collections.core.money import total
from qb_collections.core.quick import quick
from qb_collections.store import contact_people as people_of
from qb_collections.store import (
    contacts,
    cycles,
    habits,
    holds,
    looked_at,
    mail_accounts,
    mirror,
    plans,
    receipts,
)
from qb_collections.store.billed import billed_with as billed_with
from qb_collections.store.billed import family as family
from qb_collections.store.billed import key_of as key_of
from qb_collections.store.billed import of_keys as families_of
from qb_collections.store.once import once
from qb_collections.store.tables.companies import company
from qb_collections.store.tables.mirror import ZERO, look, mirror_invoice
from qb_collections.store.together import joined
from qb_collections.store.upsert import upsert
from qb_collections.store.within import within

Key = tuple[str, str]  # customer id, currency
CUSTOMERS_AT_ONCE = 1000
CONTACTS_FOR = timedelta(days=90)
ELSEWHERE_FOR = timedelta(days=30)  # the longest cap
_LOOK = (
    *("customer_id", "currency", "next_look_on", "is_backlog", "start_on"),
    *("important", "buys_most", "kind"),
)
_LOOK_KEY = ("company_id", "customer_id", "currency")
T = TypeVar("T")


@quick
@dataclass(frozen=True, slots=True)
class Look:
    """When a customer is looked at again, and how contacting began for them."""

    next_look_on: date | None = None
    is_backlog: bool = False
    start_on: date | None = None
    important: bool = False  # a person says so
    buys_most: bool = False
    kind: CustomerKind | None = None  # as a person says


_NEVER = Look()
_Found = tuple[str, date | None, bool, date | None]  # currency, next look, is backlog, not contacted before
_ALIKE = 20  # from so many on they are set by one statement


def touch(conn: Connection, company_id: int, customer_ids: Iterable[str], on: date) -> None:
    """Facts changed: look at whoever these customers are billed with on that day.

    Customers that the mirror does not know are passed over.
    """
    ids = sorted(set(customer_ids))
    for some in mirror.chunked(ids):
        rows = [
            {"company_id": company_id, "customer_id": one.id, "currency": one.currency, "next_look_on": on}
            for one in billed_with(conn, company_id, some).values()
        ]
        upsert(conn, look, list({row["customer_id"]: row for row in rows}.values()), key=_LOOK_KEY)


def touch_all(conn: Connection, company_id: int, on: date) -> None:
    """The rules changed: look at everybody on that day, unless a look is due earlier."""
    mine = look.c.company_id == company_id
    later = look.c.next_look_on.is_(None) | (look.c.next_look_on > on)
    conn.execute(update(look).where(mine, later).values(next_look_on=on))


def due(
    conn: Connection, company_id: int, on: date | None, *, after: Key | None = None, limit: int
) -> list[Key]:
    """Customers whose next look is due (on None: all), in the order of their keys, beginning after a key.

    after: go on behind this key, so that a crash or a chunk never meets a customer twice.
    """
    query = (
        select(look.c.customer_id, look.c.currency)
        .where(look.c.company_id == company_id)
        .order_by(look.c.customer_id, look.c.currency)
        .limit(limit)
    )
    if on is not None:
        query = query.where(look.c.next_look_on <= on)
    if after is not None:
        same = and_(look.c.customer_id == after[0], look.c.currency > after[1])
        query = query.where(or_(look.c.customer_id > after[0], same))
    return [(customer_id, currency) for customer_id, currency in conn.execute(query).all()]


def count_due(conn: Connection, company_id: int, on: date | None) -> int:
    """How many customers with something open have their next look due by that day (on None: at all)."""
    owes = exists().where(
        mirror_invoice.c.company_id == company_id,
        mirror_invoice.c.customer_id == look.c.customer_id,
        mirror_invoice.c.balance > ZERO,
    )
    query = select(func.count()).select_from(look).where(look.c.company_id == company_id, owes)
    if on is not None:
        query = query.where(look.c.next_look_on <= on)
    return int(conn.execute(query).scalar_one())


def load(
    conn: Connection,
    company_id: int,
    keys: Sequence[Key],
    today: date,
    families: Mapping[Key, Sequence[Customer]] | None = None,
) -> list[Case]:
    """The cases of at most 1,000 customers, in the order of keys.

    Left out: customers that the mirror does not know, and those billed with a parent.
    families: as `family` read them, where somebody did already.
    Beside other reads of a page (`together`) it takes two statements besides the family.
    """
    assert len(keys) <= CUSTOMERS_AT_ONCE, f"at most {CUSTOMERS_AT_ONCE} customers at once"
    families = families_of(conn, company_id, keys) if families is None else families
    if not families:
        return []
    wanted = list(families)
    head_of = {member.id: key for key, billed in families.items() for member in billed}
    ids = list(head_of)

    def spoken(conn: Connection) -> tuple[dict[Key, Any], dict[Key, int], dict[Key, list[Any]]]:
        running, next_numbers = cycles.running(conn, company_id, wanted)
        said = contacts.for_cases(conn, company_id, wanted, today - CONTACTS_FOR, running)
        return running, next_numbers, said

    def held(conn: Connection) -> tuple[dict[Key, list[Any]], dict[Key, list[Any]]]:
        standing = _group_pairs(holds.active_of(conn, company_id, ids), head_of)
        promised = [
            one.placed_on for found in standing.values() for one in found if one.kind is HoldKind.PROMISE
        ]
        since = min([today - CONTACTS_FOR, *promised])
        return standing, _group_pairs(receipts.of_customers(conn, company_id, ids, since), head_of)

    (
        invoices,
        payments,
        memos,
        (standing, came),
        agreed,
        (running, next_numbers, said),
        answered,
        dealt_with,
        elsewhere,
        (looks, history_since),
        (own_mail, stopped),
        paying,
        named,
    ) = joined(
        conn,
        lambda conn: _group(mirror.open_invoices(conn, company_id, ids), head_of),
        lambda conn: _group(mirror.payments_with_unapplied(conn, company_id, ids), head_of),
        lambda conn: _group(mirror.credit_memos_open(conn, company_id, ids), head_of),
        held,
        lambda conn: _group_pairs(plans.running(conn, company_id, ids), head_of),
        spoken,
        lambda conn: _group_pairs(holds.replies(conn, company_id, ids), head_of),
        lambda conn: _group_pairs(looked_at.of_customers(conn, company_id, ids, today), head_of),
        lambda conn: _elsewhere(conn, company_id, families, today),
        lambda conn: _looks(conn, company_id, wanted),
        lambda conn: mail_accounts.standing(conn, company_id),
        lambda conn: habits.of_customers(conn, company_id, [customer_id for customer_id, _ in wanted]),
        lambda conn: people_of.by_customer(conn, company_id, [customer_id for customer_id, _ in wanted]),
    )

    cases = []
    for key, billed in families.items():
        _, currency = key
        seen = looks.get(key, _NEVER)
        theirs = tuple([one for one in invoices.get(key, ()) if one.balance.currency == currency])
        came_in, seen_to = came.get(key), dealt_with.get(key)
        cases.append(
            Case(
                customer=billed[0],
                currency=currency,
                invoices=theirs,
                payments=tuple([one for one in payments.get(key, ()) if one.total.currency == currency]),
                credit_memos=tuple([one for one in memos.get(key, ()) if one.total.currency == currency]),
                holds=tuple(standing.get(key, ())),
                contacts=tuple(said.get(key, ())),
                cycle=running.get(key),
                plans=tuple(agreed.get(key, ())),
                members=frozenset([member.id for member in billed]),
                books_balance=(
                    billed[0].balance
                    if len(billed) == 1
                    else total((member.balance for member in billed), currency)
                ),
                important=seen.important or seen.buys_most,
                history_since=history_since,
                start_on=seen.start_on,
                is_backlog=seen.is_backlog,
                next_cycle=next_numbers.get(key, 1),
                receipts=_in_order(came_in, currency) if came_in else (),
                replied_on=max(answered.get(key, ()), default=None),
                contacted_elsewhere=tuple(elsewhere.get(key, ())),
                kind=seen.kind or kind_by_name(billed[0]),
                looked_at_ids=_gone_on(seen_to) if seen_to else frozenset(),
                dealt_with=tuple([one for one in seen_to if one.kind != "go-on"]) if seen_to else (),
                early_ids=paying.early_ids(key, theirs, today),
                habit=paying.habit(key),
                own_mail=own_mail,
                stopped=stopped,
                people=named.get(key[0], ()),
            )
        )
    return cases


def _in_order(came: Sequence[Receipt], currency: str) -> tuple[Receipt, ...]:
    return tuple(sorted((one for one in came if one.amount.currency == currency), key=lambda one: one.on))


def _gone_on(seen_to: Sequence[DealtWith]) -> frozenset[str]:
    """The invoices with which a person said to go on."""
    return frozenset([one.invoice_id for one in seen_to if one.kind == "go-on" and one.invoice_id])


def set_next_look(conn: Connection, company_id: int, rows: Iterable[tuple[str, str, date | None]]) -> None:
    """(customer, currency, day); None: only a change of facts can alter the answer."""
    _put(conn, company_id, [(key, {"next_look_on": on}) for *key, on in rows])


def decided(
    conn: Connection, company_id: int, rows: Iterable[tuple[str, str, date | None, bool, date | None]]
) -> None:
    """What a night found out: (customer, currency, next look, is backlog, not contacted before).

    Most of a night's customers are looked at again on one and the same day: they are set together.
    """
    alike: dict[_Found, list[str]] = defaultdict(list)
    for customer_id, currency, on, backlog, start_on in rows:
        alike[currency, on, backlog, start_on].append(customer_id)
    values: list[tuple[Key, dict[str, Any]]] = []
    for (currency, on, backlog, start_on), ids in alike.items():
        value = {"next_look_on": on, "is_backlog": backlog, "start_on": start_on}
        if len(ids) >= _ALIKE:
            done = _set(conn, company_id=company_id, currency=currency, ids=ids, **value)
            if done.rowcount == len(ids):
                continue
        values += [((customer_id, currency), value) for customer_id in ids]
    _put(conn, company_id, values)


@once
def _set(
    company_id: int,
    currency: str,
    ids: Sequence[str],
    next_look_on: date | None,
    is_backlog: bool,
    start_on: date | None,
) -> Update:
    theirs = (look.c.company_id == company_id, look.c.currency == currency, within(look.c.customer_id, ids))
    return (
        update(look)
        .where(*theirs)
        .values(next_look_on=next_look_on, is_backlog=is_backlog, start_on=start_on)
    )


def set_important(conn: Connection, company_id: int, customer_id: str, currency: str, yes: bool) -> None:
    """A person says that this customer is spoken to by people first."""
    _put(conn, company_id, [((customer_id, currency), {"important": yes})])


def set_kind(
    conn: Connection, company_id: int, customer_id: str, currency: str, kind: CustomerKind | None
) -> None:
    """A person says who owes: a company, a sole trader, a private person.  None: what QuickBooks tells."""
    _put(conn, company_id, [((customer_id, currency), {"kind": kind})])


def set_buys_most(conn: Connection, company_id: int, keys: Collection[Key]) -> None:
    """These customers bought most, and no others."""
    mine = look.c.company_id == company_id
    listed = tuple_(look.c.customer_id, look.c.currency).in_(keys)
    conn.execute(update(look).where(mine, look.c.buys_most, ~listed).values(buys_most=False))
    conn.execute(update(look).where(mine, ~look.c.buys_most, listed).values(buys_most=True))


def look_of(conn: Connection, company_id: int, customer_id: str, currency: str) -> Look | None:
    looks, _ = _looks(conn, company_id, [(customer_id, currency)])
    return looks.get((customer_id, currency))


def _looks(conn: Connection, company_id: int, keys: Sequence[Key]) -> tuple[dict[Key, Look], date | None]:
    ids = {customer_id for customer_id, _ in keys}
    mine = and_(look.c.company_id == company_id, within(look.c.customer_id, ids))
    query = (
        select(company.c.history_since, *(look.c[name] for name in _LOOK))
        .select_from(company.outerjoin(look, mine))
        .where(company.c.id == company_id)
    )
    rows = conn.execute(query).all()
    looks = {
        (customer_id, currency): Look(
            next_look_on, backlog, start_on, important, buys_most, CustomerKind(kind) if kind else None
        )
        for _, customer_id, currency, next_look_on, backlog, start_on, important, buys_most, kind in rows
        if customer_id is not None
    }
    return looks, rows[0].history_since if rows else None


def _elsewhere(
    conn: Connection, company_id: int, families: Mapping[Key, Sequence[Customer]], today: date
) -> dict[Key, list[date]]:
    """Days on which the practice's other companies wrote to an address of these customers."""
    keys_of: dict[str, list[Key]] = defaultdict(list)
    for key, billed in families.items():
        for address in {email.lower() for member in billed for email in member.emails}:
            keys_of[address].append(key)
    found: dict[Key, list[date]] = defaultdict(list)
    for address, on in contacts.at_addresses(conn, company_id, keys_of, today - ELSEWHERE_FOR):
        for key in keys_of[address]:
            found[key].append(on)
    return found


def kind_by_name(customer: Customer) -> CustomerKind:
    """Where no person says who owes: whoever has a company name in QuickBooks is a company."""
    return CustomerKind.COMPANY if customer.company_name else CustomerKind.UNKNOWN


def _put(conn: Connection, company_id: int, rows: Iterable[tuple[Sequence[str], dict[str, Any]]]) -> None:
    values = [
        {"company_id": company_id, "customer_id": key[0], "currency": key[1]} | value for key, value in rows
    ]
    upsert(conn, look, values, key=_LOOK_KEY)


def _group(rows: Iterable[Any], head_of: dict[str, Key]) -> dict[Key, list[Any]]:
    grouped: dict[Key, list[Any]] = defaultdict(list)
    for row in rows:
        grouped[head_of[row.customer_id]].append(row)
    return grouped


def _group_pairs(rows: Iterable[tuple[str, T]], head_of: dict[str, Key]) -> dict[Key, list[T]]:
    grouped: dict[Key, list[T]] = defaultdict(list)
    for customer_id, row in rows:
        grouped[head_of[customer_id]].append(row)
    return grouped
