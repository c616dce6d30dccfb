"""demo: the made-up company, or a ledger of one's own, through as many nights as one likes."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType
from typing import Any

import click

from qb_collections.cli import emulator as emulating
from qb_collections.cli import opening
from qb_collections.cli.answers import HELD, OK, Cannot, say
from qb_collections.cli.verbs import Count, long_verb
from qb_collections.cli.words import DAY
from qb_collections.demo import run, serving
from qb_collections.demo.bar import Bar
from qb_collections.demo.words import many
from qb_collections.demo.world import CannotBegin, World, opened
from qb_collections.emulator.companies import ledger_rows

NIGHTS = 30
NIGHTS_MAX = 120
BAD_ROWS_SHOWN = 20


def add_to(main: click.Group) -> None:
    @long_verb(
        main,
        "demo",
        "demo",
        "demo --nights 30 --exit --json",
        "demo --ledger ledger.csv --columns customer=customerID,number=invoiceNumber,issued=InvoiceDate,"
        "due=DueDate,amount=InvoiceAmount,settled=SettledDate --date-format %m/%d/%Y --as-of 2013-06-30",
    )
    @click.option(
        "--nights",
        type=Count(0, NIGHTS_MAX),
        default=NIGHTS,
        show_default=True,
        help="How many nights pass; 0 shows the first evening only.",
    )
    @click.option("--exit", "leave", is_flag=True, help="End after the summary; no web app.")
    @click.option(
        "--ledger",
        "file",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        help="A CSV of invoices.",
    )
    @click.option(
        "--columns", help="Which heading is what: customer=…,number=…,issued=…,due=…,amount=…[,settled=…]"
    )
    @click.option("--date-format", help="How the ledger writes days, such as %m/%d/%Y.")
    @click.option(
        "--as-of", type=DAY, help="The day on which the ledger is looked at; the rest happens later."
    )
    @click.option("--skip-bad-rows", is_flag=True, help="Leave out rows that cannot be right, and name them.")
    def demo(as_json: bool, nights: int, leave: bool, **company: Any) -> int:
        """Thirty nights of a made-up company in half a minute, then its web app until Ctrl-C.

        An emulated QuickBooks, the service and a scripted owner run in one process; nothing leaves this
        machine, and every demonstration begins anew.  With --json standard output is one object, printed
        when the nights are over: what was owed and is owed, who was contacted at which step, why the rest
        was left alone, promises, disputes, the plan with its proof, every write with its QuickBooks id, and
        checks that should all count 0.  Exit code 1 when one of them does not hold.
        """
        options = emulating.ledger_options(company="demo", currency="USD", **company)
        tell: Callable[[str], None] = say if as_json else click.echo
        _name_bad_rows(options, tell)
        settings = opening.quiet(opening.settings())
        before = signal.signal(signal.SIGTERM, _as_ctrl_c)
        try:
            with opened(settings, options) as world:
                return _demonstrated(world, nights, as_json, leave, tell)
        except (CannotBegin, serving.PortBusy) as refused:
            raise Cannot(str(refused)) from None
        except KeyboardInterrupt:
            raise Cannot("Stopped by you. The demo begins anew with its next start.") from None
        finally:
            signal.signal(signal.SIGTERM, before)


def _demonstrated(world: World, nights: int, as_json: bool, leave: bool, tell: Callable[[str], None]) -> int:
    progress = Bar(sys.stderr)
    done = run.play(world, nights, tell, progress, progress.done)
    if as_json:
        click.echo(json.dumps(done.data, ensure_ascii=False, indent=2))
    if not leave:
        serving.serve(world, serving.listen(world.context.settings), tell)
    return OK if done.summary is None or done.summary.ok else HELD


def _name_bad_rows(options: Mapping[str, Any], tell: Callable[[str], None]) -> None:
    """Rows that are left out are named with line and reason; without --skip-bad-rows they end the command."""
    if not options.get("skip_bad_rows"):
        return
    try:
        good, bad = ledger_rows.read(options["path"], options["columns"], options["date_format"])
    except ValueError as refused:
        raise Cannot(emulating.ledger_sentence(refused)) from None
    tell(f"The ledger: {many(len(good), 'row')} read, {len(bad)} left out.")
    for row in bad[:BAD_ROWS_SHOWN]:
        tell(f"  line {row.line}: {row.reason}")
    if len(bad) > BAD_ROWS_SHOWN:
        tell(f"  and {len(bad) - BAD_ROWS_SHOWN} more")


def _as_ctrl_c(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
