"""Which customer to turn to first, and why: the money that is late, counted more where it matters more.

The weight is the late amount (where nothing is late, a tenth of what is owed) times one factor for each
thing that a person would want to see to sooner.  Each factor has its words, and they are what the list
shows: the order is never a number that nobody can check.

    an answer of ours is due or past its day    x 3
    a doubt whether something went out          x 3
    a promise or a plan was not kept            x 2
    later than they ever paid                   x 1.5
    important to the company                    x 1.5
    what waits is past its day                  x 1.25
    over 30, 60, 90 days late                   x 1.25, 1.5, 1.75
    only something to put right                 x 0.5

Amounts of other currencies are ordered as they are, without an exchange rate; where a currency has no
smaller unit, a hundred count for one.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial

from qb_collections.core.money import Money, quantum
from qb_collections.core.quick import quick
from qb_collections.core.wording import count_text, day_text, money_text

THRICE, TWICE = Decimal(3), Decimal(2)
HALF_MORE, A_QUARTER_MORE, HALF = Decimal("1.5"), Decimal("1.25"), Decimal("0.5")
OWED_COUNTS = Decimal("0.1")
AGES = ((91, Decimal("1.75")), (61, Decimal("1.5")), (31, Decimal("1.25")))
UNUSUAL_FROM = 5  # paid invoices before "later than ever" says something
PUTS_RIGHT = frozenset(
    {"add_email", "apply_credits", "find_credit", "look_at_old", "stopped_email", "mail_paused", "refused"}
)
DOUBTS = frozenset({"parked", "verify"})
ANSWERS = frozenset({"answer_dispute", "follow_up"})


@quick
@dataclass(frozen=True, slots=True)
class Matter:
    """What the order rests on, of one customer with something to do."""

    owed: Money
    late: Money
    oldest_late_on: date | None
    kinds: frozenset[str]  # of the tasks that wait
    due_on: date | None = None  # the earliest day by which one of them was to be done
    broken: tuple[date, Money | None] | None = None  # the promised day of the latest promise not kept
    latest_day: int | None = None  # the latest they ever paid, in days from the due date
    paid_invoices: int = 0  # that this rests on
    important: bool = False


@quick
@dataclass(frozen=True, slots=True)
class Factor:
    """One reason why somebody comes earlier, or later; without words the title says it already.

    say: the words in a locale.  Made for the rows that are shown: all of a list are weighed.
    """

    times: Decimal
    say: Callable[[str], str] | None = None


def weight(matter: Matter, today: date) -> Decimal:
    """Larger comes first; zero where nothing is owed."""
    base = (matter.late.amount or matter.owed.amount * OWED_COUNTS) / _rough(matter.owed.currency)
    if base:
        for factor in factors(matter, today):
            base *= factor.times
    return base


def why(matter: Matter, today: date, locale: str = "en_US") -> str:
    """$8,420.00 late, the oldest for 64 days · promised for Friday, November 6, not kept."""
    said = [_amount(matter, today, locale)]
    said += [one.say(locale) for one in factors(matter, today) if one.say is not None]
    return " · ".join(said)


def factors(matter: Matter, today: date) -> Sequence[Factor]:
    """In the order in which they are said."""
    found = []
    due_on, late_days = matter.due_on, _late_days(matter, today)
    answers = bool(matter.kinds & ANSWERS)
    if answers and due_on is not None and due_on <= today:
        found.append(Factor(THRICE, partial(_answer_due, due_on, today)))
    if matter.kinds & DOUBTS:
        found.append(Factor(THRICE, lambda _: "we can't tell whether something reached them"))
    if matter.broken is not None:
        found.append(Factor(TWICE, partial(_not_kept, *matter.broken, today)))
    if "plan_missed" in matter.kinds:
        found.append(Factor(TWICE, lambda _: "a payment of their plan did not come"))
    if (latest := matter.latest_day) is not None and late_days and _is_unusual(matter, late_days):
        found.append(Factor(HALF_MORE, lambda _: f"unusual for them: so far they {_so_far(latest)}"))
    if matter.important:
        found.append(Factor(HALF_MORE, lambda _: "important to you"))
    if due_on is not None and due_on < today and not answers:
        found.append(
            Factor(A_QUARTER_MORE, lambda locale: f"was to be done by {day_text(due_on, today.year, locale)}")
        )
    if late_days >= AGES[-1][0]:
        found.append(Factor(next(times for days, times in AGES if late_days >= days)))
    if matter.kinds <= PUTS_RIGHT:
        found.append(Factor(HALF))
    return found


def _answer_due(due_on: date, today: date, locale: str) -> str:
    when = "today" if due_on == today else day_text(due_on, today.year, locale)
    return f"{'they wait for your answer since' if due_on < today else 'your answer is due'} {when}"


def _not_kept(promised_on: date, amount: Money | None, today: date, locale: str) -> str:
    of = f"{money_text(amount, locale)} " if amount is not None else ""
    return f"promised {of}for {day_text(promised_on, today.year, locale)}, not kept"


@lru_cache(maxsize=64)
def _rough(currency: str) -> int:
    """So many of the currency's units count for one."""
    return 100 if quantum(currency) >= 1 else 1


def _amount(matter: Matter, today: date, locale: str) -> str:
    if not matter.owed:
        return "nothing is owed"
    if not matter.late:
        return f"{money_text(matter.owed, locale)} owed, nothing late"
    days = count_text(_late_days(matter, today), "day")
    return f"{money_text(matter.late, locale)} late, the oldest for {days}"


def _late_days(matter: Matter, today: date) -> int:
    return (today - matter.oldest_late_on).days if matter.oldest_late_on is not None else 0


def _so_far(latest_day: int) -> str:
    if latest_day <= 0:
        return "always paid in time"
    return f"paid {count_text(latest_day, 'day')} late at the latest"


def _is_unusual(matter: Matter, late_days: int) -> bool:
    latest = matter.latest_day
    return latest is not None and matter.paid_invoices >= UNUSUAL_FROM and late_days > max(latest, 0)
