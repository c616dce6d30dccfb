"""A case: everything that a decision may look at, for one customer of one company in one currency."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qb_collections.core.books import CreditMemo, Customer, Invoice, Payment
from qb_collections.core.money import Money
from qb_collections.core.quick import quick


class HoldKind(StrEnum):
    DISPUTE = "dispute"  # on an invoice
    PROMISE = "promise"  # a promise to pay, on an invoice or the customer
    IN_TRANSIT = "in_transit"  # payment said to be on its way
    EXCLUSION = "exclusion"  # leave this invoice or customer to me
    HARDSHIP = "hardship"
    INSOLVENT = "insolvent"  # hard stop: a court, an administrator or a lawyer speaks for them
    PEOPLE_ONLY = "people_only"  # no automatic message ever
    HANDED_OVER = "handed_over"
    AUTOPAY = "autopay"  # it is collected by itself on its day
    BOUNCED = "bounced"  # e-mail to the address came back
    OPEN_REPLY = "open_reply"  # the customer answered and nobody has dealt with it
    UPSET = "upset"


# What a dispute is about, as the trade sorts them.
DISPUTE_CODES = (
    "price",
    "quantity",
    "quality",
    "not_delivered",
    "paperwork",  # a purchase order number or a copy is missing
    "already_paid",
    "credit_owed",
    "not_ours",
    "other",
)


@dataclass(frozen=True, slots=True)
class Hold:
    """Something a person knows and the books don't."""

    id: int
    kind: HoldKind
    invoice_id: str | None  # None: the whole customer
    reason: str
    placed_by: str
    placed_on: date
    until_on: date | None = None  # last day it holds; for a promise the promised day (grace is the policy's)
    amount: Money | None = None  # promise: the promised amount
    owner: str | None = None  # dispute: who answers
    answer_by_on: date | None = None  # dispute: by when
    code: str | None = None  # dispute: what it is about, one of DISPUTE_CODES


class CustomerKind(StrEnum):
    """Who owes: it governs how often, in which words, and what may be said about consequences."""

    COMPANY = "company"
    SOLE_TRADER = "sole_trader"
    PRIVATE = "private"
    UNKNOWN = "unknown"  # treated as a private person

    @property
    def is_company(self) -> bool:
        return self is CustomerKind.COMPANY


class ContactKind(StrEnum):
    """Reminder, call, notice and foreign count for the gap and the caps; answer does not."""

    REMINDER = "reminder"
    CALL = "call"  # somebody was spoken to
    ANSWER = "answer"
    NOTICE = "notice"  # installment notice
    FOREIGN = "foreign"  # QuickBooks sent it, we did not


@dataclass(frozen=True, slots=True)
class Contact:
    """One delivered contact.  An unanswered call is not one."""

    on: date  # in the company's calendar
    kind: ContactKind
    stage: str | None  # code of the ladder's stage, None for answers and foreign
    cycle: int | None
    number: int | None  # contact number within the cycle
    invoice_ids: tuple[str, ...]
    act_by_on: date | None = None  # the date for payment that it set (S4, S5)
    reply_by_on: date | None = None  # the date for an answer that it asked for (S2, S3)
    backlog: bool = False  # the backlog opening message


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that came in, on the payment's own date, however it was applied.  Plan documents are none."""

    on: date
    amount: Money
    late: Money  # of it, what paid invoices that were late that day; what is not applied counts too


@quick
@dataclass(frozen=True, slots=True)
class Cycle:
    """From the first contact or overdue day until nothing overdue is left."""

    number: int
    started_on: date
    stage: str | None  # highest stage delivered in this cycle
    contacts: int  # delivered reminders and calls
    policy_version: int  # whose ladder it keeps
    missed_call_on: date | None = None  # a call nobody answered at the current call stage opens its e-mail


