"""Figures for pages: what is owed, what is late, what tonight brings.  Reads only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection

from qb_collections.core.case import Case
from qb_collections.core.decide import decide
from qb_collections.core.decision import Decision, Outcome
from qb_collections.core.money import Money, total
from qb_collections.services import books_current
from qb_collections.services.context import Context
from qb_collections.services.deciding import in_cycle
from qb_collections.services.night import next_night_on
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import books_words, mirror, overview
from qb_collections.store import today as stored
from qb_collections.store.companies import Company
from qb_collections.store.cursors import Cursor
from qb_collections.store.engine import reading
from qb_collections.store.overview import Owing, Reason, Tally
from qb_collections.store.runs import Run
from qb_collections.store.today import Facts

BUCKETS = ("Not yet due", "1–30 days", "31–60 days", "61–90 days", "Over 90 days")

# Why customers are left alone, in the owner's words: of one, of several.
REASONS: Mapping[str, tuple[str, str]] = {
    "stage": ("waits for its day", "wait for their day"),
    "call_limit": ("was rung or spoken with in the last days", "were rung or spoken with in the last days"),
    "contact_gap": ("heard from you in the last days", "heard from you in the last days"),
    "caps": ("has heard from you often enough", "have heard from you often enough"),
    "credits": ("has credits that cover it", "have credits that cover it"),
    "credit_not_visible": (
        "has a credit that the open invoices don't show",
        "have credits that the open invoices don't show",
    ),
    "too_small": ("owes less than your limit", "owe less than your limit"),
    "no_contact": ("has no e-mail address or phone", "have no e-mail address or phone"),
    "open_reply": ("has answered and waits for you", "have answered and wait for you"),
    "people_only": ("is left to people", "are left to people"),
    "handed_over": ("was handed over", "were handed over"),
    "hardship": ("has asked for time", "have asked for time"),
    "plan": ("is on a payment plan", "are on payment plans"),
    "plan_missed": ("missed a payment of its plan", "missed a payment of their plan"),
    "dispute": ("disputes what is due", "dispute what is due"),
    "promise": ("has promised a day", "have promised a day"),
    "in_transit": ("says a payment is on its way", "say a payment is on its way"),
    "autopay": ("is collected by itself", "are collected by themselves"),
    "exclusion": ("is left out because you asked", "are left out because you asked"),
    "too_old": ("is very old and needs your look", "are very old and need your look"),
    "skipped": ("was left out by one of you, this time", "were left out by one of you, this time"),
    "unclear": (
        "waits for your look: did the last message go out?",
        "wait for your look: did the last go out?",
    ),
    "trial": ("waits while you try it with one", "wait while you try it with one"),
    "first night": ("follows in the next days: we start small", "follow in the next days: we start small"),
    "start": ("follows in the next ten business days", "follow in the next ten business days"),
}
NOTHING_LATE = frozenset({"not_overdue", "settled"})


@dataclass(frozen=True, slots=True)
class Bucket:
    label: str
    owed: Money
    invoices: int
    share: int  # of everything owed, in thousandths


@dataclass(frozen=True, slots=True)
class Owed:
    """What one company is owed in one currency."""

    currency: str
    owed: Money
    late: Money
    late_customers: int
    invoices: int
    buckets: tuple[Bucket, ...]


@dataclass(frozen=True, slots=True)
class Tonight:
    """What a run would do, or did, in counts of customers."""

    run: Run
    messages: int
    calls: int
    decisions: int
    tasks: int
    left_alone: tuple[Tally, ...]  # those with something late, by reason
    nothing_late: int

    @property
    def contacts(self) -> int:
        return self.messages + self.calls

    @property
    def silent(self) -> int:
        return sum(one.customers for one in self.left_alone)


@dataclass(frozen=True, slots=True)
class Overview:
    """The first page of a company."""

    today: date
    next_night_on: date
    owed: tuple[Owed, ...]  # the company's own currency first
    tonight: Tonight | None  # the latest preview for the coming night
    last_night: Tonight | None
    tasks_open: int
    tasks_by_kind: Mapping[str, int]
    tasks_late: int  # past the day by which they were to be done
    unapplied: tuple[Money, ...]
    without_email: int  # customers who are late and cannot be written to
    cursor: Cursor | None


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """One line of the list: who pays the bill, with all that is open for it."""

    customer_id: str
    name: str
    currency: str
    owed: Money
    late: Money
    invoices: int
    oldest_late_on: date | None
    sites: int  # how many besides the customer itself are billed with it
    has_email: bool
    reason: Reason | None
    done_at: datetime | None = None  # a contact since the reason was given: it is fulfilled


def overview_of(context: Context, company: Company) -> Overview:
    """The company's figures on its own calendar; context is the one on the company's time."""
    now = context.clock.now()
    today, coming = company.today(now), next_night_on(company, now)
    with reading(context.engine) as conn:
        return shown(company, stored.facts(conn, company.id, today, coming), today, coming)


def shown(company: Company, found: Facts, today: date, coming: date) -> Overview:
    """The same for who has the facts."""
    return Overview(
        today=today,
        next_night_on=coming,
        owed=_owed(company, found, today),
        tonight=_run_shown(found, found.preview),
        last_night=_run_shown(found, found.nights[0] if found.nights else None),
        tasks_open=sum(one.open for one in found.waiting),
        tasks_by_kind={one.kind: one.open for one in found.waiting},
        tasks_late=sum(one.past for one in found.waiting),
        unapplied=tuple(found.unapplied.values()),
        without_email=found.without_email,
        cursor=found.cursor,
    )


def customers_of(context: Context, company: Company) -> list[CustomerLine]:
    """Everybody who owes something, who owes most of what is late first, each with the reason that stands."""
    with reading(context.engine) as conn:
        return _customers(conn, company, company.today(context.clock.now()), with_reasons=True)


def tonight_of(context: Context, company: Company, run: Run) -> Tonight:
    with reading(context.engine) as conn:
        found = _tonight(conn, company, run)
    assert found is not None
    return found


def books_word(conn: Connection, company: Company, run: Run | None) -> str | None:
    """Who said for this run that the books are up to date; None: nobody, or nobody was asked."""
    return books_words.given_by(conn, company.id, run.id) if run and books_current.asks(run) else None


def decide_now(book: Rulebook, case: Case, today: date) -> Decision:
    """What would be decided for one customer at this moment: a stored decision may be fulfilled already."""
    case = in_cycle(book, case, today)
    return decide(case, book.rules(case), today)


def head_of(customer_id: str, parents: Mapping[str, str]) -> str:
    """Who pays the customer's bills: itself, or the parent it is billed with."""
    seen = {customer_id}
    while (parent := parents.get(customer_id)) is not None and parent not in seen:
        customer_id = parent
        seen.add(parent)
    return customer_id


