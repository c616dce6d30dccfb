"""The policy's tables beside the ladder, each with the Standard values as defaults."""

from __future__ import annotations

from datetime import time
from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from qb_collections.core.policy_values import (
    EMPTY_IS_NONE,
    WEEKDAYS,
    Amount,
    Code,
    Country,
    CurrencyCode,
    Day,
    Days,
    Flag,
    MonthDay,
    Percent,
    Rhythm,
    Section,
    Subdivision,
    TimeOfDay,
    Weekday,
)


class Limits(Section):
    # Outer walls: at least 3 days apart, 3 in 7 and 10 in 30 days (ACCC/ASIC RG 96, taken for everyone).
    contact_gap_days: Annotated[int, Field(strict=True, ge=3, le=365)] = 6
    at_most_in_7_days: Annotated[int, Field(strict=True, ge=1, le=3)] = 2
    at_most_in_14_days: Annotated[int, Field(strict=True, ge=1, le=6)] = 3
    at_most_in_21_days: Annotated[int, Field(strict=True, ge=1, le=8)] = 3
    at_most_in_30_days: Annotated[int, Field(strict=True, ge=1, le=10)] = 5
    smallest_balance: Amount = Decimal(25)
    smallest_balance_in: dict[CurrencyCode, Amount] = Field(default={})  # JPY = 2500
    oldest_debt_days: Annotated[int, Field(strict=True, ge=30, le=3660)] = 365

    @property
    def caps(self) -> tuple[tuple[int, int], ...]:
        """Pairs of window in days and most contacts in it."""
        return (
            (7, self.at_most_in_7_days),
            (14, self.at_most_in_14_days),
            (21, self.at_most_in_21_days),
            (30, self.at_most_in_30_days),
        )

    def smallest(self, currency: str) -> Decimal:
        return self.smallest_balance_in.get(currency, self.smallest_balance)


class PrivatePersons(Section):
    """Private persons, sole traders and customers of unknown kind: the stricter of this and limits holds."""

    contact_gap_days: Annotated[int, Field(strict=True, ge=3, le=365)] = 6
    at_most_in_7_days: Annotated[int, Field(strict=True, ge=1, le=3)] = 2
    at_most_in_30_days: Annotated[int, Field(strict=True, ge=1, le=10)] = 4
    calls: Flag = True  # False: call steps are left out, as if the ladder did not have them


class ContactHours(Section):
    """In the customer's own time.  Never outside 8:00 to 21:00 (12 CFR 1006.6(b), taken for everyone)."""

    opens: TimeOfDay = time(9)
    closes: TimeOfDay = time(17)
    days: Annotated[tuple[Weekday, ...], Field(min_length=1)] = ("mon", "tue", "wed", "thu", "fri")

    @model_validator(mode="after")
    def _in_order(self) -> ContactHours:
        if not time(8) <= self.opens < self.closes <= time(21):
            hours = f"{self.opens.isoformat()} to {self.closes.isoformat()}"
            raise ValueError(f"{hours}: opens must be before closes, both between 08:00 and 21:00")
        return self

    @property
    def weekend(self) -> frozenset[int]:
        """Weekdays without contact, Monday is 0."""
        return frozenset(n for n, name in enumerate(WEEKDAYS) if name not in self.days)


class Holidays(Section):
    country: Annotated[Country | None, EMPTY_IS_NONE] = None  # None: the company's own
    subdivision: Annotated[Subdivision | None, EMPTY_IS_NONE] = None
    extra: tuple[Day, ...] = ()  # further days without messages


class Quiet(Section):
    """A quiet season, first and last day included, as "MM-DD"; it may cross New Year."""

    name: Annotated[str, Field(min_length=1, max_length=40)]
    first: MonthDay
    last: MonthDay


class Promises(Section):
    grace_business_days: Annotated[int, Field(strict=True, ge=0, le=30)] = 2
    in_transit_business_days: Annotated[int, Field(strict=True, ge=1, le=30)] = 5
    upset_business_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 5
    broken_one_step_firmer: Flag = True  # a promise not kept goes on one step firmer than before
    broken_before_person: Annotated[int, Field(strict=True, ge=1, le=10)] = 2  # then a person decides


