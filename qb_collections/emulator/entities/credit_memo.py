"""Credit memos: what a customer may take off, applied by payments."""

from typing import ClassVar

from qb_collections.emulator import applications, autoapply, currencies, errors
from qb_collections.emulator.entities.base import Asked, Filters, column
from qb_collections.emulator.entities.sales import SALES_FIELDS, SALES_FILTERS, SalesForm
from qb_collections.emulator.fields import Fields, of_kind
from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Work


class CreditMemo(SalesForm):
    name = "CreditMemo"
    sign = -1
    fields: ClassVar[Fields] = {
        **SALES_FIELDS,
        **of_kind("ref", "InvoiceRef"),
        **of_kind("answer", "RemainingCredit"),
    }
    filters: ClassVar[Filters] = {**SALES_FILTERS, "Balance": column("balance", "money")}

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        new = super().prepare(work, new, old, asked)
        new["LinkedTxn"] = applications.links_of(work, "CreditMemo", new)
        applied = applications.applied(work, "CreditMemo", new["Id"]) if "Id" in new else ZERO
        if applied > new["TotalAmt"] and work.switches.reduce_below_applied == "reject":
            raise errors.business("The total cannot be less than the credit applied.")
        new["Balance"] = new["RemainingCredit"] = max(new["TotalAmt"] - applied, ZERO)
        currencies.show_home(work, new, HomeBalance="Balance")
        return new

    def guard_change(self, work: Work, old: Body, new: Body | None) -> None:
        if new is None or new["CustomerRef"]["value"] == old["CustomerRef"]["value"]:
            return
        if applications.sources(work, "CreditMemo", old["Id"]):
            raise errors.business("The customer of a credit memo that is applied cannot be changed.")

    def saved(self, work: Work, body: Body, old: Body | None) -> None:
        if old is not None and applications.applied(work, "CreditMemo", body["Id"]) > body["TotalAmt"]:
            applications.release(work, "CreditMemo", body["Id"], body["TotalAmt"])
        if old is not None and currencies.is_foreign(work, body):
            applications.repost(work, "CreditMemo", body["Id"])
        if old is None:
            autoapply.credit_created(work, body)
