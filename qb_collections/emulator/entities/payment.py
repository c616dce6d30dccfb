"""Payments: money received, and the application of money and credits to what is owed."""

from decimal import Decimal
from typing import Any, ClassVar

from qb_collections.emulator import accounts, applications, autoapply, currencies, errors
from qb_collections.emulator.entities.base import Asked, Entity, Filters, Link, inside, merge_note
from qb_collections.emulator.entities.sales import (
    TRANSACTION_FIELDS,
    TRANSACTION_FILTERS,
    date_transaction,
    name_references,
)
from qb_collections.emulator.fields import Fields, amount_of, of_kind, text
from qb_collections.emulator.ledger import Posting
from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Columns, Work

_LINE = frozenset(
    {"Id", "LineNum", "Amount", "LinkedTxn", "LineEx", "DetailType", "Description", "CustomField"}
)


class Payment(Entity):
    name = "Payment"
    sequence = "Transaction"
    is_transaction = True
    applies = True
    can_delete = True
    can_void = True
    can_send = True
    fields: ClassVar[Fields] = {
        **TRANSACTION_FIELDS,
        **text(PaymentRefNum=21, PaymentType=0, DocNumber=21),
        **of_kind(
            "ref", "CustomerRef DepositToAccountRef ARAccountRef PaymentMethodRef ProjectRef TaxExemptionRef"
        ),
        **of_kind("money", "TotalAmt"),
        **of_kind("flag", "ProcessPayment"),
        **of_kind("lines", "Line"),
        **of_kind("free", "CreditCardPayment CheckPayment"),
        **of_kind("answer", "UnappliedAmt LinkedTxn HomeUnappliedAmt EmailStatus DeliveryInfo"),
    }
    filters: ClassVar[Filters] = {
        **TRANSACTION_FILTERS,
        "PaymentRefNum": inside("PaymentRefNum"),
        "UnappliedAmt": inside("UnappliedAmt", "number"),
        "PaymentMethodRef": inside("PaymentMethodRef.value"),
        "DepositToAccountRef": inside("DepositToAccountRef.value"),
    }

    def columns(self, body: Body) -> Columns:
        return Columns(
            customer=body["CustomerRef"]["value"],
            txn_on=body["TxnDate"],
            total=body["TotalAmt"],
            balance=body["UnappliedAmt"],
        )

    def prepare(self, work: Work, new: Body, old: Body | None, asked: Asked) -> Body:
        if "CustomerRef" not in new:
            raise errors.missing("CustomerRef")
        if "TotalAmt" not in new:
            raise errors.missing("TotalAmt")
        if new["TotalAmt"] < 0:
            raise errors.negative_amount("TotalAmt")
        date_transaction(work, new, old)
        kept = old is not None and old["CustomerRef"]["value"] == new["CustomerRef"]["value"]
        customer = work.referred("Customer", new["CustomerRef"], "CustomerRef", inactive=kept)
        new["CustomerRef"] = {"value": customer["Id"], "name": customer["DisplayName"]}
        currencies.settle(work, new, old, customer["CurrencyRef"]["value"])
        new["TotalAmt"] = currencies.in_unit(work, new, new["TotalAmt"])
        name_references(
            work,
            new,
            old,
            {"DepartmentRef": "Department", "PaymentMethodRef": "PaymentMethod", "ProjectRef": "Customer"},
        )
        if "DepositToAccountRef" in new:
            into = work.referred("Account", new["DepositToAccountRef"], "DepositToAccountRef", inactive=kept)
            accounts.check_money(work, into, new["CurrencyRef"]["value"])
        else:
            new["DepositToAccountRef"] = {"value": accounts.need(work, accounts.UNDEPOSITED)}
        new.setdefault("ProcessPayment", False)
        self._apply(work, new)
        return new

    def _apply(self, work: Work, new: Body) -> None:
        """Read the lines, check each against what is open, and find what stays unapplied."""
        room: dict[tuple[str, str, str], Decimal] = {}
        stored = []
        used = ZERO
        for raw in _split(new.get("Line") or []):
            entity, id_, line_id, amount = _target(raw)
            amount = currencies.in_unit(work, new, amount)
            if amount == 0:
                continue
            document = self._document(work, new, entity, id_)
            open_before, sign, line_id = self._open(work, new, (entity, id_, line_id), document, room)
            key = (entity, id_, line_id)
            left = room.setdefault(key, open_before)
            if amount > left:
                if work.switches.over_application == "reject":
                    raise errors.business(
                        f"The amount {amount} is more than the open balance {left} of {entity} {id_}."
                    )
                amount = left
            room[key] = left - amount
            used += sign * amount
            named = raw["LinkedTxn"][0]["TxnType"]  # an expense is shown as what it was called
            link = {"TxnId": id_, "TxnType": named} | ({"TxnLineId": line_id} if line_id else {})
            line = {"Amount": amount, "LinkedTxn": [link]}
            stored.append(line | {"LineEx": _line_ex(id_, open_before, document.get("DocNumber"))})
        new["Line"] = stored
        new["UnappliedAmt"] = new["TotalAmt"] - used
        currencies.show_home(work, new, HomeTotalAmt="TotalAmt", HomeUnappliedAmt="UnappliedAmt")
        if new["UnappliedAmt"] < 0:
            raise errors.business("The amount applied is more than the payment and its credits.")

    def _document(self, work: Work, new: Body, entity: str, id_: str) -> Body:
        document = work.body(entity, id_)
        if document is None:
            raise errors.not_found()
        if document["CurrencyRef"]["value"] != new["CurrencyRef"]["value"]:
            raise errors.business(f"The {entity} {id_} is in another currency than the payment.")
        if entity in applications.BALANCED and not _may_pay(work, new["CustomerRef"]["value"], document):
            raise errors.business(f"The {entity} {id_} belongs to another customer.")
        return document

    def _open(
        self,
        work: Work,
        new: Body,
        target: tuple[str, str, str],
        document: Body,
        room: dict[tuple[str, str, str], Decimal],
    ) -> tuple[Decimal, int, str]:
        """Return what was open before this payment, the sign of it, and the line that is meant.

        Where no line is named it is the first of the customer's on which something is left.
        """
        entity, id_, line_id = target
        own = new.get("Id")
        if entity in applications.BALANCED:
            applied = applications.applied(work, entity, id_, besides=own)
            return applications.total_open(document) - applied, (1 if entity == "Invoice" else -1), ""
        fitting = [
            (abs(amount) - applications.applied(work, entity, id_, line=line, besides=own), amount, line)
            for line, (customer, amount) in applications.open_lines(work, entity, id_).items()
            if line_id in ("", "0", line) and customer == new["CustomerRef"]["value"]
        ]
        for left, amount, line in sorted(
            fitting, key=lambda one: (one[2] != line_id, room.get((entity, id_, one[2]), one[0]) <= 0)
        ):
            return left, 1 if amount > 0 else -1, line
        raise errors.business(f"{entity} {id_} has no receivable line of this customer.")

    def links(self, work: Work, body: Body) -> list[Link]:
        found = []
        for index, line in enumerate(body["Line"]):
            target = applications.target_of(line["LinkedTxn"][0])
            found.append(applications.as_link(index, *target, line["Amount"]))
        return found

    def postings(self, work: Work, body: Body) -> list[Posting]:
        """Money against receivables, each part against the customer whose document it settles."""
        owed: dict[str, Decimal] = {body["CustomerRef"]["value"]: body["UnappliedAmt"]}
        for line in body["Line"]:
            entity, id_, _ = applications.target_of(line["LinkedTxn"][0])
            document = work.body(entity, id_) or {}
            holder = (document.get("CustomerRef") or body["CustomerRef"])["value"]
            owed[holder] = owed.get(holder, ZERO) + signed(work, body, line)
        receivable = accounts.receivable(work, body["CurrencyRef"]["value"])
        department = (body.get("DepartmentRef") or {}).get("value")
        if currencies.is_foreign(work, body):
            return self._foreign(work, body, owed, receivable, department)
        found = [Posting(receivable, -amount, who) for who, amount in owed.items() if amount]
        if body["TotalAmt"]:
            into = body["DepositToAccountRef"]["value"]
            who = body["CustomerRef"]["value"]
            found.insert(0, Posting(into, body["TotalAmt"], who, department=department))
        return found

    def _foreign(
        self, work: Work, body: Body, owed: dict[str, Decimal], receivable: str, department: str | None
    ) -> list[Posting]:
        """What documents give up stands at their own rates; the difference is exchange gain or loss."""
        payer = body["CustomerRef"]["value"]
        homes: dict[str, Decimal] = {payer: currencies.home_amount(work, body, body["UnappliedAmt"])}
        for (entity, id_, line), home in applications.released(work, self.name, body["Id"]).items():
            holder = ((work.body(entity, id_) or {}).get("CustomerRef") or body["CustomerRef"])["value"]
            homes[holder] = homes.get(holder, ZERO) + sign_of(work, entity, id_, line) * home
        code, rate = body["CurrencyRef"]["value"], currencies.rate_of(body)
        named = {"currency": code, "rate": rate}
        found = [
            Posting(receivable, -homes.get(who, ZERO), who, foreign_amount=-owed.get(who, ZERO), **named)
            for who in {**owed, **homes}
            if homes.get(who) or owed.get(who)
        ]
        if body["TotalAmt"]:
            into, home = (
                body["DepositToAccountRef"]["value"],
                currencies.home_amount(work, body, body["TotalAmt"]),
            )
            found.insert(
                0, Posting(into, home, payer, None, department, foreign_amount=body["TotalAmt"], **named)
            )
        rest = sum((one.amount for one in found), ZERO)
        if rest:
            gain = accounts.need(work, accounts.GAIN_OR_LOSS)
            found.append(Posting(gain, -rest, foreign_amount=ZERO, **named))
        return found

    def guard_change(self, work: Work, old: Body, new: Body | None) -> None:
        deposited = any(name == "Deposit" for name, _ in applications.sources(work, "Payment", old["Id"]))
        fixed = ("TotalAmt", "TxnDate", "DepositToAccountRef", "CustomerRef")
        if deposited and (new is None or any(old.get(name) != new.get(name) for name in fixed)):
            raise errors.deposited()

    def saved(self, work: Work, body: Body, old: Body | None) -> None:
        if old is None:
            autoapply.credit_created(work, body)

    def voided(self, work: Work, body: Body) -> Body:
        note = merge_note(body.get("PrivateNote"))
        return body | {"TotalAmt": ZERO, "UnappliedAmt": ZERO, "Line": [], "PrivateNote": note}

    def sent(self, work: Work, body: Body, send_to: str | None) -> Body:
        """A receipt is e-mailed; nothing on the payment changes."""
        return body


