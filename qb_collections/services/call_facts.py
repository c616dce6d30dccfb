"""Facts at a glance for who is about to ring: how they pay, what was said and promised, what to offer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from qb_collections.core import contact_hours, promises
from qb_collections.core.case import Case, HoldKind
from qb_collections.core.money import Money, total
from qb_collections.core.past import Past
from qb_collections.core.policy_sections import Plans
from qb_collections.core.promises import PromiseState
from qb_collections.core.rules import Rules
from qb_collections.core.traits import Traits, know
from qb_collections.core.wording import count_text, day_text, money_text, short
from qb_collections.messages import wording
from qb_collections.messages.facts import CallFacts, Item, MessageFacts, Payment
from qb_collections.quickbooks.values import InvoiceDocument
from qb_collections.services import past as pasts
from qb_collections.services import timeline
from qb_collections.services.knowing import WEEKDAYS
from qb_collections.store import mirror
from qb_collections.store.companies import Company

DEALINGS = 5
PROMISES_MAX = 5
_KEPT = {
    PromiseState.OPEN: "not over yet",
    PromiseState.KEPT: "kept",
    PromiseState.PART_KEPT: "kept in part",
    PromiseState.BROKEN: "not kept",
    PromiseState.WITHDRAWN: "taken back",
}
_RHYTHMS = {
    "weekly": "weekly",
    "fortnightly": "every two weeks",
    "monthly": "monthly",
    "month_end": "at month ends",
}


def gathered(
    conn: Connection,
    company: Company,
    case: Case,
    rules: Rules,
    now: datetime,
    *,
    caller: str | None,
    offers_plan: bool,
) -> CallFacts:
    """What the mirror and our own records tell at this moment."""
    today = company.today(now)
    members = sorted(case.members or {case.customer.id})
    past = pasts.of_account(conn, company, case.customer.id, members)
    traits = know(past, today, only=[case.customer.id]).of(case.customer.id)
    plans = rules.policy.plans
    return CallFacts(
        caller=caller,
        local_time=_local_time(company, case, now),
        habit=_habit(traits),
        last_payment=_last_payment(conn, company, members),
        history=tuple(
            _line(one, company.locale) for one in timeline.dealings(conn, company, members, DEALINGS)
        ),
        promises=tuple(_promises(company, case, rules, today)),
        disputed=tuple(_disputed(case)),
        bought=_bought(past, case.currency, today),
        offer=_offer(plans, case.currency, company.locale) if offers_plan and plans.offered else None,
        approver=company.contact_name or "the owner",
    )


def with_work(facts: MessageFacts, documents: Mapping[str, InvoiceDocument]) -> MessageFacts:
    """Each invoice with what it was for and the customer's order number, where QuickBooks was just asked."""
    by_number = {one.invoice.label: one for one in documents.values()}

    def told(item: Item) -> Item:
        found = by_number.get(item.number)
        if found is None:
            return item
        return Item(
            item.number,
            item.issued_on,
            item.due_on,
            item.total,
            item.balance,
            found.work,
            found.purchase_order,
        )

    items, also = (tuple(told(one) for one in some) for some in (facts.items, facts.also_open))
    return replace(facts, items=items, also_open=also)


def _local_time(company: Company, case: Case, now: datetime) -> str:
    """What the clock says at their place; where that may lie in several zones, the first and the last."""
    one = case.customer
    zones = contact_hours.zones_of(one.country, one.region, one.city, company.zone)
    clocks = sorted({now.astimezone(ZoneInfo(zone)).replace(tzinfo=None): zone for zone in zones}.items())
    said = [wording.clock_time(now, zone, company.locale) for _, zone in clocks]
    return said[0] if len(said) == 1 else f"between {said[0]} and {said[-1]}"


def _habit(traits: Traits) -> str | None:
    """9 days after the due date, mostly on Fridays, from 14 invoices"""
    if traits.median_days is None or not traits.invoices:
        return None
    days = traits.median_days
    when = "on the due date" if days == 0 else f"{count_text(abs(days), 'day')} {_side(days)} the due date"
    weekday = f", mostly on {WEEKDAYS[traits.weekday]}" if traits.weekday is not None else ""
    return f"{when}{weekday}, from {count_text(traits.invoices, 'invoice')}"


def _side(days: int) -> str:
    return "after" if days > 0 else "before"


def _last_payment(conn: Connection, company: Company, members: Sequence[str]) -> Payment | None:
    came = [one for one in mirror.payments_of(conn, company.id, members) if one.total.amount > 0]
    return Payment(came[-1].total, came[-1].received_on) if came else None


def _line(one: timeline.Entry, locale: str) -> str:
    said = f': "{short(one.text, 120)}"' if one.text and one.way in ("call", "in") else ""
    return f"{wording.long_date(one.on, locale)}: {one.says}{said}"


def _promises(company: Company, case: Case, rules: Rules, today: date) -> list[str]:
    made = [one for one in case.holds if one.kind is HoldKind.PROMISE]
    lines = []
    for hold in made[-PROMISES_MAX:]:
        judged = promises.judge(hold, case, rules, today)
        amount = f"{money_text(hold.amount, company.locale)} " if hold.amount else ""
        lines.append(
            f"{amount}by {day_text(judged.promised_on, today.year, company.locale)}: {_KEPT[judged.state]}"
        )
    return lines


def _disputed(case: Case) -> list[str]:
    labels = {one.id: one.label for one in case.invoices}
    return [
        f"invoice {labels[one.invoice_id]}, {short(one.reason, 80)}"
        for one in case.holds
        if one.kind is HoldKind.DISPUTE and one.invoice_id in labels
    ]


def _bought(past: Past, currency: str, today: date) -> Money | None:
    """Billed in the twelve months that end today; None where history does not reach back so far."""
    year_ago = date(today.year - 1, today.month, 28 if (today.month, today.day) == (2, 29) else today.day)
    if past.since_on is None or past.since_on > year_ago:
        return None
    billed = (
        one.invoice.total for one in past.of_currency(currency) if year_ago < one.invoice.issued_on <= today
    )
    return total(billed, currency)


def _offer(plans: Plans, currency: str, locale: str) -> str:
    """up to 6 payments, monthly, the first within 14 days, none under $50.00"""
    least = money_text(Money(plans.smallest_payment, currency), locale)
    return (
        f"up to {plans.payments_at_most} payments, {_RHYTHMS[plans.rhythm]}, the first within "
        f"{count_text(plans.first_within_days, 'day')}, none under {least}, at no extra cost"
    )
