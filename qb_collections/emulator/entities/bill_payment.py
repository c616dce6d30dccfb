"""Payments of bills: money to a vendor, and credits used against bills."""

from decimal import Decimal
from typing import Any, ClassVar

from qb_collections.emulator import accounts, applications, currencies, errors
from qb_collections.emulator.entities.base import Asked, Entity, Filters, Link, column, inside, merge_note
from qb_collections.emulator.entities.sales import (
    TRANSACTION_FIELDS,
    TRANSACTION_FILTERS,
    date_transaction,
    name_references,
)
from qb_collections.emulator.fields import Fields, choice, number_of, of_kind, text
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Columns, Work

_SIGNS = {"Bill": 1, "VendorCredit": -1}
_LINE = frozenset({"Id", "LineNum", "Amount", "LinkedTxn", "LineEx", "DetailType", "Description"})
_PAID_BY = {"Check": ("CheckPayment", "BankAccountRef"), "CreditCard": ("CreditCardPayment", "CCAccountRef")}


class BillPayment(Entity):
    name = "BillPayment"
    sequence = "Transaction"
    is_transaction = True
    applies = True
    can_delete = True
    can_void = True
    fields: ClassVar[Fields] = {
        **TRANSACTION_FIELDS,
        **text(DocNumber=21),
        **choice("PayType", *_PAID_BY),
        **of_kind("ref", "VendorRef APAccountRef"),
        **of_kind("money", "TotalAmt"),
        **of_kind("flag", "ProcessBillPayment"),
        **of_kind("lines", "Line"),
        **of_kind("free", "CheckPayment CreditCardPayment VendorAddr"),
        **of_kind("answer", "LinkedTxn"),
    }
    filters: ClassVar[Filters] = {
        **{name: shown for name, shown in TRANSACTION_FILTERS.items() if name != "CustomerRef"},
        "DocNumber": column("doc_number", "text"),
        "VendorRef": inside("VendorRef.value"),
        "PayType": inside("PayType"),
    }

    def columns(self, body: Body) -> Columns:
        return Columns(doc_number=body.get("DocNumber"), txn_on=body["TxnDate"], total=body["TotalAmt"])

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        for name in ("VendorRef", "TotalAmt", "PayType"):
            if name not in new:
                raise errors.missing(name)
        if new["TotalAmt"] < 0:
            raise errors.negative_amount("TotalAmt")
        date_transaction(work, new, old)
        kept = old is not None and old["VendorRef"]["value"] == new["VendorRef"]["value"]
        vendor = work.referred("Vendor", new["VendorRef"], "VendorRef", inactive=kept)
        new["VendorRef"] = {"value": vendor["Id"], "name": vendor["DisplayName"]}
        currencies.settle(work, new, old, vendor["CurrencyRef"]["value"])
        new["TotalAmt"] = currencies.in_unit(work, new, new["TotalAmt"])
        name_references(work, new, old, {"DepartmentRef": "Department"})
        self._bank(work, new)
        new["APAccountRef"] = {"value": accounts.payable(work, new["CurrencyRef"]["value"])}
        self._apply(work, new)
        return new

    def _bank(self, work: Work, new: Body) -> None:
        holder, name = _PAID_BY[new["PayType"]]
        ref = (new.get(holder) or {}).get(name)
        if not ref or not ref.get("value"):
            raise errors.missing(f"{holder}.{name}")
        account = work.referred("Account", {"value": str(ref["value"])}, name, inactive=True)
        accounts.check_money(work, account, new["CurrencyRef"]["value"])
        shown = {"value": account["Id"], "name": account["FullyQualifiedName"]}
        new[holder] = {**new[holder], name: shown}
        new.pop("CreditCardPayment" if holder == "CheckPayment" else "CheckPayment", None)

    def _apply(self, work: Work, new: Body) -> None:
        room: dict[tuple[str, str], Decimal] = {}
        used, stored = ZERO, []
        for raw in new.get("Line") or []:
            for name in raw:
                if name not in _LINE:
                    raise errors.unknown_property(name, "Line", _LINE)
            for link in raw.get("LinkedTxn") or []:
                entity, id_ = str(link.get("TxnType", "")), str(link.get("TxnId", ""))
                amount = currencies.in_unit(work, new, number_of("Amount", raw.get("Amount", 0)))
                if entity not in _SIGNS:
                    raise errors.invalid_enum("TxnType", entity)
                if amount < 0:
                    raise errors.negative_amount("Amount")
                if amount == 0:
                    continue
                self._take(work, new, room, entity, id_, amount)
                used += _SIGNS[entity] * amount
                stored.append({"Amount": amount, "LinkedTxn": [{"TxnId": id_, "TxnType": entity}]})
        if used > new["TotalAmt"]:
            raise errors.business("The amount applied is more than the payment and its credits.")
        new["Line"] = stored

    def _take(
        self,
        work: Work,
        new: Body,
        room: dict[tuple[str, str], Decimal],
        entity: str,
        id_: str,
        amount: Decimal,
    ) -> None:
        document = work.body(entity, id_)
        if document is None:
            raise errors.not_found()
        if document["VendorRef"]["value"] != new["VendorRef"]["value"]:
            raise errors.business(f"The {entity} {id_} belongs to another vendor.")
        own: Any = new.get("Id")
        applied = applications.applied(work, entity, id_, besides=own)
        left = room.setdefault((entity, id_), document["TotalAmt"] - applied)
        if amount > left:
            raise errors.business(
                f"The amount {amount} is more than the open balance {left} of {entity} {id_}."
            )
        room[entity, id_] = left - amount

    def links(self, work: Work, body: Body) -> list[Link]:
        return [
            applications.as_link(index, link["TxnType"], link["TxnId"], "", line["Amount"])
            for index, line in enumerate(body["Line"])
            for link in line["LinkedTxn"]
        ]

    def postings(self, work: Work, body: Body) -> list[Posting]:
        """Payables against the bank; what stays of the money after the bills is the vendor's."""
        holder, name = _PAID_BY[body["PayType"]]
        bank, who = body[holder][name]["value"], body["VendorRef"]["value"]
        department = (body.get("DepartmentRef") or {}).get("value")
        total = body["TotalAmt"]
        if not currencies.is_foreign(work, body):
            pair = [Posting(bank, -total, department=department)]
            return [*pair, Posting(body["APAccountRef"]["value"], total, who)] if total else []
        rest = total - sum((unsettled(line) for line in body["Line"]), ZERO)
        home = currencies.home_amount(work, body, rest)
        for (entity, _, _), taken in applications.released(work, self.name, body["Id"]).items():
            home += _SIGNS[entity] * taken
        code, rate = body["CurrencyRef"]["value"], currencies.rate_of(body)
        paid = currencies.home_amount(work, body, total)
        found = [
            Posting(bank, -paid, None, None, department, currency=code, rate=rate, foreign_amount=-total),
            Posting(body["APAccountRef"]["value"], home, who, currency=code, rate=rate, foreign_amount=total),
        ]
        if paid != home:
            gain = accounts.need(work, accounts.GAIN_OR_LOSS)
            found.append(Posting(gain, paid - home, currency=code, rate=rate, foreign_amount=ZERO))
        return found

    def voided(self, work: Work, body: Body) -> Body:
        note = merge_note(body.get("PrivateNote"))
        return body | {"TotalAmt": ZERO, "Line": [], "PrivateNote": note}


def unsettled(line: Body) -> Decimal:
    """Return a line's amount: positive where it pays a bill, negative where it uses a credit."""
    amount: Decimal = line["Amount"]
    return _SIGNS[line["LinkedTxn"][0]["TxnType"]] * amount
