"""Money moved between two of the company's own accounts: transfers, and payments to a credit card."""

from typing import ClassVar

from qb_collections.emulator import accounts, currencies, errors
from qb_collections.emulator.entities.base import COMMON_FILTERS, Asked, Entity, Filters, column, inside
from qb_collections.emulator.entities.sales import TRANSACTION_FIELDS, date_transaction
from qb_collections.emulator.fields import Fields, choice, of_kind, text
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Columns, Work

_EARNINGS = frozenset({"Income", "Other Income", "Cost of Goods Sold", "Expense", "Other Expense"})
_NOT_MOVED = _EARNINGS | {"Accounts Receivable", "Accounts Payable"}


class Moved(Entity):
    """One amount from one account to another."""

    sequence = "Transaction"
    is_transaction = True
    can_delete = True
    source: ClassVar[str]
    target: ClassVar[str]

    def columns(self, body: Body) -> Columns:
        return Columns(txn_on=body["TxnDate"], total=body["Amount"])

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        for name in (self.source, self.target, "Amount"):
            if name not in new:
                raise errors.missing(name)
        if new["Amount"] <= 0:
            raise errors.business("You must set a transaction amount.")
        date_transaction(work, new, old)
        for name in (self.source, self.target):
            account = work.referred("Account", new[name], name, inactive=old is not None)
            if account["AccountType"] in _NOT_MOVED:
                raise errors.business("A transfer moves money between balance sheet accounts.")
            new[name] = {"value": account["Id"], "name": account["FullyQualifiedName"]}
        if new[self.source]["value"] == new[self.target]["value"]:
            raise errors.business("A transfer needs two different accounts.")
        currencies.settle(work, new, old)
        for name in (self.source, self.target):
            account = work.body("Account", new[name]["value"]) or {}
            accounts.check_money(work, account, new["CurrencyRef"]["value"])
        new["Amount"] = currencies.in_unit(work, new, new["Amount"])
        return new

    def postings(self, work: Work, body: Body) -> list[Posting]:
        department = (body.get("DepartmentRef") or {}).get("value")
        return [
            Posting(body[self.source]["value"], -body["Amount"], department=department),
            Posting(body[self.target]["value"], body["Amount"], department=department),
        ]


_FILTERS: Filters = {
    **COMMON_FILTERS,
    "TxnDate": column("txn_on", "day"),
    "Amount": column("total", "money"),
}


class Transfer(Moved):
    name = "Transfer"
    source = "FromAccountRef"
    target = "ToAccountRef"
    fields: ClassVar[Fields] = {
        **TRANSACTION_FIELDS,
        **of_kind("money", "Amount"),
        **of_kind("ref", "FromAccountRef ToAccountRef"),
    }
    filters: ClassVar[Filters] = {
        **_FILTERS,
        "FromAccountRef": inside("FromAccountRef.value"),
        "ToAccountRef": inside("ToAccountRef.value"),
    }

    def lookup(self, work: Work, id_: str) -> Body | None:
        """A payment to a credit card can be read as the transfer it is.

        python-quickbooks' integration tests read it so after changing it.
        """
        body = work.body("CreditCardPayment", id_)
        if body is None:
            return None
        kept = {name: value for name, value in body.items() if name in self.fields}
        return kept | {"FromAccountRef": body["BankAccountRef"], "ToAccountRef": body["CreditCardAccountRef"]}


class CreditCardPayment(Moved):
    """Its address says creditcardpayment, its JSON CreditCardPaymentTxn."""

    name = "CreditCardPayment"
    json_name = "CreditCardPaymentTxn"
    source = "BankAccountRef"
    target = "CreditCardAccountRef"
    fields: ClassVar[Fields] = {
        **TRANSACTION_FIELDS,
        **of_kind("money", "Amount"),
        **text(Memo=4000, CheckNum=21),
        **choice("PrintStatus", "NotSet", "NeedToPrint", "PrintComplete"),
        **of_kind("ref", "BankAccountRef CreditCardAccountRef VendorRef"),
    }
    filters: ClassVar[Filters] = {
        **_FILTERS,
        "BankAccountRef": inside("BankAccountRef.value"),
        "CreditCardAccountRef": inside("CreditCardAccountRef.value"),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        new = super().prepare(work, new, old, asked)
        card = work.body("Account", new["CreditCardAccountRef"]["value"]) or {}
        if card.get("AccountType") != "Credit Card":
            raise errors.business("The account that is paid must be a credit card.")
        if "VendorRef" in new:
            vendor = work.referred("Vendor", new["VendorRef"], "VendorRef", inactive=True)
            new["VendorRef"]["name"] = vendor["DisplayName"]
        return new
