"""Read a company's books for the tests of companies and acts."""

from datetime import date
from decimal import Decimal


def entities(engine, realm_id, entity, where="deleted = 0"):
    with engine.store.reading() as conn:
        rows = conn.execute(
            f"SELECT id FROM object WHERE realm = ? AND entity = ? AND {where} ORDER BY id",
            (realm_id, entity),
        ).fetchall()
    return [engine.read(realm_id, entity, str(id_)) for (id_,) in rows]


def open_invoices(engine, realm_id):
    return entities(engine, realm_id, "Invoice", "deleted = 0 AND balance > 0")


def numbered(engine, realm_id, number):
    (found,) = entities(engine, realm_id, "Invoice", f"deleted = 0 AND doc_number = '{number}'")
    return found


def named(engine, realm_id, name):
    (found,) = [one for one in entities(engine, realm_id, "Customer") if one["DisplayName"] == name]
    return found


def owed(invoices):
    return sum((invoice["Balance"] for invoice in invoices), Decimal())


def late(invoices, on):
    return [invoice for invoice in invoices if date.fromisoformat(invoice["DueDate"]) < on]


def balance_of(engine, realm_id, account):
    """Debits less credits of an account, by the trial balance."""
    for row in engine.trial_balance(realm_id):
        if row["account"] == account:
            return row["debit"] - row["credit"]
    return Decimal()
