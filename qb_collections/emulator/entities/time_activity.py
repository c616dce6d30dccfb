"""Hours worked, by an employee or a vendor: they post nothing until somebody bills them."""

from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from qb_collections.emulator import errors
from qb_collections.emulator.entities.base import COMMON_FILTERS, Asked, Entity, Filters, column, inside
from qb_collections.emulator.entities.sales import date_transaction
from qb_collections.emulator.fields import COMMON, Fields, choice, of_kind, text
from qb_collections.emulator.wire import Body, parse_instant
from qb_collections.emulator.work import Columns, Work

_REFS = {
    "EmployeeRef": "Employee",
    "VendorRef": "Vendor",
    "CustomerRef": "Customer",
    "ItemRef": "Item",
    "ClassRef": "Class",
    "DepartmentRef": "Department",
    "ProjectRef": "Customer",
}
_LONGEST_DAY_HOURS = 8760


class TimeActivity(Entity):
    name = "TimeActivity"
    sequence = "TimeActivity"
    is_transaction = True
    can_delete = True
    in_cdc = False  # Intuit's change data capture leaves it out
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(Description=4000, StartTime=0, EndTime=0, TransactionLocationType=0),
        **choice("NameOf", "Employee", "Vendor"),
        **choice("BillableStatus", "Billable", "NotBillable", "HasBeenBilled"),
        **of_kind("day", "TxnDate"),
        **of_kind("flag", "Taxable"),
        **of_kind("number", "HourlyRate CostRate Hours Minutes Seconds BreakHours BreakMinutes BreakSeconds"),
        **of_kind("ref", " ".join([*_REFS, "PayrollItemRef", "TimeChargeId"])),
    }
    filters: ClassVar[Filters] = {
        **COMMON_FILTERS,
        "TxnDate": column("txn_on", "day"),
        "EmployeeRef": inside("EmployeeRef.value"),
        "CustomerRef": column("customer", "text"),
        "BillableStatus": inside("BillableStatus"),
    }

    def columns(self, body: Body) -> Columns:
        return Columns(customer=(body.get("CustomerRef") or {}).get("value"), txn_on=body["TxnDate"])

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if "NameOf" not in new:
            raise errors.missing("NameOf")
        if f"{new['NameOf']}Ref" not in new:
            raise errors.missing(f"{new['NameOf']}Ref")
        for name, entity in _REFS.items():
            if name in new:
                found = work.referred(entity, new[name], name, inactive=True)
                new[name]["name"] = found.get("DisplayName") or found.get("Name")
        started = self._instant(work, new, "StartTime")
        ended = self._instant(work, new, "EndTime")
        if started is not None:
            new.setdefault("TxnDate", started.date().isoformat())
        date_transaction(work, new, old)
        if started is not None and ended is not None and ended < started:
            raise errors.business("The end time cannot be before the start time.")
        if started is None and not (new.get("Hours") or new.get("Minutes")):
            raise errors.missing("Hours")
        if not 0 <= new.get("Hours", 0) <= _LONGEST_DAY_HOURS or not 0 <= new.get("Minutes", 0) < 60:
            raise errors.invalid_number("Hours", new.get("Hours"))
        new.setdefault("BillableStatus", "NotBillable")
        if new["BillableStatus"] == "Billable" and "CustomerRef" not in new:
            raise errors.business("A billable time activity needs a customer.")
        new.setdefault("Taxable", False)
        new.setdefault("HourlyRate", Decimal(0))
        return new

    def _instant(self, work: Work, new: Body, name: str) -> datetime | None:
        if name not in new:
            return None
        try:
            return parse_instant(new[name], work.switches.zone)
        except ValueError as error:
            raise errors.invalid_date(name, new[name]) from error
