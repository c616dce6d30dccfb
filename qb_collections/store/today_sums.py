"""What the first page adds up of the books: questions answered from indices alone.

Each binds company_id, and today where days count.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    text,
    type_coerce,
    union_all,
)

from qb_collections.store.overview import BUCKET_DAYS
from qb_collections.store.tables.mirror import (
    NO_EMAIL,
    ZERO,
    mirror_credit_memo,
    mirror_customer,
    mirror_invoice,
    mirror_payment,
)
from qb_collections.store.types import MoneyUnits


def mine(column: Any) -> ColumnElement[bool]:
    is_mine: ColumnElement[bool] = column == bindparam("company_id", type_=Integer())
    return is_mine


def today() -> Any:
    return bindparam("today", type_=Date())


def aged() -> Select[Any]:
    """(currency, bucket, owed in 1/10000, invoices) of what is open; a bucket without any says nothing.

    Nearly every company has one currency.  There each bucket is a stretch of the index, and nothing is
    compared from one invoice to the next; where there are several, they are added up by day first.
    """
    first, last = _currency(func.min), _currency(func.max)
    balance, due_on = type_coerce(mirror_invoice.c.balance, BigInteger), mirror_invoice.c.due_on
    in_one = [
        select(first.label("currency"), bucket.label("bucket"), func.sum(balance), func.count()).where(
            mirror_invoice.c.company_id == _mine_if(first == last),
            mirror_invoice.c.balance > ZERO,
            mirror_invoice.c.currency == first,
            *stretch,
        )
        for bucket, stretch in _stretches(due_on)
    ]
    days = (
        select(mirror_invoice.c.currency, due_on, func.sum(balance).label("owed"), func.count().label("many"))
        .where(mirror_invoice.c.company_id == _mine_if(first != last), mirror_invoice.c.balance > ZERO)
        .group_by(mirror_invoice.c.currency, due_on)
        .subquery()
    )
    bucket = case(*((days.c.due_on <= _last(number), number) for number in (4, 3, 2, 1)), else_=0)
    in_several = select(days.c.currency, bucket, func.sum(days.c.owed), func.sum(days.c.many)).group_by(
        days.c.currency, bucket
    )
    return select(union_all(*in_one, in_several).subquery())


def last_days(today: date) -> dict[str, date]:
    """What aged binds: the last due date of each bucket behind "not yet due"."""
    return {f"last_{number}": today - timedelta(days=first) for number, first in enumerate(BUCKET_DAYS, 1)}


def _last(bucket: int) -> ColumnElement[date]:
    return bindparam(f"last_{bucket}", type_=Date())


def _stretches(due_on: Any) -> list[tuple[ColumnElement[int], list[ColumnElement[bool]]]]:
    """Each bucket with where it lies by due date; what has no day is not yet due."""
    found = [(0, [due_on.is_(None)]), (0, [due_on > _last(1)])]
    found += [(number, [due_on <= _last(number), due_on > _last(number + 1)]) for number in (1, 2, 3)]
    found.append((4, [due_on <= _last(4)]))
    return [(literal_column(str(number), Integer), where) for number, where in found]


def late() -> Select[Any]:
    """Customers with something late, by currency, each site by itself; 0 says nothing.

    Nearly every company has one currency.  There they are counted along the index, which costs half of what
    it takes to put them in order by currency too.
    """
    first, last = _currency(func.min), _currency(func.max)
    in_one = select(first.label("currency"), func.count(mirror_invoice.c.customer_id.distinct())).where(
        *_late_of(_mine_if(first == last))
    )
    customers = (
        select(mirror_invoice.c.customer_id, mirror_invoice.c.currency)
        .where(*_late_of(_mine_if(first != last)))
        .distinct()
        .subquery()
    )
    in_several = select(customers.c.currency, func.count()).group_by(customers.c.currency)
    return select(union_all(in_one, in_several).subquery())


def _currency(which: Any) -> Any:
    """The first or the last of what is open: each is found at once, at an end of the index."""
    return (
        select(which(mirror_invoice.c.currency))
        .where(mine(mirror_invoice.c.company_id), mirror_invoice.c.balance > ZERO)
        .scalar_subquery()
    )


def _mine_if(condition: ColumnElement[bool]) -> Any:
    """The company, or none of them, so that nothing is read where the condition does not hold."""
    return select(bindparam("company_id", type_=Integer())).where(condition).scalar_subquery()


def _late_of(company: Any) -> tuple[ColumnElement[bool], ...]:
    return (
        mirror_invoice.c.company_id == company,
        mirror_invoice.c.balance > ZERO,
        mirror_invoice.c.due_on < today(),
    )


def _is_late(customer: Any) -> ColumnElement[bool]:
    return exists().where(
        mirror_invoice.c.company_id == customer.c.company_id,
        mirror_invoice.c.customer_id == customer.c.id,
        mirror_invoice.c.currency == customer.c.currency,
        mirror_invoice.c.balance > ZERO,
        mirror_invoice.c.due_on < today(),
    )


def late_sites() -> Select[Any]:
    return select(mirror_customer.c.id, mirror_customer.c.currency).where(
        mine(mirror_customer.c.company_id),
        mirror_customer.c.bill_with_parent,
        mirror_customer.c.parent_id.is_not(None),
        _is_late(mirror_customer),
    )


def late_parents() -> Select[Any]:
    site = mirror_customer.alias()
    parents = select(site.c.parent_id).where(
        mine(site.c.company_id), site.c.bill_with_parent, site.c.parent_id.is_not(None)
    )
    return select(mirror_customer.c.id, mirror_customer.c.currency).where(
        mine(mirror_customer.c.company_id), mirror_customer.c.id.in_(parents), _is_late(mirror_customer)
    )


def billed_with() -> Select[Any]:
    return select(mirror_customer.c.id, mirror_customer.c.parent_id).where(
        mine(mirror_customer.c.company_id),
        mirror_customer.c.bill_with_parent,
        mirror_customer.c.parent_id.is_not(None),
    )


def without_email() -> Select[Any]:
    """Customers who pay their own bills, have something late, and no address to write to."""
    site = mirror_customer.alias()
    late_site = exists().where(
        site.c.company_id == mirror_customer.c.company_id,
        site.c.parent_id == mirror_customer.c.id,
        site.c.bill_with_parent,
        _is_late(site),
    )
    return (
        select(func.count())
        .select_from(mirror_customer)
        .where(
            mine(mirror_customer.c.company_id),
            text(NO_EMAIL),
            ~and_(mirror_customer.c.bill_with_parent, mirror_customer.c.parent_id.is_not(None)),
            or_(_is_late(mirror_customer), late_site),
        )
    )


def unapplied_payments() -> Select[Any]:
    amount = mirror_payment.c.unapplied
    return (
        select(mirror_payment.c.currency, func.sum(amount, type_=MoneyUnits))
        .where(mine(mirror_payment.c.company_id), amount > ZERO)
        .group_by(mirror_payment.c.currency)
    )


def open_memos() -> Select[Any]:
    amount = mirror_credit_memo.c.remaining
    return (
        select(mirror_credit_memo.c.currency, func.sum(amount, type_=MoneyUnits))
        .where(mine(mirror_credit_memo.c.company_id), amount > ZERO)
        .group_by(mirror_credit_memo.c.currency)
    )
