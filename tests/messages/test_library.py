"""Templates are found by name, a company's own first, in the customer's language where there is one."""

import pytest

from qb_collections.messages.library import Library, packaged
from qb_collections.messages.reminders import TEMPLATES
from qb_collections.messages.template import TemplateRefused

OWN = "subject: Ours\n---\nHello {greeting}\n"


def write(folder, name, text):
    path = folder / f"{name}.txt"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def test_every_step_has_a_text_that_came_with_the_program():
    names = set(TEMPLATES.values()) | {"mail/s1_several"}

    assert {packaged().text(name).name for name in names} == names


def test_a_companys_own_template_goes_before_ours(tmp_path):
    write(tmp_path, "mail/s1_one", OWN)
    library = Library(tmp_path, *packaged().folders)

    own, ours = library.text("mail/s1_one"), library.text("mail/s2")

    assert own.subject.render({}) == "Ours"
    assert ours == packaged().text("mail/s2")


def test_a_second_language_is_taken_where_it_exists(tmp_path):
    write(tmp_path, "mail/s1_one", OWN)
    write(tmp_path, "mail/s1_one.de", "subject: Unsere\n---\nGuten Tag\n")
    library = Library(tmp_path)

    assert library.text("mail/s1_one", "de").subject.render({}) == "Unsere"
    assert [library.language("mail/s1_one", wanted) for wanted in ("de", "fr")] == ["de", "en"]
    assert library.text("mail/s1_one", "fr").subject.render({}) == "Ours"


@pytest.mark.parametrize(
    "name", ["../secrets", "mail/../../etc/passwd", "/etc/passwd", "mail//s1", "Mail/S1", ""]
)
def test_a_name_cannot_leave_the_folders(name):
    with pytest.raises(TemplateRefused, match="not the name of a template"):
        packaged().text(name)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("subject: a\nHello", "a line with ---"),
        ("subject: a\ncolour: red\n---\n", '"colour: red" is not a heading'),
        ("tone: soft\n---\n", "the subject is missing"),
        ("subject: a\ntone: rude\n---\n", '"rude" is not a tone'),
        ("subject: a\nwords_max: many\n---\n", "is not a number of words"),
        ("subject: a\n\n---\n", "is not a heading"),
    ],
)
def test_a_file_that_is_not_a_template_is_refused_with_the_reason(tmp_path, text, words):
    write(tmp_path, "mail/own", text)

    with pytest.raises(TemplateRefused, match="mail/own") as refused:
        Library(tmp_path).text("mail/own")

    assert words in str(refused.value)


def test_a_refusal_counts_lines_as_the_file_does(tmp_path):
    write(tmp_path, "mail/own", "subject: a\ntone: firm\n---\nHello\n{oops\n")

    with pytest.raises(TemplateRefused) as refused:
        Library(tmp_path).text("mail/own")

    assert refused.value.line == 5
