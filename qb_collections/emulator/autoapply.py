"""Automatic application of credits, where the company's preference says so.

A new credit goes to the customer's oldest open invoices, and a new invoice takes the customer's open credits,
oldest first.  A credit memo travels by a zero-total payment; a payment gets the invoice on a line of its own.
"""

from decimal import Decimal

from qb_collections.emulator.wire import ZERO, Body
from qb_collections.emulator.work import Work


def _is_on(work: Work) -> bool:
    return work.switches.auto_apply_on_api_documents and bool(
        work.preference("SalesFormsPrefs", "AutoApplyCredit")
    )


def credit_created(work: Work, body: Body) -> None:
    """Apply a new credit memo, or what a new payment left unapplied, to the oldest open invoices."""
    is_memo = "RemainingCredit" in body
    left: Decimal = body["RemainingCredit" if is_memo else "UnappliedAmt"]
    if left <= 0 or not _is_on(work):
        return
    parts: list[tuple[str, Decimal]] = []
    for id_, owed in _open(work, "Invoice", body["CustomerRef"]["value"], "due_on, txn_on, id"):
        if left <= 0:
            break
        part = min(left, owed)
        parts.append((id_, part))
        left -= part
    if parts and is_memo:
        _carry(work, body, parts)
    elif parts:
        _extend(work, body, parts)


def invoice_created(work: Work, body: Body) -> None:
    """Let a new invoice take the customer's open credits."""
    if not _is_on(work):
        return
    for entity in ("CreditMemo", "Payment"):
        for id_, credit in _open(work, entity, body["CustomerRef"]["value"], "txn_on, id"):
            invoice = work.body("Invoice", body["Id"])
            part = min(credit, invoice["Balance"]) if invoice else ZERO
            source = work.body(entity, id_)
            if part <= 0 or source is None:
                continue
            if entity == "CreditMemo":
                _carry(work, source, [(body["Id"], part)])
            else:
                _extend(work, source, [(body["Id"], part)])


def _open(work: Work, entity: str, customer: str, order: str) -> list[tuple[str, Decimal]]:
    found = work.conn.execute(
        "SELECT id FROM object WHERE realm = ? AND entity = ? AND customer = ? AND balance > 0"
        f" AND deleted = 0 ORDER BY {order}",
        (work.realm, entity, customer),
    ).fetchall()
    column = {"Invoice": "Balance", "CreditMemo": "RemainingCredit", "Payment": "UnappliedAmt"}[entity]
    bodies = [work.body(entity, str(id_)) for (id_,) in found]
    return [(body["Id"], body[column]) for body in bodies if body is not None]


def _carry(work: Work, memo: Body, parts: list[tuple[str, Decimal]]) -> None:
    from qb_collections.emulator import saving  # the payment is saved like any other

    whole = sum((part for _, part in parts), ZERO)
    lines = [{"Amount": part, "LinkedTxn": [{"TxnId": id_, "TxnType": "Invoice"}]} for id_, part in parts]
    lines.append({"Amount": whole, "LinkedTxn": [{"TxnId": memo["Id"], "TxnType": "CreditMemo"}]})
    saving.save(
        work,
        "Payment",
        {
            "CustomerRef": {"value": memo["CustomerRef"]["value"]},
            "TotalAmt": ZERO,
            "TxnDate": memo["TxnDate"]
            if memo["TxnDate"] > work.today().isoformat()
            else work.today().isoformat(),
            "PrivateNote": "Created by QB Online to link credits to charges.",
            "Line": lines,
        },
        {},
    )


def _extend(work: Work, payment: Body, parts: list[tuple[str, Decimal]]) -> None:
    from qb_collections.emulator import saving  # the payment is stored again like any other

    added = [{"Amount": part, "LinkedTxn": [{"TxnId": id_, "TxnType": "Invoice"}]} for id_, part in parts]
    saving.rewrite(work, "Payment", payment | {"Line": payment["Line"] + added})
