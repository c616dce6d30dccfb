"""The currencies a company uses, and their rates day by day."""

from typing import ClassVar

from qb_collections.emulator import errors
from qb_collections.emulator.entities.base import COMMON_FILTERS, Asked, Entity, Filters, column, inside
from qb_collections.emulator.entities.base import Filter as Filter
from qb_collections.emulator.fields import COMMON, Fields, of_kind, text
from qb_collections.emulator.money_names import currency_ref
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Columns, Work


def _check_code(name: str, code: str) -> str:
    if len(code) != 3 or not (code.isascii() and code.isalpha()):
        raise errors.invalid_enum(name, code)
    return code.upper()


class CompanyCurrency(Entity):
    """A currency that the company may use; customers and vendors of it add it by themselves."""

    name = "CompanyCurrency"
    sequence = "CompanyCurrency"
    can_delete = True
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(Code=3, Name=100),
        **of_kind("flag", "Active"),
        **of_kind("free", "CustomField"),
    }
    filters: ClassVar[Filters] = {
        **COMMON_FILTERS,
        "Active": Filter("active", "flag"),
        "Code": column("name", "text"),
        "Name": inside("Name"),
    }

    def columns(self, body: Body) -> Columns:
        return Columns(name=body["Code"])

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if "Code" not in new:
            raise errors.missing("Code")
        new["Code"] = _check_code("Code", new["Code"])
        taken = work.conn.execute(
            "SELECT id FROM object WHERE realm = ? AND entity = ? AND name = ? AND deleted = 0",
            (work.realm, self.name, new["Code"]),
        ).fetchone()
        if taken is not None and str(taken[0]) != new.get("Id"):
            raise errors.duplicate_name()
        new.setdefault("Name", currency_ref(new["Code"])["name"])
        new.setdefault("Active", True)
        return new

    def guard_delete(self, work: Work, body: Body) -> None:
        used = work.conn.execute(
            "SELECT 1 FROM object WHERE realm = ? AND entity IN ('Customer', 'Vendor', 'Account')"
            " AND json_extract(body, '$.CurrencyRef.value') = ? LIMIT 1",
            (work.realm, body["Code"]),
        ).fetchone()
        if used is not None:
            raise errors.business(f"The currency {body['Code']} is in use.")


class ExchangeRate(Entity):
    """One rate of one day: saving another for the same currency and day changes it.

    On the wire it has no Id; the currency and the day name it.
    """

    name = "ExchangeRate"
    sequence = "ExchangeRate"
    in_cdc = False
    is_live = True
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(SourceCurrencyCode=3, TargetCurrencyCode=3),
        **of_kind("day", "AsOfDate"),
        **of_kind("number", "Rate"),
        **of_kind("free", "CustomField"),
    }
    filters: ClassVar[Filters] = {
        **{name: shown for name, shown in COMMON_FILTERS.items() if name != "Id"},
        "SourceCurrencyCode": column("name", "text"),
        "TargetCurrencyCode": inside("TargetCurrencyCode"),
        "AsOfDate": column("txn_on", "day"),
    }

    def unwrap(self, work: Work, body: Body) -> Body:
        code, day = str(body.get("SourceCurrencyCode") or ""), str(body.get("AsOfDate") or work.today())
        found = work.conn.execute(
            "SELECT id, sync_token FROM object WHERE realm = ? AND entity = ? AND name = ? AND txn_on = ?",
            (work.realm, self.name, code, day[:10]),
        ).fetchone()
        kept = {name: value for name, value in body.items() if name not in ("Id", "SyncToken")}
        kept["AsOfDate"] = day
        return kept if found is None else kept | {"Id": str(found[0]), "SyncToken": str(found[1])}

    def columns(self, body: Body) -> Columns:
        return Columns(name=body["SourceCurrencyCode"], txn_on=body["AsOfDate"])

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        for name in ("SourceCurrencyCode", "Rate"):
            if name not in new:
                raise errors.missing(name)
        new["SourceCurrencyCode"] = _check_code("SourceCurrencyCode", new["SourceCurrencyCode"])
        if new["Rate"] <= 0:
            raise errors.invalid_number("Rate", new["Rate"])
        if new.get("TargetCurrencyCode", work.home_currency) != work.home_currency:
            raise errors.business("The target of an exchange rate is the home currency.")
        new["TargetCurrencyCode"] = work.home_currency
        return new

    def show(self, work: Work, body: Body) -> Body:
        return {name: value for name, value in body.items() if name != "Id"}
