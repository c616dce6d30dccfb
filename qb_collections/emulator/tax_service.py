"""TaxService: a tax code with its rates in one call, which is how codes and rates are made by programs."""

from typing import TYPE_CHECKING

from qb_collections.emulator import errors, saving
from qb_collections.emulator.fields import number_of
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

_KNOWN = frozenset({"Id", "TaxCode", "TaxCodeId", "TaxRateDetails", "domain", "sparse", "SyncToken"})
_DETAIL = frozenset({"TaxRateName", "TaxRateId", "RateValue", "TaxAgencyId", "TaxApplicableOn"})


def create(engine: "Engine", realm: str, body: Body) -> Body:
    """Make the code, and each rate that is not named by its id; answered without an envelope of its own."""
    for name in body:
        if name not in _KNOWN:
            raise errors.unknown_property(name, "TaxService", _KNOWN)
    details = body.get("TaxRateDetails")
    if not body.get("TaxCode"):
        raise errors.missing("TaxCode")
    if not isinstance(details, list) or not details or not all(isinstance(one, dict) for one in details):
        raise errors.missing("TaxRateDetails")
    with engine.writing(realm) as work:
        shown = [_rate(work, one) for one in details]
        lists: Body = {}
        for one in shown:
            which = "PurchaseTaxRateList" if one["TaxApplicableOn"] == "Purchase" else "SalesTaxRateList"
            entry = {
                "TaxRateRef": {"value": one["TaxRateId"]},
                "TaxTypeApplicable": "TaxOnAmount",
                "TaxOrder": 0,
            }
            lists.setdefault(which, {"TaxRateDetail": []})["TaxRateDetail"].append(entry)
        code = saving.save(work, "TaxCode", {"Name": str(body["TaxCode"]), **lists}, {})
    return {"TaxCode": code["Name"], "TaxCodeId": code["Id"], "TaxRateDetails": shown}


def _rate(work: Work, one: Body) -> Body:
    for name in one:
        if name not in _DETAIL:
            raise errors.unknown_property(name, "TaxRateDetails", _DETAIL)
    applies = str(one.get("TaxApplicableOn") or "Sales")
    if applies not in ("Sales", "Purchase", "Other"):
        raise errors.invalid_enum("TaxApplicableOn", applies)
    if one.get("TaxRateId"):
        rate = work.referred("TaxRate", {"value": str(one["TaxRateId"])}, "TaxRateId")
    else:
        if not one.get("TaxRateName"):
            raise errors.missing("TaxRateName")
        if one.get("RateValue") in (None, ""):
            raise errors.missing("RateValue")
        rate = saving.save(
            work,
            "TaxRate",
            {
                "Name": str(one["TaxRateName"]),
                "RateValue": number_of("RateValue", one["RateValue"]),
                "AgencyRef": {"value": str(one.get("TaxAgencyId") or "")},
            },
            {},
        )
    return {
        "TaxRateName": rate["Name"],
        "TaxRateId": rate["Id"],
        "RateValue": rate["RateValue"],
        "TaxAgencyId": (rate.get("AgencyRef") or {}).get("value", ""),
        "TaxApplicableOn": applies,
    }
