"""The clearing account: plans add up to nothing there, and nothing but plans stands on it.

The general ledger of that one account lists every document, so one that no plan of ours wrote is found
also where it adds up to nothing with another, such as a plan that somebody copied.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from qb_collections.core.intents import Intent, IntentKind
from qb_collections.core.money import Money
from qb_collections.core.wording import money_text, short
from qb_collections.quickbooks import wire
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.services.plan_papers import KIND_OF
from qb_collections.services.proof import amount_of
from qb_collections.services.verify_report import Difference, VerifyReport
from qb_collections.store.companies import Company

KINDS = (*KIND_OF, IntentKind.CLEARING_ITEM)
YEAR = timedelta(days=366)
NAMED_MAX = 20
_SAID = {"CreditMemo": "Credit memo", "JournalEntry": "Journal entry"}


@dataclass(frozen=True, slots=True)
class _Entry:
    """What one document books on the account."""

    kind: str
    id: str
    number: str
    memo: str
    amount: Decimal


def check(
    company: Company,
    gateway: Gateway,
    written: Sequence[Intent],
    first_on: date,
    today: date,
    report: VerifyReport,
) -> None:
    """Two requests; none without an account.  written: all that we wrote there, first_on: since when."""
    if company.clearing_account_id is None:
        return
    id = wire.literal(company.clearing_account_id)
    rows = gateway.query(f"SELECT * FROM Account WHERE Id = {id}")
    if not rows:
        said = "The clearing account of payment plans is gone from QuickBooks."
        report.differences.append(Difference("clearing", "gone", said))
        return
    strangers = list(_strangers(company, gateway, written, first_on, today))
    for one in strangers[:NAMED_MAX]:
        report.differences.append(Difference("clearing", f"{one.kind}:{one.id}", _said(company, one)))
    balance = rows[0].get("CurrentBalance")
    if balance and not strangers and not any(one.subject.endswith(":clearing") for one in report.differences):
        amount = money_text(Money(Decimal(str(balance)), company.currency), company.locale)
        said = (
            f"The clearing account of payment plans shows {amount}, and every plan adds up to nothing: "
            "somebody else posted to it, or a document of a plan was made that we do not know."
        )
        report.differences.append(Difference("clearing", str(balance), said))


def _said(company: Company, one: _Entry) -> str:
    kind = _SAID.get(one.kind, one.kind)
    amount = money_text(Money(abs(one.amount), company.currency), company.locale)
    name = short(one.number, 24) if one.number else f"with QuickBooks' id {one.id}"
    return f"{kind} {name} books {amount} on the clearing account of plans, but belongs to none of ours."


def _strangers(
    company: Company, gateway: Gateway, written: Sequence[Intent], first_on: date, today: date
) -> Iterator[_Entry]:
    """A document of ours that is not settled yet is known by its mark."""
    params = {
        "account": str(company.clearing_account_id),
        "start_date": (first_on - YEAR).isoformat(),
        "end_date": (today + YEAR).isoformat(),
    }
    ids = {one.external_id for one in written if one.external_id is not None}
    marks = [f"(ref {one.plan['ref']})" for one in written if one.plan.get("ref")]
    for entry in _entries(gateway.report("GeneralLedger", params)):
        ours = entry.id in ids or any(mark in entry.memo for mark in marks)
        if entry.amount and not ours:
            yield entry


def _entries(found: dict[str, Any]) -> list[_Entry]:
    """One for each document.  A report without the columns that we know tells nothing."""
    places = {}
    for place, column in enumerate((found.get("Columns") or {}).get("Column") or []):
        keys = [one.get("Value") for one in column.get("MetaData") or [] if one.get("Name") == "ColKey"]
        places[keys[0] if keys else column.get("ColType")] = place
    if not {"txn_type", "subt_nat_amount"} <= places.keys():
        return []
    entries: dict[tuple[str, str], _Entry] = {}
    for cells in _rows(found):
        if len(cells) < len(places):
            continue
        kind, id = str(cells[places["txn_type"]].get("value")), cells[places["txn_type"]].get("id")
        if id is None:
            continue
        amount = amount_of(cells[places["subt_nat_amount"]].get("value"))
        number, memo = (
            str(cells[places[name]].get("value") or "") if name in places else ""
            for name in ("doc_num", "memo")
        )
        key = (kind.replace(" ", ""), str(id))
        before = entries[key].amount if key in entries else Decimal(0)
        entries[key] = _Entry(*key, number, memo, before + amount)
    return [*entries.values()]


def _rows(part: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    for row in (part.get("Rows") or {}).get("Row") or []:
        if "Rows" in row:
            yield from _rows(row)
        elif row.get("ColData"):
            yield row["ColData"]
