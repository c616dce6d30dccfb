"""Vendors and employees: here because customers share their names' list."""

from decimal import Decimal
from typing import ClassVar

from qb_collections.emulator import addresses, errors
from qb_collections.emulator.entities.base import Asked, Filters, column, inside
from qb_collections.emulator.entities.lists import LIST_FILTERS, NameList
from qb_collections.emulator.fields import COMMON, Field, Fields, of_kind, text
from qb_collections.emulator.money_names import currency_ref
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

NAMED = ("Customer", "Vendor", "Employee")
PERSON_FIELDS: dict[str, Field] = {
    **COMMON,
    **text(DisplayName=500, Title=16, GivenName=100, MiddleName=100, FamilyName=100, Suffix=16),
    **text(CompanyName=100, PrintOnCheckName=110, PrimaryTaxIdentifier=0, Notes=2000, AcctNum=100),
    **of_kind("flag", "Active"),
    **of_kind("free", "PrimaryPhone AlternatePhone Mobile Fax PrimaryEmailAddr WebAddr"),
    **of_kind("ref", "CurrencyRef"),
    **of_kind("answer", "V4IDPseudonym HomeBalance"),
}
PERSON_FILTERS = {
    **{name: shown for name, shown in LIST_FILTERS.items() if name != "Name"},
    "DisplayName": column("name", "text"),
    "GivenName": inside("GivenName"),
    "FamilyName": inside("FamilyName"),
    "MiddleName": inside("MiddleName"),
    "CompanyName": inside("CompanyName"),
    "PrintOnCheckName": inside("PrintOnCheckName"),
}
_ADDRESS = {f"Line{number}": 500 for number in range(1, 6)} | {
    "City": 255,
    "CountrySubDivisionCode": 255,
    "PostalCode": 30,
    "Country": 255,
}
_PHONES = ("PrimaryPhone", "AlternatePhone", "Mobile", "Fax")


class Person(NameList):
    """Somebody with a display name."""

    name_field = "DisplayName"
    unique_among = NAMED
    sequence = "Name"

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        parts = [new.get(part) for part in ("Title", "GivenName", "MiddleName", "FamilyName", "Suffix")]
        spoken = " ".join(str(part) for part in parts if part)
        if not new.get("DisplayName"):
            if not spoken:
                raise errors.missing("DisplayName")
            new["DisplayName"] = spoken
        if any(sign in new["DisplayName"] for sign in ":\t\n"):
            raise errors.business("The name cannot contain a colon, a tab or a new line")
        check_contact(new)
        new = super().prepare(work, new, old, asked)
        addresses.number(work, new, old)
        new.setdefault("PrintOnCheckName", new.get("CompanyName") or new["DisplayName"])
        return new

    def currency(self, work: Work, new: Body) -> Body:
        """Return the currency of a new name, which it keeps; Fault 6000 where the company has only one."""
        code = (new.get("CurrencyRef") or {}).get("value", work.home_currency)
        if code != work.home_currency and not work.preference("CurrencyPrefs", "MultiCurrencyEnabled"):
            raise errors.business("Multicurrency is not enabled for this company.")
        return currency_ref(code)

    def saved(self, work: Work, body: Body, old: Body | None) -> None:
        """A currency that the company did not have yet is added to its list (Intuit's reference)."""
        super().saved(work, body, old)
        code = (body.get("CurrencyRef") or {}).get("value", work.home_currency)
        if old is not None or code == work.home_currency:
            return
        known = work.conn.execute(
            "SELECT 1 FROM object WHERE realm = ? AND entity = 'CompanyCurrency' AND name = ?"
            " AND deleted = 0",
            (work.realm, code),
        ).fetchone()
        if known is None:
            from qb_collections.emulator import saving  # a currency is saved like any other entity

            saving.save(work, "CompanyCurrency", {"Code": code}, {})


def check_contact(new: Body) -> None:
    """Check e-mail and telephone; what holds nothing is dropped, as python-quickbooks sends empty ones."""
    email = new.get("PrimaryEmailAddr")
    if isinstance(email, dict):
        address = str(email.get("Address") or "")
        if not address:
            del new["PrimaryEmailAddr"]
        else:
            check_email("PrimaryEmailAddr.Address", address)
            new["PrimaryEmailAddr"] = {"Address": address}
    for name in _PHONES:
        phone = new.get(name)
        if isinstance(phone, dict):
            value = str(phone.get("FreeFormNumber") or "")
            if len(value) > 30:
                raise errors.too_long(f"{name}.FreeFormNumber", 30, len(value))
            if not value:
                del new[name]
    web = new.get("WebAddr")
    if isinstance(web, dict):
        if not web.get("URI"):
            del new["WebAddr"]
        elif len(str(web["URI"])) > 1000:
            raise errors.too_long("WebAddr.URI", 1000, len(str(web["URI"])))
    check_addresses(new)


def check_addresses(new: Body) -> None:
    """Raise Fault 2050 where a part of an address is longer than QuickBooks keeps it."""
    for name in ("BillAddr", "ShipAddr", "ShipFromAddr", "VendorAddr", "PrimaryAddr"):
        address = new.get(name)
        if not isinstance(address, dict):
            continue
        for part, value in address.items():
            most = _ADDRESS.get(part)
            if most is not None and len(str(value or "")) > most:
                raise errors.too_long(f"{name}.{part}", most, len(str(value)))


def check_email(name: str, value: str, most: int = 100) -> None:
    """Raise Fault 2050 over so many characters, 2210 unless every comma-separated part is like an address."""
    if len(value) > most:
        raise errors.too_long(name, most, len(value))
    for part in value.split(","):
        local, at, host = part.strip().rpartition("@")
        if not (local and at and host) or " " in part.strip():
            raise errors.invalid_email(name)


class Vendor(Person):
    name = "Vendor"
    fields: ClassVar[Fields] = {
        **PERSON_FIELDS,
        **text(TaxIdentifier=20, BusinessNumber=10),
        **of_kind("flag", "Vendor1099"),
        **of_kind(
            "free", "BillAddr OtherContactInfo TermRef APAccountRef VendorPaymentBankDetail TaxReportingBasis"
        ),
        **of_kind("number", "BillRate CostRate"),
        **of_kind("answer", "Balance"),
    }
    filters: ClassVar[Filters] = PERSON_FILTERS

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        new = super().prepare(work, new, old, asked)
        new.setdefault("Balance", Decimal(0))
        new.setdefault("Vendor1099", False)
        new["CurrencyRef"] = self.currency(work, new) if old is None else old["CurrencyRef"]
        return new


class Employee(Person):
    name = "Employee"
    fields: ClassVar[Fields] = {
        **PERSON_FIELDS,
        **text(SSN=100, EmployeeNumber=100, Gender=0, EmployeeType=0),
        **of_kind("flag", "BillableTime Organization"),
        **of_kind("day", "BirthDate HiredDate ReleasedDate"),
        **of_kind("number", "BillRate CostRate"),
        **of_kind("free", "PrimaryAddr"),
    }
    filters: ClassVar[Filters] = PERSON_FILTERS