def _customers(
    conn: Connection, company: Company, today: date, *, with_reasons: bool = False
) -> list[CustomerLine]:
    found = overview.owing(conn, company.id, today)
    parents = overview.parents(conn, company.id)
    reasons = overview.reasons(conn, company.id) if with_reasons else {}
    contacted = overview.last_contacts(conn, company.id) if with_reasons else {}
    families: dict[tuple[str, str], list[Owing]] = {}
    for one in found:
        families.setdefault((head_of(one.customer_id, parents), one.currency), []).append(one)
    unknown = {key[0] for key, family in families.items() if all(one.customer_id != key[0] for one in family)}
    heads = mirror.customers(conn, company.id, unknown) if unknown else {}
    lines = []
    for (customer_id, currency), family in families.items():
        own = next((one for one in family if one.customer_id == customer_id), None)
        head = heads.get(customer_id)
        name = (own.name if own else head.name if head else None) or f"(customer {customer_id})"
        emails = own.emails if own else head.emails if head else ()
        reason, done_at = reasons.get((customer_id, currency)), contacted.get((customer_id, currency))
        late_days = [one.oldest_late_on for one in family if one.oldest_late_on]
        lines.append(
            CustomerLine(
                customer_id=customer_id,
                name=name,
                currency=currency,
                owed=total((one.owed for one in family), currency),
                late=total((one.late for one in family), currency),
                invoices=sum(one.invoices for one in family),
                oldest_late_on=min(late_days, default=None),
                sites=sum(1 for one in family if one.customer_id != customer_id),
                has_email=bool(emails),
                reason=reason,
                done_at=done_at if reason and done_at and done_at >= reason.decided_at else None,
            )
        )
    lines.sort(key=lambda line: (-line.late.amount, -line.owed.amount, line.name))
    return lines


def _owed(company: Company, found: Facts, today: date) -> tuple[Owed, ...]:
    currencies = sorted(
        {one.currency for one in found.aged}, key=lambda code: (code != company.currency, code)
    )
    return tuple(_owed_in(currency, found, today) for currency in currencies or [company.currency])


def _owed_in(currency: str, found: Facts, today: date) -> Owed:
    owed, invoices = [Decimal(0)] * len(BUCKETS), [0] * len(BUCKETS)
    for one in found.aged:
        if one.currency == currency:
            owed[one.bucket] += one.owed.amount
            invoices[one.bucket] += one.invoices
    whole = sum(owed, Decimal(0))
    buckets = [
        Bucket(
            label,
            Money(amount, currency),
            count,
            int((amount * 1000 / whole).to_integral_value()) if whole else 0,
        )
        for label, amount, count in zip(BUCKETS, owed, invoices, strict=True)
    ]
    return Owed(
        currency=currency,
        owed=Money(whole, currency),
        late=Money(sum(owed[1:], Decimal(0)), currency),
        late_customers=_late_customers(currency, found),
        invoices=sum(bucket.invoices for bucket in buckets),
        buckets=tuple(buckets),
    )


def _late_customers(currency: str, found: Facts) -> int:
    """Whoever pays the bills counts once, with all sites billed with them."""
    sites = {one for one, code in found.late_sites if code == currency}
    heads = {head_of(one, found.billed_with) for one in sites}
    alone = {one for one, code in found.late_parents if code == currency and one not in sites}
    return found.late.get(currency, 0) - len(sites) + len(heads - alone)


def _run_shown(found: Facts, run: Run | None) -> Tonight | None:
    if run is None:
        return None
    return _told(run, [Tally(*one) for one in found.tallies.get(run.id, ())])


def _tonight(conn: Connection, company: Company, run: Run | None) -> Tonight | None:
    return _told(run, overview.tally(conn, company.id, run.id)) if run is not None else None


def _told(run: Run, tallies: Sequence[Tally]) -> Tonight:
    def of(outcome: Outcome) -> int:
        return sum(one.customers for one in tallies if one.outcome == outcome.value)

    silent = [one for one in tallies if one.outcome == Outcome.SILENCE.value]
    return Tonight(
        run=run,
        messages=of(Outcome.REMIND),
        calls=of(Outcome.CALL),
        decisions=of(Outcome.DECIDE),
        tasks=of(Outcome.TASK),
        left_alone=tuple(one for one in silent if one.gate not in NOTHING_LATE),
        nothing_late=sum(one.customers for one in silent if one.gate in NOTHING_LATE),
    )
