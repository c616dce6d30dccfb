"""Sales tax set-up: agencies, rates, and the codes that stand on lines."""

from typing import Any, ClassVar

from qb_collections.emulator import errors
from qb_collections.emulator.entities.base import Asked, Filters, column, inside
from qb_collections.emulator.entities.lists import LIST_FILTERS, NameList
from qb_collections.emulator.fields import COMMON, Fields, of_kind, text
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work


def _pseudo(name: str, text: str, *, taxable: bool) -> Body:
    lists: Body = {which: {"TaxRateDetail": []} for which in ("SalesTaxRateList", "PurchaseTaxRateList")}
    return {
        "Name": name,
        "Description": text,
        "Active": True,
        "Hidden": False,
        "Taxable": taxable,
        "TaxGroup": False,
        "TaxCodeConfigType": "SYSTEM_GENERATED",
        **lists,
        "domain": "QBO",
        "sparse": False,
        "Id": name,
        "SyncToken": "0",
    }


# What stands on US lines: no records, but queries list them and they can be read.
PSEUDO_CODES: tuple[Body, ...] = (
    _pseudo("TAX", "TAX", taxable=True),
    _pseudo("NON", "NON", taxable=False),
    _pseudo("CustomSalesTax", "CustomSalesTax", taxable=True),
)


class TaxAgency(NameList):
    name = "TaxAgency"
    sequence = "TaxAgency"
    name_field = "DisplayName"
    in_cdc = False
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(DisplayName=100, TaxRegistrationNumber=100, TaxAgencyConfig=0),
        **of_kind("flag", "TaxTrackedOnPurchases TaxTrackedOnSales Active"),
        **of_kind("day", "LastFileDate"),
    }
    filters: ClassVar[Filters] = {
        **{name: shown for name, shown in LIST_FILTERS.items() if name != "Name"},
        "DisplayName": column("name", "text"),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        new.setdefault("TaxTrackedOnPurchases", False)
        new.setdefault("TaxTrackedOnSales", True)
        new.setdefault("TaxAgencyConfig", "USER_DEFINED")
        return super().prepare(work, new, old, asked)


class TaxRate(NameList):
    name = "TaxRate"
    sequence = "TaxRate"
    in_cdc = False
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(Name=100, Description=100, SpecialTaxType=0, DisplayType=0, OriginalTaxRate=0),
        **of_kind("flag", "Active"),
        **of_kind("number", "RateValue"),
        **of_kind("ref", "AgencyRef TaxReturnLineRef"),
        **of_kind("free", "EffectiveTaxRate"),
    }
    filters: ClassVar[Filters] = {**LIST_FILTERS, "RateValue": inside("RateValue", "number")}

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if "RateValue" not in new:
            raise errors.missing("RateValue")
        if "AgencyRef" in new:
            work.referred("TaxAgency", new["AgencyRef"], "AgencyRef")
        new.setdefault("SpecialTaxType", "NONE")
        new.setdefault("DisplayType", "ReadOnly")
        return super().prepare(work, new, old, asked)


class TaxCode(NameList):
    name = "TaxCode"
    sequence = "TaxCode"
    in_cdc = False
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(Name=100, Description=100, TaxCodeConfigType=0),
        **of_kind("flag", "Active Taxable TaxGroup Hidden"),
        **of_kind("free", "SalesTaxRateList PurchaseTaxRateList"),
    }
    filters: ClassVar[Filters] = {
        **LIST_FILTERS,
        "Taxable": inside("Taxable", "flag"),
        "TaxGroup": inside("TaxGroup", "flag"),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        for name in ("SalesTaxRateList", "PurchaseTaxRateList"):
            details: list[Any] = (new.setdefault(name, {"TaxRateDetail": []})).setdefault("TaxRateDetail", [])
            for detail in details:
                rate = work.referred("TaxRate", detail["TaxRateRef"], name)
                detail["TaxRateRef"] = {"value": rate["Id"], "name": rate["Name"]}
                detail.setdefault("TaxTypeApplicable", "TaxOnAmount")
                detail.setdefault("TaxOrder", 0)
        new.setdefault("Taxable", True)
        new.setdefault("TaxGroup", True)
        new.setdefault("Hidden", False)
        new.setdefault("TaxCodeConfigType", "USER_DEFINED")
        return super().prepare(work, new, old, asked)

    def lookup(self, work: Work, id_: str) -> Body | None:
        if work.country not in ("US", "USA"):
            return None
        return next((code for code in PSEUDO_CODES if code["Id"].lower() == id_.lower()), None)
