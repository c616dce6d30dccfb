"""Intuit's query language: read into a statement, then into SQL.

One entity, conditions joined by AND, no OR, no joins; `ORDERBY` as one word or two; STARTPOSITION and
MAXRESULTS in either order; keywords in any casing.  What does not parse is fault 4000, what makes no sense
4001.
"""

import re
from dataclasses import dataclass, field

from qb_collections.emulator import errors

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<text>'(?:\\.|''|[^'\\])*'|"(?:\\.|[^"\\])*")
    | (?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    | (?P<word>[A-Za-z_][\w.]*)
    | (?P<sign><=|>=|!=|<>|[=<>(),*])
    )""",
    re.VERBOSE | re.DOTALL,
)
_OPERATORS = ("=", "<", ">", "<=", ">=", "!=")  # != is in no document; public clients use it
_MOST_COUNT = 2**31 - 1
_DEFAULT_ROWS = 100  # what QuickBooks answers when no MAXRESULTS is given
_KEYWORDS = frozenset({"where", "orderby", "order", "startposition", "maxresults", "and", "group", "or"})


@dataclass(frozen=True, slots=True)
class Condition:
    """A comparison; `values` holds one value, or several for IN."""

    name: str
    operator: str
    values: tuple[str, ...]


@dataclass(slots=True)
class Statement:
    """A parsed query."""

    entity: str
    columns: tuple[str, ...] = ("*",)
    is_count: bool = False
    conditions: list[Condition] = field(default_factory=list)
    order: list[tuple[str, bool]] = field(default_factory=list)  # name, descending
    start: int = 1
    most: int = _DEFAULT_ROWS


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


def parse(statement: str) -> Statement:
    """Return the statement; raises Fault 4000 or 4001."""
    return _Parser(_tokens(statement)).statement()


def _tokens(statement: str) -> list[_Token]:
    found = []
    at = 0
    text = statement.strip().rstrip(";").rstrip()
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None or match.lastgroup is None:
            raise errors.bad_query_syntax(
                f'Encountered " "{text[at : at + 10]}" "" at line 1, column {at + 1}.'
            )
        found.append(_Token(match.lastgroup, match.group(match.lastgroup), match.start(match.lastgroup)))
        at = match.end()
    return found


class _Parser:
    def __init__(self, tokens: list[_Token]) -> None:
        self._tokens = tokens
        self._at = 0

    def statement(self) -> Statement:
        self._word("select")
        columns, is_count = self._columns()
        self._word("from")
        found = Statement(self._name(), columns, is_count)
        if self._is_word("where"):
            self._at += 1
            found.conditions = self._conditions()
        self._tail(found)
        return found

    def _tail(self, found: Statement) -> None:
        seen: set[str] = set()
        while (token := self._peek()) is not None:
            word = token.text.lower() if token.kind == "word" else ""
            if word in seen or word not in ("orderby", "order", "startposition", "maxresults"):
                raise self._unexpected()
            seen.add(word)
            self._at += 1
            if word in ("orderby", "order"):
                if word == "order":
                    self._word("by")
                found.order = self._order()
            elif word == "startposition":
                found.start = self._count("STARTPOSITION")
            else:
                found.most = self._count("MAXRESULTS")

    def _columns(self) -> tuple[tuple[str, ...], bool]:
        if self._is_word("count"):
            self._at += 1
            for sign in ("(", "*", ")"):
                self._sign(sign)
            return ("*",), True
        columns = [self._column()]
        while self._is_sign(","):
            self._at += 1
            columns.append(self._column())
        return tuple(columns), False

    def _column(self) -> str:
        if self._is_sign("*"):
            self._at += 1
            return "*"
        name = self._name()
        if name.endswith(".") and self._is_sign("*"):  # Line.* names the whole property
            self._at += 1
            name = name[:-1]
        return name

    def _conditions(self) -> list[Condition]:
        found = [self._condition()]
        while self._is_word("and"):
            self._at += 1
            found.append(self._condition())
        return found

    def _condition(self) -> Condition:
        name = self._name()
        token = self._next()
        word = token.text.lower()
        if token.kind == "sign" and word in _OPERATORS:
            return Condition(name, word, (self._value(),))
        if word == "like":
            return Condition(name, "like", (self._value(),))
        if word == "in":
            self._sign("(")
            values = [self._value()]
            while self._is_sign(","):
                self._at += 1
                values.append(self._value())
            self._sign(")")
            return Condition(name, "in", tuple(values))
        self._at -= 1
        raise self._unexpected()

    def _order(self) -> list[tuple[str, bool]]:
        found = []
        while True:
            name = self._name()
            descending = self._is_word("desc")
            if descending or self._is_word("asc"):
                self._at += 1
            found.append((name, descending))
            if not self._is_sign(","):
                return found
            self._at += 1

    def _count(self, name: str) -> int:
        token = self._next()
        if token.kind != "number" or "." in token.text:
            self._at -= 1
            raise self._unexpected()
        value = int(token.text)
        if value < 1:
            raise errors.bad_query(f"value {value} is too small. Min allowed value is 1")
        if value > _MOST_COUNT:
            raise errors.bad_query(f"value {value} is too large. Max allowed value is {_MOST_COUNT}")
        return value

    def _value(self) -> str:
        token = self._next()
        if token.kind == "text":
            return re.sub(r"\\(.)|''", lambda match: match.group(1) or "'", token.text[1:-1], flags=re.DOTALL)
        if token.kind == "number" or (token.kind == "word" and token.text.lower() in ("true", "false")):
            return token.text
        self._at -= 1
        raise self._unexpected()

    def _name(self) -> str:
        token = self._next()
        if token.kind != "word" or token.text.lower() in _KEYWORDS:
            self._at -= 1
            raise self._unexpected()
        return token.text

    def _word(self, word: str) -> None:
        if not self._is_word(word):
            raise self._unexpected()
        self._at += 1

    def _sign(self, sign: str) -> None:
        if not self._is_sign(sign):
            raise self._unexpected()
        self._at += 1

    def _is_word(self, word: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == "word" and token.text.lower() == word

    def _is_sign(self, sign: str) -> bool:
        token = self._peek()
        return token is not None and token.kind == "sign" and token.text == sign

    def _peek(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> _Token:
        token = self._peek()
        if token is None:
            raise self._unexpected()
        self._at += 1
        return token

    def _unexpected(self) -> errors.Fault:
        token = self._peek()
        if token is None:
            return errors.bad_query_syntax('Encountered " <EOF> "" at the end of the statement.')
        return errors.bad_query_syntax(
            f'Encountered " <{token.kind.upper()}> "{token.text} "" at line 1, column {token.at + 1}.'
        )
