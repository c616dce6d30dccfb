"""What must hold in every company's books after every write."""

from decimal import Decimal

from qb_collections.emulator import applications, ledger, stock
from qb_collections.emulator.entities.bill_payment import unsettled
from qb_collections.emulator.wire import ZERO, decode, money
from qb_collections.emulator.work import Work


def check(work: Work) -> None:
    """Raise AssertionError with the first contradiction found; the cost grows with the whole company."""
    _postings_balance(work)
    _balances_follow(work)
    _documents_equal_applications(work)
    _customers_equal_documents(work)
    _vendors_equal_documents(work)
    _sub_ledgers_equal_accounts(work)
    _goods_equal_accounts(work)


def _postings_balance(work: Work) -> None:
    for entity, id_, amount in work.conn.execute(
        "SELECT entity, txn_id, sum(amount) FROM posting WHERE realm = ?"
        " GROUP BY entity, txn_id HAVING sum(amount) <> 0",
        (work.realm,),
    ):
        raise AssertionError(f"{entity} {id_} is out of balance by {money(amount)}")


def _balances_follow(work: Work) -> None:
    kept = dict(
        work.conn.execute(
            "SELECT account, amount FROM account_balance WHERE realm = ? AND amount <> 0", (work.realm,)
        )
    )
    summed = dict(
        work.conn.execute(
            "SELECT account, sum(amount) FROM posting WHERE realm = ?"
            " GROUP BY account HAVING sum(amount) <> 0",
            (work.realm,),
        )
    )
    assert kept == summed, f"account balances {kept} are not the postings' {summed}"


def _customers_equal_documents(work: Work) -> None:
    owed: dict[str, Decimal] = {}
    for customer, entity, amount in work.conn.execute(
        "SELECT customer, entity, sum(balance) FROM object WHERE realm = ? AND deleted = 0"
        " AND customer IS NOT NULL AND entity IN ('Invoice', 'CreditMemo', 'Payment')"
        " GROUP BY customer, entity",
        (work.realm,),
    ).fetchall():
        sign = 1 if entity == "Invoice" else -1
        owed[customer] = owed.get(customer, ZERO) + sign * money(amount)
    for entity in applications.BOOKED:
        for (id_,) in work.conn.execute(
            "SELECT id FROM object WHERE realm = ? AND entity = ? AND deleted = 0", (work.realm, entity)
        ).fetchall():
            for line, (customer, amount) in applications.open_lines(work, entity, str(id_)).items():
                used = applications.applied(work, entity, str(id_), line=line)
                owed[customer] = owed.get(customer, ZERO) + (amount - used if amount > 0 else amount + used)
    for id_, text in work.conn.execute(
        "SELECT id, body FROM object WHERE realm = ? AND entity = 'Customer' AND deleted = 0", (work.realm,)
    ).fetchall():
        expected = owed.get(str(id_), ZERO)
        ledger_says = ledger.customer_balance(work.conn, work.realm, str(id_))
        record_says = decode(text)["Balance"]
        assert expected == ledger_says, f"customer {id_}: documents {expected}, ledger {ledger_says}"
        if work.switches.customer_balance_in_home_currency:
            ledger_says = ledger.customer_home_balance(work.conn, work.realm, str(id_))
        assert ledger_says == record_says, f"customer {id_}: ledger {ledger_says}, record {record_says}"


def _documents_equal_applications(work: Work) -> None:
    """What is open on a document is its total less what is applied to it, and never negative."""
    for entity, id_, total, balance, text in work.conn.execute(
        "SELECT entity, id, total, balance, body FROM object WHERE realm = ? AND deleted = 0"
        " AND entity IN ('Invoice', 'CreditMemo', 'Bill', 'VendorCredit')",
        (work.realm,),
    ).fetchall():
        applied = applications.applied(work, entity, str(id_))
        deposit = decode(text).get("Deposit", ZERO)
        assert money(balance) == money(total) - deposit - applied, (
            f"{entity} {id_}: balance {money(balance)}, total {money(total)}, applied {applied}"
        )
        assert balance >= 0, f"{entity} {id_} is open for {money(balance)}"


def _vendors_equal_documents(work: Work) -> None:
    owed: dict[str, Decimal] = {}
    signs = {"Bill": 1, "VendorCredit": -1}
    for entity, text in work.conn.execute(
        "SELECT entity, body FROM object WHERE realm = ? AND deleted = 0"
        " AND entity IN ('Bill', 'VendorCredit', 'BillPayment')",
        (work.realm,),
    ).fetchall():
        body = decode(text)
        who = body["VendorRef"]["value"]
        if entity in signs:
            part = signs[entity] * body["Balance"]
        else:  # money beyond what the bills took
            part = -body["TotalAmt"] + sum((unsettled(line) for line in body["Line"]), ZERO)
        owed[who] = owed.get(who, ZERO) + part
    booked = dict(
        work.conn.execute(
            "SELECT customer, -sum(foreign_amount) FROM posting WHERE realm = ?"
            " AND entity IN ('JournalEntry', 'Deposit', 'Purchase') AND account IN"
            " (SELECT account FROM payable WHERE realm = ?) AND customer IS NOT NULL GROUP BY customer",
            (work.realm, work.realm),
        )
    )
    for id_, text in work.conn.execute(
        "SELECT id, body FROM object WHERE realm = ? AND entity = 'Vendor' AND deleted = 0", (work.realm,)
    ).fetchall():
        expected = owed.get(str(id_), ZERO) + money(booked.get(str(id_), 0))
        ledger_says = ledger.vendor_balance(work.conn, work.realm, str(id_))
        record_says = decode(text)["Balance"]
        assert expected == ledger_says == record_says, (
            f"vendor {id_}: documents {expected}, ledger {ledger_says}, record {record_says}"
        )


def _sub_ledgers_equal_accounts(work: Work) -> None:
    """The sums of what customers and vendors owe are the accounts' own, in their currencies."""
    for accounts, balances, sign in (
        ("receivable", "customer_balance", 1),
        ("payable", "vendor_balance", -1),
    ):
        (posted,) = work.conn.execute(
            f"SELECT coalesce(sum(foreign_amount), 0) FROM posting WHERE realm = ?"
            f" AND account IN (SELECT account FROM {accounts} WHERE realm = ?)",
            (work.realm, work.realm),
        ).fetchone()
        (owed,) = work.conn.execute(
            f"SELECT coalesce(sum(amount), 0) FROM {balances} WHERE realm = ?", (work.realm,)
        ).fetchone()
        assert posted * sign == owed, f"{accounts} accounts {money(posted)}, sub-ledger {money(owed)}"


def _goods_equal_accounts(work: Work) -> None:
    """What an item's goods are worth by their layers is what stands on its asset account."""
    for id_, text in work.conn.execute(
        "SELECT id, body FROM object WHERE realm = ? AND entity = 'Item' AND deleted = 0", (work.realm,)
    ).fetchall():
        if (item := decode(text))["Type"] != "Inventory":
            continue
        (posted,) = work.conn.execute(
            "SELECT coalesce(sum(amount), 0) FROM posting WHERE realm = ? AND item = ? AND account = ?",
            (work.realm, str(id_), item["AssetAccountRef"]["value"]),
        ).fetchone()
        assert money(posted) == stock.value(work, str(id_)), (
            f"item {id_}: account {money(posted)}, goods {stock.value(work, str(id_))}"
        )
        assert item["QtyOnHand"] == stock.quantity(work, str(id_)), f"item {id_} shows {item['QtyOnHand']}"
