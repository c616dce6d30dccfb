"""What a night may rest on of how a customer has paid so far, as it stood at the end of one day.

The days are those of core.traits, of what had been entered by then.  Documents that were changed
afterwards count as they are now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from statistics import median

from qb_collections.core.books import Invoice
from qb_collections.core.case import Habit
from qb_collections.core.past import Past, PastInvoice
from qb_collections.core.traits import days_late, latest_day, usual_day

LAST = 6  # so many of the latest invoices say whether somebody is often late
Key = tuple[str, str]  # head of a case, currency


@dataclass(frozen=True, slots=True)
class Known:
    """One customer; the last six are those that are paid, or open and late, the latest due."""

    habit: Habit
    known_of_last: int = 0
    late_of_last: int = 0
    first_invoice_id: str | None = None  # the earliest one

    @property
    def often_late(self) -> bool:
        """Late on at least half of the last ones."""
        return self.known_of_last > 0 and self.late_of_last * 2 >= self.known_of_last


@dataclass(frozen=True, slots=True)
class Habits:
    """A whole company, or some of its customers."""

    customers: Mapping[Key, Known] = field(default_factory=dict)
    # The median of the company's own invoices; None: none is known.  A currency not worked out is missing.
    usual_total: Mapping[str, Decimal | None] = field(default_factory=dict)

    def habit(self, key: Key) -> Habit | None:
        known = self.customers.get(key)
        return known.habit if known is not None else None

    def early_ids(self, key: Key, invoices: Sequence[Invoice], today: date) -> frozenset[str] | None:
        """Of the open invoices of a case those whose copy before the due date is a courtesy.

        At least as large as the company's usual invoice, and the customer's first, or of one who was
        late on half of the last six: no suspicion, and nothing for who pays in time.  Of a customer who
        is new this week the first is the earliest that is open.  None: nothing was worked out.
        """
        _, currency = key
        if currency not in self.usual_total:
            return None
        ahead = [
            one
            for one in invoices
            if one.due_on is not None and one.due_on >= today and self.is_large(one, currency)
        ]
        if not ahead:
            return frozenset()
        known = self.customers.get(key)
        if known is not None and known.often_late:
            return frozenset(one.id for one in ahead)
        first_id = min(invoices, key=_age).id if known is None else known.first_invoice_id
        return frozenset(one.id for one in ahead if one.id == first_id)

    def is_large(self, invoice: Invoice, currency: str) -> bool | None:
        """Whether what is open comes to a usual invoice; None: that is not known."""
        usual = self.usual_total.get(currency)
        return None if usual is None else invoice.balance.amount >= usual

    def touched(self, before: Habits, still_open: Iterable[tuple[Key, Invoice]]) -> set[Key]:
        """Who has to be looked at again, because a decision may rest on what was not known before."""
        return {
            key
            for key, one in still_open
            if self.customers.get(key) != before.customers.get(key)
            or self.is_large(one, key[1]) is not before.is_large(one, key[1])
        }


def ends_on(today: date) -> date:
    """The Sunday before the week of that day: what was known then holds for the week's nights."""
    return today - timedelta(days=today.weekday() + 1)


class Observer:
    """Looks at one past, as of any day: what is final is worked out once."""

    def __init__(self, past: Past) -> None:
        """past is complete from its since_on, and has plan documents looked through."""
        assert past.since_on is not None, "nothing is known before payment history has been read"
        self._past = past
        self._since_on = past.since_on
        self._seen = sorted((_Seen.of(past, one) for one in past.invoices), key=lambda seen: seen.entered_at)

    def at_end_of(self, on: date) -> Habits:
        """Everybody's, by what was dated and entered by then."""
        before = self._past.start_of(on + timedelta(days=1))
        every: dict[Key, list[_Seen]] = defaultdict(list)
        totals: dict[str, list[Decimal]] = defaultdict(list)
        for seen in self._seen:
            if seen.entered_at >= before:
                break
            invoice = seen.one.invoice
            if invoice.issued_on > on:
                continue
            every[seen.key].append(seen)
            if invoice.issued_on >= self._since_on and invoice.total.amount > 0:
                totals[invoice.total.currency].append(invoice.total.amount)
        return Habits(
            {key: self._known(found, on, before) for key, found in every.items()},
            {one: median(totals[one]) if one in totals else None for one in {key[1] for key in every}},
        )

    def _known(self, found: Sequence[_Seen], on: date, before: datetime) -> Known:
        late: list[int] = []
        last: list[tuple[date, int, str, bool]] = []
        for seen in found:
            invoice = seen.one.invoice
            if invoice.due_on is None or invoice.issued_on < self._since_on:
                continue
            settled, days = seen.paid(on, before)
            if days is not None:
                late.append(days)
            if days is not None or (not settled and invoice.due_on < on):
                last.append((invoice.due_on, len(invoice.id), invoice.id, days is None or days > 0))
        last = sorted(last)[-LAST:]
        return Known(
            Habit(usual_day(late), latest_day(late), len(late)),
            known_of_last=len(last),
            late_of_last=sum(was_late for *_, was_late in last),
            first_invoice_id=min((seen.one.invoice for seen in found), key=_age).id,
        )


@dataclass(frozen=True, slots=True)
class _Seen:
    """One invoice, and from which instant on nothing more became known of it."""

    key: Key
    one: PastInvoice
    entered_at: datetime
    final_at: datetime
    final: tuple[bool, int | None]  # settled, and days late of one that was paid

    @classmethod
    def of(cls, past: Past, one: PastInvoice) -> _Seen:
        entered_at = one.recorded_at or past.start_of(one.invoice.issued_on)
        instants = [past.start_of(a.on) for a in one.applied]
        instants += [a.known_at for a in one.applied if a.known_at is not None]
        last_on = max((a.on for a in one.applied), default=one.invoice.issued_on)
        final = one.settled_on(last_on) is not None, days_late(one, last_on)
        key = past.head(one.invoice.customer_id), one.invoice.total.currency
        return cls(key, one, entered_at, max([entered_at, *instants]), final)

    def paid(self, on: date, before: datetime) -> tuple[bool, int | None]:
        """Whether it was settled, and how late, by what was dated by then and entered before the instant."""
        if self.final_at < before:
            return self.final
        known = tuple(a for a in self.one.applied if a.known_at is None or a.known_at < before)
        then = replace(self.one, applied=known)
        return then.settled_on(on) is not None, days_late(then, on)


def _age(invoice: Invoice) -> tuple[date, int, str]:
    return invoice.issued_on, len(invoice.id), invoice.id
