"""Open what a command works with: the settings, the context, the company that was named, its lease."""

from __future__ import annotations

import getpass
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from qb_collections import app, config, logs
from qb_collections.cli.answers import Cannot, accepted, say
from qb_collections.config import Settings
from qb_collections.core.company_gates import Link
from qb_collections.services import finding
from qb_collections.services.company_time import on_company_time
from qb_collections.services.context import Context
from qb_collections.services.leasing import COMMAND_SECONDS, held
from qb_collections.services.placing import SOMEBODY
from qb_collections.store import leases
from qb_collections.store.companies import Company
from qb_collections.store.engine import reading
from qb_collections.store.leases import Lease, Leased

SOON_SECONDS = 2.0  # after this a person who waits is told for whom


@dataclass(frozen=True, slots=True)
class Work:
    """One company under our lease, on the clock that it lives on."""

    context: Context
    company: Company
    lease: Lease


def settings(**overrides: Any) -> Settings:
    """The settings of this call; raises BadSettings."""
    root = click.get_current_context().find_root()
    file: Path | None = (root.obj or {}).get("config")
    return config.read(file=file, **overrides)


def open_context() -> Context:
    """The context of a command.  Its log is quiet unless QBC_LOG_LEVEL says otherwise."""
    chosen = settings()
    context = app.build(quiet(chosen))
    logs.configure(quiet(chosen).log_level)
    click.get_current_context().find_root().call_on_close(lambda: _close(context))
    return context


def quiet(chosen: Settings) -> Settings:
    """A person at a terminal reads sentences; warnings and errors still come as log lines."""
    if "log_level" in chosen.model_fields_set:
        return chosen
    return chosen.model_copy(update={"log_level": "warning"})


def company_named(context: Context, name: str | None) -> Company:
    """The company with that name, or the only one.  Raises Refused, naming the nearest."""
    with reading(context.engine) as conn:
        return accepted(finding.company(conn, name))


def company_on_its_clock(name: str | None) -> tuple[Context, Company]:
    """For commands that ask what day it is at the company, and nothing of QuickBooks."""
    context = open_context()
    company = company_named(context, name)
    return on_company_time(context, company), company


@contextmanager
def working(name: str | None, what: str) -> Iterator[Work]:
    """Work for a company alone.  what was asked for is named when somebody else works for it."""
    context = open_context()
    company = company_named(context, name)
    refuse_disconnected(company)
    with leased(context, company, what) as work:
        yield work


@contextmanager
def leased(context: Context, company: Company, what: str) -> Iterator[Work]:
    """The company's lease; waits for it, and raises Cannot with the holder's name when the wait is over."""
    moved = on_company_time(context, company)
    _say_who_is_waited_for(context, company)
    try:
        with logs.about(company.alias), held(moved, company, COMMAND_SECONDS) as lease:
            yield Work(moved, company, lease)
    except Leased as taken:
        raise Cannot(
            f"{what} was not done: {leases.describe(taken.holder)} is working for {company.name}. "
            f"We waited {COMMAND_SECONDS:.0f} seconds; nothing was changed. Please try again in a minute."
        ) from None


def refuse_disconnected(company: Company) -> None:
    if company.state is Link.DISCONNECTED:
        raise Cannot(
            f"{company.name} is disconnected from QuickBooks. Its records are kept; "
            "connect it again with: qb-collections connect"
        )


def actor() -> str:
    """Who gives the command, for the audit and for sentences: the account's name, where it is a person's."""
    try:
        name = os.environ.get("SUDO_USER") or getpass.getuser()
    except (KeyError, OSError):  # an account without a name, as in some containers
        name = "root"
    return SOMEBODY if name == "root" else f"{name} (command line)"


def _say_who_is_waited_for(context: Context, company: Company) -> None:
    with reading(context.engine) as conn:
        holder = leases.holder_of(conn, company.id)
    if holder is not None and holder != context.holder:
        say(f"{leases.describe(holder)} was last at work for {company.name}; we wait for it if it still is.")


def _close(context: Context) -> None:
    context.executor.shutdown(wait=False, cancel_futures=True)
    context.engine.dispose()


Announce = Callable[[str], None]
