"""sync and verify: read the books, and compare them with what we believe."""

from __future__ import annotations

import click

from qb_collections.cli.answers import HELD, OK, Answer, say
from qb_collections.cli.opening import working
from qb_collections.cli.progress import Shown
from qb_collections.cli.verbs import verb
from qb_collections.cli.watched import EXPLAIN
from qb_collections.cli.words import many, name_argument
from qb_collections.services import sync, verify
from qb_collections.services.sync_report import SyncReport
from qb_collections.services.verify_report import VerifyReport


def add_to(main: click.Group) -> None:
    @verb(main, "sync", "sync", 'sync "Bright Dental"')
    @name_argument
    def sync_(name: str | None) -> Answer:
        """Read what has changed in QuickBooks since the last time; the first time, everything that is open.

        Reads only: nothing is sent and nothing is written.
        """
        with working(name, "The sync") as work:
            progress = Shown()
            try:
                report = sync.sync(work.context, work.company, work.lease, progress)
            finally:
                progress.done()
        data = {"company": work.company.name, "read_at": report.read_at, **report.counts()}
        return Answer(data, [sync_sentence(work.company.name, report)])

    @verb(main, "verify", "verify", 'verify "Bright Dental"')
    @name_argument
    def verify_(name: str | None) -> Answer:
        """Ask QuickBooks whether it says what we believe it says: balances, our notes, our sends, our plans.

        Writes nothing into QuickBooks; puts our own copy right where it differs.  Each difference is named.
        Exit code 1 when something is left that could not be put right.
        """
        with working(name, "The check") as work:
            say(f"Reading {work.company.name} in QuickBooks …")
            report = verify.verify(work.context, work.company, work.lease)
        return verified(work.company.name, report)


def sync_sentence(name: str, report: SyncReport) -> str:
    calls = f"{many(report.calls, 'call')} to QuickBooks"
    if report.everything:
        return (
            f"{name} is read: {many(report.invoices, 'open invoice')} of "
            f"{many(report.customers, 'customer')}, "
            f"{many(report.payments, 'payment')} and {many(report.credit_memos, 'credit memo')}, in {calls}."
        )
    changed = report.customers + report.invoices + report.payments + report.credit_memos + report.deleted
    if changed == 0:
        return f"{name} is up to date: nothing has changed, in {calls}."
    return (
        f"{name} is up to date: {many(report.invoices, 'invoice')}, {many(report.customers, 'customer')}, "
        f"{many(report.payments, 'payment')} and {many(report.credit_memos, 'credit memo')} changed, "
        f"{report.deleted} deleted, in {calls}; {many(report.touched, 'customer is', 'customers are')} "
        "looked at again tonight."
    )


def verified(name: str, report: VerifyReport) -> Answer:
    apart = any(one.kind == "tie_out" and not one.repaired for one in report.differences)
    lines = [*report.lines, EXPLAIN] if apart else report.lines
    return Answer({"company": name, **report.as_json()}, lines, OK if report.agrees else HELD)
