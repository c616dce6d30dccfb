"""Journal entries: any debit against any credit."""

from decimal import Decimal
from itertools import count
from typing import ClassVar

from qb_collections.emulator import accounts, applications, currencies, errors, ledger
from qb_collections.emulator.entities.base import COMMON_FILTERS, Asked, Entity, Filters, column
from qb_collections.emulator.entities.sales import TRANSACTION_FIELDS, date_transaction
from qb_collections.emulator.fields import Fields, number_of, of_kind, reference, text
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Columns, Work

_NAMED = ("AccountRef", "ClassRef", "DepartmentRef", "TaxCodeRef")


class JournalEntry(Entity):
    name = "JournalEntry"
    sequence = "Transaction"
    is_transaction = True
    can_delete = True
    fields: ClassVar[Fields] = {
        **TRANSACTION_FIELDS,
        **text(DocNumber=21),
        **of_kind("flag", "Adjustment"),
        **of_kind("lines", "Line"),
        **of_kind("free", "TxnTaxDetail GlobalTaxCalculation"),
        **of_kind("answer", "TotalAmt"),
    }
    filters: ClassVar[Filters] = {
        **COMMON_FILTERS,
        "TxnDate": column("txn_on", "day"),
        "DocNumber": column("doc_number", "text"),
    }

    def columns(self, body: Body) -> Columns:
        return Columns(doc_number=body.get("DocNumber"), txn_on=body["TxnDate"], total=ZERO)

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        date_transaction(work, new, old)
        if not new.get("Line"):
            raise errors.missing("Line")
        currencies.settle(work, new, old)
        if old is None or "Line" in asked.names:
            new["Line"] = _numbered([self._line(work, new, raw) for raw in new["Line"]])
            balance = sum((_signed(line) for line in new["Line"]), ZERO)
            if balance != 0:
                raise errors.business("The debits and the credits of a journal entry must be equal.")
        self._currencies(work, new)
        new["TotalAmt"] = ZERO
        new.setdefault("Adjustment", False)
        new.setdefault("TxnTaxDetail", {})
        return new

    def _currencies(self, work: Work, new: Body) -> None:
        """A foreign receivable, payable or bank account takes entries of its own currency only."""
        if not currencies.are_on(work):
            return
        code = new["CurrencyRef"]["value"]
        for line in new["Line"]:
            ref = (line.get("JournalEntryLineDetail") or {}).get("AccountRef")
            account = work.body("Account", ref["value"]) if ref else None
            own = (account or {}).get("CurrencyRef", {}).get("value", code)
            kind = (account or {}).get("AccountType")
            bound = own != work.home_currency or kind in ("Accounts Receivable", "Accounts Payable")
            if own != code and bound:
                raise errors.business("The account's currency is not the currency of the journal entry.")
            named = (line.get("JournalEntryLineDetail") or {}).get("Entity")
            if account is not None and named:
                party = work.body(named["Type"], named["EntityRef"]["value"])
                accounts.check_party(account, named["Type"], party, code)

    def _line(self, work: Work, new: Body, raw: Body) -> Body:
        if raw.get("DetailType") == "DescriptionOnly":
            return {
                "Id": str(raw.get("Id", "")),
                "DetailType": "DescriptionOnly",
                "Description": raw.get("Description", ""),
            }
        sent = raw.get("JournalEntryLineDetail")
        if not isinstance(sent, dict):
            raise errors.missing("JournalEntryLineDetail")
        kind = sent.get("PostingType")
        if kind not in ("Debit", "Credit"):
            raise errors.invalid_enum("PostingType", kind)
        amount = currencies.in_unit(work, new, number_of("Amount", raw.get("Amount")))
        if amount < 0:
            raise errors.negative_amount("Amount")
        detail: Body = {"PostingType": kind}
        for name in _NAMED:
            found = reference(name, sent[name]) if sent.get(name) else None
            if found is not None:
                detail[name] = found
        if "AccountRef" not in detail:
            raise errors.missing("AccountRef")
        account = work.referred("Account", detail["AccountRef"], "AccountRef")
        detail["AccountRef"]["name"] = account["FullyQualifiedName"]
        entity = self._entity(work, sent, account)
        if entity:
            detail["Entity"] = entity
        line = {"Id": str(raw.get("Id", "")), "Amount": amount, "DetailType": "JournalEntryLineDetail"}
        if raw.get("Description"):
            line["Description"] = raw["Description"]
        return line | {"JournalEntryLineDetail": detail}

    def _entity(self, work: Work, sent: Body, account: Body) -> Body | None:
        entity = sent.get("Entity") or {}
        ref = reference("EntityRef", entity["EntityRef"]) if entity.get("EntityRef") else None
        kind = entity.get("Type") or "Customer"
        if kind not in ("Customer", "Vendor", "Employee"):
            raise errors.invalid_enum("Type", kind)
        if account["AccountType"] == "Accounts Receivable" and (ref is None or kind != "Customer"):
            raise errors.business(
                "When you use Accounts Receivable, you must choose a customer in the Name field."
            )
        if account["AccountType"] == "Accounts Payable" and (ref is None or kind != "Vendor"):
            raise errors.business(
                "When you use Accounts Payable, you must choose a vendor in the Name field."
            )
        if ref is None:
            return None
        ref["name"] = work.referred(kind, ref, "EntityRef", inactive=True)["DisplayName"]
        return {"Type": kind, "EntityRef": ref}

    def postings(self, work: Work, body: Body) -> list[Posting]:
        found = []
        payables = ledger.payable_accounts(work.conn, work.realm)
        owed = payables | ledger.receivable_accounts(work.conn, work.realm)
        for line in body["Line"]:
            detail = line.get("JournalEntryLineDetail")
            if not detail or not line["Amount"]:
                continue
            entity = detail.get("Entity") or {}
            account = detail["AccountRef"]["value"]
            named = "Vendor" if account in payables else "Customer"
            found.append(
                Posting(
                    account,
                    _signed(line),
                    entity["EntityRef"]["value"] if entity.get("Type") == named else None,
                    (detail.get("ClassRef") or {}).get("value"),
                    (detail.get("DepartmentRef") or {}).get("value"),
                )
            )
        # The first one takes the cents of a conversion, which must not be what a customer owes.
        return sorted(found, key=lambda posting: posting.account in owed)

    def guard_change(self, work: Work, old: Body, new: Body | None) -> None:
        applications.guard_lines(work, self.name, old, new, "journal entry")


def _signed(line: Body) -> Decimal:
    """Return the amount as a posting: a debit positive."""
    detail = line.get("JournalEntryLineDetail")
    if not detail:
        return ZERO
    amount: Decimal = line["Amount"]
    return amount if detail["PostingType"] == "Debit" else -amount


def _numbered(lines: list[Body]) -> list[Body]:
    """Give each line an id of its own: the one that was sent, if it is a number that no line before has."""
    asked = {line["Id"] for line in lines if _is_line_id(line["Id"])}
    free = (str(number) for number in count() if str(number) not in asked)
    taken: set[str] = set()
    for line in lines:
        if not _is_line_id(line["Id"]) or line["Id"] in taken:
            line["Id"] = next(free)
        taken.add(line["Id"])
    return lines


def _is_line_id(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10
