"""Whether a plan stands in QuickBooks as it was written: each document once, its money as it was.

Only our own lines and figures are looked at: payments lower a balance, and that is what they are for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from qb_collections.core.intents import Intent, IntentKind, State
from qb_collections.core.money import Money
from qb_collections.core.wording import date_text, money_text
from qb_collections.quickbooks.errors import NotFound
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.values import Found, InvoiceDocument
from qb_collections.services import verify_agreed
from qb_collections.services.plan_papers import KIND_OF
from qb_collections.services.plan_steps import CLOCKS_DIFFER
from qb_collections.services.verify_report import Difference
from qb_collections.store.companies import Company
from qb_collections.store.plans import PlanRow

RUNNING = ("active", "broken", "paid")
SINCE = CLOCKS_DIFFER + timedelta(hours=1)


def check(
    company: Company, gateway: Gateway, customer_id: str, of: Sequence[tuple[PlanRow, Sequence[Intent]]]
) -> list[Difference]:
    """Read one customer's plans back: four requests, however many plans and documents."""
    first = min(plan.created_at for plan, _ in of)
    found = gateway.find_by_marker(customer_id, first - SINCE, "(ref ")
    originals = sorted({one.invoice_id for plan, _ in of for one in plan.originals})
    documents = gateway.live([], originals).documents
    return [
        Difference("plan", f"{plan.label}:{about}", f"Payment plan {plan.label}: {said}", False, customer_id)
        for plan, steps in of
        for about, said in _plan(company, gateway, plan, steps, found, documents)
    ]


def _plan(
    company: Company,
    gateway: Gateway,
    plan: PlanRow,
    steps: Sequence[Intent],
    found: Sequence[Found],
    documents: Mapping[str, InvoiceDocument],
) -> Iterator[tuple[str, str]]:
    written = [step for step in steps if step.kind in KIND_OF and step.state is State.CONFIRMED]
    ended = plan.details.get("ended")
    if plan.state == "cancelled" and ended is None:
        yield from _left_over(written, found)
        return
    if plan.state == "cancelled" and ended is not None:
        yield from _ended(company, gateway, plan, written, found, ended)
        return
    if plan.state == "building":
        doing = "taken back" if plan.details.get("ending") else "written"
        yield "state", f"it is still being {doing}; it goes on with the next delivery, or waits for a person."
        return
    written = [step for step in written if step.plan.get("act") is None]
    clearing = Decimal(0)
    for step in written:
        ours = _ours(gateway, step, found)
        yield from _document(company, plan, step, ours)
        for one in ours:
            amount = _own_amount(plan, one.record)
            clearing += amount if step.kind is IntentKind.PLAN_MEMO else -amount
    if clearing:
        rest = money_text(Money(abs(clearing), plan.currency), company.locale)
        yield "clearing", f"its documents no longer add up; {rest} is left on the clearing account."
    yield from _originals(company, plan, documents)
    yield from verify_agreed.due_dates(company, plan, documents)


def _ours(gateway: Gateway, step: Intent, found: Iterable[Found]) -> list[Found]:
    """The documents that bear the step's marker, and the one we wrote even when its note was changed."""
    kind = KIND_OF[step.kind]
    ours = [one for one in found if one.kind == kind and (_bears(step, one) or one.id == step.external_id)]
    if ours:
        return ours
    try:
        record = gateway.document(kind, str(step.external_id))
    except NotFound:
        return []
    return [Found(kind, str(record["Id"]), str(record.get("SyncToken", "0")), record)]


def _bears(step: Intent, one: Found) -> bool:
    return f"(ref {step.plan['ref']})" in str(one.record.get("PrivateNote"))


def _document(
    company: Company, plan: PlanRow, step: Intent, ours: Sequence[Found]
) -> Iterator[tuple[str, str]]:
    part = step.plan["part"]
    name = _name(step)
    if not ours:
        yield part, f"{name} is gone from QuickBooks."
        return
    if not any(_bears(step, one) for one in ours):
        yield f"{part}:note", f"the note of {name}, by which we find it again, was taken away."
    if len(ours) > 1:
        yield part, f"{name} is there {len(ours)} times: {', '.join(one.id for one in ours)}."
    record = next((one.record for one in ours if one.id == step.external_id), ours[0].record)
    before = step.after or {}
    watched = {
        "its date": (before.get("on"), record.get("TxnDate")),
        "its due date": (before.get("due_on"), record.get("DueDate")),
        "its customer": (plan.customer_id, (record.get("CustomerRef") or {}).get("value")),
        "its tax": (
            before.get("tax") or Decimal(0),
            (record.get("TxnTaxDetail") or {}).get("TotalTax") or Decimal(0),
        ),
    }
    for what, (was, now) in watched.items():
        if was != now:
            before_it, after_it = (_value(company, plan, what, one) for one in (was, now))
            yield (
                f"{part}:{what}",
                f"{what.replace('its', 'the')} of {name} was changed from {before_it} to {after_it}.",
            )
    if step.kind is IntentKind.PLAN_APPLY:
        yield from _application(company, plan, record, name, part)
        return
    amount = _own_amount(plan, record)
    if amount != step.plan["amount"]:
        was, now = _money(company, plan, step.plan["amount"]), _money(company, plan, amount)
        yield part, f"{name} was changed from {was} to {now}."
    elif record.get("TotalAmt") != before.get("total"):
        extra = record["TotalAmt"] - before["total"]
        yield (
            f"{part}:line",
            f"{name} has {_money(company, plan, extra)} on a line that is not ours, such as a late fee.",
        )
    if step.kind is IntentKind.PLAN_MEMO and record.get("RemainingCredit"):
        yield part, f"{_money(company, plan, record['RemainingCredit'])} of {name} is no longer applied."


