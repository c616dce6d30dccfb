"""One step of the ladder: when it comes, how, in which words, and for which balances."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from qb_collections.core.business_days import Calendar
from qb_collections.core.policy_values import Amount, Channel, Code, Days, Flag, Section, Sender, Tone


class Stage(Section):
    """One step.  Both waits must be over: after the due date, and after the last delivered contact."""

    code: Code
    name: Annotated[str, Field(min_length=1, max_length=30)]  # the owner's words: "first message"
    after_due_days: Annotated[int, Field(strict=True, ge=-60, le=3660)]
    business: Flag = False  # after_due_days counts business days
    after_last_days: Days = 0  # after the last delivered contact
    after_last_business: Flag = False  # after_last_days counts business days
    channel: Channel
    template: Annotated[str, Field(pattern=r"^[a-z0-9_]{1,40}$")]
    tone: Tone | None = None  # None: firm where the step is firm, else cooperative
    sender: Sender = "accounts"  # the accounts desk, the named contact person, the owner
    approval: Flag = False  # a person agrees to each one, in every mode
    min_balance: Amount = Decimal(0)  # below it the step is skipped as if it were not there
    repeat_every_days: Annotated[int, Field(strict=True, ge=3, le=3660)] | None = None
    repeat_at_most: Annotated[int, Field(strict=True, ge=1, le=120)] | None = (
        None  # times in all; None: no end
    )
    firm: Flag = False  # demands only what an earlier message of this round has named
    quickbooks_copy: Flag = False  # one invoice: QuickBooks e-mails a copy of it
    needs_history: Flag = False  # only where payment history says it is a courtesy
    reply_by_business_days: Annotated[int, Field(strict=True, ge=1, le=60)] | None = None
    act_by_days: Annotated[int, Field(strict=True, ge=1, le=365)] | None = None
    act_by_min_business_days: Days = 5

    @property
    def voice(self) -> Tone:
        """The tone it is written in."""
        return self.tone or ("firm" if self.firm else "cooperative")

    def reached_on(self, due_on: date, calendar: Calendar) -> date:
        """The day on which an invoice due on due_on reaches this step, before any shift to an open day."""
        if self.business:
            return calendar.add_business_days(due_on, self.after_due_days)
        return due_on + timedelta(days=self.after_due_days)

    def rested_on(self, last_on: date, calendar: Calendar) -> date:
        """The first day far enough from a contact delivered on last_on, before any shift to an open day."""
        if self.after_last_business:
            return calendar.add_business_days(last_on, self.after_last_days)
        return last_on + timedelta(days=self.after_last_days)
