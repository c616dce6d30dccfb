"""A planted bug in the running process: the functions that its edits touch do what the edited text says.

Starting a process for each bug costs as much as four nights.  What is not a function or a method cannot be
planted so; then the bank's copy of the product is asked.  What the product worked out once and kept, and the
books that seeds begin from, is forgotten before and after: it would be that of another bug, or of none.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import _lru_cache_wrapper
from types import CodeType, FunctionType, ModuleType
from typing import Any

from qb_collections.store.once import Once
from tests.simulation import templates
from tests.simulation.planted.bank import ROOT, Bug, edited


class NotInMemory(Exception):
    """The bug is in something that is worked out once, as its module is imported."""


@contextmanager
def planted(bug: Bug) -> Iterator[None]:
    """While this is open the product has the bug.  Raises NoLongerApplies, or NotInMemory."""
    before: list[tuple[FunctionType, CodeType]] = []
    added: list[tuple[ModuleType, str]] = []
    _forget()
    try:
        for file in dict.fromkeys(edit.file for edit in bug.edits):
            text = edited((ROOT / file).read_text(), [edit for edit in bug.edits if edit.file == file], bug)
            module = importlib.import_module(file.removesuffix(".py").replace("/", "."))
            _swap(module, text, before, added)
        if not before:
            raise NotInMemory(f"{bug.name} changes no function")
        yield
    finally:
        for function, code in before:
            function.__code__ = code
        for module, name in added:
            delattr(module, name)
        _forget()


def _forget() -> None:
    """Statements that were put together once, answers that were remembered, books that were made."""
    templates.forget()
    for name, module in [*sys.modules.items()]:
        if name.startswith("qb_collections."):
            for value in [*vars(module).values()]:
                if isinstance(value, Once):
                    value._statement = None
                elif isinstance(value, _lru_cache_wrapper):
                    value.cache_clear()


def _swap(
    module: ModuleType,
    text: str,
    before: list[tuple[FunctionType, CodeType]],
    added: list[tuple[ModuleType, str]],
) -> None:
    old = dict(_codes(compile((ROOT / _path(module)).read_text(), str(module.__file__), "exec")))
    new = dict(_codes(compile(text, str(module.__file__), "exec")))
    functions = dict(_functions(vars(module), module.__name__))
    for name, code in new.items():
        if name in old and _same(old[name], code):
            continue
        function = functions.get(name)
        if function is None or function.__code__.co_freevars != code.co_freevars:
            raise NotInMemory(f"{name} cannot be changed in memory")
        before.append((function, function.__code__))
        function.__code__ = code
    names: dict[str, Any] = {"__name__": module.__name__}
    missing = {name for code in new.values() for name in code.co_names} - set(vars(module))
    for line in text.splitlines():
        if line.startswith(("from ", "import ")) and missing & set(line.replace(",", " ").split()):
            exec(line, names)
    for name in missing & set(names):
        setattr(module, name, names[name])
        added.append((module, name))


def _path(module: ModuleType) -> str:
    return module.__name__.replace(".", "/") + ".py"


def _codes(code: CodeType, prefix: str = "") -> Iterator[tuple[str, CodeType]]:
    """Every function of a module, and every method, by its dotted name."""
    for one in code.co_consts:
        if not isinstance(one, CodeType) or one.co_name.startswith("<"):
            continue
        name = f"{prefix}{one.co_name}"
        if "__qualname__" in one.co_names and "__module__" in one.co_names:  # the body of a class
            yield from _codes(one, f"{name}.")
        else:
            yield name, one


def _functions(names: dict[str, Any], module: str) -> Iterator[tuple[str, FunctionType]]:
    for name, value in names.items():
        one = value
        if isinstance(value, classmethod | staticmethod):
            one = value.__func__
        elif isinstance(value, property):
            one = value.fget
        elif isinstance(value, FunctionType | Once | _lru_cache_wrapper):
            one = getattr(value, "__wrapped__", value)
        if isinstance(one, FunctionType) and one.__module__ == module:
            yield name, one
        elif isinstance(one, type) and one.__module__ == module:
            for inner, function in _functions(dict(vars(one)), module):
                yield f"{name}.{inner}", function


def _same(one: CodeType, other: CodeType) -> bool:
    """Whether two functions do the same, wherever they stand in their files."""
    if (one.co_code, one.co_names, one.co_varnames) != (other.co_code, other.co_names, other.co_varnames):
        return False
    if len(one.co_consts) != len(other.co_consts):
        return False
    return all(
        _same(a, b) if isinstance(a, CodeType) and isinstance(b, CodeType) else a == b and type(a) is type(b)
        for a, b in zip(one.co_consts, other.co_consts, strict=True)
    )
