"""What we know of how customers pay: traits, and when their open invoices can be expected."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from sqlalchemy import Connection

from qb_collections.core.books import Customer
from qb_collections.core.case import HoldKind
from qb_collections.core.dealings import Records
from qb_collections.core.expected import Expected, Forecast, expected, forecast
from qb_collections.core.past import Past, looked_through
from qb_collections.core.promise_record import judge, kept_by_customer
from qb_collections.core.traits import Knowledge, Traits, know
from qb_collections.core.wording import count_text
from qb_collections.services import finding
from qb_collections.services import past as pasts
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import cases, cursors, mirror, plans
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.together import together

WEEKDAYS = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")


@dataclass(frozen=True, slots=True)
class Looking:
    """A company's past with what we keep beside the books, for one day."""

    on: date
    past: Past  # plan documents looked through
    books: Past  # as the books have them
    records: Records
    since: str  # the sentence that says from which day it is complete


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """One customer as the books show them."""

    customer: Customer
    on: date
    traits: Traits
    company: Traits
    open: tuple[Expected, ...]
    stages: dict[str, str]  # names of the policy's steps, by code
    since: str

    @property
    def lines(self) -> list[str]:
        """Sentences about how they pay, the most telling first."""
        said = trait_lines(self.customer.name, self.traits, self.company, self.stages)
        latest = self.traits.latest_day
        for one in self.open:
            due_on = one.invoice.due_on
            if (
                latest is not None
                and due_on is not None
                and (late := (self.on - due_on).days) > max(latest, 0)
            ):
                said.append(
                    f"Unusual for them: invoice {one.invoice.label} is {count_text(late, 'day')} late; "
                    f"the latest they paid so far was {late_text(latest)}."
                )
        return said


@dataclass(frozen=True, slots=True)
class Ahead:
    """Expected cash, per currency."""

    on: date
    forecasts: tuple[Forecast, ...]
    invoices: tuple[Expected, ...]  # every open one, the earliest expected first, then those without a day
    names: Mapping[str, str]  # of the customers, by id
    rests_on: int  # paid invoices of the whole company
    since: str


def look_back(conn: Connection, company: Company, on: date) -> Looking:
    """Gather for the end of that day.  One read of each kind of row, whatever the number of customers."""
    plan_rows, (spans, _), book, since = together(
        conn,
        lambda conn: plans.list(conn, company.id),
        lambda conn: pasts.hold_spans(conn, company),
        lambda conn: Rulebook(conn, company, on),
        lambda conn: pasts.known_since(conn, company),
    )
    books = pasts.gathered(conn, company, plan_rows)
    past = looked_through(books)
    grace = book.policy.promises.grace_business_days
    judged = judge(
        past,
        pasts.promises(company, spans),
        lambda promised_on: book.calendar.add_business_days(promised_on, grace),
        on,
    )
    records = Records(spans, judged, pasts.said(conn, company))
    return Looking(on, past, books, records, since)


def knowledge(looking: Looking, only: Collection[str] | None = None) -> Knowledge:
    """Traits of everybody as of that day, or of these heads of cases only."""
    disputes: dict[str, int] = {}
    for span in looking.records.holds:
        if span.hold.kind is HoldKind.DISPUTE and span.hold.placed_on <= looking.on:
            head = looking.past.head(span.customer_id)
            disputes[head] = disputes.get(head, 0) + 1
    said = [one for one in looking.records.said if one.contact.on <= looking.on]
    return know(
        looking.past,
        looking.on,
        contacts=pasts.contacts_by_head(said),
        promises=kept_by_customer(looking.past, looking.records.promises),
        disputes=disputes,
        only=only,
    )


