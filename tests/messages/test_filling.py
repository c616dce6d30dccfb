"""A template written out as a function says, word for word, what walking through its parts says."""

from dataclasses import fields, is_dataclass, replace

import pytest

from qb_collections.core.money import Money
from qb_collections.messages.fields import fields_of
from qb_collections.messages.filling import compiled
from qb_collections.messages.library import packaged
from qb_collections.messages.template import Rows, Shape, TemplateRefused, parse
from tests.messages.facts import (
    BASE,
    CALL,
    DISPUTE,
    FIRM,
    MEMO,
    MISSED,
    PLAN,
    SEVERAL,
    WITH_CREDIT,
    YOUNG,
)

FACTS = {
    "one": BASE,
    "several": SEVERAL,
    "credit": WITH_CREDIT,
    "firm": replace(FIRM, also_open=(YOUNG,)),
    "everything": replace(
        SEVERAL, credits=(MEMO,), call=CALL, plan=PLAN, promise=MISSED, dispute=DISPUTE, also_open=(YOUNG,)
    ),
}


class Shaped(dict):
    """Fields of a shape that a test makes up."""

    @property
    def shape(self):
        lists = {name: value.names for name, value in self.items() if isinstance(value, Rows)}
        return Shape(frozenset(self), lists)


def said(template, fields):
    try:
        return template.render(fields)
    except TemplateRefused as refused:
        return str(refused)


@pytest.mark.parametrize("facts", FACTS.values(), ids=FACTS)
def test_every_packaged_text_is_filled_the_same_both_ways(facts):
    library = packaged()
    texts = [
        library.text(name, language)
        for name, language in library.names()
        if not name.endswith("/words") and not name.startswith(("notes/", "web/"))
    ]

    for text in texts:
        for template in (text.subject, text.body):
            fields = fields_of(facts)
            assert said(template, fields) == said(template, dict(fields.items())), template.name


ROWS = Rows(("number", "note"), ({"number": "1", "note": "{late}"}, {"number": "2", "note": None}))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{name}} 'quoted' \"twice\" \\ {name}", "{name} 'quoted' \"twice\" \\ Alma"),
        ("[[if empty]]a[[else]]b[[end]][[if name]]d[[end]]", "bd"),
        ("[[if items]]some[[end]][[if none]]none[[else]]empty[[end]]", "someempty"),
        ("[[each items]]{number}:[[if note]]{note}[[else]]-[[end]];[[end]]{name}", "1:{late};2:-;Alma"),
        (
            "[[each items]][[each others]]{number}{letter}{name} [[end]][[end]]",
            "1aAlma 1bAlma 2aAlma 2bAlma ",
        ),
        # The inner list has the name too: the innermost row is meant.
        ("[[each items]][[each same]]{number}[[end]]{number}[[end]]", "9192"),
        ("[[each none]]{number}[[end]]", ""),
        (
            "{empty}",
            "t, line 1: {empty} is needed here and is empty. Allowed: a value, or [[if empty]] around it.",
        ),
        (
            "[[each items]]{note}[[end]]",
            "t, line 1: {note} is needed here and is empty. Allowed: a value, or [[if note]] around it.",
        ),
    ],
)
def test_values_are_never_read_as_text_and_the_innermost_row_counts(text, expected):
    fields = Shaped(
        name="Alma",
        empty=None,
        items=ROWS,
        others=Rows(("letter",), ({"letter": "a"}, {"letter": "b"})),
        same=Rows(("number",), ({"number": "9"},)),
        none=Rows(("number",)),
    )
    template = parse("t", text)

    assert said(template, fields) == said(template, dict(fields)) == expected


def test_a_blank_text_counts_as_empty_where_fields_have_no_shape():
    fields = {"blank": " ", "name": "Alma"}

    assert parse("t", "[[if blank]]c[[end]][[if name]]d[[end]]").render(fields) == "d"
    with pytest.raises(TemplateRefused, match=r"line 2: \{blank\} is needed here and is empty"):
        parse("t", "a\n{blank}").render(fields)


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u200b \u2028", "\u00a0\ufeff"])
def test_fields_hold_no_blank_text_whatever_the_books_hold(blank):
    """So that what is written out need not look into each text: what is empty is None."""
    found = dict(fields_of(blanked(FACTS["everything"], blank)).items())

    values = filled_in(found)
    assert len(values) > 100 and all(value is None or value.strip() for value in values)
    assert found["customer"] is None and found["promise_amount"] is not None


@pytest.mark.parametrize("around", ["{} ", " {}", "{}\t\n{} ", "\u00a0{}\u2003", "{}\u200b \u2028"])
@pytest.mark.parametrize("locale", ["en_US", "de_DE", "fr_FR", "ar_AE", "sv_SE", "ja_JP"])
def test_no_line_of_a_field_ends_in_white_space(around, locale):
    """So that a text is looked through for such lines only where the template itself has odd white space."""
    facts = replace(spaced(FACTS["everything"], around), locale=locale)

    texts = [value for value in filled_in(dict(fields_of(facts).items())) if value is not None]
    assert len(texts) > 60
    assert [text for text in texts if any(line != line.rstrip() for line in text.split("\n"))] == []


@pytest.mark.parametrize(("text", "plainly"), [("a b\nc", True), ("a\tb", False), ("a\u00a0\nb", False)])
def test_a_template_knows_whether_it_is_plainly_spaced(text, plainly):
    assert parse("t", text).plainly_spaced is plainly


def filled_in(found):
    """What a template may be filled with: every field, and every value of every row."""
    rows = [row for value in found.values() if isinstance(value, Rows) for row in value.rows]
    return [value for value in found.values() if not isinstance(value, Rows)] + [
        value for row in rows for value in row.values()
    ]


def spaced(value, around):
    """The same facts with white space around every text that people or QuickBooks fill in."""
    return changed_texts(value, lambda text: around.replace("{}", text))


def blanked(value, blank):
    """The same facts with nothing readable in any text that people or QuickBooks fill in."""
    return changed_texts(value, lambda _: blank)


def changed_texts(value, change):
    if isinstance(value, str):
        return change(value)
    if isinstance(value, tuple):
        return tuple(changed_texts(one, change) for one in value)
    if not is_dataclass(value) or isinstance(value, Money):
        return value
    ours = ("zone", "locale", "tone", "code")
    return replace(
        value,
        **{
            one.name: changed_texts(getattr(value, one.name), change)
            for one in fields(value)
            if one.name not in ours
        },
    )


def test_an_unknown_name_is_refused_before_anything_is_filled():
    template = parse("t", "[[if empty]]{nam}[[end]]")

    with pytest.raises(TemplateRefused, match=r"there is no field \{nam\}\. Did you mean \{name\}"):
        template.render(Shaped(name="Alma", empty=None))


def test_nothing_that_a_person_wrote_becomes_code():
    """Quotes, braces and calls in a text or a name stay text: the expression knows values by number only."""
    text = '"""), __import__(\'os\').getcwd() \\ {{value}} {name}'

    filler = compiled(parse("own", text).nodes, {}, said)

    assert filler({"name": "'), exit("}) == "\"\"\"), __import__('os').getcwd() \\ {value} '), exit("
    assert not any("import" in str(one) for one in (*filler.__code__.co_consts, *filler.__code__.co_names))
