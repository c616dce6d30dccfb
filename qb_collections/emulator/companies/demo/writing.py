"""Turn the demo's invoices into QuickBooks' own bodies."""

from __future__ import annotations

from typing import Any

from qb_collections.emulator.companies.chart import Chart
from qb_collections.emulator.companies.company_info import PO_FIELD
from qb_collections.emulator.companies.demo.bills import Bill, Line
from qb_collections.emulator.companies.demo.roster import CUSTOMERS, SITES, SITES_PARENT, Customer, phone

_BY_NAME = {customer.name: customer for customer in CUSTOMERS}


def customer_body(customer: Customer, position: int, chart: Chart) -> dict[str, Any]:
    """Return one customer; position counts from 0 and gives the telephone number."""
    given, _, family = customer.person.rpartition(" ")
    body: dict[str, Any] = {
        "DisplayName": customer.name,
        "CompanyName": customer.name,
        "GivenName": given,
        "FamilyName": family,
        "PrimaryPhone": {"FreeFormNumber": phone(position)},
        "BillAddr": _address(customer),
        "ShipAddr": _address(customer),
        "Taxable": not customer.exempt,
        "PreferredDeliveryMethod": "Email" if customer.email else "Print",
    }
    if customer.address is not None:
        body["PrimaryEmailAddr"] = {"Address": customer.address}
    if customer.terms is not None:
        body["SalesTermRef"] = {"value": chart.terms[customer.terms]}
    if customer.exempt:
        body["TaxExemptionReasonId"] = "9"  # "Other", Intuit's list of reasons
    return body


def site_body(position: int, parent_id: str, chart: Chart) -> dict[str, Any]:
    """Return one of Northgate's sites: a sub-customer whose bills go to the parent."""
    parent = _BY_NAME[SITES_PARENT]
    return {
        "DisplayName": SITES[position][0],
        "ParentRef": {"value": parent_id},
        "Job": True,
        "BillWithParent": True,
        "PrimaryPhone": {"FreeFormNumber": phone(len(CUSTOMERS) + position)},
        "PrimaryEmailAddr": {"Address": parent.address},
        "BillAddr": _address(parent),
        "SalesTermRef": {"value": chart.terms[parent.terms or "Net 30"]},
    }


def _address(customer: Customer) -> dict[str, Any]:
    city, _, rest = customer.town.partition(", ")
    state, _, postal_code = rest.partition(" ")
    return {
        "Line1": customer.street,
        "City": city,
        "CountrySubDivisionCode": state,
        "PostalCode": postal_code,
        "Country": "USA",
    }


def lines(bill: Bill, chart: Chart) -> list[dict[str, Any]]:
    return [_line(line, chart) for line in bill.lines]


def _line(line: Line, chart: Chart) -> dict[str, Any]:
    return {
        "Amount": line.amount,
        "Description": line.text,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {
            "ItemRef": {"value": chart.items[line.item]},
            "TaxCodeRef": {"value": "TAX" if line.taxed else "NON"},
        },
    }


def fields(bill: Bill, chart: Chart) -> dict[str, Any]:
    """Return what an invoice carries besides customer, dates and lines."""
    found: dict[str, Any] = {}
    if bill.terms is not None:
        found["SalesTermRef"] = {"value": chart.terms[bill.terms]}
    payer = _BY_NAME.get(bill.customer, _BY_NAME[SITES_PARENT])
    if payer.address is not None:
        found["BillEmail"] = {"Address": payer.address}
    if bill.po is not None:
        found["CustomField"] = [{**PO_FIELD, "StringValue": bill.po}]
    return found
