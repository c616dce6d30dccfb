"""CompanyInfo and Preferences of a US company, as QuickBooks answers them."""

from __future__ import annotations

from datetime import date
from typing import Any

# Intuit's names for the first custom field of sales forms (API reference, Preferences).
PO_FIELD = {"DefinitionId": "1", "Name": "P.O. number", "Type": "StringType"}


def company_info(
    name: str,
    zone: str,
    *,
    started_on: date,
    street: str = "1 Main Street",
    city: str = "Chattanooga",
    state: str = "TN",
    postal_code: str = "37402",
    email: str = "office@company.example",
    phone: str = "423-555-0100",
) -> dict[str, Any]:
    """Return the company's own record; zone is the time zone its dates belong to."""
    address = {
        "Line1": street,
        "City": city,
        "CountrySubDivisionCode": state,
        "PostalCode": postal_code,
        "Country": "USA",
    }
    return {
        "CompanyName": name,
        "LegalName": name,
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "Email": {"Address": email},
        "CustomerCommunicationEmailAddr": {"Address": email},
        "PrimaryPhone": {"FreeFormNumber": phone},
        "Country": "US",
        "DefaultTimeZone": zone,
        "FiscalYearStartMonth": "January",
        "SupportedLanguages": "en",
        "CompanyStartDate": started_on.isoformat(),
        "NameValue": [
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
            {"Name": "SubscriptionStatus", "Value": "PAID"},
            {"Name": "CompanyType", "Value": "Limited liability"},
        ],
    }


def preferences(*, custom_numbers: bool, auto_apply_credits: bool = False) -> dict[str, Any]:
    """Return preferences of an accrual company in US dollars, with a P.O. number on its sales forms.

    Automatic application of credits is off unless asked for: it competes with whoever applies them by hand.
    """
    return {
        "AccountingInfoPrefs": {
            "FirstMonthOfFiscalYear": "January",
            "TaxYearMonth": "January",
            "CustomerTerminology": "Customers",
            "TrackDepartments": False,
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": False,
            "UseAccountNumbers": False,
        },
        "SalesFormsPrefs": {
            "CustomTxnNumbers": custom_numbers,
            "AutoApplyCredit": auto_apply_credits,
            "AutoApplyPayments": auto_apply_credits,
            "AllowDeposit": False,
            "AllowDiscount": True,
            "AllowEstimates": True,
            "AllowServiceDate": False,
            "AllowShipping": False,
            "ETransactionPaymentEnabled": False,
            "UsingProgressInvoicing": False,
            "CustomField": [
                {
                    "CustomField": [
                        {
                            "Name": "SalesFormsPrefs.UseSalesCustom1",
                            "Type": "BooleanType",
                            "BooleanValue": True,
                        }
                    ]
                },
                {
                    "CustomField": [
                        {
                            "Name": "SalesFormsPrefs.SalesCustomName1",
                            "Type": "StringType",
                            "StringValue": PO_FIELD["Name"],
                        }
                    ]
                },
            ],
        },
        "EmailMessagesPrefs": {
            f"{form}Message": {
                "Subject": f"{title} from your company",
                "Message": f"Your {title.lower()} is attached. Thank you for your business.",
            }
            for form, title in (
                ("Invoice", "Invoice"),
                ("Estimate", "Estimate"),
                ("SalesReceipt", "Sales receipt"),
                ("Statement", "Statement"),
            )
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
        },
        "VendorAndPurchasesPrefs": {
            "TrackingByCustomer": True,
            "BillableExpenseTracking": True,
            "POCustomField": [],
        },
        "TimeTrackingPrefs": {
            "UseServices": True,
            "BillCustomers": True,
            "ShowBillRateToAll": False,
            "WorkWeekStartDate": "Monday",
            "MarkTimeEntriesBillable": True,
        },
        "TaxPrefs": {"UsingSalesTax": False},
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": "USD"}},
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "OtherPrefs": {
            "NameValue": [
                {"Name": "SalesFormsPrefs.DefaultCustomerMessage", "Value": "Thank you for your business."},
                {"Name": "WarnDuplicateInvoiceNumber", "Value": "true"},
            ]
        },
    }
