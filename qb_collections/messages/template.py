"""The placeholder language of our texts.  It fills in and leaves out; it cannot compute or call.

    {name}                                    a field
    [[if name]] … [[else]] … [[end]]          a part that stands only when the field is filled
    [[each items]] … {number} … [[end]]       a part repeated for every row
    {{ and }}                                 braces themselves

A tag alone on its line takes the line with it.  Everything else is kept as written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import NoReturn, final

from qb_collections.core.quick import quick
from qb_collections.messages.filling import Filler, compiled

TEMPLATE_MAX = 20_000  # characters of one template
RESULT_MAX = 200_000  # characters of one rendered text
DEPTH_MAX = 8  # parts inside parts

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}\Z")
_TOKEN = re.compile(
    r"^[ \t]*\[\[(?P<line_tag>[^\[\]\n]*)\]\][ \t]*(?:\n|\Z)"
    r"|\[\[(?P<tag>[^\[\]\n]*)\]\]"
    r"|(?P<double>\{\{|\}\})"
    r"|\{(?P<field>[^{}\n]*)\}"
    r"|(?P<stray>[{}]|\[\[|\]\])",
    re.MULTILINE,
)
_FORMS = "{name}, [[if name]], [[else]], [[each rows]], [[end]]; write {{ and }} for braces"


class TemplateRefused(Exception):
    """A template that cannot be filled.  Nothing of it is shown or sent.

    field is the name of the field at fault, if there is one: a caller can then ask for what is missing.
    """

    def __init__(self, template: str, line: int, what: str, allowed: str = "", field: str | None = None):
        self.template = template
        self.line = line
        self.what = what
        self.allowed = allowed
        self.field = field
        super().__init__(f"{template}, line {line}: {what}" + (f" Allowed: {allowed}." if allowed else ""))


@quick
@dataclass(frozen=True, slots=True)
class Rows:
    """A table: the names every row has, and the rows.  The names are known even when there is no row."""

    names: tuple[str, ...]
    rows: tuple[Mapping[str, str | None], ...] = ()


Value = str | Rows | None
Fields = Mapping[str, Value]


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What all fields of one kind have in common: their names, and for each list the names of its rows.

    Fields that carry one as `shape` are checked against it once per template, not once per message, and are
    filled in by a function written for it.  They hold no blank text: what is empty is None.
    """

    names: frozenset[str]
    lists: Mapping[str, tuple[str, ...]]


@final
@dataclass(frozen=True, slots=True)
class _Text:
    text: str


@final
@dataclass(frozen=True, slots=True)
class _Field:
    name: str
    line: int


@final
@dataclass(frozen=True, slots=True)
class _Part:
    """An [[if]] or an [[each]] with what stands inside."""

    word: str
    name: str
    line: int
    then: tuple[_Node, ...]
    otherwise: tuple[_Node, ...]


_Node = _Text | _Field | _Part


@dataclass(frozen=True, slots=True)
class Template:
    name: str
    nodes: tuple[_Node, ...]
    plainly_spaced: bool = True  # its own texts have no white space but the plain one and line breaks
    _fillers: dict[Shape, Filler] = field(default_factory=dict, compare=False, repr=False)

    def __hash__(self) -> int:
        return hash(self.name)  # it is looked up by itself thousands of times; its nodes may be hundreds

    @property
    def names(self) -> frozenset[str]:
        """The fields that it asks for, those of rows too."""
        return frozenset(_names(self.nodes))

    def render(self, fields: Fields) -> str:
        """Fill the template.  The same fields always give the same text.

        Raises TemplateRefused for a field that is unknown, also in a part that is left out, and for
        one that is empty where it is used.
        """
        shape = getattr(fields, "shape", None)
        if shape is None:
            self._check_names(self.nodes, _shape_of(fields), frozenset())
            parts: list[str] = []
            self._fill(self.nodes, fields, {}, parts)
            result = "".join(parts)
        else:
            filler = self._fillers.get(shape) or self._filler(shape)
            result = filler(getattr(fields, "found", fields))
        if len(result) > RESULT_MAX:
            raise TemplateRefused(self.name, 1, f"the text would be longer than {RESULT_MAX:,} characters.")
        return result

    def _filler(self, shape: Shape) -> Filler:
        self._check_names(self.nodes, shape, frozenset())
        filler = self._fillers[shape] = compiled(self.nodes, shape.lists, self._refuse)
        return filler

    def _check_names(self, nodes: tuple[_Node, ...], shape: Shape, row_names: Set[str]) -> None:
        for node in nodes:
            if isinstance(node, _Text):
                continue
            known = row_names | shape.names
            if node.name not in known:
                raise self._unknown(node, known)
            if isinstance(node, _Field):
                if node.name not in row_names and node.name in shape.lists:
                    what = f"{{{node.name}}} is a list and needs [[each {node.name}]]."
                    raise TemplateRefused(self.name, node.line, what, _FORMS, node.name)
                continue
            inner = row_names
            if node.word == "each":
                if node.name in row_names or node.name not in shape.lists:
                    lists = ", ".join(sorted(shape.lists))
                    what = f"[[each {node.name}]] needs a list, and {node.name} is not one."
                    raise TemplateRefused(self.name, node.line, what, lists, node.name)
                inner = row_names | set(shape.lists[node.name])
            self._check_names(node.then, shape, inner)
            self._check_names(node.otherwise, shape, row_names)

    def _fill(
        self, nodes: tuple[_Node, ...], fields: Fields, row: Mapping[str, str | None], parts: list[str]
    ) -> None:
        for node in nodes:
            if type(node) is _Text:
                parts.append(node.text)
                continue
            name = node.name
            value = row[name] if name in row else fields[name]
            if type(node) is _Field:
                if type(value) is not str or not value or value.isspace():
                    self._refuse(node)
                parts.append(value)
                continue
            if node.word == "if":
                inside = node.then if _is_filled(value) else node.otherwise
                if inside:
                    self._fill(inside, fields, row, parts)
            else:
                assert isinstance(value, Rows)
                for each in value.rows:
                    if row or len(each) < len(value.names):
                        each = {**row, **dict.fromkeys(value.names), **each}
                    self._fill(node.then, fields, each, parts)

    def _refuse(self, node: _Field) -> NoReturn:
        what = f"{{{node.name}}} is needed here and is empty."
        allowed = f"a value, or [[if {node.name}]] around it"
        raise TemplateRefused(self.name, node.line, what, allowed, node.name)

    def _unknown(self, node: _Field | _Part, known: Set[str]) -> TemplateRefused:
        near = get_close_matches(node.name, sorted(known), n=1)
        what = f"there is no field {{{node.name}}}." + (f" Did you mean {{{near[0]}}}?" if near else "")
        return TemplateRefused(self.name, node.line, what, ", ".join(sorted(known)), node.name)


