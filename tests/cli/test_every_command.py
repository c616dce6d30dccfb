"""What holds for every command, whatever it does."""

from __future__ import annotations

import click
import pytest
from click.testing import CliRunner

from qb_collections.cli import main

# The commands that issue and documents promise, word for word.
PROMISED = """
serve | emulator serve | connect | disconnect | companies | company mode | company contact | stop | sync
| preview | night | explain | hold add | hold lift | hold list | task list | task done | run list | run show
| run approve | policy show | policy check | policy schema | policy set | plan propose | plan create
| plan show | plan list | history | customer important | customer kind | run confirm-books | company restored
| verify | doctor | backup | restore | keys rotate | db upgrade | user link
| reply record | reply list | reply done | plan offer | task show
| metrics | forecast | customer show | policy backtest | customer language | company logo | templates list
| templates show | templates set | templates check | templates diff | templates history | templates roll-back
| templates preview | company signer | company confirm-consequence
| mail set | mail show | mail doctor | mail on | mail off | mail list | mail read | mail stop | mail allow
| mail stopped | company export | company delete
"""


def commands(group, path=()):
    """Every command with its words."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from commands(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


EVERY = dict(commands(main))


def test_every_module_of_commands_is_listed():
    """A command that its module adds and the table of modules leaves out would never be found."""
    assert sorted(main.commands) == sorted(main.list_commands(click.Context(main)))


def test_every_promised_command_exists():
    promised = {" ".join(words.split()) for words in PROMISED.split("|")}

    assert promised <= EVERY.keys()


@pytest.mark.parametrize("words", EVERY)
def test_help_shows_an_example_of_the_command_itself(words):
    told = CliRunner().invoke(main, [*words.split(), "--help"])

    assert told.exit_code == 0
    examples = told.output.partition("Example")[2]
    assert f"  qb-collections {words}" in examples
    assert "--json" in told.output


@pytest.mark.parametrize("words", EVERY)
def test_examples_are_accepted_as_they_stand(words):
    """Each example parses: no option is misspelt, and no needed argument is missing."""
    command = EVERY[words]
    lines = [line.strip() for line in (command.epilog or "").splitlines() if line.strip().startswith("qb-")]
    assert lines

    for line in lines:
        given = split(line.partition(f"qb-collections {words}")[2].partition(" > ")[0])
        with command.make_context(words, without_files(command, given), resilient_parsing=False):
            pass


def split(text):
    import shlex

    return shlex.split(text)


def without_files(command, given):
    """Files of the examples do not exist here, so a file that does stands in for each."""
    takes_file = any(isinstance(one.type, click.Path) and one.type.exists for one in command.params)
    known = (".toml", ".qbc", ".csv", ".txt")
    return [__file__ if takes_file and word.endswith(known) else word for word in given]


@pytest.mark.parametrize(
    "words", [("nihgt",), ("night", "--untill"), ("company", "mode"), ("hold",), ("explain",)]
)
def test_wrong_usage_is_told_in_words_and_is_exit_code_2(words):
    told = CliRunner().invoke(main, words)

    assert told.exit_code == 2
    assert "Traceback" not in told.output
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("words", "nearest"),
    [
        (("nigth",), "'nigth' is not a command. Did you mean night?"),
        (("Night",), "'Night' is not a command. Did you mean night?"),
        (("hold", "ad"), "'ad' is not a command. Did you mean add?"),
        (("company", "mod"), "'mod' is not a command. Did you mean mode?"),
        (("keys", "zzz"), "'zzz' is not a command. There are: rotate."),
    ],
)
def test_a_mistyped_command_is_answered_with_the_nearest(words, nearest):
    told = CliRunner().invoke(main, words)

    assert told.exit_code == 2
    assert nearest in told.stderr


def test_a_wrong_setting_is_named_with_an_example(tmp_path):
    told = CliRunner().invoke(main, ["companies"], env={"QBC_DATA_DIR": str(tmp_path), "QBC_PROT": "5000"})

    assert told.exit_code == 2
    assert told.stderr.strip() == "QBC_PROT is not a setting; the nearest name is QBC_PORT."


def test_a_broken_value_of_a_setting_comes_with_an_example(tmp_path):
    told = CliRunner().invoke(
        main, ["companies"], env={"QBC_DATA_DIR": str(tmp_path), "QBC_PORT": "fivethousand"}
    )

    assert told.exit_code == 2
    assert "QBC_PORT" in told.stderr
    assert "Example: QBC_PORT=5000" in told.stderr


def test_what_nobody_foresaw_is_logged_with_an_id_and_leaves_no_traceback(tmp_path, monkeypatch):
    def breaks(*_, **__):
        raise RuntimeError("the ceiling")

    monkeypatch.setattr("qb_collections.app.build", breaks)
    told = CliRunner().invoke(main, ["companies", "--json"], env={"QBC_DATA_DIR": str(tmp_path)})

    assert told.exit_code == 2
    assert "Traceback" not in told.output
    assert "the ceiling" not in told.output
    assert '"error_id"' in told.stderr
    assert "error id" in told.stderr.splitlines()[-1]
