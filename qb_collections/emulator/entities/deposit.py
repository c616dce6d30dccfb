"""Bank deposits: payments taken from undeposited funds, and other money received."""

from decimal import Decimal
from typing import ClassVar

from qb_collections.emulator import accounts, applications, errors
from qb_collections.emulator.entities.base import COMMON_FILTERS, Asked, Entity, Filters, Link, column, inside
from qb_collections.emulator.entities.sales import TRANSACTION_FIELDS, date_transaction, name_references
from qb_collections.emulator.fields import Fields, amount_of, of_kind, reference, text
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.money_names import currency_ref
from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Columns, Work

_REFS = ("AccountRef", "ClassRef", "PaymentMethodRef")


class Deposit(Entity):
    name = "Deposit"
    sequence = "Transaction"
    is_transaction = True
    can_delete = True
    fields: ClassVar[Fields] = {
        **TRANSACTION_FIELDS,
        **text(DocNumber=21, GlobalTaxCalculation=0),
        **of_kind("ref", "DepositToAccountRef"),
        **of_kind("lines", "Line"),
        **of_kind("free", "CashBack TxnTaxDetail"),
        **of_kind("answer", "TotalAmt"),
    }
    filters: ClassVar[Filters] = {
        **COMMON_FILTERS,
        "TxnDate": column("txn_on", "day"),
        "TotalAmt": column("total", "money"),
        "DepositToAccountRef": inside("DepositToAccountRef.value"),
    }

    def columns(self, body: Body) -> Columns:
        return Columns(txn_on=body["TxnDate"], total=body["TotalAmt"])

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if "DepositToAccountRef" not in new:
            raise errors.missing("DepositToAccountRef")
        if not new.get("Line"):
            raise errors.missing("Line")
        date_transaction(work, new, old)
        name_references(work, new, old, {"DepositToAccountRef": "Account", "DepartmentRef": "Department"})
        if old is None or "Line" in asked.names:
            new["Line"] = [
                self._line(work, new, raw, index) for index, raw in enumerate(new["Line"], start=1)
            ]
        new["CurrencyRef"] = currency_ref(work.home_currency)
        new.pop("ExchangeRate", None)
        new["TotalAmt"] = sum((line["Amount"] for line in new["Line"]), ZERO)
        return new

    def _line(self, work: Work, new: Body, raw: Body, index: int) -> Body:
        links = raw.get("LinkedTxn") or []
        line: Body = {"Id": str(index), "LineNum": index}
        if links:
            return line | self._linked(work, new, links[0])
        sent = raw.get("DepositLineDetail")
        if not isinstance(sent, dict):
            raise errors.missing("DepositLineDetail")
        line["Amount"] = amount_of("Amount", raw.get("Amount"))
        detail: Body = {name: sent[name] for name in ("CheckNum", "TxnType") if sent.get(name)}
        for name in _REFS:
            found = reference(name, sent[name]) if sent.get(name) else None
            if found is not None:
                detail[name] = found
        if "AccountRef" not in detail:
            raise errors.missing("AccountRef")
        account = work.referred("Account", detail["AccountRef"], "AccountRef")
        detail["AccountRef"]["name"] = account["FullyQualifiedName"]
        holder = sent.get("Entity") or {}
        ref = reference("Entity", holder.get("EntityRef") or holder) if holder else None
        if ref is not None:
            ref["name"] = work.referred(holder.get("Type") or "Customer", ref, "Entity", inactive=True)[
                "DisplayName"
            ]
            detail["Entity"] = ref | {
                "type": str(holder.get("Type") or holder.get("type") or "CUSTOMER").upper()
            }
        elif account["AccountType"] == "Accounts Receivable":
            raise errors.business(
                "When you use Accounts Receivable, you must choose a customer in the Name field."
            )
        if raw.get("Description"):
            line["Description"] = raw["Description"]
        return line | {"DetailType": "DepositLineDetail", "DepositLineDetail": detail}

    def _linked(self, work: Work, new: Body, link: Body) -> Body:
        if link.get("TxnType") != "Payment":
            raise errors.invalid_enum("TxnType", link.get("TxnType"))
        id_ = str(link.get("TxnId", ""))
        payment = work.body("Payment", id_)
        if payment is None:
            raise errors.not_found()
        others = [other for name, other in applications.sources(work, "Payment", id_) if name == "Deposit"]
        if any(other != new.get("Id") for other in others):
            raise errors.deposited()
        if payment["DepositToAccountRef"]["value"] != accounts.need(work, accounts.UNDEPOSITED):
            raise errors.business("Only payments in undeposited funds can be put in a deposit.")
        shown = {"TxnId": id_, "TxnType": "Payment", "TxnLineId": "0"}
        return {"Amount": payment["TotalAmt"], "LinkedTxn": [shown]}

    def links(self, work: Work, body: Body) -> list[Link]:
        return [
            applications.as_link(index, "Payment", line["LinkedTxn"][0]["TxnId"], "0", line["Amount"])
            for index, line in enumerate(body["Line"])
            if line.get("LinkedTxn")
        ]

    def postings(self, work: Work, body: Body) -> list[Posting]:
        department = (body.get("DepartmentRef") or {}).get("value")
        found = [Posting(body["DepositToAccountRef"]["value"], body["TotalAmt"], department=department)]
        for line in body["Line"]:
            if line.get("LinkedTxn"):
                found.append(Posting(accounts.need(work, accounts.UNDEPOSITED), -line["Amount"]))
                continue
            detail = line["DepositLineDetail"]
            class_ = (detail.get("ClassRef") or {}).get("value")
            who = (
                detail["Entity"]["value"] if (detail.get("Entity") or {}).get("type") == "CUSTOMER" else None
            )
            amount: Decimal = -line["Amount"]
            found.append(Posting(detail["AccountRef"]["value"], amount, who, class_, department))
        return [posting for posting in found if posting.amount]
