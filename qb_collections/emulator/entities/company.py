"""The two records that every company has exactly one of."""

from typing import Any, ClassVar

from qb_collections.emulator.entities.base import COMMON_FILTERS, Asked, Entity, Filters, inside
from qb_collections.emulator.fields import COMMON, Fields, of_kind, text
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work


class CompanyInfo(Entity):
    name = "CompanyInfo"
    sequence = "CompanyInfo"
    can_create = False
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(CompanyName=1024, LegalName=1024, SupportedLanguages=0, DefaultTimeZone=0),
        **text(FiscalYearStartMonth=0, EmployerId=0, TaxForm=0),
        **of_kind("day", "CompanyStartDate"),
        **of_kind(
            "free", "CompanyAddr CustomerCommunicationAddr LegalAddr Email CustomerCommunicationEmailAddr"
        ),
        **of_kind("free", "PrimaryPhone WebAddr NameValue Country"),
    }
    filters: ClassVar[Filters] = {**COMMON_FILTERS, "CompanyName": inside("CompanyName")}


class Preferences(Entity):
    name = "Preferences"
    sequence = "Preferences"
    can_create = False
    in_cdc = False
    fields: ClassVar[Fields] = {
        **COMMON,
        **of_kind("free", "AccountingInfoPrefs ProductAndServicesPrefs SalesFormsPrefs EmailMessagesPrefs"),
        **of_kind(
            "free", "VendorAndPurchasesPrefs TimeTrackingPrefs TaxPrefs CurrencyPrefs ReportPrefs OtherPrefs"
        ),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        """Keep what the interface may only read as it was: closing date and automatic application."""
        for group, name in (("AccountingInfoPrefs", "BookCloseDate"), ("SalesFormsPrefs", "AutoApplyCredit")):
            before = ((old or {}).get(group) or {}).get(name)
            if group in new:
                new[group] = {key: value for key, value in new[group].items() if key != name}
                if before is not None:
                    new[group][name] = before
        return new


def merged(old: Any, patch: Any) -> Any:
    """Return old with the patch laid over it, group by group; None takes a value away."""
    if not (isinstance(old, dict) and isinstance(patch, dict)):
        return patch
    result = {**old}
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        else:
            result[name] = merged(result.get(name), value)
    return result
