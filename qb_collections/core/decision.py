"""What a decision is: an outcome, one finding for every open invoice, and the trace that led there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from qb_collections.core.money import Money
from qb_collections.core.quick import quick


class Outcome(StrEnum):
    REMIND = "remind"  # a message on the stage's channel
    CALL = "call"  # a call task
    DECIDE = "decide"  # every step is done: a person chooses what comes next
    TASK = "task"  # nothing to send; a person must do something (apply credits, add an address)
    SILENCE = "silence"


class Channel(StrEnum):
    QUICKBOOKS = "quickbooks"  # QuickBooks e-mails a copy of one invoice
    EMAIL = "email"
    CALL = "call"
    LETTER = "letter"
    PERSON = "person"


@quick
@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the explanation: what a gate saw, and whether it stopped us."""

    gate: str
    because: str  # a sentence a customer could read, at most 240 characters, dates not ages
    stops: bool = False
    review_on: date | None = None  # with stops: the day the answer may change
    invoice_id: str | None = None


Trace = tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Announced:
    """What a final notice may say comes next, and who confirmed on which day that it is meant."""

    code: str  # see messages/steps.py
    who: str | None  # with whom, where the step needs somebody
    confirmed_by: str
    confirmed_on: date


@quick
@dataclass(frozen=True, slots=True)
class Decision:
    customer_id: str
    currency: str
    outcome: Outcome
    reason: str  # the customer's one sentence
    gate: str  # which gate gave the reason; "contact" when there is one
    findings: Trace  # exactly one per open invoice, invoice_id set
    trace: Trace  # customer gates in order, up to the one that stopped
    review_on: date | None  # next look; None: only a change of facts can alter the answer
    stage: str | None = None  # code, e.g. "S2"
    template: str | None = None  # name of the stage's text, as the policy says
    channel: Channel | None = None
    approval: bool = False  # a person must agree to this one in every mode
    cycle: int | None = None
    number: int | None = None  # contact number within the cycle
    invoice_ids: tuple[str, ...] = ()  # what the message demands or lists, oldest due first
    also_open_ids: tuple[str, ...] = ()  # mentioned as "also open, not part of this letter"
    amount: Money | None = None  # sum of invoice_ids' balances
    credits: Money | None = None  # credits shown and deducted in the message
    reply_by_on: date | None = None
    act_by_on: date | None = None
    backlog: bool = False
    offers_plan: bool = True  # the message may offer to spread the amount
    mailed: bool = False  # it leaves by itself, through the company's own mail account
    tone: str | None = None  # of the step, as the policy says; None: nothing is written to the customer
    sender: str = "accounts"  # who signs: accounts, contact, owner
    announced: Announced | None = None  # on a final notice: what was confirmed; None: nothing is threatened
    task_kind: str | None = None
    #   TASK, CALL, DECIDE: apply_credits, find_credit, plan_missed, add_email, look_at_old, call, decide;
    #   REMIND: missed_call, the e-mail of a call step that reached nobody