def signed(work: Work, payment: Body, line: Body) -> Decimal:
    """Return a line's amount: positive where it settles a debt, negative where it uses a credit."""
    amount: Decimal = line["Amount"]
    return sign_of(work, *applications.target_of(line["LinkedTxn"][0])) * amount


def sign_of(work: Work, entity: str, id_: str, line: str) -> int:
    """Return 1 for a document that is a debt of the customer's, -1 for one that is a credit."""
    if entity in ("Invoice", "CreditMemo"):
        return 1 if entity == "Invoice" else -1
    return 1 if applications.open_lines(work, entity, id_).get(line, ("", ZERO))[1] > 0 else -1


def _may_pay(work: Work, payer: str, document: Body) -> bool:
    """The customer itself, or somebody of its family where the bill goes to the parent."""
    holder = document["CustomerRef"]["value"]
    return payer == holder or payer in _bill_family(work, holder) or holder in _bill_family(work, payer)


def _bill_family(work: Work, customer: str) -> set[str]:
    """Return those who get the customer's bill: its parents, as long as each step bills with the parent."""
    found: set[str] = set()
    body = work.body("Customer", customer)
    while body is not None and body.get("BillWithParent") and "ParentRef" in body:
        found.add(body["ParentRef"]["value"])
        body = work.body("Customer", body["ParentRef"]["value"])
    return found


