"""What all sales forms have in common: customer, lines, tax, total, postings."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import ClassVar

from qb_collections.emulator import (
    accounts,
    addresses,
    applications,
    currencies,
    custom_fields,
    errors,
    lines,
    numbering,
    stock,
    taxes,
)
from qb_collections.emulator.entities.base import (
    COMMON_FILTERS,
    Asked,
    Entity,
    Filter,
    Filters,
    column,
    inside,
    merge_note,
)
from qb_collections.emulator.entities.people import check_addresses, check_email
from qb_collections.emulator.fields import COMMON, Field, Fields, choice, of_kind, text
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import ZERO, Body, stamp
from qb_collections.emulator.work import Columns, Work

TRANSACTION_FIELDS: dict[str, Field] = {
    **COMMON,
    **text(PrivateNote=4000, TransactionLocationType=0),
    **of_kind("day", "TxnDate"),
    **of_kind("ref", "CurrencyRef DepartmentRef"),
    **of_kind("number", "ExchangeRate"),
    **of_kind("answer", "TxnSource TxnStatus HomeTotalAmt HomeBalance"),
}
SALES_FIELDS: dict[str, Field] = {
    **TRANSACTION_FIELDS,
    **text(DocNumber=21, TrackingNum=31, Source=0, PONumber=0),
    **choice("PrintStatus", "NotSet", "NeedToPrint", "PrintComplete"),
    **choice("EmailStatus", "NotSet", "NeedToSend", "EmailSent"),
    **choice("GlobalTaxCalculation", "TaxExcluded", "TaxInclusive", "NotApplicable"),
    **of_kind("lines", "Line LinkedTxn CustomField"),
    **of_kind(
        "ref",
        "CustomerRef ClassRef SalesTermRef ShipMethodRef DepositToAccountRef ProjectRef PaymentMethodRef",
    ),
    **of_kind(
        "free", "BillAddr ShipAddr ShipFromAddr BillEmail BillEmailCc BillEmailBcc CustomerMemo TxnTaxDetail"
    ),
    **of_kind("day", "ShipDate DueDate"),
    **of_kind("flag", "ApplyTaxAfterDiscount AutoDocNumber"),
    **of_kind("answer", "TotalAmt Balance DeliveryInfo FreeFormAddress TaxExemptionRef ARAccountRef"),
}
TRANSACTION_FILTERS: dict[str, Filter] = {
    **COMMON_FILTERS,
    "TxnDate": column("txn_on", "day"),
    "TotalAmt": column("total", "money"),
    "CustomerRef": column("customer", "text"),
    "DepartmentRef": inside("DepartmentRef.value"),
}
SALES_FILTERS: dict[str, Filter] = {**TRANSACTION_FILTERS, "DocNumber": column("doc_number", "text")}


def date_transaction(work: Work, new: Body, old: Body | None) -> None:
    """An omitted date is the server's today; an update that omits it keeps what stood there."""
    new.setdefault("TxnDate", (old or {}).get("TxnDate", work.today().isoformat()))


def name_references(work: Work, new: Body, old: Body | None, names: dict[str, str]) -> None:
    """Put today's name beside each reference; a reference that was there may have become inactive."""
    for name, entity in names.items():
        if name not in new:
            continue
        kept = ((old or {}).get(name) or {}).get("value") == new[name]["value"]
        found = work.referred(entity, new[name], name, inactive=kept)
        new[name]["name"] = found.get("FullyQualifiedName") or found.get("DisplayName") or found.get("Name")


