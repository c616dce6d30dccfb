"""Bank deposits: payments taken from undeposited funds, and other money received."""

from decimal import Decimal
from typing import ClassVar

from qb_collections.emulator import accounts, applications, currencies, errors, ledger
from qb_collections.emulator.entities.base import COMMON_FILTERS, Asked, Entity, Filters, Link, column, inside
from qb_collections.emulator.entities.sales import TRANSACTION_FIELDS, date_transaction, name_references
from qb_collections.emulator.fields import Fields, number_of, of_kind, reference, text
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import ZERO, Body, money
from qb_collections.emulator.work import Columns, Work

# What may lie in undeposited funds, and the sign with which it does.
_HELD = {"Payment": 1, "SalesReceipt": 1, "RefundReceipt": -1}
_REFS = ("AccountRef", "ClassRef", "PaymentMethodRef")


class Deposit(Entity):
    name = "Deposit"
    sequence = "Transaction"
    is_transaction = True
    applies = True
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
        bank = work.body("Account", new["DepositToAccountRef"]["value"]) or {}
        first = next((link for raw in new["Line"] for link in raw.get("LinkedTxn") or []), None)
        held = work.body(str(first.get("TxnType")), str(first.get("TxnId"))) if first else None
        currencies.settle(work, new, old, ((held or bank).get("CurrencyRef") or {}).get("value"))
        accounts.check_money(work, bank, new["CurrencyRef"]["value"])
        if old is None or "Line" in asked.names:
            new["Line"] = [
                self._line(work, new, raw, index) for index, raw in enumerate(new["Line"], start=1)
            ]
            linked = [tuple(line["LinkedTxn"][0].items()) for line in new["Line"] if line.get("LinkedTxn")]
            if len(set(linked)) < len(linked):
                raise errors.deposited()
        back = self._cash_back(work, new)
        new["TotalAmt"] = sum((line["Amount"] for line in new["Line"]), ZERO) - back
        if new["TotalAmt"] < 0:
            raise errors.business("The total of a deposit cannot be negative.")
        currencies.show_home(work, new, HomeTotalAmt="TotalAmt")
        return new

    def _cash_back(self, work: Work, new: Body) -> Decimal:
        back = new.get("CashBack")
        if not isinstance(back, dict) or not (back.get("AccountRef") or {}).get("value"):
            new.pop("CashBack", None)
            return ZERO
        account = work.referred("Account", {"value": str(back["AccountRef"]["value"])}, "CashBack.AccountRef")
        accounts.refuse_control(account)
        amount = currencies.in_unit(work, new, number_of("CashBack.Amount", back.get("Amount") or 0))
        if amount < 0:
            raise errors.negative_amount("CashBack.Amount")
        ref = {"value": account["Id"], "name": account["FullyQualifiedName"]}
        new["CashBack"] = {**back, "AccountRef": ref, "Amount": amount}
        return amount

    def _line(self, work: Work, new: Body, raw: Body, index: int) -> Body:
        links = raw.get("LinkedTxn") or []
        line: Body = {"Id": str(index), "LineNum": index}
        if links:
            return line | self._linked(work, new, links[0])
        sent = raw.get("DepositLineDetail")
        if not isinstance(sent, dict):
            raise errors.missing("DepositLineDetail")
        line["Amount"] = currencies.in_unit(work, new, number_of("Amount", raw.get("Amount")))
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
            kind = str(holder.get("Type") or holder.get("type") or "Customer").capitalize()
            if kind not in ("Customer", "Vendor", "Employee"):
                raise errors.invalid_enum("Entity.type", kind)
            ref["name"] = work.referred(kind, ref, "Entity", inactive=True)["DisplayName"]
            detail["Entity"] = ref | {"type": kind.upper()}
        party = work.body(kind, ref["value"]) if ref is not None else None
        accounts.check_party(account, kind if ref is not None else "", party, new["CurrencyRef"]["value"])
        if raw.get("Description"):
            line["Description"] = raw["Description"]
        return line | {"DetailType": "DepositLineDetail", "DepositLineDetail": detail}

    def _linked(self, work: Work, new: Body, link: Body) -> Body:
        kind, id_ = str(link.get("TxnType")), str(link.get("TxnId", ""))
        if kind not in _HELD:
            raise errors.invalid_enum("TxnType", link.get("TxnType"))
        held = work.body(kind, id_)
        if held is None:
            raise errors.not_found()
        others = [other for name, other in applications.sources(work, kind, id_) if name == "Deposit"]
        if any(other != new.get("Id") for other in others):
            raise errors.deposited()
        if held["DepositToAccountRef"]["value"] != accounts.need(work, accounts.UNDEPOSITED):
            raise errors.business("Only payments in undeposited funds can be put in a deposit.")
        if held["CurrencyRef"] != new["CurrencyRef"]:
            raise errors.business("The payments of one deposit must be in one currency.")
        shown = {"TxnId": id_, "TxnType": kind, "TxnLineId": "0"}
        return {"Amount": _HELD[kind] * held["TotalAmt"], "LinkedTxn": [shown]}

    def links(self, work: Work, body: Body) -> list[Link]:
        return [
            applications.as_link(
                index, line["LinkedTxn"][0]["TxnType"], line["LinkedTxn"][0]["TxnId"], "0", line["Amount"]
            )
            for index, line in enumerate(body["Line"])
            if line.get("LinkedTxn")
        ]

    def postings(self, work: Work, body: Body) -> list[Posting]:
        department = (body.get("DepartmentRef") or {}).get("value")
        payables = ledger.payable_accounts(work.conn, work.realm)
        found = [Posting(body["DepositToAccountRef"]["value"], body["TotalAmt"], department=department)]
        back = body.get("CashBack")
        if back:
            found.append(Posting(back["AccountRef"]["value"], back["Amount"], department=department))
        for line in body["Line"]:
            if line.get("LinkedTxn"):
                found.append(self._taken_out(work, body, line))
                continue
            detail = line["DepositLineDetail"]
            class_ = (detail.get("ClassRef") or {}).get("value")
            account = detail["AccountRef"]["value"]
            named = "VENDOR" if account in payables else "CUSTOMER"
            holder = detail.get("Entity") or {}
            who = holder["value"] if holder.get("type") == named else None
            found.append(Posting(account, -line["Amount"], who, class_, department))
        if not currencies.is_foreign(work, body):
            return [posting for posting in found if posting.amount]
        # What lay in undeposited funds leaves it as it came; the rate of the day makes the difference.
        kept = [one for one in found if one.currency is not None]
        others = [one for one in found if one.currency is None]
        owed = sum((one.foreign_amount or ZERO for one in kept), ZERO)
        whole = currencies.in_home(work, body, [*others, Posting("", owed)])
        rest = -sum((one.amount for one in (*kept, *whole[:-1])), ZERO)
        if rest:
            gain = accounts.need(work, accounts.GAIN_OR_LOSS)
            kept.append(Posting(gain, rest, currency=body["CurrencyRef"]["value"], foreign_amount=ZERO))
        return [*whole[:-1], *kept]

    def _taken_out(self, work: Work, body: Body, line: Body) -> Posting:
        undeposited = accounts.need(work, accounts.UNDEPOSITED)
        if not currencies.is_foreign(work, body):
            return Posting(undeposited, -line["Amount"])
        link = line["LinkedTxn"][0]
        (home,) = work.conn.execute(
            "SELECT coalesce(sum(amount), 0) FROM posting WHERE realm = ? AND entity = ? AND txn_id = ?"
            " AND account = ?",
            (work.realm, link["TxnType"], int(link["TxnId"]), undeposited),
        ).fetchone()
        code = body["CurrencyRef"]["value"]
        return Posting(undeposited, -money(home), currency=code, foreign_amount=-line["Amount"])

    def guard_change(self, work: Work, old: Body, new: Body | None) -> None:
        applications.guard_lines(work, self.name, old, new, "deposit")
