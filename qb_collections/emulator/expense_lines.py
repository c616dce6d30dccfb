"""The lines of bills, expenses and purchase orders: checked, numbered, and what each one is booked to."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from qb_collections.emulator import errors
from qb_collections.emulator.fields import number_of, reference
from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Work

_LINE = frozenset(
    ["Id", "LineNum", "Description", "Amount", "DetailType", "LinkedTxn", "CustomField", "Received"]
)
_COMMON = ("CustomerRef", "ClassRef", "TaxCodeRef", "BillableStatus", "TaxInclusiveAmt", "TaxAmount")
_DETAILS: dict[str, frozenset[str]] = {
    "AccountBasedExpenseLineDetail": frozenset([*_COMMON, "AccountRef", "MarkupInfo", "ServiceDate"]),
    "ItemBasedExpenseLineDetail": frozenset(
        [*_COMMON, "ItemRef", "Qty", "UnitPrice", "PriceLevelRef", "MarkupInfo", "ItemAccountRef"]
    ),
    "DescriptionOnly": frozenset(),
    "TDSLineDetail": frozenset({"TDSSectionTypeId"}),
}
_BILLABLE = ("Billable", "NotBillable", "HasBeenBilled")


def normalise(
    work: Work,
    lines: list[Body],
    old: list[Body],
    cut: Callable[[Decimal], Decimal],
    *,
    ordered: bool = False,
) -> list[Body]:
    """Return the lines as they are stored; with ordered, items need no account yet.

    A line whose Id stands on the old document keeps it; every other line gets a new one.
    """
    free = {str(line["Id"]) for line in old if "Id" in line}
    last = max((int(id_) for id_ in free if id_.isdecimal()), default=0)
    done = []
    for number, raw in enumerate(lines, start=1):
        line = _checked(work, raw, cut, ordered=ordered)
        asked = str(raw.get("Id"))
        if asked in free:
            free.discard(asked)
        else:
            last += 1
            asked = str(last)
        done.append({"Id": asked, "LineNum": number} | line)
    return done


def _checked(work: Work, raw: Body, cut: Callable[[Decimal], Decimal], *, ordered: bool) -> Body:
    kind = raw.get("DetailType")
    if not kind:
        raise errors.missing("DetailType")
    if kind not in _DETAILS:
        raise errors.invalid_enum("DetailType", kind)
    for name in raw:
        if name not in _LINE and name not in _DETAILS and name != "DescriptionLineDetail":
            raise errors.unknown_property(name, "Line", [*_LINE, *_DETAILS])
    line: Body = {"DetailType": kind}
    if raw.get("Description"):
        line["Description"] = str(raw["Description"])
        if len(line["Description"]) > 4000:
            raise errors.too_long("Line.Description", 4000, len(line["Description"]))
    if raw.get("LinkedTxn"):
        line["LinkedTxn"] = raw["LinkedTxn"]
    if kind in ("DescriptionOnly", "TDSLineDetail"):
        return line
    detail = _detail(work, kind, raw.get(kind) or {})
    amount = None if raw.get("Amount") in (None, "") else cut(number_of("Amount", raw["Amount"]))
    if kind == "ItemBasedExpenseLineDetail":
        amount = _bought(work, detail, amount, cut, ordered=ordered)
    elif "AccountRef" not in detail:
        raise errors.missing("AccountRef")
    else:
        account = work.referred("Account", detail["AccountRef"], "AccountRef", inactive=True)
        detail["AccountRef"]["name"] = account["FullyQualifiedName"]
    if amount is None:
        raise errors.missing("Amount")
    return line | {"Amount": amount, kind: detail}


def _detail(work: Work, kind: str, sent: Body) -> Body:
    for name in sent:
        if name not in _DETAILS[kind]:
            raise errors.unknown_property(name, kind, _DETAILS[kind])
    detail: Body = {}
    for name, value in sent.items():
        if value is None or value == "" or name == "ItemAccountRef":
            continue
        if name.endswith("Ref"):
            found = reference(name, value)
            if found is not None:
                detail[name] = found
        elif name in ("Qty", "UnitPrice", "TaxInclusiveAmt", "TaxAmount"):
            detail[name] = number_of(name, value)
        else:
            detail[name] = value
    for name in ("TaxInclusiveAmt", "TaxAmount"):
        if detail.get(name) == 0:
            del detail[name]  # python-quickbooks sends 0 for what it does not know
    if detail.setdefault("BillableStatus", "NotBillable") not in _BILLABLE:
        raise errors.invalid_enum("BillableStatus", detail["BillableStatus"])
    if detail["BillableStatus"] == "Billable" and "CustomerRef" not in detail:
        raise errors.business("A billable line needs a customer.")
    for name, entity in (("CustomerRef", "Customer"), ("ClassRef", "Class")):
        if name in detail:
            found = work.referred(entity, detail[name], name, inactive=True)
            detail[name]["name"] = found.get("DisplayName") or found["Name"]
    if work.country in ("US", "USA"):
        detail.setdefault("TaxCodeRef", {"value": "NON"})
    return detail


def _bought(
    work: Work, detail: Body, amount: Decimal | None, cut: Callable[[Decimal], Decimal], *, ordered: bool
) -> Decimal | None:
    if "ItemRef" not in detail:
        raise errors.missing("ItemRef")
    item = work.referred("Item", detail["ItemRef"], "ItemRef", inactive=True)
    detail["ItemRef"]["name"] = item["Name"]
    account = item.get("AssetAccountRef") if item["Type"] == "Inventory" else None
    account = account or item.get("ExpenseAccountRef")
    if account is not None:
        detail["ItemAccountRef"] = {"value": account["value"], "name": account.get("name", "")}
    elif not ordered:
        raise errors.business(
            f"The product or service {item['Name']} has no expense account to be bought on."
        )
    qty, price = detail.get("Qty"), detail.get("UnitPrice")
    if amount and not qty and not price:
        detail.pop("Qty", None)
        detail.pop("UnitPrice", None)
    elif qty is not None and price is not None:
        product = cut(qty * price)
        if amount is None:
            return product
        if abs(amount - product) > Decimal("0.01"):
            raise errors.amount_mismatch()
    return amount


def booked(lines: list[Body]) -> Iterator[tuple[Body, Body, str]]:
    """Yield each line that costs something: the line, its detail, and the account it is booked to."""
    for line in lines:
        for kind, name in (
            ("AccountBasedExpenseLineDetail", "AccountRef"),
            ("ItemBasedExpenseLineDetail", "ItemAccountRef"),
        ):
            if kind in line:
                detail: dict[str, Any] = line[kind]
                yield line, detail, str((detail.get(name) or {}).get("value", ""))


def subtotal(lines: list[Body]) -> Decimal:
    return sum((line.get("Amount", ZERO) for line in lines), ZERO)
