"""Invoices: what a customer owes, and when."""

from dataclasses import replace
from datetime import date
from typing import ClassVar

from qb_collections.emulator import accounts, applications, autoapply, currencies, errors
from qb_collections.emulator.entities import estimate_links
from qb_collections.emulator.entities.base import Asked, Filters, column, inside
from qb_collections.emulator.entities.sales import SALES_FIELDS, SALES_FILTERS, SalesForm
from qb_collections.emulator.entities.term import due_on
from qb_collections.emulator.fields import Fields, of_kind
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import ZERO, Body, money, units
from qb_collections.emulator.work import Work

_ONLINE = (
    "AllowOnlineCreditCardPayment AllowOnlineACHPayment AllowOnlinePayPalPayment AllowOnlineAffirmPayment"
)


class Invoice(SalesForm):
    name = "Invoice"
    can_void = True
    fields: ClassVar[Fields] = {
        **SALES_FIELDS,
        **of_kind("flag", f"AllowIPNPayment AllowOnlinePayment {_ONLINE}"),
        **of_kind("money", "Deposit"),
        **of_kind(
            "answer",
            "InvoiceLink InvoiceLinkSecurityCode InvoiceLinkExpiryDate EInvoiceStatus ECloudStatusTimeStamp"
            " invoiceStatus invoiceStatusLog callToAction AutoPayEligible SchedulePayEligible"
            " ScheduledPaymentId TxnRetainageDetail PaymentDetailsMessage LessCIS ConvenienceFeeDetail"
            " EnabledSurchargeInfo FinancingProductType allowOnlineNonRevenuePayment",
        ),
    }
    filters: ClassVar[Filters] = {
        **SALES_FILTERS,
        "DueDate": column("due_on", "day"),
        "Balance": column("balance", "money"),
        "SalesTermRef": inside("SalesTermRef.value"),
        "ProjectRef": inside("ProjectRef.value"),
    }

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if old is None:
            self._default_term(work, new)
        new = super().prepare(work, new, old, asked)
        self._due(work, new, old, asked)
        for name in ("AllowIPNPayment", "AllowOnlinePayment", *_ONLINE.split()[:2]):
            new.setdefault(name, False)
        if not new.get("Deposit"):
            new.pop("Deposit", None)
        elif new["Deposit"] < 0:
            raise errors.negative_amount("Deposit")
        else:
            new["Deposit"] = currencies.in_unit(work, new, new["Deposit"])
        new["LinkedTxn"] = applications.links_of(work, "Invoice", new)
        self._balance(work, new)
        return new

    def _default_term(self, work: Work, new: Body) -> None:
        """QuickBooks fills the customer's term in."""
        customer = work.body("Customer", (new.get("CustomerRef") or {}).get("value", "")) or {}
        ref = customer.get("SalesTermRef")
        if "SalesTermRef" not in new and ref and work.body("Term", str(ref["value"])):
            new["SalesTermRef"] = {"value": str(ref["value"])}

    def _due(self, work: Work, new: Body, old: Body | None, asked: Asked) -> None:
        moved = old is not None and bool(asked.names & {"SalesTermRef", "TxnDate"})
        same = old is not None and all(
            (old.get(name) or {}) == (new.get(name) or {}) for name in ("SalesTermRef", "TxnDate")
        )
        if "DueDate" in new and ("DueDate" in asked.names or not moved or same):
            return
        # Recorded: the company's own term gives the day, and is not named on the invoice.
        ref = new.get("SalesTermRef") or work.preference("SalesFormsPrefs", "DefaultTerms")
        term = work.body("Term", str(ref["value"])) if ref else None
        txn_on = date.fromisoformat(new["TxnDate"])
        new["DueDate"] = (due_on(term, txn_on) if term else txn_on).isoformat()

    def _balance(self, work: Work, new: Body) -> None:
        owed = applications.total_open(new)
        if owed < 0:
            raise errors.business("The deposit cannot be more than the total.")
        if "Id" in new:
            applied = applications.applied(work, "Invoice", new["Id"])
            if applied > owed and work.switches.reduce_below_applied == "reject":
                raise errors.business("The total cannot be less than the payments applied.")
            owed = max(owed - applied, ZERO)
        new["Balance"] = owed
        currencies.show_home(work, new, HomeBalance="Balance")

    def guard_change(self, work: Work, old: Body, new: Body | None) -> None:
        if new is None or new["CustomerRef"]["value"] == old["CustomerRef"]["value"]:
            return
        if applications.sources(work, "Invoice", old["Id"]):
            raise errors.business("The customer of an invoice with payments cannot be changed.")

    def postings(self, work: Work, body: Body) -> list[Posting]:
        found = super().postings(work, body)
        deposit = body.get("Deposit", ZERO)
        if deposit:
            into = (body.get("DepositToAccountRef") or {}).get("value") or accounts.need(
                work, accounts.UNDEPOSITED
            )
            taken = [Posting(into, deposit), Posting(self._against(work, body), -deposit, self._who(body))]
            if currencies.is_foreign(work, body):
                found = currencies.in_home(work, body, found)
                part = applications.share(
                    units(found[0].amount),
                    units(deposit),
                    units(body["TotalAmt"]),
                    currencies.home_unit(work),
                )
                code, rate = body["CurrencyRef"]["value"], currencies.rate_of(body)
                taken = [
                    replace(
                        one, amount=sign * money(part), currency=code, rate=rate, foreign_amount=one.amount
                    )
                    for one, sign in zip(taken, (1, -1), strict=True)
                ]
            found += taken
        return found

    def saved(self, work: Work, body: Body, old: Body | None) -> None:
        if old is not None:
            excess = applications.applied(work, "Invoice", body["Id"]) - applications.total_open(body)
            if excess > 0:
                applications.release(work, "Invoice", body["Id"], applications.total_open(body))
        if old is not None and currencies.is_foreign(work, body):
            applications.repost(work, "Invoice", body["Id"])
        estimate_links.follow(work, "Invoice", body, old)
        if old is None:
            autoapply.invoice_created(work, body)

    def removed(self, work: Work, body: Body) -> None:
        estimate_links.follow(work, "Invoice", {**body, "LinkedTxn": []}, body)

    def voiding(self, work: Work, body: Body) -> None:
        """Take the payments off first: they become unapplied."""
        applications.release(work, "Invoice", body["Id"], ZERO)

    def voided(self, work: Work, body: Body) -> Body:
        body = super().voided(work, body) | {"Balance": ZERO, "LinkedTxn": []}
        body.pop("Deposit", None)
        return body
