"""Whatever people do in QuickBooks, the mirror equals the books after every sync."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qb_collections import app, config
from qb_collections.clock import ManualClock
from qb_collections.emulator.errors import Fault
from qb_collections.emulator.serve import EmulatorServer
from qb_collections.quickbooks import capture
from qb_collections.services import connect
from qb_collections.services.leasing import held
from qb_collections.services.sync import sync
from qb_collections.store import mirror
from qb_collections.store.engine import reading
from tests.services.conftest import START, Books

ACTS = (
    *("invoice", "invoice", "pay", "part_pay", "on_account", "memo", "apply_memo", "return", "unapply"),
    *("elsewhere", "void", "delete_invoice", "delete_memo", "redate", "readdress", "note", "edit_amount"),
    *("merge", "new_customer"),
)
STEP = st.tuples(st.sampled_from(ACTS), st.integers(0, 10), st.integers(1, 300))
# Between two syncs: the acts, the days that pass, and how many rows one capture holds.
STRETCH = st.tuples(
    st.lists(STEP, max_size=6), st.sampled_from([1, 1, 7, 29, 31, 45]), st.sampled_from([4, 1000])
)


def rows(books, entity):
    found = books.emulator.engine.query(books.realm_id, f"SELECT * FROM {entity} MAXRESULTS 1000")
    return found.get(entity, [])


def one_of(found, number):
    return found[number % len(found)] if found else None


def act(books, customers, step):
    """One act of a person; what QuickBooks would refuse them does not happen."""
    name, number, cents = step
    if name == "new_customer":
        customers.append(books.customer(f"Customer {len(customers)} {number} {cents}"))
        return
    if name == "merge":
        merge(books, customers, number)
        return
    customer = customers[number % len(customers)]
    invoice, payment = one_of(rows(books, "Invoice"), number), one_of(rows(books, "Payment"), number)
    memo = one_of(rows(books, "CreditMemo"), number)
    if name == "invoice":
        books.invoice(customer, cents)
    elif name == "on_account":
        books.payment(customer, cents)
    elif name == "memo":
        books.credit_memo(customer, cents)
    elif name == "readdress":
        fields = {"PrimaryEmailAddr": {"Address": f"new{cents}@birds.example"}}
        books.act("edit", entity="Customer", id=customer, fields=fields)
    elif name == "apply_memo" and memo and invoice:
        books.act("apply", invoice={"id": invoice["Id"]}, credit_memo={"id": memo["Id"]})
    elif name == "delete_memo" and memo:
        books.delete("CreditMemo", memo["Id"])
    elif name in ("return", "unapply") and payment:
        books.act("return_payment" if name == "return" else "unapply", payment={"id": payment["Id"]})
    elif name == "elsewhere" and payment and invoice:
        books.act("apply_elsewhere", payment={"id": payment["Id"]}, invoice={"id": invoice["Id"]})
    elif invoice:
        on_invoice(books, invoice, name, cents)


def merge(books, customers, number):
    """Everything of one customer becomes another's, and the one is gone."""
    loser, winner = customers[number % len(customers)], customers[(number + 1) % len(customers)]
    books.act("merge", entity="Customer", **{"from": {"id": loser}, "into": {"id": winner}})
    customers.remove(loser)


def on_invoice(books, invoice, name, cents):
    named = {"id": invoice["Id"]}
    if name == "pay":
        books.act("pay", invoice=named)
    elif name == "part_pay":
        books.act("part_pay", invoice=named, amount=str(Decimal(cents) / 100))
    elif name == "void":
        books.act("void", invoice=named)
    elif name == "delete_invoice":
        books.delete("Invoice", invoice["Id"])
    elif name == "redate":
        books.act("redate", invoice=named, due=f"2027-01-{cents % 28 + 1:02}")
    elif name == "note":
        books.act("add_note", invoice=named, text="called")
    elif name == "edit_amount":
        line = {
            "Amount": cents,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {"ItemRef": {"value": "1"}},
        }
        books.act("edit", entity="Invoice", id=invoice["Id"], fields={"Line": [line]})


