"""The parts of one demonstration: the emulated QuickBooks, the service, their one clock."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from qb_collections import app, logs
from qb_collections.config import Settings
from qb_collections.demo.clock import DemoClock
from qb_collections.demo.mail_sink import MailSink
from qb_collections.emulator import acts
from qb_collections.emulator.companies import CompanyHandle
from qb_collections.emulator.companies.ledger_rows import LedgerRefused
from qb_collections.emulator.serve import EmulatorServer
from qb_collections.services import connect, history, leasing, report_figures
from qb_collections.services.context import Context
from qb_collections.services.refusal import Refusal
from qb_collections.store import companies
from qb_collections.store.companies import Company
from qb_collections.store.engine import durable, reading
from qb_collections.store.leases import Lease

FOLDER = "demo"  # inside the data folder, when one is set


class CannotBegin(Exception):
    """The demonstration cannot begin; its text is a sentence."""


@dataclass
class World:
    clock: DemoClock
    emulator: EmulatorServer
    handle: CompanyHandle
    context: Context
    mail: MailSink  # takes the company's e-mail, and passes nothing on
    company_id: int = 0

    @property
    def company(self) -> Company:
        """The company as it is stored this moment."""
        with reading(self.context.engine) as conn:
            return companies.get(conn, self.company_id)

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.company.zone)

    @property
    def today(self) -> date:
        return self.company.today(self.clock.now())

    def connect(self) -> Company:
        """Walk the whole authorisation over HTTP.  Raises CannotBegin with the sentence of a refusal."""
        done = connect.connect_emulator(self.context, self.emulator.base_url, None, "demo")
        if isinstance(done, Refusal):
            raise CannotBegin(done.message)
        self.company_id = done.id
        return done

    def change(self, **fields: Any) -> None:
        """What the owner enters on the settings page."""
        with durable(self.context.engine) as conn:
            companies.update(conn, self.company_id, **fields)

    @contextmanager
    def working(self) -> Iterator[tuple[Company, Lease]]:
        company = self.company
        with leasing.held(self.context, company) as lease:
            yield company, lease

    def read_past(self) -> None:
        """What the service reads and works out while nobody waits, before somebody looks at its pages."""
        with self.working() as (company, lease):
            history.read(self.context, company, lease, lambda: False)
        report_figures.refresh(self.context, self.company)

    def wait_until(self, at: datetime) -> None:
        """Let the time pass; customers' payments and new invoices of that time happen in the books."""
        if at > self.clock.now():
            self.clock.set(at)
        acts.run_due(self.emulator.engine, self.handle.realm_id)

    def act(self, act: Mapping[str, Any]) -> dict[str, Any]:
        """Somebody works in QuickBooks by hand."""
        return acts.perform(self.emulator.engine, self.handle.realm_id, act)

    def schedule(self, at: datetime, act: Mapping[str, Any]) -> None:
        acts.schedule(self.emulator.engine, self.handle.realm_id, at, act)


@contextmanager
def opened(settings: Settings, company: Mapping[str, Any]) -> Iterator[World]:
    """Build the emulated company and the service, in a fresh folder.

    company is what the emulator's open_company takes.  With a data folder set, the demonstration's files
    stand in its folder "demo" and stay for a look; else they vanish with the end.  Raises CannotBegin for a
    ledger that cannot be read.
    """
    with _folder(settings) as folder:
        clock = DemoClock(datetime.fromisoformat("2000-01-01T00:00:00+00:00"))
        emulator = EmulatorServer(path=None, clock=clock, control=True, throttle=True)
        try:
            try:
                handle = emulator.open_company(**company)
            except LedgerRefused as refused:
                raise CannotBegin(f"{refused}. Mend them, or leave them out with --skip-bad-rows.") from None
            except UnicodeDecodeError:
                raise CannotBegin("The ledger is not a text in UTF-8. Save it as CSV in UTF-8.") from None
            except ValueError as refused:
                raise CannotBegin(str(refused)) from None
            clock.set(handle.start_at)
            emulator.start()
            chosen = settings.model_copy(update={"data_dir": folder, "database_url": None, "key_file": None})
            context = app.build(chosen, clock, shared_clock=clock)
            logs.configure(chosen.log_level)
            mail = MailSink()
            mail.start()
            try:
                yield World(clock, emulator, handle, context, mail)
            finally:
                mail.stop()
                context.executor.shutdown(wait=False, cancel_futures=True)
                context.engine.dispose()
        finally:
            emulator.stop()


@contextmanager
def _folder(settings: Settings) -> Iterator[Path]:
    if "data_dir" not in settings.model_fields_set:
        with tempfile.TemporaryDirectory(prefix="qb-collections-demo-", ignore_cleanup_errors=True) as name:
            yield Path(name)
        return
    folder = settings.data_dir / FOLDER
    shutil.rmtree(folder, ignore_errors=True)  # every demonstration begins anew
    folder.mkdir(parents=True, mode=0o700)
    yield folder
