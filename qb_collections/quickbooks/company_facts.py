"""CompanyInfo and Preferences, read field by field: most of them may be missing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from qb_collections.quickbooks import rows, translate
from qb_collections.quickbooks.errors import Unreadable
from qb_collections.quickbooks.values import CompanyFacts, Preferences

# Since autumn 2025 addresses may name the country by three letters (Intuit developer blog, 2025-08-13).
TWO_LETTERS = {
    "USA": "US",
    "CAN": "CA",
    "GBR": "GB",
    "AUS": "AU",
    "NZL": "NZ",
    "IRL": "IE",
    "IND": "IN",
    "FRA": "FR",
    "DEU": "DE",
    "ZAF": "ZA",
    "SGP": "SG",
    "MEX": "MX",
}


def company(record: object) -> CompanyFacts:
    """Raises Unreadable when it is not a CompanyInfo."""
    if not isinstance(record, Mapping) or not record.get("CompanyName"):
        raise Unreadable(detail="asked for the company's information, got something else")
    address = _part(record, "CompanyAddr") or _part(record, "LegalAddr")
    country = _text(record, "Country") or _text(address, "Country")
    try:
        created_at = translate.instant(_text(_part(record, "MetaData"), "CreateTime"))
    except ValueError:
        raise Unreadable(detail="the company's creation time cannot be read") from None
    return CompanyFacts(
        name=str(record["CompanyName"]),
        legal_name=_text(record, "LegalName"),
        country=TWO_LETTERS.get(country.upper(), country.upper()) if country else None,
        region=_text(address, "CountrySubDivisionCode"),
        zone=_text(record, "DefaultTimeZone"),
        email=_text(_part(record, "Email"), "Address"),
        phone=_text(_part(record, "PrimaryPhone"), "FreeFormNumber"),
        created_at=created_at,
        address=_address(address, (str(record["CompanyName"]), _text(record, "LegalName"))),
    )


def preferences(record: object) -> Preferences:
    """Raises Unreadable when they are not Preferences."""
    if not isinstance(record, Mapping):
        raise Unreadable(detail="asked for the preferences, got something else")
    sales, tax = _part(record, "SalesFormsPrefs"), _part(record, "TaxPrefs")
    money, reports = _part(record, "CurrencyPrefs"), _part(record, "ReportPrefs")
    closed = _text(_part(record, "AccountingInfoPrefs"), "BookCloseDate")
    try:
        book_close_on = date.fromisoformat(closed) if closed else None
    except ValueError:
        raise Unreadable(detail="the closing date cannot be read") from None
    auto_apply = sales.get("AutoApplyCredit")
    return Preferences(
        home_currency=(_text(_part(money, "HomeCurrency"), "value") or "USD").upper(),
        multicurrency=_flag(money, "MultiCurrencyEnabled"),
        book_close_on=book_close_on,
        auto_apply_credit=auto_apply if isinstance(auto_apply, bool) else None,
        custom_numbers=_flag(sales, "CustomTxnNumbers"),
        report_basis=_text(reports, "ReportBasis"),
        sales_tax=_flag(tax, "UsingSalesTax"),
        automated_sales_tax=_flag(tax, "PartnerTaxEnabled"),
        default_terms=_text(_part(sales, "DefaultTerms"), "value"),
        aging_from_issue=_flag(reports, "CalcAgingReportFromTxnDate"),
    )


def _address(address: Mapping[str, Any], names: tuple[str | None, ...]) -> tuple[str, ...]:
    lines = {name: _text(address, name) for name in rows.Address.__struct_fields__}
    return translate.address_lines(rows.Address(**lines), names)


def _part(record: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = record.get(name)
    return value if isinstance(value, Mapping) else {}


def _text(record: Mapping[str, Any], name: str) -> str | None:
    value = record.get(name)
    return str(value).strip() or None if value is not None else None


def _flag(record: Mapping[str, Any], name: str) -> bool:
    return record.get(name) is True
