"""Money spent at once (Purchase), and what is only ordered yet (PurchaseOrder)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from qb_collections.emulator import accounts, applications, currencies, errors, expense_lines, numbering
from qb_collections.emulator.entities.base import Asked, Filters, inside
from qb_collections.emulator.entities.expenses import EXPENSE_FIELDS, EXPENSE_FILTERS, ExpenseForm
from qb_collections.emulator.entities.people import check_email
from qb_collections.emulator.fields import Fields, choice, of_kind, text
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import Body, stamp
from qb_collections.emulator.work import Work

if TYPE_CHECKING:
    from qb_collections.emulator.stock import Move

_KINDS = {"Check": ("Bank",), "CreditCard": ("Credit Card",), "Cash": ()}


class Purchase(ExpenseForm):
    """A check, a cash expense or a charge to a credit card; with Credit it is money back."""

    name = "Purchase"
    needs_vendor = False
    fields: ClassVar[Fields] = {
        **EXPENSE_FIELDS,
        **choice("PaymentType", *_KINDS),
        **choice("PrintStatus", "NotSet", "NeedToPrint", "PrintComplete"),
        **of_kind("flag", "Credit"),
        **of_kind("ref", "AccountRef PaymentMethodRef"),
        **of_kind("free", "EntityRef RemitToAddr CheckPayment CreditCardPayment"),
        **text(PaymentRefNum=21, CheckNum=21, Memo=4000),
        **of_kind("answer", "PurchaseEx TxnNum"),
    }
    filters: ClassVar[Filters] = {
        **EXPENSE_FILTERS,
        "PaymentType": inside("PaymentType"),
        "AccountRef": inside("AccountRef.value"),
        "EntityRef": inside("EntityRef.value"),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        for name in ("AccountRef", "PaymentType"):
            if name not in new:
                raise errors.missing(name)
        account = work.referred("Account", new["AccountRef"], "AccountRef", inactive=True)
        kinds = _KINDS[new["PaymentType"]]
        if kinds and account["AccountType"] not in kinds:
            raise errors.business("The account of the payment is not of the kind that its type needs.")
        new["AccountRef"] = {"value": account["Id"], "name": account["FullyQualifiedName"]}
        self._entity(work, new)
        new.setdefault("Credit", False)
        new = super().prepare(work, new, old, asked)
        new.pop("APAccountRef", None)
        accounts.check_money(work, account, new["CurrencyRef"]["value"])
        self._control_lines(work, new)
        if not new["Credit"] and new["TotalAmt"] < 0:
            raise errors.business("The total of an expense cannot be negative.")
        if new["Credit"] and new["PaymentType"] != "CreditCard":
            raise errors.business("Only a credit card gives credit.")
        return new

    def _control_lines(self, work: Work, new: Body) -> None:
        ref = new.get("EntityRef") or {}
        party = work.body(ref["type"], ref["value"]) if ref else None
        for _, _, id_ in expense_lines.booked(new["Line"]):
            booked = work.body("Account", id_) or {}
            accounts.check_party(booked, ref.get("type", ""), party, new["CurrencyRef"]["value"])

    def _check_lines(self, work: Work, new: Body) -> None:
        return  # receivables and payables are allowed here, with a name

    def _named(self, work: Work, body: Body, detail: Body, account: str) -> str | None:
        control = work.places().receivable | work.places().payable
        if account in control:
            return str(body["EntityRef"]["value"])
        return super()._named(work, body, detail, account)

    def guard_change(self, work: Work, old: Body, new: Body | None) -> None:
        applications.guard_lines(work, self.name, old, new, "expense")

    def _entity(self, work: Work, new: Body) -> None:
        ref = new.get("EntityRef")
        if not isinstance(ref, dict) or not ref.get("value"):
            new.pop("EntityRef", None)
            return
        kind = str(ref.get("type") or "Vendor").capitalize()
        if kind not in ("Vendor", "Customer", "Employee"):
            raise errors.invalid_enum("EntityRef.type", ref["type"])
        found = work.referred(kind, {"value": str(ref["value"])}, "EntityRef", inactive=True)
        new["EntityRef"] = {"value": found["Id"], "name": found["DisplayName"], "type": kind}

    def _payable(self, work: Work, new: Body) -> None:
        return

    def _against(self, work: Work, body: Body) -> str:
        return str(body["AccountRef"]["value"])

    def _party(self, body: Body) -> str | None:
        return None

    def _direction(self, body: Body) -> int:
        return -1 if body["Credit"] else 1

    def postings(self, work: Work, body: Body) -> list[Posting]:
        found = super().postings(work, body)
        if not body["Credit"]:
            return found
        return [
            Posting(
                one.account, -one.amount, one.customer, one.class_, one.department, one.item, one.tax_rate
            )
            for one in found
        ]


class PurchaseOrder(ExpenseForm):
    """An order: it posts nothing."""

    name = "PurchaseOrder"
    is_order = True
    can_send = True
    fields: ClassVar[Fields] = {
        **EXPENSE_FIELDS,
        **choice("POStatus", "Open", "Closed"),
        **choice("EmailStatus", "NotSet", "NeedToSend", "EmailSent"),
        **of_kind("day", "DueDate ShipDate"),
        **of_kind("ref", "SalesTermRef ShipMethodRef TaxCodeRef ShipTo"),
        **of_kind("free", "ShipAddr POEmail"),
        **text(Memo=4000),
        **of_kind("answer", "DeliveryInfo"),
    }
    filters: ClassVar[Filters] = {**EXPENSE_FILTERS, "POStatus": inside("POStatus")}

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        new = super().prepare(work, new, old, asked)
        new.setdefault("POStatus", "Open")
        new.setdefault("EmailStatus", "NotSet")
        numbering.assign(work, self.name, new, old, asked)
        currencies.show_home(work, new, HomeTotalAmt="TotalAmt")
        return new

    def postings(self, work: Work, body: Body) -> list[Posting]:
        return []

    def moves(self, work: Work, body: Body, posted: Sequence[Posting]) -> "list[Move]":
        return []

    def sent(self, work: Work, body: Body, send_to: str | None) -> Body:
        vendor = work.body("Vendor", body["VendorRef"]["value"]) or {}
        own = (body.get("POEmail") or vendor.get("PrimaryEmailAddr") or {}).get("Address")
        address = send_to or own
        if not address:
            raise errors.business("You must enter an e-mail address to send this form.")
        check_email("sendTo", address)
        time = stamp(work.at, work.switches.zone)
        return body | {
            "EmailStatus": "EmailSent",
            "POEmail": {"Address": address},
            "DeliveryInfo": {"DeliveryType": "Email", "DeliveryTime": time},
        }
