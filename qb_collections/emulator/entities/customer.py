"""Customers, their jobs, and what they owe."""

from decimal import Decimal
from typing import ClassVar

from qb_collections.emulator import accounts, errors, ledger
from qb_collections.emulator.entities.base import Asked, Filters, column, inside
from qb_collections.emulator.entities.people import PERSON_FIELDS, PERSON_FILTERS, Person
from qb_collections.emulator.fields import Fields, choice, of_kind
from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Columns, Work

_LEVELS_MOST = 5


class Customer(Person):
    name = "Customer"
    nested_flag = None
    fields: ClassVar[Fields] = {
        **PERSON_FIELDS,
        **of_kind("text", "ResaleNum SecondaryTaxIdentifier GSTIN GSTRegistrationType BusinessNumber Source"),
        **choice("PreferredDeliveryMethod", "Print", "Email", "None"),
        **of_kind("flag", "Job BillWithParent Taxable IsProject"),
        **of_kind("money", "Balance"),
        **of_kind("day", "OpenBalanceDate"),
        **of_kind("number", "TaxExemptionReasonId"),
        **of_kind(
            "ref",
            "ParentRef SalesTermRef PaymentMethodRef CustomerTypeRef DefaultTaxCodeRef ARAccountRef"
            " RootCustomerRef",
        ),
        **of_kind("free", "BillAddr ShipAddr CustomField"),
        **of_kind("answer", "FullyQualifiedName BalanceWithJobs Level ClientEntityId"),
    }
    filters: ClassVar[Filters] = {
        **PERSON_FILTERS,
        "FullyQualifiedName": inside("FullyQualifiedName"),
        "Balance": column("balance", "money"),
        "ParentRef": column("parent", "text"),
        "Job": inside("Job", "flag"),
        "Taxable": inside("Taxable", "flag"),
    }

    def columns(self, body: Body) -> Columns:
        return Columns(
            name=body["DisplayName"],
            parent=(body.get("ParentRef") or {}).get("value"),
            balance=body.get("Balance", ZERO),
        )

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        opening = new.pop("Balance", ZERO)
        new = super().prepare(work, new, old, asked)
        self._place(new)
        self._references(work, new)
        new["CurrencyRef"] = old["CurrencyRef"] if old is not None else self.currency(work, new)
        new.setdefault("Taxable", bool((old or {}).get("Taxable", True)))
        new.setdefault("PreferredDeliveryMethod", "None")
        if old is None:
            new |= {"Balance": ZERO, "BalanceWithJobs": ZERO}
            if opening:
                work.scratch["opening"] = opening
        else:
            new |= {"Balance": old["Balance"], "BalanceWithJobs": old["BalanceWithJobs"]}
        return new

    def _place(self, new: Body) -> None:
        new["Job"] = "ParentRef" in new
        new.setdefault("BillWithParent", False)
        if "ParentRef" in new:
            new["Level"] = new["FullyQualifiedName"].count(":")
            if new["Level"] >= _LEVELS_MOST:
                raise errors.business("Customers can stand at most five levels deep")
        else:
            new.pop("Level", None)
            new["BillWithParent"] = False

    def _references(self, work: Work, new: Body) -> None:
        for name, entity in (("SalesTermRef", "Term"), ("PaymentMethodRef", "PaymentMethod")):
            if name in new:
                new[name]["name"] = work.referred(entity, new[name], name, inactive=True)["Name"]
        if "DefaultTaxCodeRef" in new:
            work.referred("TaxCode", new["DefaultTaxCodeRef"], "DefaultTaxCodeRef", inactive=True)

    def saved(self, work: Work, body: Body, old: Body | None) -> None:
        super().saved(work, body, old)
        if old is not None:
            if (old.get("ParentRef") or {}).get("value") != (body.get("ParentRef") or {}).get("value"):
                work.touched_customers |= {
                    ref["value"] for ref in (old.get("ParentRef"), body.get("ParentRef")) if ref is not None
                }
            if old["DisplayName"] != body["DisplayName"]:
                self._rename(work, body)
        opening: Decimal | None = work.scratch.pop("opening", None)
        if opening is not None:
            self._open(work, body, opening)

    def _rename(self, work: Work, body: Body) -> None:
        """References show the name of today: documents are rewritten without a new version of theirs."""
        work.conn.execute(
            "UPDATE object SET body = json_replace(body, '$.CustomerRef.name', ?)"
            " WHERE realm = ? AND customer = ?",
            (body["DisplayName"], work.realm, body["Id"]),
        )
        work.forget()

    def _open(self, work: Work, body: Body, opening: Decimal) -> None:
        """An opening balance is booked against opening balance equity."""
        from qb_collections.emulator import saving  # the entry is saved like any other

        on = body.get("OpenBalanceDate", work.today().isoformat())
        owed = accounts.need(work, accounts.RECEIVABLE)
        equity = accounts.need(work, accounts.OPENING)
        entry = {"TxnDate": on, "PrivateNote": "Opening Balance", "Line": []}
        for kind, account in (("Debit", owed), ("Credit", equity)):
            detail = {
                "PostingType": kind,
                "AccountRef": {"value": account},
                "Entity": {"Type": "Customer", "EntityRef": {"value": body["Id"]}},
            }
            entry["Line"].append(
                {"Amount": opening, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}
            )
        saving.save(work, "JournalEntry", entry, {})
        assert ledger.customer_balance(work.conn, work.realm, body["Id"]) == opening
