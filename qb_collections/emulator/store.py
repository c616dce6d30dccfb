"""Where the emulator keeps its companies: one SQLite database, in a file or in memory.

Every version of every entity stands here as JSON text, with the columns that queries filter on and the
postings beside it.  One connection is shared under one lock, so what one request does is seen by the next.
"""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Amounts are integers of 1/10000; positive is a debit.  Instants are microseconds since 1970, in UTC.
SCHEMA = """
CREATE TABLE IF NOT EXISTS company (
  realm TEXT PRIMARY KEY,
  opened_at INTEGER NOT NULL,
  lapsed INTEGER NOT NULL DEFAULT 0
);
CREATE TABLE IF NOT EXISTS counter (
  realm TEXT NOT NULL,
  name TEXT NOT NULL,
  value TEXT NOT NULL,
  PRIMARY KEY (realm, name)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS object (
  key INTEGER PRIMARY KEY,
  realm TEXT NOT NULL,
  entity TEXT NOT NULL,
  id INTEGER NOT NULL,
  sync_token INTEGER NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  seq INTEGER NOT NULL,
  active INTEGER NOT NULL DEFAULT 1,
  deleted INTEGER NOT NULL DEFAULT 0,
  name TEXT COLLATE NOCASE,
  doc_number TEXT COLLATE NOCASE,
  customer TEXT,
  parent TEXT,
  txn_on TEXT,
  due_on TEXT,
  total INTEGER,
  balance INTEGER,
  body TEXT NOT NULL
);
CREATE UNIQUE INDEX IF NOT EXISTS object_id ON object (realm, entity, id);
CREATE INDEX IF NOT EXISTS object_number ON object (realm, entity, doc_number);
CREATE TABLE IF NOT EXISTS version (
  seq INTEGER PRIMARY KEY,
  realm TEXT NOT NULL,
  entity TEXT NOT NULL,
  id INTEGER NOT NULL,
  at INTEGER NOT NULL,
  operation TEXT NOT NULL,
  body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS posting (
  realm TEXT NOT NULL,
  entity TEXT NOT NULL,
  txn_id INTEGER NOT NULL,
  line INTEGER NOT NULL,
  txn_on TEXT NOT NULL,
  account TEXT NOT NULL,
  customer TEXT,
  class TEXT,
  department TEXT,
  item TEXT,
  tax_rate TEXT,
  amount INTEGER NOT NULL,
  currency TEXT NOT NULL,
  rate TEXT NOT NULL,
  foreign_amount INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS posting_txn ON posting (realm, entity, txn_id);
CREATE TABLE IF NOT EXISTS stock_move (
  realm TEXT NOT NULL,
  entity TEXT NOT NULL,
  txn_id INTEGER NOT NULL,
  line INTEGER NOT NULL,
  txn_on TEXT NOT NULL,
  item TEXT NOT NULL,
  kind TEXT NOT NULL,
  qty TEXT NOT NULL,
  booked INTEGER NOT NULL,
  customer TEXT,
  class TEXT,
  department TEXT,
  cost INTEGER NOT NULL,
  PRIMARY KEY (realm, entity, txn_id, line)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS stock_item ON stock_move (realm, item, txn_on);
CREATE TABLE IF NOT EXISTS link (
  realm TEXT NOT NULL,
  entity TEXT NOT NULL,
  id INTEGER NOT NULL,
  line INTEGER NOT NULL,
  to_entity TEXT NOT NULL,
  to_id INTEGER NOT NULL,
  to_line TEXT NOT NULL DEFAULT '',
  amount INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS link_from ON link (realm, entity, id);
CREATE INDEX IF NOT EXISTS link_to ON link (realm, to_entity, to_id);
CREATE TABLE IF NOT EXISTS receivable (
  realm TEXT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (realm, account)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS payable (
  realm TEXT NOT NULL,
  account TEXT NOT NULL,
  PRIMARY KEY (realm, account)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS vendor_balance (
  realm TEXT NOT NULL,
  vendor TEXT NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (realm, vendor)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS account_balance (
  realm TEXT NOT NULL,
  account TEXT NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (realm, account)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS customer_balance (
  realm TEXT NOT NULL,
  customer TEXT NOT NULL,
  amount INTEGER NOT NULL,
  PRIMARY KEY (realm, customer)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS upload (
  realm TEXT NOT NULL,
  id INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  content BLOB NOT NULL,
  PRIMARY KEY (realm, id)
);
CREATE TABLE IF NOT EXISTS answered (
  realm TEXT NOT NULL,
  request_id TEXT NOT NULL,
  at INTEGER NOT NULL,
  status INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (realm, request_id)
) WITHOUT ROWID;
"""

