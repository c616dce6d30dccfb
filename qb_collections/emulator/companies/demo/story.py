"""What the demo's customers say when they are called or written to, and what the owner does about it.

Plain data for whoever plays the office: nothing here happens by itself.  Money that comes on a fixed day is
scheduled in the emulator already (`Part.money` repeats it for the narrator); money that comes some days after
an answer is for the player to schedule, as the act {"act": "pay", ...} (`Answer.pays_after_days`).  Where
such money has a last day in the emulator, the scheduled payment finds the invoice paid and is skipped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

OWNER = "Sam Abernathy"
OFFICE_MANAGER = "Dana Whitfield"
OFFICE_PHONE = "(423) 555-0100"
PAYMENT_INSTRUCTIONS = (
    "Check to Copperleaf Refrigeration & Air LLC, or bank transfer as printed on the invoice"
)

Outcome = Literal[
    "promise",
    "dispute",
    "in transit",
    "plan",
    "copy or PO to send",
    "call back",
    "no answer",
    "represented or insolvent",
]


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of a customer, in the words of the call sheet.

    `nth` counts the contacts of this customer that reach somebody, from 1; an answer to a message comes
    after_days later, one to a call at once.  invoices names what it is about; empty means all that is late.
    """

    nth: int
    channel: Literal["call", "message", "any"]
    outcome: Outcome
    says: str
    owner_notes: str
    after_days: int = 0
    invoices: tuple[str, ...] = ()
    promised_on: date | None = None  # a fixed day, or ...
    promised_after_days: int | None = None  # ... so many days after the answer
    amount: Decimal | None = None  # None: all of it
    pays_after_days: int | None = None  # money that the player schedules, counted from the answer
    installments: int | None = None  # with plan: how many the customer asks for, one a month
    first_installment_on: date | None = None
    po: str | None = None  # the purchase order number that was missing


