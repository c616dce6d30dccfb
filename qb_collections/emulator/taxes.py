"""Sales tax of one document: US codes TAX and NON with one rate, or a code on every line elsewhere."""

from collections import defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

from qb_collections.emulator import currencies, errors, expense_lines, lines
from qb_collections.emulator.fields import amount_of
from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Work

_HUNDRED = Decimal(100)

# A rate, the net it is taken from, and the tax itself where prices had it in.
Part = tuple[Body, Decimal, Decimal | None]


def assess(work: Work, new: Body, old: Body | None, *, named: bool) -> None:
    """Set TxnTaxDetail (and the lines' codes); `named` says whether the request sent lines or tax.

    A TotalTax that differs from the stored one is a person's own figure and is kept, spread over the rates.
    """
    if old is not None and not named and not work.switches.tax_recomputed_on_any_save:
        new["TxnTaxDetail"] = old["TxnTaxDetail"]
        return
    sent: Body = new.get("TxnTaxDetail") or {}
    if not work.preference("TaxPrefs", "UsingSalesTax"):
        _mark_us(work, new, taxed=False)
        new["TxnTaxDetail"] = {"TotalTax": ZERO}
        return
    rates = _us(work, new, sent) if work.country in ("US", "USA") else _elsewhere(work, new)
    tax_lines = [_tax_line(work, new, *part) for part in rates]
    own = _own_figure(sent, old)
    if own is not None and tax_lines:
        own = currencies.in_unit(work, new, own)
        _spread(work, new, tax_lines, own)
    detail: Body = {}
    if sent.get("TxnTaxCodeRef") and tax_lines:
        detail["TxnTaxCodeRef"] = {"value": str(sent["TxnTaxCodeRef"]["value"])}
    detail["TotalTax"] = sum((line["Amount"] for line in tax_lines), ZERO)
    if tax_lines:
        detail["TaxLine"] = tax_lines
    new["TxnTaxDetail"] = detail


def assess_purchase(work: Work, new: Body, old: Body | None, *, named: bool) -> None:
    """Set the tax that a bill or expense carries: none in the US, else by the code on each line."""
    if work.country in ("US", "USA") or not work.preference("TaxPrefs", "UsingSalesTax"):
        new.pop("TxnTaxDetail", None)
        new.pop("GlobalTaxCalculation", None)
        return
    if not named and old is not None:
        new["TxnTaxDetail"] = old["TxnTaxDetail"]
        return
    treatment = new.setdefault("GlobalTaxCalculation", "TaxExcluded")
    sums = _Sums()
    for line, detail, _ in expense_lines.booked(new["Line"]):
        ref = detail.get("TaxCodeRef")
        if not ref or treatment == "NotApplicable":
            continue
        code = work.referred("TaxCode", ref, "TaxCodeRef", inactive=True)
        found = _rates(work, code, "PurchaseTaxRateList")
        taken = _take_tax_out(work, new, line, detail, found) if treatment == "TaxInclusive" else None
        sums.add(line["Amount"], found, taken)
    tax_lines = [_tax_line(work, new, *part) for part in sums.parts()]
    whole: Body = {"TotalTax": sum((line["Amount"] for line in tax_lines), ZERO)}
    new["TxnTaxDetail"] = whole | ({"TaxLine": tax_lines} if tax_lines else {})


def _own_figure(sent: Body, old: Body | None) -> Decimal | None:
    if sent.get("TotalTax") in (None, ""):
        return None
    figure = amount_of("TotalTax", sent["TotalTax"])
    stored = ((old or {}).get("TxnTaxDetail") or {}).get("TotalTax")
    if figure == stored or (figure == 0 and old is None and not sent.get("TaxLine")):
        return None  # an echo, or the zero that clients send for "not known"
    return figure


def _us(work: Work, new: Body, sent: Body) -> list[Part]:
    automated = bool(work.preference("TaxPrefs", "PartnerTaxEnabled"))
    customer = work.body("Customer", (new.get("CustomerRef") or {}).get("value", "")) or {}
    _mark_us(work, new, taxed=True)
    code_ref: Any = sent.get("TxnTaxCodeRef") if not automated else None
    code_ref = code_ref or customer.get("DefaultTaxCodeRef") or work.preference("TaxPrefs", "TaxGroupCodeRef")
    if not code_ref or not code_ref.get("value") or customer.get("Taxable") is False:
        return []
    code = work.referred("TaxCode", {"value": str(code_ref["value"])}, "TxnTaxCodeRef", inactive=True)
    sent["TxnTaxCodeRef"] = {"value": code["Id"]}
    base = _taxable_base(work, new)
    if base == 0:
        return []
    return [(rate, base, None) for rate in _rates(work, code)]


