"""Words that cannot be right, over all commands: one sentence each, and never a traceback."""

from __future__ import annotations

import os
import subprocess

import pytest
from click.testing import CliRunner

from qb_collections.cli import main
from tests.cli.conftest import PROGRAM, ROOT

LEDGER = (
    "emulator",
    "serve",
    "--columns",
    "customer=a,number=b,issued=c,due=d,amount=e",
    "--date-format",
    "%Y",
)
EVER = ("--as-of", "2026-03-31", "--ledger")
HOLD = ("hold", "add", "dispute", "--invoice", "1003")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ((*HOLD, "--reason", "a\x1b[31mred"), "holds a character that cannot be printed"),
        ((*HOLD, "--reason", "\ud800"), "holds a character that cannot be printed"),
        (("policy", "check", "a\0b"), "holds a character that cannot be printed"),
        (("hold", "lift", "0"), "'0' cannot be right here. Numbers begin at 1, as in 7."),
        (("hold", "lift", "abc"), "'abc' cannot be right here. Numbers begin at 1, as in 7."),
        (("run", "list", "--most", "0"), "'0' cannot be right here. Write a whole number from 1 to 1000."),
        (("serve", "--port", "80x"), "'80x' cannot be right here. Write a whole number from 0 to 65535."),
        (("demo", "--nights", "1e3"), "'1e3' cannot be right here. Write a whole number from 0 to 120."),
        (("connect", "--emulator", "http://[::1"), "'http://[::1' is not an emulator's address. Example: "),
        (("connect", "--emulator", "http://127.0.0.1:99999"), "is not an emulator's address. Example: "),
        (("connect", "--emulator", "http://127.0.0.1:1/path"), "is not an emulator's address. Example: "),
        (("emulator", "serve", "--start", "0001-01-01T00:00:00+14:00"), "is outside of the years 1 to 9999."),
        (
            ("emulator", "serve", "--kind", "empty-us", "--start", "9999-12-31T23:59:59Z"),
            "--start: the year 9999 is after 2100. Is the year right?",
        ),
        (("emulator", "serve", "--webhooks", "nowhere"), "--webhooks: "),
    ],
)
def test_a_word_that_cannot_be_right_is_refused_in_words(tmp_path, words, sentence):
    told = CliRunner().invoke(main, words, env={"QBC_DATA_DIR": str(tmp_path)})

    assert told.exit_code == 2
    assert sentence in told.stderr
    assert "did not foresee" not in told.stderr
    assert told.stdout == ""


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("emulator", "serve", "--data"), "cannot keep the emulator's books"),
        ((*LEDGER, *EVER), "The ledger is not a text in UTF-8."),
        (("demo", "--nights", "0", "--exit", *LEDGER[2:], *EVER), "The ledger is not a text in UTF-8."),
        (("policy", "check"), "is not a text in UTF-8."),
    ],
)
def test_a_file_that_is_no_text_and_no_database_is_named(tmp_path, words, sentence):
    file = tmp_path / "odd"
    file.write_bytes(b"\xff\xfe\x00 neither")

    told = CliRunner().invoke(main, [*words, str(file)], env={"QBC_DATA_DIR": str(tmp_path / "data")})

    assert told.exit_code == 2
    assert sentence in told.stderr
    assert file.read_bytes() == b"\xff\xfe\x00 neither"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("nonsense", "QBC_DATABASE_URL: it must begin with postgresql+psycopg:// or sqlite:///. Example: "),
        (
            "mysql://x/y",
            "QBC_DATABASE_URL: it must begin with postgresql+psycopg:// or sqlite:///. Example: ",
        ),
        ("sqlite:////dev/null/x.db", "/dev/null: File exists."),
    ],
)
def test_a_database_that_is_none_of_ours_is_named_with_an_example(tmp_path, address, sentence):
    told = CliRunner().invoke(
        main, ["companies"], env={"QBC_DATA_DIR": str(tmp_path), "QBC_DATABASE_URL": address}
    )

    assert told.exit_code == 2
    assert sentence in told.stderr


@pytest.mark.parametrize(("name", "sentence"), [("", "is a folder."), ("x" * 250, "name is too long")])
def test_a_backup_that_cannot_have_that_name_is_refused(tmp_path, name, sentence):
    told = CliRunner().invoke(main, ["backup", name], env={"QBC_DATA_DIR": str(tmp_path / "data")})

    assert told.exit_code == 1
    assert sentence in told.stderr


def test_a_reader_that_has_seen_enough_ends_the_command_quietly():
    """As `| head` does: nobody reads our standard output any more.  Code 1 is what click answers then."""
    read, write = os.pipe()
    os.close(read)

    done = subprocess.run(
        [*PROGRAM, "policy", "schema"], cwd=ROOT, stdout=write, stderr=subprocess.PIPE, text=True
    )
    os.close(write)

    assert (done.returncode, done.stderr) == (1, "")