@dataclass(frozen=True, slots=True)
class Arrival:
    """Money that the emulator brings by itself."""

    on: date
    amount: Decimal
    invoices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One customer's part in the story."""

    customer: str  # DisplayName in QuickBooks
    person: str
    shows: str  # what the demonstration shows with it
    answers: tuple[Answer, ...] = ()
    money: tuple[Arrival, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnerStep:
    """Something the owner does on a day of their own accord.

    act is one of the emulator's acts where it happens in QuickBooks; None means in the service: the text says
    what.
    """

    on: date
    customer: str
    does: str
    act: tuple[tuple[str, str], ...] | None = None


def _nov(day: int) -> date:
    return date(2026, 11, day)


STORY: tuple[Part, ...] = (
    Part(
        "Three Forks Builders",
        "Hank Sayre",
        "a call, a promise, and the promise kept",
        (
            Answer(
                1,
                "call",
                "promise",
                "We get our draw from the bank on the nineteenth. You'll have both by Friday the twentieth.",
                "Promised all of it for Friday 20 November, when the bank releases their draw.",
                promised_on=_nov(20),
            ),
        ),
        (Arrival(_nov(20), Decimal("7248.95"), ("10525", "10556")),),
    ),
    Part(
        "Apex Fitness Group",
        "Brock Sterling",
        "two promises made and missed; then it is a person's turn",
        (
            Answer(
                1,
                "any",
                "promise",
                "Totally on us. I'll push it through this week, you'll see it by next Friday.",
                "Promised all of it within the week.",
                promised_after_days=7,
            ),
            Answer(
                2,
                "any",
                "promise",
                "Our card processor held a payout. Give me till the end of the week.",
                "Second promise; the first one was missed.",
                promised_after_days=5,
            ),
            Answer(3, "any", "no answer", "", "Went to voicemail; the mailbox is full."),
        ),
    ),
    Part(
        "Pinnacle Produce Storage",
        "Roland Pickett",
        "a dispute holds one invoice; the other two go ahead and are paid",
        (
            Answer(
                1,
                "any",
                "dispute",
                "I'm not paying 10588. You replaced that compressor and the walk-in cooler failed again four"
                " days later. We lost two pallets of berries. The other two are fine.",
                "Walk-in cooler failed again. Dana looks into it and answers by 12 November.",
                after_days=1,
                invoices=("10588",),
            ),
        ),
        (Arrival(_nov(19), Decimal("1768.58"), ("10565", "10575")),),
    ),
    Part(
        "Riverbend Bait & Grill",
        "Doreen Maddox",
        "five invoices become a plan of six payments, and the first one comes",
        (
            Answer(
                1,
                "any",
                "plan",
                "The marina closed for the season and so did our cash. Could we do six monthly payments?",
                "Asked for six monthly payments on all five invoices, $9,640.00; agreed.",
                after_days=2,
                amount=Decimal("9640.00"),
                installments=6,
                first_installment_on=_nov(15),
            ),
        ),
    ),
    Part(
        "Lookout Bakery",
        "Marguerite Dunn",
        "a payment between the preview and the send cancels the message",
        (),
        (Arrival(date(2026, 10, 30), Decimal("1912.33"), ("10563",)),),
    ),
    Part(
        "Cloverbend Veterinary",
        "Dr. Anne Whitlock",
        "a check in the mail: a hold that ends by itself",
        (
            Answer(
                1,
                "any",
                "in transit",
                "That went out yesterday, check 4471. Your mail or ours, who can say.",
                "Check 4471 for $1,038.64 is in the mail.",
                after_days=1,
                pays_after_days=4,
                amount=Decimal("1038.64"),
            ),
        ),
        (Arrival(_nov(24), Decimal("1038.64"), ("10567",)),),
    ),
    Part(
        "Hollis County Schools",
        "Verna Tidwell",
        "slow but certain: the purchase order was missing",
        (
            Answer(
                1,
                "any",
                "copy or PO to send",
                "Our system won't release it without the PO on the invoice. It's 4417-B. It then makes the"
                " next board run.",
                "PO 4417-B added to the invoice and a copy sent.",
                after_days=1,
                po="4417-B",
                pays_after_days=12,
            ),
        ),
        (Arrival(date(2026, 12, 11), Decimal("4286.90"), ("10547",)),),
    ),
    Part(
        "Gulf & Grain Deli",
        "Philip Arceneaux",
        "a notice from a court: everything stops",
        (
            Answer(
                1,
                "any",
                "represented or insolvent",
                "We closed on the first. Please write to our lawyer from here on.",
                "Notice of bankruptcy from the court; no more contact.",
            ),
        ),
    ),
    Part(
        "Cumberland Cold Storage",
        "Walter Brandywine",
        "the customer with 18 % of sales: firm steps wait for the owner's word",
        (
            Answer(
                1,
                "call",
                "call back",
                "I'm waiting on a signature for the dock work. Ask me again in two weeks.",
                "Completion form for dock 2 is on their plant manager's desk.",
            ),
        ),
        (Arrival(_nov(23), Decimal("44618.58"), ("10533", "10584")),),
    ),
    Part(
        "Marlow Print Works",
        "Edith Marlow",
        "round sums on account; the ladder does not start again",
        (
            Answer(
                1,
                "any",
                "call back",
                "You'll get what I can spare. A thousand mid-month, and something after Thanksgiving.",
                "Pays on account; no fixed plan wanted.",
            ),
        ),
        (
            Arrival(_nov(13), Decimal("1000.00"), ("10540",)),
            Arrival(_nov(27), Decimal("500.00"), ("10540",)),
        ),
    ),
    Part(
        "Northgate Property Management",
        "Gail Sorensen",
        "one message for six sites; everything is paid in the month-end run",
        (
            Answer(
                1,
                "any",
                "call back",
                "All six are in the November run. It goes out on the last Friday, as always.",
                "In their payment run on Friday 27 November.",
            ),
        ),
        (Arrival(_nov(27), Decimal("2492.50"), ("10577", "10578", "10579", "10580", "10581", "10582")),),
    ),
    Part("Old Mill Brewing", "Caroline Voss", "silence: a credit memo covers all that is due"),
    Part("Foundry Street Grill", "Teddy Mancuso", "silence: money on account covers all that is due"),
    Part("Corner Stop Market", "Mr. Haddad", "no e-mail address: the ladder waits, a task stays"),
    Part(
        "Tri-River Ice & Oyster",
        "Buck Landry",
        "no e-mail address either; they pay when they come by",
        (),
        (Arrival(_nov(20), Decimal("268.45"), ("10590",)),),
    ),
    Part(
        "Bluebird Row Café",
        "Nora Castellano",
        "always nine to twelve days late, never worth a message before that",
    ),
    Part("Harbor Light Fish House", "Stavros Pappas", "more than a year old: a person's look first"),
    Part(
        "Ridgecut Swim Club",
        "Tammy Lovell",
        "a second broken promise, from a smaller customer",
        (
            Answer(
                1,
                "any",
                "promise",
                "Board meets Monday. You'll have a check the Friday after.",
                "Promised all of it after their board meeting.",
                after_days=2,
                promised_after_days=9,
            ),
        ),
    ),
    Part("Signal Crest Dental", "Priya Raman", "pays early, is never contacted"),
    Part("Grace Street Church", "Pastor Lee Winfield", "charged on the due date, is never contacted"),
)

OWNER_STEPS: tuple[OwnerStep, ...] = (
    OwnerStep(
        _nov(5),
        "Old Mill Brewing",
        "Applies credit memo 1187 to what they owe; $12.90 of it is left.",
        (("act", "apply"), ("credit_memo", "1187"), ("invoice", "10558")),
    ),
    OwnerStep(
        _nov(3),
        "Gulf & Grain Deli",
        "Marks a stop: a notice from the bankruptcy court came in the mail.",
    ),
    OwnerStep(
        _nov(12),
        "Pinnacle Produce Storage",
        "Calls Roland Pickett: a new valve comes on the nineteenth; the dispute stays open.",
    ),
)


def part_of(customer: str) -> Part | None:
    """Return the customer's part, or None for the many who only pay."""
    return next((part for part in STORY if part.customer == customer), None)
