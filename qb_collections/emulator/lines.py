"""The lines of sales forms: checked, numbered, and with the amounts that QuickBooks computes."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from qb_collections.emulator import errors
from qb_collections.emulator.fields import day_of, number_of, reference
from qb_collections.emulator.wire import ZERO, Body, cents
from qb_collections.emulator.work import Work

_LINE = frozenset(
    ["Id", "LineNum", "Description", "Amount", "DetailType", "LinkedTxn", "CustomField", "Received"]
)
_SALE = frozenset(
    [
        *(
            "ItemRef",
            "Qty",
            "UnitPrice",
            "RatePercent",
            "TaxCodeRef",
            "ServiceDate",
            "ClassRef",
            "ItemAccountRef",
        ),
        *("TaxInclusiveAmt", "DiscountRate", "DiscountAmt", "MarkupInfo", "TaxClassificationRef"),
        *("DeferredRevenue", "RetainageAmount", "PriceLevelRef"),
    ]
)
_DISCOUNT = frozenset(
    [
        *("PercentBased", "DiscountPercent", "DiscountAccountRef", "ClassRef", "TaxCodeRef"),
        *("Discount", "ServiceDate"),
    ]
)
_DETAILS: dict[str, tuple[str, frozenset[str]]] = {
    "SalesItemLineDetail": ("SalesItemLineDetail", _SALE),
    "DiscountLineDetail": ("DiscountLineDetail", _DISCOUNT),
    "SubTotalLineDetail": ("SubTotalLineDetail", frozenset({"ItemRef", "ServiceDate"})),
    "DescriptionOnly": ("DescriptionLineDetail", frozenset({"ServiceDate", "TaxCodeRef"})),
    "GroupLineDetail": ("GroupLineDetail", frozenset(["GroupItemRef", "Quantity", "ServiceDate", "Line"])),
}
_SPECIAL_ITEMS = frozenset({"SHIPPING_ITEM_ID", "GRATUITY_ITEM_ID"})
_SUBTOTAL = "Subtotal:"
_MOST_AMOUNT = Decimal(10) ** 13
Rounding = Callable[[Decimal], Decimal]


def normalise(
    work: Work, entity: str, lines: list[Body], old: list[Body], cut: Rounding = cents
) -> list[Body]:
    """Return the lines as they are stored, SubTotal and discounts last.

    A line whose Id stands on the old document keeps it; every other line gets a new one.  Amounts are cut to
    the smallest unit of the document's currency.  Raises Fault 2020 when nothing but a SubTotal is left.
    """
    taken = {str(line["Id"]) for line in old if "Id" in line}
    state = _Ids(taken)
    done: list[Body] = []
    discounts: list[Body] = []
    running = ZERO
    for raw in lines:
        line = _checked(entity, raw, cut)
        match line["DetailType"]:
            case "SubTotalLineDetail":
                continue
            case "DiscountLineDetail":
                discounts.append(line)
                continue
            case "SalesItemLineDetail":
                line = _sale(work, line, cut)
            case "GroupLineDetail":
                line = _group(work, entity, line, cut)
            case _:
                line = _description(line, running)
        running = (
            ZERO
            if line["DetailType"] == "DescriptionOnly" and "Amount" in line
            else running + amount_of(line)
        )
        done.append({"Id": state.keep(raw.get("Id")), "LineNum": len(done) + 1} | line)
    if not done:
        raise errors.missing("Line")
    subtotal = sum((amount_of(line) for line in done if line["DetailType"] != "DescriptionOnly"), ZERO)
    done.append({"Amount": subtotal, "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}})
    done += [_discount(line, subtotal, cut) for line in discounts]
    return done


class _Ids:
    """Line ids of one document: never used twice."""

    def __init__(self, taken: set[str]) -> None:
        self._free = set(taken)
        self._next = 1 + max((int(id_) for id_ in taken if id_.isdecimal()), default=0)

    def keep(self, asked: Any) -> str:
        if str(asked) in self._free:
            self._free.discard(str(asked))
            return str(asked)
        self._next += 1
        return str(self._next - 1)


def _checked(entity: str, raw: Body, cut: Rounding) -> Body:
    kind = raw.get("DetailType")
    if kind is None:
        raise errors.missing("DetailType")
    if kind not in _DETAILS:
        raise errors.invalid_enum("DetailType", kind)
    holder, known = _DETAILS[kind]
    for name in raw:
        # python-quickbooks puts the empty detail objects of the other kinds of line beside its own.
        if name not in _LINE and name not in {place for place, _ in _DETAILS.values()} | {
            "SubtotalLineDetail"
        }:
            raise errors.unknown_property(name, "Line", [*_LINE, *_DETAILS])
    detail = raw.get(holder) or {}
    for name in detail:
        if name not in known:
            raise errors.unknown_property(name, holder, known)
    line: Body = {"DetailType": kind, holder: {k: v for k, v in detail.items() if v not in (None, "")}}
    if raw.get("Description"):
        line["Description"] = str(raw["Description"])
        if len(line["Description"]) > 4000:
            raise errors.too_long("Line.Description", 4000, len(line["Description"]))
    if raw.get("Amount") not in (None, ""):
        line["Amount"] = number_of("Amount", raw["Amount"])
        if abs(line["Amount"]) >= _MOST_AMOUNT:
            raise errors.invalid_number("Amount", line["Amount"])
        line["Amount"] = cut(line["Amount"])
    for name in ("LinkedTxn", "CustomField"):
        if raw.get(name):
            line[name] = raw[name]
    return line


def _sale(work: Work, line: Body, cut: Rounding) -> Body:
    detail = line["SalesItemLineDetail"]
    for name in ("ItemRef", "ClassRef", "TaxCodeRef", "ItemAccountRef"):
        if name in detail:
            found = reference(name, detail[name])
            detail = {k: v for k, v in detail.items() if k != name} | ({name: found} if found else {})
    for name in ("Qty", "UnitPrice", "TaxInclusiveAmt", "DiscountRate", "DiscountAmt"):
        if name in detail:
            detail[name] = number_of(name, detail[name])
    if detail.get("ServiceDate"):
        detail["ServiceDate"] = day_of("ServiceDate", detail["ServiceDate"])
    amount = line.get("Amount")
    qty, price = detail.get("Qty"), detail.get("UnitPrice")
    if amount is not None and amount != 0 and not qty and not price:
        # Zero quantity and price beside an amount mean that they are not set.
        detail.pop("Qty", None)
        detail.pop("UnitPrice", None)
    elif qty is not None and price is not None:
        product = cut(qty * price)
        if amount is None:
            amount = product
        elif abs(amount - product) > Decimal("0.01"):
            raise errors.amount_mismatch()
    if amount is None:
        raise errors.missing("Amount")
    if "ItemRef" not in detail:
        default = work.preference("SalesFormsPrefs", "DefaultItem")
        if not default:
            # Without an item a line is documentation, and its amount counts for nothing.
            kept: Body = {
                name: line[name] for name in ("Description", "LinkedTxn", "CustomField") if name in line
            }
            return {**kept, "DetailType": "DescriptionOnly", "DescriptionLineDetail": {}}
        detail["ItemRef"] = {"value": str(default["value"])}
    if detail["ItemRef"]["value"] not in _SPECIAL_ITEMS:
        item = work.referred("Item", detail["ItemRef"], "ItemRef")
        detail["ItemRef"]["name"] = item["Name"]
        detail["ItemAccountRef"] = item.get("IncomeAccountRef", detail.get("ItemAccountRef"))
    if "ClassRef" in detail:
        detail["ClassRef"]["name"] = work.referred("Class", detail["ClassRef"], "ClassRef", inactive=True)[
            "Name"
        ]
    return {**line, "Amount": amount, "SalesItemLineDetail": detail}


def _group(work: Work, entity: str, line: Body, cut: Rounding) -> Body:
    detail = {**line["GroupLineDetail"]}
    inner: list[Body] = []
    for index, raw in enumerate(detail.get("Line") or [], start=1):
        part = _checked(entity, raw, cut)
        if part["DetailType"] != "SalesItemLineDetail":
            raise errors.business("A bundle cannot hold another bundle")
        inner.append({"Id": str(index), "LineNum": index} | _sale(work, part, cut))
    detail["Line"] = inner
    return {**line, "Amount": sum((part["Amount"] for part in inner), ZERO), "GroupLineDetail": detail}


def _description(line: Body, running: Decimal) -> Body:
    if str(line.get("Description", "")).startswith(_SUBTOTAL):
        return {**line, "Description": f"{_SUBTOTAL} {running}", "Amount": running}
    line.pop("Amount", None)
    return line


def _discount(line: Body, subtotal: Decimal, cut: Rounding) -> Body:
    detail = {**line["DiscountLineDetail"]}
    detail["PercentBased"] = detail.get("PercentBased") in (True, "true")
    if detail["PercentBased"]:
        percent = number_of("DiscountPercent", detail.get("DiscountPercent", 0))
        detail["DiscountPercent"] = percent
        line["Amount"] = cut(subtotal * percent / 100)
    elif "Amount" not in line:
        raise errors.missing("Amount")
    return {**line, "DiscountLineDetail": detail}


def amount_of(line: Body) -> Decimal:
    """Return what a line adds to the subtotal."""
    found: Decimal = line.get("Amount", ZERO)
    return (
        ZERO
        if line["DetailType"] in ("DescriptionOnly", "SubTotalLineDetail", "DiscountLineDetail")
        else found
    )


def add_up(lines: list[Body], cut: Rounding) -> None:
    """Compute bundles, the subtotal and discounts by percent again, after amounts have changed."""
    for line in lines:
        if line["DetailType"] == "GroupLineDetail":
            line["Amount"] = sum((part["Amount"] for part in line["GroupLineDetail"]["Line"]), ZERO)
    whole = subtotal(lines)
    for line in lines:
        if line["DetailType"] == "SubTotalLineDetail":
            line["Amount"] = whole
        elif line["DetailType"] == "DiscountLineDetail" and line["DiscountLineDetail"]["PercentBased"]:
            line["Amount"] = cut(whole * line["DiscountLineDetail"]["DiscountPercent"] / 100)


def sales(lines: list[Body]) -> Iterator[Body]:
    """Yield every line that sells something, those inside bundles too."""
    for line in lines:
        if line["DetailType"] == "SalesItemLineDetail":
            yield line
        elif line["DetailType"] == "GroupLineDetail":
            yield from line["GroupLineDetail"]["Line"]


def discount(lines: list[Body]) -> Decimal:
    """Return what the discount lines take off."""
    return sum((line["Amount"] for line in lines if line["DetailType"] == "DiscountLineDetail"), ZERO)


def subtotal(lines: list[Body]) -> Decimal:
    return sum((amount_of(line) for line in lines), ZERO)
