"""Bills and vendor credits: what the company owes, and what its vendors owe back."""

from datetime import date
from typing import ClassVar

from qb_collections.emulator import applications, currencies, errors
from qb_collections.emulator.entities import estimate_links
from qb_collections.emulator.entities.base import Asked, Filters, column
from qb_collections.emulator.entities.expenses import EXPENSE_FIELDS, EXPENSE_FILTERS, ExpenseForm
from qb_collections.emulator.entities.term import due_on
from qb_collections.emulator.fields import Fields, of_kind
from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Work


class Owed(ExpenseForm):
    """A form with a balance that payments of bills settle."""

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        new = super().prepare(work, new, old, asked)
        if new["TotalAmt"] < 0:
            raise errors.business("The total of a bill cannot be negative.")
        applied = applications.applied(work, self.name, new["Id"]) if "Id" in new else ZERO
        if applied > new["TotalAmt"]:
            raise errors.business("The total cannot be less than the payments applied.")
        new["Balance"] = new["TotalAmt"] - applied
        currencies.show_home(work, new, HomeBalance="Balance")
        links = applications.links_of(work, self.name, new)
        if links or "LinkedTxn" in new:
            new["LinkedTxn"] = links
        return new

    def guard_change(self, work: Work, old: Body, new: Body | None) -> None:
        if new is not None and new["VendorRef"]["value"] == old["VendorRef"]["value"]:
            return
        if applications.sources(work, self.name, old["Id"]):
            raise errors.business("You must unlink the payments of this transaction first.")

    def saved(self, work: Work, body: Body, old: Body | None) -> None:
        if old is not None and currencies.is_foreign(work, body):
            applications.repost(work, self.name, body["Id"])
        estimate_links.follow(work, self.name, body, old)

    def removed(self, work: Work, body: Body) -> None:
        estimate_links.follow(work, self.name, {**body, "LinkedTxn": []}, body)


class Bill(Owed):
    name = "Bill"
    fields: ClassVar[Fields] = {
        **EXPENSE_FIELDS,
        **of_kind("day", "DueDate"),
        **of_kind("ref", "SalesTermRef"),
    }
    filters: ClassVar[Filters] = {
        **EXPENSE_FILTERS,
        "DueDate": column("due_on", "day"),
        "Balance": column("balance", "money"),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        new = super().prepare(work, new, old, asked)
        if "DueDate" not in new:
            term = work.body("Term", new["SalesTermRef"]["value"]) if "SalesTermRef" in new else None
            txn_on = date.fromisoformat(new["TxnDate"])
            new["DueDate"] = (due_on(term, txn_on) if term else txn_on).isoformat()
        return new


class VendorCredit(Owed):
    name = "VendorCredit"
    sign = -1
    filters: ClassVar[Filters] = {**EXPENSE_FILTERS, "Balance": column("balance", "money")}
    # python-quickbooks sends the two accounts of a transfer here, empty.
    fields: ClassVar[Fields] = {**EXPENSE_FIELDS, **of_kind("answer", "FromAccountRef ToAccountRef")}