def parse(name: str, text: str) -> Template:
    """Read a template.  Raises TemplateRefused for anything that is not exactly the language above."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > TEMPLATE_MAX:
        raise TemplateRefused(name, 1, f"the template is longer than {TEMPLATE_MAX:,} characters.")
    return _Parser(name, text).parse()


def render(text: str, fields: Fields, name: str = "template") -> str:
    """Parse and fill in one step, for a text that is used once."""
    return parse(name, text).render(fields)


def _names(nodes: tuple[_Node, ...]) -> Iterator[str]:
    for node in nodes:
        if not isinstance(node, _Text):
            yield node.name
        if isinstance(node, _Part):
            yield from _names(node.then)
            yield from _names(node.otherwise)


def _shape_of(fields: Fields) -> Shape:
    lists = {name: value.names for name, value in fields.items() if isinstance(value, Rows)}
    return Shape(frozenset(fields), lists)


def _is_filled(value: Value) -> bool:
    return bool(value.rows) if isinstance(value, Rows) else bool(value and value.strip())


@dataclass(slots=True)
class _Open:
    """A part whose [[end]] has not come yet."""

    word: str
    name: str
    line: int
    then: list[_Node]
    otherwise: list[_Node] | None = None


class _Parser:
    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.open: list[_Open] = [_Open("", "", 1, [])]

    def parse(self) -> Template:
        position = 0
        for token in _TOKEN.finditer(self.text):
            self._text(self.text[position : token.start()])
            self._token(token, self.text.count("\n", 0, token.start()) + 1)
            position = token.end()
        self._text(self.text[position:])
        if len(self.open) > 1:
            part = self.open[-1]
            raise self._refused(part.line, f"[[{part.word} {part.name}]] is never closed with [[end]].")
        spaces = {character for character in self.text if character.isspace()}
        return Template(self.name, tuple(self.open[0].then), spaces <= {" ", "\n"})

    def _token(self, token: re.Match[str], line: int) -> None:
        tag = token["line_tag"] if token["line_tag"] is not None else token["tag"]
        if tag is not None:
            self._tag(tag, line)
        elif token["double"]:
            self._text(token["double"][0])
        elif token["field"] is not None:
            self._add(_Field(self._name(token["field"], line), line))
        else:
            raise self._refused(line, f'"{token["stray"]}" has no partner.')

    def _tag(self, tag: str, line: int) -> None:
        word, _, rest = tag.strip().partition(" ")
        part = self.open[-1]
        if word in ("if", "each") and rest:
            if len(self.open) > DEPTH_MAX:
                raise self._refused(line, f"parts may stand inside each other {DEPTH_MAX} deep.")
            self.open.append(_Open(word, self._name(rest, line), line, []))
        elif word == "else" and not rest and part.word == "if" and part.otherwise is None:
            part.otherwise = []
        elif word == "end" and not rest and part.word:
            self.open.pop()
            self._add(_Part(part.word, part.name, part.line, tuple(part.then), tuple(part.otherwise or ())))
        else:
            raise self._refused(line, f'"[[{tag}]]" is not understood here.')

    def _name(self, text: str, line: int) -> str:
        name = text.strip()
        if not _NAME.match(name):
            raise self._refused(line, f'"{text}" is not a field name: small letters, figures and _ only.')
        return name

    def _text(self, text: str) -> None:
        if text:
            self._add(_Text(text))

    def _add(self, node: _Node) -> None:
        part = self.open[-1]
        (part.then if part.otherwise is None else part.otherwise).append(node)

    def _refused(self, line: int, what: str) -> TemplateRefused:
        return TemplateRefused(self.name, line, what, _FORMS)
