"""What must hold in every company's books after every write."""

from decimal import Decimal

from qb_collections.emulator import applications, ledger
from qb_collections.emulator.wire import ZERO, decode, money
from qb_collections.emulator.work import Work


def check(work: Work) -> None:
    """Raise AssertionError with the first contradiction found; the cost grows with the whole company."""
    _postings_balance(work)
    _balances_follow(work)
    _customers_equal_documents(work)


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
    for entity in ("JournalEntry", "Deposit"):
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
        assert expected == ledger_says == record_says, (
            f"customer {id_}: documents {expected}, ledger {ledger_says}, record {record_says}"
        )
