"""Write the demo's past in the order of time: customers, invoices, payments, two credits nobody applied."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from qb_collections.emulator.act_books import Books
from qb_collections.emulator.companies.chart import TAX_AGENCY, Chart
from qb_collections.emulator.companies.demo import writing
from qb_collections.emulator.companies.demo.bills import Bill
from qb_collections.emulator.companies.demo.days import weekday_after
from qb_collections.emulator.companies.demo.history import FIRST_NUMBER
from qb_collections.emulator.companies.demo.overheads import OPENING, Spending, spending
from qb_collections.emulator.companies.demo.payments import ZONE, Receipt
from qb_collections.emulator.companies.demo.roster import CUSTOMERS, SITES, SITES_PARENT
from qb_collections.emulator.wire import Body

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

# Work is billed in the morning; money is entered after lunch (payments.py).
_MORNING = time(8, 30)


@dataclass(slots=True)
class Past:
    """What has been written so far, with the ids that later entries refer to."""

    engine: Engine
    realm_id: str
    chart: Chart
    opened_at: datetime
    customers: dict[str, str] = field(default_factory=dict)  # name -> id
    invoices: dict[int, str] = field(default_factory=dict)  # position among the bills -> id

    def write(self, bills: Sequence[Bill], receipts: Sequence[Receipt], until: datetime) -> None:
        """Write everything that happened until an instant."""
        self._people()
        capital, opened_on = OPENING
        self._journal(
            "Opening balance", opened_on, "Checking", (("Owner's Equity", -capital),), self.opened_at
        )
        entries: list[tuple[datetime, Callable[[datetime], object]]] = [
            (datetime(2026, 10, 16, 13, 20, tzinfo=ZONE), self._on_account),
            (datetime(2026, 10, 20, 11, 5, tzinfo=ZONE), self._credit),
        ]
        for position, (bill, at) in enumerate(zip(bills, issue_times(bills), strict=True)):
            entries.append((at, partial(self._invoice, bill, position)))
            if bill.voided:
                entries.append((voided_at(bill), partial(self._void, position)))
        tax_account = f"{TAX_AGENCY} Payable"
        entries += [(one.at, partial(self._spend, one)) for one in spending(bills, tax_account)]
        entries += [(receipt.at, partial(self._payment, receipt)) for receipt in receipts]
        for at, enter in sorted(entries, key=lambda entry: entry[0]):
            if at <= until:
                enter(at)

    def _save(self, entity: str, body: Body, at: datetime) -> Body:
        return self.engine.save(self.realm_id, entity, body, at=at)

    def _people(self) -> None:
        for position, customer in enumerate(CUSTOMERS):
            body = writing.customer_body(customer, position, self.chart)
            self.customers[customer.name] = self._save("Customer", body, self.opened_at)["Id"]
        parent = self.customers[SITES_PARENT]
        for position, (name, _) in enumerate(SITES):
            body = writing.site_body(position, parent, self.chart)
            self.customers[name] = self._save("Customer", body, self.opened_at)["Id"]

    def _invoice(self, bill: Bill, position: int, at: datetime) -> None:
        body = {
            "CustomerRef": {"value": self.customers[bill.customer]},
            "DocNumber": str(FIRST_NUMBER + position),
            "TxnDate": bill.issued_on.isoformat(),
            "DueDate": bill.due_on.isoformat(),
            "Line": writing.lines(bill, self.chart),
            **writing.fields(bill, self.chart),
        }
        saved = self._save("Invoice", body, at)
        assert saved["TotalAmt"] == bill.total, f"{bill.customer}: {saved['TotalAmt']} is not {bill.total}"
        self.invoices[position] = saved["Id"]
        if bill.sent:
            Books(self.engine, self.realm_id, at + timedelta(minutes=1)).send(saved)

    def _void(self, position: int, at: datetime) -> None:
        invoice = self.engine.read(self.realm_id, "Invoice", self.invoices[position])
        Books(self.engine, self.realm_id, at).void("Invoice", invoice)

    def _payment(self, receipt: Receipt, at: datetime) -> None:
        lines = [
            {"Amount": amount, "LinkedTxn": [{"TxnId": self.invoices[position], "TxnType": "Invoice"}]}
            for position, amount in receipt.parts
        ]
        self._receive(at, receipt.payer, receipt.total, receipt.method, receipt.reference, lines)

    def _receive(
        self, at: datetime, payer: str, total: Decimal, method: str, reference: str | None, lines: list[Body]
    ) -> None:
        body: Body = {
            "CustomerRef": {"value": self.customers[payer]},
            "TotalAmt": total,
            "TxnDate": at.date().isoformat(),
            "PaymentMethodRef": {"value": self.chart.methods[method]},
            "DepositToAccountRef": {"value": self.chart.accounts["Checking"]},
            "Line": lines,
        }
        if reference is not None:
            body["PaymentRefNum"] = reference
        self._save("Payment", body, at)

    def _spend(self, entry: Spending, at: datetime) -> None:
        self._journal(entry.note, at.date(), "Checking", entry.parts, at)

    def _journal(
        self, note: str, on: date, bank: str, parts: tuple[tuple[str, Decimal], ...], at: datetime
    ) -> None:
        """Debit each account (credit it when negative) against the bank."""
        total = sum((amount for _, amount in parts), Decimal())
        lines = [
            {
                "Amount": abs(amount),
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {
                    "PostingType": "Debit" if amount > 0 else "Credit",
                    "AccountRef": {"value": self.chart.accounts[account]},
                },
            }
            for account, amount in (*parts, (bank, -total))
        ]
        self._save("JournalEntry", {"TxnDate": on.isoformat(), "PrivateNote": note, "Line": lines}, at)

    def _on_account(self, at: datetime) -> None:
        self._receive(at, "Foundry Street Grill", Decimal("2000.00"), "Check", "2211", [])

    def _credit(self, at: datetime) -> None:
        """A credit memo that covers what Old Mill owes; it keeps its own number beside the invoices'."""
        line = {
            "Amount": Decimal("415.00"),
            "Description": "Glycol chiller: second visit not charged",
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": self.chart.items["Service labor"]}},
        }
        body = {
            "CustomerRef": {"value": self.customers["Old Mill Brewing"]},
            "DocNumber": "1187",
            "TxnDate": at.date().isoformat(),
            "Line": [line],
        }
        self._save("CreditMemo", body, at)


def issue_times(bills: Sequence[Bill]) -> list[datetime]:
    """The minute each bill is written: one after the other from the morning of its day."""
    first: dict[date, int] = {}
    return [
        datetime.combine(bill.issued_on, _MORNING, ZONE)
        + timedelta(minutes=2 * (position - first.setdefault(bill.issued_on, position)))
        for position, bill in enumerate(bills)
    ]


def voided_at(bill: Bill) -> datetime:
    on: date = weekday_after(bill.issued_on + timedelta(days=1))
    return datetime.combine(on, time(12, 10), ZONE)
