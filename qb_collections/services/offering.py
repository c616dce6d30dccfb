"""Offer a payment plan in writing: two or three ways to spread what is late, within the policy."""

from __future__ import annotations

from dataclasses import dataclass

from qb_collections.core.answers import AnswerKind
from qb_collections.core.plan_terms import shapes
from qb_collections.core.wording import money_text, short
from qb_collections.services import answer_words, finding, wanting
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.services.rulebook import Rulebook
from qb_collections.store import answers, cases
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable


@dataclass(frozen=True, slots=True)
class Offered:
    """What is offered, once a day to a customer."""

    customer: str
    message: str
    shapes: tuple[str, ...]


def offer(context: Context, company: Company, customer: str, *, by: str) -> Offered | Refusal:
    """Owe the customer an offer; it leaves like other messages, with the figures of that moment."""
    now = context.clock.now()
    today = company.today(now)
    with durable(context.engine) as conn:
        who = finding.customer(conn, company, customer)
        if isinstance(who, Refusal):
            return who
        key = cases.key_of(conn, company.id, who.id)
        loaded = cases.load(conn, company.id, [key], today) if key is not None else []
        name = short(who.name, 60)
        if not loaded:
            return Refusal(f"Nothing of {name} is open.")
        case, book = loaded[0], Rulebook(conn, company, today)
        policy = book.in_force(case).policy
        invoice_ids, whole = answer_words.offered(case, book.rules(case), today)
        if not invoice_ids:
            return Refusal(f"Nothing of {name} is late that is neither questioned nor on a plan already.")
        if not policy.plans.offered:
            return Refusal("Your policy offers no payment plans. Change it under [plans], offered.")
        found = shapes(whole, policy.plans, today, book.rules(case).calendar)
        amount = money_text(whole, company.locale)
        if not found:
            return Refusal(
                f"Your policy has no way to spread {amount}: at least two payments of "
                f"{policy.plans.smallest_payment:,.2f} are needed."
            )
        said = tuple(one.text(company.locale, today.year) for one in found)
        reason = f"{short(by, 24)} offers ways to spread {amount}."
        made = wanting.want(
            conn, company, AnswerKind.PLAN_OFFER, who.id, today.isoformat(), {}, reason, by=by, at=now
        )
        assert made is not None, "the mirror knows the customer"
        state = answers.by_key(conn, company.id, made)
    context.wake("deliver", company.id)
    if state is not None and state.state != "wanted":
        return Refusal(f"{name} was offered this today already: {state.because or 'it was sent'}")
    return Offered(who.name, f"{name} gets an offer to spread {amount}, as your messages go.", said)
