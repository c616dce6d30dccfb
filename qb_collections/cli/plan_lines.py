"""A payment plan for a person: amounts with their currency, and the proof as a bookkeeper reads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from qb_collections.cli.words import day_text
from qb_collections.core.money import Money
from qb_collections.core.plan_agreement import ACCEPTED
from qb_collections.services.plans import Proposal

DOCUMENTS = {
    "CreditMemo": "credit memo",
    "Payment": "payment of zero that applies it",
    "Invoice": "installment invoice",
}
STATES = {
    "confirmed": "written",
    "planned": "not written yet",
    "ready": "not written yet",
    "sending": "being written",
    "unknown": "being looked up in QuickBooks",
    "parked": "needs you",
    "rejected": "refused by QuickBooks",
    "cancelled": "not written",
}
# Income and tax are credits: in the books below zero, for people above.
CREDIT_SIDE = ("income", "tax")
NAME_WIDTH, AMOUNT_WIDTH = 30, 18
Write = Callable[[str | Decimal], str]


def proposal(found: Proposal, locale: str) -> list[str]:
    """What would be agreed and written, before anything is."""
    whole = found.principal.format(locale)
    if found.shapes:
        lines = [f"{found.customer}: {whole}, three ways at most to spread it:", ""]
        lines += [f"  {place}. {text}" for place, text in enumerate(found.shapes, 1)]
        return [*lines, "", "Choose one, or other terms: plan propose … --payments N --first-on DAY"]
    lines = [f"{found.customer}: {whole} in {_payments(len(found.installments))}"]
    lines += [f"  invoice {number}: {amount.format(locale)}" for number, amount in found.originals]
    lines += ["", "Payments:"]
    lines += [
        f"  {place}. {day_text(on)}: {amount.format(locale)}"
        for place, (on, amount) in enumerate(found.installments, 1)
    ]
    if found.beyond_policy:
        lines += ["", "Beyond what your policy offers:", *(f"  {one}" for one in found.beyond_policy)]
    lines += ["", "What would be written into QuickBooks:", *(f"  {one}" for one in found.writes)]
    lines += ["", "What people will see:", *(f"  {one}" for one in found.looks_different)]
    lines += ["", "The agreement, as it is recorded:", *(f"  {one}" for one in found.agreement.splitlines())]
    return [*lines, "", "Nothing is written yet. To write it: the same with `plan create … --yes`"]


def line(one: Mapping[str, Any], locale: str) -> str:
    reason = f" ({one['reason']})" if one["reason"] else ""
    return (
        f"{one['plan']}  {one['customer']}: {_writer(one['currency'], locale)(one['total'])} in "
        f"{_payments(one['payments'])}, the last on {_day(one['last_on'])}; {one['state']}{reason}"
    )


def page(told: Mapping[str, Any], locale: str) -> list[str]:
    """One plan: what was moved, what is due when, where it stands in QuickBooks, and the proof."""
    money = _writer(told["currency"], locale)
    lines = [line(told, locale), f"Agreed on {_day(told['agreed_on'])}, by {told['by']}", "", "Invoices:"]
    lines += [f"  {one['number']}: {money(one['moved'])} {_taken(told)}" for one in told["invoices"]]
    lines += ["", "Payments:"]
    for one in told["installments"]:
        left = f", {money(one['balance'])} open" if one["balance"] is not None else ""
        lines.append(
            f"  {one['number']}. {_day(one['due_on'])}: {money(one['amount'])}{left} ({one['state']})"
        )
    lines += _standing(told["standing"], money)
    if told["not_ended"]:
        lines += ["", f"It could not be ended, and runs on: {told['not_ended']}"]
    if told["not_followed"]:
        lines += ["", f"The plan that was to follow could not be agreed: {told['not_followed']}"]
    agreement = told["agreement"]
    if agreement:
        who = f" by {agreement['accepted_by']}" if agreement["accepted_by"] else ""
        lines += ["", f"Accepted {ACCEPTED[agreement['accepted']]}{who}, text {agreement['version']}"]
    if told["as"] == "overlay":
        return [
            *lines,
            "",
            "It is kept here. In QuickBooks the invoices stand as they were, with a line each.",
        ]
    lines += ["", "Documents in QuickBooks:", *(_document(one) for one in told["documents"])]
    if told["taken_back"]:
        lines += ["", "Taken back:", *(_document(one) for one in told["taken_back"])]
    if told["proof"] is None:
        return [*lines, "", "There is no proof yet: the plan is not whole."]
    lines += ["", *_proof(told["proof"], str(told["customer"]), locale, "the plan was written")]
    if told["proof_of_end"] is not None:
        lines += ["", *_proof(told["proof_of_end"], str(told["customer"]), locale, "the plan was ended")]
    start_on, end_on = told["proof"]["period"]
    return [
        *lines,
        "",
        "To see it in QuickBooks yourself:",
        f"  Reports, Trial balance, {_day(start_on)} to {_day(end_on)}, accrual: every account as above.",
        '  Chart of accounts, "Payment plan clearing": its balance is zero; its register shows the memo',
        "  against the installments. The page of a document has its id in the address: txnId=ID",
    ]


def _taken(told: Mapping[str, Any]) -> str:
    return "spread" if told["as"] == "overlay" else "moved"


def _standing(found: Mapping[str, Any] | None, money: Write) -> list[str]:
    """On track or not, and what comes next."""
    if found is None:
        return []
    words = {
        "on_track": "On track",
        "late": "Late",
        "broken": "Broken",
        "paid_off": "All payments have come",
    }
    lines = [
        "",
        f"{words[found['state']]}: {money(found['received'])} came, {money(found['remaining'])} is left.",
    ]
    if found["missed"]:
        missed = found["missed"]
        lines.append(
            f"  Payment {missed['number']} ({money(missed['amount'])}) was due on {_day(missed['due_on'])}; "
            f"without it the plan is broken on {_day(found['broken_on'])}."
        )
    if found["next"]:
        coming = found["next"]
        lines.append(
            f"  Payment {coming['number']} ({money(coming['amount'])}) is due on {_day(coming['due_on'])}."
        )
    if Decimal(found["unapplied"]):
        lines.append(f"  {money(found['unapplied'])} of it is not applied to any invoice in QuickBooks yet.")
    return lines


def _proof(proof: Mapping[str, Any], customer: str, locale: str, when: str) -> list[str]:
    sentence = str(proof["sentence"])
    lines = [f"Counted in QuickBooks just before and just after {when}:"]
    for basis in ("accrual", "cash"):
        lines.append(f"  {'On accrual reports' if basis == 'accrual' else 'On cash-basis reports'}:")
        lines.append(f"    {'':<{NAME_WIDTH}}{'before':>{AMOUNT_WIDTH}}{'after':>{AMOUNT_WIDTH}}")
        for one in proof[basis]:
            money = _writer(one["currency"], locale)
            before, after = (
                _amount(str(one["what"]), Decimal(one[side]), money) for side in ("before", "after")
            )
            name = _name(str(one["what"]), customer)
            lines.append(f"    {name:<{NAME_WIDTH}}{before:>{AMOUNT_WIDTH}}{after:>{AMOUNT_WIDTH}}")
    return [*lines, f"  {sentence}"]


def _amount(what: str, amount: Decimal, money: Write) -> str:
    """A sum as people read it; a single account with its side, as a bookkeeper does."""
    if what.startswith("account "):
        return f"{money(abs(amount))} {'debit' if amount > 0 else 'credit'}" if amount else money(amount)
    return money(-amount if what in CREDIT_SIDE else amount)


def _name(what: str, customer: str) -> str:
    """Whose receivables; a single account or customer that differs by its own name."""
    names = {"receivables": f"owed by {customer}", "tax": "sales tax"}
    return names.get(what, what)


def _document(one: Mapping[str, Any]) -> str:
    where = f", QuickBooks id {one['id']}" if one.get("id") else ""
    return f"  {DOCUMENTS.get(one['kind'], one['kind'])}: {STATES.get(one['state'], one['state'])}{where}"


def _writer(currency: str, locale: str) -> Write:
    def write(amount: str | Decimal) -> str:
        return Money(Decimal(amount) + 0, currency).format(locale)  # + 0: no zero below zero

    return write


def _payments(count: int) -> str:
    return f"{count} payment{'' if count == 1 else 's'}"


def _day(text: str) -> str:
    return day_text(date.fromisoformat(text))