# Nothing that is written looks these up, so a great load may make them at its end.
_LATE_INDEXES = (
    "CREATE INDEX IF NOT EXISTS object_balance ON object (realm, entity, balance)",
    "CREATE INDEX IF NOT EXISTS object_customer ON object (realm, customer, entity)",
    "CREATE INDEX IF NOT EXISTS object_updated ON object (realm, entity, updated_at)",
    "CREATE INDEX IF NOT EXISTS object_txn_on ON object (realm, entity, txn_on)",
    "CREATE INDEX IF NOT EXISTS object_due_on ON object (realm, entity, due_on)",
    "CREATE INDEX IF NOT EXISTS object_name ON object (realm, name) WHERE name IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS object_parent ON object (realm, entity, parent) WHERE parent IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS version_id ON version (realm, entity, id)",
    "CREATE INDEX IF NOT EXISTS posting_account ON posting (realm, account, txn_on)",
)


class UnusableFile(Exception):
    """The file cannot keep the emulator's books: no database, or no place to write."""


class Store:
    """One database of emulated companies; None or ":memory:" keeps it in memory."""

    def __init__(self, path: str | None) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        self._after_commit: list[Callable[[], None]] = []
        try:
            self._open(path or ":memory:")
        except sqlite3.Error as error:
            raise UnusableFile(str(error)) from error

    def _open(self, path: str) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("PRAGMA journal_mode = WAL")
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA cache_size = -65536")
        self.script(SCHEMA)
        self._index()

    def script(self, sql: str) -> None:
        """Run DDL of another module; every statement must be safe to repeat."""
        with self._lock:
            self._connection.executescript(sql)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Hold the database alone; commit at the outermost end, undo this level when an exception passes.

        An inner transaction is a savepoint: the outer one may catch what it raised and go on.
        """
        due: list[Callable[[], None]] = []
        with self._lock:
            begun = len(self._after_commit)
            savepoint = f"level{self._depth}"
            self._connection.execute("BEGIN IMMEDIATE" if self._depth == 0 else f"SAVEPOINT {savepoint}")
            self._depth += 1
            try:
                yield self._connection
            except BaseException:
                self._depth -= 1
                del self._after_commit[begun:]
                if self._depth:
                    self._connection.execute(f"ROLLBACK TO {savepoint}")
                    self._connection.execute(f"RELEASE {savepoint}")
                else:
                    self._connection.execute("ROLLBACK")
                raise
            self._depth -= 1
            self._connection.execute(f"RELEASE {savepoint}" if self._depth else "COMMIT")
            if self._depth == 0:
                due, self._after_commit = self._after_commit, []
        for call in due:
            call()

    def _index(self) -> None:
        for statement in _LATE_INDEXES:
            self._connection.execute(statement)

    @contextmanager
    def unindexed(self) -> Iterator[None]:
        """Inside a transaction: write much without keeping the indexes that only queries need."""
        with self._lock:
            for statement in _LATE_INDEXES:
                self._connection.execute(f"DROP INDEX {statement.split()[5]}")
            yield
            self._index()

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Read what has been committed, and what the surrounding transaction has written."""
        with self._lock:
            yield self._connection

    def after_commit(self, call: Callable[[], None]) -> None:
        """Call once the outermost transaction has committed; forgotten when it is rolled back."""
        with self._lock:
            self._after_commit.append(call)

    def close(self) -> None:
        with self._lock:
            self._connection.close()
