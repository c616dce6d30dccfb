"""The structure of a request's JSON: where objects and lists have to stand.

Checked before anything is read, so that a wrong shape is QuickBooks' fault 2010 and never a crash.
"""

from typing import Any

from qb_collections.emulator import errors

_LISTS = frozenset(
    {
        "Line",
        "LinkedTxn",
        "CustomField",
        "TaxLine",
        "TaxRateDetail",
        "AttachableRef",
        "NameValue",
        "EffectiveTaxRate",
        "TaxRateDetails",
    }
)
_OBJECTS = frozenset(
    {
        *("MetaData", "BillEmail", "BillEmailCc", "BillEmailBcc", "CustomerMemo", "TxnTaxDetail", "WebAddr"),
        *("PrimaryEmailAddr", "PrimaryPhone", "AlternatePhone", "Mobile", "Fax", "Entity", "DeliveryInfo"),
        *("SalesTaxRateList", "PurchaseTaxRateList", "AccountingInfoPrefs", "SalesFormsPrefs", "TaxPrefs"),
        *("CurrencyPrefs", "ReportPrefs", "LineEx", "Email", "CashBack"),
    }
)
_OBJECT_ENDINGS = ("Ref", "LineDetail", "Addr")
_PLAIN = frozenset(
    {
        *(
            "Id",
            "SyncToken",
            "value",
            "name",
            "type",
            "Type",
            "TxnId",
            "TxnType",
            "TxnLineId",
            "Amount",
            "Qty",
        ),
        *("DetailType", "UnitPrice", "Description", "PostingType", "Address", "FreeFormNumber", "URI"),
        *("TotalTax", "PercentBased", "DiscountPercent", "TaxInclusiveAmt", "CheckNum", "sparse"),
        *("DiscountRate", "DiscountAmt", "TaxTypeApplicable", "TaxOrder", "IncludeOnSend"),
    }
)
_DEEPEST = 20
_HOLDERS = (dict, list)


def check(body: Any, depth: int = 0, *, free: bool = False) -> None:
    """Raise Fault 2010 where a list, an object or a plain value stands in another's place.

    In extensions (LineEx, PurchaseEx) QuickBooks' own names mean something else, and clients send back what
    they read: there (free) only the depth counts.
    """
    if depth > _DEEPEST:
        raise errors.unreadable("A value nested too deeply")
    if isinstance(body, list):
        for part in body:
            if isinstance(part, _HOLDERS):
                check(part, depth + 1, free=free)
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if value is None or value == "":
            continue
        if free:
            pass
        elif name in _LISTS:
            if not isinstance(value, list) or not all(isinstance(part, dict) for part in value):
                raise errors.unreadable(f"{name} should be a list of objects, and it")
        elif name in _OBJECTS or name.endswith(_OBJECT_ENDINGS):
            if not isinstance(value, dict):
                raise errors.unreadable(f"{name} should be an object, and it")
        elif name in _PLAIN and isinstance(value, dict | list):
            raise errors.unreadable(f"{name} should be a plain value, and it")
        if isinstance(value, _HOLDERS):
            check(value, depth + 1, free=free or name.endswith("Ex"))
