"""The program `qb-collections`: every command, and the one place where an error becomes a sentence."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, NoReturn
from unicodedata import category

import click
import structlog

from qb_collections import __version__, logs
from qb_collections.cli.answers import CANNOT, HELD, Answer, Cannot, Refused
from qb_collections.cli.verbs import PROGRAM, Commands, epilog
from qb_collections.config import BadSettings
from qb_collections.quickbooks.errors import AnswerLost, QuickBooksError, ReconnectNeeded, ServerTrouble
from qb_collections.store.engine import trouble
from qb_collections.store.key_file import BadKeyFile
from qb_collections.store.leases import LeaseLost
from qb_collections.store.schema import DamagedDatabase, NewerDatabase
from qb_collections.store.vault import CannotOpen

# The module of each command.  It is read when the command is asked for: `sync` needs no web server.
MODULES: Mapping[str, str] = {
    "backup": "safekeeping",
    "companies": "companies",
    "company": "companies",
    "connect": "connecting",
    "customer": "customers",
    "db": "safekeeping",
    "demo": "demo",
    "disconnect": "connecting",
    "doctor": "doctor",
    "emulator": "emulator",
    "explain": "explaining",
    "forecast": "figures",
    "history": "history",
    "hold": "holds",
    "keys": "safekeeping",
    "mail": "mail",
    "metrics": "figures",
    "night": "nights",
    "plan": "plans",
    "policy": "policies",
    "preview": "nights",
    "letter": "letters",
    "reply": "replies",
    "restore": "safekeeping",
    "run": "runs",
    "serve": "serving",
    "stop": "stopping",
    "sync": "books",
    "task": "tasks",
    "templates": "templates",
    "undo": "undo",
    "user": "users",
    "verify": "books",
}


class Program(Commands):
    """The outermost loop of a command: whatever happens ends as a sentence and an exit code."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name in MODULES and cmd_name not in self.commands:
            import_module(f"qb_collections.cli.{MODULES[cmd_name]}").add_to(self)
        return super().get_command(ctx, cmd_name)

    def main(  # type: ignore[override]  # click's own answers a code; this one ends the program
        self, args: Sequence[str] | None = None, prog_name: str | None = None, **extra: Any
    ) -> NoReturn:
        words = [*(sys.argv[1:] if args is None else args)]
        extra["standalone_mode"] = False
        logs.configure("warning")  # so that even a failure to start is one line of JSON
        try:
            _refuse_unprintable(words)
            code = super().main(words, prog_name or PROGRAM, **extra)
        except Exception as error:
            kind, code, message = told(error)
            click.echo(message, err=True)
            if "--json" in words:
                problem = {"kind": kind, "message": message}
                Answer({"error": problem, "exit_code": code}).show(as_json=True)
        sys.exit(code if isinstance(code, int) else 0)


def _refuse_unprintable(words: Sequence[str]) -> None:
    """A control character in a name or a reason would come back from a report and move the terminal."""
    for word in words:
        wrong = [one for one in word if category(one) in ("Cc", "Cs") and one not in "\r\n\t"]
        if wrong:
            raise click.UsageError(
                f"{word[:60]!r} holds a character that cannot be printed ({wrong[0]!r}). Type it again."
            )


def told(error: Exception) -> tuple[str, int, str]:
    """Kind, exit code and sentence of whatever ended a command."""
    match error:
        case Refused():
            return "refused", HELD, str(error)
        case click.UsageError():
            return "usage", CANNOT, _usage(error)
        case click.ClickException():
            return "usage", CANNOT, error.format_message()
        case click.Abort():
            return "stopped", CANNOT, "Stopped by you. What was done so far stays; start it again to go on."
        case BadSettings():
            return "settings", CANNOT, str(error)
        case _ if (said := trouble(error)) is not None:
            return "cannot", CANNOT, f"The database cannot be used now: {said}. What was done before stays."
        case OSError(filename=str() | Path() as place):
            return (
                "cannot",
                CANNOT,
                f"{place}: {error.strerror or 'it cannot be used'}. What was done before stays.",
            )
        case Cannot() | NewerDatabase() | DamagedDatabase() | BadKeyFile():
            return "cannot", CANNOT, str(error)
        case CannotOpen():
            return (
                "cannot",
                CANNOT,
                (
                    "The connection cannot be opened with this key file: it was sealed with another key. Put "
                    "the right key file back (QBC_KEY_FILE), or connect again: qb-collections connect"
                ),
            )
        case LeaseLost():
            return (
                "cannot",
                CANNOT,
                (
                    "Another process took over while this one was not heard of for a minute. What was "
                    "committed stays, the rest was left to it. Look at: qb-collections run show"
                ),
            )
        case QuickBooksError():
            return "quickbooks", CANNOT, quickbooks_sentence(error)
        case _:
            return "unexpected", CANNOT, _unexpected(error)


def quickbooks_sentence(error: QuickBooksError) -> str:
    """What happened, what was and was not done, and when it is tried again."""
    said = f"{str(error).rstrip('.')}."
    if isinstance(error, ReconnectNeeded):
        return f"{said} Nothing leaves for this company until then: qb-collections connect"
    if isinstance(error, AnswerLost | ServerTrouble):
        done = "What was confirmed before stays; what is uncertain is looked up before it is sent again."
    else:
        done = "What was done before stays; the rest was not done and is not lost."
    if error.retryable:
        return f"{said} {done} It is tried again tonight, or at once with the same command."
    return f"{said} {done}"


def _usage(error: click.UsageError) -> str:
    lines = [error.format_message()]
    if error.ctx is not None:
        lines.insert(0, error.ctx.get_usage())
        lines.append(f"See: {error.ctx.command_path} --help")
    return "\n".join(lines)


def _unexpected(error: Exception) -> str:
    """A mistake of ours.  The log has where; the person has an id to name."""
    error_id = secrets.token_hex(4)
    structlog.get_logger("cli").error("unexpected", error_id=error_id, exc_info=error)
    return (
        "Something went wrong that this program did not foresee. What was done before stays, and nothing is "
        f"sent twice when you start it again. The line with error id {error_id} in the log says where."
    )


@click.group(
    cls=Program,
    epilog=epilog("connect --emulator http://127.0.0.1:9100", "preview", "night"),
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Read settings from this file instead of qbc.toml.",
)
@click.version_option(__version__, prog_name=PROGRAM)
@click.pass_context
def main(context: click.Context, config_file: Path | None) -> None:
    """Ask your customers for what they owe, night by night, and say why.

    NAME is a company's name, its alias or its number; it may be left out when one company is connected.
    """
    context.obj = {"config": config_file}
