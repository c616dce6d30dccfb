"""A template as an expression of Python: for fields of one known shape, filled many times as fast.

A night fills the same few templates for thousands of customers.  Each becomes one expression that does what
`Template` says it does, in the same order and with the same refusals; Python compiles it once.  Where a
name is looked up, in the fields or in which row, is found out then; fields of another shape are never
filled by it.  Fields that have a shape hold no blank text: what is empty is None.  Nothing that a person
wrote becomes code: texts and names are handed to it as values, and the expression has only their numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

Filler = Callable[[Mapping[str, Any]], str]
Refuse = Callable[[Any], NoReturn]  # a field that is needed and empty
Lists = Mapping[str, tuple[str, ...]]
_Names = tuple[frozenset[str], ...]  # what the row of each list that we are in has


def compiled(nodes: Sequence[Any], lists: Lists, refuse: Refuse) -> Filler:
    """The function for nodes that were checked against this shape."""
    writer = _Writer(lists)
    source = f"lambda row0: {writer.parts(nodes, ())}"
    filler: Filler = eval(source, {"refuse": refuse, **writer.values})
    return filler


class _Writer:
    """Writes each part.  row0 is what is filled in, row1 the row of the outermost list, and so on."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self.values: dict[str, Any] = {}

    def parts(self, nodes: Sequence[Any], rows: _Names) -> str:
        written = [self._part(node, rows) for node in nodes]
        return f'"".join(({", ".join(written)},))' if written else '""'

    def _part(self, node: Any, rows: _Names) -> str:
        word = getattr(node, "word", None)
        if word == "each":
            return self._each(node, rows)
        if word is not None:
            return self._if(node, rows)
        if hasattr(node, "text"):
            return self._value(node.text)
        return self._field(node, rows)

    def _field(self, node: Any, rows: _Names) -> str:
        return f"({self._place(node.name, rows)} or refuse({self._value(node)}))"

    def _if(self, node: Any, rows: _Names) -> str:
        place = self._place(node.name, rows)
        is_list = _row(node.name, rows) == 0 and node.name in self._lists
        holds = f"{place}.rows" if is_list else place
        return f"({self.parts(node.then, rows)} if {holds} else {self.parts(node.otherwise, rows)})"

    def _each(self, node: Any, rows: _Names) -> str:
        inside = self.parts(node.then, (*rows, frozenset(self._lists[node.name])))
        return f'"".join([{inside} for row{len(rows) + 1} in {self._place(node.name, rows)}.rows])'

    def _place(self, name: str, rows: _Names) -> str:
        return f"row{_row(name, rows)}[{self._value(name)}]"

    def _value(self, value: Any) -> str:
        """The name under which the expression finds it."""
        name = f"value{len(self.values)}"
        self.values[name] = value
        return name


def _row(name: str, rows: _Names) -> int:
    """Where the name stands: in the innermost row that has it, else, 0, in the fields."""
    return next((place for place in range(len(rows), 0, -1) if name in rows[place - 1]), 0)