def customer(context: Context, company: Company, name: str) -> KnownCustomer | Refusal:
    """One customer by name or QuickBooks id; one who is billed with another is known with that one."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        if unread := _unread(conn, company):
            return unread
        found = finding.customer(conn, company, name)
        if isinstance(found, Refusal):
            return found
        looking = look_back(conn, company, today)
        head = cases.billed_with(conn, company.id, [found.id])[found.id]
        members = [id for id in looking.past.customers if looking.past.head(id) == head.id]
        still_open = mirror.open_invoices(conn, company.id, members)
        stages = {stage.code: stage.name for stage in Rulebook(conn, company, today).policy.ladder}
    known = knowledge(looking, only=[head.id])
    traits = known.of(head.id)
    days = tuple(expected(one, head.id, traits, today) for one in still_open)
    return KnownCustomer(head, today, traits, known.company, days, stages, looking.since)


def ahead(context: Context, company: Company) -> Ahead | Refusal:
    """Expected cash of the next 13 weeks, and the day of every open invoice.  Disputes are shown apart."""
    today = company.today(context.clock.now())
    with reading(context.engine) as conn:
        if unread := _unread(conn, company):
            return unread
        looking = look_back(conn, company, today)
        still_open = mirror.open_invoices(conn, company.id)
    known = knowledge(looking)
    disputed = {
        span.hold.invoice_id
        for span in looking.records.holds
        if span.hold.kind is HoldKind.DISPUTE and _stands(span.lifted_at, span.hold.until_on, today)
    }
    pairs = [(looking.past.head(one.customer_id), one) for one in still_open]
    days = [expected(invoice, head, known.of(head), today) for head, invoice in pairs]
    days.sort(key=lambda one: (one.on or date.max, one.invoice.due_on or date.max, one.invoice.id))
    made = forecast(
        pairs,
        known,
        today,
        disputed_ids=frozenset(id for id in disputed if id is not None),
    )
    names = {id: one.name for id, one in looking.past.customers.items()}
    return Ahead(today, tuple(made), tuple(days), names, known.company.invoices, looking.since)


def trait_lines(name: str, traits: Traits, company: Traits | None, stages: dict[str, str]) -> list[str]:
    """What is known, in sentences; each says how many invoices it rests on.

    company: None where only the customer's own past was looked at.
    """
    if traits.median_days is None:
        return [f"Not enough is known yet to say how {name} pays."]
    rests = count_text(traits.invoices, "paid invoice")
    said = [f"Usually pays {late_text(traits.median_days)}; half of the time {_span(traits)} ({rests})."]
    if traits.invoices < FEW and company is not None:
        said.append(
            f"That is few, so it leans on how all your customers pay: {late_text(company.median_days or 0)}."
        )
    if traits.usual_day is not None:
        said.append(f"Regular: three invoices of four are paid by {late_text(traits.usual_day)}.")
    if traits.on_time is not None:
        said.append(f"Pays {percent(traits.on_time)} of invoices by the due date.")
    if traits.part_payer:
        said.append("Often pays an invoice in parts.")
    if traits.batch_payer:
        said.append("Often pays several invoices at once.")
    if traits.weekday is not None:
        said.append(f"Most payments come on {WEEKDAYS[traits.weekday]}.")
    if traits.pays_after is not None:
        said.append(f"Usually pays after the {stages.get(traits.pays_after, traits.pays_after)}.")
    kept = traits.promises
    if kept.kept or kept.part or kept.broken:
        whole = kept.kept + kept.part + kept.broken
        part = f", {kept.part} in part" if kept.part else ""
        said.append(f"Kept {kept.kept} of {count_text(whole, 'promise')} to pay{part}.")
    if traits.disputes:
        said.append(f"Has questioned {count_text(traits.disputes, 'invoice')}.")
    return said


FEW = 5  # below it the company's own ways weigh more than the customer's


def late_text(days: int) -> str:
    """12 days after the due date."""
    if days == 0:
        return "on the due date"
    return f"{count_text(abs(days), 'day')} {'after' if days > 0 else 'before'} the due date"


def percent(share: Decimal) -> str:
    """Rounded to whole percent, a half up."""
    return f"{(share * 100).quantize(Decimal(1), ROUND_HALF_UP)} %"


def _span(traits: Traits) -> str:
    early = traits.early_days
    if early is None:
        return "no earlier than that"
    if traits.late_days is None:
        return f"from {late_text(early)} on"
    if early == traits.late_days:
        return "on that very day"
    return f"between {late_text(early)} and {late_text(traits.late_days)}"


def _stands(lifted_at: datetime | None, until_on: date | None, today: date) -> bool:
    return lifted_at is None and (until_on is None or until_on >= today)


def _unread(conn: Connection, company: Company) -> Refusal | None:
    cursor = cursors.cursor(conn, company.id)
    if cursor is None or cursor.first_synced_at is None:
        return Refusal(f"{company.name} has not been read yet.", "Read it with: qb-collections sync")
    return None
