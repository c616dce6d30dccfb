"""The emulated QuickBooks without its wire: companies, their records and their books."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import InvalidOperation
from typing import Any

from qb_collections.emulator import (
    batching,
    books,
    cdc,
    errors,
    invariants,
    invoice_links,
    reports,
    saving,
    selecting,
)
from qb_collections.emulator.clock import EmulatorClock
from qb_collections.emulator.entities import registry
from qb_collections.emulator.entities.company import merged
from qb_collections.emulator.errors import Fault as Fault
from qb_collections.emulator.ledger import Entry
from qb_collections.emulator.loading import Loader
from qb_collections.emulator.store import Store
from qb_collections.emulator.switches import Switches as Switches
from qb_collections.emulator.wire import Body, decode, instant, micros
from qb_collections.emulator.work import Change as Change
from qb_collections.emulator.work import Work

DEFAULTS = Switches()
_NOTHING: Mapping[str, str] = {}


class Engine:
    """Every operation of the accounting API, as calls; each call is one transaction.

    With debug, the books' invariants are checked after every write; AssertionError says which one broke.
    """

    def __init__(
        self, store: Store, clock: EmulatorClock, *, switches: Switches = DEFAULTS, debug: bool = False
    ) -> None:
        self.store = store
        self.clock = clock
        self.switches = switches
        self.debug = debug
        self._listeners: list[Callable[[Change], None]] = []
        self._roles: dict[tuple[str, str], str] = {}
        self._kept: dict[str, tuple[int, list[Entry]]] = {}

    # Companies

    def open_company(
        self, realm_id: str, *, company_info: dict[str, Any], preferences: dict[str, Any]
    ) -> None:
        """Create a company with these two records; everything else in it is made through save()."""
        with self.writing(realm_id) as work:
            work.conn.execute(
                "INSERT INTO company (realm, opened_at) VALUES (?, ?)", (realm_id, micros(work.at))
            )
            for name, body in (("CompanyInfo", company_info), ("Preferences", preferences)):
                work.put(registry.spec(name), {**body, "Id": "1", "domain": "QBO", "sparse": False}, "Create")

    def realms(self) -> list[str]:
        with self.store.reading() as conn:
            return [realm for (realm,) in conn.execute("SELECT realm FROM company ORDER BY realm")]

    def preferences(self, realm_id: str) -> dict[str, Any]:
        return self.read(realm_id, "Preferences", "1")

    def set_preferences(
        self, realm_id: str, patch: dict[str, Any], *, at: datetime | None = None
    ) -> dict[str, Any]:
        """Change preferences as a person can, read-only ones too; a value of None takes one away."""
        with self.writing(realm_id, at) as work:
            old = work.preferences
            return work.put(registry.spec("Preferences"), merged(old, patch), "Update").body

    def set_lapsed(self, realm_id: str, lapsed: bool) -> None:
        """End (or resume) the company's subscription: reads go on, writes are refused with 6190."""
        with self.writing(realm_id) as work:
            work.conn.execute("UPDATE company SET lapsed = ? WHERE realm = ?", (lapsed, realm_id))

    def today(self, realm_id: str) -> date:
        """Return the day an omitted TxnDate gets: the server's, which is Pacific for every company."""
        return self._work(realm_id, None).today()

    # Records

    def save(
        self,
        realm_id: str,
        entity: str,
        body: dict[str, Any],
        *,
        params: Mapping[str, str] = _NOTHING,
        at: datetime | None = None,
    ) -> dict[str, Any]:
        """Create, or update fully or sparsely, by the rules of the API; `at` sets the record's instants."""
        with self.writing(realm_id, at) as work:
            found = saving.save(work, entity, body, params)
            saving.finish(work)
            return self._shown(work, entity, found)

    @contextmanager
    def loading(self, realm_id: str) -> Iterator[Loader]:
        """Save many records in one transaction; nobody is told of them, and balances follow at the end."""
        with self.writing(realm_id) as work:
            loader = Loader(work)
            yield loader
            loader.close()

    def delete(
        self, realm_id: str, entity: str, body: dict[str, Any], *, at: datetime | None = None
    ) -> dict[str, Any]:
        """Delete a transaction and return its stub."""
        with self.writing(realm_id, at) as work:
            found = saving.delete(work, entity, body)
            saving.finish(work)
            return found

    def void(
        self, realm_id: str, entity: str, body: dict[str, Any], *, at: datetime | None = None
    ) -> dict[str, Any]:
        """Void a transaction; the body names its Id and SyncToken."""
        with self.writing(realm_id, at) as work:
            found = saving.void(work, entity, body)
            saving.finish(work)
            return self._shown(work, entity, found)

    def send(self, realm_id: str, entity: str, id_: str, send_to: str | None = None) -> dict[str, Any]:
        """E-mail a form to the given address, else to its own."""
        with self.writing(realm_id) as work:
            return saving.send(work, entity, id_, send_to)

    def read(
        self, realm_id: str, entity: str, id_: str, *, params: Mapping[str, str] = _NOTHING
    ) -> dict[str, Any]:
        """Return one record; raises Fault 2030 for an id that is no number, 610 when it is not there."""
        with self.reading(realm_id) as work:
            spec = registry.spec(entity)
            body = spec.lookup(work, id_) or work.body(spec.name, saving.check_id(id_))
            if body is None:
                raise errors.not_found()
            if spec.name == "Invoice" and invoice_links.wanted(params):
                body = invoice_links.add(work, [body])[0]
            return self._shown(work, entity, body)

    def query(self, realm_id: str, statement: str) -> dict[str, Any]:
        """Return the QueryResponse object; {} when no row fits."""
        with self.reading(realm_id) as work:
            return selecting.answer(work, statement, raw=False)

    def changes(self, realm_id: str, entities: Sequence[str], since: str) -> dict[str, Any]:
        """Return {"CDCResponse": [...]}."""
        with self.reading(realm_id) as work:
            return cdc.changes(work, entities, since, raw=False)

    def batch(self, realm_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Return {"BatchItemResponse": [...]}; an item that fails has its Fault and undoes only itself."""
        with self.store.transaction():
            return batching.run(self, realm_id, body, raw=False)

    def report(self, realm_id: str, name: str, params: Mapping[str, str] = _NOTHING) -> dict[str, Any]:
        """Return a report in Intuit's shape."""
        with self.reading(realm_id) as work:
            return reports.render(work, name, params)

    # Ground truth, which no API shows

    def versions(self, realm_id: str, entity: str, id_: str) -> list[dict[str, Any]]:
        """Return every version of a record, oldest first: {"at", "operation", "body"}."""
        with self.reading(realm_id) as work:
            found = work.conn.execute(
                "SELECT at, operation, body FROM version WHERE realm = ? AND entity = ? AND id = ?"
                " ORDER BY seq",
                (realm_id, registry.spec(entity).name, int(id_)),
            ).fetchall()
            return [
                {"at": instant(at).isoformat(), "operation": operation, "body": decode(body)}
                for at, operation, body in found
            ]

    def trial_balance(
        self, realm_id: str, *, as_of: date | None = None, basis: str = "accrual"
    ) -> list[dict[str, Any]]:
        """Return every account with a balance: account_id, account, type, debit, credit."""
        with self.reading(realm_id) as work:
            return books.trial_balance(work, as_of=as_of, basis=basis)

    def check(self, realm_id: str) -> None:
        """Raise AssertionError when the company's books contradict themselves."""
        with self.reading(realm_id) as work:
            invariants.check(work)

    def on_change(self, callback: Callable[[Change], None]) -> None:
        """Call back after commit, once for each change, outside the lock."""
        self._listeners.append(callback)

    # Plumbing

    @contextmanager
    def reading(self, realm_id: str) -> Iterator[Work]:
        with self.store.reading():
            yield self._work(realm_id, None)

    @contextmanager
    def writing(self, realm_id: str, at: datetime | None = None) -> Iterator[Work]:
        """One unit of work: committed as a whole, its changes announced afterwards."""
        try:
            with self.store.transaction():
                work = self._work(realm_id, at)
                yield work
                if self.debug:
                    invariants.check(work)
                changes = tuple(work.changes)
                if changes and self._listeners:
                    self.store.after_commit(lambda: self._tell(changes))
        except (OverflowError, InvalidOperation) as error:
            self._roles.clear()
            raise errors.invalid_number("Amount", "more than the books can hold") from error
        except BaseException:
            self._roles.clear()  # it may name an account that was just rolled back
            raise

    def _work(self, realm_id: str, at: datetime | None) -> Work:
        with self.store.reading() as conn:
            return Work(conn, realm_id, at or self.clock.now(), self.switches, self._roles, self._kept)

    def _tell(self, changes: tuple[Change, ...]) -> None:
        for change in changes:
            for listener in self._listeners:
                listener(change)

    def _shown(self, work: Work, entity: str, body: Body) -> Body:
        spec = registry.spec(entity)
        return spec.show(work, body) if spec.is_live and body.get("status") != "Deleted" else body