class SalesForm(Entity):
    """A form with lines that sells to (or credits) a customer."""

    sequence = "Transaction"
    is_transaction = True
    can_delete = True
    can_send = True
    fields: ClassVar[Fields] = SALES_FIELDS
    filters: ClassVar[Filters] = SALES_FILTERS
    sign: ClassVar[int] = 1  # -1: it gives back what an invoice takes
    needs_customer: ClassVar[bool] = True
    checks_accounts: ClassVar[bool] = True  # what does not post may name any account

    def columns(self, body: Body) -> Columns:
        return Columns(
            doc_number=body.get("DocNumber"),
            customer=(body.get("CustomerRef") or {}).get("value"),
            txn_on=body["TxnDate"],
            due_on=body.get("DueDate"),
            total=body["TotalAmt"],
            balance=body.get("Balance"),
        )

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if "CustomerRef" not in new and self.needs_customer:
            raise errors.missing("CustomerRef")
        if not new.get("Line"):
            raise errors.missing("Line")
        date_transaction(work, new, old)
        customer = self._customer(work, new, old)
        name_references(
            work,
            new,
            old,
            {
                "ClassRef": "Class",
                "DepartmentRef": "Department",
                "SalesTermRef": "Term",
                "ProjectRef": "Customer",
            }
            | {"PaymentMethodRef": "PaymentMethod", "DepositToAccountRef": "Account"},
        )
        if "DepositToAccountRef" in new:
            into = work.body("Account", new["DepositToAccountRef"]["value"]) or {}
            accounts.check_money(work, into, new["CurrencyRef"]["value"])
        self._addresses(new, customer, old)
        addresses.number(work, new, old)
        if old is None or "Line" in asked.names:
            new["Line"] = lines.normalise(
                work,
                self.name,
                new["Line"],
                (old or {}).get("Line", []),
                partial(currencies.in_unit, work, new),
            )
            if self.checks_accounts:
                self._discount_accounts(work, new)
        named = bool(asked.names & {"Line", "TxnTaxDetail", "GlobalTaxCalculation", "ApplyTaxAfterDiscount"})
        new.setdefault("ApplyTaxAfterDiscount", False)
        new["CustomField"] = custom_fields.shown(work, new.get("CustomField", []))
        taxes.assess(work, new, old, named=named or old is None)
        new["TotalAmt"] = (
            lines.subtotal(new["Line"]) - lines.discount(new["Line"]) + new["TxnTaxDetail"]["TotalTax"]
        )
        if new["TotalAmt"] < 0:
            raise errors.business("The total of a sales form cannot be negative.")
        currencies.show_home(work, new, HomeTotalAmt="TotalAmt")
        numbering.assign(work, self.name, new, old, asked)
        new.setdefault("PrintStatus", "NeedToPrint")
        new.setdefault("EmailStatus", "NotSet")
        if new["EmailStatus"] == "NeedToSend" and "BillEmail" not in new:
            raise errors.business("You must enter an e-mail address when the form is to be sent.")
        self._lengths(new)
        return new

    def _customer(self, work: Work, new: Body, old: Body | None) -> Body:
        if "CustomerRef" not in new:
            currencies.settle(work, new, old)
            return {}
        kept = old is not None and old.get("CustomerRef", {}).get("value") == new["CustomerRef"]["value"]
        customer = work.referred("Customer", new["CustomerRef"], "CustomerRef", inactive=kept)
        new["CustomerRef"] = {"value": customer["Id"], "name": customer["DisplayName"]}
        currencies.settle(work, new, old, customer["CurrencyRef"]["value"])
        return customer

    def _discount_accounts(self, work: Work, new: Body) -> None:
        for line in new["Line"]:
            detail = line.get("DiscountLineDetail") or {}
            if (detail.get("DiscountAccountRef") or {}).get("value"):
                ref = detail["DiscountAccountRef"] | {"value": str(detail["DiscountAccountRef"]["value"])}
                accounts.refuse_control(work.referred("Account", ref, "DiscountAccountRef", inactive=True))

    def _addresses(self, new: Body, customer: Body, old: Body | None) -> None:
        email = new.get("BillEmail")
        if isinstance(email, dict):
            address = str(email.get("Address") or "")
            if address:
                check_email("BillEmail.Address", address)
            else:
                del new["BillEmail"]
        for name in ("BillEmailCc", "BillEmailBcc"):
            if isinstance(new.get(name), dict) and new[name].get("Address"):
                check_email(f"{name}.Address", str(new[name]["Address"]), 200)
        if old is not None:
            return
        for name in ("BillAddr", "ShipAddr"):
            if name in customer:
                new.setdefault(name, customer[name])
        if "PrimaryEmailAddr" in customer:
            new.setdefault("BillEmail", {"Address": customer["PrimaryEmailAddr"]["Address"]})

    def _lengths(self, new: Body) -> None:
        check_addresses(new)
        memo = new.get("CustomerMemo")
        if isinstance(memo, dict):
            value = str(memo.get("value") or "")
            if len(value) > 1000:
                raise errors.too_long("CustomerMemo.value", 1000, len(value))
            if not value:
                del new["CustomerMemo"]

    def postings(self, work: Work, body: Body) -> list[Posting]:
        """Receivable against income, discount and tax; a credit is the mirror image."""
        return [
            Posting(self._against(work, body), self.sign * body["TotalAmt"], self._who(body)),
            *self._income(work, body),
            *self._tax(work, body),
        ]

    def _against(self, work: Work, body: Body) -> str:
        """Return the account on the other side of the sale."""
        return accounts.receivable(work, body["CurrencyRef"]["value"])

    def _who(self, body: Body) -> str | None:
        who: str | None = (body.get("CustomerRef") or {}).get("value")
        return who

    def _income(self, work: Work, body: Body) -> list[Posting]:
        found = []
        department = (body.get("DepartmentRef") or {}).get("value")
        whole_class = (body.get("ClassRef") or {}).get("value")
        for line in lines.sales(body["Line"]):
            detail = line["SalesItemLineDetail"]
            account = (detail.get("ItemAccountRef") or {}).get("value") or accounts.need(
                work, accounts.SHIPPING
            )
            class_ = (detail.get("ClassRef") or {}).get("value", whole_class)
            item = detail["ItemRef"]["value"]
            amount = -self.sign * line["Amount"]
            found.append(Posting(account, amount, self._who(body), class_, department, item))
        for line in body["Line"]:
            if line["DetailType"] == "DiscountLineDetail":
                detail = line["DiscountLineDetail"]
                account = (detail.get("DiscountAccountRef") or {}).get("value") or accounts.need(
                    work, accounts.DISCOUNTS
                )
                class_ = (detail.get("ClassRef") or {}).get("value", whole_class)
                amount = self.sign * line["Amount"]
                found.append(Posting(str(account), amount, self._who(body), class_, department))
        return [posting for posting in found if posting.amount]

    def _tax(self, work: Work, body: Body) -> list[Posting]:
        found = []
        for line in body["TxnTaxDetail"].get("TaxLine", []):
            rate = work.body("TaxRate", line["TaxLineDetail"]["TaxRateRef"]["value"]) or {}
            agency = work.body("TaxAgency", (rate.get("AgencyRef") or {}).get("value", "")) or {}
            account = accounts.need(work, accounts.tax_payable(agency.get("DisplayName", "Sales Tax Agency")))
            amount = -self.sign * line["Amount"]
            if amount:
                found.append(Posting(account, amount, self._who(body), tax_rate=rate.get("Id")))
        return found

    def moves(self, work: Work, body: Body, posted: Sequence[Posting]) -> "list[stock.Move]":
        """Goods go out with a sale and come back with a credit; a line without a quantity moves none.

        Under the switch such a line moves one.
        """
        without = 1 if work.switches.line_without_quantity_moves_one else 0
        found = []
        for line in lines.sales(body["Line"]):
            detail = line["SalesItemLineDetail"]
            qty = self.sign * detail.get("Qty", Decimal(without if line["Amount"] else 0))
            if qty and stock.counted(work, detail["ItemRef"]["value"]) is not None:
                class_ = (detail.get("ClassRef") or body.get("ClassRef") or {}).get("value")
                department = (body.get("DepartmentRef") or {}).get("value")
                found.append(
                    stock.Move(
                        detail["ItemRef"]["value"],
                        "out" if qty > 0 else "back",
                        abs(qty),
                        customer=self._who(body),
                        class_=class_,
                        department=department,
                    )
                )
        return found

    def guard_delete(self, work: Work, body: Body) -> None:
        if applications.sources(work, self.name, body["Id"]):
            raise errors.business(
                "You must unlink the transactions linked to this one before you can delete it."
            )

    def voided(self, work: Work, body: Body) -> Body:
        """Recorded: lines and totals become zero, number and dates stay, the note says Voided."""
        for line in (*lines.sales(body["Line"]), *body["Line"]):
            detail = line.get("SalesItemLineDetail") or {}
            for name in ("Qty", "UnitPrice", "TaxInclusiveAmt"):
                detail.pop(name, None)
            if "Amount" in line:
                line["Amount"] = ZERO
        body["TxnTaxDetail"] = {"TotalTax": ZERO}
        body["TotalAmt"] = ZERO
        body["PrivateNote"] = merge_note(body.get("PrivateNote"))
        return body

    def sent(self, work: Work, body: Body, send_to: str | None) -> Body:
        """Return the form as it stands after it was e-mailed."""
        address = send_to or (body.get("BillEmail") or {}).get("Address")
        if not address:
            raise errors.business("You must enter an e-mail address to send this form.")
        check_email("sendTo", address)
        time = stamp(work.at, work.switches.zone)
        return body | {
            "EmailStatus": "EmailSent",
            "BillEmail": {"Address": address},
            "DeliveryInfo": {"DeliveryType": "Email", "DeliveryTime": time},
        }
