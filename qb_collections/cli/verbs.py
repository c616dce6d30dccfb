"""How a function becomes a command: --help ends with an example, --json prints one object."""

from __future__ import annotations

import functools
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import click

from qb_collections.cli.answers import Answer

PROGRAM = "qb-collections"


class Commands(click.Group):
    """A group that answers a mistyped command with the nearest one."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        typed = args[0]
        if typed.startswith("-") or ctx.resilient_parsing or self.get_command(ctx, typed) is not None:
            return super().resolve_command(ctx, args)
        names = self.list_commands(ctx)
        near = get_close_matches(typed.lower(), names, n=1, cutoff=0.5)
        hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(names)}."
        raise click.UsageError(f"{typed[:60]!r} is not a command. {hint}", ctx)


def verb(group: click.Group, name: str, *examples: str) -> Callable[[Callable[..., Answer]], click.Command]:
    """Add the function to the group as this command.  Its answer is shown; its exit code is the program's.

    The examples are what one types after the program's name.
    """
    assert examples, "a command shows how it is used"

    def made(function: Callable[..., Answer]) -> click.Command:
        @functools.wraps(function)
        def run(*, as_json: bool, **given: Any) -> int:
            return function(**given).show(as_json)

        with_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")(run)
        return group.command(name, epilog=epilog(*examples))(with_json)

    return made


def long_verb(group: click.Group, name: str, *examples: str) -> Callable[[Callable[..., int]], click.Command]:
    """For commands that run until they are stopped: the function prints, and answers the exit code."""
    assert examples, "a command shows how it is used"

    def made(function: Callable[..., int]) -> click.Command:
        with_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON object when ready.")
        return group.command(name, epilog=epilog(*examples))(with_json(function))

    return made


def epilog(*examples: str) -> str:
    """The examples, kept line by line (click's mark for that is a line with \\b)."""
    title = "Example:" if len(examples) == 1 else "Examples:"
    return "\n".join(["\b", title, *(f"  {PROGRAM} {one}" for one in examples)])


def noun(parent: click.Group, name: str, example: str) -> Callable[[Callable[[], None]], click.Group]:
    """Add a group of commands; its docstring says what they are about."""

    def made(function: Callable[[], None]) -> click.Group:
        return parent.group(name, cls=Commands, epilog=epilog(example))(function)

    return made


class Count(click.IntRange):
    """A whole number between two others, refused in words."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            return int(super().convert(value, param, ctx))
        except click.BadParameter:
            self.fail(f"{str(value)[:60]!r} cannot be right here. {self._allowed()}", param, ctx)

    def _allowed(self) -> str:
        if self.min == 1 and self.max is not None and self.max > 10**9:
            return "Numbers begin at 1, as in 7."
        if self.max is None:
            return f"Write a whole number of {self.min} or more."
        return f"Write a whole number from {self.min} to {self.max}."


# The database counts in 64 bits; a longer number names nothing.
ROW_ID = Count(min=1, max=2**63 - 1)
