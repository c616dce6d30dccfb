"""Accounts of the general ledger."""

from decimal import Decimal
from typing import ClassVar

from qb_collections.emulator import errors, ledger
from qb_collections.emulator.account_subtypes import TYPE_OF
from qb_collections.emulator.entities.base import Asked, Filter, Filters, column, inside
from qb_collections.emulator.entities.lists import LIST_FILTERS, NameList
from qb_collections.emulator.fields import COMMON, Fields, choice, of_kind, text
from qb_collections.emulator.money_names import currency_ref
from qb_collections.emulator.wire import Body
from qb_collections.emulator.work import Work

# Account type -> (classification, the subtype when none is given); names from Intuit's schema.
TYPES: dict[str, tuple[str, str]] = {
    "Bank": ("Asset", "Checking"),
    "Accounts Receivable": ("Asset", "AccountsReceivable"),
    "Other Current Asset": ("Asset", "OtherCurrentAssets"),
    "Fixed Asset": ("Asset", "OtherFixedAssets"),
    "Other Asset": ("Asset", "OtherLongTermAssets"),
    "Accounts Payable": ("Liability", "AccountsPayable"),
    "Credit Card": ("Liability", "CreditCard"),
    "Other Current Liability": ("Liability", "OtherCurrentLiabilities"),
    "Long Term Liability": ("Liability", "OtherLongTermLiabilities"),
    "Equity": ("Equity", "OpeningBalanceEquity"),
    "Income": ("Revenue", "SalesOfProductIncome"),
    "Cost of Goods Sold": ("Expense", "SuppliesMaterialsCogs"),
    "Expense": ("Expense", "OtherMiscellaneousServiceCost"),
    "Other Income": ("Revenue", "OtherMiscellaneousIncome"),
    "Other Expense": ("Expense", "OtherMiscellaneousExpense"),
}
CREDIT_NATURE = frozenset({"Liability", "Equity", "Revenue"})
_OF_CLASSIFICATION = {
    "Asset": "Other Current Asset",
    "Liability": "Other Current Liability",
    "Equity": "Equity",
    "Revenue": "Income",
    "Expense": "Expense",
}


class Account(NameList):
    name = "Account"
    sequence = "Account"
    nested_flag = "SubAccount"
    is_live = True
    fields: ClassVar[Fields] = {
        **COMMON,
        **text(Name=100, AcctNum=7, Description=100, AccountSubType=0, TxnLocationType=0, AccountAlias=100),
        **choice("AccountType", *TYPES),
        **choice("Classification", *_OF_CLASSIFICATION),
        **of_kind("flag", "Active SubAccount"),
        **of_kind("ref", "ParentRef CurrencyRef TaxCodeRef"),
        **of_kind("answer", "FullyQualifiedName CurrentBalance CurrentBalanceWithSubAccounts OpeningBalance"),
    }
    filters: ClassVar[Filters] = {
        **LIST_FILTERS,
        "FullyQualifiedName": inside("FullyQualifiedName"),
        "AccountType": inside("AccountType"),
        "AccountSubType": inside("AccountSubType"),
        "Classification": inside("Classification"),
        "AcctNum": inside("AcctNum"),
        "SubAccount": inside("SubAccount", "flag"),
        "ParentRef": column("parent", "text"),
        "CurrentBalance": Filter(
            "coalesce((SELECT amount * CASE WHEN json_extract(body, '$.Classification') IN"
            " ('Liability', 'Equity', 'Revenue') THEN -1 ELSE 1 END FROM account_balance"
            " WHERE account_balance.realm = object.realm AND account_balance.account = object.id), 0)",
            "money",
        ),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if any(sign in str(new.get("Name", "")) for sign in ('"', ":")):
            raise errors.business("The account name cannot contain a double quote or a colon")
        if "AccountType" not in new and old is not None:
            new["AccountType"] = old["AccountType"]
        if "AccountType" not in new:
            # A subtype alone is enough: python-quickbooks' integration tests create accounts so.
            known = TYPE_OF.get(new.get("AccountSubType", ""))
            if known is None and "Classification" not in new:
                raise errors.missing("AccountType")
            new["AccountType"] = known or _OF_CLASSIFICATION[new["Classification"]]
        classification, subtype = TYPES[new["AccountType"]]
        new["Classification"] = classification
        new.setdefault("AccountSubType", (old or {}).get("AccountSubType", subtype))
        new["CurrencyRef"] = currency_ref((new.get("CurrencyRef") or {}).get("value", work.home_currency))
        new["CurrentBalance"] = new["CurrentBalanceWithSubAccounts"] = Decimal(0)  # shown live
        return super().prepare(work, new, old, asked)

    def saved(self, work: Work, body: Body, old: Body | None) -> None:
        super().saved(work, body, old)
        work.roles.clear()
        work.forget_places()
        if body["AccountType"] == "Accounts Receivable":
            work.conn.execute("INSERT OR IGNORE INTO receivable VALUES (?, ?)", (work.realm, body["Id"]))
        if body["AccountType"] == "Accounts Payable":
            work.conn.execute("INSERT OR IGNORE INTO payable VALUES (?, ?)", (work.realm, body["Id"]))

    def show(self, work: Work, body: Body) -> Body:
        own = self._own(work, body)
        return body | {
            "CurrentBalance": own,
            "CurrentBalanceWithSubAccounts": self._with_children(work, body),
        }

    def _own(self, work: Work, body: Body) -> Decimal:
        balance = ledger.account_balance(work.conn, work.realm, body["Id"])
        return -balance if body["Classification"] in CREDIT_NATURE else balance

    def _with_children(self, work: Work, body: Body) -> Decimal:
        total = self._own(work, body)
        for (id_,) in work.conn.execute(
            "SELECT id FROM object WHERE realm = ? AND entity = 'Account' AND parent = ? AND deleted = 0",
            (work.realm, body["Id"]),
        ).fetchall():
            child = work.body("Account", str(id_))
            if child is not None:
                total += self._with_children(work, child)
        return total
