"""Texts on the command line: changed by file, refused with the line, taken back; logo and language."""

import pytest

from qb_collections.messages.library import packaged
from tests.messages.pictures_small import PNG

SHIPPED = packaged().source("mail/s1_one")


@pytest.fixture
def file(tmp_path):
    def written(text, name="templates/mail/s1_one.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return str(path)

    return written


def test_a_text_is_set_by_file_compared_and_taken_back(connected, file):
    ours = file(SHIPPED.replace("One line back", "A line back"))

    added = connected.told("templates", "set", ours, "--note", "shorter", "--author", "Dana")
    shown = connected.told("templates", "show", "mail/s1_one")
    differ = connected.told("templates", "diff", "mail/s1_one", "0", "1")
    back = connected.told("templates", "roll-back", "mail/s1_one", "0", "--note", "no")
    told = connected.told("templates", "history", "mail/s1_one")

    assert (added["template"], added["version"], added["author"]) == ("mail/s1_one", 1, "Dana")
    assert "A line back is enough" in shown["text"]
    assert [line[:14] for line in differ["lines"] if line[:2] in ("-O", "+A")] == [
        "-One line back",
        "+A line back i",
    ]
    assert (back["version"], back["ships"]) == (2, True)
    assert [(one["version"], one["in_force"]) for one in told["versions"]] == [(1, False), (2, True)]
    assert connected.told("templates", "show", "mail/s1_one")["text"] == SHIPPED


def test_a_text_that_does_not_parse_changes_nothing_and_names_the_line(connected, file):
    wrong = file(SHIPPED.replace("{balance}", "{balance", 1))

    checked = connected.told("templates", "check", wrong, code=2)
    refused = connected.run("templates", "set", wrong, "--note", "x")

    assert [one["template"] for one in checked["problems"]] == ["mail/s1_one"]
    assert refused.exit_code == 2
    first, *_, last = refused.output.splitlines()
    assert first.startswith('mail/s1_one, line 8: "{" has no partner. Allowed: {name}, [[if name]]')
    assert last == "1 problem. Nothing was changed."
    assert connected.told("templates", "history", "mail/s1_one")["versions"] == []


@pytest.mark.parametrize(
    ("name", "text", "words", "says"),
    [
        ("ours.txt", SHIPPED, (), "Which template is ours.txt? Say it with --as"),
        ("ours.txt", SHIPPED, ("--as", "mail/s1_oen"), "Did you mean mail/s1_one?"),
        ("mail/s1_one.txt", b"\xff\xfe", (), "is not a text in UTF-8"),
        ("mail/s1_one.txt", b"x" * 100_000, (), "at most 20,000 characters"),
    ],
)
def test_a_file_that_is_no_template_is_told_in_a_sentence(connected, file, name, text, words, says):
    done = connected.run("templates", "set", file(text, name), "--note", "x", *words)

    assert done.exit_code in (1, 2)
    assert says in done.output
    assert "Traceback" not in done.output


def test_the_language_of_a_customer_and_the_logo_are_said_once(connected, file):
    said = connected.run("customer", "language", "Cedar & Sons", "de")
    strange = connected.run("customer", "language", "Cedar & Sons", "xx")
    logo = connected.run("company", "logo", file(PNG, "logo.png"))
    large = connected.run("company", "logo", file(b"x" * 1_000_001, "large.png"))
    gone = connected.run("company", "logo", "--remove")

    assert said.output == "Cedar & Sons is written to in German from the next message on.\n"
    assert (strange.exit_code, strange.output) == (
        1,
        "There is no text in 'xx'. There are de, en and as-company.\n",
    )
    assert (
        logo.output == "Harbor Light Supply has a logo; messages and letters show it 1 by 1 pixels large.\n"
    )
    assert large.output.startswith("This file has 1.0 MB; a logo has at most 1 MB.")
    assert gone.output == "The logo is gone.\n"