@dataclass(frozen=True, slots=True)
class PlanPart:
    """One payment of a plan, as agreed."""

    number: int  # 1-based
    due_on: date
    amount: Money
    invoice_id: str | None = None  # its own invoice, where the plan has some


@dataclass(frozen=True, slots=True)
class Plan:
    """What a decision must know of a payment plan: which documents to look through or leave alone."""

    id: int
    label: str
    original_ids: frozenset[str]
    installment_ids: frozenset[str]
    memo_id: str | None
    state: str  # building, active, broken, cancelled, paid
    next_due_on: date | None = None
    next_amount: Money | None = None
    number: int | None = None  # which payment is next, 1-based
    count: int | None = None
    overlay: bool = False  # the originals stay open in the books, and the dates are kept here
    agreed_on: date | None = None
    parts: tuple[PlanPart, ...] = ()  # empty: not known here
    taken: tuple[tuple[str, Money], ...] = ()  # what the plan took in of each original
    broken_after_days: int = 10  # as agreed: so many days after a payment's date the plan is broken


@dataclass(frozen=True, slots=True)
class Habit:
    """How a customer has paid so far, from the books' own history.  Days count from the due date."""

    usual_day: int | None  # by which a regular payer has paid; None: few are known, or they vary
    latest_day: int | None  # the latest they ever paid; None: few are known
    invoices: int  # paid ones that it rests on


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at the customer whom the company named, besides what QuickBooks has."""

    name: str
    role: str  # in the company's own words: accounts payable, the owner
    email: str | None
    phone: str | None
    written_to: str  # every: before anybody else; firm: for the firm steps; none: a person rings or writes


@dataclass(frozen=True, slots=True)
class DealtWith:
    """A person saw to something: the same is not asked again through that day."""

    kind: str  # of the task; go-on: an old invoice that may be asked for all the same
    invoice_id: str | None  # None: the customer
    until_on: date


@quick
@dataclass(frozen=True, slots=True)
class Case:
    customer: Customer
    currency: str
    invoices: tuple[Invoice, ...]  # all open ones, own and of sites billed with it, oldest due first
    payments: tuple[Payment, ...] = ()  # those with unapplied money
    credit_memos: tuple[CreditMemo, ...] = ()  # those with remaining credit
    holds: tuple[Hold, ...] = ()
    contacts: tuple[Contact, ...] = ()  # last 90 days and all of this cycle, oldest first
    cycle: Cycle | None = None
    plans: tuple[Plan, ...] = ()
    members: frozenset[str] = frozenset()  # ids of customers billed with it, itself too
    books_balance: Money | None = None  # sum of QuickBooks' own balances of the members
    important: bool = False
    history_since: date | None = None  # None: payment history is not known yet
    start_on: date | None = None  # switch-on spread: not contacted before this day
    is_backlog: bool = False  # was overdue when contacting was switched on and not contacted since
    next_cycle: int = 1  # the number that a cycle begun by a first contact would carry
    early_ids: frozenset[str] | None = (
        None  # open invoices for which a copy before the due date is a courtesy
    )
    #   (large, and the customer's first or often late), worked out from payment history; None: not known yet
    looked_at_ids: frozenset[str] = frozenset()  # old invoices a person said may be chased
    dealt_with: tuple[DealtWith, ...] = ()  # what a person saw to, and is not asked again yet
    receipts: tuple[Receipt, ...] = ()  # last 90 days and since the oldest promise that stands, oldest first
    replied_on: date | None = None  # the last day they wrote or spoke to us about it, other than a promise
    contacted_elsewhere: tuple[date, ...] = ()  # days on which a sister company wrote to the same address
    kind: CustomerKind = CustomerKind.COMPANY
    habit: Habit | None = None  # None: not worked out yet
    own_mail: bool = False  # the company has a mail account that is on and was tested
    stopped: frozenset[str] = frozenset()  # addresses, in small letters, that want no automatic e-mail
    people: tuple[Person, ...] = ()  # named by the company, the first one first
