"""What all forms have in common on which a company buys: vendor, lines, tax, total, postings."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import ClassVar

from qb_collections.emulator import accounts, currencies, errors, expense_lines, stock, taxes
from qb_collections.emulator.entities.base import Asked, Entity, Filter, Filters, column, inside
from qb_collections.emulator.entities.sales import (
    TRANSACTION_FIELDS,
    TRANSACTION_FILTERS,
    date_transaction,
    name_references,
)
from qb_collections.emulator.fields import Field, Fields, choice, of_kind, text
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Columns, Work

EXPENSE_FIELDS: dict[str, Field] = {
    **TRANSACTION_FIELDS,
    **text(DocNumber=21),
    **choice("GlobalTaxCalculation", "TaxExcluded", "TaxInclusive", "NotApplicable"),
    **of_kind("lines", "Line LinkedTxn CustomField"),
    **of_kind("ref", "VendorRef APAccountRef ClassRef"),
    **of_kind("free", "TxnTaxDetail VendorAddr"),
    **of_kind("flag", "IncludeInAnnualTPAR AutoDocNumber"),
    **of_kind("answer", "TotalAmt Balance"),
}
EXPENSE_FILTERS: dict[str, Filter] = {
    **{name: shown for name, shown in TRANSACTION_FILTERS.items() if name != "CustomerRef"},
    "DocNumber": column("doc_number", "text"),
    "VendorRef": inside("VendorRef.value"),
}


class ExpenseForm(Entity):
    """A form with lines that buys from a vendor, or (with sign -1) gives back."""

    sequence = "Transaction"
    is_transaction = True
    can_delete = True
    fields: ClassVar[Fields] = EXPENSE_FIELDS
    filters: ClassVar[Filters] = EXPENSE_FILTERS
    sign: ClassVar[int] = 1
    needs_vendor: ClassVar[bool] = True
    is_order: ClassVar[bool] = False

    def columns(self, body: Body) -> Columns:
        return Columns(
            doc_number=body.get("DocNumber"),
            txn_on=body["TxnDate"],
            due_on=body.get("DueDate"),
            total=body["TotalAmt"],
            balance=body.get("Balance"),
        )

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if self.needs_vendor and "VendorRef" not in new:
            raise errors.missing("VendorRef")
        if not new.get("Line"):
            raise errors.missing("Line")
        date_transaction(work, new, old)
        currency = None
        if "VendorRef" in new:
            kept = ((old or {}).get("VendorRef") or {}).get("value") == new["VendorRef"]["value"]
            vendor = work.referred("Vendor", new["VendorRef"], "VendorRef", inactive=kept)
            new["VendorRef"] = {"value": vendor["Id"], "name": vendor["DisplayName"]}
            currency = vendor["CurrencyRef"]["value"]
        currencies.settle(work, new, old, currency)
        name_references(
            work, new, old, {"DepartmentRef": "Department", "ClassRef": "Class", "SalesTermRef": "Term"}
        )
        self._payable(work, new)
        if old is None or "Line" in asked.names:
            new["Line"] = expense_lines.normalise(
                work,
                new["Line"],
                (old or {}).get("Line", []),
                partial(currencies.in_unit, work, new),
                ordered=self.is_order,
            )
            self._check_lines(work, new)
        taxes.assess_purchase(work, new, old, named=old is None or "Line" in asked.names)
        tax: Decimal = (new.get("TxnTaxDetail") or {}).get("TotalTax", ZERO)
        new["TotalAmt"] = expense_lines.subtotal(new["Line"]) + tax
        currencies.show_home(work, new, HomeTotalAmt="TotalAmt")
        return new

    def _check_lines(self, work: Work, new: Body) -> None:
        """Nothing is bought on receivables or payables."""
        for _, _, account in expense_lines.booked(new["Line"]):
            if not self.is_order:
                accounts.refuse_control(work.body("Account", account) or {})

    def _payable(self, work: Work, new: Body) -> None:
        account: Body | None
        if self.is_order and "APAccountRef" in new:
            account = work.referred("Account", new["APAccountRef"], "APAccountRef", inactive=True)
        else:  # a bill is owed on the payables account of its currency, whatever was named
            own = accounts.payable(work, new["CurrencyRef"]["value"])
            named = new.get("APAccountRef")
            account = work.body("Account", named["value"]) if named else None
            fits = account is not None and account["AccountType"] == "Accounts Payable"
            if account is None or not fits or account["CurrencyRef"] != new["CurrencyRef"]:
                account = work.body("Account", own)
        assert account is not None
        new["APAccountRef"] = {"value": account["Id"], "name": account["FullyQualifiedName"]}

    def postings(self, work: Work, body: Body) -> list[Posting]:
        """What is owed or paid against what was bought."""
        found = [
            Posting(
                self._against(work, body),
                -self.sign * body["TotalAmt"],
                self._party(body),
                department=(body.get("DepartmentRef") or {}).get("value"),
            ),
            *self._bought(work, body),
        ]
        return [posting for posting in found if posting.amount]

    def _against(self, work: Work, body: Body) -> str:
        return str(body["APAccountRef"]["value"])

    def _party(self, body: Body) -> str | None:
        who: str | None = (body.get("VendorRef") or {}).get("value")
        return who

    def _bought(self, work: Work, body: Body) -> list[Posting]:
        department = (body.get("DepartmentRef") or {}).get("value")
        found = []
        for line, detail, account in expense_lines.booked(body["Line"]):
            found.append(
                Posting(
                    account,
                    self.sign * line["Amount"],
                    self._named(work, body, detail, account),
                    (detail.get("ClassRef") or body.get("ClassRef") or {}).get("value"),
                    department,
                    (detail.get("ItemRef") or {}).get("value"),
                )
            )
        for line in (body.get("TxnTaxDetail") or {}).get("TaxLine", []):
            rate = work.body("TaxRate", line["TaxLineDetail"]["TaxRateRef"]["value"]) or {}
            agency = work.body("TaxAgency", (rate.get("AgencyRef") or {}).get("value", "")) or {}
            account = accounts.need(work, accounts.tax_payable(agency.get("DisplayName", "Sales Tax Agency")))
            found.append(Posting(account, self.sign * line["Amount"], tax_rate=rate.get("Id")))
        return found

    def _named(self, work: Work, body: Body, detail: Body, account: str) -> str | None:
        """Return whom a line's posting names: the customer for whom something is bought."""
        who: str | None = (detail.get("CustomerRef") or {}).get("value")
        return who

    def moves(self, work: Work, body: Body, posted: Sequence[Posting]) -> "list[stock.Move]":
        """Counted goods come in for what their lines post, and go back to the vendor with a credit."""
        found = []
        amounts = iter([posting for posting in posted if posting.item is not None])
        department = (body.get("DepartmentRef") or {}).get("value")
        for line, detail, _ in expense_lines.booked(body["Line"]):
            if "ItemRef" not in detail:
                continue
            booked = next(amounts).amount if line["Amount"] else ZERO
            if stock.counted(work, detail["ItemRef"]["value"]) is None:
                continue
            qty = self._direction(body) * detail.get("Qty", 0)
            found.append(
                stock.Move(
                    detail["ItemRef"]["value"],
                    "in" if qty > 0 else "out",
                    abs(qty),
                    booked,
                    (detail.get("CustomerRef") or {}).get("value"),
                    (detail.get("ClassRef") or body.get("ClassRef") or {}).get("value"),
                    department,
                )
            )
        return found

    def _direction(self, body: Body) -> int:
        """Return 1 where goods come in, -1 where they go back."""
        return self.sign
