"""Acts on lists, schedules and currencies: merging, recurring runs, revaluing, statements, deletions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from qb_collections.emulator import merging, revaluing, saving, statements_out
from qb_collections.emulator.act_books import Books, amount, day
from qb_collections.emulator.entities import registry
from qb_collections.emulator.entities.recurring import TYPE
from qb_collections.emulator.wire import Body

Act = Mapping[str, Any]
_STEPS = {"Daily": 1, "Weekly": 7}


def merge(books: Books, act: Act) -> Body:
    """Merge one list entry into another: {"entity", "from", "into"}, by id or by name."""
    entity = str(act["entity"])
    losing, surviving = (_entry(books, entity, act[name]) for name in ("from", "into"))
    with books.engine.writing(books.realm_id, books.at) as work:
        merging.merge(work, entity, losing, surviving)
        saving.finish(work)
        return saving.row_body(work, registry.spec(entity), surviving)


def _entry(books: Books, entity: str, ref: Any) -> str:
    if isinstance(ref, dict):
        return str(books.one(entity, str(ref.get("id", "")))["Id"])
    found = books.named(entity, str(ref))
    if found is None:
        raise ValueError(f"There is no {entity} named {ref!r}.")
    return found


def revalue(books: Books, act: Act) -> Body:
    """Bring everything in a currency to a rate: {"currency", "rate"}."""
    with books.engine.writing(books.realm_id, books.at) as work:
        found = revaluing.revalue(work, str(act["currency"]), Decimal(str(act["rate"])), books.on(act))
        saving.finish(work)
        return found


def statement(books: Books, act: Act) -> Body:
    """Render a statement: {"customer", "kind", "start", "end"}; the text is what the customer would read."""
    customer = books.customer(act["customer"])
    end = day(act["end"], "end") if "end" in act else books.on(act)
    start = day(act["start"], "start") if "start" in act else end - timedelta(days=30)
    kind = str(act.get("kind", "balance_forward"))
    with books.engine.reading(books.realm_id) as work:
        return {"kind": kind, "text": statements_out.render(work, customer, kind, start, end)}


def recurring_run(books: Books, act: Act) -> Body:
    """Make the next transaction of a template, named by its name or by {"id": ...}."""
    ref = act["template"]
    id_ = str(ref.get("id", "")) if isinstance(ref, dict) else books.named("RecurringTransaction", str(ref))
    spec = registry.spec("RecurringTransaction")
    with books.engine.writing(books.realm_id, books.at) as work:
        template = work.body(spec.name, id_ or "")
        if template is None:
            raise ValueError(f"There is no recurring template {ref!r}.")
        schedule = template["RecurringInfo"].get("ScheduleInfo") or {}
        on = books.on(act)
        kind = registry.spec(template[TYPE])
        dropped = {"Id", "SyncToken", "MetaData", "DueDate", "DocNumber", "RecurringInfo", TYPE}
        body = {
            name: value
            for name, value in template.items()
            if name not in dropped and kind.fields[name].kind != "answer"
        }
        made = saving.save(work, kind.name, body | {"TxnDate": on.isoformat()}, {})
        marked = work.put(kind, made | {"RecurDataRef": {"value": template["Id"]}}, "Create", bump=False)
        moved = schedule | {"PreviousDate": on.isoformat(), "NextDate": _next(schedule, on).isoformat()}
        info = template["RecurringInfo"] | {"ScheduleInfo": moved}
        work.put(spec, template | {"RecurringInfo": info}, "Update", bump=False)
        saving.finish(work)
        return marked.body


def _next(schedule: Body, on: date) -> date:
    every = int(schedule.get("NumInterval") or 1)
    interval = schedule.get("IntervalType", "Monthly")
    if interval in _STEPS:
        return on + timedelta(days=_STEPS[interval] * every)
    months = on.month - 1 + every * (12 if interval == "Yearly" else 1)
    wanted = int(schedule.get("DayOfMonth") or on.day)
    first = date(on.year + months // 12, months % 12 + 1, 1)
    last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    return first.replace(day=min(wanted, last.day))


def delete(books: Books, act: Act) -> Body:
    """Delete a transaction: {"entity", "id"} (a credit memo by its number too)."""
    entity = str(act["entity"])
    return books.delete(entity, books.document(entity, act["id"]))


def return_by_journal(books: Books, act: Act) -> Body:
    """The bank takes a payment back and the bookkeeper books it from the bank to receivables again.

    The payment and what it paid stay as they are; only the customer's balance shows the debt.
    """
    payment = books.document("Payment", act["payment"])
    customer = payment["CustomerRef"]["value"]
    value = amount(act["amount"]) if "amount" in act else payment["TotalAmt"]
    bank = books.account(str(act.get("from", "Checking")))
    receivable = books.account("Accounts Receivable (A/R)")
    entity = {"Type": "Customer", "EntityRef": {"value": customer}}
    lines = [
        {
            "Amount": value,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": account}, **extra},
        }
        for side, account, extra in (("Debit", receivable, {"Entity": entity}), ("Credit", bank, {}))
    ]
    note = f"Returned payment {payment.get('PaymentRefNum') or payment['Id']}"
    body = {"TxnDate": books.on(act).isoformat(), "PrivateNote": note, "Line": lines}
    return books.save("JournalEntry", body)
