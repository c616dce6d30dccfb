"""The double entry: postings of transactions, and the balances kept beside them."""

import sqlite3
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from qb_collections.emulator.wire import money, units

# Postings from this line on are what goods cost (stock.py); those before it are the document's own.
COST_LINES = 1_000_000


@dataclass(frozen=True, slots=True)
class Posting:
    """One line in the general ledger, in home currency; a debit is positive.

    The customer is set on receivables and on income (on payables it is the vendor), the tax rate on sales
    tax.
    """

    account: str
    amount: Decimal
    customer: str | None = None
    class_: str | None = None
    department: str | None = None
    item: str | None = None
    tax_rate: str | None = None
    currency: str | None = None  # None: the home currency
    rate: Decimal = Decimal(1)
    foreign_amount: Decimal | None = None  # None: the home amount


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger, in the store's units; a debit is positive."""

    on: str
    account: str
    customer: str | None
    class_: str | None
    department: str | None
    item: str | None
    units: int


@dataclass(frozen=True, slots=True)
class Places:
    """The ids of a company's accounts of type Accounts Receivable and Accounts Payable."""

    receivable: frozenset[str]
    payable: frozenset[str]


@dataclass(frozen=True, slots=True)
class Transaction:
    """What is posted: a record and its day; fresh: it has no postings yet; costs: its goods', not its own."""

    realm: str
    entity: str
    id: str
    on: str
    fresh: bool = False
    costs: bool = False


@dataclass(slots=True)
class Gathered:
    """Movements of balances that a load writes at its end: account, customer or vendor -> units."""

    accounts: defaultdict[str, int]
    customers: defaultdict[str, int]
    vendors: defaultdict[str, int]

    def flush(self, conn: sqlite3.Connection, realm: str) -> None:
        _add(conn, "account_balance", "account", realm, self.accounts)
        _add(conn, "customer_balance", "customer", realm, self.customers)
        _add(conn, "vendor_balance", "vendor", realm, self.vendors)
        for sums in (self.accounts, self.customers, self.vendors):
            sums.clear()


def gathered() -> Gathered:
    return Gathered(defaultdict(int), defaultdict(int), defaultdict(int))


def places(conn: sqlite3.Connection, realm: str) -> Places:
    return Places(receivable_accounts(conn, realm), payable_accounts(conn, realm))


def post(
    conn: sqlite3.Connection,
    transaction: Transaction,
    postings: Sequence[Posting],
    *,
    places: Places,
    home: str,
    gather: Gathered | None = None,
) -> tuple[set[str], set[str]]:
    """Replace one transaction's postings; return the customers and the vendors whose balance has moved.

    A customer's has also moved when it is worth something else at home.

    Balances follow by difference, so the cost does not grow with the books; with gather they follow later.
    """
    realm, entity, id_ = transaction.realm, transaction.entity, transaction.id
    first = COST_LINES if transaction.costs else 0
    own = (realm, entity, int(id_), first, first + COST_LINES)
    assert sum(posting.amount for posting in postings) == 0, f"{entity} {id_} does not balance: {postings}"
    accounts: defaultdict[str, int] = defaultdict(int)
    customers: defaultdict[str, int] = defaultdict(int)
    vendors: defaultdict[str, int] = defaultdict(int)
    at_home: defaultdict[str, int] = defaultdict(int)  # a new rate moves this alone

    def count(account: str, customer: str | None, amount: int, foreign: int) -> None:
        accounts[account] += amount
        if customer is not None and account in places.receivable:
            customers[customer] += foreign  # a customer owes in the customer's currency
            at_home[customer] += amount
        if customer is not None and account in places.payable:
            vendors[customer] -= foreign

    if not transaction.fresh:
        for account, customer, amount, foreign in conn.execute(
            "SELECT account, customer, amount, foreign_amount FROM posting"
            " WHERE realm = ? AND entity = ? AND txn_id = ? AND line >= ? AND line < ?",
            own,
        ):
            count(account, customer, -amount, -foreign)
    if accounts:
        conn.execute(
            "DELETE FROM posting WHERE realm = ? AND entity = ? AND txn_id = ? AND line >= ? AND line < ?",
            own,
        )
    rows = []
    for line, posting in enumerate(postings, start=first):
        amount = units(posting.amount)
        foreign = amount if posting.foreign_amount is None else units(posting.foreign_amount)
        count(posting.account, posting.customer, amount, foreign)
        rows.append(
            (
                *(
                    realm,
                    entity,
                    int(id_),
                    line,
                    transaction.on,
                    posting.account,
                    posting.customer,
                    posting.class_,
                ),
                *(posting.department, posting.item, posting.tax_rate, amount, posting.currency or home),
                *(str(posting.rate), foreign),
            )
        )
    conn.executemany("INSERT INTO posting VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
    sums = gather or gathered()
    for held, moved in ((sums.accounts, accounts), (sums.customers, customers), (sums.vendors, vendors)):
        for name, amount in moved.items():
            held[name] += amount
    if gather is None:
        sums.flush(conn, realm)
    return (
        {who for who, amount in customers.items() if amount or at_home[who]},
        {who for who, moved in vendors.items() if moved},
    )


def _add(conn: sqlite3.Connection, table: str, column: str, realm: str, amounts: dict[str, int]) -> None:
    if not any(amounts.values()):
        return
    conn.executemany(
        f"INSERT INTO {table} (realm, {column}, amount) VALUES (?, ?, ?)"
        f" ON CONFLICT (realm, {column}) DO UPDATE SET amount = amount + excluded.amount",
        [(realm, name, amount) for name, amount in amounts.items() if amount],
    )


def receivable_accounts(conn: sqlite3.Connection, realm: str) -> frozenset[str]:
    """Return the ids of the accounts of type Accounts Receivable."""
    found = conn.execute("SELECT account FROM receivable WHERE realm = ?", (realm,))
    return frozenset(account for (account,) in found)


def payable_accounts(conn: sqlite3.Connection, realm: str) -> frozenset[str]:
    """Return the ids of the accounts of type Accounts Payable."""
    found = conn.execute("SELECT account FROM payable WHERE realm = ?", (realm,))
    return frozenset(account for (account,) in found)


def vendor_balance(conn: sqlite3.Connection, realm: str, vendor: str) -> Decimal:
    """Return what the company owes the vendor by the payables accounts."""
    found = conn.execute(
        "SELECT amount FROM vendor_balance WHERE realm = ? AND vendor = ?", (realm, vendor)
    ).fetchone()
    return money(found[0] if found else 0)


def account_balance(conn: sqlite3.Connection, realm: str, account: str) -> Decimal:
    """Return debits less credits."""
    found = conn.execute(
        "SELECT amount FROM account_balance WHERE realm = ? AND account = ?", (realm, account)
    ).fetchone()
    return money(found[0] if found else 0)


def customer_balance(conn: sqlite3.Connection, realm: str, customer: str) -> Decimal:
    """Return what the customer owes by the receivables accounts."""
    found = conn.execute(
        "SELECT amount FROM customer_balance WHERE realm = ? AND customer = ?", (realm, customer)
    ).fetchone()
    return money(found[0] if found else 0)


def customer_home_balance(conn: sqlite3.Connection, realm: str, customer: str) -> Decimal:
    """Return what the customer owes by the receivables accounts, in home currency."""
    found = conn.execute(
        "SELECT coalesce(sum(amount), 0) FROM posting WHERE realm = ? AND customer = ?"
        " AND account IN (SELECT account FROM receivable WHERE realm = ?)",
        (realm, customer, realm),
    ).fetchone()
    return money(found[0])