def check(context, company, books):
    theirs = {
        kind: {row["Id"]: row for row in rows(books, kind)} for kind in ("Invoice", "Payment", "CreditMemo")
    }
    customers = {row["Id"]: row for row in rows(books, "Customer")}
    with reading(context.engine) as conn:
        ids = mirror.ids(conn, company.id)
        invoices = mirror.invoices(conn, company.id, ids["Invoice"])
        payments = mirror.payments_of(conn, company.id, ids["Customer"])
        links = mirror.links_of_payments(conn, company.id, ids["Payment"])
        memos = {one.id: one for one in mirror.credit_memos_open(conn, company.id)}
        known = mirror.customers(conn, company.id)
    owing = {one.customer_id for one in invoices.values() if one.balance}
    assert {
        id: (one.balance.amount, one.total.amount, one.due_on.isoformat(), one.customer_id)
        for id, one in invoices.items()
        if one.balance or one.customer_id in customers
    } == {
        id: (row["Balance"], row["TotalAmt"], row["DueDate"], row["CustomerRef"]["value"])
        for id, row in theirs["Invoice"].items()
        if row["Balance"] or (id in invoices and invoices[id].customer_id in customers)
    }
    assert {one.id: (one.total.amount, one.unapplied.amount) for one in payments} == {
        id: (row["TotalAmt"], row["UnappliedAmt"])
        for id, row in theirs["Payment"].items()
        if id in ids["Payment"] or row["UnappliedAmt"]
    }
    assert ids["Payment"] == {one.id for one in payments}
    assert sorted((one.payment_id, one.document_id, one.amount.amount) for one in links) == sorted(
        (id, linked["TxnId"], line["Amount"])
        for id, row in theirs["Payment"].items()
        if id in ids["Payment"]
        for line in row.get("Line", [])
        for linked in line["LinkedTxn"]
    )
    assert {id: one.remaining.amount for id, one in memos.items()} == {
        id: row["RemainingCredit"] for id, row in theirs["CreditMemo"].items() if row["RemainingCredit"]
    }
    assert ids["CreditMemo"] <= theirs["CreditMemo"].keys()
    # Who was merged away owing nothing, while the survivor was busy: a push tells, else the weekly count.
    silent = {id for id, one in known.items() if id not in customers and not one.balance and id not in owing}
    assert {id: (one.balance.amount, one.emails) for id, one in known.items() if id not in silent} == {
        id: (row["Balance"], tuple(filter(None, [row.get("PrimaryEmailAddr", {}).get("Address")])))
        for id, row in customers.items()
    }


@settings(max_examples=6, suppress_health_check=list(HealthCheck))
@given(st.lists(STRETCH, min_size=1, max_size=4))
def test_after_every_sync_of_a_random_history_the_mirror_equals_the_books(tmp_path_factory, history):
    clock = ManualClock(START)
    emulator = EmulatorServer(path=None, clock=clock, control=True)
    emulator.start()
    folder = str(tmp_path_factory.mktemp("books"))
    context = app.build(config.read({}, data_dir=folder, log_level="error"), clock, shared_clock=clock)
    try:
        books = Books(emulator)
        customers = [books.customer(name) for name in ("Amy", "Bob", "Zoe")]
        books.invoice(customers[0], 100)
        company = connect.connect_emulator(context, emulator.base_url, books.realm_id)
        for acts, days, rows_max in history:
            for step in acts:
                try:
                    act(books, customers, step)
                except (Fault, ValueError, AssertionError):
                    continue
                clock.advance(timedelta(seconds=step[1]))
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(capture, "CAPTURE_ROWS", rows_max)
                with held(context, company) as lease:
                    sync(context, company, lease)
            check(context, company, books)
            clock.advance(timedelta(days=days))
    finally:
        context.executor.shutdown()
        context.engine.dispose()
        emulator.stop()
