"""Products and services: what a line sells, and the account that a sale goes to."""

from decimal import Decimal
from typing import ClassVar

from qb_collections.emulator import accounts, currencies, errors, stock
from qb_collections.emulator.entities.base import Asked, Filters, column, inside
from qb_collections.emulator.entities.lists import LIST_FILTERS, NameList
from qb_collections.emulator.fields import COMMON, Fields, choice, of_kind, text
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

_MOST_PRICE = Decimal(99_999_999_999)
# Where a service may be sold to besides income; an asset stands behind a switch.
_SALES_TYPES = frozenset(
    {
        "Income",
        "Other Income",
        "Other Current Liability",
        "Equity",
        "Expense",
        "Other Expense",
        "Cost of Goods Sold",
        "Long Term Liability",
    }
)


class Item(NameList):
    name = "Item"
    sequence = "Item"
    nested_flag = "SubItem"
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(Name=100, Description=4000, PurchaseDesc=1000, Sku=100, ItemCategoryType=0, ServiceType=0),
        **text(TaxClassificationCode=0, Source=0),
        **choice("Type", "Service", "NonInventory", "Inventory", "Group", "Category"),
        **of_kind("flag", "Active SubItem Taxable SalesTaxIncluded PurchaseTaxIncluded TrackQtyOnHand"),
        **of_kind("flag", "PrintGroupedItems DeferredRevenue"),
        **of_kind(
            "number",
            "UnitPrice PurchaseCost QtyOnHand AbatementRate ReverseChargeRate RatePercent ReorderPoint",
        ),
        **of_kind("day", "InvStartDate"),
        **of_kind(
            "ref", "ParentRef IncomeAccountRef ExpenseAccountRef AssetAccountRef SalesTaxCodeRef ClassRef"
        ),
        **of_kind("ref", "PurchaseTaxCodeRef TaxClassificationRef PrefVendorRef"),
        **of_kind("free", "ItemGroupDetail"),
        **of_kind("answer", "FullyQualifiedName Level"),
    }
    filters: ClassVar[Filters] = {
        **LIST_FILTERS,
        "FullyQualifiedName": inside("FullyQualifiedName"),
        "Type": inside("Type"),
        "Sku": inside("Sku"),
        "UnitPrice": inside("UnitPrice", "number"),
        "QtyOnHand": inside("QtyOnHand", "number"),
        "ParentRef": column("parent", "text"),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        new.setdefault("Type", (old or {}).get("Type", "Service"))
        if new["Type"] not in ("Group", "Category"):
            self._accounts(work, new)
        if new.get("UnitPrice", 0) > _MOST_PRICE:
            raise errors.invalid_number("UnitPrice", new["UnitPrice"])
        if new["Type"] != "Category":
            new.setdefault("UnitPrice", Decimal(0))
            new.setdefault("Taxable", False)
            new.setdefault("PurchaseCost", Decimal(0))
            new.setdefault("TrackQtyOnHand", False)
        if new["Type"] == "Inventory" or (old or {}).get("Type") == "Inventory":
            self._counted(work, new, old)
        else:
            new.pop("QtyOnHand", None)
        return super().prepare(work, new, old, asked)

    def _counted(self, work: Work, new: Body, old: Body | None) -> None:
        """Goods are counted from a day on; afterwards documents alone move their number."""
        if old is None:
            for name in ("AssetAccountRef", "ExpenseAccountRef", "QtyOnHand", "InvStartDate"):
                if name not in new:
                    raise errors.missing(name)
            if new["QtyOnHand"] < 0:
                raise errors.invalid_number("QtyOnHand", new["QtyOnHand"])
            work.guard_period(new["InvStartDate"] if new["QtyOnHand"] else None)
            return
        if new["Type"] != old["Type"]:
            raise errors.business("The type of an inventory item cannot be changed.")
        new["QtyOnHand"], new["InvStartDate"] = old["QtyOnHand"], old["InvStartDate"]
        new["TrackQtyOnHand"] = old["TrackQtyOnHand"]
        for name in ("AssetAccountRef", "ExpenseAccountRef"):
            new.setdefault(name, old[name])
            if new[name]["value"] != old[name]["value"] and stock.moved(work, old["Id"]):
                raise errors.business(
                    "The accounts of an inventory item with transactions cannot be changed."
                )

    def saved(self, work: Work, body: Body, old: Body | None) -> None:
        """What is there at the start is booked against opening balance equity."""
        super().saved(work, body, old)
        if old is not None:
            if body["Type"] == "Inventory" and body["PurchaseCost"] != old["PurchaseCost"]:
                stock.value_again(work, body["Id"])
            return
        qty = body.get("QtyOnHand")
        if body["Type"] != "Inventory" or not qty:
            return
        value = currencies.in_home_unit(work, qty * body["PurchaseCost"])
        account, on = body["AssetAccountRef"]["value"], body["InvStartDate"]
        equity = accounts.need(work, accounts.OPENING)
        if value:
            postings = [Posting(account, value, item=body["Id"]), Posting(equity, -value, item=body["Id"])]
            work.post(self.name, body["Id"], on, postings)
        stock.record(work, self.name, body["Id"], on, [stock.Move(body["Id"], "in", qty, value)])

    def _accounts(self, work: Work, new: Body) -> None:
        if "IncomeAccountRef" not in new:
            raise errors.missing("IncomeAccountRef")
        for name in ("IncomeAccountRef", "ExpenseAccountRef", "AssetAccountRef"):
            if name not in new:
                continue
            account = work.referred("Account", new[name], name)
            new[name]["name"] = account["FullyQualifiedName"]
            if name == "IncomeAccountRef" and not self._may_sell_to(work, new, account["AccountType"]):
                raise errors.business(
                    "When you create or edit an item, the income account must be an income account."
                )

    def _may_sell_to(self, work: Work, new: Body, account_type: str) -> bool:
        if new["Type"] == "Inventory":
            return account_type in ("Income", "Other Income")
        if account_type == "Other Current Asset":
            return work.switches.service_item_on_other_current_asset
        return account_type in _SALES_TYPES
