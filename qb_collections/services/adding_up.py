"""How the figure owed and QuickBooks' own aging add up: the latest comparison, line by line, for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from qb_collections.core.money import Money
from qb_collections.core.receivables import TieState
from qb_collections.core.wording import list_text, money_text
from qb_collections.store import overview, tie_outs
from qb_collections.store.companies import Company

REMEDY = (
    "Until it is explained, no message leaves. In QuickBooks open the report A/R Aging Detail and look for "
    "lines that are neither an invoice, a payment nor a credit memo, or for a document changed today. Then "
    "compare again: it names the customers."
)


@dataclass(frozen=True, slots=True)
class Line:
    words: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Sum:
    """One currency: the lines add up to what QuickBooks reported, to the cent."""

    reported: Money
    lines: tuple[Line, ...]
    said: str
    unexplained: Money  # over all customers, regardless of sign; zero: every cent is named


@dataclass(frozen=True, slots=True)
class AddsUp:
    """The latest comparison.  as_it_is: our figures are still the ones that were compared."""

    on: date
    at: datetime
    state: TieState
    sums: tuple[Sum, ...]
    as_it_is: bool

    @property
    def holds(self) -> bool:
        """Whether contacts are kept off because of it."""
        return self.state is TieState.UNEXPLAINED


def latest(conn: Connection, company: Company) -> AddsUp | None:
    """None: nothing was compared yet."""
    stored = tie_outs.latest(conn, company.id)
    if stored is None:
        return None
    owed = {
        amount.currency: amount for amount, _ in overview.late_amounts(conn, [company.id]).get(company.id, [])
    }
    return told(company, stored, owed, overview.unapplied(conn, company.id))


def told(
    company: Company,
    stored: tie_outs.StoredTieOut,
    owed: Mapping[str, Money],
    credits: Mapping[str, Money],
) -> AddsUp:
    """owed and credits: what is open on invoices and not applied now, by currency."""
    sums, same = [], True
    for one in stored.currencies:
        zero = Money.zero(one["currency"])
        invoices, open_credits = owed.get(zero.currency, zero), credits.get(zero.currency, zero)
        is_now = invoices - open_credits == _money(one, "ours")
        same = same and is_now
        sums.append(_sum(company, one, (invoices, open_credits) if is_now else None))
    return AddsUp(stored.tied_on, stored.at, TieState(stored.state), tuple(sums), same)


def _sum(company: Company, one: Mapping[str, Any], now: tuple[Money, Money] | None) -> Sum:
    reported, ours, unexplained = _money(one, "reported"), _money(one, "ours"), _money(one, "unexplained")
    if now is None:
        lines = [Line("Invoices less credits, when we compared", ours)]
    else:
        lines = [Line("Your open invoices", now[0])]
        if now[1]:
            lines.append(Line("Payments and credits that nobody has applied", -now[1]))
    parts = [Line(_named(part), Money(Decimal(part["amount"]), reported.currency)) for part in one["parts"]]
    lines += parts
    rest = reported
    for line in lines:
        rest = rest - line.amount
    if rest:
        lines.append(Line("Not explained yet", rest))
    return Sum(reported, tuple(lines), _said(company, reported, ours, parts, unexplained, now), unexplained)


def _said(
    company: Company,
    reported: Money,
    ours: Money,
    parts: list[Line],
    unexplained: Money,
    now: tuple[Money, Money] | None,
) -> str:
    def figure(money: Money) -> str:
        return money_text(money, company.locale) if money.amount >= 0 else money.format(company.locale)

    if now is not None and now[1]:
        both = (
            f"You are owed {figure(now[0])} on invoices, less {figure(now[1])} that nobody has applied: "
            f"{figure(ours)}. QuickBooks' A/R aging says {figure(reported)}."
        )
    else:
        both = f"QuickBooks' A/R aging says {figure(reported)}, we count {figure(ours)}."
    if unexplained:
        return f"{both} We can't explain {figure(unexplained)} of the difference yet, so sending stays off."
    if parts:
        named = [f"{line.words[0].lower()}{line.words[1:]}" for line in parts]
        if len(parts) > 1:
            named = [f"{words} ({figure(line.amount)})" for words, line in zip(named, parts, strict=True)]
        what = f"The difference of {figure(reported - ours)} is {'; '.join(named)}"
        return f"{both} {what}, with no invoice behind it. We don't remind anyone about it."
    if now is None:
        return f"QuickBooks' A/R aging said {figure(reported)}, and we counted the same to the cent."
    if now[1]:
        return (
            f"QuickBooks' A/R aging says {figure(reported)}: your open invoices less {figure(now[1])} in "
            "payments and credits that nobody has applied. It adds up to the cent."
        )
    return f"Same total as your A/R aging in QuickBooks: {figure(reported)}."


def _named(part: Mapping[str, Any]) -> str:
    """Journal entry JE-118; Journal entries 12, 15 and 4 more."""
    numbers = [str(one) for one in part["numbers"]]
    kind = str(part["kind"]).capitalize()
    if len(numbers) != 1:
        kind = f"{kind[:-1]}ies" if kind.endswith("y") else f"{kind}s"
    return f"{kind} {list_text(numbers)}"


def _money(one: Mapping[str, Any], name: str) -> Money:
    return Money(Decimal(one[name]), one["currency"])
