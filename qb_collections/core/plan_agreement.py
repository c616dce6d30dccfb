"""The agreement of a payment plan in words, as it is recorded, with the version of the text."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from qb_collections.core.money import Money
from qb_collections.core.wording import day_text, list_text, money_text

VERSION = "2026-1"
# How a customer may have said yes.  What cannot be told is said as such.
ACCEPTED = {
    "phone": "by telephone",
    "email": "by e-mail",
    "signed": "in writing",
    "in_person": "in person",
    "unknown": "in a way that was not noted",
}


def text(
    company: str,
    customer: str,
    numbers: Sequence[str],
    parts: Sequence[tuple[date, Money]],
    *,
    agreed_on: date,
    broken_after_days: int,
    locale: str,
) -> str:
    """The agreement, a paragraph a line.  Adds nothing to what is owed."""
    whole = Money(
        sum((amount.amount for _, amount in parts), start=parts[0][1].amount * 0), parts[0][1].currency
    )
    year = agreed_on.year
    what = f"invoice {numbers[0]}" if len(numbers) == 1 else f"invoices {', '.join(numbers)}"
    several = "payment" if len(parts) == 1 else "payments"
    lines = [
        f"{customer} and {company} agreed on {day_text(agreed_on, 0, locale)} that "
        f"{money_text(whole, locale)}, open on {what}, is paid in {len(parts)} {several}:"
    ]
    lines += [
        f"{place}. {money_text(amount, locale)} by {day_text(on, year, locale)}"
        for place, (on, amount) in enumerate(parts, start=1)
    ]
    lines.append(
        "Nothing is added to the amount. While the payments come, nothing else is asked for on these "
        f"invoices. If a payment has not come {broken_after_days} days after its date, the plan ends and "
        "what is left is due at once, unless another day is agreed before."
    )
    return "\n".join(lines)


def accepted(how: str) -> str | None:
    """The words for how it was accepted; None for a way that is not known here."""
    return ACCEPTED.get(how)


def ways() -> str:
    return list_text([*ACCEPTED])
