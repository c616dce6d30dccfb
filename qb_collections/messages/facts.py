"""What a message may say: facts that others gathered and re-read.  Nothing is looked up here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from qb_collections.core.money import Money
from qb_collections.core.quick import quick


@quick
@dataclass(frozen=True, slots=True)
class CompanyFacts:
    """Who writes.  What is None is missing in the settings: a text that needs it is refused by that name."""

    name: str
    contact_name: str | None = None
    contact_role: str | None = None
    contact_phone: str | None = None
    phone_hours: str | None = None  # "weekdays 8 to 5"
    reply_to: str | None = None
    payment_instructions: str | None = None  # may have several lines
    address: str | None = None


@quick
@dataclass(frozen=True, slots=True)
class CustomerFacts:
    name: str
    first_name: str | None = None
    full_name: str | None = None
    email: str | None = None
    phone: str | None = None
    address: str | None = None  # several lines, for letters
    came_back: str | None = None  # the address to which e-mail came back, where there is no other
    came_back_on: date | None = None


@quick
@dataclass(frozen=True, slots=True)
class Item:
    """One open invoice."""

    number: str
    issued_on: date
    due_on: date | None
    total: Money
    balance: Money
    work: str | None = None  # what it was for; on call sheets
    purchase_order: str | None = None


@dataclass(frozen=True, slots=True)
class Credit:
    """Money the customer has with us: "Credit memo 1187", and a positive amount."""

    label: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Promise:
    made_on: date
    amount: Money | None  # None: a payment without a figure
    by_on: date
    received: Money | None = None  # what came until the end of the day; None: not known, or not over yet
    missed: bool = False  # the day and its grace are over; so it is where received is known


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment that arrived."""

    amount: Money
    on: date
    numbers: tuple[str, ...] = ()  # of the invoices it paid
    how: str | None = None  # "check 2214"


@dataclass(frozen=True, slots=True)
class Dispute:
    number: str
    balance: Money
    owner: str  # who looks into it
    answer_by_on: date
    reason: str | None = None  # in the customer's words, after "You wrote that …"
    done: str | None = None  # what we did about it, after "We have …"


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A plan, or an offer of one.  shapes are sentences such as "3 payments of $413.34, the first on …"."""

    label: str | None = None
    shapes: tuple[str, ...] = ()
    part: int | None = None
    count: int | None = None
    amount: Money | None = None
    on: date | None = None
    remaining: Money | None = None  # after this payment
    grace_end_on: date | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """What a person chose as the consequence of a final notice or as the step after it (see steps.py)."""

    code: str
    on: date | None = None
    who: str | None = None  # mediator, agency or court
    confirmed_on: date | None = None  # the day a person confirmed that it is meant and will be done
    confirmed_days: int = 30  # so long it may be announced
    contact: str | None = None  # whom the customer turns to from then on


@quick
@dataclass(frozen=True, slots=True)
class CallFacts:
    """What helps a person on the telephone.  All of it may be missing; the sheet then leaves the line out."""

    caller: str | None = None  # else the company's contact person
    local_time: str | None = None  # at the customer's place: "9:40 am"
    habit: str | None = None  # "9 days after due, Fridays, from 14 invoices"
    last_payment: Payment | None = None
    history: tuple[str, ...] = ()  # last contacts, one sentence each
    promises: tuple[str, ...] = ()
    disputed: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    bought: Money | None = None  # in the last twelve months
    offer: str | None = None  # what may be offered without asking anybody
    approver: str | None = None  # who decides about more


@dataclass(frozen=True, slots=True)
class HandOver:
    """What helps the person who chooses the step after the last one.

    known_from: the first day of complete payment history; None while it has not been read.  What rests
    on twelve months of it is None where it does not reach back so far.
    """

    why: str  # the decision in its own sentence
    known_from: date | None = None
    bought: Money | None = None  # in the last twelve months
    paid: int | None = None  # invoices whose last money came in that time
    late: int | None = None  # of these, after the due date
    late_days: int | None = None  # at least half of the late ones came so many days late or more
    promises_made: int = 0  # those that are over, one way or the other
    promises_kept: int = 0
    can_go_on: bool = False  # the steps could go on, were it not for broken promises


@quick
@dataclass(frozen=True, slots=True)
class MessageFacts:
    """All facts of one message to one customer, in one currency, as of one instant."""

    company: CompanyFacts
    customer: CustomerFacts
    as_of: datetime  # aware: when QuickBooks was asked
    zone: str  # the company's time zone; dates are its calendar's
    total: Money  # what the message asks for: items less credits
    items: tuple[Item, ...] = ()
    also_open: tuple[Item, ...] = ()  # mentioned, not asked for
    credits: tuple[Credit, ...] = ()
    locale: str = "en_US"  # the customer's: decides language, dates and the look of money
    reply_by: date | None = None
    act_by: date | None = None
    deadline: date | None = None
    letters_on: tuple[date, ...] = ()  # delivered messages and letters of this cycle, from the contact log
    calls_on: tuple[date, ...] = ()  # calls of this cycle in which somebody was spoken to
    missed_call_on: date | None = None  # a call that reached nobody
    final_notice_on: date | None = None
    terms: str | None = None
    unusual: bool = False  # first late invoice in a year
    offers_plan: bool = True  # spreading the amount may be offered
    attachments: tuple[str, ...] = ()  # what is really enclosed: "a copy of invoice 10612"
    pay_link: str | None = None
    promise: Promise | None = None
    payment: Payment | None = None
    dispute: Dispute | None = None
    plan: PlanFacts | None = None
    tone: str | None = None  # of the step, as the policy says: helpful, cooperative, firm, final
    consequence: Choice | None = None  # of a final notice; None: the one that needs nothing from anybody
    decision: Choice | None = None  # the step after the final notice
    call: CallFacts | None = None
    hand_over: HandOver | None = None  # on the card of a decision

    def __post_init__(self) -> None:
        if self.as_of.tzinfo is None:
            raise ValueError("as_of must be an aware instant")

    @property
    def as_of_on(self) -> date:
        """The day of as_of in the company's own calendar."""
        return _day_of(self.as_of, self.zone)

    @property
    def numbers(self) -> tuple[str, ...]:
        return tuple([item.number for item in self.items])


@lru_cache(maxsize=256)
def _day_of(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()