class Plans(Section):
    """The payment plans that messages may offer, and what happens around each payment of a plan."""

    offered: Flag = True
    payments_at_most: Annotated[int, Field(strict=True, ge=2, le=60)] = 6
    days_at_most: Annotated[int, Field(strict=True, ge=7, le=1826)] = 180  # first to last payment
    rhythm: Rhythm = "monthly"
    first_within_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 14
    smallest_payment: Amount = Decimal(50)
    approval: Flag = True  # a person agrees to each plan
    # Around each payment's date, as field practice has it: three days before, then one, four and ten after.
    notice_before_days: Annotated[int, Field(strict=True, ge=0, le=30)] = 3  # 0: no notice
    missed_message_after_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 1
    missed_call_after_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 4
    broken_after_days: Annotated[int, Field(strict=True, ge=1, le=90)] = 10

    @model_validator(mode="after")
    def _in_order(self) -> Plans:
        if not self.missed_message_after_days < self.missed_call_after_days < self.broken_after_days:
            raise ValueError(
                "missed_message_after_days must be before missed_call_after_days, "
                "and that before broken_after_days, for example 1, 4 and 10"
            )
        return self


class Backlog(Section):
    enter_at_most: Code = "S2"
    spread_business_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 10
    reply_by_business_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 5


class FirstNight(Section):
    at_most: Annotated[int, Field(strict=True, ge=1, le=1000)] = 25
    one_in: Annotated[int, Field(strict=True, ge=1, le=1000)] = 10
    at_least: Annotated[int, Field(strict=True, ge=1, le=100)] = 1


class Brake(Section):
    factor: Annotated[int, Field(strict=True, ge=2, le=100)] = 3
    after_nights: Annotated[int, Field(strict=True, ge=1, le=100)] = 3


class Credits(Section):
    """Money of the customer that is not yet set against an invoice comes off before anybody is asked."""

    unapplied_payments: Flag = True
    credit_memos: Flag = True
    tolerance: Amount = Decimal(1)


class Thresholds(Section):
    """Amounts in the company's currency; other currencies in the tables beside them."""

    call: Amount = Decimal(500)
    call_in: dict[CurrencyCode, Amount] = Field(default={})
    plan_offer: Amount = Decimal(500)
    plan_offer_in: dict[CurrencyCode, Amount] = Field(default={})
    # The call threshold follows what late customers owe; call is then its least.
    call_from_balances: Flag = False
    call_percentile: Annotated[int, Field(strict=True, ge=1, le=99)] = 75

    def call_for(self, currency: str) -> Decimal:
        return self.call_in.get(currency, self.call)

    def plan_offer_for(self, currency: str) -> Decimal:
        return self.plan_offer_in.get(currency, self.plan_offer)


class Approvals(Section):
    important_from: Code = "S4"
    important_top_percent: Percent = 10  # by sales of twelve months; 0: only those marked as important
    consequence_confirmed_days: Annotated[int, Field(strict=True, ge=1, le=30)] = 30


class DeEscalation(Section):
    after_reply_at_most: Code = "S2"  # the firmest tone of the next message once a customer has answered
    half_paid_percent: Annotated[int, Field(strict=True, ge=1, le=100)] = 50  # of what was late
    half_paid_holds_days: Days = 7  # so long the step stays as it is; 0: not at all
    thank_you: Flag = True  # one thank-you when everything late is paid


class Mail(Section):
    """E-mail through the company's own mail account, where it has one."""

    by_hand: Flag = False  # every message waits for a person who sends it


class Traits(Section):
    """What payment history may change.  Everything here is off until the owner turns it on."""

    wait_for_usual_day: Flag = False  # hold the first message until the customer's usual day has passed
    wait_at_most_days: Annotated[int, Field(strict=True, ge=1, le=60)] = 20  # after the due date
    act_early_when_abnormal: Flag = False  # later than ever for this customer: the next step comes sooner
    early_at_most_days: Annotated[int, Field(strict=True, ge=1, le=30)] = 5  # so much sooner
    rests_on_at_least: Annotated[int, Field(strict=True, ge=3, le=100)] = 6  # paid invoices known
