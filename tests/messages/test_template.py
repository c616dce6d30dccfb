"""The placeholder language: what it fills, what it leaves out, and what it refuses."""

import pytest

from qb_collections.messages.template import DEPTH_MAX, Rows, TemplateRefused, parse, render

FIELDS = {
    "name": "June",
    "phone": None,
    "items": Rows(("number", "note"), ({"number": "10612"}, {"number": "10588", "note": "part paid"})),
    "none": Rows(("number",)),
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello {name}.", "Hello June."),
        ("{{name}} and }}", "{name} and }"),
        ("{{{name}}}", "{June}"),
        ("[[if phone]]Call {phone}[[else]]Write to {name}[[end]]", "Write to June"),
        ("[[if name]]a[[if phone]]b[[end]]c[[end]]", "ac"),
        ("a\n[[if phone]]\nCall {phone}\n[[end]]\nb", "a\nb"),
        (
            "[[each items]]\n{number}[[if note]] ({note})[[end]], {name}\n[[end]]",
            "10612, June\n10588 (part paid), June\n",
        ),
        ("[[if none]]list[[else]]no list[[end]]", "no list"),
        ("one\r\ntwo", "one\ntwo"),
    ],
)
def test_a_template_fills_in_and_leaves_out_exactly_what_it_says(text, expected):
    assert render(text, FIELDS) == expected


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("a\n{nmae}", 2, "Did you mean {name}?"),
        ("{phone}", 1, "{phone} is needed here and is empty"),
        (
            "[[if phone]]{nothing_here}[[end]]",
            1,
            "there is no field {nothing_here}",
        ),  # also where it is left out
        ("[[each none]]{wrong}[[end]]", 1, "there is no field {wrong}"),  # also without a row
        ("a\nb\n{name", 3, '"{" has no partner'),
        ("name}", 1, '"}" has no partner'),
        ("[[if name]]a", 1, "[[if name]] is never closed"),
        ("[[if name]", 1, '"[[" has no partner'),
        ("[[end]]", 1, "not understood"),
        ("[[if name]]a[[else]]b[[else]]c[[end]]", 1, "not understood"),
        ("[[each items]]a[[else]]b[[end]]", 1, "not understood"),
        ("[[include secret]]", 1, "not understood"),
        ("{name.__class__}", 1, "is not a field name"),
        ("{name[0]}", 1, "is not a field name"),
        ("{name!r}", 1, "is not a field name"),
        ("{name:>9999999999}", 1, "is not a field name"),
        ("{}", 1, "is not a field name"),
        ("{items}", 1, "is a list"),
        ("[[each name]]a[[end]]", 1, "needs a list"),
        ("[[if name]]" * (DEPTH_MAX + 1) + "[[end]]" * (DEPTH_MAX + 1), 1, "deep"),
        ("x" * 20_001, 1, "longer than 20,000"),
    ],
)
def test_anything_else_is_refused_with_its_line(text, line, words):
    with pytest.raises(TemplateRefused) as refused:
        parse("S1", text).render(FIELDS)

    assert (refused.value.template, refused.value.line) == ("S1", line)
    assert words in str(refused.value)


def test_a_refusal_names_what_is_allowed():
    with pytest.raises(TemplateRefused) as refused:
        render("{first}", FIELDS, "S1")

    assert str(refused.value) == "S1, line 1: there is no field {first}. Allowed: items, name, none, phone."


def test_values_are_never_read_as_templates():
    """A customer may be called {total}: it stays a name."""
    assert render("Hello {name}", {"name": "{total}[[if x]]"}) == "Hello {total}[[if x]]"


def test_a_text_that_grows_without_end_is_refused():
    many = Rows(("number",), tuple({"number": "9" * 1000} for _ in range(201)))

    with pytest.raises(TemplateRefused, match="200,000"):
        render("[[each items]]{number}[[end]]", {"items": many})