def _split(lines: list[Body]) -> list[Body]:
    """One line may name several documents (an invoice and the memo that pays it): each becomes a line."""
    found = []
    for line in lines:
        for name in line:
            if name not in _LINE:
                raise errors.unknown_property(name, "Line", _LINE)
        found += [{**line, "LinkedTxn": [link]} for link in line.get("LinkedTxn") or []]
    return found


def _target(line: Body) -> tuple[str, str, str, Decimal]:
    link: dict[str, Any] = line["LinkedTxn"][0]
    entity, id_, line_id = applications.target_of(link)
    if entity not in ("Invoice", "CreditMemo", *applications.BOOKED):
        raise errors.invalid_enum("TxnType", entity)
    amount = amount_of("Amount", line.get("Amount", 0))
    if amount < 0:
        raise errors.negative_amount("Amount")
    return entity, id_, line_id, amount


def _line_ex(id_: str, open_before: Decimal, doc_number: str | None) -> Body:
    """The name-value triples that QuickBooks shows beside a payment's line, in its Java spelling."""
    values = {"txnId": id_, "txnOpenBalance": str(open_before), "txnReferenceNumber": doc_number}
    return {
        "any": [
            {
                "name": "{http://schema.intuit.com/finance/v3}NameValue",
                "declaredType": "com.intuit.schema.finance.v3.NameValue",
                "scope": "javax.xml.bind.JAXBElement$GlobalScope",
                "value": {"Name": name, "Value": value},
                "nil": False,
                "globalScope": True,
                "typeSubstituted": False,
            }
            for name, value in values.items()
            if value is not None
        ]
    }