def _application(
    company: Company, plan: PlanRow, record: Mapping[str, Any], name: str, part: str
) -> Iterator[tuple[str, str]]:
    """The zero payment must still move each balance as it did."""
    applied: dict[tuple[str, str], Decimal] = {}
    for line in record.get("Line", []):
        for linked in line.get("LinkedTxn", []):
            key = (str(linked.get("TxnType")), str(linked.get("TxnId")))
            applied[key] = applied.get(key, Decimal(0)) + line.get("Amount", Decimal(0))
    wanted = {("Invoice", one.invoice_id): one.amount.amount for one in plan.originals}
    wanted[("CreditMemo", str(plan.memo_id))] = plan.principal.amount
    if applied != wanted:
        yield part, f"{name} was changed: it no longer applies the credit memo to the original invoices."
    if record.get("TotalAmt"):
        yield (
            f"{part}:total",
            f"{name} now says that {_money(company, plan, record['TotalAmt'])} was received.",
        )


def _originals(
    company: Company, plan: PlanRow, documents: Mapping[str, InvoiceDocument]
) -> Iterator[tuple[str, str]]:
    labels = plan.details["labels"]
    for one in plan.originals:
        name = f"invoice {labels[one.invoice_id]}"
        document = documents.get(one.invoice_id)
        if document is None:
            yield name, f"{name} is gone from QuickBooks."
            continue
        if document.invoice.balance:
            rest = money_text(document.invoice.balance, company.locale)
            yield name, f"{name} shows {rest} open, although its balance was moved to the plan."
        applied = {link.id for link in document.links if link.kind == "Payment"}
        if plan.allocation_id not in applied:
            how = "something else was paid on it" if applied else "nothing settles it"
            yield f"{name}:link", f"{name} is no longer settled by the plan; {how}."


def _left_over(written: Sequence[Intent], found: Sequence[Found]) -> Iterator[tuple[str, str]]:
    """A plan without effect has no document with an amount left."""
    ids = {(KIND_OF[step.kind], step.external_id): step for step in written if step.plan.get("act") is None}
    for one in found:
        step = ids.get((one.kind, one.id))
        alive = one.kind == "Payment" or one.record.get("TotalAmt")
        if step is not None and alive:
            yield step.plan["part"], f"it ended without effect, but {_name(step)} is still there."


def _ended(
    company: Company,
    gateway: Gateway,
    plan: PlanRow,
    written: Sequence[Intent],
    found: Sequence[Found],
    ended: Mapping[str, Any],
) -> Iterator[tuple[str, str]]:
    """What is left of an ended plan stands for money that came, and adds up to nothing on clearing."""
    clearing = unpaid = Decimal(0)
    for step in written:
        kind = KIND_OF[step.kind]
        mine = [one for one in found if one.kind == kind and one.id == step.external_id]
        if len([one for one in found if one.kind == kind and _bears(step, one)]) > 1:
            yield step.plan["part"], f"{_name(step)} is there twice."
        record = mine[0].record if mine else None
        if record is None or kind == "Payment":
            continue
        own = _own_amount(plan, record)
        clearing += own if kind == "CreditMemo" else -own
        if record.get("RemainingCredit"):
            rest = _money(company, plan, record["RemainingCredit"])
            yield step.plan["part"], f"{rest} of {_name(step)} is no longer applied."
        if kind == "Invoice" and step.plan.get("act") is None:
            paid = (record.get("TotalAmt") or Decimal(0)) - (record.get("Balance") or Decimal(0))
            unpaid += own - min(own, paid)
    if clearing:
        rest = _money(company, plan, abs(clearing))
        yield "clearing", f"what is left of it no longer adds up; {rest} is left on the clearing account."
    if unpaid:
        rest = _money(company, plan, unpaid)
        said = "its installments" if ended["mode"] == "added" else "its installments again"
        yield "unpaid", f"it has ended, but {rest} is open on {said}."


def _own_amount(plan: PlanRow, record: Mapping[str, Any]) -> Decimal:
    """What stands on our item; other people's lines are theirs."""
    total = Decimal(0)
    for line in record.get("Line", []):
        item = ((line.get("SalesItemLineDetail") or {}).get("ItemRef") or {}).get("value")
        if item == plan.details["item_id"]:
            total += line.get("Amount") or Decimal(0)
    return total


def _money(company: Company, plan: PlanRow, amount: Decimal) -> str:
    return money_text(Money(amount, plan.currency), company.locale)


def _value(company: Company, plan: PlanRow, what: str, value: Any) -> str:
    """A watched value as people write it: an amount, a day, or QuickBooks' own id."""
    if isinstance(value, Decimal):
        return _money(company, plan, value)
    if value is None:
        return "nothing"
    if what.endswith("date"):
        on = date.fromisoformat(str(value))
        return date_text(on, company.locale)
    return f"customer {value}"


def _name(step: Intent) -> str:
    words = {IntentKind.PLAN_MEMO: "its credit memo", IntentKind.PLAN_APPLY: "its payment of zero"}
    return words.get(step.kind, f"installment {step.plan['number']}")
