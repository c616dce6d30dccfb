"""Recurring templates: a transaction with a schedule, wrapped in the name of what it makes."""

from typing import Any, ClassVar

from qb_collections.emulator import errors
from qb_collections.emulator.entities import registry
from qb_collections.emulator.entities.base import COMMON_FILTERS, Asked, Entity, Filters, inside
from qb_collections.emulator.fields import COMMON, Field, Fields, of_kind, text
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Columns, Work

TYPES = (
    *("Invoice", "SalesReceipt", "Estimate", "CreditMemo", "RefundReceipt", "Bill", "VendorCredit"),
    *("Purchase", "PurchaseOrder", "JournalEntry", "Deposit", "Transfer"),
)
TYPE = "TemplateType"  # kept in the store only
_RECUR_TYPES = ("Automated", "Reminded", "UnScheduled", "Manual")
_INTERVALS = ("Yearly", "Monthly", "Weekly", "Daily")


class RecurringTransaction(Entity):
    """A template: it posts nothing; what it makes is an ordinary transaction."""

    name = "RecurringTransaction"
    sequence = "Transaction"
    can_delete = True
    is_live = True
    filters: ClassVar[Filters] = {
        **COMMON_FILTERS,
        "Type": inside(TYPE),
        "Name": inside("RecurringInfo.Name"),
        "Active": inside("RecurringInfo.Active", "flag"),
        "RecurType": inside("RecurringInfo.RecurType"),
    }

    @property
    def fields(self) -> Fields:  # type: ignore[override]  # worked out, where others hold it
        """All that any kind of template may hold; each is checked against its own kind first."""
        found: dict[str, Field] = {**COMMON}
        for kind in TYPES:
            found |= registry.spec(kind).fields
        return found | text(**{TYPE: 0}) | of_kind("free", "RecurringInfo")

    def unwrap(self, work: Work, body: Body) -> Body:
        if TYPE in body:
            return body
        named = [name for name in body if name in TYPES and isinstance(body[name], dict)]
        if len(named) != 1:
            raise errors.missing("an entity to recur")
        inner = body[named[0]]
        known = registry.spec(named[0]).fields
        for name in inner:
            if name not in known:
                raise errors.unknown_property(name, named[0], known)
        return {**inner, TYPE: named[0]}

    def columns(self, body: Body) -> Columns:
        return Columns(name=body["RecurringInfo"]["Name"])

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if old is not None and old[TYPE] != new.get(TYPE, old[TYPE]):
            raise errors.business("A template cannot become one of another kind.")
        info = new["RecurringInfo"] = self._info(new.get("RecurringInfo"), (old or {}).get("RecurringInfo"))
        kind = new.pop(TYPE, None) or (old or {})[TYPE]
        dated = "TxnDate" in new
        template = Asked(asked.names, asked.options | {"template"})
        made = registry.spec(kind).prepare(work, new, old, template)
        if not dated:
            made.pop("TxnDate", None)
        return made | {TYPE: kind, "RecurringInfo": info}

    def _info(self, sent: Any, old: Any) -> Body:
        info: Body = {**(old or {}), **(sent or {})}
        if not info.get("Name"):
            raise errors.missing("RecurringInfo.Name")
        if info.setdefault("RecurType", "Automated") not in _RECUR_TYPES:
            raise errors.invalid_enum("RecurType", info["RecurType"])
        info["Active"] = info.get("Active", True) in (True, "true")
        schedule = {
            name: value for name, value in (info.get("ScheduleInfo") or {}).items() if value is not None
        }
        if schedule.get("IntervalType", "Monthly") not in _INTERVALS:
            raise errors.invalid_enum("IntervalType", schedule["IntervalType"])
        if "StartDate" in schedule:
            schedule.setdefault("NextDate", schedule["StartDate"])
        info["ScheduleInfo"] = schedule
        return info

    def show(self, work: Work, body: Body) -> Body:
        inner = {name: value for name, value in body.items() if name != TYPE}
        return {body[TYPE]: inner}
