"""The policies that ship: TOML files that an owner can read."""

from __future__ import annotations

from functools import cache
from importlib import resources

STANDARD = "standard"


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
