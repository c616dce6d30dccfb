"""What stands in QuickBooks, read from the emulator's own books: nothing here looks into our tables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from qb_collections.demo.words import money, short_day
from qb_collections.demo.world import World

ZERO = Decimal(0)
PAGE = 1000
MARKED = re.compile(r"\(ref ([A-Z0-9]{6})\)")
PLAN_ITEM = "Payment plan (not a sale)"
PLAN_ACCOUNT = "Payment plan clearing"
BASES = ("accrual", "cash")

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """What is owed on a day, counted over the open invoices."""

    on: date
    owed: Decimal
    late: Decimal
    invoices: int
    customers: int
    late_customers: int
    names: tuple[str, ...] = ()  # of everybody who owes


@dataclass(frozen=True, slots=True)
class Received:
    """One payment as QuickBooks recorded it."""

    customer: str
    amount: Decimal
    at: datetime


@dataclass(frozen=True, slots=True)
class Write:
    """One thing that we wrote or sent, as it stands in QuickBooks."""

    kind: str
    customer: str
    number: str
    id: str
    text: str
    marker: str | None = None


@dataclass(frozen=True, slots=True)
class Books:
    world: World

    def rows(self, entity: str, where: str = "") -> list[Body]:
        found: list[Body] = []
        condition = f" WHERE {where}" if where else ""
        while True:
            statement = f"SELECT * FROM {entity}{condition} STARTPOSITION {len(found) + 1} MAXRESULTS {PAGE}"
            page = self.world.emulator.engine.query(self.world.handle.realm_id, statement).get(entity, [])
            found += page
            if len(page) < PAGE:
                return found

    def standing(self) -> Standing:
        today = self.world.today
        payers = self.payers()
        rows = self.rows("Invoice", "Balance > '0'")
        late = [row for row in rows if date.fromisoformat(row["DueDate"]) < today]
        names = {payers[row["CustomerRef"]["value"]] for row in rows}
        return Standing(
            on=today,
            owed=sum((row["Balance"] for row in rows), ZERO),
            late=sum((row["Balance"] for row in late), ZERO),
            invoices=len(rows),
            customers=len(names),
            late_customers=len({payers[row["CustomerRef"]["value"]] for row in late}),
            names=tuple(sorted(names)),
        )

    def payers(self) -> dict[str, str]:
        """Every customer's payer by name: itself, or the parent that its bills go to."""
        bodies = {row["Id"]: row for row in self.rows("Customer")}
        return {
            id_: bodies[row["ParentRef"]["value"]]["DisplayName"]
            if row.get("BillWithParent") and row.get("ParentRef")
            else row["DisplayName"]
            for id_, row in bodies.items()
        }

    def received(self, since: datetime, until: datetime) -> list[Received]:
        """Money recorded after since and up to until, in the order of arrival."""
        first = since.astimezone(self.world.zone).date()
        found = []
        for row in self.rows("Payment", f"TxnDate >= '{first.isoformat()}'"):
            made_at = datetime.fromisoformat(row["MetaData"]["CreateTime"])
            if since < made_at <= until and row["TotalAmt"] > 0:
                found.append(Received(str(row["CustomerRef"]["name"]), row["TotalAmt"], made_at))
        return sorted(found, key=lambda one: one.at)

    def open_of(self, customer: str) -> list[Body]:
        """The open invoices that this customer pays, the oldest due date first."""
        payers = self.payers()
        rows = [
            row
            for row in self.rows("Invoice", "Balance > '0'")
            if payers[row["CustomerRef"]["value"]] == customer
        ]
        return sorted(rows, key=lambda row: (row["DueDate"], row.get("DocNumber", "")))

    def balance_at(self, invoice_id: str, at: datetime) -> Decimal:
        """What was open on the invoice at that instant, from its own versions."""
        balance = ZERO
        for version in self.world.emulator.engine.versions(self.world.handle.realm_id, "Invoice", invoice_id):
            if datetime.fromisoformat(version["at"]) <= at:
                balance = version["body"].get("Balance", ZERO)
        return balance

    def figures(self) -> Body:
        """Receivables by document, and the whole trial balance on both bases."""
        realm = self.world.handle.realm_id
        balances = {
            basis: {
                row["account"]: (row["type"], row["debit"] - row["credit"])
                for row in self.world.emulator.engine.trial_balance(realm, basis=basis)
            }
            for basis in BASES
        }
        receivable: dict[str, Decimal] = {}
        payers = self.payers()
        for entity, field, sign in (
            ("Invoice", "Balance", 1),
            ("CreditMemo", "RemainingCredit", -1),
            ("Payment", "UnappliedAmt", -1),
        ):
            for row in self.rows(entity):
                name = payers[row["CustomerRef"]["value"]]
                receivable[name] = receivable.get(name, ZERO) + sign * row.get(field, ZERO)
        return {"receivable": {name: owed for name, owed in receivable.items() if owed}, **balances}

    # What we wrote

    def notes(self) -> list[Write]:
        """Every line of ours in an invoice's memo; the installments' own lines are counted as documents."""
        return [
            Write("note", row["CustomerRef"]["name"], row.get("DocNumber", ""), row["Id"], line, found[1])
            for row in self.rows("Invoice")
            if not is_plan_document(row)
            for line in (row.get("PrivateNote") or "").splitlines()
            if (found := MARKED.search(line))
        ]

    def sends(self) -> list[Write]:
        """Every time we had QuickBooks e-mail an invoice: the calls that it answered with success."""
        known = {row["Id"]: row for row in self.rows("Invoice")}
        found = []
        for call in self._calls():
            parts = call["path"].split("?")[0].rstrip("/").split("/")
            if call["method"] == "POST" and parts[-1] == "send" and call["status"] == 200:
                row = known[parts[-2]]
                name = row["CustomerRef"]["name"]
                number = row.get("DocNumber", "")
                found.append(
                    Write(
                        "send",
                        name,
                        number,
                        row["Id"],
                        f"e-mailed {_short(call['at'][:10])}",
                        call["requestid"],
                    )
                )
        return found

    def plan_documents(self) -> list[Write]:
        """Installment invoices, their credit memos, and the zero payments that applied these."""
        found = []
        memos = {row["Id"] for row in self.rows("CreditMemo") if is_plan_document(row)}
        for kind, entity in (("credit memo", "CreditMemo"), ("installment", "Invoice")):
            for row in self.rows(entity):
                if is_plan_document(row):
                    due = f", due {_short(row['DueDate'])}" if "DueDate" in row else ""
                    text = f"{money(row['TotalAmt'], self.world.company.currency)}{due}"
                    found.append(_document(kind, row, text))
        for row in self.rows("Payment", "TotalAmt = '0'"):
            linked = {
                link["TxnId"]
                for line in row["Line"]
                for link in line["LinkedTxn"]
                if link["TxnType"] == "CreditMemo"
            }
            if linked & memos:
                found.append(_document("applying payment", row, "0.00"))
        return found

    def set_up(self) -> list[Write]:
        """The clearing account and its item, made once."""
        return [
            Write(kind, "", "", row["Id"], row["Name"])
            for kind, name in (("account", PLAN_ACCOUNT), ("item", PLAN_ITEM))
            for row in self.rows(kind.capitalize(), f"Name = '{name}'")
        ]

    def _calls(self) -> list[Mapping[str, Any]]:
        calls: list[Mapping[str, Any]] = []
        while page := self.world.emulator.front.log.after(calls[-1]["seq"] if calls else 0):
            calls += page
        return calls


def is_plan_document(row: Body) -> bool:
    """Whether a sale moves a balance instead of selling something: all its items are the clearing item."""
    names = {
        line["SalesItemLineDetail"]["ItemRef"].get("name")
        for line in row.get("Line", ())
        if line.get("DetailType") == "SalesItemLineDetail"
    }
    return names == {PLAN_ITEM}


def _short(day: str) -> str:
    """Nov 16, 2026."""
    on = date.fromisoformat(day)
    return f"{short_day(on)}, {on.year}"


def _document(kind: str, row: Body, text: str) -> Write:
    marked = MARKED.search(row.get("PrivateNote") or "")
    name = row["CustomerRef"]["name"]
    return Write(kind, name, row.get("DocNumber", ""), row["Id"], text, marked[1] if marked else None)
