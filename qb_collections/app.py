"""Put the parts together."""

from __future__ import annotations

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import structlog
from sqlalchemy import Engine

from qb_collections import logs
from qb_collections.clock import Clock, RealClock
from qb_collections.config import EXAMPLES, BadSettings, Settings
from qb_collections.messages.outgoing import Mailer
from qb_collections.messages.smtp import SmtpMailer
from qb_collections.quickbooks.gateway import Gateway
from qb_collections.quickbooks.intuit import IntuitApp, http_session
from qb_collections.quickbooks.limits import Limiters, Limits
from qb_collections.quickbooks.oauth import Credentials
from qb_collections.services import gateways
from qb_collections.services.context import Context
from qb_collections.store import leases, schema
from qb_collections.store.connections import SqlTokenStore
from qb_collections.store.engine import open_engine
from qb_collections.store.key_file import KeyFile
from qb_collections.store.vault import Vault

_log = structlog.get_logger("app")
FETCHERS = 4  # pages asked for side by side


def build(
    settings: Settings,
    clock: Clock | None = None,
    *,
    shared_clock: Clock | None = None,
    mailer: Mailer | None = None,
    wake: Callable[[str, int], None] | None = None,
) -> Context:
    """Build the context of one process: open the database, bring it up to date, read the key.

    The data folder, the key file (readable by its owner only) and an empty
    database are made where they are missing, and the log says where.
    shared_clock is the one that an emulator in this process lives on too.
    Raises schema.NewerDatabase, touching nothing, for a newer database; BadKeyFile.
    """
    logs.configure(settings.log_level)
    clock = clock or RealClock()
    _make_folder(settings.data_dir)
    engine = open_engine(settings.engine_url)
    vault = _vault(settings, engine)
    schema.upgrade(engine)
    context = Context(
        engine=engine,
        clock=clock,
        random=random.Random(),
        executor=ThreadPoolExecutor(FETCHERS, thread_name_prefix="fetch"),
        settings=settings,
        vault=vault,
        gateway=_unbound,
        tokens=SqlTokenStore(engine, vault, clock),
        intuit=IntuitApp(http_session(), _credentials(settings), settings.redirect_uri),
        limiters=Limiters(_limits(settings)),
        mailer=mailer or SmtpMailer(),
        wake=wake or _nobody_to_wake,
        holder=leases.this_process(),
        on_clock=gateways.on_clock,
        shared_clock=shared_clock,
    )
    return gateways.on_clock(context, clock)


def _vault(settings: Settings, engine: Engine) -> Vault:
    """A key is made only beside an empty database: a full one needs the key that it was sealed with."""
    key_file = KeyFile(settings.key_path)
    if key_file.path.exists() or schema.state(engine) is not schema.State.EMPTY:
        return key_file.load()
    vault = key_file.ensure()
    _log.info("made a key", path=str(key_file.path), keep="with your backups, apart from the database")
    return vault


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        what = f"QBC_DATA_DIR: {folder} cannot be used as a folder ({error.strerror})"
        raise BadSettings((f"{what}. Example: QBC_DATA_DIR={EXAMPLES['data_dir']}",)) from None


def _credentials(settings: Settings) -> Credentials | None:
    if settings.intuit_client_id is None or settings.intuit_client_secret is None:
        return None
    return Credentials(settings.intuit_client_id, settings.intuit_client_secret.get_secret_value())


def _limits(settings: Settings) -> Limits:
    return Limits(
        per_minute=settings.calls_per_minute,
        per_second=settings.calls_per_second,
        in_flight=settings.calls_in_flight,
        batches_per_minute=settings.batches_per_minute,
    )


def _unbound(*_: object) -> Gateway:
    raise AssertionError("the gateway is bound to the finished context")


def _nobody_to_wake(kind: str, company_id: int) -> None:
    """A command works and ends; what is due is found in the database by whoever serves."""
