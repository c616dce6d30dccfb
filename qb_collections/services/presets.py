"""The policies that ship: TOML files that an owner can read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from qb_collections.core.policy_text import nearest
from qb_collections.services.refusal import Refusal

STANDARD = "standard"


@dataclass(frozen=True, slots=True)
class Preset:
    name: str  # of the file: "small-balances"
    title: str  # "Small balances"
    about: str  # what it is for, in a few sentences
    text: str


@cache
def text(name: str) -> str:
    """The preset's TOML.  Raises KeyError for a name that does not ship."""
    if name not in names():
        raise KeyError(name)
    return resources.files("qb_collections").joinpath("presets", f"{name}.toml").read_text(encoding="utf-8")


@cache
def names() -> tuple[str, ...]:
    folder = resources.files("qb_collections").joinpath("presets")
    return tuple(
        sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir() if entry.name.endswith(".toml"))
    )


@cache
def every() -> tuple[Preset, ...]:
    """All presets, by title."""
    return tuple(_preset(name) for name in names())


def find(word: str) -> Preset | Refusal:
    """The preset called so, by its title or its file's name, capitals or not."""
    wanted = word.strip().casefold().replace("_", "-").replace(" ", "-")
    found = next((one for one in every() if one.name == wanted), None)
    if found is not None:
        return found
    close = nearest(wanted, names())
    hint = f' Did you mean "{_preset(close).title}"?' if close else ""
    return Refusal(
        f'No policy called "{word[:60]}" ships.{hint} There are: {", ".join(one.title for one in every())}.'
    )


def _preset(name: str) -> Preset:
    """The comment at the head of the file, "Title: what it is for", says what it is."""
    head = []
    for line in text(name).splitlines():
        if not line.startswith("#"):
            break
        head.append(line.removeprefix("#").strip())
    title, _, about = " ".join(head).partition(": ")
    return Preset(name, title, about, text(name))
