"""What an act needs from one company's books: finding its records, and saving as of an instant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from qb_collections.emulator import act_queue, saving
from qb_collections.emulator.wire import CENT, Body

if TYPE_CHECKING:
    from qb_collections.emulator.engine import Engine

_DEFAULT_ZONE = "America/New_York"


@dataclass(frozen=True, slots=True)
class Books:
    """One company at the instant of an act."""

    engine: Engine
    realm_id: str
    at: datetime

    def on(self, act: Mapping[str, Any]) -> date:
        """The act's own date, or the company's date at the instant of the act."""
        if "on" in act:
            return day(act["on"], "on")
        zone = self.one("CompanyInfo", "1").get("DefaultTimeZone") or _DEFAULT_ZONE
        return self.at.astimezone(ZoneInfo(zone)).date()

    # Reading

    def one(self, entity: str, id_: str) -> Body:
        """Return an entity.  Raises ValueError when there is none."""
        found = self._row(entity, "id = ?", id_)
        if found is None:
            raise ValueError(f"There is no {entity} with the id {id_}.")
        return self.engine.read(self.realm_id, entity, found)

    def customer(self, ref: Any) -> str:
        """Return the id of a customer named by display name or by {"id": ...}."""
        if isinstance(ref, dict):
            return str(self.one("Customer", str(ref.get("id", "")))["Id"])
        found = self._row("Customer", "name = ?", str(ref))
        if found is None:
            raise ValueError(f"There is no customer named {ref!r}.")
        return found

    def invoice(self, ref: Any) -> Body:
        """Return an invoice named by its number, by {"id": ...} or by the {"key": ...} of its creation."""
        if isinstance(ref, dict) and "key" in ref:
            id_ = act_queue.invoice_of_key(self.engine.store, self.realm_id, str(ref["key"]))
            if id_ is None:
                raise ValueError(f"The invoice {ref['key']!r} has not been written yet.")
            return self.one("Invoice", id_)
        if isinstance(ref, dict):
            return self.one("Invoice", str(ref.get("id", "")))
        found = self._row("Invoice", "doc_number = ?", str(ref))
        if found is None:
            raise ValueError(f"There is no invoice numbered {ref}.")
        return self.one("Invoice", found)

    def document(self, entity: str, ref: Any) -> Body:
        """Return a payment by its id or reference number, a credit memo by its id or number."""
        id_ = str(ref.get("id", "")) if isinstance(ref, dict) else str(ref)
        if not isinstance(ref, dict) and entity != "Payment":
            id_ = self._row(entity, "doc_number = ?", id_) or id_
        return self.one(entity, id_)

    def account(self, name: str) -> str:
        found = self._row("Account", "name = ?", name)
        if found is None:
            raise ValueError(f"There is no account named {name!r}.")
        return found

    def named(self, entity: str, name: str) -> str | None:
        """Return the id of a list entry by its name, or None."""
        return self._row(entity, "name = ?", name)

    def open_invoices(self, customer_id: str) -> list[Body]:
        """The customer's invoices with a balance, oldest due date first."""
        with self.engine.store.reading() as conn:
            rows = conn.execute(
                "SELECT id FROM object WHERE realm = ? AND customer = ? AND entity = 'Invoice'"
                " AND deleted = 0 AND balance > 0 ORDER BY due_on, id",
                (self.realm_id, customer_id),
            ).fetchall()
        return [self.one("Invoice", str(id_)) for (id_,) in rows]

    def payer_of(self, invoice: Body) -> str:
        """Who pays an invoice: the customer, or the parent that its bills go to."""
        customer = self.one("Customer", invoice["CustomerRef"]["value"])
        if customer.get("BillWithParent") and customer.get("ParentRef"):
            return str(customer["ParentRef"]["value"])
        return str(customer["Id"])

    def is_plan_document(self, invoice: Body) -> bool:
        """Whether an invoice moves a balance instead of selling something: it posts to no income account."""
        accounts = {
            line["SalesItemLineDetail"]["ItemAccountRef"]["value"]
            for line in invoice["Line"]
            if "ItemAccountRef" in (line.get("SalesItemLineDetail") or {})
        }
        kinds = {self.one("Account", id_)["Classification"] for id_ in accounts}
        return bool(kinds) and kinds <= {"Asset", "Liability"}

    def _row(self, entity: str, condition: str, value: str) -> str | None:
        with self.engine.store.reading() as conn:
            row = conn.execute(
                f"SELECT id FROM object WHERE realm = ? AND entity = ? AND {condition} AND deleted = 0"
                " ORDER BY id DESC LIMIT 1",
                (self.realm_id, entity, value),
            ).fetchone()
        return None if row is None else str(row[0])

    # Writing

    def save(self, entity: str, body: Body) -> Body:
        return self.engine.save(self.realm_id, entity, body, at=self.at)

    def change(self, entity: str, old: Body, fields: Mapping[str, Any]) -> Body:
        """Update some properties of what was just read."""
        body = {"Id": old["Id"], "SyncToken": old["SyncToken"], "sparse": True, **fields}
        return self.save(entity, body)

    def send(self, invoice: Body) -> Body:
        """E-mail an invoice; QuickBooks notes when in DeliveryInfo.  Raises Fault without an address."""
        with self.engine.writing(self.realm_id, self.at) as work:
            return saving.send(work, "Invoice", str(invoice["Id"]), None)

    def void(self, entity: str, old: Body) -> Body:
        return self.engine.void(self.realm_id, entity, _named(old), at=self.at)

    def delete(self, entity: str, old: Body) -> Body:
        return self.engine.delete(self.realm_id, entity, _named(old), at=self.at)


def _named(old: Body) -> Body:
    return {"Id": old["Id"], "SyncToken": old["SyncToken"]}


def amount(value: Any, name: str = "amount") -> Decimal:
    """Read a positive amount in whole cents.  Raises ValueError."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{name} must be an amount such as 150.00, got {value!r}.") from None
    if not found.is_finite() or found <= 0 or found != found.quantize(CENT):
        raise ValueError(f"{name} must be a positive amount in whole cents, got {value!r}.")
    return found.quantize(CENT)


def several(value: Any, name: str) -> list[Any]:
    """Read a list that holds something.  Raises ValueError."""
    if not isinstance(value, list) or not value:
        raise ValueError(f"{name} must be a list with at least one entry, got {value!r}.")
    return value


def day(value: Any, name: str) -> date:
    """Read a date such as 2026-11-30.  Raises ValueError."""
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{name} must be a date such as 2026-11-30, got {value!r}.") from None
