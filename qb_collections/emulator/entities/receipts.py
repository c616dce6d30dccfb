"""Sales paid at once, money given back at once, and estimates, which post nothing."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from qb_collections.emulator import accounts, applications, errors
from qb_collections.emulator.entities.base import Asked, Filters, column, inside
from qb_collections.emulator.entities.sales import SALES_FIELDS, SALES_FILTERS, SalesForm
from qb_collections.emulator.fields import Fields, choice, of_kind, text
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Work

if TYPE_CHECKING:
    from qb_collections.emulator.stock import Move

_PAID = {**text(PaymentRefNum=21, PaymentType=0), **of_kind("free", "CreditCardPayment CheckPayment")}
# An amount, a day or an account of these cannot change once the money is deposited.
_FIXED = ("TotalAmt", "TxnDate", "DepositToAccountRef", "CustomerRef")


class Receipt(SalesForm):
    """A form whose money moves with it: nothing stays open."""

    can_void = True
    needs_customer = False
    fields: ClassVar[Fields] = {**SALES_FIELDS, **_PAID}
    filters: ClassVar[Filters] = {
        **SALES_FILTERS,
        "PaymentRefNum": inside("PaymentRefNum"),
        "DepositToAccountRef": inside("DepositToAccountRef.value"),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if "DepositToAccountRef" not in new:
            new["DepositToAccountRef"] = {"value": accounts.need(work, accounts.UNDEPOSITED)}
        new = super().prepare(work, new, old, asked)
        new["Balance"] = ZERO
        return new

    def _against(self, work: Work, body: Body) -> str:
        return str(body["DepositToAccountRef"]["value"])

    def guard_change(self, work: Work, old: Body, new: Body | None) -> None:
        if not any(name == "Deposit" for name, _ in applications.sources(work, self.name, old["Id"])):
            return
        if new is None or any(old.get(name) != new.get(name) for name in _FIXED):
            raise errors.deposited()

    def voided(self, work: Work, body: Body) -> Body:
        return super().voided(work, body) | {"Balance": ZERO}


class SalesReceipt(Receipt):
    name = "SalesReceipt"


class RefundReceipt(Receipt):
    name = "RefundReceipt"
    sign = -1
    can_void = False

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if "DepositToAccountRef" not in new:
            raise errors.missing("DepositToAccountRef")
        return super().prepare(work, new, old, asked)


class Estimate(SalesForm):
    name = "Estimate"
    checks_accounts = False
    fields: ClassVar[Fields] = {
        **SALES_FIELDS,
        **text(AcceptedBy=500),
        **choice("TxnStatus", "Pending", "Accepted", "Closed", "Rejected", "Converted"),
        **of_kind("day", "ExpirationDate AcceptedDate"),
    }
    filters: ClassVar[Filters] = {
        **SALES_FILTERS,
        "DueDate": column("due_on", "day"),
        "TxnStatus": inside("TxnStatus"),
        "ExpirationDate": inside("ExpirationDate"),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        new.setdefault("TxnStatus", (old or {}).get("TxnStatus", "Pending"))
        new = super().prepare(work, new, old, asked)
        new["LinkedTxn"] = (old or {}).get("LinkedTxn", [])
        return new

    def postings(self, work: Work, body: Body) -> list[Posting]:
        return []

    def moves(self, work: Work, body: Body, posted: Sequence[Posting]) -> "list[Move]":
        return []
