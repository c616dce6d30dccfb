"""Companies that are hard by their size: invoices of 700 lines, and very many invoices."""

from __future__ import annotations

from datetime import UTC, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from qb_collections.emulator.companies import CompanyHandle, chart
from qb_collections.emulator.companies.company_info import company_info, preferences

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

LINES = 700  # QuickBooks takes 750 on a taxable invoice
_DAYS = 360
_PAID_OF_TEN = 7


def build_long(
    engine: Engine, *, realm_id: str, invoices: int = 40, name: str = "Long Invoice Supply Co"
) -> CompanyHandle:
    """Open a company whose invoices have 700 lines each: a page of them is what times out in life."""
    lines = [
        (f"Delivery {number}, pallet and packing as ordered", Decimal(number))
        for number in range(1, LINES + 1)
    ]
    return _build(engine, realm_id, name, "long-invoices", invoices, 4, lines)


def build_many(
    engine: Engine, *, realm_id: str, invoices: int = 100_000, name: str = "Very Many Invoices Inc"
) -> CompanyHandle:
    """Open a company of so many invoices, fifty to a customer, seven of ten paid."""
    customers = max(1, invoices // 50)
    return _build(
        engine, realm_id, name, "many-invoices", invoices, customers, [("Service call", Decimal("120.00"))]
    )


def _build(
    engine: Engine,
    realm_id: str,
    name: str,
    kind: str,
    invoices: int,
    customers: int,
    lines: list[tuple[str, Decimal]],
) -> CompanyHandle:
    if not 1 <= invoices <= 1_000_000:
        raise ValueError(f"A company can have 1 to 1,000,000 invoices, got {invoices}.")
    at = engine.clock.now().astimezone(UTC)
    first = at - timedelta(days=_DAYS)
    with engine.store.transaction():
        engine.open_company(
            realm_id,
            company_info=company_info(name, "America/New_York", started_on=first.date()),
            preferences=preferences(custom_numbers=True),
        )
        made = chart.install(engine, realm_id, at=first, tax_rate=Decimal("9.25"))
        item, bank = made.items["Services"], made.accounts["Checking"]
        shown = [_line(item, text, amount) for text, amount in lines]
        total = sum((amount for _, amount in lines), Decimal(0))
        with engine.loading(realm_id) as loader, engine.store.unindexed():
            ids = [
                str(loader.save("Customer", _customer(number), at=first)["Id"]) for number in range(customers)
            ]
            for number in range(invoices):
                on = first + timedelta(days=number * _DAYS // invoices)
                who = ids[number % customers]
                invoice = loader.save("Invoice", _invoice(who, number, on.date(), shown), at=on)
                if len(lines) == 1 and number % 10 < _PAID_OF_TEN:
                    loader.save("Payment", _payment(who, invoice["Id"], total, bank, on.date()), at=on)
    return CompanyHandle(realm_id, name, kind, at)


def _customer(number: int) -> dict[str, Any]:
    email = {"Address": f"customer-{number}@many.example"}
    return {"DisplayName": f"Customer {number:05d}", "Taxable": False, "PrimaryEmailAddr": email}


def _line(item: str, text: str, amount: Decimal) -> dict[str, Any]:
    detail = {"ItemRef": {"value": item}}
    return {
        "Description": text,
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": detail,
    }


def _invoice(who: str, number: int, on: Any, lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "CustomerRef": {"value": who},
        "DocNumber": f"{100_001 + number}",
        "TxnDate": on.isoformat(),
        "DueDate": (on + timedelta(days=30)).isoformat(),
        "Line": lines,
    }


def _payment(who: str, invoice: str, total: Decimal, bank: str, on: Any) -> dict[str, Any]:
    linked = [{"TxnId": invoice, "TxnType": "Invoice"}]
    return {
        "CustomerRef": {"value": who},
        "TotalAmt": total,
        "TxnDate": on.isoformat(),
        "DepositToAccountRef": {"value": bank},
        "Line": [{"Amount": total, "LinkedTxn": linked}],
    }
