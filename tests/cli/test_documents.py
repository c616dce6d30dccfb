"""Every command line in the documents is one that the program takes."""

from __future__ import annotations

import re
import shlex

import click
import pytest

from qb_collections.cli import main
from tests.cli.conftest import ROOT

DOCUMENTS = sorted([*ROOT.glob("docs/*.md"), *ROOT.glob("README.md")])
COMMAND = re.compile(r"`qb-collections ([^`]+)`|^\s{4,}qb-collections ([^#\n]+)", re.MULTILINE)


def command_lines():
    for file in DOCUMENTS:
        text = file.read_text(encoding="utf-8").replace("\\\n", " ")  # a command over several lines
        for found in COMMAND.finditer(text):
            words = " ".join((found.group(1) or found.group(2)).split())
            yield pytest.param(words, id=f"{file.name}: {words}")


@pytest.mark.parametrize("line", [*command_lines()])
def test_a_command_in_a_document_is_taken_by_the_program(line):
    command_line, _, _ = line.partition(" > ")  # what the shell does with the answer is not ours
    words = [word for word in shlex.split(command_line) if word not in ("…", "...")]
    command = main
    with click.Context(main) as context:
        while isinstance(command, click.Group):
            assert words, "the document names a whole command"
            name, *words = words
            found = command.get_command(context, name)
            assert found is not None, f"{name} is no command"
            command = found

    takes_file = any(isinstance(one.type, click.Path) and one.type.exists for one in command.params)
    given = [__file__ if takes_file and re.search(r"\.(toml|qbc|csv|txt)$", word) else word for word in words]
    options = {name for one in command.params for name in one.opts}
    assert {word.partition("=")[0] for word in given if word.startswith("--")} <= options
    needed = [one for one in command.params if isinstance(one, click.Argument) and one.required]
    if any(not word.startswith("-") for word in given) or not needed:
        with command.make_context(command.name, given):
            pass
