"""Everything that a customer's page shows, gathered in few statements however much there is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from qb_collections.core import contact_hours
from qb_collections.core.books import Customer, Invoice
from qb_collections.core.case import Case, ContactKind, HoldKind
from qb_collections.core.money import Money, total
from qb_collections.core.past import Past
from qb_collections.core.policy import Policy
from qb_collections.core.promise_record import Promise, judge, kept_by_customer
from qb_collections.core.rules import Rules
from qb_collections.core.traits import Traits, know
from qb_collections.core.wording import list_text
from qb_collections.messages import wording
from qb_collections.services import (
    customer_kind,
    customer_language,
    days_late,
    documents,
    knowing,
    marks,
    timeline,
    verdict,
)
from qb_collections.services import past as pasts
from qb_collections.services.context import Context
from qb_collections.services.days_late import DaysLate
from qb_collections.services.documents import OnFile
from qb_collections.services.marks import Mark
from qb_collections.services.template_library import library_for
from qb_collections.services.verdict import Verdict
from qb_collections.store import billed, cases, contact_people, internal_notes, languages, plans, tasks
from qb_collections.store import documents as stored_documents
from qb_collections.store import replies as stored_replies
from qb_collections.store import timeline as stored_timeline
from qb_collections.store.cases import Look
from qb_collections.store.companies import Company
from qb_collections.store.contact_people import Named
from qb_collections.store.contacts import StoredContact
from qb_collections.store.engine import reading
from qb_collections.store.holds import StoredHold
from qb_collections.store.internal_notes import InternalNote
from qb_collections.store.plans import PlanRow
from qb_collections.store.replies import Reply
from qb_collections.store.tasks import Task

INVOICES_AT_ONCE = 25
REPLIES_SHOWN = 20
NOTES_SHOWN = 20
TASKS_SHOWN = 20
HOLDS_MAX = 1_000
CONTACTS_MAX = 500
REACHED = (ContactKind.REMINDER, ContactKind.CALL)


@dataclass(frozen=True, slots=True)
class CustomerPage:
    """One customer, with everybody who is billed with it."""

    verdict: Verdict
    today: date
    owed: Money
    late: Money
    credit: Money  # payments and credit memos that nobody has applied
    billed: Money | None  # in the twelve months to today; None: history does not reach back so far
    invoices: tuple[Invoice, ...]  # one page of the open ones, oldest due first
    page: int
    pages: int
    members: Mapping[str, Customer]
    traits: tuple[str, ...]  # how they pay, in sentences
    usually: int | None  # days after the due date, the middle one
    terms: str | None
    chart: DaysLate | None
    passed: timeline.Page
    tasks: tuple[Task, ...]
    replies: tuple[Reply, ...]  # that nobody has dealt with
    marks: tuple[Mark, ...]  # what holds, promises left out
    promises: tuple[Mark, ...]
    plans: tuple[PlanRow, ...]
    people: tuple[Named, ...]
    notes: tuple[InternalNote, ...]
    on_file: OnFile
    kind_said: str
    kind_means: str
    language: str | None  # None: the company's
    languages: tuple[str, ...]
    clock: str  # what it says at their place
    ring: str  # when a call is in order there, and when not

    @property
    def case(self) -> Case:
        return self.verdict.case

    @property
    def policy(self) -> Policy:
        return self.verdict.book.in_force(self.case).policy


def of(
    context: Context, company: Company, customer_id: str, *, page: int = 1, passed: int = 1
) -> CustomerPage | str | None:
    """The page; the id of the customer that this one is billed with; None: there is no such customer.

    page: of the open invoices; passed: of what passed between us.
    """
    now = context.clock.now()
    today = company.today(now)
    with reading(context.engine) as conn:
        family = billed.family(conn, company.id, customer_id)
        if not family:
            key = cases.key_of(conn, company.id, customer_id)
            return key[0] if key is not None else None
        return _gathered(conn, company, family, now, today, page, passed)


def _gathered(
    conn: Connection,
    company: Company,
    family: Mapping[tuple[str, str], Sequence[Customer]],
    now: datetime,
    today: date,
    page: int,
    passed: int,
) -> CustomerPage:
    [(key, everybody)] = family.items()
    head, ids = key[0], sorted(one.id for one in everybody)
    found, others = verdict.of(
        conn,
        company,
        family,
        today,
        lambda conn: pasts.of_account(conn, company, head, ids),
        lambda conn: timeline.page(conn, company, ids, number=passed),
        lambda conn: tasks.list(conn, company.id, customer_id=head, limit=TASKS_SHOWN),
        lambda conn: stored_replies.latest(conn, company.id, ids, REPLIES_SHOWN),
        lambda conn: plans.of_customers(conn, company.id, ids),
        lambda conn: contact_people.of_customer(conn, company.id, head),
        lambda conn: internal_notes.latest(conn, company.id, ids, NOTES_SHOWN),
        lambda conn: stored_documents.listed(conn, company.id, head, documents.LISTED_MAX),
        lambda conn: cases.look_of(conn, company.id, *key),
        lambda conn: languages.of_customer(conn, company.id, head),
        lambda conn: library_for(conn, company),
        lambda conn: stored_timeline.marks(conn, company.id, ids, HOLDS_MAX),
        lambda conn: stored_timeline.said(conn, company.id, ids, CONTACTS_MAX),
    )
    past, told, waiting, answered, agreed, people, notes, listed, look, language, library, held, said = others
    case, rules = found.case, found.rules
    traits = _known(company, head, past, held, said, rules, today)
    standing = marks.of(case.holds, case, rules, today)
    shown, number, pages = _page(case.invoices, page)
    stages = {stage.code: stage.name for stage in rules.policy.ladder}
    late = [one for one in case.invoices if one.due_on is not None and one.due_on < today]
    return CustomerPage(
        verdict=found,
        today=today,
        owed=total((one.balance for one in case.invoices), case.currency),
        late=total((one.balance for one in late), case.currency),
        credit=total(
            (*(one.unapplied for one in case.payments), *(one.remaining for one in case.credit_memos)),
            case.currency,
        ),
        billed=_billed(past.since_on, [one.invoice for one in past.of_currency(case.currency)], today, case),
        invoices=shown,
        page=number,
        pages=pages,
        members={one.id: one for one in everybody},
        traits=tuple(_traits(case, traits, stages)),
        usually=traits.median_days,
        terms=next((one.terms for one in reversed(case.invoices) if one.terms), None),
        chart=days_late.of(past, today),
        passed=told,
        tasks=tuple(waiting),
        replies=tuple(one for one in answered if one.done_at is None),
        marks=tuple(one for one in standing if one.hold.kind is not HoldKind.PROMISE),
        promises=tuple(one for one in standing if one.hold.kind is HoldKind.PROMISE),
        plans=tuple(agreed),
        people=tuple(people),
        notes=tuple(notes),
        on_file=documents.on_file(listed),
        kind_said=_kind_said(look),
        kind_means=customer_kind.meaning(case.kind, found.book.in_force(case).policy),
        language=language,
        languages=customer_language.choices(library),
        clock=_clock(company, case.customer, now),
        ring=_ring(found, company),
    )


def _page(invoices: tuple[Invoice, ...], page: int) -> tuple[tuple[Invoice, ...], int, int]:
    pages = max(-(-len(invoices) // INVOICES_AT_ONCE), 1)
    number = min(max(page, 1), pages)
    return invoices[(number - 1) * INVOICES_AT_ONCE : number * INVOICES_AT_ONCE], number, pages


def _known(
    company: Company,
    head: str,
    past: Past,
    held: Sequence[StoredHold],
    said: Sequence[StoredContact],
    rules: Rules,
    today: date,
) -> Traits:
    """How they pay, from their own past alone, with what became of their promises and questions."""
    made = [
        Promise(one.hold, one.customer_id, company.today(one.lifted_at) if one.lifted_at else None)
        for one in held
    ]
    grace = rules.policy.promises.grace_business_days
    judged = judge(past, made, lambda day: rules.calendar.add_business_days(day, grace), today)
    spoken = [one.contact for one in reversed(said) if one.contact.kind in REACHED]
    return know(
        past,
        today,
        only=[head],
        contacts={head: spoken},
        promises=kept_by_customer(past, judged),
        disputes={head: sum(one.hold.kind is HoldKind.DISPUTE for one in held)},
    ).of(head)


def _traits(case: Case, traits: Traits, stages: dict[str, str]) -> list[str]:
    if case.history_since is None:
        return [
            "How they paid before has not been read yet. It is read in the background, a little each night."
        ]
    return knowing.trait_lines(case.customer.name, traits, None, stages)


def _billed(since_on: date | None, invoices: Sequence[Invoice], today: date, case: Case) -> Money | None:
    day = 28 if (today.month, today.day) == (2, 29) else today.day
    year_ago = date(today.year - 1, today.month, day)
    if since_on is None or since_on > year_ago:
        return None
    return total((one.total for one in invoices if year_ago < one.issued_on <= today), case.currency)


def _kind_said(look: Look | None) -> str:
    """The choice that stands, as a person made it."""
    kind = look.kind if look is not None else None
    return next(
        (name for name, one in customer_kind.CHOICES.items() if one is kind), customer_kind.AS_QUICKBOOKS
    )


def _zones(company: Company, customer: Customer) -> tuple[str, ...]:
    return contact_hours.zones_of(customer.country, customer.region, customer.city, company.zone)


def _clock(company: Company, customer: Customer, now: datetime) -> str:
    """10:30 AM; where their address may lie in several zones, the first and the last."""
    clocks = sorted(
        {
            now.astimezone(ZoneInfo(zone)).replace(tzinfo=None): zone for zone in _zones(company, customer)
        }.items()
    )
    said = [wording.clock_time(now, zone, company.locale) for _, zone in clocks]
    return said[0] if len(said) == 1 else f"between {said[0]} and {said[-1]}"


def _ring(found: Verdict, company: Company) -> str:
    """The hours of the policy in their own time, or why nobody may ring today."""
    if found.no_call is not None:
        return found.no_call.because
    hours = found.book.in_force(found.case).policy.contact_hours
    days = [knowing.WEEKDAYS[number] for number in range(7) if number not in hours.weekend]
    when = f"{_time(hours.opens, company)} to {_time(hours.closes, company)}"
    return f"Calls are in order from {when} their time, on {_days(days)}."


def _days(days: Sequence[str]) -> str:
    if days == list(knowing.WEEKDAYS[: len(days)]) and len(days) > 2:
        return f"{days[0]} to {days[-1]}"
    return list_text(days)


def _time(at: time, company: Company) -> str:
    return wording.clock_time(datetime.combine(date(2000, 1, 1), at, tzinfo=UTC), "UTC", company.locale)
