"""What the first page adds up of the books: questions answered from indices alone.

Each binds company_id, and today where days count.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    text,
    union_all,
)

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


def due() -> Select[Any]:
    return (
        select(
            mirror_invoice.c.currency,
            mirror_invoice.c.due_on,
            func.sum(mirror_invoice.c.balance, type_=MoneyUnits),
            func.count(),
        )
        .where(mine(mirror_invoice.c.company_id), mirror_invoice.c.balance > ZERO)
        .group_by(mirror_invoice.c.currency, mirror_invoice.c.due_on)
    )


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
