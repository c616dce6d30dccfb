"""emulator serve: a QuickBooks of one's own on this machine, to try things on."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from qb_collections.cli.answers import OK, Cannot, say
from qb_collections.cli.verbs import Count, long_verb, noun
from qb_collections.cli.waiting import until_stopped
from qb_collections.cli.words import DAY, INSTANT
from qb_collections.emulator import clocks
from qb_collections.emulator.clock import EmulatorClock
from qb_collections.emulator.companies.ledger_rows import LedgerRefused
from qb_collections.emulator.serve import EmulatorServer
from qb_collections.emulator.store import UnusableFile

KINDS = ("demo", "empty-us", "uk-vat", "multicurrency", "long-invoices", "many-invoices")

LAST_YEAR = 2100  # so that due dates and nights after the start are days too


def add_to(main: click.Group) -> None:
    @noun(main, "emulator", "emulator serve --port 9100 --control")
    def emulator() -> None:
        """Run a made-up QuickBooks on this machine."""

    @long_verb(
        emulator,
        "serve",
        "emulator serve --port 9100 --control",
        "emulator serve --ledger ledger.csv --columns customer=customerID,number=invoiceNumber,"
        "issued=InvoiceDate,due=DueDate,amount=InvoiceAmount,settled=SettledDate "
        "--date-format %m/%d/%Y --as-of 2013-06-30",
    )
    @click.option("--port", type=Count(0, 65535), default=0, help="0, the default, picks a free one.")
    @click.option(
        "--control", is_flag=True, help="Let scripts move the clock, act as people and make it fail."
    )
    @click.option("--throttle", is_flag=True, help="Refuse too many calls, as QuickBooks does.")
    @click.option("--clock", "kind", type=click.Choice(["real", "shifted", "manual"]), default="shifted")
    @click.option(
        "--start", "start_at", type=INSTANT, help="When its clock begins; else its company's first day."
    )
    @click.option("--data", type=click.Path(path_type=Path, dir_okay=False), help="Keep it in this file.")
    @click.option("--kind", "company", type=click.Choice(KINDS), default="demo", show_default=True)
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
    @click.option("--currency", default="USD", show_default=True)
    @click.option("--skip-bad-rows", is_flag=True, help="Leave out rows that cannot be right.")
    @click.option("--webhooks", metavar="URL", help="Send webhooks there.")
    def serve(as_json: bool, **given: Any) -> int:
        """Serve until Ctrl-C or SIGTERM.  Prints one line of JSON when it is ready, and nothing else.

        Connect to it with: qb-collections connect --emulator BASE_URL
        """
        server = _opened(**given)
        with until_stopped() as stopped:
            try:
                server.start()
                click.echo(json.dumps(server.ready_line()))
                stopped.wait()
            finally:
                server.stop()
        return OK


def _opened(
    *,
    port: int,
    control: bool,
    throttle: bool,
    kind: str,
    start_at: datetime | None,
    data: Path | None,
    webhooks: str | None,
    **company: Any,
) -> EmulatorServer:
    """A server with its company, its clock where the company is."""
    options = ledger_options(**company)
    clock = _clock(kind, start_at)
    try:
        server = EmulatorServer(
            path=str(data) if data else None,
            clock=clock,
            port=port,
            control=control,
            throttle=throttle,
            webhooks_url=webhooks,
        )
    except UnusableFile as error:
        raise Cannot(
            f"--data: {data} cannot keep the emulator's books ({error}). Name another file."
        ) from None
    except ValueError as refused:
        raise Cannot(f"--webhooks: {refused}. Example: --webhooks http://127.0.0.1:5000/webhooks") from None
    try:
        resume_at = server.resume_at()
        if server.front.companies.all():
            first_at = resume_at
        else:
            first_at = server.open_company(**options).start_at
        if isinstance(clock, clocks.MovableClock) and first_at is not None:
            if start_at is not None and start_at < first_at:
                raise Cannot(
                    f"The company's books reach to {first_at:%Y-%m-%dT%H:%M}Z; --start cannot be before."
                )
            clock.set(start_at or first_at)
    except (LedgerRefused, ValueError) as refused:
        server.stop()
        raise Cannot(ledger_sentence(refused)) from None
    except Cannot:
        server.stop()
        raise
    return server


def _clock(kind: str, start_at: datetime | None) -> EmulatorClock:
    real = clocks.RealClock()
    if kind == "real":
        if start_at is not None:
            raise click.UsageError("--start and --clock real do not go together: the real clock starts now.")
        return real
    if start_at is not None and start_at.year > LAST_YEAR:
        raise click.UsageError(f"--start: the year {start_at.year} is after {LAST_YEAR}. Is the year right?")
    first_at = start_at or real.now()
    return clocks.ShiftedClock(first_at) if kind == "shifted" else clocks.ManualClock(first_at)


def ledger_options(
    *,
    company: str,
    file: Path | None,
    columns: str | None,
    date_format: str | None,
    as_of: date | None,
    currency: str,
    skip_bad_rows: bool,
) -> dict[str, Any]:
    """What open_company is given: a kind and its options."""
    if file is None:
        if columns or date_format or as_of or skip_bad_rows:
            raise click.UsageError(
                "--columns, --date-format, --as-of and --skip-bad-rows belong to --ledger FILE."
            )
        return {"kind": company}
    if columns is None or date_format is None or as_of is None:
        raise click.UsageError(
            "--ledger needs --columns, --date-format and --as-of, so that nothing in it is guessed."
        )
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise click.UsageError(f"--currency: {currency[:60]!r} is not three capital letters, as in USD.")
    if skip_bad_rows:
        say("Rows that cannot be right are left out.")
    return {
        "kind": "ledger",
        "path": file,
        "columns": _columns(columns),
        "date_format": date_format,
        "as_of": as_of,
        "currency": currency,
        "skip_bad_rows": skip_bad_rows,
    }


def _columns(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(",")]
    wrong = [name for name, sign, heading in pairs if not (name.strip() and sign and heading.strip())]
    if wrong:
        raise click.UsageError(f"--columns: {wrong[0]!r} is not a pair. Write it as in customer=customerID.")
    return {name.strip(): heading.strip() for name, _, heading in pairs}


def ledger_sentence(refused: Exception) -> str:
    if isinstance(refused, LedgerRefused):
        return f"{refused}. Mend them, or leave them out with --skip-bad-rows."
    if isinstance(refused, UnicodeDecodeError):
        return "The ledger is not a text in UTF-8. Save it as CSV in UTF-8 and try again."
    return str(refused)