def _mark_us(work: Work, new: Body, *, taxed: bool) -> None:
    """Every US line says TAX or NON; an omitted code is NON, under automated tax the item's own."""
    if work.country not in ("US", "USA"):
        return
    automated = bool(work.preference("TaxPrefs", "PartnerTaxEnabled"))
    for line in lines.sales(new["Line"]):
        detail = line["SalesItemLineDetail"]
        given = (detail.get("TaxCodeRef") or {}).get("value")
        if given not in ("TAX", "NON"):
            item = work.body("Item", detail["ItemRef"]["value"]) or {}
            given = "TAX" if taxed and ((automated and item.get("Taxable")) or given is not None) else "NON"
        detail["TaxCodeRef"] = {"value": given}


def _taxable_base(work: Work, new: Body) -> Decimal:
    taxable = sum(
        (
            line["Amount"]
            for line in lines.sales(new["Line"])
            if line["SalesItemLineDetail"]["TaxCodeRef"]["value"] == "TAX"
        ),
        ZERO,
    )
    whole = lines.subtotal(new["Line"])
    if new.get("ApplyTaxAfterDiscount") and whole:
        taxable -= currencies.in_unit(work, new, lines.discount(new["Line"]) * taxable / whole)
    return taxable


def _elsewhere(work: Work, new: Body) -> list[Part]:
    treatment = new.setdefault("GlobalTaxCalculation", "TaxExcluded")
    if treatment == "NotApplicable":
        return []
    sums = _Sums()
    for line in lines.sales(new["Line"]):
        detail = line["SalesItemLineDetail"]
        if not detail.get("TaxCodeRef"):
            raise errors.business("Make sure all your transactions have a GST/VAT rate before you save.")
        found = _rates(work, work.referred("TaxCode", detail["TaxCodeRef"], "TaxCodeRef", inactive=True))
        taken = _take_tax_out(work, new, line, detail, found) if treatment == "TaxInclusive" else None
        sums.add(line["Amount"], found, taken)
    if treatment == "TaxInclusive":
        lines.add_up(new["Line"], partial(currencies.in_unit, work, new))
    return sums.parts()


def _take_tax_out(work: Work, new: Body, line: Body, detail: Body, rates: list[Body]) -> list[Decimal]:
    """The line's gross stands in TaxInclusiveAmt, its Amount is the net; return the tax of each rate.

    Net and tax are the gross to the cent.
    """
    gross: Decimal = detail.get("TaxInclusiveAmt") or line["Amount"]
    share = sum((rate["RateValue"] for rate in rates), ZERO)
    detail["TaxInclusiveAmt"] = gross
    line["Amount"] = currencies.in_unit(work, new, gross * _HUNDRED / (_HUNDRED + share))
    detail.pop("UnitPrice", None)  # it was gross
    left = gross - line["Amount"]
    taken = []
    for rate in rates[:-1]:
        part = currencies.in_unit(work, new, (gross - line["Amount"]) * rate["RateValue"] / (share or 1))
        taken.append(part)
        left -= part
    return [*taken, left] if rates else []


@dataclass(slots=True)
class _Sums:
    """What a document's lines come to at each rate."""

    rates: dict[str, Body] = field(default_factory=dict)
    bases: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    taken: defaultdict[str, Decimal] = field(default_factory=lambda: defaultdict(lambda: ZERO))
    inclusive: bool = False

    def add(self, base: Decimal, rates: list[Body], taken: list[Decimal] | None) -> None:
        """Add a line: its net, its rates, and what was taken out of it for each where its price had it in."""
        self.inclusive = self.inclusive or taken is not None
        for index, rate in enumerate(rates):
            self.rates[rate["Id"]] = rate
            self.bases[rate["Id"]] += base
            self.taken[rate["Id"]] += taken[index] if taken is not None else ZERO

    def parts(self) -> list[Part]:
        return [
            (self.rates[id_], base, self.taken[id_] if self.inclusive else None)
            for id_, base in self.bases.items()
        ]


def _rates(work: Work, code: Body, which: str = "SalesTaxRateList") -> list[Body]:
    return [
        work.referred("TaxRate", detail["TaxRateRef"], "TaxRateRef", inactive=True)
        for detail in code[which]["TaxRateDetail"]
    ]


def _tax_line(work: Work, new: Body, rate: Body, base: Decimal, taken: Decimal | None) -> Body:
    computed = currencies.in_unit(work, new, base * rate["RateValue"] / _HUNDRED)
    return {
        "Amount": computed if taken is None else taken,
        "DetailType": "TaxLineDetail",
        "TaxLineDetail": {
            "TaxRateRef": {"value": rate["Id"]},
            "PercentBased": True,
            "TaxPercent": rate["RateValue"],
            "NetAmountTaxable": base,
        },
    }


def _spread(work: Work, new: Body, tax_lines: list[Body], figure: Decimal) -> None:
    """Prorate a person's own total over the rates; the last one takes the cents that are left."""
    computed = sum((line["Amount"] for line in tax_lines), ZERO)
    left = figure
    for line in tax_lines[:-1]:
        share = currencies.in_unit(work, new, figure * line["Amount"] / computed) if computed else ZERO
        line["Amount"] = share
        left -= share
    tax_lines[-1]["Amount"] = left
